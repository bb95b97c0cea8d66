"""A layer on its way out: what its fields mean, and its features in batches.

Nothing here holds a whole layer: whoever makes a stream yields some thousands of features at a
time, whoever writes one forgets each batch when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry


class FieldType(StrEnum):
    """What the values of a field are in every format."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    LIST = "list"
    """A list or a table of JSON; as JSON text in formats of flat columns."""


class Shape(StrEnum):
    """The one kind of geometry of a layer, by its name in GeoJSON."""

    POINT = "Point"
    LINE = "LineString"
    LINES = "MultiLineString"
    AREAS = "MultiPolygon"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a layer as the dictionary explains it.

    `vi` and `en` say what the value means, with its unit; `codes` gives the Vietnamese words
    of the codes that the field holds, where it holds codes.
    """

    name: str
    type: FieldType
    vi: str
    en: str
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Points:
    """Longitudes and latitudes of points, WGS 84 degrees; None for a feature without a place."""

    lons: Sequence[float | None]
    lats: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some features in the order of the stream.

    `rows[i]` holds the values of feature `i` in the order of the stream's fields: text, numbers,
    booleans, `datetime.date`, lists, None. `geometries` are WGS 84: points as two columns,
    anything else as geometries of the stream's shape (single parts are allowed for Multi…).
    """

    ids: Sequence[int | str]
    rows: Sequence[Sequence[Any]]
    geometries: Points | Sequence[BaseGeometry | None]


@dataclass(frozen=True, slots=True)
class LayerStream:
    """A layer as it is read: the features come once, in a stable order of their ids."""

    name: str
    shape: Shape
    fields: tuple[Field, ...]
    batches: Iterator[Batch]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields in order."""
        return tuple(each.name for each in self.fields)
