"""GeoJSON as it leaves: RFC 7946, a feature a line, a checksum that anybody can repeat."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest
import shapely

from geo.errors import CrsError
from geo.geojson_stream import Tally, feature_lines, geojson_chunks
from geo.layer_stream import Batch, Points, Shape
from geo.projected import to_wgs84
from geo.vn2000 import SYSTEMS
from tests.geo.layers import CLOCKWISE, FIELDS, FULL, LAT, LON, METADATA, stream


def parsed(chunks: Any) -> dict[str, Any]:
    text = b"".join(chunks).decode()
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the text"))
    assert isinstance(found, dict)
    return found


def test_a_collection_has_its_metadata_in_front_and_its_bbox_behind() -> None:
    found = parsed(geojson_chunks(stream(), METADATA))
    assert list(found)[:3] == ["type", "name", "metadata"]
    assert found["metadata"] == METADATA
    assert found["bbox"] == [105.8123457, 20.86299, 106.430377, 21.0287654]
    assert found["feature_count"] == 3
    assert "crs" not in found


def test_features_keep_ids_types_and_missing_places() -> None:
    first, second, third = parsed(geojson_chunks(stream(), {}))["features"]
    assert [first["id"], second["id"], third["id"]] == [11, 12, 13]
    assert first["properties"] == {
        "ref": "TD-1 Đắk Tô",
        "status": "active",
        "n": 3,
        "share": 0.5,
        "verified": True,
        "day": "2026-06-14",
        "tags": [{"unit": "g", "n": 1.5}],
    }
    assert second["geometry"] is None
    assert second["properties"] == dict.fromkeys(first["properties"])
    assert third["properties"]["share"] is None


def test_coordinates_have_seven_digits_at_most() -> None:
    first, _, third = parsed(geojson_chunks(stream(), {}))["features"]
    assert first["geometry"]["coordinates"] == [106.430377, 20.86299]
    assert third["geometry"]["coordinates"] == [105.8123457, 21.0287654]


@pytest.mark.parametrize("shape", [Shape.AREAS, Shape.LINES, Shape.LINE])
def test_shapes_are_written_as_they_are(shape: Shape) -> None:
    features = parsed(geojson_chunks(stream(shape), {}))["features"]
    kept = [f["geometry"] and shapely.from_geojson(json.dumps(f["geometry"])) for f in features]
    asked = [shape for batch in stream(shape).batches for shape in batch.geometries]
    for one, other in zip(kept, asked, strict=True):
        assert one is other or shapely.equals_exact(one, other, 1e-7, normalize=True)


def test_rings_follow_the_right_hand_rule() -> None:
    features = parsed(geojson_chunks(stream(Shape.AREAS), {}))["features"]
    outer = shapely.LinearRing(features[0]["geometry"]["coordinates"][0])
    shell, hole = (shapely.LinearRing(ring) for ring in features[2]["geometry"]["coordinates"][0])
    assert outer.is_ccw
    assert shell.is_ccw
    assert not hole.is_ccw


def test_an_empty_geometry_is_null_and_widens_no_bbox() -> None:
    empty = [shapely.Polygon(), None, CLOCKWISE]
    found = parsed(geojson_chunks(stream(Shape.AREAS, geometries=empty), {}))
    assert [f["geometry"] is None for f in found["features"]] == [True, True, False]
    assert found["bbox"] == [106, 20, 107, 21]


def test_an_empty_layer_is_a_collection_without_bbox() -> None:
    found = parsed(geojson_chunks(stream(rows=[]), {}))
    assert found["features"] == []
    assert found["feature_count"] == 0
    assert "bbox" not in found


def test_each_feature_has_a_line_and_the_lines_repeat_the_checksum() -> None:
    text = b"".join(geojson_chunks(stream(), METADATA)).decode()
    lines = [line.removesuffix(",") for line in text.split("\n")[1:-2]]
    assert [json.loads(line)["id"] for line in lines] == [11, 12, 13]
    summed = hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()
    assert json.loads(text)["content_sha256"] == summed


@pytest.mark.parametrize("size", [1, 2, 3])
def test_text_and_checksum_do_not_depend_on_the_batches(size: int) -> None:
    whole = b"".join(geojson_chunks(stream(size=3), METADATA))
    assert b"".join(geojson_chunks(stream(size=size), METADATA)) == whole


def test_another_value_is_another_checksum() -> None:
    sums = set()
    for row in (FULL, (*FULL[:2], 4, *FULL[3:])):
        tally = Tally()
        assert list(tally.watch(stream(ids=[1], rows=[row], geometries=Points([LON], [LAT]))))
        sums.add(tally.content_sha256)
    assert len(sums) == 2


def test_the_head_leaves_before_anything_is_read() -> None:
    asked = []

    def reading() -> Any:
        asked.append("a batch")
        yield from stream().batches

    layer = stream()
    chunks = geojson_chunks(type(layer)(layer.name, layer.shape, FIELDS, reading()), METADATA)
    assert next(chunks).startswith(b'{"type":"FeatureCollection"')
    assert asked == []


@pytest.mark.parametrize("crs", [9210, 4756, 3405, 32649])
def test_features_in_another_system_come_back_to_their_place(crs: int) -> None:
    points = Points([106.63, 102.2], [10.8, 22.4])
    lines = feature_lines((), Batch([1, 2], [(), ()], points), crs)
    x, y = np.array([json.loads(line)["geometry"]["coordinates"] for line in lines]).T
    lon, lat = to_wgs84(SYSTEMS[crs], x, y)
    assert lon == pytest.approx(points.lons, abs=1e-7)
    assert lat == pytest.approx(points.lats, abs=1e-7)


def test_northing_first_swaps_the_axes_of_points_and_shapes() -> None:
    point = Batch([1], [()], Points([106.5], [20.5]))
    area = Batch([1], [()], [CLOCKWISE])
    for batch in (point, area):
        east, north = (
            shapely.from_geojson(
                json.dumps(
                    json.loads(feature_lines((), batch, northing_first=swapped)[0])["geometry"]
                )
            )
            for swapped in (False, True)
        )
        assert shapely.transform(north, lambda xy: xy[:, ::-1]).equals(east)


@pytest.mark.parametrize("shape", [Shape.POINT, Shape.LINES])
def test_a_place_without_coordinates_in_the_system_is_an_error(shape: Shape) -> None:
    far = (
        Points([-74.0], [90.5])
        if shape is Shape.POINT
        else [shapely.LineString([(0, 0), (-74, 90.5)])]
    )
    with pytest.raises(CrsError, match="EPSG:32648"):
        feature_lines((), Batch([1], [()], far), 32648)


def test_a_system_that_nobody_here_uses_is_refused() -> None:
    with pytest.raises(CrsError, match="EPSG:3857"):
        feature_lines((), Batch([1], [()], Points([1.0], [2.0])), 3857)
