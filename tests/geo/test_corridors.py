"""The land border: its length, its band, the communes on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from pyproj import Geod
from shapely import LineString, MultiLineString, box

from geo.corridors import (
    BAND_M,
    border_lines,
    length_km,
    neighbours_of_communes,
    read_border,
)
from geo.errors import BoundaryError

# Four squares of 0.2° (some 21 km) in two columns; the border runs along the west.
CELLS = {
    "00001": box(107.0, 15.0, 107.2, 15.2),
    "00002": box(107.0, 15.2, 107.2, 15.4),
    "00003": box(107.2, 15.0, 107.4, 15.2),
    "00004": box(107.2, 15.2, 107.4, 15.4),
}
WEST = MultiLineString([[(107.0, 14.9), (107.0, 15.5)]])


def test_communes_with_an_outer_edge_on_the_line_are_border_communes() -> None:
    found = neighbours_of_communes(list(CELLS), list(CELLS.values()), {"LAO": WEST})

    assert found == {"00001": "LAO", "00002": "LAO"}


def test_the_generalised_line_may_stray_but_never_reaches_the_second_row() -> None:
    strayed = MultiLineString([[(107.03, 14.9), (107.03, 15.5)]])
    narrow = {
        "00001": box(107.0, 15.0, 107.02, 15.4),
        "00002": box(107.02, 15.0, 107.4, 15.4),
    }

    found = neighbours_of_communes(list(narrow), list(narrow.values()), {"LAO": strayed})

    # The second commune lies under the line but has no outer edge along it.
    assert found["00001"] == "LAO"
    assert set(found) <= {"00001", "00002"}
    assert neighbours_of_communes(list(CELLS), list(CELLS.values()), {"LAO": strayed}) == {
        "00001": "LAO",
        "00002": "LAO",
    }


def test_a_commune_where_three_countries_meet_has_two_neighbours() -> None:
    lines = {
        "LAO": MultiLineString([[(107.0, 15.2), (107.0, 15.4), (107.1, 15.4)]]),
        "KHM": MultiLineString([[(107.0, 15.0), (107.0, 15.2)]]),
    }
    one = {"00001": box(107.0, 15.0, 107.2, 15.4)}

    assert neighbours_of_communes(list(one), list(one.values()), lines) == {"00001": "KHM,LAO"}


def test_a_line_far_away_has_no_border_communes() -> None:
    far = MultiLineString([[(103.0, 15.0), (103.0, 16.0)]])

    assert neighbours_of_communes(list(CELLS), list(CELLS.values()), {"LAO": far}) == {}


def test_the_band_is_ten_kilometres_deep_on_land_only() -> None:
    line = border_lines({"LAO": WEST}, list(CELLS.values()), "hand-drawn")[0]

    west, south, east, north = line.band.bounds
    depth_m = Geod(ellps="WGS84").inv(107.0, 15.2, east, 15.2)[2]
    assert depth_m == pytest.approx(BAND_M, rel=0.002)
    assert (west, south, north) == pytest.approx((107.0, 15.0, 15.4))
    assert line.band.geom_type == "MultiPolygon"
    assert (line.neighbour, line.source) == ("LAO", "hand-drawn")


def test_length_does_not_depend_on_the_direction() -> None:
    line = LineString([(102.2, 22.4), (103.9, 22.5), (106.7, 22.0)])

    assert length_km(line) == pytest.approx(length_km(shapely.reverse(line)))
    assert length_km(line) == pytest.approx(468.5, rel=0.01)


def test_border_lines_are_read_by_neighbour(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"neighbour": name},
            "geometry": shapely.geometry.mapping(LineString([(107, 15), (107, 16)])),
        }
        for name in ("LAO", "CHN", "LAO")
    ]
    path = tmp_path / "b.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))

    lines = read_border(path)

    assert {name: len(line.geoms) for name, line in lines.items()} == {"CHN": 1, "LAO": 2}


def test_a_file_without_neighbours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')

    with pytest.raises(BoundaryError, match="neighbour"):
        read_border(path)
