"""Coordinate systems of the country: the zones, what states one, and PROJ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from geo.projected import to_wgs84
from geo.text import name_key
from geo.vn2000 import (
    GEOGRAPHIC,
    IN_METRES,
    SYSTEMS,
    UTM_VN2000,
    ZONE_OF_PROVINCE,
    ZONES,
    System,
    declared_system,
    easting_and_northing,
    stated_system,
    zone_of,
)

geod = Geod(ellps="WGS84")


def test_all_63_provinces_have_a_zone() -> None:
    # Huế stands under its old name and its new one.
    assert len(ZONE_OF_PROVINCE) == 64
    assert zone_of(name_key("Thừa Thiên Huế")) == zone_of(name_key("Huế")) == ZONES[9214]
    assert len(ZONES) == 17


def test_every_old_province_of_the_crosswalk_has_a_zone() -> None:
    from geo.crosswalk import load_crosswalk
    from geo.text import strip_kind

    provinces = {strip_kind(unit.province)[1] for unit in load_crosswalk()}
    assert [name for name in provinces if zone_of(name_key(name)) is None] == []


@pytest.mark.parametrize("system", ZONES.values(), ids=str)
def test_zones_are_those_of_the_epsg_register(system: System) -> None:
    parameters = {p.name: p.value for p in CRS(system.epsg).coordinate_operation.params}
    degrees, minutes = system.name.split()[-1].rstrip("′").split("°")
    assert parameters["Longitude of natural origin"] == int(degrees) + int(minutes) / 60
    assert parameters["Scale factor at natural origin"] == 0.9999
    assert parameters["False easting"] == 500_000


@pytest.mark.parametrize("system", IN_METRES, ids=str)
def test_every_system_gives_back_the_point(system: System) -> None:
    lon, lat = np.array([106.1, 107.3, 108.9]), np.array([21.2, 12.4, 10.1])
    base = 4326 if system.is_wgs84 else 4756
    x, y = lon, lat
    if not system.is_wgs84:
        y, x = Transformer.from_pipeline("EPSG:6960").transform(lat, lon, direction="INVERSE")
    east, north = Transformer.from_crs(base, system.epsg, always_xy=True).transform(x, y)
    back = to_wgs84(system, east, north)
    assert np.all(np.abs(geod.inv(*back, lon, lat)[2]) < 0.01)


def test_the_datum_shift_is_the_national_one_everywhere() -> None:
    """Without it a point is 223-226 m off; PROJ needs no grid for it."""
    lon, lat = np.meshgrid(np.linspace(102.5, 109.4, 8), np.linspace(8.5, 23.2, 8))
    lon, lat = lon.ravel(), lat.ravel()
    moved = to_wgs84(GEOGRAPHIC, lon, lat)
    metres = np.abs(geod.inv(lon, lat, *moved)[2])
    assert metres.min() > 221
    assert metres.max() < 227


@pytest.mark.parametrize(
    ("said", "epsg"),
    [
        ("105°45'", 9210),
        ("105°45′00″", 9210),
        ("105º45'", 9210),
        ("105 độ 45 phút", 9210),
        ("105-45", 9210),
        ("105,75", 9210),
        ("105.75", 9210),
        (105.75, 9210),
        ("105.45", 9210),
        ("10545", 9210),
        ("KTT 107-45 múi 3", 5899),
        ("VN2000 KTT 107-45 múi 3", 5899),
        ("VN-2000, kinh tuyến trục 108°15', múi chiếu 3 độ", 9217),
        ("108", 5898),
        (108.0, 5898),
        (9210, 9210),
        (9210.0, 9210),
        ("EPSG:9218", 9218),
        ("UTM 48N", 32648),
        ("WGS84 / UTM zone 49N", 32649),
        ("VN-2000 UTM múi 49", 3406),
        ("VN2000 kinh tuyến trục 105, múi chiếu 6 độ", 3405),
        ("VN-2000", 4756),
        ("WGS-84", 4326),
    ],
)
def test_what_states_a_system(said: Any, epsg: int) -> None:
    system = declared_system(said)
    assert system is not None
    assert system.epsg == epsg


@pytest.mark.parametrize(
    "said", [None, "", "không rõ", "Nguyễn Văn A", "101°30'", 12, float("nan"), "105°17'"]
)
def test_what_states_none(said: Any) -> None:
    assert declared_system(said) is None


def test_titles_state_a_system_only_in_its_words() -> None:
    title = "BẢNG TỌA ĐỘ (Hệ VN-2000, KTT 107°45', múi chiếu 3°)"
    assert stated_system(title) == ZONES[5899]
    assert stated_system("Biểu số 9210 kèm theo Công văn 105/45") is None


def test_magnitudes_tell_north_from_east() -> None:
    assert easting_and_northing(1_195_000, 596_000) == (596_000, 1_195_000, 0)
    assert easting_and_northing(596_000, 1_195_000) == (596_000, 1_195_000, 0)
    assert easting_and_northing(2_326_000, 48_587_000) == (587_000, 2_326_000, 48)
    assert easting_and_northing(596_000, 597_000) is None
    assert easting_and_northing(0, 1_195_000) is None
    assert easting_and_northing(float("inf"), 1_195_000) is None
    assert easting_and_northing(1_195_000, float("nan")) is None


@given(st.sampled_from(list(ZONES.values())), st.floats(-1.4, 1.4), st.floats(8.6, 23.3))
def test_a_point_near_its_meridian_lies_within_the_ranges(
    system: System, beside: float, lat: float
) -> None:
    degrees, minutes = system.name.split()[-1].rstrip("′").split("°")
    lon = int(degrees) + int(minutes) / 60 + beside
    east, north = Transformer.from_crs(4756, system.epsg, always_xy=True).transform(lon, lat)
    assert easting_and_northing(north, east) == (east, north, 0)


def test_a_wrong_meridian_is_27_km_for_a_quarter_degree() -> None:
    right = to_wgs84(ZONES[9210], [600_000.0], [1_195_000.0])
    wrong = to_wgs84(ZONES[9211], [600_000.0], [1_195_000.0])
    assert 26_000 < geod.inv(*right, *wrong)[2][0] < 28_000


def test_systems_are_written_as_their_codes() -> None:
    assert str(UTM_VN2000[48]) == "EPSG:3405"
    assert all(declared_system(str(system)) == system for system in SYSTEMS.values())
