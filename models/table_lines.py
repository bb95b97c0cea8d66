"""Rows of a table as lines of text that are the same on both databases.

A line is a JSON array in the order of the columns: numbers as they are, days and moments as
ISO 8601 text, bytes and geometries (WKB without its coordinate system, WGS 84) in base64. Equal
lines mean equal rows, so that the SHA-256 of all lines of a table, in the order of its primary
key, says whether two tables are the same, whatever holds them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import islice
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    column,
    func,
    insert,
    select,
    table,
    type_coerce,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.columns import WGS84, GeometryColumn
from models.errors import InvalidValueError
from models.viewers import Viewer

CHUNK = 1_000
"""Rows that are read or written at once."""

_LITTLE_ENDIAN = 1
_HAS_SRID = 0x20  # in the last byte of the type of a geometry
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Kind(StrEnum):
    """What a column holds."""

    TEXT = auto()
    INTEGER = auto()
    FLOAT = auto()
    BOOLEAN = auto()
    DATE = auto()
    MOMENT = auto()
    BYTES = auto()
    GEOMETRY = auto()


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its columns with their kinds, in the order of its lines, and its primary key."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]


def shape_of(source: Table, known: Table | None = None) -> Shape:
    """The shape of a table; `known` tells geometries from bytes where the database does not.

    Raises
    ------
    InvalidValueError
        If a column is of a type that has no line.
    """
    meant = {} if known is None else {c.name: c for c in known.columns}
    columns = tuple((c.name, _kind_of(meant.get(c.name, c))) for c in source.columns)
    key = tuple(c.name for c in source.primary_key.columns)
    return Shape(source.name, columns, key or tuple(name for name, _ in columns))


def read_lines(session: Session, viewer: Viewer, shape: Shape) -> Iterator[bytes]:
    """The rows of a table as lines, in the order of its primary key.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator of the whole nation.
    """
    _require_all(viewer)
    postgis = session.get_bind().dialect.name == "postgresql"
    columns = [_as_read(name, kind, postgis=postgis) for name, kind in shape.columns]
    kinds = dict(shape.columns)
    order = [_in_order(name, kinds[name], postgis=postgis) for name in shape.key]
    told = [(i, _TOLD[kind]) for i, (_, kind) in enumerate(shape.columns) if kind in _TOLD]
    statement = select(*columns).select_from(table(shape.name)).order_by(*order)
    for found in session.execute(statement.execution_options(yield_per=CHUNK)):
        row = list(found)
        for i, tell in told:
            if row[i] is not None:
                row[i] = tell(row[i])
        yield _line(row, shape.name)


def write_lines(session: Session, viewer: Viewer, shape: Shape, lines: Iterable[bytes]) -> None:
    """Add rows, given as lines, to a table.

    Raises
    ------
    InvalidValueError
        If a line is none of this table.
    NotAllowedError
        If the viewer is no administrator of the whole nation.
    """
    _require_all(viewer)
    postgis = session.get_bind().dialect.name == "postgresql"
    kept = [(i, _kept(kind, postgis=postgis)) for i, (_, kind) in enumerate(shape.columns)]
    turned = [(i, turn) for i, turn in kept if turn is not None]
    columns = [column(name, _as_written(kind)) for name, kind in shape.columns]
    statement = insert(table(shape.name, *columns))
    names = [name for name, _ in shape.columns]
    rows = (_row(line, shape) for line in lines)
    while chunk := list(islice(rows, CHUNK)):
        for row in chunk:
            for i, turn in turned:
                if row[i] is not None:
                    row[i] = turn(row[i])
        session.execute(statement, [dict(zip(names, row, strict=True)) for row in chunk])


def count_rows(session: Session, viewer: Viewer, shape: Shape) -> int:
    """How many rows a table holds."""
    _require_all(viewer)
    return session.scalar(select(func.count()).select_from(table(shape.name))) or 0


def plain_wkb(wkb: bytes) -> bytes:
    """A geometry without the coordinate system that it may name.

    >>> plain_wkb(bytes.fromhex("0101000020e6100000" + "00" * 16)).hex()[:10]
    '0101000000'
    """
    if wkb[0] == _LITTLE_ENDIAN and wkb[4] & _HAS_SRID:
        return wkb[:4] + bytes([wkb[4] & ~_HAS_SRID]) + wkb[9:]
    return wkb


def _located(told: str) -> str:
    """Hexadecimal EWKB in WGS 84, which PostGIS takes exactly."""
    wkb = b64decode(told)
    return (wkb[:4] + bytes([wkb[4] | _HAS_SRID]) + WGS84.to_bytes(4, "little") + wkb[5:]).hex()


def _require_all(viewer: Viewer) -> None:
    viewer.require_admin()
    viewer.require_nation()


def _kind_of(source: Column[Any]) -> Kind:
    type_: TypeEngine[Any] = source.type
    if isinstance(type_, GeometryColumn | Geometry):
        return Kind.GEOMETRY
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    for kind, its_type in _TYPES.items():
        if isinstance(type_, its_type):
            return kind
    raise InvalidValueError(f"Cột «{source}» có kiểu {type_!r} chưa chép được.")


_TYPES: dict[Kind, type[TypeEngine[Any]]] = {
    Kind.BOOLEAN: Boolean,
    Kind.INTEGER: Integer,
    Kind.FLOAT: Float,
    Kind.MOMENT: DateTime,
    Kind.DATE: Date,
    Kind.BYTES: LargeBinary,
    Kind.TEXT: String,
}

_TOLD: dict[Kind, Callable[[Any], Any]] = {
    Kind.FLOAT: lambda value: value + 0.0,  # SQLite knows no negative zero
    Kind.DATE: lambda value: value.isoformat(),
    Kind.MOMENT: lambda value: value.isoformat(" ", "microseconds"),
    Kind.BYTES: lambda value: b64encode(value).decode("ascii"),
    Kind.GEOMETRY: lambda value: b64encode(plain_wkb(value)).decode("ascii"),
}

_IN_JSON: dict[Kind, type] = {Kind.INTEGER: int, Kind.FLOAT: float, Kind.BOOLEAN: bool}


def _as_read(name: str, kind: Kind, *, postgis: bool) -> ColumnElement[Any]:
    if kind is Kind.GEOMETRY:
        read: ColumnElement[Any] = column(name)
        if postgis:
            read = func.ST_AsEWKB(func.ST_SetSRID(read, 0), "NDR")
        return type_coerce(read, LargeBinary()).label(name)
    return column(name, _TYPES[kind]())


def _in_order(name: str, kind: Kind, *, postgis: bool) -> ColumnElement[Any]:
    """Text in the order of its bytes, as SQLite has it, whatever the collation."""
    ordered: ColumnElement[Any] = column(name, Text())
    return ordered.collate("C") if postgis and kind is Kind.TEXT else column(name)


def _as_written(kind: Kind) -> TypeEngine[Any]:
    # Days and moments go in as the text that both databases take for one.
    plain = kind in (Kind.DATE, Kind.MOMENT, Kind.GEOMETRY)
    return _AsItIs() if plain else _TYPES[kind]()


class _AsItIs(TypeDecorator[Any]):
    """A value that goes to the driver untouched."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Any) -> None:  # noqa: ARG002
        """Nothing is done to the value."""
        return


def _kept(kind: Kind, *, postgis: bool) -> Callable[[str], Any] | None:
    if kind is Kind.GEOMETRY and postgis:
        return _located
    return b64decode if kind in (Kind.GEOMETRY, Kind.BYTES) else None


def _line(row: list[Any], name: str) -> bytes:
    try:
        return _JSON.encode(row).encode() + b"\n"
    except ValueError as error:
        raise InvalidValueError(
            f"Bảng «{name}» có một số không hữu hạn; hãy sửa bản ghi ấy rồi chép lại."
        ) from error


def _row(line: bytes, shape: Shape) -> list[Any]:
    row = json.loads(line)
    if not isinstance(row, list) or len(row) != len(shape.columns):
        raise InvalidValueError(f"Có dòng không thuộc bảng «{shape.name}».")
    for value, (name, kind) in zip(row, shape.columns, strict=True):
        if value is not None and type(value) is not _IN_JSON.get(kind, str):
            raise InvalidValueError(f"Bảng «{shape.name}», cột «{name}»: giá trị sai kiểu.")
    return row
