"""Layers as a workbook: the features, what the file means, what its fields mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from geo.errors import UnusableFileError
from geo.export_places import decimals_of, point_columns
from geo.flat_columns import columns_of, flattened
from geo.layer_stream import Batch, LayerStream, Points, Shape
from geo.workbook_file import Sheet, write_sheets

MOST_ROWS = 1_048_575
"""Rows that a sheet of Excel has under its heading."""
_NO_SHAPES = "Bảng tính không chứa hình; hãy dùng GeoPackage, GeoJSON hoặc CSV nếu cần."


def write_workbook(
    stream: LayerStream, path: Path, crs: int, last_words: Callable[[], Mapping[str, Any]]
) -> None:
    """Write a layer as XLSX: sheets of the features, the metadata and the field dictionary.

    Points have their coordinates in the columns `x` and `y`; lines and areas, too long for
    cells, are left out and the metadata say so. Texts are never run as formulas.

    Parameters
    ----------
    last_words : callable
        Gives the metadata once all features have passed.

    Raises
    ------
    UnusableFileError
        If there are more features than a sheet has rows, or a text is longer than a cell holds.
    """
    write_sheets(_sheets(flattened(stream), crs, last_words), path)


def _sheets(
    stream: LayerStream, crs: int, last_words: Callable[[], Mapping[str, Any]]
) -> Iterator[Sheet]:
    has_points = stream.shape is Shape.POINT
    heading = [*stream.names, *(("x", "y") if has_points else ())]
    yield Sheet(stream.name, heading, _features(stream, crs))
    told = {key: value for key, value in last_words().items() if key != "fields"}
    told |= {} if has_points else {"geometry": _NO_SHAPES}
    yield Sheet("metadata", ("key", "value"), map(_told, told.items()), (24, 100))
    dictionary = (
        (each.name, each.type.value, each.vi, each.en, _codes(each.codes)) for each in stream.fields
    )
    yield Sheet("fields", ("field", "type", "vi", "en", "codes"), dictionary, (24, 10, 70, 70, 60))


def _features(stream: LayerStream, crs: int) -> Iterator[Sequence[Any]]:
    n = 0
    for batch in stream.batches:
        n += len(batch.ids)
        if n > MOST_ROWS:
            raise UnusableFileError(
                f"Lớp có hơn {MOST_ROWS} đối tượng, nhiều hơn số dòng của một trang tính Excel."
                " Hãy chọn định dạng khác, ví dụ CSV, GeoPackage hoặc GeoParquet, hoặc lọc bớt."
            )
        columns = [*columns_of(stream.fields, batch), *_coordinates(batch, crs)]
        yield from zip(*columns, strict=True)


def _coordinates(batch: Batch, crs: int) -> Iterator[list[float | None]]:
    if isinstance(batch.geometries, Points):
        for each in point_columns(batch.geometries, crs):
            rounded = np.round(each, decimals_of(crs)).tolist()
            yield [value if isfinite(value) else None for value in rounded]


def _told(item: tuple[str, Any]) -> tuple[str, str | None]:
    key, value = item
    is_plain = isinstance(value, str) or value is None
    return key, value if is_plain else orjson.dumps(value).decode()


def _codes(codes: Mapping[str, str]) -> str:
    return "; ".join(f"{code} = {word}" for code, word in codes.items())
