"""What a filter of CQL2 means, said in plain Python: rows as dictionaries, None is unknown."""

from __future__ import annotations

import json
import operator
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely

_SIGNS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def meets(node: Any, row: Mapping[str, Any]) -> bool | None:
    """Whether a row meets an expression; None where that is unknown."""
    if isinstance(node, bool):
        return node
    if "property" in node:
        return row[node["property"]]
    op, args = node["op"], node["args"]
    if op in ("and", "or", "not"):
        return _logic(op, [meets(arg, row) for arg in args])
    if op == "isNull":
        return row[args[0]["property"]] is None
    if op.startswith("s_"):
        shape = shapely.from_geojson(json.dumps(args[1]))
        place = row["geometry"]
        return None if place is None else bool(getattr(shapely, op[2:])(place, shape))
    if op.startswith("t_"):
        return _temporal(op, _span(args[0], row), _span(args[1], row))
    values = [_value(arg, row) for arg in (args if op != "in" else args[:1])]
    if any(value is None for value in values):
        return None
    return _plain(op, values, args)


def _plain(op: str, values: list[Any], args: list[Any]) -> bool:
    if op == "in":
        return values[0] in [_value(each, {}) for each in args[1]]
    if op == "between":
        return bool(values[1] <= values[0] <= values[2])
    if op == "like":
        signs = {"%": ".*", "_": "."}
        pattern = "".join(signs.get(letter, re.escape(letter)) for letter in values[1])
        return re.fullmatch(pattern, values[0], re.S) is not None
    return bool(_SIGNS[op](values[0], values[1]))


def _logic(op: str, parts: list[bool | None]) -> bool | None:
    if op == "not":
        return None if parts[0] is None else not parts[0]
    decides = op == "or"
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _value(node: Any, row: Mapping[str, Any]) -> Any:
    if not isinstance(node, Mapping):
        return node
    if "property" in node:
        return row[node["property"]]
    if "date" in node:
        return date.fromisoformat(node["date"])
    text = _value(node["args"][0], row)
    if text is None:
        return None
    if node["op"] == "casei":
        return text.lower()
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _span(node: Any, row: Mapping[str, Any]) -> tuple[date | None, date | None]:
    if "interval" not in node:
        day = _value(node, row)
        return day, day
    ends = [
        edge if end == ".." else _value({"date": end} if isinstance(end, str) else end, row)
        for end, edge in zip(node["interval"], (date.min, date.max), strict=True)
    ]
    return ends[0], ends[1]


def _temporal(op: str, one: tuple[Any, Any], other: tuple[Any, Any]) -> bool | None:
    (a, z), (b, y) = one, other
    if None in (a, z, b, y):
        return None
    return {
        "t_after": a > y,
        "t_before": z < b,
        "t_contains": a < b and z > y,
        "t_disjoint": z < b or a > y,
        "t_during": a > b and z < y,
        "t_equals": a == b and z == y,
        "t_finishedby": a < b and z == y,
        "t_finishes": a > b and z == y,
        "t_intersects": a <= y and z >= b,
        "t_meets": z == b,
        "t_metby": a == y,
        "t_overlappedby": b < a < y < z,
        "t_overlaps": a < b < z < y,
        "t_startedby": a == b and z > y,
        "t_starts": a == b and z < y,
    }[op]
