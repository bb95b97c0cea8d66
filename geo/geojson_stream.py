"""Layers as GeoJSON (RFC 7946), a feature a line, and the checksum over those lines.

Head and features leave as they come; what is known only at the end (how many, their bbox, the
checksum) stands in the tail, which RFC 7946 allows. The canonical line of a feature is its
compact GeoJSON in WGS 84 with at most 7 digits of a degree; the checksum of a layer is the
SHA-256 over these lines, each closed by one line feed, whatever format and system it is
written in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo.export_places import WGS84, decimals_of, point_columns, rounded_shapes, shapes_box
from geo.layer_stream import Batch, LayerStream, Points

_CLOSED = b"\n"


@dataclass(slots=True)
class Tally:
    """What is known of a layer when all its features have passed: number, bbox, checksum."""

    n: int = 0
    box: tuple[float, ...] | None = None
    _sum: Any = field(default_factory=sha256)

    @property
    def content_sha256(self) -> str:
        """The checksum over the canonical lines so far, as hexadecimal digits."""
        return str(self._sum.hexdigest())

    def add(self, batch: Batch, lines: Sequence[bytes]) -> None:
        """Count a batch with its canonical lines."""
        if not lines:
            return
        self.n += len(lines)
        self._sum.update(_CLOSED.join(lines) + _CLOSED)
        self._widen(shapes_box(batch.geometries))

    def _widen(self, box: tuple[float, ...] | None) -> None:
        if self.box is None or box is None:
            self.box = self.box or box
            return
        lows = map(min, self.box[:2], box[:2])
        self.box = (*lows, *map(max, self.box[2:], box[2:]))

    def watch(self, stream: LayerStream) -> Iterator[Batch]:
        """The batches of a stream, each counted when it passes."""
        for batch in stream.batches:
            self.add(batch, feature_lines(stream.names, batch))
            yield batch

    def told(self) -> dict[str, Any]:
        """The figures as members of metadata."""
        return {"features": self.n, "bbox": self.box, "content_sha256": self.content_sha256}


def geojson_chunks(
    stream: LayerStream, metadata: Mapping[str, Any], tally: Tally | None = None
) -> Iterator[bytes]:
    """A layer as RFC 7946 text in WGS 84, a chunk a batch.

    The head leaves before the first batch is asked for.
    """
    tally = tally or Tally()
    head = {"type": "FeatureCollection", "name": stream.name, "metadata": dict(metadata)}
    yield orjson.dumps(head)[:-1] + b',"features":['
    between = b"\n"
    for batch in stream.batches:
        lines = feature_lines(stream.names, batch)
        tally.add(batch, lines)
        if lines:
            yield between + b",\n".join(lines)
            between = b",\n"
    tail = tally.told()
    box = {"bbox": tail["bbox"]} if tail["bbox"] else {}
    told = {**box, "feature_count": tail["features"], "content_sha256": tail["content_sha256"]}
    yield b"\n]," + orjson.dumps(told)[1:] + b"\n"


def feature_lines(
    names: Sequence[str], batch: Batch, crs: int = WGS84, *, northing_first: bool = False
) -> list[bytes]:
    """Features of a batch as compact GeoJSON, one bytes object each, without a line feed.

    Coordinates are rounded to 7 digits of a degree or to a millimetre. `northing_first` swaps
    the axes for protocols that keep the order of the system's own definition.

    >>> batch = Batch([7], [["Đắk Tô", float("nan")]], Points([107.8], [14.65]))
    >>> line = orjson.loads(feature_lines(("name", "share"), batch)[0])
    >>> line["id"], line["properties"], line["geometry"]
    (7, {'name': 'Đắk Tô', 'share': None}, {'type': 'Point', 'coordinates': [107.8, 14.65]})

    Raises
    ------
    CrsError
        If a place lies where the system has no coordinates.
    """
    dumps = orjson.dumps
    places = _places(batch.geometries, crs, northing_first)
    return [
        dumps(
            {
                "type": "Feature",
                "id": each,
                "geometry": place,
                "properties": dict(zip(names, row, strict=True)),
            }
        )
        for each, place, row in zip(batch.ids, places, batch.rows, strict=True)
    ]


def _places(
    geometries: Points | Sequence[BaseGeometry | None], crs: int, northing_first: bool
) -> list[Any]:
    if isinstance(geometries, Points):
        digits = decimals_of(crs)
        x, y = (np.round(each, digits).tolist() for each in point_columns(geometries, crs))
        pairs = zip(y, x, strict=True) if northing_first else zip(x, y, strict=True)
        return [
            {"type": "Point", "coordinates": pair} if isfinite(pair[0]) else None for pair in pairs
        ]
    shapes = shapely.orient_polygons(rounded_shapes(geometries, crs), exterior_cw=False)
    if northing_first:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    return [text and orjson.Fragment(text) for text in shapely.to_geojson(shapes).tolist()]
