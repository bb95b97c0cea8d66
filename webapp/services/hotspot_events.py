"""Writing the history of a hotspot: an event, a correction, taking either back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from webapp.actors import actor
from webapp.labels import EVENT_TYPES, vn_moment
from webapp.services.consequences import class_anew, touched_rows
from webapp.services.stamps import STALE
from webapp.told import as_written, told

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

    `seen` is the number of the last event of the history that was on the screen. A new note
    asks for none: it changes no status, and what others wrote meanwhile stands beside it.

    Raises
    ------
    NotAllowedError, NotFoundError, InvalidValueError, ConflictError
        As `models.hotspot_events.add_event`.
    """
    if event.type is EventType.NOTE and corrects_id is None:
        seen = None
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
    _require_seen([each for id_, each in history.items() if id_ != new_id], seen)
    kept = history[new_id].event
    before = history[corrects_id].event if corrects_id else None
    detail = {"event": new_id, "corrects": corrects_id, "before": _told(before)}
    detail["after"] = None if history[new_id].takes_out else _told(kept)
    audit.record(session, viewer, "hotspot_event", f"hotspot:{hotspot_id}", detail, at=at)
    class_anew(session, touched_rows(session, [(Layer.HOTSPOTS, hotspot_id)]), at=at)
    return Written(new_id, kept)


def _require_seen(history: Sequence[RecordedEvent], seen: int | None) -> None:
    """Refuse to write on what has more by now; says who wrote it."""
    last = max(history, key=lambda each: each.id, default=None)
    if seen is None or seen == (last.id if last else 0):
        return
    if last is None or not 0 <= seen < last.id:
        raise ConflictError(STALE)
    raise ConflictError(
        told(
            "Sau khi đồng chí mở trang, {who} đã ghi «{event}» ngày {day} (lúc {moment}). Chưa "
            "lưu gì; nội dung đồng chí nhập còn nguyên trong biểu mẫu. Hãy xem diễn biến mới rồi "
            "bấm lần nữa nếu vẫn cần.",
            who=actor(last.recorded_by) or told("tệp nhập"),
            event=told(EVENT_TYPES[last.event.type]),
            day=last.event.on,
            moment=as_written(vn_moment(last.recorded_at)),
        )
    )


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
