"""Marks of hotspots tell each viewer what the register itself would tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from geo.records import HotspotEvent
from geo.terms import EventType, HotspotKind
from models.disclosure import sees_exactly
from models.hotspot_events import add_event
from models.hotspot_marks import HotspotMark, hotspot_marks
from models.hotspots import StoredHotspot, find_hotspots
from models.session import Database, Session, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    ANALYST_51,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PROVINCE_ONLY,
    a_hotspot,
    keep_hotspots,
    placed,
    somewhere_in,
)

VIEWERS = [
    *(PLANNER, PLANNER_01, ADMIN, ANALYST, ANALYST_51, OFFICER, ANONYMOUS),
    Viewer("ac", Role.ANALYST, Scope.commune("23401")),
]
KINDS = list(HotspotKind)


def as_mark(viewer: Viewer, spot: StoredHotspot) -> HotspotMark:
    """What of a hotspot a mark should tell."""
    place = spot.placement
    return HotspotMark(
        spot.id,
        spot.ref,
        spot.source,
        spot.name,
        spot.kind,
        spot.is_dwelling,
        place.lon,
        place.lat,
        place.precision,
        place.commune_code_now,
        spot.events,
        coarse=not sees_exactly(viewer, spot),
    )


def add_and_correct(session: Session, ref: str, event: HotspotEvent) -> None:
    """Record a note of a hotspot, then an event that takes its place."""
    (mark,) = [mark for mark in hotspot_marks(session, PLANNER) if mark.ref == ref]
    added = add_event(session, PLANNER, mark.id, a_note("Ghi lại cho rõ."), at=NOON)
    add_event(session, PLANNER, mark.id, event, at=NOON, corrects_id=added)


def a_note(text: str) -> HotspotEvent:
    """A note of a day in the register."""
    return HotspotEvent(EventType.NOTE, date(2026, 3, 1), text)


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.name)
def test_marks_tell_what_the_register_tells(database: Database, viewer: Viewer) -> None:
    keep_hotspots(
        database,
        a_hotspot("B", kind=KINDS[1]),
        a_hotspot("A", is_dwelling=True, name="Nhà số 12 đường 3/2"),
        a_hotspot("C", is_dwelling=True, placement=somewhere_in("23402")),
        a_hotspot("D", placement=placed("00004", 105.85, 21.03)),
        a_hotspot("E", placement=PROVINCE_ONLY, events=()),
    )
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        add_and_correct(session, "B", replace(a_note("Đúng."), type=EventType.CLEARED))
        add_and_correct(session, "A", a_note("Ghi nhầm điểm khác."))
        for wanted in (
            {"province_code": None},
            {"province_code": "51"},
            {"province_code": None, "kinds": [KINDS[1]]},
        ):
            listed = find_hotspots(session, viewer, **wanted)
            marks = hotspot_marks(session, viewer, **wanted)
            assert marks == [as_mark(viewer, spot) for spot in listed]


def test_events_stand_by_day_whatever_the_order_of_recording(database: Database) -> None:
    opened = HotspotEvent(EventType.OPENED, date(2025, 3, 1))
    cleared = HotspotEvent(EventType.CLEARED, opened.on + timedelta(days=90))
    keep_hotspots(database, a_hotspot("A", events=(cleared, opened)))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (mark,) = hotspot_marks(session, PLANNER)
    assert mark.events == (opened, cleared)
