"""The dated events of hotspots: added, corrected by later ones, never rewritten.

An import that is undone takes back the events it brought, and corrections of
them; nothing else does. A hotspot that was withdrawn keeps its events out of sight
until it is brought again: then they are dropped for those of the new file, and
kept with the version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from geo.records import HotspotEvent
from geo.terms import EventType
from geo.typed_text import typed_text
from models.additions import chunks, keep_others_from_writing
from models.corrections import RecordedEvent, effective_events
from models.disclosure import visible
from models.errors import ConflictError, InvalidValueError, NotFoundError
from models.periods import today as day_in_vietnam
from models.tables import hotspot_events, hotspots
from models.viewers import Viewer

EARLIEST = date(1990, 1, 1)
"""No register of today reaches further back: an earlier day is a slip."""


def add_event(
    session: Session,
    viewer: Viewer,
    hotspot_id: int,
    event: HotspotEvent,
    *,
    at: datetime,
    corrects_id: int | None = None,
) -> int:
    """Record an event by hand, or a correction of one; its number.

    The note is kept without long numbers and names of persons. `corrects_id` names
    the event whose place this one takes (a `note`: that it takes out). Nothing is
    audited here: the service does.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If the viewer sees no such hotspot.
    InvalidValueError
        If the day is in the future or before 1990, a note is empty or the
        correction changes nothing.
    ConflictError
        If the event to correct is not of this hotspot or corrected already, or
        the same event stands on that day.
    """
    viewer.require_write()
    keep_others_from_writing(session, hotspot_events)
    seen = select(hotspots.c.id).where(hotspots.c.id == hotspot_id, visible(viewer, hotspots))
    if session.scalar(seen) is None:
        raise NotFoundError(f"Không có điểm số {hotspot_id} trong phạm vi của tài khoản.")
    kept = HotspotEvent(event.type, event.on, typed_text(event.note))
    _require_sound(kept, day_in_vietnam(at))
    history = histories_of(session, [hotspot_id]).get(hotspot_id, [])
    _require_fitting(history, kept, corrects_id)
    new = [(hotspot_id, kept)]
    return insert_events(session, new, at=at, by=viewer.name, corrects_id=corrects_id)[0]


def _require_sound(event: HotspotEvent, today: date) -> None:
    if not EARLIEST <= event.on <= today:
        raise InvalidValueError(
            f"Ngày {event.on:%d/%m/%Y} không hợp lệ: chọn một ngày từ {EARLIEST:%d/%m/%Y} "
            f"đến {today:%d/%m/%Y}."
        )
    if event.type is EventType.NOTE and not event.note:
        raise InvalidValueError("Hãy ghi nội dung: ghi chú hoặc lý do bỏ không được để trống.")


def _require_fitting(
    history: Sequence[RecordedEvent], event: HotspotEvent, corrects_id: int | None
) -> None:
    """Refuse what names no event that can be corrected, or says what stands already."""
    named = next((each for each in history if each.id == corrects_id), None)
    if corrects_id is not None:
        if named is None:
            raise ConflictError(f"Diễn biến số {corrects_id} không có trong lịch sử của điểm này.")
        if any(each.corrects_id == corrects_id for each in history):
            raise ConflictError(
                "Diễn biến này đã được sửa ở nơi khác. Hãy tải lại trang rồi sửa bản mới nhất."
            )
        if named.event == event or (named.takes_out and event.type is EventType.NOTE):
            raise InvalidValueError("Chưa có gì thay đổi so với diễn biến đã ghi.")
        if event.type is EventType.NOTE:
            return
    for each in effective_events(history):
        same = (each.event.type, each.event.on) == (event.type, event.on)
        if same and each is not named and (event.type is not EventType.NOTE or each.event == event):
            raise ConflictError(
                f"Lịch sử đã có diễn biến này ngày {event.on:%d/%m/%Y}. "
                "Hãy sửa diễn biến đó nếu cần."
            )


def insert_events(
    session: Session,
    events: Sequence[tuple[int, HotspotEvent]],
    *,
    at: datetime,
    by: str,
    corrects_id: int | None = None,
) -> list[int]:
    """Store events given with the number of their hotspot; the numbers of the events."""
    rows = [
        {
            **{"hotspot_id": id_, "type": event.type.value, "on": event.on, "note": event.note},
            **{"recorded_at": at, "recorded_by": by, "corrects_id": corrects_id},
        }
        for id_, event in events
    ]
    return _insert(session, rows)


def histories_of(session: Session, ids: Sequence[int]) -> dict[int, list[RecordedEvent]]:
    """All that was ever recorded by hotspot, corrected events too, in the order of recording."""
    c = hotspot_events.c
    found: dict[int, list[RecordedEvent]] = defaultdict(list)
    for chunk in chunks(ids, 10_000):
        statement = select(hotspot_events).where(c.hotspot_id.in_(chunk)).order_by(c.id)
        for row in session.execute(statement).all():
            event = HotspotEvent(EventType(row.type), row.on, row.note)
            found[row.hotspot_id].append(
                RecordedEvent(row.id, event, row.recorded_at, row.recorded_by, row.corrects_id)
            )
    return found


def events_of(session: Session, ids: Sequence[int]) -> dict[int, list[HotspotEvent]]:
    """The events that stand by hotspot, by day and in the order of recording."""
    return {
        id_: [each.event for each in effective_events(history)]
        for id_, history in histories_of(session, ids).items()
    }


def event_contents(session: Session, ids: Sequence[int]) -> dict[int, list[list[Any]]]:
    """The events that stand as lists of type, day and note, as a version keeps them."""
    return {
        id_: [[event.type.value, event.on.isoformat(), event.note] for event in events]
        for id_, events in events_of(session, ids).items()
    }


def delete_events(session: Session, ids: Sequence[int]) -> None:
    """Take back events by their numbers, and what corrects them: their import is being undone."""
    c = hotspot_events.c
    gone = list(ids)
    while gone:
        after: list[int] = []
        for chunk in chunks(gone, 10_000):
            after += session.scalars(select(c.id).where(c.corrects_id.in_(chunk)))
            session.execute(delete(hotspot_events).where(c.id.in_(chunk)))
        gone = after


def drop_events(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Take every event off hotspots; by hotspot what was there, as JSON can hold it."""
    c = hotspot_events.c
    dropped: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for chunk in chunks(ids, 10_000):
        theirs = c.hotspot_id.in_(chunk)
        for row in session.execute(select(hotspot_events).where(theirs).order_by(c.id)):
            moments = {"on": row.on.isoformat(), "recorded_at": row.recorded_at.isoformat()}
            told = {"type": row.type, "note": row.note, "recorded_by": row.recorded_by}
            links = {"id": row.id, "corrects_id": row.corrects_id}
            dropped[row.hotspot_id].append(told | moments | links)
        session.execute(delete(hotspot_events).where(theirs))
    return dropped


def put_back_events(session: Session, dropped: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    """Give hotspots the events again that `drop_events` took off them, under new numbers."""
    given = [(id_, event) for id_, events in dropped.items() for event in events]
    rows = [
        {
            **{"hotspot_id": id_, "type": event["type"], "note": event["note"]},
            **{"on": date.fromisoformat(event["on"]), "recorded_by": event["recorded_by"]},
            **{"recorded_at": datetime.fromisoformat(event["recorded_at"]), "corrects_id": None},
        }
        for id_, event in given
    ]
    numbers = _insert(session, rows)
    now = {event.get("id"): n for (_, event), n in zip(given, numbers, strict=True)}
    for (_, event), number in zip(given, numbers, strict=True):
        if event.get("corrects_id") is not None:
            link = update(hotspot_events).where(hotspot_events.c.id == number)
            session.execute(link.values(corrects_id=now[event["corrects_id"]]))


def _insert(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    if not rows:
        return []
    statement = insert(hotspot_events).returning(hotspot_events.c.id, sort_by_parameter_order=True)
    return list(session.connection().execute(statement, rows).scalars())
