"""Versions of records: what stood before is kept, nothing is overwritten in silence.

A version holds every column of a record and what belongs to it (`seizures`,
`events`), and under `change` what the import that replaced it did besides, so
that it can be undone to the letter.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import Rewrite, chunks, update_rows
from models.columns import GeometryColumn, JsonColumn, json_text, raw_geometry
from models.hotspot_events import event_contents
from models.seizures import seizure_contents
from models.tables import hotspots, place_reviews, record_versions
from models.viewers import Role, Viewer

K = TypeVar("K")
Content = dict[str, Any]
Parts = Mapping[int, Mapping[str, Any]]
"""By the number of a record: what belongs to it, by name."""

_PLACE = (
    *("lon", "lat", "precision", "commune_code", "commune_code_now", "province_code"),
    *("geocode_method", "geocode_confidence", "geocode_candidates", "geocode_warnings"),
    "sub_unit_id",
)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A content that is about to be replaced; `import_id` brought it."""

    record_key: str
    content: Content
    import_id: int | None


def keep_versions(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    versions: Sequence[NewVersion],
    *,
    replaced_by_import: int | None,
    at: datetime | None = None,
) -> None:
    """Keep contents that something else takes the place of; officers do so by declaring."""
    if viewer.role is not Role.COMMUNE or layer is not Layer.INDICATORS:
        viewer.require_write()
    rows = [
        {
            "layer": layer.value,
            "record_key": version.record_key,
            "content": version.content,
            "import_id": version.import_id,
            "replaced_by_import": replaced_by_import,
            "replaced_at": at or datetime.now(UTC),
            "replaced_by": viewer.name,
        }
        for version in versions
    ]
    if rows:
        session.connection().execute(insert(record_versions), rows)


def rewrite_records(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    table: Table,
    items: Sequence[Rewrite[K]],
    *,
    parts: Parts,
    notes: Parts,
    at: datetime | None = None,
) -> None:
    """Give records new content and keep what was there, `parts` with it.

    A record whose place a person decided keeps that place while the written
    one stays; when that changes the new placement applies and the decision is
    undone. `notes` are kept under `change`.
    """
    viewer.require_write()
    ids = [item.id for item in items]
    stored = stored_rows(session, table, ids)
    decided = _live_reviews(session, layer, ids)
    versions, rows, overruled = [], {}, []
    for item in items:
        old, change = stored[item.id], dict(notes.get(item.id, {}))
        same_place = _same_place(old.place_query, json.loads(item.row["place_query"]))
        row = {"sub_unit_id": old.sub_unit_id if same_place else None, **item.row}
        if item.id in decided and same_place:
            row |= row_of(table, {name: getattr(old, name) for name in _PLACE})
        elif item.id in decided:
            change["reviews_undone"] = decided[item.id]
            overruled += decided[item.id]
        content = content_of(table, old) | dict(parts.get(item.id, {})) | {"change": change}
        versions.append(NewVersion(str(item.id), content, old.import_id))
        rows[item.id] = {**row, "withdrawn": None}
    _mark_reviews(session, overruled, at or datetime.now(UTC), viewer.name)
    (import_id,) = {row["import_id"] for row in rows.values()}
    keep_versions(session, viewer, layer, versions, replaced_by_import=import_id, at=at)
    update_rows(session, table, rows)


def revive_reviews(session: Session, viewer: Viewer, ids: Sequence[int]) -> None:
    """Let decisions stand again that an import had overruled."""
    viewer.require_write()
    _mark_reviews(session, ids, None, None)


def stored_rows(session: Session, table: Table, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Rows in full by their number, withdrawn ones too."""
    found = {}
    for chunk in chunks(ids):
        for row in session.execute(select(table).where(table.c.id.in_(chunk))):
            found[row.id] = row
    return found


def parts_of(session: Session, layer: Layer, ids: Sequence[int]) -> dict[int, Content]:
    """What belongs to records by their number, as versions keep it."""
    if layer is Layer.INCIDENTS:
        seized = seizure_contents(session, ids)
        return {id_: {"seizures": seized.get(id_, [])} for id_ in ids}
    if layer is Layer.HOTSPOTS:
        events = event_contents(session, ids)
        return {id_: {"events": events.get(id_, [])} for id_ in ids}
    return {}


def content_of(table: Table, row: Row[Any]) -> Content:
    """Every column of a row but its number, as JSON can hold it."""
    found = {}
    for column in table.columns:
        if column.name != "id":
            value = getattr(row, column.name)
            if isinstance(column.type, GeometryColumn) and value is not None:
                value = raw_geometry(value).hex()
            found[column.name] = value.isoformat() if isinstance(value, date) else value
    return found


def row_of(table: Table, content: Content) -> dict[str, Any]:
    """The columns of a content as the driver takes them."""
    found = {}
    for column in table.columns:
        if column.name in content and column.name != "id":
            value = content[column.name]
            if isinstance(column.type, GeometryColumn) and value is not None:
                value = bytes.fromhex(value)
            found[column.name] = json_text(value) if isinstance(column.type, JsonColumn) else value
    return found


def indicator_key(commune_code: str, start: str, end: str) -> str:
    """The key of a declaration among versions; the days as 2026-12-14.

    >>> indicator_key("23401", "2025-12-15", "2026-12-14")
    '23401 2025-12-15 2026-12-14'
    """
    return f"{commune_code} {start} {end}"


def _same_place(before: Content, after: Content) -> bool:
    """Whether two written places differ in nothing but the day."""
    return {**before, "on": None} == {**after, "on": None}


def _live_reviews(session: Session, layer: Layer, ids: Sequence[int]) -> dict[int, list[int]]:
    """Decisions that stand, by record."""
    c = place_reviews.c
    found: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(ids):
        statement = select(c.record_id, c.id).where(
            c.layer == layer.value, c.record_id.in_(chunk), c.undone_at.is_(None)
        )
        for record_id, id_ in session.execute(statement):
            found[record_id].append(id_)
    return found


def _mark_reviews(
    session: Session, ids: Sequence[int], at: datetime | None, by: str | None
) -> None:
    for chunk in chunks(ids):
        statement = update(place_reviews).where(place_reviews.c.id.in_(chunk))
        session.execute(statement.values(undone_at=at, undone_by=by))


def ever_homes(session: Session, keys: Sequence[str]) -> frozenset[str]:
    """Which hotspots, by key, are a home or were one in any content that is kept.

    What was written of a place before the register said that it is one tells where it is.
    """
    c, h = record_versions.c, hotspots.c
    found: set[str] = set()
    for some in chunks(sorted(set(keys))):
        now = select(h.id).where(h.id.in_([int(key) for key in some]), h.is_dwelling.is_(True))
        found.update(map(str, session.scalars(now)))
        kept = select(c.record_key, c.content).where(
            c.layer == Layer.HOTSPOTS.value, c.record_key.in_(some)
        )
        found.update(key for key, old in session.execute(kept) if old.get("is_dwelling"))
    return frozenset(found)
