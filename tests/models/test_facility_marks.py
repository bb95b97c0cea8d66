"""Marks of facilities tell what the facilities themselves do, in few columns."""

from __future__ import annotations

import pytest

from geo.terms import FacilityKind
from models.facilities import ALL, FacilityFilter, StoredFacility, find_facilities
from models.facility_marks import FacilityMark, facility_marks
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Viewer
from tests.models.specimens import OFFICER, PLANNER, PLANNER_01, placed, somewhere_in
from tests.models.test_facilities import a_school, bring


def as_mark(facility: StoredFacility) -> FacilityMark:
    """What of a facility a mark should tell."""
    place = facility.placement
    return FacilityMark(
        facility.id,
        facility.ref,
        facility.name,
        facility.kind,
        facility.address_text,
        place.commune_code_now,
        place.province_code,
        place.lon,
        place.lat,
    )


@pytest.mark.parametrize(
    "viewer", [PLANNER, PLANNER_01, OFFICER, ANONYMOUS], ids=lambda viewer: viewer.name
)
def test_marks_tell_what_the_facilities_tell(database: Database, viewer: Viewer) -> None:
    bring(
        database,
        a_school("T-1"),
        a_school("T-2", name="An Lạc", placement=somewhere_in("23402")),
        a_school("T-3", kind=FacilityKind.BAR, placement=placed("00004", 105.85, 21.03)),
    )
    by_kind = FacilityFilter(kinds=(FacilityKind.BAR,))
    in_commune = FacilityFilter(commune_code="23402")
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for wanted in (ALL, by_kind, in_commune, FacilityFilter(province_code="51")):
            found = find_facilities(session, viewer, wanted)
            assert facility_marks(session, viewer, wanted) == [as_mark(each) for each in found]


def test_one_known_by_its_commune_has_no_point(database: Database) -> None:
    bring(database, a_school("T-1"), a_school("T-2", placement=somewhere_in("23402")))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        points = {each.ref: each.point for each in facility_marks(session, PLANNER)}
    assert points == {"T-1": (108.0, 14.0), "T-2": None}
