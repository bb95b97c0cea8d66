"""The audit trail: who did what, when. Triggers keep it from being rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from geo.terms import EventType
from models.tables import audit_events
from models.viewers import Role, Viewer

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


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that was done."""

    id: int
    at: datetime
    actor: str
    role: Role
    action: str
    object: str
    detail: dict[str, Any]


def record(
    session: Session,
    viewer: Viewer,
    action: str,
    object: str,
    detail: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Write down what a viewer did; every viewer may.

    `action` is a short code such as `sign_in` or `import`, `object` what it was
    done to. `detail` holds no names of persons.
    """
    session.execute(
        insert(audit_events).values(
            at=at or datetime.now(UTC),
            actor=viewer.name,
            role=viewer.role,
            action=action,
            object=object,
            detail=dict(detail or {}),
        )
    )


def list_events(
    session: Session,
    viewer: Viewer,
    limit: int | None = 200,
    *,
    before_id: int | None = None,
    actor: str | None = None,
    action: str | None = None,
) -> list[AuditEvent]:
    """What was done, the latest first; `before_id` gives the next page.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    c = audit_events.c
    statement = select(audit_events).order_by(c.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(c.id < before_id)
    if actor is not None:
        statement = statement.where(c.actor == actor)
    if action is not None:
        statement = statement.where(c.action == action)
    return [
        AuditEvent(row.id, row.at, row.actor, Role(row.role), row.action, row.object, row.detail)
        for row in session.execute(statement)
    ]


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
