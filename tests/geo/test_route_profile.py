"""What lies at which kilometre of a route: hand-drawn lines, an independent measure, relations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.route_profile import RouteMeasure
from geo.routes import line_length_km

GEOD = Geod(ellps="WGS84")
NORTHWARD = shapely.LineString([(107.8, 14.0), (107.8, 15.0)])
SOUTH, NORTH = shapely.box(107.7, 13.9, 107.9, 14.5), shapely.box(107.7, 14.5, 107.9, 15.1)


def test_a_point_beside_a_line_lies_at_the_foot_of_its_perpendicular() -> None:
    found = RouteMeasure.along(NORTHWARD).beside([107.803], [14.25], 500)
    _, _, along_m = GEOD.inv(107.8, 14.0, 107.8, 14.25)
    _, _, off_m = GEOD.inv(107.8, 14.25, 107.803, 14.25)
    assert found.km[0] == pytest.approx(along_m / 1_000, abs=0.02)
    assert found.off_m[0] == pytest.approx(off_m, rel=0.002)


def test_what_lies_too_far_or_beyond_the_ends_is_told() -> None:
    found = RouteMeasure.along(NORTHWARD).beside([107.81, 107.8, 107.8], [14.5, 13.999, 13.9], 500)
    assert found.is_near.tolist() == [False, True, False]
    assert found.km[1] == 0.0
    assert found.off_m[1] == pytest.approx(110.6, abs=1)


def test_parts_follow_each_other_and_the_gap_has_no_length() -> None:
    parts = [[(107.8, 14.0), (107.8, 14.1)], [(107.8, 14.5), (107.8, 14.6)]]
    measure = RouteMeasure.along(shapely.MultiLineString(parts))
    first = RouteMeasure.along(shapely.LineString(parts[0])).total_km
    assert measure.beside([107.8], [14.5], 10).km[0] == pytest.approx(first, abs=1e-6)
    assert not measure.beside([107.8], [14.3], 10).is_near[0]


def test_a_place_that_a_line_passes_twice_lies_at_the_first_pass() -> None:
    there_and_back = shapely.LineString([(107.8, 14.0), (107.8, 14.2), (107.8, 14.0)])
    found = RouteMeasure.along(there_and_back).beside([107.8], [14.1], 50)
    assert found.km[0] == pytest.approx(11.06, abs=0.02)


def test_no_points_are_no_answer() -> None:
    assert RouteMeasure.along(NORTHWARD).beside([], [], 100).km.size == 0


def test_stretches_add_up_to_the_line_inside_the_communes() -> None:
    measure = RouteMeasure.along(NORTHWARD)
    found = measure.stretches(["n", "s"], [NORTH, SOUTH])
    assert [each.code for each in found] == ["s", "n"]
    assert found[0].to_km == pytest.approx(found[1].from_km, abs=0.002)
    assert sum(s.to_km - s.from_km for s in found) == pytest.approx(measure.total_km, abs=0.01)


def test_a_commune_entered_again_has_a_stretch_for_each_visit() -> None:
    bend = shapely.LineString([(107.75, 14.4), (107.75, 14.6), (107.85, 14.6), (107.85, 14.4)])
    found = RouteMeasure.along(bend).stretches(["s", "n"], [SOUTH, NORTH])
    assert [each.code for each in found] == ["s", "n", "s"]


def test_a_commune_that_is_only_touched_has_no_stretch() -> None:
    beside = shapely.box(107.8, 14.2, 107.9, 14.3)
    point_only = shapely.box(107.8, 15.0, 107.9, 15.1)
    codes = [s.code for s in RouteMeasure.along(NORTHWARD).stretches(["p"], [point_only])]
    assert codes == []
    assert [s.code for s in RouteMeasure.along(NORTHWARD).stretches(["b"], [beside])] == ["b"]


LONS = st.floats(103.0, 109.0)
LATS = st.floats(9.0, 22.5)


@given(st.lists(st.tuples(LONS, LATS), min_size=2, max_size=6, unique=True), st.floats(0, 1))
def test_a_point_on_a_line_lies_where_its_length_from_the_beginning_says(
    corners: list[tuple[float, float]], share: float
) -> None:
    line = shapely.LineString(corners)
    measure = RouteMeasure.along(line)
    assert measure.total_km == pytest.approx(line_length_km(line), rel=1e-4)
    point = shapely.line_interpolate_point(line, share, normalized=True)
    found = measure.beside([point.x], [point.y], 60)
    assert found.is_near[0]
    assert 0 <= found.km[0] <= measure.total_km + 1e-9
    turned = RouteMeasure.along(line.reverse()).beside([point.x], [point.y], 60)
    if line.is_simple:
        assert found.km[0] + turned.km[0] == pytest.approx(measure.total_km, abs=0.2)


def test_a_long_slanting_line_keeps_points_between_its_corners_beside_it() -> None:
    line = shapely.LineString([(105.0, 20.0), (108.9, 11.0)])
    shares = np.linspace(0.0, 1.0, 101)
    points = shapely.line_interpolate_point(line, shares, normalized=True)
    found = RouteMeasure.along(line).beside(shapely.get_x(points), shapely.get_y(points), 30)
    assert found.is_near.all()
    assert (np.diff(found.km) > 0).all()
    assert math.isclose(found.km[-1], line_length_km(line), rel_tol=1e-4)
