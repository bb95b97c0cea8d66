"""Undoing a whole import: what it added is withdrawn, what it changed is as it was before.

Nothing is lost by it: contents that are undone are kept as versions, withdrawn
records stay in the tables, and importing the file again brings all back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from geo.terms import Layer
from models import imports
from models.additions import BY_HAND, UNDONE, chunks, keep_others_from_writing, update_rows
from models.corridor_crossings import renew_crossings, stored_crossings
from models.corridors import require_decided_by
from models.duplicate_decisions import part_import
from models.errors import ConflictError, NotAllowedError
from models.hand_kept import HAND_KEPT
from models.hotspot_events import delete_events, event_contents, put_back_events
from models.imports import StoredImport
from models.record_changes import TABLES
from models.record_versions import (
    Content,
    NewVersion,
    content_of,
    indicator_key,
    keep_versions,
    parts_of,
    revive_reviews,
    row_of,
    stored_rows,
)
from models.review_queue import TABLES as REVIEWED
from models.seizures import replace_seizures
from models.session import beyond_scope
from models.sub_unit_links import link_restored, unlink_import
from models.tables import imports as imports_table
from models.tables import indicators, record_versions
from models.undo_plans import UndoPlan, may_undo, plan_undo, replaced_by, told_hindrance
from models.viewers import Role, Viewer


@beyond_scope
def undo_import(
    session: Session, viewer: Viewer, import_id: int, *, at: datetime | None = None
) -> UndoPlan:
    """Undo an import as a whole; what was done.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    NotAllowedError
        If the viewer neither brought it nor is an administrator, or is an officer and it
        is no declaration of the own commune.
    ConflictError
        If it is undone already, or something after it must be undone first.
    """
    viewer.require_declarer()
    stored = imports.find_import(session, viewer, import_id)
    if not may_undo(viewer, stored) or not _declares_own(session, viewer, stored):
        raise NotAllowedError(
            f"Lần nhập {import_id} do «{stored.by_user}» nhập: chỉ người ấy hoặc quản trị viên "
            "được hoàn tác."
        )
    table, moment = TABLES[stored.layer], at or datetime.now(UTC)
    keep_others_from_writing(session, table)
    plan = plan_undo(session, viewer, import_id)
    _require_possible(plan)
    if stored.layer is Layer.INCIDENTS:
        part_import(session, viewer, import_id, since=stored.at, at=moment)
    _restore(session, viewer, stored, moment)
    _remove(session, viewer, stored, moment)
    session.execute(
        update(imports_table)
        .where(imports_table.c.id == import_id)
        .values(undone_at=moment, undone_by=viewer.name)
    )
    return plan


def _declares_own(session: Session, viewer: Viewer, stored: StoredImport) -> bool:
    """Whether an officer, who may have been moved since, still declares for what it touches."""
    if viewer.role is not Role.COMMUNE:
        return True
    brought = select(indicators.c.commune_code).where(indicators.c.import_id == stored.id)
    keys = select(record_versions.c.record_key).where(*replaced_by(stored.layer, stored.id))
    codes = {*session.scalars(brought), *(key.split()[0] for key in session.scalars(keys))}
    return all(viewer.may_declare(None, code) for code in codes)


def _require_possible(plan: UndoPlan) -> None:
    if plan.stored.undone_at is not None:
        raise ConflictError(f"Lần nhập {plan.stored.id} đã được hoàn tác rồi.")
    if plan.hindered:
        raise ConflictError(
            f"Chưa hoàn tác được lần nhập {plan.stored.id}: {told_hindrance(plan)}. "
            "Không có gì bị thay đổi."
        )


def _restore(session: Session, viewer: Viewer, stored: StoredImport, at: datetime) -> None:
    """Bring back what the import replaced: it is no longer of this import then."""
    c = record_versions.c
    statement = select(record_versions).where(*replaced_by(stored.layer, stored.id))
    versions = session.execute(statement.order_by(c.id)).all()
    for chunk in chunks(versions):
        if stored.layer is Layer.INDICATORS:
            _restore_indicators(session, viewer, chunk, at)
        else:
            _restore_records(session, viewer, stored.layer, chunk, at)


def _restore_records(
    session: Session, viewer: Viewer, layer: Layer, versions: Sequence[Row[Any]], at: datetime
) -> None:
    table = TABLES[layer]
    contents: dict[int, Content] = {int(v.record_key): v.content for v in versions}
    if layer in HAND_KEPT:
        contents = _less_by_hand(session, layer, contents, versions[0].replaced_by_import)
    present = _present_versions(session, layer, list(contents))
    update_rows(session, table, {id_: row_of(table, old) for id_, old in contents.items()})
    if layer is Layer.INCIDENTS:
        replace_seizures(session, {id_: old["seizures"] for id_, old in contents.items()})
    changes = {id_: old.get("change", {}) for id_, old in contents.items()}
    added = [event for change in changes.values() for event in change.get("events_added", ())]
    delete_events(session, added)
    put_back_events(session, {i: change.get("events_dropped", ()) for i, change in changes.items()})
    _keep_present(session, viewer, layer, present, at)
    reviews = [id_ for change in changes.values() for id_ in change.get("reviews_undone", ())]
    revive_reviews(session, viewer, reviews)
    if layer in REVIEWED:
        link_restored(session, viewer, layer, list(contents))
    if layer is Layer.CORRIDORS:
        renew_crossings(session, viewer, list(contents))
        along = stored_crossings(session, viewer, list(contents))
        for id_, crossings in along.items():
            require_decided_by(viewer, str(contents[id_]["name"]), crossings)


def _less_by_hand(
    session: Session, layer: Layer, contents: Mapping[int, Content], import_id: int
) -> dict[int, Content]:
    """Earlier contents of records kept by hand, less what a person did since.

    What a person changed stays as it is; what a person withdrew stays withdrawn.
    """
    standing = stored_rows(session, TABLES[layer], list(contents))
    return {
        id_: contents[id_] | ({"withdrawn": BY_HAND} if row.withdrawn == BY_HAND else {})
        for id_, row in standing.items()
        if row.import_id == import_id
    }


def _present_versions(session: Session, layer: Layer, ids: Sequence[int]) -> dict[int, NewVersion]:
    table = TABLES[layer]
    parts = parts_of(session, layer, ids)
    return {
        id_: NewVersion(str(id_), content_of(table, row) | parts.get(id_, {}), row.import_id)
        for id_, row in stored_rows(session, table, ids).items()
    }


def _keep_present(
    session: Session, viewer: Viewer, layer: Layer, present: Mapping[int, NewVersion], at: datetime
) -> None:
    """Keep what stood before the undoing, and for hotspots the events after it."""
    versions = list(present.values())
    if layer is Layer.HOTSPOTS:
        after = event_contents(session, list(present))
        versions = [
            replace(
                version, content=version.content | {"change": {"events_after": after.get(id_, [])}}
            )
            for id_, version in present.items()
        ]
    keep_versions(session, viewer, layer, versions, replaced_by_import=None, at=at)


def _restore_indicators(
    session: Session, viewer: Viewer, versions: Sequence[Row[Any]], at: datetime
) -> None:
    import_id = versions[0].replaced_by_import
    keys = {version.record_key for version in versions}
    _put_away_indicators(session, viewer, import_id, keys, at)
    table = TABLES[Layer.INDICATORS]
    rows = [row_of(table, version.content) for version in versions]
    session.connection().execute(insert(table), [_typed_days(row) for row in rows])


def _typed_days(row: dict[str, Any]) -> dict[str, Any]:
    days = {
        name: datetime.fromisoformat(row[name]).date() for name in ("period_start", "period_end")
    }
    return row | days


def _put_away_indicators(
    session: Session, viewer: Viewer, import_id: int, keys: set[str] | None, at: datetime
) -> None:
    """Take declarations of an import off their table, of some keys or all, into versions."""
    table = TABLES[Layer.INDICATORS]
    c = table.c
    versions, gone = [], []
    for row in session.execute(select(table).where(c.import_id == import_id)):
        content = content_of(table, row)
        key = indicator_key(row.commune_code, content["period_start"], content["period_end"])
        if keys is None or key in keys:
            versions.append(NewVersion(key, content, import_id))
            gone.append(row)
    keep_versions(session, viewer, Layer.INDICATORS, versions, replaced_by_import=None, at=at)
    for row in gone:
        one = (c.commune_code == row.commune_code, c.period_start == row.period_start)
        session.execute(delete(table).where(*one, c.period_end == row.period_end))


def _remove(session: Session, viewer: Viewer, stored: StoredImport, at: datetime) -> None:
    """Take away what the import added: by now all that still is of it."""
    table = TABLES[stored.layer]
    if stored.layer is Layer.INDICATORS:
        _put_away_indicators(session, viewer, stored.id, None, at)
        return
    mine = table.c.import_id == stored.id
    if stored.layer in (*HAND_KEPT, Layer.SUB_UNITS):
        mine &= table.c.withdrawn.is_(None)  # what a person withdrew no file brings back
    if stored.layer is Layer.SUB_UNITS:
        unlink_import(session, viewer, stored.id)
    session.execute(update(table).where(mine).values(withdrawn=UNDONE))
