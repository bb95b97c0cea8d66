"""Communes along a line: hand-drawn squares, order, lengths, the band, relations."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.routes import RouteGround, line_length_km

COLUMNS, ROWS = 6, 4
CODES = [f"{row}{column}" for row in range(ROWS) for column in range(COLUMNS)]
SQUARES = [
    shapely.box(105 + c / 10, 12 + r / 10, 105.1 + c / 10, 12.1 + r / 10)
    for r in range(ROWS)
    for c in range(COLUMNS)
]
GROUND = RouteGround(CODES, SQUARES)


def codes(line: shapely.LineString, width_m: float = 0.0) -> list[str]:
    return [each.code for each in GROUND.crossings(line, width_m)]


def test_a_straight_line_crosses_its_row_from_one_end_to_the_other() -> None:
    east = shapely.LineString([(105.05, 12.05), (105.35, 12.05)])
    assert codes(east) == ["00", "01", "02", "03"]
    assert codes(east.reverse()) == ["03", "02", "01", "00"]


def test_lengths_inside_are_kilometres_on_the_ellipsoid_and_add_up_to_the_line() -> None:
    line = shapely.LineString([(105.05, 12.05), (105.25, 12.35)])
    found = GROUND.crossings(line, 0.0)
    _az, _back, metres = Geod(ellps="WGS84").inv(105.05, 12.05, 105.25, 12.35)
    assert sum(each.length_km for each in found) == pytest.approx(metres / 1000, rel=1e-4)
    assert [each.position for each in found] == list(range(1, len(found) + 1))


def test_the_band_reaches_neighbours_within_half_its_width_and_not_beyond() -> None:
    line = shapely.LineString([(105.02, 12.0955), (105.08, 12.0955)])  # 498 m from the row above
    assert codes(line, 900) == ["00"]
    near = GROUND.crossings(line, 1_100)
    assert [(each.code, each.length_km > 0) for each in near] == [("00", True), ("10", False)]


def test_half_the_width_counts_the_same_to_the_east_as_to_the_north() -> None:
    """A degree of longitude is shorter than one of latitude: nearness is judged in metres."""
    line = shapely.LineString([(105.0954, 12.02), (105.0954, 12.08)])  # 501 m from 105.1
    assert codes(line, 960) == ["00"]
    assert codes(line, 1_040) == ["00", "01"]


def test_a_commune_entered_twice_is_named_once_where_it_is_first_entered() -> None:
    there_and_back = shapely.LineString(
        [(105.05, 12.05), (105.15, 12.05), (105.15, 12.07), (105.05, 12.07)]
    )
    found = GROUND.crossings(there_and_back, 0.0)
    assert [each.code for each in found] == ["00", "01"]
    assert found[0].length_km == pytest.approx(found[1].length_km, rel=0.2)


def test_parts_of_a_line_are_followed_in_their_order() -> None:
    parts = shapely.MultiLineString(
        [[(105.45, 12.25), (105.55, 12.25)], [(105.05, 12.05), (105.15, 12.05)]]
    )
    assert codes(parts) == ["24", "25", "00", "01"]


def test_a_line_off_the_map_touches_nothing() -> None:
    assert GROUND.crossings(shapely.LineString([(110, 10), (111, 10)]), 5_000) == []
    assert RouteGround([], []).crossings(shapely.LineString([(105, 12), (106, 12)]), 0) == []


def test_a_long_zigzag_is_laid_piece_by_piece_with_the_lengths_of_the_whole() -> None:
    n = np.arange(2_000)
    zigzag = shapely.LineString(
        np.column_stack([105.013 + n * 0.0002, 12.013 + (n % 2) * 0.02 + n * 1e-4])
    )
    found = GROUND.crossings(zigzag, 30_000)
    by_code = {each.code: each.length_km for each in found}
    for code, square in zip(CODES, SQUARES, strict=True):
        inside = line_length_km(shapely.intersection(square, zigzag))
        assert by_code.get(code, 0.0) == pytest.approx(inside, abs=1e-6)
    entered = [
        (shapely.line_locate_point(zigzag, shapely.get_point(_first(square, zigzag), 0)), code)
        for code, square in zip(CODES, SQUARES, strict=True)
        if square.intersects(zigzag)
    ]
    assert [each.code for each in found if each.length_km] == [code for _, code in sorted(entered)]


def _first(square: shapely.Polygon, line: shapely.LineString) -> shapely.LineString:
    """The piece of a line inside a square that comes first along it."""
    parts = shapely.get_parts(shapely.intersection(square, line))
    return min(parts, key=lambda part: line.project(shapely.get_point(part, 0)))


points = st.tuples(
    st.floats(105.001, 105.599).map(lambda x: round(x, 4)),
    st.floats(12.001, 12.399).map(lambda y: round(y, 4)),
)
lines = st.lists(points, min_size=2, max_size=5, unique=True).map(shapely.LineString)


@settings(max_examples=60, deadline=None)
@given(lines, st.sampled_from([0.0, 500.0, 4_000.0]))
def test_the_reverse_of_a_line_touches_the_same_communes_over_the_same_lengths(
    line: shapely.LineString, width_m: float
) -> None:
    there = {each.code: each.length_km for each in GROUND.crossings(line, width_m)}
    back = {each.code: each.length_km for each in GROUND.crossings(line.reverse(), width_m)}
    assert there.keys() == back.keys()
    assert there == pytest.approx(back, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_a_wider_band_touches_no_fewer_communes_and_changes_no_length(
    line: shapely.LineString,
) -> None:
    narrow = {each.code: each.length_km for each in GROUND.crossings(line, 200)}
    wide = {each.code: each.length_km for each in GROUND.crossings(line, 6_000)}
    assert narrow.keys() <= wide.keys()
    assert {code: wide[code] for code in narrow} == pytest.approx(narrow)
    # Twice as much where the line runs along a shared limit, hence no less.
    assert sum(wide.values()) >= line_length_km(line) * (1 - 1e-6)
