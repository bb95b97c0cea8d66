"""The words in which the answers of the API are described: JSON Schema 2020-12."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
DAY: Shape = {"type": "string", "format": "date"}
YES_NO: Shape = {"type": "boolean"}
COUNT: Shape = {"type": "integer", "minimum": 0}
WHOLE: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
LON: Shape = {"type": "number", "minimum": -180, "maximum": 180}
LAT: Shape = {"type": "number", "minimum": -90, "maximum": 90}
CODE: Shape = {"type": "string", "pattern": "^[0-9]{1,5}$"}


def record(fields: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object with exactly these fields, those of `optional` perhaps."""
    return {
        "type": "object",
        "properties": dict(fields) | dict(optional or {}),
        "required": list(fields),
        "additionalProperties": False,
    }


def by_name(values: Shape) -> Shape:
    """An object whose names are codes or words and whose values are alike."""
    return {"type": "object", "additionalProperties": values}


def rows(of: Shape) -> Shape:
    """A list of things that are alike."""
    return {"type": "array", "items": of}


def row(*columns: Shape) -> Shape:
    """A list whose places mean something each: a row of a table without headings."""
    return {
        "type": "array",
        "prefixItems": list(columns),
        "minItems": len(columns),
        "maxItems": len(columns),
    }


def or_null(shape: Shape) -> Shape:
    """The same, or nothing."""
    return {"anyOf": [shape, {"type": "null"}]}


def word(words: type[StrEnum]) -> Shape:
    """One of the codes of a list."""
    return {"type": "string", "enum": [each.value for each in words]}


def one_of(*choices: str) -> Shape:
    """One of a few words."""
    return {"type": "string", "enum": list(choices)}


def features(properties: Shape) -> Shape:
    """A GeoJSON collection in WGS 84."""
    feature = record({"type": one_of("Feature"), "properties": properties, "geometry": GEOMETRY})
    return record({"type": one_of("FeatureCollection"), "features": rows(feature)})


GEOMETRY: Shape = {
    "type": "object",
    "properties": {"type": TEXT, "coordinates": {"type": "array"}},
    "required": ["type", "coordinates"],
}
PLACE = row(LON, LAT)

PROBLEM: Shape = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
        "instance": TEXT,
        "parameter": {"type": "string", "description": "Tham số không dùng được (chỉ khi 400)."},
    },
    "required": ["type", "title", "status", "detail", "instance"],
}
"""Problem details of RFC 9457."""
