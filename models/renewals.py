"""Records on their way to another map: what they say of their place, and what changed since.

Withdrawn records are among them: a merge or an import that is taken back must
not bring back a place on a map of the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Text, func, select, true, type_coerce
from sqlalchemy.orm import Session

from geo.records import Placement, PlaceQuery
from geo.terms import Layer
from models.additions import chunks
from models.disclosure import in_scope
from models.placements import NOTHING_WRITTEN, placement_of, query_of
from models.review_queue import TABLES
from models.reviews import RowId
from models.tables import boundary_versions, record_versions
from models.viewers import Viewer

Stamp = tuple[Any, ...]
"""Content and placement of a record in short: another one when either changed."""

_STAMPED = (
    *("content_sha256", "geocode_method", "geocode_confidence", "precision", "lon", "lat"),
    *("commune_code", "commune_code_now", "province_code"),
)


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A record that can be placed again from what was written of its place."""

    row: RowId
    source: str
    placement: Placement
    place: PlaceQuery
    stamp: Stamp


def written_rows(
    session: Session, viewer: Viewer, rows: Iterable[RowId] | None = None
) -> list[WrittenRow]:
    """The records with a written place, of those given or all; withdrawn ones too.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()
    return [
        WrittenRow(
            RowId(layer, row.id),
            row.source,
            placement_of(row),
            query_of(row.place_query),
            tuple(getattr(row, name) for name in _STAMPED),
        )
        for layer, table, wanted in _wanted(rows)
        for row in session.execute(_narrowed(select(table), viewer, table, wanted))
    ]


def stamps(session: Session, viewer: Viewer) -> Mapping[RowId, Stamp]:
    """The stamp of every record with a written place, as of now."""
    viewer.require_write()
    found: dict[RowId, Stamp] = {}
    for layer, table, wanted in _wanted(None):
        columns = select(table.c.id, *(table.c[name] for name in _STAMPED))
        for row in session.execute(_narrowed(columns, viewer, table, wanted)):
            found[RowId(layer, row[0])] = tuple(row[1:])
    return found


def rows_replaced_by(session: Session, viewer: Viewer, layer: Layer, import_id: int) -> list[RowId]:
    """Records of which an import replaced an earlier content."""
    viewer.require_write()
    c = record_versions.c
    keys = select(c.record_key).where(c.layer == layer.value, c.replaced_by_import == import_id)
    return [RowId(layer, int(key)) for key in session.scalars(keys.distinct())]


def map_since(session: Session, viewer: Viewer, at: datetime) -> bool:
    """Whether a map, of now or of the past, was installed after a moment."""
    viewer.require_write()
    latest = session.scalar(select(func.max(boundary_versions.c.installed_at)))
    return latest is not None and latest > at


def _wanted(
    rows: Iterable[RowId] | None,
) -> Iterator[tuple[Layer, Table, ColumnElement[bool]]]:
    """By layer the condition of the records that are wanted, in portions."""
    given = None if rows is None else sorted(set(rows))
    for layer, table in TABLES.items():
        if given is None:
            yield layer, table, true()
            continue
        ids = [id_ for of, id_ in given if of is layer]
        for chunk in chunks(ids):
            yield layer, table, table.c.id.in_(chunk)


def _narrowed(
    statement: Select[Any], viewer: Viewer, table: Table, wanted: ColumnElement[bool]
) -> Select[Any]:
    written = type_coerce(table.c.place_query, Text) != NOTHING_WRITTEN
    return statement.where(wanted, in_scope(viewer, table), written).order_by(table.c.id)
