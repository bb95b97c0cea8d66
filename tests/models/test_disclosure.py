"""What a viewer may see, as pure rules: the grid, dwellings, the scope in SQL."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.terms import Precision
from models.disclosure import (
    GRID_M,
    disclosed,
    provinces_of,
    require_inside,
    sees_dwellings,
    snap_to_grid,
    widened,
)
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ANALYST,
    OFFICER,
    PLANNER_51,
    a_hotspot,
    draw_map,
    somewhere_in,
)

GEOD = Geod(ellps="WGS84")
lons = st.floats(102, 118)
lats = st.floats(7, 23.5)


@given(lons, lats)
def test_a_point_moves_at_most_half_a_diagonal(lon: float, lat: float) -> None:
    moved_m = GEOD.inv(lon, lat, *snap_to_grid(lon, lat))[2]
    assert moved_m <= GRID_M / math.sqrt(2) * 1.01


@given(lons, lats)
def test_the_centre_of_a_square_is_its_own_centre(lon: float, lat: float) -> None:
    centre = snap_to_grid(lon, lat)
    assert snap_to_grid(*centre) == centre


@given(lons, lats)
def test_squares_are_as_wide_as_they_are_high(lon: float, lat: float) -> None:
    x, y = snap_to_grid(lon, lat)
    step = GRID_M / 111_320
    beside = snap_to_grid(x + step / math.cos(math.radians(y)), y)
    above = snap_to_grid(x, y + step)
    assert GEOD.inv(x, y, *beside)[2] == pytest.approx(GRID_M, rel=0.01)
    assert abs(above[1] - y) == pytest.approx(step, rel=0.01)


@given(lons, lats, st.floats(-100, 100), st.floats(-100, 100))
def test_every_point_of_a_square_is_shown_at_the_same_spot(
    lon: float, lat: float, east_m: float, north_m: float
) -> None:
    x, y = snap_to_grid(lon, lat)
    other_x = x + east_m / (111_320 * math.cos(math.radians(y)))
    assert snap_to_grid(other_x, y + north_m / 111_320) == (x, y)


@given(lons, lats, st.floats(1, 500))
def test_a_widened_box_holds_all_within_the_margin(lon: float, lat: float, by_m: float) -> None:
    west, south, east, north = widened((lon, lat, lon, lat), by_m)
    for azimuth in range(0, 360, 15):
        x, y, _ = GEOD.fwd(lon, lat, azimuth, by_m)
        assert west <= x <= east
        assert south <= y <= north


@pytest.mark.parametrize("role", Role)
def test_nobody_sees_dwellings_outside_the_scope(role: Role) -> None:
    for scope in (Scope.provinces("01"), Scope.commune("00004"), Scope.provinces()):
        assert not sees_dwellings(Viewer("x", role, scope), "51", "23401")


def test_a_dwelling_known_by_commune_only_has_no_point_to_move() -> None:
    shown = disclosed(ANALYST, a_hotspot(is_dwelling=True, placement=somewhere_in("23401")))
    assert (shown.placement.lon, shown.placement.precision) == (None, Precision.COMMUNE)
    assert shown.address_text == ""


def test_the_commune_on_the_map_in_force_decides() -> None:
    assert disclosed(OFFICER, a_hotspot(is_dwelling=True)) == a_hotspot(is_dwelling=True)


def test_provinces_come_from_the_map_in_force(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert provinces_of(session, ["23401"]) == {}
        draw_map(session)
        found = provinces_of(session, ["23401", "00004", "23401", "99999"])
    assert found == {"23401": "51", "00004": "01"}


def test_a_commune_outside_the_scope_is_named() -> None:
    require_inside(PLANNER_51, ["23401"], {"23401": "51"})
    with pytest.raises(NotAllowedError, match="00004"):
        require_inside(PLANNER_51, ["23401", "00004"], {"23401": "51", "00004": "01"})
    with pytest.raises(NotAllowedError, match="99999"):
        require_inside(PLANNER_51, ["99999"], {})
