"""Layers as CSV: for every tool, and fit for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from math import isfinite
from typing import Any

import numpy as np
import shapely

from geo.export_places import decimals_of, placed_shapes, point_columns
from geo.flat_columns import ID_FIELD, columns_of
from geo.guarded_cells import guarded
from geo.layer_stream import Batch, Field, FieldType, LayerStream, Points

GEOMETRY_COLUMN = "wkt"
_MARK = b"\xef\xbb\xbf"
"""The byte order mark by which Excel knows UTF-8."""


def csv_chunks(stream: LayerStream, crs: int) -> Iterator[bytes]:
    """A layer as UTF-8 CSV with the geometry as WKT in its last column, a chunk a batch.

    Cells that a spreadsheet would run as formulas are guarded. The head leaves before the first
    batch is asked for.
    """
    own_id = [] if ID_FIELD in stream.names else [ID_FIELD]
    yield _MARK + _csv([[*own_id, *stream.names, GEOMETRY_COLUMN]])
    for batch in stream.batches:
        columns = [_guarded(batch.ids)] if own_id else []
        for field, column in zip(stream.fields, columns_of(stream.fields, batch), strict=True):
            columns.append(_cells(field, column))
        yield _csv(zip(*columns, _wkt(batch, crs), strict=True))


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _cells(field: Field, column: list[Any]) -> list[Any]:
    if field.type is FieldType.BOOLEAN:
        return [None if value is None else "true" if value else "false" for value in column]
    return _guarded(column) if field.type in (FieldType.TEXT, FieldType.LIST) else column


def _guarded(column: Sequence[Any]) -> list[Any]:
    return [guarded(value) for value in column]


def _wkt(batch: Batch, crs: int) -> list[str]:
    digits = decimals_of(crs)
    if isinstance(batch.geometries, Points):
        x, y = (np.round(each, digits).tolist() for each in point_columns(batch.geometries, crs))
        return [
            f"POINT ({lon} {lat})" if isfinite(lon) else "" for lon, lat in zip(x, y, strict=True)
        ]
    shapes = placed_shapes(batch.geometries, crs)
    texts = shapely.to_wkt(shapes, rounding_precision=digits).tolist()
    return [text or "" for text in texts]
