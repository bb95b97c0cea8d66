"""A checked filter of CQL2 as a condition of SQL, with the same meaning on both databases.

Every value is bound, every name is one of the columns given: nothing of a filter's text reaches
the database. Logic has three values as in SQL: what is unknown is not found, nor is its
negation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, String, and_, false, func, literal, not_, or_, true

from geo.cql2 import GEOMETRY, Expression, shape_of
from models.letter_tables import CASE, MARKS, changed

Spatial = Callable[[str, BaseGeometry], ColumnElement[bool]]
"""How a place is compared: by which operation (`s_within` …) with which geometry (WGS 84)."""

_COMPARE: Mapping[str, str] = {"=": "=", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_ORDERED = frozenset({"<", ">", "<=", ">="})
_LETTERS = {"casei": CASE, "accenti": MARKS}


@dataclass(frozen=True, slots=True)
class FilterColumns:
    """What a filter is about: fields as columns, the place as a question, whether there is one."""

    fields: Mapping[str, ColumnElement[Any]]
    spatial: Spatial
    has_place: ColumnElement[bool]
    is_postgis: bool


def condition(expression: Expression, columns: FilterColumns) -> ColumnElement[bool]:
    """The condition of an expression that `geo.cql2.parse_filter` gave."""
    return _Writer(columns).truth(expression)


class _Writer:
    def __init__(self, columns: FilterColumns) -> None:
        self._columns = columns

    def truth(self, node: Any) -> ColumnElement[bool]:
        """A condition; a field of truth or a literal one is a condition too."""
        if isinstance(node, bool):
            return true() if node else false()
        if "property" in node:
            return self._columns.fields[node["property"]].op("=", is_comparison=True)(literal(True))
        op, args = node["op"], node["args"]
        if op in ("and", "or", "not"):
            return self._logic(op, list(map(self.truth, args)))
        if op.startswith("s_"):
            return self._columns.spatial(op, shape_of(args[1]))
        return self._temporal(op, args) if op.startswith("t_") else self._plain(op, args)

    def _logic(self, op: str, parts: list[ColumnElement[bool]]) -> ColumnElement[bool]:
        if op == "not":
            return not_(parts[0])
        return and_(*parts) if op == "and" else or_(*parts)

    def _plain(self, op: str, args: Sequence[Any]) -> ColumnElement[bool]:
        if op == "isNull":
            return self._is_null(args[0]["property"])
        value = self.value(args[0])
        if op == "in":
            return value.in_([_literal(each) for each in args[1]])
        if op == "like":
            return self._like(value, str(_letters_of(args[1])))
        if op == "between":
            return and_(
                self._compared(">=", args[0], args[1]), self._compared("<=", args[0], args[2])
            )
        return self._compared(op, args[0], args[1])

    def _is_null(self, name: str) -> ColumnElement[bool]:
        if name == GEOMETRY:
            return not_(self._columns.has_place)
        return self._columns.fields[name].is_(None)

    def _compared(self, op: str, one: Any, other: Any) -> ColumnElement[bool]:
        left, right = self.value(one), self.value(other)
        if op in _ORDERED and isinstance(left.type, String) and self._columns.is_postgis:
            left = left.collate("C")  # by the numbers of the letters, as SQLite does
        return left.op(_COMPARE[op], is_comparison=True)(right)

    def value(self, node: Any) -> ColumnElement[Any]:
        """A value: a field, its letters changed, or a literal."""
        if isinstance(node, Mapping) and "property" in node:
            return self._columns.fields[node["property"]]
        if isinstance(node, Mapping) and node.get("op") in _LETTERS:
            return self._changed(self.value(node["args"][0]), node["op"])
        return literal(_literal(node))

    def _changed(self, text: ColumnElement[Any], how: str) -> ColumnElement[Any]:
        if not self._columns.is_postgis:
            taught: ColumnElement[Any] = getattr(func, f"diaban_{how}")(text, type_=String())
            return taught
        table = _LETTERS[how]
        return func.translate(text, "".join(table), "".join(table.values()), type_=String())

    def _like(self, value: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
        if self._columns.is_postgis:
            return value.like(pattern.removesuffix("\\") if _dangling(pattern) else pattern)
        # SQLite's LIKE takes small and capital letters of ASCII for the same.
        return value.op("GLOB", is_comparison=True)(_as_glob(pattern))

    def _temporal(self, op: str, args: Sequence[Any]) -> ColumnElement[bool]:
        if op == "t_disjoint":
            return not_(self._temporal("t_intersects", args))
        ends = (*self._span(args[0]), *self._span(args[1]))
        named = dict(zip("azby", ends, strict=True))
        parts = (part.split() for part in _TEMPORAL[op])
        return and_(
            *(named[one].op(sign, is_comparison=True)(named[two]) for one, sign, two in parts)
        )

    def _span(self, node: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """First and last day of a day or an interval; an open end is the end of time."""
        if isinstance(node, Mapping) and "interval" in node:
            first, last = node["interval"]
            return self._end(first, date.min), self._end(last, date.max)
        day = self.value(node)
        return day, day

    def _end(self, end: Any, otherwise: date) -> ColumnElement[Any]:
        if end == "..":
            return literal(otherwise)
        return self.value(end if isinstance(end, Mapping) else {"date": end})


def _literal(node: Any) -> Any:
    return date.fromisoformat(node["date"]) if isinstance(node, Mapping) else node


def _letters_of(node: Any) -> Any:
    """A pattern whose letters may be changed."""
    if isinstance(node, Mapping):
        return changed(str(_letters_of(node["args"][0])), node["op"])
    return node


def _dangling(pattern: str) -> bool:
    """Whether the last character escapes nothing, which PostgreSQL refuses."""
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


def _as_glob(pattern: str) -> str:
    """The pattern of LIKE as one of GLOB.

    >>> _as_glob("a%[_")
    'a*[[]?'
    """
    told, escaped = [], False
    for letter in pattern:
        if escaped or letter not in "%_\\":
            told.append(f"[{letter}]" if letter in "*?[" else letter)
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            told.append("*" if letter == "%" else "?")
    return "".join(told)


_TEMPORAL: Mapping[str, tuple[str, ...]] = {
    "t_after": ("a > y",),
    "t_before": ("z < b",),
    "t_contains": ("a < b", "z > y"),
    "t_during": ("a > b", "z < y"),
    "t_equals": ("a = b", "z = y"),
    "t_finishedby": ("a < b", "z = y"),
    "t_finishes": ("a > b", "z = y"),
    "t_intersects": ("a <= y", "z >= b"),
    "t_meets": ("z = b",),
    "t_metby": ("a = y",),
    "t_overlappedby": ("a > b", "a < y", "z > y"),
    "t_overlaps": ("a < b", "z > b", "z < y"),
    "t_startedby": ("a = b", "z > y"),
    "t_starts": ("a = b", "z < y"),
}
"""By first and last day of the one (a, z) and of the other (b, y); disjoint is not intersecting."""
