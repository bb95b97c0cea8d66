"""The measured border: the outer edge of the coverage along a generalised line."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import MultiLineString, box
from shapely.affinity import translate

from geo.approximate import BORDER_FILE
from geo.border_line import MEASURED, measured_border, measured_lines
from geo.corridors import length_km, read_border

SHIPPED = Path(__file__).parents[2] / "data" / "boundaries" / BORDER_FILE

# Two columns of four cells of 0.1°; the sea is to the east, the border to the west and north.
LON, LAT = (107.0, 107.1, 107.2), (15.0, 15.1, 15.2, 15.3, 15.4)
CELLS = [box(LON[x], LAT[y], LON[x + 1], LAT[y + 1]) for x in range(2) for y in range(4)]
WEST = MultiLineString([[(106.99, 15.41), (107.02, 15.2), (107.0, 15.0)]])
NORTH = MultiLineString([[(107.2, 15.41), (107.1, 15.39), (106.99, 15.41)]])


def test_the_line_is_the_edge_of_the_coverage_and_not_the_generalised_one() -> None:
    found = measured_lines(CELLS, {"LAO": WEST})["LAO"]

    assert found.is_measured
    lons, lats = shapely.get_coordinates(found.geometry).T
    assert lons == pytest.approx(107.0, abs=1e-6)
    assert (lats.max(), lats.min()) == pytest.approx((15.4, 15.0), abs=0.006)
    assert length_km(found.geometry) == pytest.approx(44.3, abs=0.7)


def test_it_begins_at_the_north_western_end_whichever_way_it_was_given() -> None:
    down = measured_lines(CELLS, {"LAO": WEST})["LAO"].geometry
    up = measured_lines(CELLS, {"LAO": shapely.reverse(WEST)})["LAO"].geometry

    assert shapely.get_coordinates(down)[0] == pytest.approx(shapely.get_coordinates(up)[0])
    assert shapely.get_coordinates(down)[0, 1] > shapely.get_coordinates(down)[-1, 1]


def test_where_two_borders_meet_each_has_its_own_edge() -> None:
    found = measured_lines(CELLS, {"CHN": NORTH, "LAO": WEST})

    west, north = found["LAO"].geometry, found["CHN"].geometry
    assert shapely.get_coordinates(north)[:, 1].min() > 15.36
    assert length_km(west) + length_km(north) == pytest.approx(44.3 + 21.4, abs=1.5)
    assert length_km(shapely.intersection(west, north)) == 0


def test_the_coast_beyond_the_end_of_a_line_is_no_border() -> None:
    short = MultiLineString([[(107.0, 15.4), (107.0, 15.2)]])
    found = measured_lines(CELLS, {"LAO": short})["LAO"]

    assert shapely.get_coordinates(found.geometry)[:, 1].min() == pytest.approx(15.2, abs=0.01)


def test_an_islet_beside_the_line_is_left_out() -> None:
    islet = box(106.985, 15.1, 106.99, 15.25)
    found = measured_lines([*CELLS, islet], {"LAO": WEST})["LAO"]

    assert shapely.get_coordinates(found.geometry)[:, 0].min() == pytest.approx(107.0, abs=1e-6)


def test_where_the_edge_strays_for_a_while_it_is_still_the_border() -> None:
    bulge = CELLS[1].union(box(106.9, 15.12, 107.0, 15.18))  # 10 km into the neighbour's land
    found = measured_lines([CELLS[0], bulge, *CELLS[2:]], {"LAO": WEST})["LAO"]

    assert len(found.geometry.geoms) == 1
    assert length_km(found.geometry) > 60


def test_a_coverage_that_is_elsewhere_leaves_the_line_as_it_was() -> None:
    far = [translate(cell, 2, 0) for cell in CELLS]
    found = measured_lines(far, {"LAO": WEST})["LAO"]

    assert not found.is_measured
    assert shapely.equals(found.geometry, WEST)


def test_the_source_says_which_it_is() -> None:
    here = measured_border({"LAO": WEST}, CELLS, "đường khái quát")[0]
    there = measured_border({"LAO": WEST}, [translate(c, 2, 0) for c in CELLS], "đường khái quát")[
        0
    ]

    assert here.source.startswith(MEASURED)
    assert "đường khái quát" in here.source
    assert there.source == "đường khái quát"
    assert here.length_km == pytest.approx(length_km(here.geometry))
    assert here.band.area > 0


def test_the_official_communes_measure_about_what_is_published(shared_dir: Path) -> None:
    communes = gpd.read_parquet(
        shared_dir / "boundaries/official_2025/communes.parquet", columns=["geometry"]
    ).geometry.to_numpy()
    guides = read_border(SHIPPED)
    near = shapely.STRtree(communes).query(list(guides.values()), "dwithin", distance=0.25)[1]
    found = measured_lines(list(communes[np.unique(near)]), guides)

    published_km = {"CHN": 1_449, "LAO": 2_337, "KHM": 1_245}
    assert {name: line.is_measured for name, line in found.items()} == dict.fromkeys(guides, True)
    for name, line in found.items():
        assert len(line.geometry.geoms) == 1
        assert length_km(line.geometry) == pytest.approx(published_km[name], rel=0.03)
