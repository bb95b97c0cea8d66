"""Filters in CQL2, the Common Query Language of the OGC (21-065r2), read and checked.

The package `cql2` reads the text; here is checked that it is no bomb, that every property exists,
that what is compared can be compared and that every place and day is one. What comes out is the
JSON encoding of CQL2 with operators in small letters and geometries in WGS 84, longitude first.
A moment stands for its calendar day in Viet Nam: no record is finer than a day.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import cql2
import shapely
from shapely.geometry.base import BaseGeometry

from geo.cql2_checks import GEOMETRY, KIND_WORDS, SPATIAL, Check, day_of
from geo.errors import Cql2Error
from geo.layer_stream import Field, FieldType
from geo.ogc_crs import CRS84, Reference

__all__ = [
    "GEOMETRY",
    "LANGUAGES",
    "Expression",
    "all_of",
    "certain_boxes",
    "equals",
    "parse_filter",
]

Expression = Mapping[str, Any]

TEXT, JSON = "cql2-text", "cql2-json"
LANGUAGES = (TEXT, JSON)
MOST_LETTERS = 8_000
MOST_LEVELS = {TEXT: 12, JSON: 32}
"""Levels of brackets; a polygon alone takes four, in JSON each operation two."""

_LITERAL = {
    TEXT: re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", re.S),
    JSON: re.compile(r'"(?:[^"\\]|\\.)*"', re.S),
}
_MOST_STEPS = 1_000_000
"""Letters, doubled for each level of brackets: what is read in a quarter of a second."""

_MOST_SIGNS = 12
_SIGNS = re.compile(r"(?:[-+*/^%]\s*){8}")

_KINDS = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "number",
    FieldType.NUMBER: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "day",
    FieldType.LIST: "list",
}


def parse_filter(
    text: str, lang: str, fields: Sequence[Field], reference: Reference = CRS84
) -> Expression:
    """A filter as checked CQL2 JSON.

    Parameters
    ----------
    text : str
        The filter, at most 8,000 characters.
    lang : str
        One of `LANGUAGES`.
    fields : sequence of Field
        The properties that there are, beside `geometry`.
    reference : Reference
        The system that coordinates of the filter are in, with its order of axes.

    Raises
    ------
    Cql2Error
        Saying what cannot be read or compared.

    Examples
    --------
    >>> field = Field("n", FieldType.INTEGER, "Số", "Number")
    >>> parse_filter("n > 3 AND n IS NOT NULL", TEXT, [field])["op"]
    'and'
    """
    _refuse_bombs(text, lang)
    node = _read_text(text) if lang == TEXT else _read_json(text)
    check = Check({field.name: _KINDS[field.type] for field in fields}, reference)
    checked, kind = check.value(node, 0)
    if kind not in ("truth", "boolean"):
        raise Cql2Error(f"Bộ lọc phải là một điều kiện, không phải {KIND_WORDS[kind]}.")
    return checked if isinstance(checked, Mapping) else {"op": "and", "args": [checked]}


def equals(field: Field, text: str) -> Expression:
    """The expression that a field equals a value written as text.

    >>> equals(Field("n", FieldType.INTEGER, "Số", "Number"), "3")["args"][1]
    3.0

    Raises
    ------
    Cql2Error
        If the text is no value of the field's type.
    """
    return {"op": "=", "args": [{"property": field.name}, _typed(field, text)]}


def all_of(expressions: Sequence[Expression]) -> Expression | None:
    """All of some expressions; None where there is none."""
    if len(expressions) > 1:
        return {"op": "and", "args": list(expressions)}
    return expressions[0] if expressions else None


def filter_text(expression: Expression) -> str:
    """An expression as CQL2 text, for an address that repeats it."""
    return str(cql2.parse_json(json.dumps(expression)).to_text())


def shape_of(node: Mapping[str, Any]) -> BaseGeometry:
    """The geometry (WGS 84) that a checked expression holds."""
    return shapely.from_geojson(json.dumps(node))


def certain_boxes(expression: Any) -> list[tuple[float, float, float, float]]:
    """Boxes (west, south, east, north) that every feature of an expression touches."""
    if not isinstance(expression, Mapping):
        return []
    op, args = expression.get("op"), expression.get("args", [])
    if op == "and":
        return [box for arg in args for box in certain_boxes(arg)]
    if op in SPATIAL and op != "s_disjoint":
        west, south, east, north = shape_of(args[1]).bounds
        return [(west, south, east, north)]
    return []


def _refuse_bombs(text: str, lang: str) -> None:
    """Refuse what would exhaust the reader, before it is read.

    The reader goes back over every bracket that it cannot make sense of, twice as long for each
    level; some thousands of levels end the whole process.
    """
    if len(text) > MOST_LETTERS:
        raise Cql2Error(f"Bộ lọc dài {len(text)} ký tự; tối đa {MOST_LETTERS}.")
    if "\x00" in text:
        raise Cql2Error("Bộ lọc có ký tự trống (mã 0), không dùng được.")
    bare = _LITERAL[lang].sub("''", text)
    level = deepest = 0
    for letter in bare:
        level += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, level)
        if level < 0:
            break
    if level != 0:
        raise Cql2Error("Bộ lọc có dấu ngoặc mở và đóng không khớp nhau.")
    if deepest > MOST_LEVELS[lang]:
        raise Cql2Error(f"Bộ lọc lồng {deepest} tầng ngoặc; tối đa {MOST_LEVELS[lang]}.")
    if lang == TEXT and len(text) << deepest > _MOST_STEPS:
        raise Cql2Error(
            f"Bộ lọc vừa dài ({len(text)} ký tự) vừa lồng {deepest} tầng ngoặc; hãy bớt ngoặc"
            " hoặc rút ngắn."
        )
    chains = re.findall(r"(?:\bnot\b[\s(]*)+", bare, re.I)
    most_nots = max((run.lower().count("not") for run in chains), default=0)
    if lang == TEXT and (most_nots > _MOST_SIGNS or _SIGNS.search(bare)):
        raise Cql2Error("Bộ lọc lặp phép phủ định hoặc dấu quá nhiều lần liền nhau.")


def _read_text(text: str) -> Any:
    try:
        return cql2.parse_text(text).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as error:
        at = re.search(r"(\d+):(\d+)", str(error))
        where = f" ở ký tự thứ {at[2]}" if at else ""
        raise Cql2Error(
            f"Không đọc được bộ lọc CQL2{where}. Ví dụ đúng: kind = 'trading' AND"
            " occurred_on >= DATE('2026-01-01')."
        ) from None


def _read_json(text: str) -> Any:
    try:
        read = json.loads(text)
        told = json.dumps(read, ensure_ascii=False)
        told.encode()  # half a letter, written as an escape, is none
    except (ValueError, RecursionError):
        raise Cql2Error("Bộ lọc CQL2 dạng JSON không đọc được; hãy kiểm tra dấu ngoặc.") from None
    if "\\u0000" in told:
        raise Cql2Error("Bộ lọc có ký tự trống (mã 0), không dùng được.")
    return read


def _typed(field: Field, text: str) -> Any:
    if field.type in (FieldType.INTEGER, FieldType.NUMBER):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise Cql2Error(f"«{field.name}» cần một số; nhận «{text[:40]}».")
        return value
    if field.type is FieldType.BOOLEAN:
        if text not in ("true", "false"):
            raise Cql2Error(f"«{field.name}» cần true hoặc false; nhận «{text[:40]}».")
        return text == "true"
    return {"date": day_of(text)} if field.type is FieldType.DATE else text
