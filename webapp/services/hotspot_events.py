"""Writing the history of a hotspot: an event, a correction, taking either back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from geo.records import HotspotEvent
from geo.terms import EventType, Layer
from geo.typed_text import typed_text, without_marks
from models import audit, hotspots
from models.corrections import RecordedEvent
from models.errors import ConflictError, InvalidValueError, NotFoundError
from models.hotspot_events import add_event
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.consequences import class_anew, touched_rows
from webapp.services.stamps import STALE
from webapp.told import told

AT_ONCE = "Ghi nhầm, người ghi hoàn tác."


@dataclass(frozen=True, slots=True)
class Written:
    """What was recorded, under which number; `shown` is the event it speaks of."""

    id: int
    shown: HotspotEvent


@repeatable
def record_event(
    database: Database,
    viewer: Viewer,
    hotspot_id: int,
    event: HotspotEvent,
    *,
    at: datetime,
    corrects_id: int | None = None,
    seen: int | None = None,
) -> Written:
    """Record an event, or what takes the place of another, with its line in the audit trail.

    `seen` is the number of the last event of the history that was on the screen.

    Raises
    ------
    NotAllowedError, NotFoundError, InvalidValueError, ConflictError
        As `models.hotspot_events.add_event`.
    """
    with unit_of_work(database, viewer) as session:
        return _record(
            session, viewer, hotspot_id, event, at=at, corrects_id=corrects_id, seen=seen
        )


@repeatable
def remove_event(
    database: Database,
    viewer: Viewer,
    hotspot_id: int,
    event_id: int,
    reason: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Written:
    """Take an event out of the history; it stays readable, struck through, with the reason."""
    with unit_of_work(database, viewer) as session:
        event = _named(session, viewer, hotspot_id, event_id).event
        note = HotspotEvent(EventType.NOTE, event.on, reason)
        done = _record(session, viewer, hotspot_id, note, at=at, corrects_id=event_id, seen=seen)
    return replace(done, shown=event)


@repeatable
def take_back(
    database: Database, viewer: Viewer, hotspot_id: int, event_id: int, *, at: datetime
) -> Written:
    """Undo what a person recorded: what a correction replaced stands again, a new event goes.

    Raises
    ------
    ConflictError
        If it was corrected in the meantime.
    """
    with unit_of_work(database, viewer) as session:
        given = _named(session, viewer, hotspot_id, event_id)
        if given.corrects_id is None:
            event = HotspotEvent(EventType.NOTE, given.event.on, AT_ONCE)
        else:
            event = _named(session, viewer, hotspot_id, given.corrects_id).event
        done = _record(session, viewer, hotspot_id, event, at=at, corrects_id=event_id)
    return replace(done, shown=event if given.corrects_id else given.event)


def _record(
    session: Session,
    viewer: Viewer,
    hotspot_id: int,
    event: HotspotEvent,
    *,
    at: datetime,
    corrects_id: int | None,
    seen: int | None = None,
) -> Written:
    if event.type is EventType.NOTE and not without_marks(typed_text(event.note)):
        raise InvalidValueError(
            told(
                "Hãy ghi nội dung: ghi chú hoặc lý do bỏ không được để trống hay chỉ có tên người,"
                " số."
            )
        )
    new_id = add_event(session, viewer, hotspot_id, event, at=at, corrects_id=corrects_id)
    history = {each.id: each for each in hotspots.history_of(session, viewer, hotspot_id)}
    if seen is not None and seen != max((id_ for id_ in history if id_ != new_id), default=0):
        raise ConflictError(STALE)
    kept = history[new_id].event
    before = history[corrects_id].event if corrects_id else None
    detail = {"event": new_id, "corrects": corrects_id, "before": _told(before)}
    detail["after"] = None if history[new_id].takes_out else _told(kept)
    audit.record(session, viewer, "hotspot_event", f"hotspot:{hotspot_id}", detail, at=at)
    class_anew(session, touched_rows(session, [(Layer.HOTSPOTS, hotspot_id)]), at=at)
    return Written(new_id, kept)


def _named(session: Session, viewer: Viewer, hotspot_id: int, event_id: int) -> RecordedEvent:
    viewer.require_write()
    for each in hotspots.history_of(session, viewer, hotspot_id):
        if each.id == event_id:
            return each
    raise NotFoundError(told("Không có diễn biến số {n} ở điểm này.", n=event_id))


def _told(event: HotspotEvent | None) -> Mapping[str, Any] | None:
    if event is None:
        return None
    return {"type": event.type.value, "on": event.on.isoformat(), "note": event.note}
