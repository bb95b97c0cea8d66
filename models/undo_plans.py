"""What undoing an import would do, and what hinders it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, Table, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from geo.terms import Layer
from models import imports
from models.additions import MERGED
from models.hand_kept import HAND_KEPT
from models.imports import StoredImport
from models.record_changes import TABLES
from models.session import beyond_scope
from models.tables import (
    duplicates,
    hotspot_events,
    hotspots,
    incidents,
    place_reviews,
    record_versions,
)
from models.tables import imports as imports_table
from models.viewers import Role, Viewer

_WITHDRAWING = (Layer.INCIDENTS, Layer.HOTSPOTS, Layer.FACILITIES)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undoing an import does, or why it cannot be done now.

    `removed` records go, those that have a place by being withdrawn;
    `restored` get their earlier content back. `later_imports` changed records of
    this one and must be undone first, the latest first. `reviewed` and `merged`
    name records, at most ten each, about which a person decided since; merges
    hinder nothing, they are taken back with the import. So are corrections that
    a person made of the events it brought, of the hotspots that `corrected` names.
    """

    stored: StoredImport
    removed: int
    restored: int
    later_imports: tuple[int, ...]
    reviewed: tuple[str, ...]
    merged: tuple[str, ...]
    corrected: tuple[str, ...] = ()

    @property
    def hindered(self) -> bool:
        """Whether something else must be undone first."""
        return bool(self.later_imports or self.reviewed)


@beyond_scope
def plan_undo(session: Session, viewer: Viewer, import_id: int) -> UndoPlan:
    """What undoing an import would do.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    """
    stored = imports.find_import(session, viewer, import_id)
    table = TABLES[stored.layer]
    present = _present(table, import_id)
    removed, n_restored = (0, 0) if stored.undone_at else _counts(session, stored, table, present)
    reviewed, merged = _decided(session, stored, table, present)
    later = _later_imports(session, import_id)
    corrected = _corrected(session, stored, present)
    return UndoPlan(stored, removed, n_restored, later, reviewed, merged, corrected)


def may_undo(viewer: Viewer, stored: StoredImport) -> bool:
    """Whether a viewer may undo an import: who brought it, or an administrator.

    An officer may what the own commune declared.
    """
    if viewer.role is Role.COMMUNE:
        return stored.layer is Layer.INDICATORS and stored.by_user == viewer.name
    return viewer.may_write and (viewer.role is Role.ADMIN or stored.by_user == viewer.name)


def told_hindrance(plan: UndoPlan) -> str:
    """Why an import cannot be undone now and what to do first, empty where it can."""
    told = []
    if plan.later_imports:
        numbers = ", ".join(map(str, plan.later_imports))
        told.append(
            "bản ghi của lần này đã được lần nhập sau sửa tiếp; "
            f"hãy hoàn tác trước lần nhập: {numbers}"
        )
    if plan.reviewed:
        refs = ", ".join(plan.reviewed)
        told.append(
            f"vị trí của bản ghi đã được người xem lại quyết định; hãy hoàn tác trước: {refs}"
        )
    return "; ".join(told)


def _counts(
    session: Session, stored: StoredImport, table: Table, present: ColumnElement[bool]
) -> tuple[int, int]:
    """How many records go and how many get their earlier content back."""
    replaced = replaced_by(stored.layer, stored.id)
    total = session.scalar(select(func.count()).select_from(table).where(present)) or 0
    if stored.layer not in HAND_KEPT:
        n_restored = session.scalar(select(func.count()).where(*replaced)) or 0
        return max(total - n_restored, 0), n_restored
    # What a person changed since stands, what a person withdrew is restored as withdrawn.
    old = select(cast(record_versions.c.record_key, Integer)).where(*replaced)
    own = select(func.count()).select_from(table).where(table.c.id.in_(old))
    n_restored = session.scalar(own.where(table.c.import_id == stored.id)) or 0
    return total - (session.scalar(own.where(present)) or 0), n_restored


def _present(table: Table, import_id: int) -> ColumnElement[bool]:
    """Records whose present content came by an import."""
    mine = table.c.import_id == import_id
    if "withdrawn" not in table.c:
        return mine
    return and_(mine, or_(table.c.withdrawn.is_(None), table.c.withdrawn == MERGED))


def replaced_by(layer: Layer, import_id: int) -> tuple[ColumnElement[bool], ...]:
    """The versions that an import took the place of."""
    c = record_versions.c
    return c.layer == layer.value, c.replaced_by_import == import_id


def _later_imports(session: Session, import_id: int) -> tuple[int, ...]:
    """Imports that stand and changed what this one brought, and those that changed theirs."""
    c = record_versions.c
    found: set[int] = set()
    frontier = {import_id}
    while frontier:
        statement = (
            select(c.replaced_by_import)
            .join(imports_table, imports_table.c.id == c.replaced_by_import)
            .where(c.import_id.in_(frontier), imports_table.c.undone_at.is_(None))
            .distinct()
        )
        frontier = set(session.scalars(statement)) - found
        found |= frontier
    return tuple(sorted(found, reverse=True))


def _decided(
    session: Session, stored: StoredImport, table: Table, present: ColumnElement[bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Refs of records about whose place, and whose being one case, a person decided since."""
    if stored.layer not in _WITHDRAWING:
        return (), ()
    r, d = place_reviews.c, duplicates.c
    review = select(r.id).where(
        r.layer == stored.layer.value,
        r.record_id == table.c.id,
        r.undone_at.is_(None),
        r.at >= stored.at,
    )
    refs = select(table.c.ref).where(present).order_by(table.c.id).limit(_SHOWN)
    reviewed = tuple(session.scalars(refs.where(review.exists())))
    if stored.layer is not Layer.INCIDENTS:
        return reviewed, ()
    pair = select(d.id).where(
        or_(d.kept_id == incidents.c.id, d.other_id == incidents.c.id),
        d.state == "merged",
        d.decided_at >= stored.at,
    )
    return reviewed, tuple(session.scalars(refs.where(pair.exists())))


def _corrected(
    session: Session, stored: StoredImport, present: ColumnElement[bool]
) -> tuple[str, ...]:
    """Refs of hotspots that lose corrections of events which an import had added."""
    if stored.layer is not Layer.HOTSPOTS or stored.undone_at is not None:
        return ()
    e, v = hotspot_events.c, record_versions.c
    correction = select(e.id).where(e.hotspot_id == hotspots.c.id, e.corrects_id.is_not(None))
    statement = select(hotspots.c.id, hotspots.c.ref).where(present, correction.exists())
    refs = dict(session.execute(statement.order_by(hotspots.c.id)).all())
    named = set(session.scalars(select(e.corrects_id).where(e.hotspot_id.in_(refs))))
    versions = select(v.record_key, v.content).where(
        *replaced_by(stored.layer, stored.id), v.record_key.in_(map(str, refs))
    )
    lost = {
        int(key)
        for key, content in session.execute(versions)
        if named.intersection(content.get("change", {}).get("events_added", ()))
    }
    return tuple(ref for id_, ref in refs.items() if id_ in lost)[:_SHOWN]
