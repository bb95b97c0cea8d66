"""Undoing an import: withdrawn what it added, as before what it changed, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from geo.records import Hotspot, HotspotEvent, Incident, Indicators
from geo.sub_unit_names import stored_sub_unit
from geo.terms import EventType, Layer
from models import hotspots, imports, incidents, indicators, sub_unit_links, sub_units, tables
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.hotspot_events import insert_events
from models.imports import NewImport
from models.placements import renew
from models.record_changes import TABLES, changes_by_import
from models.session import Database, unit_of_work
from models.sub_units import SubUnit
from models.tables import duplicates, hotspot_events, place_reviews, record_versions
from models.undo_plans import may_undo, plan_undo, told_hindrance
from models.undone_imports import undo_import
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    NOON,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_51,
    a_hotspot,
    an_import,
    an_incident,
    draw_map,
    placed,
    somewhere_in,
)

LATER = datetime(2026, 7, 2, 12, tzinfo=UTC)
ADD = {
    Layer.INCIDENTS: incidents.add_incidents,
    Layer.HOTSPOTS: hotspots.add_hotspots,
    Layer.INDICATORS: indicators.add_indicators,
}


def bring(
    database: Database,
    *records: Incident | Hotspot | Indicators,
    layer: Layer = Layer.INCIDENTS,
    viewer: Viewer = PLANNER,
) -> int:
    """Import records; the number of the import."""
    add: Any = ADD[layer]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(layer, "tep.xlsx", "0" * 64, "CÔNG AN TỈNH A")
        import_id = imports.add_import(session, viewer, new, at=NOON)
        add(session, viewer, records, import_id)
    return import_id


def undo(database: Database, import_id: int, viewer: Viewer = PLANNER) -> tuple[int, int]:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        done = undo_import(session, viewer, import_id, at=LATER)
    return done.removed, done.restored


def stored(database: Database) -> dict[str, incidents.StoredIncident]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return {i.ref: i for i in incidents.find_incidents(session, PLANNER)}


def test_what_was_added_is_withdrawn_and_what_was_changed_is_as_before(
    database: Database,
) -> None:
    bring(database, an_incident("A"), an_incident("B"))
    before = stored(database)
    place = replace(an_incident().place, lat_cell="14,9")
    changed = an_incident(
        "A", offenders=9, seizures=(), place=place, placement=placed("23402", 108.9, 14.9)
    )
    second = bring(database, changed, an_incident("B"), an_incident("C"), an_incident("D"))
    assert set(stored(database)) == set("ABCD")

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        plan = plan_undo(session, PLANNER, second)
    assert (plan.removed, plan.restored, plan.hindered) == (2, 1, False)
    assert undo(database, second) == (2, 1)

    assert stored(database) == before
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        told = imports.find_import(session, PLANNER, second)
        box = incidents.IncidentFilter(bbox=(107.9, 13.9, 108.1, 14.1))
        near = {point.ref for point in incidents.incident_points(session, PLANNER, box)}
    assert (told.undone_at, told.undone_by) == (LATER, "planner")
    assert near == {"A", "B"}


def test_every_number_and_the_stamp_follow(database: Database) -> None:
    bring(database, an_incident("A"))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        stamp, totals = incidents.data_stamp(session, PLANNER), incidents.totals(session, PLANNER)
    second = bring(database, an_incident("B"), an_incident("A", offenders=5))
    undo(database, second)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert incidents.totals(session, PLANNER) == totals
        assert incidents.data_stamp(session, PLANNER) == stamp
        assert len(incidents.clustering_input(session, PLANNER).ids) == 1


def test_what_was_undone_is_kept_and_told_still(database: Database) -> None:
    bring(database, an_incident("A", offenders=1))
    second = bring(database, an_incident("A", offenders=4))
    undo(database, second)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        contents = [v.content["offenders"] for v in session.execute(select(record_versions))]
        (change,) = changes_by_import(session, PLANNER, second)
    assert contents == [1, 4]
    assert [(f.before, f.after) for f in change.fields] == [(1, 4)]


@pytest.mark.parametrize("offenders", [2, 7], ids=["the same", "changed"])
def test_importing_again_brings_back_what_was_undone(database: Database, offenders: int) -> None:
    first = bring(database, an_incident("A"), an_incident("B"))
    ids = {ref: i.id for ref, i in stored(database).items()}
    undo(database, first)
    assert stored(database) == {}
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        records = [an_incident("A", offenders=offenders), an_incident("B")]
        added = incidents.add_incidents(session, PLANNER, records, import_id)
    assert (added.added, added.revived, added.changed, added.unchanged) == (2, 2, 0, 0)
    back = stored(database)
    assert {ref: i.id for ref, i in back.items()} == ids
    assert (back["A"].offenders, back["A"].import_id) == (offenders, import_id)

    assert undo(database, import_id) == (0, 2)
    assert stored(database) == {}


def test_what_a_later_import_changed_must_be_undone_first(database: Database) -> None:
    first = bring(database, an_incident("A"), an_incident("B"))
    second = bring(database, an_incident("A", offenders=3))
    third = bring(database, an_incident("A", offenders=4), an_incident("E"))
    bring(database, an_incident("F"))
    with pytest.raises(ConflictError, match=f"{third}, {second}"):
        undo(database, first)
    assert len(stored(database)) == 4
    for number in (third, second, first):
        undo(database, number)
    assert set(stored(database)) == {"F"}


def test_an_import_that_was_undone_hinders_no_more_and_is_not_undone_twice(
    database: Database,
) -> None:
    first = bring(database, an_incident("A"))
    second = bring(database, an_incident("A", offenders=3))
    undo(database, second)
    with pytest.raises(ConflictError, match="đã được hoàn tác"):
        undo(database, second)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert plan_undo(session, PLANNER, second).removed == 0
    assert undo(database, first) == (1, 0)


def test_a_decision_made_since_must_be_undone_first(database: Database) -> None:
    first = bring(database, an_incident("A"), an_incident("B"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for record_id, undone_at in ((1, None), (2, LATER)):
            session.execute(
                insert(place_reviews).values(
                    layer="incidents",
                    record_id=record_id,
                    before={},
                    after={},
                    at=LATER,
                    by_user="planner",
                    undone_at=undone_at,
                )
            )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        plan = plan_undo(session, PLANNER, first)
    assert plan.reviewed == ("A",)
    assert "A" in told_hindrance(plan)
    with pytest.raises(ConflictError, match="quyết định"):
        undo(database, first)


@pytest.mark.parametrize("undone", ["kept", "other"])
def test_what_was_merged_with_a_record_that_goes_is_parted_and_counts_again(
    database: Database, undone: str
) -> None:
    first = bring(database, an_incident("A"))
    second = bring(database, an_incident("B"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(
            insert(duplicates).values(
                kept_id=1,
                other_id=2,
                reasons=[],
                state="merged",
                proposed_at=NOON,
                decided_at=LATER,
                decided_by="planner",
            )
        )
        session.execute(
            incidents.incidents.update()
            .where(incidents.incidents.c.id == 2)
            .values(withdrawn="merged")
        )
        assert plan_undo(session, PLANNER, second).merged == ("B",)
    undo(database, first if undone == "kept" else second)
    assert set(stored(database)) == {"B" if undone == "kept" else "A"}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert session.scalar(select(duplicates.c.state)) == "proposed"


def test_a_merged_record_stays_merged_whatever_a_file_says(database: Database) -> None:
    bring(database, an_incident("A"), an_incident("B"))
    table = incidents.incidents
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(table.update().where(table.c.ref == "B").values(withdrawn="merged"))
        again = an_incident("B", offenders=9)
        added = incidents.add_incidents(session, PLANNER, [again], an_import(session))
    assert (added.changed, added.unchanged, added.merged) == (0, 1, (again,))
    assert set(stored(database)) == {"A"}


def test_a_decision_that_the_import_ended_stands_again(database: Database) -> None:
    bring(database, an_incident("A"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(
            insert(place_reviews).values(
                layer="incidents", record_id=1, before={}, after={}, at=NOON, by_user="planner"
            )
        )
        renew(session, PLANNER, tables.incidents, [(1, placed("23402", 108.2, 14.2))])
    place = replace(an_incident().place, address="Chỗ khác")
    second = bring(database, an_incident("A", place=place))
    undo(database, second)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (review,) = session.execute(select(place_reviews)).all()
    assert review.undone_at is None
    assert stored(database)["A"].placement.commune_code_now == "23402"


# --- who may


def test_only_who_brought_it_or_an_administrator_may(database: Database) -> None:
    first = bring(database, an_incident("A"), viewer=PLANNER_51)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        told = imports.find_import(session, PLANNER, first)
    assert [may_undo(v, told) for v in (PLANNER, PLANNER_51, ADMIN, ANALYST)] == [
        *(False, True, True, False)
    ]
    for viewer in (PLANNER, ANALYST):
        with pytest.raises(NotAllowedError):
            undo(database, first, viewer)
    with pytest.raises(NotFoundError):
        undo(database, first, OFFICER)
    assert undo(database, first, ADMIN) == (1, 0)


def test_an_import_that_the_viewer_does_not_see_is_not_found(database: Database) -> None:
    first = bring(database, an_incident("A"))
    with pytest.raises(NotFoundError):
        undo(database, first, PLANNER_51)
    with pytest.raises(NotFoundError):
        undo(database, 99)


# --- the other layers


def test_a_hotspot_is_as_before_with_its_history(database: Database) -> None:
    bring(database, a_hotspot("A"), layer=Layer.HOTSPOTS)
    back = HotspotEvent(EventType.RE_EMERGED, date(2026, 3, 1))
    changed = a_hotspot("A", name="Tên khác", events=(*a_hotspot().events, back))
    second = bring(database, changed, a_hotspot("B"), layer=Layer.HOTSPOTS)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = {h.ref: h for h in hotspots.find_hotspots(session, PLANNER)}
    assert found["A"].events[-1] == back
    assert undo(database, second) == (1, 1)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (found_again,) = hotspots.find_hotspots(session, PLANNER)
    assert (found_again.name, found_again.events) == (a_hotspot().name, a_hotspot().events)
    third = bring(database, changed, a_hotspot("B"), layer=Layer.HOTSPOTS)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert len(hotspots.find_hotspots(session, PLANNER)) == 2
    assert undo(database, third) == (0, 2)


def history(database: Database, ref: str = "A") -> list[tuple[str, str]]:
    """Type and day of every event of a hotspot that is seen."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = hotspots.find_hotspots(session, PLANNER)
    return [(e.type.value, e.on.isoformat()) for h in found if h.ref == ref for e in h.events]


OPENED = HotspotEvent(EventType.OPENED, date(2025, 1, 10))
WRONG = HotspotEvent(EventType.CLEARED, date(2025, 6, 1), "chép nhầm dòng")
RIGHT = HotspotEvent(EventType.CLEARED, date(2025, 9, 1))


def test_an_event_of_an_undone_import_does_not_come_back_with_the_corrected_file(
    database: Database,
) -> None:
    first = bring(database, a_hotspot("A", events=(OPENED, WRONG)), layer=Layer.HOTSPOTS)
    undo(database, first)
    second = bring(database, a_hotspot("A", events=(OPENED, RIGHT)), layer=Layer.HOTSPOTS)

    assert history(database) == [("opened", "2025-01-10"), ("cleared", "2025-09-01")]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (change,) = changes_by_import(session, PLANNER, second)
    (events,) = (field for field in change.fields if field.name == "events")
    assert [event[1] for event in events.before] == ["2025-01-10", "2025-06-01"]
    assert (change.revived, change.kept_events) == (True, ())


def test_the_events_of_a_revived_hotspot_are_as_before_when_that_is_undone_too(
    database: Database,
) -> None:
    told = a_hotspot("A", events=(OPENED, WRONG))
    undo(database, bring(database, told, layer=Layer.HOTSPOTS))
    before = event_rows(database)
    corrected = a_hotspot("A", events=(OPENED, RIGHT))
    undo(database, bring(database, corrected, layer=Layer.HOTSPOTS))
    assert event_rows(database) == before

    again = bring(database, told, layer=Layer.HOTSPOTS)
    assert history(database) == [("opened", "2025-01-10"), ("cleared", "2025-06-01")]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert changes_by_import(session, PLANNER, again) == []


def test_only_the_events_that_an_import_added_are_taken_back_with_it(database: Database) -> None:
    bring(database, a_hotspot("A", events=(OPENED,)), layer=Layer.HOTSPOTS)
    second = bring(database, a_hotspot("A", events=(OPENED, WRONG)), layer=Layer.HOTSPOTS)
    by_hand = HotspotEvent(EventType.NOTE, date(2025, 7, 1), "ghi tay")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        insert_events(session, [(1, by_hand)], at=LATER, by="planner")
    undo(database, second)
    assert history(database) == [("opened", "2025-01-10"), ("note", "2025-07-01")]
    bring(database, a_hotspot("A", events=(OPENED, RIGHT)), layer=Layer.HOTSPOTS)
    assert history(database) == [
        *(("opened", "2025-01-10"), ("note", "2025-07-01"), ("cleared", "2025-09-01")),
    ]


def event_rows(database: Database) -> list[tuple[Any, ...]]:
    c = hotspot_events.c
    columns = (c.hotspot_id, c.type, c.on, c.note, c.recorded_at, c.recorded_by)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(c.on))]


def test_declarations_go_or_are_as_before(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    first = Indicators("23401", PERIOD, residents=900, users=3, on_key_route=True, line=4)
    bring(database, first, layer=Layer.INDICATORS)
    other = Indicators("23402", PERIOD, residents=50)
    second = bring(database, replace(first, users=8), other, layer=Layer.INDICATORS)
    assert undo(database, second) == (1, 1)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert indicators.find_indicators(session, PLANNER) == [first]
        kept = session.scalar(select(func.count()).select_from(record_versions))
    assert kept == 3
    third = bring(database, replace(first, users=8), other, layer=Layer.INDICATORS)
    assert undo(database, third) == (1, 1)


def test_more_records_than_one_chunk_are_undone_whole(database: Database) -> None:
    many = [an_incident(str(n)) for n in range(2_100)]
    bring(database, *many)
    second = bring(database, *(replace(each, offenders=6) for each in many))
    assert undo(database, second) == (0, 2_100)
    assert {i.offenders for i in stored(database).values()} == {2}
    assert all(i.seizures == an_incident().seizures for i in stored(database).values())


def test_sub_units_go_or_are_as_before(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    unit = SubUnit(
        *("T1", "CÔNG AN TỈNH A", "Thôn 1"),
        normal=stored_sub_unit("thon:1"),
        commune_code="23401",
    )
    bring_units(database, unit)
    renamed = replace(unit, name="Thôn 1 (mới)", lon=108.5, lat=14.5)
    second = bring_units(database, renamed, replace(unit, ref="T2", name="Thôn 2"))
    assert undo(database, second) == (1, 1)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = sub_units.find_sub_units(session, PLANNER)
    assert [(u.ref, u.name, u.lon) for u in found] == [("T1", "Thôn 1", None)]


def bring_units(database: Database, *records: SubUnit) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.SUB_UNITS)
        sub_units.add_sub_units(session, PLANNER, records, import_id)
    return import_id


HAMLET = SubUnit(
    *("T1", "CÔNG AN TỈNH A", "Thôn 1"),
    normal=stored_sub_unit("thon:1"),
    commune_code="23401",
)
OTHER_HAMLET = replace(HAMLET, ref="T2", name="Thôn 2", normal=stored_sub_unit("thon:2"))


@pytest.mark.parametrize("layer", [Layer.INCIDENTS, Layer.HOTSPOTS])
@pytest.mark.parametrize(
    ("code", "viewer"),
    [("23401", PLANNER), ("00004", PLANNER_51)],
    ids=["inside the scope", "one's own outside it"],
)
def test_a_record_that_comes_back_is_linked_to_the_register_as_it_is_now(
    database: Database, layer: Layer, code: str, viewer: Viewer
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    make: Any = an_incident if layer is Layer.INCIDENTS else a_hotspot
    record = make("A", address_text="Thôn 1", placement=somewhere_in(code))
    register = bring_units(database, replace(HAMLET, commune_code=code))
    bring(database, record, layer=layer, viewer=viewer)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert sub_unit_links.link_all(session, PLANNER, layer) == 1
    place = replace(record.place, address="Chỗ khác")
    moved = replace(record, address_text="Chỗ khác", placement=placed("23402"), place=place)
    second = bring(database, moved, layer=layer, viewer=viewer)
    undo(database, register)
    bring_units(database, replace(OTHER_HAMLET, commune_code=code))

    undo(database, second, viewer)
    table = TABLES[layer].c
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        row = session.execute(select(table.sub_unit_id, table.precision)).one()
    assert tuple(row) == (None, "commune")


def test_a_register_that_goes_leaves_no_record_pointing_at_it(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    register = bring_units(database, HAMLET)
    told: dict[str, Any] = {"address_text": "Thôn 1", "placement": somewhere_in("23401")}
    bring(database, an_incident("A", **told))
    bring(database, a_hotspot("A", **told), layer=Layer.HOTSPOTS)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for layer in (Layer.INCIDENTS, Layer.HOTSPOTS):
            sub_unit_links.link_all(session, PLANNER, layer)
    undo(database, register)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for layer in (Layer.INCIDENTS, Layer.HOTSPOTS):
            c = TABLES[layer].c
            assert tuple(session.execute(select(c.sub_unit_id, c.precision)).one()) == (
                *(None, "commune"),
            )
