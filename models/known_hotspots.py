"""Hotspots with their histories as they stand, or as they were known at a moment."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, or_, select, type_coerce
from sqlalchemy.orm import Session

from geo.records import HotspotEvent, Placement
from geo.terms import EventType, HotspotKind, Layer
from models.corrections import RecordedEvent, effective_events
from models.disclosure import disclosed, sees_exactly
from models.hotspot_events import histories_of
from models.hotspots import StoredHotspot, find_hotspots
from models.known_contents import Area, Past, changed_since, moved_since, past_of
from models.placements import placement_of, query_of
from models.record_versions import Content, content_of, ever_homes
from models.session import beyond_scope
from models.tables import hotspots, record_versions
from models.viewers import Viewer

_Said = tuple[EventType, date, str]


def known_hotspots(
    session: Session,
    viewer: Viewer,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    kinds: Sequence[HotspotKind] = (),
    known_at: datetime | None = None,
) -> list[StoredHotspot]:
    """Hotspots as the viewer may see them, by ref, with the events that stand.

    With `known_at` those on the register at that moment, with the events and corrections
    recorded by then; `kinds` empty: all kinds.
    """
    if known_at is None:
        return find_hotspots(session, viewer, province_code, commune_code, kinds=kinds)
    area = Area(viewer, province_code, commune_code)
    there, homes = _at(session, area, known_at, kinds or tuple(HotspotKind))
    found = [_disclosed(viewer, spot, homes) for spot in there if area.has(*_where(spot))]
    return sorted(found, key=lambda spot: (spot.ref, spot.source))


def _disclosed(viewer: Viewer, spot: StoredHotspot, homes: frozenset[str]) -> StoredHotspot:
    """As the viewer may see it; a home is hidden also as it stood before it was known as one."""
    home = replace(spot, is_dwelling=spot.is_dwelling or str(spot.id) in homes)
    return spot if sees_exactly(viewer, home) else disclosed(viewer, home)


def _where(spot: StoredHotspot) -> tuple[str | None, str | None]:
    return spot.placement.province_code, spot.placement.commune_code_now


@beyond_scope
def _at(
    session: Session, area: Area, known_at: datetime, kinds: Sequence[HotspotKind]
) -> tuple[list[StoredHotspot], frozenset[str]]:
    """Every hotspot of some kinds that was on the register of an area at a moment.

    Some that never lay there may come along. With them the numbers of those ever marked as homes.
    """
    past = past_of(session, Layer.HOTSPOTS, known_at, areas=area.mentions())
    moved = hotspots.c.id.in_(moved_since(Layer.HOTSPOTS, known_at))
    wanted = and_(hotspots.c.kind.in_(kinds), or_(area.sql(hotspots), moved))
    found = _contents(session, past, wanted)
    contents = {id_: stood for id_, stood in found if stood[0]["kind"] in kinds}
    histories = _whole_histories(session, list(contents), known_at)
    there = []
    for id_, (content, until) in contents.items():
        if past.held(id_, content["import_id"], content["withdrawn"]):
            events = _events(content, until, histories.get(id_, []), known_at)
            there.append(_hotspot(id_, content, past.place(id_, until), events))
    return there, ever_homes(session, [str(id_) for id_ in contents])


def _contents(
    session: Session, past: Past, wanted: ColumnElement[bool]
) -> Iterator[tuple[int, tuple[Content, datetime | None]]]:
    """By number the content of the moment and when it was replaced since."""
    for row in session.execute(select(hotspots).where(wanted)):
        if str(row.id) not in past.changed:
            yield row.id, (content_of(hotspots, row), None)
    for key, stood in past.replaced.items():
        yield int(key), (stood.content, stood.until)


def _events(
    content: Content,
    until: datetime | None,
    history: Sequence[RecordedEvent],
    known_at: datetime,
) -> tuple[HotspotEvent, ...]:
    """The events that stood at a moment, by day.

    What was recorded by then and is there still, and what an undone import took away: the
    content that it replaced names the events that stood at its end.
    """
    if until is None:
        recorded = effective_events(each for each in history if each.recorded_at <= known_at)
        return tuple(each.event for each in recorded)
    at_end = [each for each in history if each.recorded_at <= until]
    listed = list(_listed(content))
    absent = _absent(at_end, {_said(event) for event in listed})
    present = (each for each in history if each.id not in absent and each.recorded_at <= known_at)
    there = {_said(each.event) for each in at_end}
    lost = [event for event in listed if _said(event) not in there]
    standing = [*(each.event for each in effective_events(present)), *lost]
    return tuple(sorted(standing, key=lambda event: event.on))


def _absent(at_end: Sequence[RecordedEvent], listed: Container[_Said]) -> set[int | None]:
    """Events recorded by then that were out of sight: put back only later, with all they correct.

    The content that was replaced would have listed them else.
    """
    absent: set[int | None] = {
        each.id for each in effective_events(at_end) if _said(each.event) not in listed
    }
    while more := {each.corrects_id for each in at_end if each.id in absent} - absent - {None}:
        absent |= more
    return absent


def _whole_histories(
    session: Session, ids: Sequence[int], known_at: datetime
) -> dict[int, list[RecordedEvent]]:
    """All that is recorded of hotspots, with what was dropped since when they came back."""
    whole = histories_of(session, ids)
    v = record_versions.c
    dropping = changed_since(Layer.HOTSPOTS, known_at).with_only_columns(v.record_key, v.content)
    dropping = dropping.where(type_coerce(v.content, Text).contains('"events_dropped"'))
    for key, content in session.execute(dropping.order_by(v.id.desc())):
        history = whole.setdefault(int(key), [])
        history += _missing(history, content["change"]["events_dropped"])
    return whole


def _missing(
    history: Sequence[RecordedEvent], dropped: Sequence[Mapping[str, Any]]
) -> Iterator[RecordedEvent]:
    """Dropped events that are not there (those put back are), numbered below zero."""
    there = {(each.recorded_at, *_said(each.event)): each.id for each in history}
    lowest = min((each.id for each in history), default=0)
    number: dict[int | None, int | None] = {None: None}
    new = []
    for n, row in enumerate(dropped, start=1):
        event = HotspotEvent(EventType(row["type"]), date.fromisoformat(row["on"]), row["note"])
        at = datetime.fromisoformat(row["recorded_at"])
        known = there.get((at, *_said(event)))
        number[row["id"]] = min(lowest, 0) - n if known is None else known
        if known is None:
            new.append((row, event, at))
    for row, event, at in new:
        id_, corrects = number[row["id"]], number[row["corrects_id"]]
        yield RecordedEvent(id_ or 0, event, at, row["recorded_by"], corrects)


def _listed(content: Content) -> Iterator[HotspotEvent]:
    for type_, on, note in content.get("events", ()):
        yield HotspotEvent(EventType(type_), date.fromisoformat(on), note)


def _said(event: HotspotEvent) -> _Said:
    return event.type, event.on, event.note


def _hotspot(
    id_: int,
    content: Mapping[str, Any],
    place: Placement | None,
    events: tuple[HotspotEvent, ...],
) -> StoredHotspot:
    row: Any = SimpleNamespace(**content)
    return StoredHotspot(
        id=id_,
        import_id=row.import_id,
        ref=row.ref,
        source=row.source,
        name=row.name,
        kind=HotspotKind(row.kind),
        placement=place or placement_of(row),
        events=events,
        address_text=row.address_text,
        is_dwelling=row.is_dwelling,
        line=row.line,
        place=query_of(row.place_query),
    )
