"""A database with rows of every table that row-level security guards, in several places.

The row of a place has the same number in every table and belongs to the rows of that number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely
from sqlalchemy import Boolean, Column, Date, Float, Integer, Table, insert, select

from models import tables
from models.columns import GeometryColumn, JsonColumn, UtcDateTime
from models.session import Database, Session, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import NOON

PLACES: Mapping[int, tuple[str | None, str | None]] = {
    1: ("51", "23401"),
    2: ("51", "23402"),
    3: ("01", "00004"),
    4: ("51", None),
    5: (None, None),
}
"""Province and commune by number: a place may be known by its province alone, or not at all."""

ACROSS = 9
"""The pair of incidents 1 and 3."""

BROUGHT_BY = {1: "officer", 2: "planner-51", 3: "planner-01", 4: "planner-51", 5: "planner"}

GUARDED = (
    *("incidents", "hotspots", "facilities", "sub_units", "indicators", "campaigns"),
    *("cluster_communes", "alerts", "assessments", "assessment_steps", "seizures"),
    *("cluster_members", "hotspot_events", "sub_unit_reviews", "clusters", "duplicates"),
    *("place_reviews", "record_versions", "imports", "rejected_rows", "run_points"),
)

_PARENTS_FIRST = (
    *("imports", "runs", "incidents", "hotspots", "facilities", "sub_units", "clusters"),
    *(name for name in GUARDED),
)
_NUMBER = {
    "indicators": "line",
    "cluster_communes": "cluster_id",
    "clusters": "cluster_id",
    "cluster_members": "incident_id",
    "run_points": "run_id",
}
"""The column that holds the number of a row, where it is not `id`."""

_OF_COMMUNES = {"sub_unit_reviews": "sub_units", "clusters": "cluster_communes"}


def fill(database: Database) -> None:
    """Write a row of every place into every guarded table."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(insert(tables.boundary_versions).values(row_of("boundary_versions", 1)))
        for name in dict.fromkeys(_PARENTS_FIRST):
            rows = [row_of(name, n) for n in PLACES if _fits(name, n)]
            session.execute(insert(table(name)), rows)
        pair = row_of("duplicates", ACROSS) | {"kept_id": 1, "other_id": 3}
        session.execute(insert(tables.duplicates).values(pair))


def table(name: str) -> Table:
    """A table by its name."""
    return tables.metadata.tables[name]


def number_of(name: str) -> Column[Any]:
    """The column that holds the number of a row."""
    return table(name).c[_NUMBER.get(name, "id")]


def numbers(session: Session, name: str) -> set[int]:
    """The numbers of the rows that are there for whom the transaction speaks."""
    return set(session.scalars(select(number_of(name))))


def all_numbers(name: str) -> set[int]:
    """The numbers of all rows of a table."""
    return {n for n in PLACES if _fits(name, n)} | ({ACROSS} if name == "duplicates" else set())


def _fits(name: str, n: int) -> bool:
    """Whether a table can hold a row of a place: some know communes only, or belong to such."""
    commune = table(_OF_COMMUNES.get(name, name)).c.get("commune_code")
    return commune is None or commune.nullable is True or PLACES[n][1] is not None


def row_of(name: str, n: int) -> dict[str, Any]:
    """The row of a place in a table."""
    row = {
        column.name: _value(column, n)
        for column in table(name).columns
        if not column.nullable or column.primary_key
    }
    province, commune = PLACES.get(n, (None, None))
    place = {"province_code": province, "commune_code": commune, "commune_code_now": commune}
    row |= {key: value for key, value in place.items() if key in table(name).c}
    special: dict[str, dict[str, Any]] = {
        "indicators": {"line": n},
        "assessment_steps": {"level": "commune", "unit_code": commune or "-"},
        "imports": {"by_user": BROUGHT_BY.get(n, "")},
        "place_reviews": {"layer": "incidents", "record_id": n},
        "record_versions": {"layer": "incidents", "content": place, "replaced_by": "someone"},
        "alerts": {"subject": f"C-{n}"},
    }
    return row | special.get(name, {})


def _value(column: Column[Any], n: int) -> Any:
    if column.name.endswith("_id") or column.name == "id":
        return 1 if column.name in ("version_id", "boundary_version_id") else n
    kinds: list[tuple[type, Any]] = [
        (Boolean, False),
        (Integer, n),
        (Float, 1.0),
        (Date, date(2026, 3, n % 28 + 1)),
        (UtcDateTime, NOON),
        (JsonColumn, []),
        (GeometryColumn, shapely.box(108, 14, 109, 15)),
    ]
    for kind, value in kinds:
        if isinstance(column.type, kind):
            return value
    return b"x" if column.name == "content" else f"x{n}"
