"""Undoing an import as a whole, and whether the findings are older than the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from geo.terms import Layer
from models import audit, imports, renewals, reviews, runs
from models.duplicate_decisions import merges_with_import
from models.imports import StoredImport
from models.repeating import repeatable
from models.reviews import RowId
from models.session import Database, Session, unit_of_work
from models.undo_plans import UndoPlan, may_undo, plan_undo, told_hindrance
from models.undone_imports import undo_import as undo_stored
from models.viewers import LOCAL_OPERATOR, Viewer
from webapp.services.consequences import (
    CLASSED_LAYERS,
    PLACED_LAYERS,
    class_anew,
    follow_placing,
    link_everything,
    touched_by,
    touched_rows,
)
from webapp.services.renew import renew_rows
from webapp.services.stamps import require_seen


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing an import would do, in figures; `hindrance` says why it cannot be done now.

    `parted` names records, at most ten, whose merge with another is taken back too,
    `corrected` hotspots that lose corrections of events which the import had added.
    """

    stored: StoredImport
    removed: int
    restored: int
    allowed: bool
    hindrance: str
    parted: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether the viewer can undo it now."""
        return self.allowed and not self.hindrance and self.stored.undone_at is None


def preview_undo(database: Database, viewer: Viewer, import_id: int) -> UndoPreview:
    """What undoing an import would do; changes nothing.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        plan = plan_undo(session, viewer, import_id)
    return UndoPreview(
        stored=plan.stored,
        removed=plan.removed,
        restored=plan.restored,
        allowed=may_undo(viewer, plan.stored),
        hindrance=told_hindrance(plan),
        parted=plan.merged,
        corrected=plan.corrected,
    )


@repeatable
def undo_import(
    database: Database,
    viewer: Viewer,
    import_id: int,
    *,
    at: datetime,
    seen: str | None = None,
) -> UndoPlan:
    """Undo an import as a whole, in one transaction; what was done.

    `seen` stamps what the preview said it would do. Where another map was
    installed since, what comes back is placed again on it, wherever it lies.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    NotAllowedError
        If the viewer neither brought it nor is an administrator.
    ConflictError
        If it is undone already, hindered, or would do other than the preview said.
    """
    with unit_of_work(database, viewer) as session:
        returning = _returning(session, viewer, import_id)
        layer = imports.find_import(session, viewer, import_id).layer
        touched = touched_by(session, layer, import_id)
        if touched is not None:
            touched |= touched_rows(session, returning)
        done = undo_stored(session, viewer, import_id, at=at)
        require_seen(seen, done.removed, done.restored, done.merged, done.corrected)
        if done.stored.layer is Layer.SUB_UNITS:
            link_everything(session, viewer)
        detail = {"removed": done.removed, "restored": done.restored}
        audit.record(session, viewer, "undo_import", f"import:{import_id}", detail)
        if returning and renewals.map_since(session, viewer, done.stored.at):
            renew_rows(database, session, returning)
            follow_placing(session, LOCAL_OPERATOR, returning)
        if layer in CLASSED_LAYERS:
            class_anew(session, touched, at=at)
    return done


def stale_run(database: Database, viewer: Viewer) -> int | None:
    """The latest analysis if the data changed after it, else None.

    By an import, a merge, a decision about a place, the undoing of one, or another map.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        latest = runs.latest_run(session, viewer)
        if latest is None or not audit.changed_since_analysis(session, viewer):
            return None
        return latest.id


def _returning(session: Session, viewer: Viewer, import_id: int) -> list[RowId]:
    """Records that undoing an import gives an earlier content or parts from a merge."""
    stored = imports.find_import(session, viewer, import_id)
    if stored.layer not in PLACED_LAYERS:
        return []
    viewer.require_write()
    reviews.hold_places(session, viewer, [stored.layer])
    rows = renewals.rows_replaced_by(session, viewer, stored.layer, import_id)
    if stored.layer is Layer.INCIDENTS:
        merges = merges_with_import(session, viewer, import_id, since=stored.at)
        rows += [RowId(Layer.INCIDENTS, other_id) for _pair, _kept, other_id in merges]
    return rows
