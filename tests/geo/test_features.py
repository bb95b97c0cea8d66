"""GeoJSON files: how much of them is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo import features
from geo.errors import UnusableFileError
from geo.features import MAX_CORNERS, feature_rows


def a_line(n: int) -> dict[str, object]:
    return {"type": "LineString", "coordinates": [[105, 10]] * n}


def test_a_file_has_no_more_corners_than_other_vector_files(tmp_path: Path) -> None:
    corners = "[105,10]," * MAX_CORNERS + "[105,10]"
    shape = f'{{"type":"LineString","coordinates":[{corners}]}}'
    feature = f'{{"type":"Feature","properties":{{"ten":"A"}},"geometry":{shape}}}'
    path = tmp_path / "tuyen.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}', "utf-8")
    with pytest.raises(UnusableFileError, match="quá nhiều đỉnh"):
        feature_rows(path)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "MultiPolygon", "coordinates": [[[[105, 10]] * 4], [[[106, 10]] * 4]]},
        {"type": "GeometryCollection", "geometries": [a_line(3), a_line(5)]},
        {"type": "MultiLineString", "coordinates": [[[105, 10]] * 8]},
    ],
)
def test_corners_are_counted_in_every_depth(geometry: dict[str, object]) -> None:
    assert features._corners(geometry) == 8


@pytest.mark.parametrize(
    "geometry", [None, 5, "x", {}, {"coordinates": "x"}, {"coordinates": [[]]}]
)
def test_what_is_no_geometry_has_none(geometry: object) -> None:
    assert features._corners(geometry) == 0
