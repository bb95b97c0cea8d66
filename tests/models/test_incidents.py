"""Incidents: stored once, read within the scope, counted alike on both databases."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from geo.records import Incident, PlaceQuery, Seizure
from geo.terms import (
    DatePrecision,
    DetectedBy,
    IncidentKind,
    Precision,
    SeizureUnit,
    Side,
    Substance,
)
from models import incidents, renewals, tables
from models.errors import NotAllowedError
from models.incidents import EVERYTHING, IncidentFilter, Totals
from models.placements import renew
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    PROVINCE_ONLY,
    UNLOCATED,
    an_import,
    an_incident,
    keep_incidents,
    placed,
    somewhere_in,
)

HEROIN = Seizure(Substance.HEROIN, 0.1, SeizureUnit.KG)
TABLETS = Seizure(Substance.SYNTHETIC, 300, SeizureUnit.TABLET)


def refs(database: Database, viewer: Viewer, wanted: IncidentFilter = EVERYTHING) -> list[str]:
    """The refs a viewer finds, sorted."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return sorted(i.ref for i in incidents.find_incidents(session, viewer, wanted))


def everywhere() -> list[Incident]:
    """One incident in each commune, one in a province only, one nowhere."""
    return [
        an_incident("own", placement=placed("23401", 108.1, 14.1)),
        an_incident("own, not known where", placement=somewhere_in("23401")),
        an_incident("neighbour", placement=placed("23402", 108.2, 14.2)),
        an_incident("far", placement=placed("00004", 105.8, 21.0)),
        an_incident("province", placement=PROVINCE_ONLY),
        an_incident("nowhere", placement=UNLOCATED),
    ]


# --- adding


def test_an_incident_comes_back_as_it_was(database: Database) -> None:
    given = an_incident(seizures=(HEROIN, TABLETS))
    keep_incidents(database, given)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = incidents.find_incidents(session, PLANNER)
    for field in fields(Incident):
        assert getattr(stored, field.name) == getattr(given, field.name), field.name
    assert (stored.id, stored.import_id) == (1, 1)


def test_every_cell_of_a_written_place_comes_back(database: Database) -> None:
    place = PlaceQuery(
        address="Tổ 3, P.1",
        commune_code="00004",
        commune_name="P.1",
        district_name="Q.1",
        province_name="TP.HCM",
        lat_cell=21.5,
        lon_cell="105,8",
        coordinate_cell="21°1'N 105°2'E",
        on=date(2024, 2, 29),
    )
    keep_incidents(database, an_incident(place=place), an_incident("bare", place=PlaceQuery()))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = {i.ref: i.place for i in incidents.find_incidents(session, PLANNER)}
    assert found == {"VV-1": place, "bare": PlaceQuery()}


def test_a_commune_centre_is_not_kept_as_the_place(database: Database) -> None:
    centre = replace(somewhere_in("23401"), lon=108.5, lat=14.5)
    keep_incidents(database, an_incident(placement=centre))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = incidents.find_incidents(session, PLANNER)
        assert (stored.placement.lon, stored.placement.lat) == (None, None)
        assert incidents.incident_points(session, PLANNER) == []


def test_the_same_records_again_change_nothing(database: Database) -> None:
    records = everywhere()
    keep_incidents(database, *records)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        again = incidents.add_incidents(session, PLANNER, records, an_import(session))
    assert (again.added, again.unchanged, again.conflicts) == (0, len(records), ())
    assert len(refs(database, PLANNER)) == len(records)


def test_another_placement_of_the_same_words_is_no_change(database: Database) -> None:
    keep_incidents(database, an_incident())
    moved = an_incident(placement=placed("23402", 108.3, 14.3), line=99)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        added = incidents.add_incidents(session, PLANNER, [moved], an_import(session))
    assert (added.added, added.unchanged) == (0, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"occurred_on": date(2026, 3, 9)},
        {"kind": IncidentKind.USE},
        {"verified": False},
        {"offenders": None},
        {"offenders": 3},
        {"address_text": "Chỗ khác"},
        {"seizures": ()},
        {"seizures": (Seizure(Substance.HEROIN, 0.0126, SeizureUnit.KG),)},
        {"place": PlaceQuery(address="Thôn Đắk Rơ Lang", lat_cell="14,1", lon_cell=108.0)},
    ],
    ids=str,
)
def test_other_content_under_a_known_ref_takes_its_place(
    sqlite_database: Database, changes: dict[str, object]
) -> None:
    keep_incidents(sqlite_database, an_incident())
    other = an_incident(**changes)
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        added = incidents.add_incidents(session, PLANNER, [other], import_id)
        (stored,) = incidents.find_incidents(session, PLANNER)
        again = incidents.add_incidents(session, PLANNER, [other], an_import(session))
    assert (added.added, added.unchanged, added.changed, added.conflicts) == (0, 0, 1, ())
    for field in fields(Incident):
        assert getattr(stored, field.name) == getattr(other, field.name), field.name
    assert (stored.id, stored.import_id) == (1, import_id)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)


def test_one_ref_of_two_bodies_is_two_records(database: Database) -> None:
    keep_incidents(database, an_incident(), an_incident(source="CÔNG AN TỈNH B", offenders=5))
    assert refs(database, PLANNER) == ["VV-1", "VV-1"]


def test_a_ref_twice_in_one_file_counts_once(database: Database) -> None:
    first, same, other = an_incident(), an_incident(line=8), an_incident(line=9, offenders=7)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        added = incidents.add_incidents(session, PLANNER, [first, same, other], an_import(session))
    assert (added.added, added.unchanged, added.changed) == (1, 1, 0)
    assert added.conflicts == (other,)


def test_more_records_than_one_chunk_keep_their_own_seizures(database: Database) -> None:
    many = [
        an_incident(f"VV-{n}", seizures=(Seizure(Substance.OPIUM, n, SeizureUnit.KG),) * (n % 3))
        for n in range(2_100)
    ]
    keep_incidents(database, *many)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        found = {i.ref: i.seizures for i in incidents.find_incidents(session, PLANNER)}
        again = incidents.add_incidents(session, PLANNER, many, an_import(session))
    assert found == {incident.ref: incident.seizures for incident in many}
    assert again.unchanged == 2_100


def test_adding_nothing_is_no_trouble(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        added = incidents.add_incidents(session, PLANNER, [], an_import(session))
    assert (added.added, added.unchanged, added.conflicts) == (0, 0, ())


@pytest.mark.parametrize("viewer", [ANALYST, OFFICER, ANONYMOUS], ids=lambda viewer: viewer.name)
def test_those_who_may_not_write_add_and_move_nothing(
    sqlite_database: Database, viewer: Viewer
) -> None:
    keep_incidents(sqlite_database, an_incident())
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        with pytest.raises(NotAllowedError):
            incidents.add_incidents(session, viewer, [an_incident("B")], 1)
        with pytest.raises(NotAllowedError):
            renew(session, viewer, tables.incidents, [(1, UNLOCATED)])
        with pytest.raises(NotAllowedError):
            renewals.written_rows(session, viewer)


# --- the scope

SEEN = {
    "nation": (PLANNER, {"own", "own, not known where", "neighbour", "far", "province", "nowhere"}),
    "province": (PLANNER_51, {"own", "own, not known where", "neighbour", "province"}),
    "other province": (PLANNER_01, {"far"}),
    "both": (
        Viewer("two", Role.ANALYST, Scope.provinces("01", "51")),
        {"own", "own, not known where", "neighbour", "far", "province"},
    ),
    "commune": (OFFICER, {"own", "own, not known where"}),
    "nobody": (ANONYMOUS, set[str]()),
    "unknown commune": (Viewer("x", Role.COMMUNE, Scope.commune("99999")), set[str]()),
}


@pytest.mark.parametrize(("viewer", "seen"), SEEN.values(), ids=SEEN)
def test_every_read_stays_inside_the_scope(
    database: Database, viewer: Viewer, seen: set[str]
) -> None:
    keep_incidents(database, *everywhere())
    fine = seen & {"own", "neighbour", "far"}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = {i.ref for i in incidents.find_incidents(session, viewer)}
        points = {p.ref for p in incidents.incident_points(session, viewer)}
        counts = incidents.counts_by_commune(session, viewer)
        months = incidents.monthly_counts(session, viewer)
        density = incidents.incident_density(session, viewer, EVERYTHING, 0.5)
        totals = incidents.totals(session, viewer)
        given = incidents.clustering_input(session, viewer)
    assert found == seen
    assert points == fine
    assert sum(counts.values()) == len(seen - {"province", "nowhere"})
    assert sum(n for _, n in months) == len(seen)
    assert sum(cell.n for cell in density) == len(fine)
    assert totals == Totals(len(seen), 2 * len(seen))
    assert (len(given.ids), given.left_out) == (len(fine), len(seen - fine))


@pytest.mark.parametrize(("viewer", "seen"), SEEN.values(), ids=SEEN)
def test_no_filter_reaches_beyond_the_scope(
    sqlite_database: Database, viewer: Viewer, seen: set[str]
) -> None:
    keep_incidents(sqlite_database, *everywhere())
    for wanted in (
        IncidentFilter(province_code="01"),
        IncidentFilter(commune_code="23402"),
        IncidentFilter(bbox=(100, 8, 110, 24)),
        IncidentFilter(kinds=tuple(IncidentKind), substances=tuple(Substance), sides=tuple(Side)),
    ):
        assert set(refs(sqlite_database, viewer, wanted)) <= seen


def test_a_placement_outside_the_scope_is_not_moved(database: Database) -> None:
    keep_incidents(database, *everywhere())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        ids = {i.ref: i.id for i in incidents.find_incidents(session, ADMIN)}
        moved = [(ids[ref], placed("23402", 108.9, 14.9)) for ref in ("own", "far", "nowhere")]
        renew(session, PLANNER_51, tables.incidents, moved)
        at = {i.ref: i.placement.lon for i in incidents.find_incidents(session, ADMIN)}
    assert (at["own"], at["far"], at["nowhere"]) == (108.9, 105.8, None)


# --- filters


def test_days_are_included_at_both_ends(database: Database) -> None:
    for day in (1, 2, 3, 4):
        keep_incidents(database, an_incident(str(day), occurred_on=date(2026, 1, day)))
    wanted = IncidentFilter(since=date(2026, 1, 2), until=date(2026, 1, 3))
    assert refs(database, PLANNER, wanted) == ["2", "3"]


def test_kinds_sides_and_verification_filter(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("trade"),
        an_incident("use", kind=IncidentKind.USE),
        an_incident("tip", verified=False),
    )
    kinds = IncidentFilter(kinds=(IncidentKind.USE, IncidentKind.TRANSPORT))
    assert refs(database, PLANNER, kinds) == ["use"]
    assert refs(database, PLANNER, IncidentFilter(sides=(Side.SUPPLY,))) == ["tip", "trade"]
    assert refs(database, PLANNER, IncidentFilter(verified_only=True)) == ["trade", "use"]
    assert refs(database, PLANNER, replace(kinds, sides=(Side.SUPPLY,))) == []


def test_the_force_that_detected_filters(database: Database) -> None:
    forces = (DetectedBy.CUSTOMS, DetectedBy.BORDER_GUARD)
    keep_incidents(database, *(an_incident(f.value, detected_by=f) for f in DetectedBy))
    wanted = IncidentFilter(detected_by=forces)
    assert refs(database, PLANNER, wanted) == ["border_guard", "customs"]


def test_substances_filter_and_count_an_incident_once(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("both", seizures=(HEROIN, HEROIN, TABLETS)),
        an_incident("tablets", seizures=(TABLETS,)),
        an_incident("none", seizures=()),
    )
    wanted = IncidentFilter(substances=(Substance.HEROIN, Substance.SYNTHETIC))
    assert refs(database, PLANNER, wanted) == ["both", "tablets"]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert incidents.totals(session, PLANNER, wanted) == Totals(2, 4)


def test_places_filter_by_the_map_in_force(database: Database) -> None:
    was = replace(placed("23402"), commune_code="00001", commune_code_now="23402")
    keep_incidents(database, an_incident("was", placement=was), *everywhere())
    assert refs(database, PLANNER, IncidentFilter(commune_code="23402")) == ["neighbour", "was"]
    assert refs(database, PLANNER, IncidentFilter(commune_code="00001")) == []
    assert refs(database, PLANNER, IncidentFilter(province_code="01")) == ["far"]


def test_a_box_includes_its_edges_and_nothing_beyond(database: Database) -> None:
    east = 108.1
    keep_incidents(
        database,
        an_incident("on the edge", placement=placed("23401", east, 14.1)),
        an_incident("a hair beyond", placement=placed("23401", np.nextafter(east, 180), 14.1)),
        an_incident("nowhere", placement=UNLOCATED),
    )
    assert refs(database, PLANNER, IncidentFilter(bbox=(108, 14, east, 14.1))) == ["on the edge"]


def test_filters_together_narrow(database: Database) -> None:
    keep_incidents(database, *everywhere())
    box = (100.0, 8.0, 110.0, 24.0)
    wanted = IncidentFilter(province_code="51", commune_code="23401", bbox=box)
    assert refs(database, PLANNER, wanted) == ["own"]


# --- reading in order


def test_the_latest_come_first_and_a_limit_cuts_the_oldest(database: Database) -> None:
    days = {"a": date(2026, 1, 1), "b": date(2026, 3, 1), "c": date(2026, 2, 1)}
    keep_incidents(database, *(an_incident(ref, occurred_on=day) for ref, day in days.items()))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = incidents.find_incidents(session, PLANNER, limit=2)
        points = incidents.incident_points(session, PLANNER, limit=2)
    assert [i.ref for i in found] == [p.ref for p in points] == ["b", "c"]


def test_a_point_says_what_the_map_shows(database: Database) -> None:
    keep_incidents(database, an_incident())
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (point,) = incidents.incident_points(session, PLANNER)
    assert (point.id, point.ref, point.lon, point.lat) == (1, "VV-1", 108.0, 14.0)
    assert (point.kind, point.precision) == (IncidentKind.TRADING, Precision.EXACT)
    assert (point.occurred_on, point.commune_code) == (date(2026, 3, 8), "23401")


# --- placing again


def test_written_places_are_given_for_placing_again(database: Database) -> None:
    keep_incidents(database, an_incident("A"), an_incident("bare", place=PlaceQuery()))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        given = renewals.written_rows(session, PLANNER)
    assert [(row.row.id, row.placement, row.place) for row in given] == [
        (1, an_incident().placement, an_incident().place)
    ]


def test_a_new_placement_takes_the_place_of_the_old(database: Database) -> None:
    keep_incidents(database, an_incident("A"), an_incident("B"))
    new = placed("23402", 108.7, 14.7)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        before = incidents.data_stamp(session, PLANNER)
        renew(session, PLANNER, tables.incidents, [(1, new)])
        renew(session, PLANNER, tables.incidents, [])
        assert incidents.data_stamp(session, PLANNER) != before
    assert refs(database, PLANNER, IncidentFilter(bbox=(108.6, 14.6, 108.8, 14.8))) == ["A"]
    assert refs(database, PLANNER, IncidentFilter(bbox=(107.9, 13.9, 108.1, 14.1))) == ["B"]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert {i.ref: i.placement for i in incidents.find_incidents(session, PLANNER)}["A"] == new


# --- equal dates


def test_a_date_keeps_its_precision(database: Database) -> None:
    keep_incidents(database, an_incident(date_precision=DatePrecision.MONTH))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = incidents.find_incidents(session, PLANNER)
    assert stored.date_precision is DatePrecision.MONTH
