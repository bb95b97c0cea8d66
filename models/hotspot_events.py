"""The dated events of hotspots: added, read, never rewritten.

An import that is undone takes back the events it brought; nothing else does. A
hotspot that was withdrawn keeps its events out of sight until it is brought
again: then they are dropped for those of the new file, and kept with the version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from geo.records import HotspotEvent
from geo.terms import EventType
from models.additions import chunks
from models.tables import hotspot_events


def insert_events(
    session: Session,
    events: Sequence[tuple[int, HotspotEvent]],
    *,
    at: datetime,
    by: str,
) -> list[int]:
    """Store events given with the number of their hotspot; the numbers of the events."""
    rows = [
        {
            **{"hotspot_id": id_, "type": event.type.value, "on": event.on, "note": event.note},
            **{"recorded_at": at, "recorded_by": by},
        }
        for id_, event in events
    ]
    if not rows:
        return []
    statement = insert(hotspot_events).returning(hotspot_events.c.id, sort_by_parameter_order=True)
    return list(session.connection().execute(statement, rows).scalars())


def events_of(session: Session, ids: Sequence[int]) -> dict[int, list[HotspotEvent]]:
    """Events by hotspot, by day and in the order in which they were recorded."""
    c = hotspot_events.c
    found: dict[int, list[HotspotEvent]] = defaultdict(list)
    for chunk in chunks(ids, 10_000):
        statement = (
            select(c.hotspot_id, c.type, c.on, c.note)
            .where(c.hotspot_id.in_(chunk))
            .order_by(c.on, c.id)
        )
        for hotspot_id, type_, on, note in session.execute(statement):
            found[hotspot_id].append(HotspotEvent(EventType(type_), on, note))
    return found


def event_contents(session: Session, ids: Sequence[int]) -> dict[int, list[list[Any]]]:
    """Events as lists of type, day and note, as a version keeps them."""
    return {
        id_: [[event.type.value, event.on.isoformat(), event.note] for event in events]
        for id_, events in events_of(session, ids).items()
    }


def delete_events(session: Session, ids: Sequence[int]) -> None:
    """Take back events by their numbers: their import is being undone."""
    for chunk in chunks(ids, 10_000):
        session.execute(delete(hotspot_events).where(hotspot_events.c.id.in_(chunk)))


def drop_events(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Take every event off hotspots; by hotspot what was there, as JSON can hold it."""
    c = hotspot_events.c
    dropped: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for chunk in chunks(ids, 10_000):
        theirs = c.hotspot_id.in_(chunk)
        for row in session.execute(select(hotspot_events).where(theirs).order_by(c.id)):
            moments = {"on": row.on.isoformat(), "recorded_at": row.recorded_at.isoformat()}
            told = {"type": row.type, "note": row.note, "recorded_by": row.recorded_by}
            dropped[row.hotspot_id].append(told | moments)
        session.execute(delete(hotspot_events).where(theirs))
    return dropped


def put_back_events(session: Session, dropped: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    """Give hotspots the events again that `drop_events` took off them."""
    rows = [
        {
            **{"hotspot_id": id_, **event, "on": date.fromisoformat(event["on"])},
            "recorded_at": datetime.fromisoformat(event["recorded_at"]),
        }
        for id_, events in dropped.items()
        for event in events
    ]
    if rows:
        session.connection().execute(insert(hotspot_events), rows)
