"""Filters of CQL2 over rows at hand: the same compiler, asked of a table in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from geo.cql2 import Expression
from geo.layer_stream import Field, FieldType
from models.cql_filters import FilterColumns, condition
from models.letter_functions import teach_letters
from models.point_filters import PREDICATES

_TYPES: dict[FieldType, type[TypeEngine[Any]]] = {
    FieldType.TEXT: String,
    FieldType.INTEGER: Integer,
    FieldType.NUMBER: Float,
    FieldType.BOOLEAN: Boolean,
    FieldType.DATE: Date,
    FieldType.LIST: String,
}
_NUMBER = "feature_number"
_PLACED = "feature_placed"


def matching(
    fields: Sequence[Field],
    rows: Sequence[Sequence[Any]],
    geometries: Sequence[BaseGeometry | None],
    expression: Expression,
) -> list[int]:
    """The positions of the rows that an expression finds, ascending.

    `rows[i]` holds the values of the fields, `geometries[i]` the geometry (WGS 84) of row `i`.
    """
    if not rows:
        return []
    columns = [Column(f"f{k}", _TYPES[field.type]) for k, field in enumerate(fields)]
    table = Table(
        "features", MetaData(), Column(_NUMBER, Integer), Column(_PLACED, Boolean), *columns
    )
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            table.create(connection)
            connection.execute(insert(table), _values(fields, rows, geometries))
            wanted = condition(expression, _columns(connection, table, fields, geometries))
            found = select(table.c[_NUMBER]).where(wanted).order_by(table.c[_NUMBER])
            return list(connection.scalars(found))
    finally:
        engine.dispose()


def _columns(
    connection: Connection,
    table: Table,
    fields: Sequence[Field],
    geometries: Sequence[BaseGeometry | None],
) -> FilterColumns:
    raw = connection.connection.driver_connection
    teach_letters(raw)
    told = {field.name: table.c[f"f{k}"] for k, field in enumerate(fields)}
    spatial = _spatial(raw, table.c[_NUMBER], geometries)
    return FilterColumns(told, spatial, table.c[_PLACED], is_postgis=False)


def _values(
    fields: Sequence[Field],
    rows: Sequence[Sequence[Any]],
    geometries: Sequence[BaseGeometry | None],
) -> list[dict[str, Any]]:
    lists = [field.type is FieldType.LIST for field in fields]
    return [
        {_NUMBER: n, _PLACED: geometry is not None and not geometry.is_empty}
        | {
            f"f{k}": str(value) if is_list and value is not None else value
            for k, (value, is_list) in enumerate(zip(row, lists, strict=True))
        }
        for n, (row, geometry) in enumerate(zip(rows, geometries, strict=True))
    ]


def _spatial(
    connection: Any, number: ColumnElement[int], geometries: Sequence[BaseGeometry | None]
) -> Callable[[str, BaseGeometry], ColumnElement[bool]]:
    shapes = np.array([*geometries, None], dtype=object)[:-1]
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    taught = [0]

    def spatial(op: str, shape: BaseGeometry) -> ColumnElement[bool]:
        shapely.prepare(shape)
        found = PREDICATES[op](shapes, shape).tolist()
        answers = [
            answer if is_known else None
            for answer, is_known in zip(found, known.tolist(), strict=True)
        ]
        name = f"diaban_row_{taught[0]}"
        taught[0] += 1
        connection.create_function(name, 1, answers.__getitem__, deterministic=True)
        asked: ColumnElement[bool] = getattr(func, name)(number) == 1
        return asked

    return spatial
