"""What the audit trail tells about the data: whether they changed since the latest analysis."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.terms import EventType
from models.tables import audit_events
from models.viewers import Viewer

_ANALYSIS = "analyse"
_CHANGING = {
    "boundaries-install": (),
    "hotspot_event": ("before", "after"),
    "import": ("accepted", "changed"),
    "merge_incidents": (),
    "renew": ("moved", "reopened"),
    "review": (),
    "review_undo": (),
    "undo_import": ("removed", "restored"),
    "undo_merge_incidents": (),
}
"""What changes the data of an analysis: by action, what of its detail says that it did.

Counts above none; for an event of the register, one that is no mere note.
"""


class Change(StrEnum):
    """What changed since the latest analysis: nothing, only by decisions on alerts, or more."""

    NOTHING = auto()
    DECISIONS = auto()
    DATA = auto()


def last_id(session: Session, viewer: Viewer) -> int:  # noqa: ARG001
    """The number of the latest event, 0 where there is none; every viewer may know it."""
    return session.scalar(select(func.max(audit_events.c.id))) or 0


def change_since_analysis(session: Session, viewer: Viewer) -> Change:  # noqa: ARG001
    """What changed the data after the latest official analysis had read them.

    Every viewer may know that, not who did what. An event `analyse` may say under
    `read_up_to` what the latest event was when it read; else its own number counts.
    What a decision on an alert wrote names the alert.
    """
    c = audit_events.c
    ran = select(c.id, c.detail).where(c.action == _ANALYSIS).order_by(c.id.desc())
    latest = next((row for row in session.execute(ran) if not row.detail.get("trial")), None)
    since = 0 if latest is None else latest.detail.get("read_up_to", latest.id)
    after = select(c.action, c.detail).where(c.id > since, c.action.in_(_CHANGING)).order_by(c.id)
    told = Change.NOTHING
    for action, detail in session.execute(after):
        if _changed(action, detail):
            told = Change.DECISIONS
            if detail.get("alert") is None:
                return Change.DATA
    return told


def changed_since_analysis(session: Session, viewer: Viewer) -> bool:
    """Whether something changed the data after the latest official analysis."""
    return change_since_analysis(session, viewer) is not Change.NOTHING


def _changed(action: str, detail: Mapping[str, Any]) -> bool:
    says = _CHANGING[action]
    return not says or any(_counts(detail.get(name)) for name in says)


def _counts(said: Any) -> bool:
    """A count above none, or an event of the register that is no mere note."""
    return said.get("type") != EventType.NOTE if isinstance(said, Mapping) else bool(said)
