"""The audit trail: who did what, when. Triggers keep it from being rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.tables import audit_events
from models.viewers import Role, Viewer


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
