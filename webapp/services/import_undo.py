"""Undoing an import as a whole, and whether the findings are older than the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from geo.terms import Layer
from models import audit, communes, runs
from models import imports as stored_imports
from models.imports import StoredImport
from models.session import Database, Session, unit_of_work
from models.undo_plans import UndoPlan, may_undo, plan_undo, told_hindrance
from models.undone_imports import undo_import as undo_stored
from models.viewers import Viewer
from webapp.services.consequences import link_everything
from webapp.services.renew import renew_placements


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing an import would do, in figures; `hindrance` says why it cannot be done now.

    `parted` names records, at most ten, whose merge with another is taken back too.
    """

    stored: StoredImport
    removed: int
    restored: int
    allowed: bool
    hindrance: str
    parted: tuple[str, ...] = ()

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
    with unit_of_work(database, read_only=True) as session:
        plan = plan_undo(session, viewer, import_id)
    return UndoPreview(
        stored=plan.stored,
        removed=plan.removed,
        restored=plan.restored,
        allowed=may_undo(viewer, plan.stored),
        hindrance=told_hindrance(plan),
        parted=plan.merged,
    )


def undo_import(database: Database, viewer: Viewer, import_id: int, *, at: datetime) -> UndoPlan:
    """Undo an import as a whole, in one transaction; what was done.

    Where another map was installed since, what comes back is placed again on it.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    NotAllowedError
        If the viewer neither brought it nor is an administrator.
    ConflictError
        If it is undone already, or something after it must be undone first.
    """
    with unit_of_work(database) as session:
        done = undo_stored(session, viewer, import_id, at=at)
        if done.stored.layer is Layer.SUB_UNITS:
            link_everything(session, viewer)
        detail = {"removed": done.removed, "restored": done.restored}
        audit.record(session, viewer, "undo_import", f"import:{import_id}", detail)
        stale = done.restored > 0 and _map_since(session, viewer, done.stored.at)
    if stale and done.stored.layer in (Layer.INCIDENTS, Layer.HOTSPOTS):
        renew_placements(database, viewer)
    return done


def stale_run(database: Database, viewer: Viewer) -> int | None:
    """The latest analysis if data were imported or taken back after it, else None."""
    with unit_of_work(database, read_only=True) as session:
        latest = runs.latest_run(session, viewer)
        changed_at = stored_imports.last_change_at(session, viewer)
    if latest is None or changed_at is None or changed_at <= latest.at:
        return None
    return latest.id


def _map_since(session: Session, viewer: Viewer, at: datetime) -> bool:
    return communes.current_version(session, viewer).installed_at > at
