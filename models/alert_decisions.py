"""What a person decides on an alert, and taking that back.

Only the alert is written here; what a confirmation writes to the register goes
through the register's own functions, called by the service in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from geo.terms import AlertState, EventType
from models.additions import keep_others_from_writing
from models.alert_rules import written_at
from models.alerts import Alert, alert_by_id
from models.disclosure import visible
from models.errors import ConflictError
from models.session import beyond_scope
from models.tables import alerts, hotspot_events, hotspots
from models.viewers import Viewer

REGISTER_SOURCE = "Địa Bàn"
"""The body that issues the refs of hotspots confirmed from alerts."""

DECIDED = (AlertState.CONFIRMED, AlertState.DISMISSED)
_GONE = "Cảnh báo số {} không còn chờ quyết định: {}. Hãy tải lại trang."
_BECAME = {
    AlertState.CONFIRMED: "đã được xác nhận",
    AlertState.DISMISSED: "đã được bỏ qua",
    AlertState.LAPSED: "lần phân tích sau không còn thấy dấu hiệu",
}


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """The event of the register that a confirmation wrote, as it stands now.

    `id` is its number now, another one if it left the register and came back.
    `withdrawn`: its hotspot was taken back with its import. `taken_out`: a later
    note took the event out; `corrected`: something else stands in its place.
    """

    id: int
    hotspot_id: int
    import_id: int
    type: EventType
    on: date
    withdrawn: bool
    taken_out: bool
    corrected: bool


def settle(
    session: Session,
    viewer: Viewer,
    alert_id: int,
    state: AlertState,
    *,
    reason: str,
    at: datetime,
) -> Alert:
    """Decide on an alert that waits; the alert as it was before.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If the viewer sees no such alert.
    ConflictError
        If it waits no more.
    """
    viewer.require_write()
    before = alert_by_id(session, viewer, alert_id)
    c = alerts.c
    values = {"state": state, "decided_at": at, "decided_by": viewer.name, "reason": reason}
    statement = update(alerts).where(c.id == alert_id, c.state == AlertState.OPEN).values(**values)
    if session.execute(statement.returning(c.id)).first() is None:
        now = alert_by_id(session, viewer, alert_id)
        raise ConflictError(_GONE.format(alert_id, _BECAME[now.state]))
    return before


def link_event(session: Session, viewer: Viewer, alert_id: int, event_id: int) -> None:
    """Say which event of the register the confirmation of an alert wrote."""
    viewer.require_write()
    mine = (alerts.c.id == alert_id, visible(viewer, alerts))
    session.execute(update(alerts).where(*mine).values(event_id=event_id))


@beyond_scope
def reopen(session: Session, viewer: Viewer, alert_id: int) -> Alert:
    """Let a decided alert wait once more; the alert as it was before.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If the viewer sees no such alert.
    ConflictError
        If nobody decided on it, or a later alert of the same subject waits.
    """
    viewer.require_write()
    keep_others_from_writing(session, alerts)
    before = alert_by_id(session, viewer, alert_id)
    c = alerts.c
    same = (c.kind == before.kind, c.subject == before.subject, c.state == AlertState.OPEN)
    wanted = select(c.id, visible(viewer, alerts)).where(*same, c.id != alert_id)
    if (later := session.execute(wanted).first()) is not None:
        number = f"số {later[0]} " if later[1] else ""  # it may lie elsewhere by now
        raise ConflictError(
            f"Đã có cảnh báo {number}mới hơn về cùng nơi này đang chờ quyết định; "
            "hãy quyết định ở cảnh báo đó."
        )
    waiting: dict[str, Any] = {"state": AlertState.OPEN, "reason": "", "event_id": None}
    waiting |= {"decided_at": None, "decided_by": None}
    statement = update(alerts).where(c.id == alert_id, c.state.in_(DECIDED)).values(**waiting)
    if session.execute(statement.returning(c.id)).first() is None:
        raise ConflictError(
            f"Cảnh báo số {alert_id} chưa có quyết định nào để hoàn tác; hãy tải lại trang."
        )
    return before


def written_event(session: Session, viewer: Viewer, alert: Alert) -> WrittenEvent | None:
    """What became of the event that the confirmation of an alert wrote; None if it is gone."""
    viewer.require_write()
    e, h = hotspot_events.c, hotspots.c
    columns = (e.id, e.hotspot_id, h.import_id, e.type, e.on, h.withdrawn)
    statement: Select[Any] = select(*columns).join(hotspots, h.id == e.hotspot_id)
    wanted = statement.where(written_at(alert.decided_at, alert.decided_by))
    found = session.execute(wanted.order_by(e.id)).all()
    row = next((row for row in found if row.id == alert.event_id), next(iter(found), None))
    if alert.event_id is None or row is None:
        return None
    by = session.scalars(select(e.type).where(e.corrects_id == row.id)).all()
    return WrittenEvent(
        id=row.id,
        hotspot_id=row.hotspot_id,
        import_id=row.import_id,
        type=EventType(row.type),
        on=row.on,
        withdrawn=row.withdrawn is not None,
        taken_out=EventType.NOTE in by,
        corrected=bool(by) and EventType.NOTE not in by,
    )


@beyond_scope
def next_ref(session: Session, viewer: Viewer, year: int) -> str:
    """The next free ref of the register's own, such as DB-2026-0001.

    Refs of hotspots that were taken back are not given again.
    """
    viewer.require_write()
    keep_others_from_writing(session, hotspots)
    c, start = hotspots.c, f"DB-{year}-"
    mine = (c.source == REGISTER_SOURCE, c.ref.startswith(start, autoescape=True))
    tails = [ref.removeprefix(start) for ref in session.scalars(select(c.ref).where(*mine))]
    last = max((int(tail) for tail in tails if tail.isdecimal()), default=0)
    return f"{start}{last + 1:04d}"
