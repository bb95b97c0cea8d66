"""Layers as KML, in WGS 84: for Google Earth and for phones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo.export_places import WGS84, point_columns, rounded_shapes
from geo.flat_columns import columns_of, flattened, xml_text
from geo.layer_stream import Batch, FieldType, LayerStream, Points

_TYPES = {FieldType.INTEGER: "int", FieldType.NUMBER: "double", FieldType.BOOLEAN: "bool"}
_CALLED = ("name", "full_name", "ref", "id")
"""Fields by which a placemark is called: the first that has a value."""


def kml_chunks(stream: LayerStream, metadata: Mapping[str, Any]) -> Iterator[bytes]:
    """A layer as KML 2.2, a chunk a batch.

    Values are typed data of a schema whose display names are the Vietnamese explanations;
    metadata stand as JSON in the extended data of the document.
    """
    stream = flattened(stream)
    yield _head(stream, metadata).encode()
    for batch in stream.batches:
        yield "".join(_placemarks(stream, batch)).encode()
    yield b"</Folder>\n</Document>\n</kml>\n"


def _head(stream: LayerStream, metadata: Mapping[str, Any]) -> str:
    fields = "".join(
        f'<SimpleField name={quoteattr(each.name)} type="{_TYPES.get(each.type, "string")}">'
        f"<displayName>{_text(each.vi)}</displayName></SimpleField>\n"
        for each in stream.fields
    )
    told = _text(orjson.dumps(dict(metadata)).decode())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
        f"<Document><name>{_text(metadata.get('title', stream.name))}</name>\n"
        f'<ExtendedData><Data name="metadata"><value>{told}</value></Data></ExtendedData>\n'
        f'<Schema name={quoteattr(stream.name)} id="fields">\n{fields}</Schema>\n'
        f"<Folder><name>{_text(stream.name)}</name>\n"
    )


def _placemarks(stream: LayerStream, batch: Batch) -> Iterator[str]:
    columns = list(columns_of(stream.fields, batch))
    called = [stream.names.index(name) for name in _CALLED if name in stream.names]
    tags = [f"<SimpleData name={quoteattr(name)}>" for name in stream.names]
    places = _places(batch)
    for row, place in zip(zip(*columns, strict=True), places, strict=True):
        name = next((row[j] for j in called if row[j] not in (None, "")), "")
        data = "".join(
            f"{tag}{_text(value)}</SimpleData>"
            for tag, value in zip(tags, row, strict=True)
            if value is not None
        )
        yield (
            f'<Placemark><name>{_text(name)}</name><ExtendedData><SchemaData schemaUrl="#fields">'
            f"{data}</SchemaData></ExtendedData>{place}</Placemark>\n"
        )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return escape(xml_text(str(value)))


# --- geometries --------------------------------------------------------------


def _places(batch: Batch) -> list[str]:
    if isinstance(batch.geometries, Points):
        lons, lats = (each.tolist() for each in point_columns(batch.geometries, WGS84))
        return [
            _point(round(lon, 7), round(lat, 7)) if isfinite(lon) else ""
            for lon, lat in zip(lons, lats, strict=True)
        ]
    shapes = shapely.orient_polygons(rounded_shapes(batch.geometries, WGS84), exterior_cw=False)
    return ["" if shape is None else _geometry(shape) for shape in shapes]


def _point(lon: float, lat: float) -> str:
    return f"<Point><coordinates>{lon},{lat}</coordinates></Point>"


def _geometry(shape: BaseGeometry) -> str:
    if isinstance(shape, shapely.Point):
        return _point(shape.x, shape.y)
    if isinstance(shape, shapely.LineString):
        return f"<LineString>{_coordinates(shape)}</LineString>"
    if isinstance(shape, shapely.Polygon):
        rings = [("outer", shape.exterior), *(("inner", ring) for ring in shape.interiors)]
        parts = "".join(
            f"<{side}BoundaryIs><LinearRing>{_coordinates(ring)}</LinearRing></{side}BoundaryIs>"
            for side, ring in rings
        )
        return f"<Polygon>{parts}</Polygon>"
    parts = "".join(_geometry(part) for part in shapely.get_parts(shape))
    return f"<MultiGeometry>{parts}</MultiGeometry>"


def _coordinates(line: BaseGeometry) -> str:
    pairs: Sequence[Sequence[float]] = shapely.get_coordinates(line).tolist()
    return f"<coordinates>{' '.join(f'{lon},{lat}' for lon, lat in pairs)}</coordinates>"
