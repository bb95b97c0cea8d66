"""Features as columns of single values, for formats that know no nested ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import orjson

from geo.layer_stream import Batch, Field, FieldType, LayerStream

ID_FIELD = "id"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def flattened(stream: LayerStream) -> LayerStream:
    """The layer with the ids of its features as its first field, unless it has one named `id`.

    The first batch is read to know whether ids are numbers or texts.
    """
    if ID_FIELD in stream.names:
        return stream
    first = next(stream.batches, None)
    ahead: tuple[Batch, ...] = () if first is None else (first,)
    is_number = any(isinstance(each, int) for batch in ahead for each in batch.ids[:1])
    kind = FieldType.INTEGER if is_number else FieldType.TEXT
    own = Field(ID_FIELD, kind, "Mã của đối tượng trong lớp", "Identifier of the feature")
    batches = (_with_ids(batch) for batch in chain(ahead, stream.batches))
    return replace(stream, fields=(own, *stream.fields), batches=batches)


def _with_ids(batch: Batch) -> Batch:
    rows = [(each, *row) for each, row in zip(batch.ids, batch.rows, strict=True)]
    return replace(batch, rows=rows)


def columns_of(fields: Sequence[Field], batch: Batch) -> Iterator[list[Any]]:
    """The values of each field in turn: lists as JSON text, numbers that are none as None."""
    columns = zip(*batch.rows, strict=True) if batch.rows else [()] * len(fields)
    for field, column in zip(fields, columns, strict=True):
        if field.type is FieldType.LIST:
            yield [None if value is None else orjson.dumps(value).decode() for value in column]
        elif field.type is FieldType.NUMBER:
            yield [None if value is None or not math.isfinite(value) else value for value in column]
        else:
            yield list(column)


def xml_text(text: str) -> str:
    """A text without the characters that no XML, hence no workbook and no KML, can hold.

    >>> xml_text("Đắk\\x0b Tô\\x00")
    'Đắk Tô'
    """
    return text if text.isprintable() else _NO_XML.sub("", text)
