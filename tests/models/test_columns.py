"""Columns mean the same on both databases: geometry, JSON, moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from models.columns import GeometryColumn, JsonColumn, UtcDateTime
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR

metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("anything", GeometryColumn()),
    Column("area", GeometryColumn("MULTIPOLYGON")),
    Column("line", GeometryColumn("MULTILINESTRING")),
    Column("json", JsonColumn),
    Column("at", UtcDateTime),
)

SQUARE = shapely.box(105.1, 21.2, 105.3, 21.4)
HANOI = timezone(timedelta(hours=7))


@pytest.fixture
def database(owned_database: Database) -> Database:
    """Opened by the owner of its tables: every test here makes one."""
    return owned_database


def _through(database: Database, column: str, value: Any) -> Any:
    """The value after it was stored and read."""
    kinds = ["geometry", "geometry(multipolygon,4326)", "geometry(multilinestring,4326)"]
    kinds = kinds if database.is_postgis else ["BLOB"] * 3
    moment = "TIMESTAMP" if database.is_postgis else "DATETIME"
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(
            text(
                "CREATE TABLE things (id INTEGER, anything {}, area {}, line {}, "
                "json TEXT, at {})".format(*kinds, moment)
            )
        )
        session.execute(insert(things).values({column: value, "id": 1}))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return session.scalar(select(things.c[column]))


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(105.84117000000001, 21.024500000000003),
        SQUARE,
        shapely.LineString([(105, 21), (105.1, 21.7)]),
        shapely.MultiPolygon([SQUARE, shapely.box(106, 21, 107, 22)]),
        shapely.Polygon(SQUARE.exterior, [shapely.box(105.15, 21.25, 105.2, 21.3).exterior]),
    ],
    ids=lambda geometry: geometry.geom_type,
)
def test_geometry_comes_back_bit_for_bit(database: Database, geometry: BaseGeometry) -> None:
    assert shapely.to_wkb(_through(database, "anything", geometry)) == shapely.to_wkb(geometry)


def test_a_single_part_becomes_the_only_part_of_a_multi_type(database: Database) -> None:
    assert _through(database, "area", SQUARE) == shapely.MultiPolygon([SQUARE])


def test_a_single_line_becomes_the_only_line_of_a_multi_type(database: Database) -> None:
    line = shapely.LineString([(105, 21), (105.1, 21.7)])
    assert _through(database, "line", line) == shapely.MultiLineString([line])


def test_a_geometry_of_another_type_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="POINT does not fit a column of MULTIPOLYGON"):
        _through(database, "area", shapely.Point(105, 21))


@pytest.mark.parametrize("column", ["anything", "json", "at"])
def test_nothing_comes_back_as_nothing(database: Database, column: str) -> None:
    assert _through(database, column, None) is None


@pytest.mark.parametrize(
    "value",
    [[], {}, "", 0, 12.5, True, ["họ", {"tên": None}], {"b": 1, "a": [1, 2]}],
    ids=str,
)
def test_json_comes_back_as_it_was(database: Database, value: Any) -> None:
    assert _through(database, "json", value) == value


def test_json_is_kept_readable_with_sorted_keys() -> None:
    written = JsonColumn().process_bind_param({"ở": "Đắk Lắk", "b": 1}, sqlite.dialect())
    assert written == '{"b": 1, "ở": "Đắk Lắk"}'


def test_json_refuses_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="JSON"):
        JsonColumn().process_bind_param([float("nan")], sqlite.dialect())


@given(st.lists(st.none() | st.integers() | st.text() | st.floats(allow_nan=False), max_size=4))
def test_json_reads_back_whatever_it_wrote(value: list[Any]) -> None:
    column, dialect = JsonColumn(), sqlite.dialect()
    if any(isinstance(item, float) and abs(item) == float("inf") for item in value):
        return  # JSON has no infinity
    written = column.process_bind_param(value, dialect)
    assert column.process_result_value(written, dialect) == value


def test_a_moment_comes_back_in_utc(database: Database) -> None:
    moment = datetime(2026, 6, 14, 3, 30, 15, 123456, tzinfo=HANOI)
    found = _through(database, "at", moment)
    assert found == moment
    assert found.tzinfo is UTC


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without time zone"):
        _through(database, "at", datetime(2026, 6, 14))  # noqa: DTZ001
