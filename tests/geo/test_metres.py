"""Coordinates in metres beside the names of places: which point they are, and when none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import box

from geo.coverage import Coverage, coverage_from_rows
from geo.crosswalk import OldUnit, Successor
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.geocode import Geocoder
from geo.metres import NO_MERIDIAN
from geo.records import Placement, PlaceQuery
from geo.terms import Precision
from geo.vn2000 import SYSTEMS, UTM_WGS84, ZONES, System

CONFIDENT = 0.9
LON, LAT = 106.65, 11.05  # inside Xã Tân An, old province Bình Dương, 105°45′

NEW = [
    ("00001", "Tân An", "79", "Thành phố Hồ Chí Minh"),
    ("00002", "Bình Hòa", "79", "Thành phố Hồ Chí Minh"),
    ("00003", "Phước Hải", "79", "Thành phố Hồ Chí Minh"),
]
OLD = [
    ("90001", "Tân An", "Tỉnh Bình Dương", "00001"),
    ("90002", "Bình Hòa", "Tỉnh Bình Dương", "00002"),
    ("90003", "Phước Hải", "Tỉnh Bà Rịa - Vũng Tàu", "00003"),
]
# The second lies a quarter of a degree east of the first: a meridian away.
SHAPES = [box(106.6, 11, 106.7, 11.1), box(106.85, 11, 106.95, 11.1), box(107.2, 10.3, 107.3, 10.4)]


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return coverage_from_rows([code for code, *_ in NEW], SHAPES, tolerance_m=200.0)


@pytest.fixture(scope="module")
def geocoder(coverage: Coverage) -> Geocoder:
    units = [CommuneUnit(c, name, f"Xã {name}", "Xã", p, pname) for c, name, p, pname in NEW]
    old = [
        OldUnit(c, name, f"Xã {name}", "Huyện Một", province, (Successor(to, 1.0, True),), 0, 0)
        for c, name, province, to in OLD
    ]
    return Geocoder(Gazetteer.build(units, old), coverage)


def metres(system: System, lon: float = LON, lat: float = LAT) -> tuple[float, float]:
    """Northing and easting of a WGS 84 point."""
    base = 4326
    if not system.is_wgs84:
        base = 4756
        lat, lon = Transformer.from_pipeline("EPSG:6960").transform(lat, lon, direction="INVERSE")
    east, north = Transformer.from_crs(base, system.epsg, always_xy=True).transform(lon, lat)
    return north, east


def placed(
    geocoder: Geocoder,
    system: System,
    address: str | None = None,
    stated: str | None = None,
    **cells: object,
) -> Placement:
    north, east = metres(system)
    given = {"lat_cell": north, "lon_cell": east, **cells}
    query = PlaceQuery(address=address, coordinate_system=stated, on=date(2024, 5, 1), **given)  # type: ignore[arg-type]
    return geocoder.place(query)


def assert_there(found: Placement, code: str = "00001") -> None:
    assert (found.precision, found.commune_code_now) == (Precision.EXACT, code)
    assert (found.lon, found.lat) == pytest.approx((LON, LAT), abs=1e-6)


def test_a_stated_zone_is_converted_and_said(geocoder: Geocoder) -> None:
    found = placed(geocoder, ZONES[9210], "Xã Tân An, Bình Dương", "KTT 105-45")
    assert_there(found)
    assert found.confidence >= CONFIDENT
    assert found.warnings == ("Tọa độ VN-2000 kinh tuyến trục 105°45′, đã đổi sang WGS 84.",)


EASTERN = (3406, 32649)  # the 6° zone beyond 108° does not reach here


@pytest.mark.parametrize(
    "system", [system for epsg, system in SYSTEMS.items() if epsg not in EASTERN], ids=str
)
def test_every_stated_system_gives_the_point_without_words(
    geocoder: Geocoder, system: System
) -> None:
    found = placed(geocoder, system, None, str(system))
    assert_there(found)
    assert found.confidence >= CONFIDENT


def test_the_zone_of_the_named_old_province_is_taken(geocoder: Geocoder) -> None:
    for address in ("Xã Tân An, Huyện Một, Tỉnh Bình Dương", "Xã Tân An, TP Hồ Chí Minh"):
        found = placed(geocoder, ZONES[9210], address)
        assert_there(found)
        assert found.confidence >= CONFIDENT
        assert "theo tỉnh" in found.warnings[0]


@pytest.mark.parametrize(
    ("lat_cell", "lon_cell", "cell"),
    [
        ("{e}", "{n}", None),
        ("{n}", "{e}", None),
        ("{n:,}", "{e:,}", None),
        (None, None, "X={n}; Y={e}"),
        (None, None, "{n} {e}"),
        ("{n}", "48{e}", None),
    ],
)
def test_order_and_writing_do_not_matter(
    geocoder: Geocoder, lat_cell: str | None, lon_cell: str | None, cell: str | None
) -> None:
    north, east = (round(value, 2) for value in metres(ZONES[9210]))
    cells = [c and c.format(n=north, e=east) for c in (lat_cell, lon_cell, cell)]
    found = placed(
        geocoder,
        ZONES[9210],
        "Xã Tân An, Tỉnh Bình Dương",
        lat_cell=cells[0],
        lon_cell=cells[1],
        coordinate_cell=cells[2],
    )
    assert_there(found)


def test_another_zone_is_kept_only_because_it_falls_in_the_named_commune(
    geocoder: Geocoder,
) -> None:
    found = placed(geocoder, ZONES[9214], "Xã Tân An, Tỉnh Bình Dương")
    assert_there(found)
    assert "107°00′ vì rơi vào Xã Tân An" in found.warnings[0]


def test_a_receiver_in_utm_is_coarser_than_exact(geocoder: Geocoder) -> None:
    """UTM, its VN-2000 kin and the 3° zone of one meridian all fall in the commune."""
    found = placed(geocoder, UTM_WGS84[48], "Xã Tân An, Tỉnh Bình Dương")
    assert found.precision is Precision.STREET
    assert found.commune_code_now == "00001"
    assert (found.lon, found.lat) == pytest.approx((LON, LAT), abs=1e-6)


def test_a_wrong_stated_zone_is_doubted_and_the_fitting_one_named(geocoder: Geocoder) -> None:
    found = placed(geocoder, ZONES[9210], "Xã Tân An, Tỉnh Bình Dương", "KTT 106-00")
    assert found.confidence < CONFIDENT
    assert (found.precision, found.lon) == (Precision.COMMUNE, None)
    assert {c.commune_code for c in found.candidates} == {"00001", "00002"}
    assert "106°00′ nhưng rơi vào Xã Bình Hòa" in found.warnings[0]
    assert "hợp với VN-2000 kinh tuyến trục 105°45′" in found.warnings[0]


def test_metres_that_fit_no_zone_leave_the_words_in_doubt(geocoder: Geocoder) -> None:
    north, east = metres(ZONES[9210], 106.65, 14.0)
    query = PlaceQuery(address="Xã Tân An, Tỉnh Bình Dương", lat_cell=north, lon_cell=east)
    found = geocoder.place(query)
    assert (found.precision, found.commune_code_now) == (Precision.COMMUNE, "00001")
    assert found.confidence < CONFIDENT


def test_a_province_alone_takes_its_zone(geocoder: Geocoder) -> None:
    found = placed(geocoder, ZONES[9210], "Tỉnh Bình Dương")
    assert_there(found)


def test_nothing_stated_and_nothing_named_is_no_place(geocoder: Geocoder) -> None:
    found = placed(geocoder, ZONES[9210])
    assert (found.precision, found.lon) == (Precision.UNLOCATED, None)
    assert found.confidence < CONFIDENT
    assert NO_MERIDIAN in found.warnings
    assert {"00001", "00002"} <= {c.commune_code for c in found.candidates}


def test_degrees_stated_in_vn2000_are_moved(geocoder: Geocoder) -> None:
    query = PlaceQuery(lat_cell=LAT, lon_cell=LON, coordinate_system="VN-2000")
    found = geocoder.place(query)
    assert found.lon is not None
    assert 0.001 < found.lon - LON < 0.003
    assert "đã đổi sang WGS 84" in found.warnings[0]
    plain = geocoder.place(PlaceQuery(lat_cell=LAT, lon_cell=LON, coordinate_system="WGS84"))
    assert (plain.lon, plain.warnings) == (LON, ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.floats(), st.text(max_size=12)), st.one_of(st.floats(), st.text(max_size=12)))
def test_no_cells_break_the_placing(geocoder: Geocoder, lat: object, lon: object) -> None:
    query = PlaceQuery(lat_cell=lat, lon_cell=lon, coordinate_system="UTM 48N")
    assert 0 <= geocoder.place(query).confidence <= 1


def test_without_polygons_only_a_stated_or_single_zone_counts() -> None:
    bare = Geocoder(Gazetteer.build([], []), None)
    north, east = metres(ZONES[9210])
    stated = bare.place(PlaceQuery(lat_cell=north, lon_cell=east, coordinate_system="9210"))
    assert stated.lon == pytest.approx(LON, abs=1e-6)
    assert bare.place(PlaceQuery(lat_cell=north, lon_cell=east)).lon is None
