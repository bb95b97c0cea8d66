"""Segments of 10 km: cut, chained, numbered; places found again; land measured."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import MultiLineString, box

from geo.border_bands import band_ground, sample_land
from geo.border_segments import (
    BANDS_KM,
    NO_SEGMENT,
    BorderIndex,
    cut_border,
    distance_to_border_m,
    segment_of,
    total_km,
)
from geo.corridors import band, length_km

GEOD = Geod(ellps="WGS84")
STRAIGHT = MultiLineString([[(107.0, 15.4), (107.0, 15.0)]])  # 44.3 km
CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]
CELLS = [box(107 + x / 5, 15 + y / 5, 107.2 + x / 5, 15.2 + y / 5) for x, y in CORNERS]

vertices = st.lists(
    st.tuples(st.floats(103.0, 107.0), st.floats(11.0, 22.0)), min_size=2, max_size=8, unique=True
)


def test_segments_are_ten_kilometres_but_the_last() -> None:
    segments = cut_border({"LAO": STRAIGHT})

    assert [s.code for s in segments] == [f"LAO-00{n}" for n in (1, 2, 3, 4, 5)]
    assert [s.length_km for s in segments[:4]] == pytest.approx([10.0] * 4)
    assert segments[-1].length_km == pytest.approx(length_km(STRAIGHT) - 40)
    assert [length_km(s.geometry) for s in segments] == pytest.approx(
        [s.length_km for s in segments], abs=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(vertices, min_size=1, max_size=3))
def test_the_segments_together_are_the_line(parts: list[list[tuple[float, float]]]) -> None:
    line = MultiLineString(parts)
    segments = cut_border({"LAO": line})

    assert total_km(segments) == pytest.approx(length_km(line), rel=1e-9)
    assert segments[-1].to_km == pytest.approx(length_km(line), rel=1e-9)
    assert all(a.to_km == b.from_km for a, b in pairwise(segments))
    assert all(0 < s.length_km <= 10 + 1e-9 for s in segments)


def test_parts_are_chained_and_the_gap_between_them_is_not_counted() -> None:
    gapped = MultiLineString([[(107, 15.4), (107, 15.35)], [(107, 15.2), (107, 15.1)]])
    first, second = cut_border({"LAO": gapped})

    assert len(first.geometry.geoms) == 2  # it goes on beyond the gap
    assert (first.from_km, first.to_km) == (0, 10)
    assert second.to_km == pytest.approx(length_km(gapped))


def test_each_neighbour_is_numbered_from_one() -> None:
    other = MultiLineString([[(107, 15.0), (107.3, 14.8)]])
    numbers = [(s.neighbour, s.number) for s in cut_border({"LAO": STRAIGHT, "KHM": other})]

    assert numbers[:2] == [("KHM", 1), ("KHM", 2)]
    assert ("LAO", 1) in numbers


def test_a_line_that_is_a_whole_number_of_segments_has_no_stump() -> None:
    end, south, _ = GEOD.fwd(107.0, 15.4, 180, 20_000)
    line = MultiLineString([[(107.0, 15.4), (end, south)]])

    assert len(cut_border({"LAO": line})) == 2


def test_a_place_belongs_to_the_nearest_segment_and_knows_its_distance() -> None:
    segments = cut_border({"LAO": STRAIGHT})
    lon, lat, _ = GEOD.fwd(107.0, 15.35, 90, 7_500)

    (found,) = segment_of([lon], [lat], segments)
    assert found is not None
    assert found.code == "LAO-001"
    assert distance_to_border_m([lon], [lat], segments)[0] == pytest.approx(7_500, rel=1e-4)


def test_beyond_the_reach_there_is_neither_segment_nor_distance() -> None:
    index = BorderIndex(tuple(cut_border({"LAO": STRAIGHT})))
    at, away_m = index.nearest([107.1, 109.0], [15.2, 15.2], 20)

    assert at.tolist()[1] == NO_SEGMENT
    assert np.isnan(away_m[1])
    assert away_m[0] == pytest.approx(10_740, rel=0.01)
    assert segment_of([109.0], [15.2], index.segments) == [None]


def test_nothing_lies_near_a_border_that_is_not_there() -> None:
    at, away_m = BorderIndex(()).nearest([107.0], [15.0])

    assert at.tolist() == [NO_SEGMENT]
    assert np.isnan(away_m).all()


def test_the_land_of_the_segments_is_the_land_of_the_band() -> None:
    segments = cut_border({"LAO": STRAIGHT})
    ground = band_ground(segments, CELLS)

    land = shapely.union_all(CELLS)
    for column, km in enumerate(BANDS_KM):
        whole = band(STRAIGHT, land, km * 1000)
        area_km2 = sum(abs(GEOD.geometry_area_perimeter(p)[0]) for p in whole.geoms) / 1e6
        assert ground.area_km2[:, column].sum() == pytest.approx(area_km2, rel=0.003)


def test_a_band_holds_the_narrower_ones() -> None:
    area = band_ground(cut_border({"LAO": STRAIGHT}), CELLS).area_km2

    assert (np.diff(area, axis=1) >= 0).all()
    first = area[:, 0].max()
    assert first == pytest.approx(50, rel=0.01)  # 10 km of the line, 5 km deep


def test_communes_in_the_second_row_have_land_but_no_front() -> None:
    narrow = [box(107 + x / 8, 15 + y / 5, 107.125 + x / 8, 15.2 + y / 5) for x, y in CORNERS]
    ground = band_ground(cut_border({"LAO": STRAIGHT}), narrow)
    on_border = set(ground.commune[ground.front_m > 0].tolist())

    assert on_border == {0, 1}
    assert set(ground.commune.tolist()) == {0, 1, 2, 3}
    assert ground.front_m.sum() == pytest.approx(length_km(STRAIGHT) * 1000, rel=0.01)


def test_a_border_without_segments_has_no_ground() -> None:
    assert band_ground([], CELLS).area_km2.shape == (0, len(BANDS_KM))


def test_the_sample_of_the_land_agrees_with_what_was_measured() -> None:
    segments = cut_border({"LAO": STRAIGHT})
    sample = sample_land(CELLS, BorderIndex(tuple(segments)), reach_km=60, step_deg=0.004)
    area = band_ground(segments, CELLS).area_km2.sum(axis=0)

    for km, measured in zip(BANDS_KM, area, strict=True):
        near = sample.area_km2[sample.border_m <= km * 1000].sum()
        assert near == pytest.approx(measured, rel=0.05)
    assert sample.area_km2.sum() == pytest.approx(4 * 21.5 * 22.1, rel=0.02)


def test_a_bent_line_shares_its_land_without_counting_any_twice() -> None:
    bent = MultiLineString([[(107.0, 15.4), (107.0, 15.2), (107.2, 15.2), (107.2, 15.0)]])
    segments = cut_border({"LAO": bent})
    ground = band_ground(segments, CELLS)
    whole = band(bent, shapely.union_all(CELLS), 20_000)
    area_km2 = sum(abs(GEOD.geometry_area_perimeter(p)[0]) for p in whole.geoms) / 1e6

    assert ground.area_km2[:, -1].sum() == pytest.approx(area_km2, rel=0.01)
