"""Versions of records: what stood before is kept, and the difference can be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select

from geo.records import HotspotEvent, Incident, Indicators, PlaceQuery, Seizure
from geo.terms import EventType, IncidentKind, Layer, SeizureUnit, Substance
from models import hotspots, incidents, indicators, tables
from models.placements import renew
from models.record_changes import (
    FieldChange,
    RecordChange,
    changes_by_import,
    changes_of_hotspot,
)
from models.session import Database, unit_of_work
from models.tables import place_reviews, record_versions
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ANALYST,
    ANALYST_51,
    NOON,
    PERIOD,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    UNLOCATED,
    a_hotspot,
    an_import,
    an_incident,
    draw_map,
    keep_hotspots,
    keep_incidents,
    placed,
)

WRITTEN = an_incident().place


def change_incident(database: Database, record: Incident, viewer: Viewer = PLANNER) -> int:
    """Import one incident; the number of the import."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        incidents.add_incidents(session, viewer, [record], import_id)
    return import_id


def changes(database: Database, import_id: int, viewer: Viewer = PLANNER) -> list[RecordChange]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return changes_by_import(session, viewer, import_id)


def test_the_difference_names_the_fields_with_both_values(database: Database) -> None:
    keep_incidents(database, an_incident())
    tablets = Seizure(Substance.SYNTHETIC, 300, SeizureUnit.TABLET)
    import_id = change_incident(
        database, an_incident(offenders=3, verified=False, seizures=(tablets,), line=12)
    )
    (change,) = changes(database, import_id)
    assert (change.ref, change.line, change.import_id, change.by) == ("VV-1", 12, 2, "planner")
    assert change.fields == (
        FieldChange("verified", True, False),
        FieldChange("offenders", 2, 3),
        FieldChange("seizures", [["heroin", 0.0125, "kg"]], [["synthetic", 300.0, "tablet"]]),
    )


def test_a_version_holds_everything_that_stood_before(database: Database) -> None:
    keep_incidents(database, an_incident())
    change_incident(database, an_incident(offenders=9, seizures=()))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (version,) = session.execute(select(record_versions)).all()
    content = version.content
    assert (version.import_id, version.replaced_by_import) == (1, 2)
    assert content["seizures"] == [["heroin", 0.0125, "kg"]]
    assert content["occurred_on"] == "2026-03-08"
    assert (content["lon"], content["commune_code_now"]) == (108.0, "23401")
    assert content["place_query"]["address"] == "Thôn Đắk Rơ Lang"
    assert content["geocode_candidates"] == [["23401", 0.97]]


def test_each_import_is_told_against_what_came_right_after(database: Database) -> None:
    keep_incidents(database, an_incident(offenders=1))
    first = change_incident(database, an_incident(offenders=2))
    second = change_incident(database, an_incident(offenders=5))
    assert [c.fields for c in changes(database, first)] == [(FieldChange("offenders", 1, 2),)]
    assert [c.fields for c in changes(database, second)] == [(FieldChange("offenders", 2, 5),)]


def test_other_cells_of_the_place_are_told_with_what_came_of_them(database: Database) -> None:
    keep_incidents(database, an_incident())
    place = replace(WRITTEN, lat_cell="14,2", commune_name="Xã Đắk Hà")
    import_id = change_incident(
        database, an_incident(place=place, placement=placed("23402", 108.2, 14.2))
    )
    (change,) = changes(database, import_id)
    assert change.fields == (
        FieldChange("commune_code_now", "23401", "23402"),
        FieldChange("written.commune_name", None, "Xã Đắk Hà"),
        FieldChange("written.lat_cell", "14,0", "14,2"),
    )


def test_a_limit_cuts_the_list(database: Database) -> None:
    keep_incidents(database, *(an_incident(str(n)) for n in range(5)))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        records = [an_incident(str(n), offenders=9) for n in range(5)]
        incidents.add_incidents(session, PLANNER, records, import_id)
        told = changes_by_import(session, PLANNER, import_id, limit=3)
    assert [change.ref for change in told] == ["0", "1", "2"]


def test_a_record_outside_the_scope_is_not_changed(database: Database) -> None:
    keep_incidents(database, an_incident(placement=placed("00004", 105.8, 21.0)))
    other = an_incident(offenders=7, placement=placed("23401"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        added = incidents.add_incidents(session, PLANNER_51, [other], an_import(session))
        (stored,) = incidents.find_incidents(session, PLANNER)
    assert (added.changed, added.foreign) == (0, (other,))
    assert stored.offenders == 2


def test_who_brought_a_record_that_lies_nowhere_may_mend_it(database: Database) -> None:
    from models import imports
    from models.imports import NewImport

    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INCIDENTS, "a.xlsx", "0" * 64, "CÔNG AN TỈNH A")
        mine = imports.add_import(session, PLANNER_51, new)
        lost = an_incident(placement=UNLOCATED, place=PlaceQuery(address="??"))
        incidents.add_incidents(session, PLANNER_51, [lost], mine)
        found = an_incident(placement=placed("23401"))
        by_another = incidents.add_incidents(session, PLANNER_01, [found], mine)
        by_me = incidents.add_incidents(session, PLANNER_51, [found], mine)
    assert (len(by_another.foreign), by_another.changed) == (1, 0)
    assert (len(by_me.foreign), by_me.changed) == (0, 1)


@pytest.mark.parametrize("viewer", [PLANNER_01, ANALYST_51], ids=lambda viewer: viewer.name)
def test_what_lies_outside_the_scope_of_a_reader_is_hidden(
    database: Database, viewer: Viewer
) -> None:
    keep_incidents(database, an_incident())
    import_id = change_incident(database, an_incident(offenders=8))
    (change,) = changes(database, import_id, viewer)
    assert change.hidden is (viewer is PLANNER_01)
    assert bool(change.fields) is (viewer is ANALYST_51)


# --- a decided place


def decide(database: Database) -> None:
    """A person puts incident 1 into 23402."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(
            insert(place_reviews).values(
                layer="incidents", record_id=1, before={}, after={}, at=NOON, by_user="planner"
            )
        )
        renew(session, PLANNER, tables.incidents, [(1, placed("23402", 108.2, 14.2))])


def test_a_decided_place_stands_while_the_written_one_does(database: Database) -> None:
    keep_incidents(database, an_incident())
    decide(database)
    later = replace(WRITTEN, on=date(2026, 5, 5))
    other = an_incident(offenders=6, place=later, occurred_on=date(2026, 5, 5))
    (change,) = changes(database, change_incident(database, other))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = incidents.find_incidents(session, PLANNER)
        (review,) = session.execute(select(place_reviews)).all()
    assert (stored.offenders, stored.placement.commune_code_now) == (6, "23402")
    assert review.undone_at is None
    assert not change.overruled


def test_who_brought_a_change_is_not_told_where_others_put_the_record(database: Database) -> None:
    keep_incidents(database, an_incident())
    import_id = change_incident(database, an_incident(offenders=7), PLANNER_51)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        renew(session, PLANNER, tables.incidents, [(1, placed("00004", 105.8, 21.0))])
    (change,) = changes(database, import_id, PLANNER_51)
    assert change.fields == (FieldChange("offenders", 2, 7),)
    assert change.hidden
    (whole,) = changes(database, import_id)
    assert FieldChange("commune_code_now", "23401", "00004") in whole.fields


def test_another_written_place_ends_the_decision(database: Database) -> None:
    keep_incidents(database, an_incident())
    decide(database)
    other = an_incident(place=replace(WRITTEN, address="Thôn khác"), address_text="Thôn khác")
    (change,) = changes(database, change_incident(database, other))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = incidents.find_incidents(session, PLANNER)
        (review,) = session.execute(select(place_reviews)).all()
    assert stored.placement.commune_code_now == "23401"
    assert (review.undone_by, review.undone_at is not None) == ("planner", True)
    assert change.overruled


# --- hotspots


def test_events_that_the_file_does_not_name_are_kept_and_told(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    opened, cleared = a_hotspot().events
    back = HotspotEvent(EventType.RE_EMERGED, date(2026, 3, 1))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.HOTSPOTS)
        other = a_hotspot(events=(opened, back), name="Tên khác")
        hotspots.add_hotspots(session, PLANNER, [other], import_id)
    (change,) = changes(database, import_id)
    names = [field.name for field in change.fields]
    assert names == ["name", "events"]
    assert change.fields[1].after[-1] == ["re_emerged", "2026-03-01", ""]
    assert change.kept_events == (("cleared", cleared.on.isoformat()),)


def test_the_history_of_a_hotspot_is_told_oldest_first(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    for name in ("Tên hai", "Tên ba"):
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            import_id = an_import(session, Layer.HOTSPOTS)
            hotspots.add_hotspots(session, PLANNER, [a_hotspot(name=name)], import_id)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        told = changes_of_hotspot(session, PLANNER, 1)
    assert [(c.fields[0].before, c.fields[0].after) for c in told] == [
        (a_hotspot().name, "Tên hai"),
        ("Tên hai", "Tên ba"),
    ]


def test_a_difference_tells_no_more_of_a_home_than_the_reader_may_know(
    database: Database,
) -> None:
    keep_hotspots(database, a_hotspot(is_dwelling=True, name="Nhà số 12"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.HOTSPOTS)
        other = a_hotspot(is_dwelling=True, name="Nhà số 14", address_text="Số 14")
        hotspots.add_hotspots(session, PLANNER, [other], import_id)
    (whole,) = changes(database, import_id, PLANNER)
    (coarse,) = changes(database, import_id, ANALYST)
    assert [field.name for field in whole.fields] == ["name", "address_text"]
    assert (coarse.fields, coarse.hidden) == ((), True)
    assert "12" not in repr(coarse.fields)


def test_what_was_written_of_a_home_before_it_was_known_as_one_is_hidden_too(
    database: Database,
) -> None:
    keep_hotspots(database, a_hotspot(name="Quán số 12", address_text="Ngõ 12"))
    later = [a_hotspot(name="Quán số 14", address_text="Ngõ 14")]
    later.append(replace(later[0], is_dwelling=True))
    brought = []
    for record in later:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            brought.append(an_import(session, Layer.HOTSPOTS))
            hotspots.add_hotspots(session, PLANNER, [record], brought[-1])
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        whole, coarse = (changes_of_hotspot(session, who, 1) for who in (PLANNER, ANALYST))
    assert [field.name for field in whole[0].fields] == ["name", "address_text"]
    assert (coarse[0].fields, coarse[0].hidden) == ((), True)
    assert (changes(database, brought[0], ANALYST)[0].fields) == ()


# --- indicators


def test_other_figures_are_a_new_version_and_told(database: Database) -> None:
    first = Indicators("23401", PERIOD, residents=900, users=3, line=4)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        indicators.add_indicators(session, PLANNER, [first], an_import(session, Layer.INDICATORS))
        import_id = an_import(session, Layer.INDICATORS)
        other = replace(first, users=5, plants=0)
        indicators.add_indicators(session, PLANNER, [other], import_id)
        told = changes_by_import(session, PLANNER, import_id)
        from_elsewhere = changes_by_import(session, PLANNER_01, import_id)
    assert told[0].fields == (FieldChange("users", 3, 5), FieldChange("plants", None, 0))
    assert (told[0].ref, told[0].layer) == ("23401", Layer.INDICATORS)
    assert all(change.hidden for change in from_elsewhere)


def test_a_changed_record_moves_on_the_map_too(database: Database) -> None:
    keep_incidents(database, an_incident())
    place = replace(WRITTEN, lat_cell="14,7", lon_cell=108.7)
    moved = an_incident(place=place, placement=placed("23402", 108.7, 14.7))
    change_incident(database, moved)
    wanted = incidents.IncidentFilter(bbox=(108.6, 14.6, 108.8, 14.8))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert len(incidents.incident_points(session, PLANNER, wanted)) == 1


def test_the_stamp_of_the_data_answers_to_changes(database: Database) -> None:
    keep_incidents(database, an_incident())
    stamps = set()
    for n, changed in enumerate(
        [
            {},
            {"occurred_on": date(2026, 3, 9)},
            {"verified": False},
            {"verified": False, "offenders": 5},
        ]
    ):
        change_incident(database, an_incident(**changed))
        with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
            stamps.add(incidents.data_stamp(session, PLANNER))
        assert len(stamps) == n + 1


def test_a_planner_of_a_commune_may_change_what_lies_in_it(database: Database) -> None:
    keep_incidents(database, an_incident())
    viewer = Viewer("xa", Role.PLANNER, Scope.commune("23401"))
    import_id = change_incident(database, an_incident(kind=IncidentKind.USE), viewer)
    (change,) = changes(database, import_id, viewer)
    assert change.fields == (FieldChange("kind", "trading", "use"),)
