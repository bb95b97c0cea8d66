"""The register: stored once, read within the scope, dwellings shown coarsely."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from geo.records import Hotspot, HotspotEvent
from geo.terms import EventType, HotspotKind, Layer
from models import hotspots, renewals, tables
from models.disclosure import snap_to_grid
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.placements import renew
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    PROVINCE_ONLY,
    UNLOCATED,
    a_hotspot,
    an_import,
    keep_hotspots,
    placed,
    somewhere_in,
)

AT = (108.00123, 14.00456)


def refs(database: Database, viewer: Viewer, **wanted: object) -> list[str]:
    """The refs a viewer finds, in the order given."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [h.ref for h in hotspots.find_hotspots(session, viewer, **wanted)]  # type: ignore[arg-type]


def test_a_hotspot_comes_back_as_it_was_with_its_history_by_day(database: Database) -> None:
    given = a_hotspot()
    keep_hotspots(database, replace(given, events=given.events[::-1]))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = hotspots.find_hotspots(session, PLANNER)
    for field in fields(Hotspot):
        assert getattr(stored, field.name) == getattr(given, field.name), field.name


def test_events_of_one_day_keep_their_order(database: Database) -> None:
    day = date(2026, 1, 9)
    events = tuple(
        HotspotEvent(kind, day)
        for kind in (EventType.SUSPECTED, EventType.OPENED, EventType.CLEARED, EventType.NOTE)
    )
    keep_hotspots(database, a_hotspot(events=events), a_hotspot("no history", events=()))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = {h.ref: h.events for h in hotspots.find_hotspots(session, PLANNER)}
    assert found == {"TD-1": events, "no history": ()}


def test_the_same_register_again_changes_nothing(database: Database) -> None:
    records = [a_hotspot("A"), a_hotspot("B")]
    keep_hotspots(database, *records)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.HOTSPOTS)
        again = hotspots.add_hotspots(session, PLANNER, records, import_id)
        (first, _) = hotspots.find_hotspots(session, PLANNER)
    assert (again.added, again.unchanged) == (0, 2)
    assert first.events == a_hotspot().events


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Khác"},
        {"kind": HotspotKind.USE_DEN},
        {"is_dwelling": True},
        {"events": a_hotspot().events[:1]},
        {"address_text": "Khác"},
    ],
    ids=str,
)
def test_other_content_under_a_known_ref_takes_its_place(
    sqlite_database: Database, changes: dict[str, object]
) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    other = a_hotspot(**changes)
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.HOTSPOTS)
        added = hotspots.add_hotspots(session, PLANNER, [other], import_id, at=NOON)
        (stored,) = hotspots.find_hotspots(session, PLANNER)
        again = hotspots.add_hotspots(session, PLANNER, [other], import_id, at=NOON)
    assert (added.changed, added.conflicts) == (1, ())
    assert (again.changed, again.unchanged) == (0, 1)
    assert (stored.name, stored.kind, stored.is_dwelling, stored.address_text) == (
        *(other.name, other.kind, other.is_dwelling),
        other.address_text,
    )
    assert stored.events == a_hotspot().events


def test_a_history_only_grows(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    opened = a_hotspot().events[0]
    back = HotspotEvent(EventType.RE_EMERGED, date(2026, 3, 1))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.HOTSPOTS)
        other = a_hotspot(events=(opened, back))
        hotspots.add_hotspots(session, PLANNER, [other], import_id, at=NOON)
        (stored,) = hotspots.find_hotspots(session, PLANNER)
    assert stored.events == (*a_hotspot().events, back)


@pytest.mark.parametrize("viewer", [ANALYST, OFFICER, ANONYMOUS], ids=lambda viewer: viewer.name)
def test_those_who_may_not_write_add_nothing(sqlite_database: Database, viewer: Viewer) -> None:
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        hotspots.add_hotspots(session, viewer, [a_hotspot()], 1)


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (PLANNER, ["far", "neighbour", "nowhere", "own", "own, not known where", "province"]),
        (PLANNER_51, ["neighbour", "own", "own, not known where", "province"]),
        (PLANNER_01, ["far"]),
        (OFFICER, ["own", "own, not known where"]),
        (ANONYMOUS, []),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_read_stays_inside_the_scope(
    database: Database, viewer: Viewer, seen: list[str]
) -> None:
    everywhere = {
        "own": placed("23401"),
        "own, not known where": somewhere_in("23401"),
        "neighbour": placed("23402"),
        "far": placed("00004", 105.8, 21.0),
        "province": PROVINCE_ONLY,
        "nowhere": UNLOCATED,
    }
    keep_hotspots(database, *(a_hotspot(r, placement=p) for r, p in everywhere.items()))
    assert refs(database, viewer) == seen
    assert set(refs(database, viewer, commune_code="23402")) <= {"neighbour"} & set(seen)
    assert set(refs(database, viewer, province_code="01")) <= {"far"} & set(seen)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for ref in everywhere:
            if ref in seen:
                assert hotspots.hotspot_by_ref(session, viewer, ref).ref == ref
            else:
                with pytest.raises(NotFoundError, match=ref):
                    hotspots.hotspot_by_ref(session, viewer, ref)


def test_a_ref_of_two_bodies_needs_the_body_named(database: Database) -> None:
    keep_hotspots(database, a_hotspot(), a_hotspot(source="CÔNG AN TỈNH B", name="Của B"))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        with pytest.raises(ConflictError, match="CÔNG AN TỈNH A, CÔNG AN TỈNH B"):
            hotspots.hotspot_by_ref(session, PLANNER, "TD-1")
        found = hotspots.hotspot_by_ref(session, PLANNER, "TD-1", "CÔNG AN TỈNH B")
    assert found.name == "Của B"


# --- dwellings

DWELLING = a_hotspot(is_dwelling=True, name="Nhà số 12 đường 3/2")


@pytest.mark.parametrize(
    "viewer",
    [PLANNER, PLANNER_51, ADMIN, OFFICER, Viewer("cp", Role.PLANNER, Scope.commune("23401"))],
    ids=lambda viewer: viewer.name,
)
def test_those_who_act_on_a_dwelling_see_it_whole(database: Database, viewer: Viewer) -> None:
    keep_hotspots(database, DWELLING)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (found,) = hotspots.find_hotspots(session, viewer)
    assert (found.placement.lon, found.placement.lat) == AT
    assert (found.name, found.address_text) == (DWELLING.name, DWELLING.address_text)
    assert found.events == DWELLING.events


@pytest.mark.parametrize(
    "viewer",
    [
        ANALYST,
        Viewer("ap", Role.ANALYST, Scope.provinces("51")),
        Viewer("ac", Role.ANALYST, Scope.commune("23401")),
        Viewer("cn", Role.COMMUNE, Scope.provinces("51")),
    ],
    ids=lambda viewer: viewer.name,
)
def test_to_all_others_a_dwelling_is_a_square_without_address(
    database: Database, viewer: Viewer
) -> None:
    keep_hotspots(database, DWELLING)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (listed,) = hotspots.find_hotspots(session, viewer)
        (boxed,) = hotspots.find_hotspots(session, viewer, bbox=(107.9, 13.9, 108.1, 14.1))
        asked = hotspots.hotspot_by_ref(session, viewer, "TD-1")
    assert listed == boxed == asked
    assert (listed.placement.lon, listed.placement.lat) == snap_to_grid(*AT)
    words = repr(listed)
    for secret in ("108.00123", "14.00456", "số 12", "Số 12", "3/2", "Tọa độ làm tròn"):
        assert secret not in words
    assert [(event.type, event.on) for event in listed.events] == [
        (event.type, event.on) for event in DWELLING.events
    ]


def test_other_hotspots_are_shown_as_they_are(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (found,) = hotspots.find_hotspots(session, ANALYST)
    assert (found.placement.lon, found.placement.lat) == AT


def test_boxes_do_not_tell_where_in_its_square_a_dwelling_is(database: Database) -> None:
    keep_hotspots(database, DWELLING)
    lon, lat = snap_to_grid(*AT)
    tiny = 1e-7

    def around(x: float, y: float) -> tuple[float, float, float, float]:
        return x - tiny, y - tiny, x + tiny, y + tiny

    assert refs(database, PLANNER, bbox=around(*AT)) == ["TD-1"]
    assert refs(database, PLANNER, bbox=around(lon, lat)) == []
    assert refs(database, ANALYST, bbox=around(*AT)) == []
    assert refs(database, ANALYST, bbox=around(lon, lat)) == ["TD-1"]


# --- boxes, placing again


def test_a_box_holds_the_hotspots_inside(database: Database) -> None:
    keep_hotspots(
        database,
        a_hotspot("in", placement=placed("23401", 108.5, 14.5)),
        a_hotspot("edge", placement=placed("23401", 108.6, 14.5)),
        a_hotspot("near", placement=placed("23401", 108.6001, 14.5)),
        a_hotspot("nowhere", placement=somewhere_in("23401")),
    )
    assert refs(database, PLANNER, bbox=(108.4, 14.4, 108.6, 14.6)) == ["edge", "in"]


def test_hotspots_are_placed_again_inside_the_scope(database: Database) -> None:
    keep_hotspots(
        database,
        a_hotspot("A"),
        a_hotspot("B", placement=placed("00004", 105.8, 21.0)),
    )
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert [row.place for row in renewals.written_rows(session, PLANNER_51)] == [
            a_hotspot().place
        ]
        new = placed("23402", 108.7, 14.7)
        renew(session, PLANNER_51, tables.hotspots, [(1, new), (2, new)])
        found = {h.ref: h.placement for h in hotspots.find_hotspots(session, ADMIN)}
    assert found == {"A": new, "B": placed("00004", 105.8, 21.0)}
    assert refs(database, PLANNER, bbox=(108.6, 14.6, 108.8, 14.8)) == ["A"]
