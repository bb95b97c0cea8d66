"""Decisions on alerts: confirmed, dismissed, taken back.

A decision, what it writes to the register and its lines in the audit trail are one
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from geo.terms import AlertState, Layer
from geo.typed_text import typed_text
from models import alert_decisions, audit
from models.alerts import Alert
from models.periods import today
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.alert_cases import cases_of
from webapp.services.alert_entries import (
    Confirmation,
    Writing,
    take_back,
    write_entry,
)
from webapp.services.alert_proposals import required_reason
from webapp.services.consequences import class_anew, touched_rows
from webapp.services.stamps import require_seen
from webapp.told import told


@repeatable
def confirm(
    database: Database,
    viewer: Viewer,
    alert_id: int,
    given: Confirmation,
    at: datetime,
    *,
    seen: str | None = None,
) -> str:
    """Confirm an alert and write what follows to the register; the same in a sentence.

    `seen` is the stamp of the run that had found it, as the page said.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If the viewer sees no such alert.
    ConflictError
        If it waits no more, a later run refreshed it, or the register says something else by now.
    InvalidValueError
        If a day, a name or a reason cannot be used.
    """
    note, confirmed = typed_text(given.note), AlertState.CONFIRMED
    with unit_of_work(database, viewer) as session:
        alert = alert_decisions.settle(session, viewer, alert_id, confirmed, reason=note, at=at)
        require_seen(seen, alert.run_id)
        (case,) = cases_of(session, viewer, [alert], today(at))
        entry = write_entry(Writing(session, viewer, case, given, note, at))
        if entry.event_id is not None:
            alert_decisions.link_event(session, viewer, alert_id, entry.event_id)
        after = {"state": confirmed, "reason": note, "event": entry.event_id}
        after |= {"hotspot": entry.hotspot_id, "import_id": entry.import_id}
        _audit(session, viewer, "confirm_alert", alert, after, at=at)
        _class_anew(session, entry.hotspot_id, at)
    return entry.told


@repeatable
def dismiss(
    database: Database,
    viewer: Viewer,
    alert_id: int,
    reason: str,
    at: datetime,
    *,
    seen: str | None = None,
) -> str:
    """Set an alert aside, with a reason.

    Raises
    ------
    InvalidValueError
        If the reason is too short without names and long numbers.
    ConflictError
        If the alert waits no more, or a later run refreshed it.
    """
    kept, dismissed = required_reason(reason, told("Hãy nêu lý do bỏ qua")), AlertState.DISMISSED
    with unit_of_work(database, viewer) as session:
        alert = alert_decisions.settle(session, viewer, alert_id, dismissed, reason=kept, at=at)
        require_seen(seen, alert.run_id)
        after = {"state": dismissed, "reason": kept}
        _audit(session, viewer, "dismiss_alert", alert, after, at=at)
    return told("Đã bỏ qua cảnh báo số {number}.", number=str(alert_id))


@repeatable
def undo(
    database: Database, viewer: Viewer, alert_id: int, at: datetime, *, seen: str | None = None
) -> str:
    """Take a decision back with what it wrote: the alert waits once more.

    `seen` stamps the decision that was on the screen: state, moment and event.

    Raises
    ------
    ConflictError
        If there is no decision to take back, it is another one, or the register was changed since.
    NotAllowedError
        If a new hotspot was confirmed by somebody else.
    """
    with unit_of_work(database, viewer) as session:
        before = alert_decisions.reopen(session, viewer, alert_id)
        require_seen(seen, before.state, before.decided_at, before.event_id)
        written = alert_decisions.written_event(session, viewer, before)
        if before.event_id is not None:
            take_back(session, viewer, before, at)
            _class_anew(session, written.hotspot_id if written else None, at)
        after = {"state": AlertState.OPEN, "reason": "", "event": None}
        _audit(session, viewer, "undo_alert", before, after, at=at)
    return told("Đã hoàn tác: cảnh báo số {number} lại chờ quyết định.", number=str(alert_id))


def _class_anew(session: Session, hotspot_id: int | None, at: datetime) -> None:
    """Let the class of its commune follow what was written about a hotspot."""
    if hotspot_id is not None:
        class_anew(session, touched_rows(session, [(Layer.HOTSPOTS, hotspot_id)]), at=at)


def _audit(
    session: Session,
    viewer: Viewer,
    action: str,
    alert: Alert,
    after: Mapping[str, object],
    *,
    at: datetime,
) -> None:
    before = {"state": alert.state, "reason": alert.reason, "event": alert.event_id}
    about = {"kind": alert.kind, "subject": alert.subject}
    detail = about | {"before": before, "after": dict(after)}
    audit.record(session, viewer, action, f"alert:{alert.id}", detail, at=at)
