"""A row or two in every table there is, with the values that are hard to carry."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import shapely
from sqlalchemy import Column, Table, insert
from sqlalchemy.types import TypeDecorator

from models.columns import GeometryColumn, JsonColumn, UtcDateTime
from models.session import Database, unit_of_work
from models.tables import metadata
from models.viewers import LOCAL_OPERATOR

TEXTS = (
    "Đắk Tô \"x\" 'y' \\n \\ \t\r\n %s %(a)s {b} :c — \u2028 🙂 e\u0302 NULL",
    "",
)
_HOLED = shapely.Polygon(
    shapely.box(104.1 + 1 / 3, 8.0, 106.7, 9.1 + 1e-13).exterior,
    [shapely.box(105.15, 8.25, 105.2, 8.3).exterior],
)
_GEOMETRIES = {
    "MULTIPOLYGON": shapely.MultiPolygon([_HOLED, shapely.box(106.9, 21, 107, 22)]),
    "POLYGON": _HOLED,
    "MULTILINESTRING": shapely.MultiLineString([[(105, 21), (105.1, 21.7)], [(1 / 3, 2), (3, 4)]]),
}
_MOMENTS = (
    datetime(2026, 6, 14, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1999, 12, 31, 0, 0, tzinfo=UTC),
)
_FLOATS = (1 / 3, -0.0, 5e-324, 1.7976931348623157e308, math.pi * 1e-7)


def fill_every_table(database: Database) -> None:
    """Two rows a table, the second with nothing wherever nothing is allowed."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for table in metadata.sorted_tables:
            session.execute(insert(table), [_row(table, n) for n in (1, 2)])


def _row(table: Table, n: int) -> dict[str, Any]:
    return {c.name: _value(c, n) for c in table.columns if c is not table.autoincrement_column}


def _value(column: Column[Any], n: int) -> Any:
    for key in column.foreign_keys:
        return _value(key.column, n)
    return None if n == 2 and column.nullable else _filled(column, n)


def _filled(column: Column[Any], n: int) -> Any:
    type_ = column.type
    if isinstance(type_, GeometryColumn):
        return _GEOMETRIES[type_.geometry_type]
    if isinstance(type_, JsonColumn):
        return {"ở": TEXTS[0], "b": [1, 0.1 + 0.2, None, True]} if n == 1 else []
    if isinstance(type_, UtcDateTime):
        return _MOMENTS[n - 1]
    if isinstance(type_, TypeDecorator):
        raise AssertionError(f"say what {column} may hold")
    of_python = type_.python_type
    if of_python is str:
        return _text(column, n)
    return {
        int: n if column.primary_key else 2_147_483_647 - n,
        float: _FLOATS[(n + len(column.name)) % len(_FLOATS)],
        bool: n == 1,
        date: date(2024, 2, 28 + n - 1),
        bytes: bytes(range(256)) * n,
    }[of_python]


def _text(column: Column[Any], n: int) -> str:
    length = getattr(column.type, "length", None)
    text = TEXTS[n - 1] if not _must_differ(column) else f"{n}{TEXTS[0]}"
    return text[:length]


def _must_differ(column: Column[Any]) -> bool:
    table = column.table
    kept_apart = {c.name for index in table.indexes if index.unique for c in index.columns}
    for constraint in table.constraints:
        if type(constraint).__name__ == "UniqueConstraint":
            kept_apart |= {c.name for c in constraint.columns}
    return column.primary_key or column.name in kept_apart or bool(column.unique)
