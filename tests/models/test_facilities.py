"""Facilities: stored once, versions kept, undone whole, read within the scope, what is near."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.facilities import Facility
from geo.records import PlaceQuery
from geo.terms import FacilityKind, Layer
from models import facilities, incident_counts, incidents, schema, tables
from models.errors import NotAllowedError, NotFoundError, SchemaError
from models.facilities import FacilityFilter
from models.facility_cases import RADII_M, counts_around, pointless_count
from models.facility_nearness import Near
from models.incidents import IncidentFilter
from models.nearby import distances_m
from models.record_changes import changes_by_import
from models.session import Database, unit_of_work
from models.undone_imports import undo_import
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    an_import,
    an_incident,
    keep_incidents,
    placed,
    somewhere_in,
)

LATER = datetime(2026, 7, 2, 12, tzinfo=UTC)
METRE_LAT = 1 / 110_650
"""Degrees of latitude a metre long at 14° N."""


def a_school(ref: str = "T-1", **changes: Any) -> Facility:
    """A school at the point of 23401."""
    school = Facility(
        ref=ref,
        source="SỞ GIÁO DỤC A",
        name="Trường THCS Lê Quý Đôn",
        kind=FacilityKind.SCHOOL,
        placement=placed("23401"),
        address_text="Thôn 3",
        note="hai cơ sở",
        line=4,
        place=PlaceQuery(address="Thôn 3", lat_cell="14,0", lon_cell=108.0),
    )
    return replace(school, **changes)


def bring(database: Database, *records: Facility, viewer: Viewer = PLANNER) -> int:
    """Import facilities; the number of the import."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.FACILITIES)
        facilities.add_facilities(session, viewer, records, import_id)
    return import_id


def found(
    database: Database, viewer: Viewer = PLANNER, **wanted: Any
) -> list[facilities.StoredFacility]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return facilities.find_facilities(session, viewer, FacilityFilter(**wanted))


def cases(database: Database, near: Near | None, viewer: Viewer = PLANNER, **wanted: Any) -> int:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        filter_ = IncidentFilter(near=near, verified_only=True, **wanted)
        return incident_counts.totals(session, viewer, filter_).cases


def near_school(within_m: float) -> Near:
    return Near(((FacilityKind.SCHOOL, within_m),))


def an_incident_at(ref: str, metres_north: float, **changes: Any) -> Any:
    place = placed("23401", 108.0, 14.0 + metres_north * METRE_LAT)
    return an_incident(ref, placement=place, place=PlaceQuery(address=ref), **changes)


NEAR_SCHOOL = near_school(500.0)


def test_a_facility_comes_back_as_it_was(database: Database) -> None:
    bring(database, a_school())

    (stored,) = found(database)
    for field in fields(Facility):
        assert getattr(stored, field.name) == getattr(a_school(), field.name), field.name
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert facilities.facility_by_id(session, PLANNER, stored.id) == stored


def test_the_same_file_again_changes_nothing_and_another_content_is_a_version(
    database: Database,
) -> None:
    bring(database, a_school())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        again = facilities.add_facilities(session, PLANNER, [a_school()], an_import(session))
        assert (again.added, again.unchanged, again.changed) == (0, 1, 0)
    renamed = a_school(name="Trường THPT Lê Quý Đôn", note="")
    import_id = bring(database, renamed)

    assert [f.name for f in found(database)] == ["Trường THPT Lê Quý Đôn"]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (change,) = changes_by_import(session, PLANNER, import_id)
    assert [(f.name, f.before) for f in change.fields] == [
        ("name", "Trường THCS Lê Quý Đôn"),
        ("note", "hai cơ sở"),
    ]


def test_undoing_takes_away_what_came_and_gives_back_what_was(database: Database) -> None:
    bring(database, a_school())
    second = bring(database, a_school(name="Tên khác"), a_school("T-2"))

    with unit_of_work(database, LOCAL_OPERATOR) as session:
        plan = undo_import(session, PLANNER, second, at=LATER)
    assert (plan.removed, plan.restored) == (1, 1)
    assert [(f.ref, f.name) for f in found(database)] == [("T-1", "Trường THCS Lê Quý Đôn")]
    bring(database, a_school("T-2"))
    assert [f.ref for f in found(database)] == ["T-1", "T-2"]


def test_everybody_reads_the_own_scope_alone_and_writers_write(database: Database) -> None:
    bring(database, a_school(), a_school("T-2", placement=placed("00004")))

    seen = {v.name: [f.ref for f in found(database, v)] for v in (ADMIN, PLANNER_51, PLANNER_01)}
    assert seen == {"admin": ["T-1", "T-2"], "planner-51": ["T-1"], "planner-01": ["T-2"]}
    assert [f.ref for f in found(database, OFFICER)] == ["T-1"]
    assert found(database, ANONYMOUS) == []
    other = next(f for f in found(database) if f.ref == "T-2")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        with pytest.raises(NotFoundError, match="trong phạm vi"):
            facilities.facility_by_id(session, PLANNER_51, other.id)
        with pytest.raises(NotAllowedError):
            facilities.add_facilities(session, ANALYST, [a_school()], 1)


def test_what_belongs_to_another_province_is_not_changed(database: Database) -> None:
    bring(database, a_school(placement=placed("00004")))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        added = facilities.add_facilities(
            session, PLANNER_51, [a_school(name="Tên khác")], an_import(session)
        )
    assert [f.ref for f in added.foreign] == ["T-1"]


def test_a_filter_keeps_kind_commune_and_box(database: Database) -> None:
    bring(
        database,
        a_school(),
        a_school("K-1", kind=FacilityKind.KARAOKE, placement=placed("23402", 108.5, 14.5)),
        a_school("T-9", placement=somewhere_in("23401")),
    )

    assert [f.ref for f in found(database, kinds=(FacilityKind.KARAOKE,))] == ["K-1"]
    assert [f.ref for f in found(database, commune_code="23401")] == ["T-1", "T-9"]
    assert [f.ref for f in found(database, bbox=(107.9, 13.9, 108.1, 14.1))] == ["T-1"]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert facilities.count_by_kind(session, PLANNER) == {
            FacilityKind.SCHOOL: 2,
            FacilityKind.KARAOKE: 1,
        }
        assert facilities.count_by_commune(session, PLANNER) == {
            "23401": {FacilityKind.SCHOOL: 2},
            "23402": {FacilityKind.KARAOKE: 1},
        }
        assert facilities.count_with_point(session, PLANNER) == {
            FacilityKind.SCHOOL: 1,
            FacilityKind.KARAOKE: 1,
        }
        # Without a map there is no commune to lie on.
        assert facilities.count_without_point(session, PLANNER) == {}


def test_near_counts_to_the_distance_and_no_further(database: Database) -> None:
    bring(database, a_school())
    keep_incidents(
        database,
        an_incident_at("at the gate", 0),
        an_incident_at("in sight", 499),
        an_incident_at("behind", 502),
        an_incident_at("unverified", 10, verified=False),
        an_incident("in the commune", placement=somewhere_in("23401")),
    )

    assert cases(database, NEAR_SCHOOL) == 2
    assert cases(database, near_school(600.0)) == 3
    assert cases(database, Near(((FacilityKind.BAR, 600.0),))) == 0
    assert cases(database, None) == 5 - 1


def test_near_one_kind_or_another_each_has_its_distance(database: Database) -> None:
    bar = a_school("B", kind=FacilityKind.BAR, placement=placed("23401", 108.0, 14.1))
    bring(database, a_school(), bar)
    keep_incidents(
        database,
        an_incident_at("400 m from the school", 400),
        an_incident("150 m from the bar", placement=placed("23401", 108.0, 14.1 - 150 * METRE_LAT)),
        an_incident("250 m from the bar", placement=placed("23401", 108.0, 14.1 - 250 * METRE_LAT)),
    )
    both = Near(((FacilityKind.SCHOOL, 500.0), (FacilityKind.BAR, 200.0)))
    assert cases(database, both) == 2


def test_near_obeys_the_other_filters_and_the_scope(database: Database) -> None:
    bring(database, a_school(), a_school("T-2", placement=placed("00004", 105.8, 21.0)))
    keep_incidents(
        database,
        an_incident_at("early", 10, occurred_on=date(2024, 1, 1)),
        an_incident_at("late", 20),
        an_incident("north", placement=placed("00004", 105.8, 21.0)),
    )

    assert cases(database, NEAR_SCHOOL) == 3
    assert cases(database, NEAR_SCHOOL, since=date(2026, 1, 1)) == 2
    assert cases(database, NEAR_SCHOOL, PLANNER_51) == 2
    assert cases(database, NEAR_SCHOOL, PLANNER_01) == 1


def test_a_facility_that_was_withdrawn_is_near_nothing(database: Database) -> None:
    import_id = bring(database, a_school())
    keep_incidents(database, an_incident_at("at the gate", 0))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undo_import(session, PLANNER, import_id, at=LATER)
    assert cases(database, NEAR_SCHOOL) == 0


def test_the_counts_around_grow_with_the_radius(database: Database) -> None:
    keep_incidents(
        database,
        *(an_incident_at(f"{m} m", m) for m in (0, 99, 150, 450, 990, 1010)),
        an_incident("somewhere", placement=somewhere_in("23401")),
    )
    wanted = IncidentFilter(verified_only=True)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        counts = counts_around(session, PLANNER, [(108.0, 14.0), (107.0, 13.0)], wanted)
        assert counts.tolist() == [[2, 3, 4, 5], [0, 0, 0, 0]]
        assert counts_around(session, PLANNER, [], wanted).shape == (0, len(RADII_M))
        assert pointless_count(session, PLANNER, wanted) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), min_size=1, max_size=12),
    st.floats(50, 2000),
)
def test_near_is_what_measuring_one_by_one_gives(
    sqlite_database: Database, offsets: list[tuple[float, float]], within_m: float
) -> None:
    """The tree of boxes, the tree of points and single distances agree."""
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        session.execute(tables.seizures.delete())
        session.execute(tables.incidents.delete())
        session.execute(tables.facilities.delete())
    spots = [(108.0 + dx, 14.0 + dy) for dx, dy in offsets]
    schools, places = spots[::2], spots
    bring(
        sqlite_database,
        *(a_school(f"T-{n}", placement=placed("23401", *at)) for n, at in enumerate(schools)),
    )
    keep_incidents(
        sqlite_database,
        *(
            an_incident(f"V-{n}", placement=placed("23401", *at), place=PlaceQuery())
            for n, at in enumerate(places)
        ),
    )
    lons, lats = zip(*schools, strict=True)
    expected = sum(min(distances_m(*at, list(lons), list(lats))) <= within_m for at in places)
    assert cases(sqlite_database, near_school(within_m)) == expected


def test_reading_incidents_near_gives_the_records(database: Database) -> None:
    bring(database, a_school())
    keep_incidents(database, an_incident_at("near", 10), an_incident_at("far", 5_000))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        wanted = IncidentFilter(near=NEAR_SCHOOL)
        assert [i.ref for i in incidents.find_incidents(session, PLANNER, wanted)] == ["near"]


def test_the_schema_does_not_go_back_while_there_are_facilities(owned_database: Database) -> None:
    bring(owned_database, a_school())
    with pytest.raises(SchemaError, match="1 cơ sở, địa điểm, 1 lần nhập"):
        schema.move_to(owned_database, "0008")
    assert [f.ref for f in found(owned_database)] == ["T-1"]
