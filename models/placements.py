"""Placements in the database: their columns, boxes, and placing records again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy import table as named_table
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from geo.records import Candidate, Placement, PlaceQuery
from geo.terms import FINER_THAN_COMMUNE, Precision
from models.columns import WGS84, JsonColumn, json_text
from models.disclosure import in_scope
from models.session import beyond_scope
from models.viewers import Viewer

_CHUNK = 2_000
_JSON_TYPES = (str, int, float)
_CELLS = PlaceQuery.__slots__
_cells_of = attrgetter(*_CELLS)

NOTHING_WRITTEN = "{}"
"""The text of a query without a cell."""

OF_CLUSTER = "cluster"
"""Method of a placement in the middle of a cluster: nobody gave an address."""

MIDDLE_OF_CLUSTER = "Vị trí là giữa cụm vụ việc, chưa phải địa chỉ cụ thể."
"""The warning that such a placement carries."""

MAP_CLICK = "map_click"
"""Method of a placement at the point that a person chose on the map."""

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees of WGS 84."""


def placement_values(placement: Placement) -> dict[str, Any]:
    """The columns of a placement, those of JSON as text.

    Coordinates of a record not placed finer than its commune are not kept: a
    commune's centre is never stored as if it were the place.
    """
    lon, lat = placement.lon, placement.lat
    if lon is None or lat is None or not placement.precision.finer_than_commune:
        lon = lat = None
    # Plain floats: the driver of PostgreSQL writes NumPy's by their repr.
    return {
        "lon": None if lon is None else float(lon),
        "lat": None if lat is None else float(lat),
        "precision": str(placement.precision),
        "commune_code": placement.commune_code,
        "commune_code_now": placement.commune_code_now,
        "province_code": placement.province_code,
        "geocode_method": placement.method,
        "geocode_confidence": float(placement.confidence),
        "geocode_candidates": json_text(
            [(c.commune_code, float(c.score)) for c in placement.candidates]
        ),
        "geocode_warnings": json_text(placement.warnings),
    }


def placement_of(row: Row[Any]) -> Placement:
    """The placement in the columns of a row."""
    return Placement(
        precision=Precision(row.precision),
        commune_code=row.commune_code,
        commune_code_now=row.commune_code_now,
        province_code=row.province_code,
        lon=row.lon,
        lat=row.lat,
        method=row.geocode_method,
        confidence=row.geocode_confidence,
        candidates=tuple(Candidate(code, score) for code, score in row.geocode_candidates),
        warnings=tuple(row.geocode_warnings),
    )


def query_text(place: PlaceQuery) -> str:
    """What a row said of its place, as JSON without the empty cells."""
    value: dict[str, Any] = {}
    for name, cell in zip(_CELLS, _cells_of(place), strict=True):
        if cell is not None and cell == cell:  # noqa: PLR0124 - an empty number cell is NaN
            value[name] = cell if isinstance(cell, _JSON_TYPES) else str(cell)
    return json_text(value)


def query_of(value: dict[str, Any]) -> PlaceQuery:
    """The query back from its JSON."""
    on = value.get("on")
    return PlaceQuery(**{**value, "on": date.fromisoformat(on) if on else None})


def unlinked(placement: Placement) -> Placement:
    """The placement without what a link to a sub-unit adds to it.

    A link follows from the register and comes and goes with it; a placement that
    differs in nothing else is the same.
    """
    if placement.precision is Precision.SUB_UNIT and placement.lon is None:
        return replace(placement, precision=Precision.COMMUNE)
    return placement


def finer_than_commune(table: Table) -> ColumnElement[bool]:
    """The condition that a record has a point of its own."""
    return table.c.precision.in_([p.value for p in FINER_THAN_COMMUNE]) & table.c.lon.is_not(None)


def whole_below(session: Session, value: ColumnElement[Any]) -> ColumnElement[int]:
    """The whole number below; CAST cuts toward zero on SQLite and rounds on PostgreSQL.

    Some builds of SQLite have no floor().
    """
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.floor(value), Integer)
    cut = cast(value, Integer)
    return cut - cast(value < cut, Integer)


WIDE_DEG = 4.0
"""From this width and height on a box holds so much that the spatial index does not narrow."""


def inside(session: Session, table: Table, bbox: Bbox) -> ColumnElement[bool]:
    """The condition that a point lies in a box, edges included, found by the spatial index.

    Both indexes keep boxes in single precision, widened; the coordinates decide.
    """
    west, south, east, north = bbox
    exact = table.c.lon.between(west, east) & table.c.lat.between(south, north)
    if min(east - west, north - south) > WIDE_DEG:
        return exact  # most points lie inside: the index would only be a longer way to them
    if session.get_bind().dialect.name == "postgresql":
        envelope = func.ST_MakeEnvelope(west, south, east, north, WGS84)
        point = func.ST_SetSRID(func.ST_MakePoint(table.c.lon, table.c.lat), WGS84)
        return and_(point.op("&&", is_comparison=True)(envelope), exact)
    tree = named_table(
        f"{table.name}_rtree",
        *(column(name) for name in ("id", "min_lon", "max_lon", "min_lat", "max_lat")),
    )
    near = select(tree.c.id).where(
        tree.c.max_lon >= west,
        tree.c.min_lon <= east,
        tree.c.max_lat >= south,
        tree.c.min_lat <= north,
    )
    return and_(table.c.id.in_(near), exact)


@beyond_scope
def renew(
    session: Session, viewer: Viewer, table: Table, items: Sequence[tuple[int, Placement]]
) -> None:
    """Put new placements in the place of old ones, inside the viewer's scope.

    Withdrawn records, too, follow.
    """
    viewer.require_write()
    for start in range(0, len(items), _CHUNK):
        chunk = items[start : start + _CHUNK]
        ids = select(table.c.id).where(
            in_scope(viewer, table), table.c.id.in_([id_ for id_, _ in chunk])
        )
        seen = set(session.scalars(ids))
        values = [{"of_id": id_, **placement_values(new)} for id_, new in chunk if id_ in seen]
        if values:
            names = [name for name in values[0] if name != "of_id"]
            statement = (
                table.update()
                .where(table.c.id == bindparam("of_id"))
                .values({name: bindparam(name, type_=_given_as(table.c[name])) for name in names})
            )
            session.connection().execute(statement, values)


def _given_as(of: Column[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(of.type, JsonColumn) else of.type
