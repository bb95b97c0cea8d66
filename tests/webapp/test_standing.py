"""The one answer to which class: signed before calculated, and as known at a moment."""

from __future__ import annotations

from datetime import date

from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from models.session import Database, unit_of_work
from tests.webapp.assessed_commune import (
    CODE,
    NATION,
    OFFICER,
    PLANNER,
    QUIET_CODE,
    QUIET_OFFICER,
    YEAR,
    act,
    declared,
    later,
)
from tests.webapp.seeded_site import PERIOD
from webapp.services.standing import commune_standings, province_standing

A = AssessmentAction
TODAY = date(2025, 12, 30)


def test_drafts_are_everybodys_and_a_running_period_is_provisional(
    seeded_database: Database,
) -> None:
    today = date(2026, 6, 14)
    with unit_of_work(seeded_database, read_only=True) as session:
        found = commune_standings(session, OFFICER, PERIOD, today=today)
        ended = commune_standings(session, OFFICER, PERIOD, today=date(2026, 12, 15))
        south = commune_standings(session, OFFICER, PERIOD, province_code="66", today=today)

    assert sorted(found) == ["23377", "23401", "24133"]
    assert all(each.provisional and not each.frozen for each in found.values())
    assert not any(each.provisional for each in ended.values())
    assert sorted(south) == ["24133"]
    assert {each.state for each in found.values()} == {AssessmentState.DRAFT}


def test_whether_the_signed_class_still_fits_is_told_inside_the_scope(
    seeded_database: Database,
) -> None:
    declared(seeded_database)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    declared(seeded_database, users="4", at=later(days=1))
    with unit_of_work(seeded_database, read_only=True) as session:
        told = {
            viewer.name: commune_standings(session, viewer, YEAR, today=TODAY, compare=True)[
                QUIET_CODE
            ]
            for viewer in (NATION, PLANNER, QUIET_OFFICER, OFFICER)
        }
        unasked = commune_standings(session, NATION, YEAR, today=TODAY)[QUIET_CODE]

    assert {name: each.differs_from_now for name, each in told.items()} == {
        "planner": True,
        "tinh": True,
        "xa-khac": True,
        "commune": None,
    }
    assert {each.cls for each in told.values()} == {"drug_free"}
    assert unasked.differs_from_now is None


def test_a_moment_shows_what_was_known_then(seeded_database: Database) -> None:
    declared(seeded_database, users="4")
    declared(seeded_database, at=later(days=1))
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS, at=later(days=2))
    act(seeded_database, PLANNER, A.SEND_BACK, reason="Thiếu.", at=later(days=3))

    def told(days: float) -> tuple[str, str]:
        with unit_of_work(seeded_database, read_only=True) as session:
            found = commune_standings(
                session, PLANNER, YEAR, known_at=later(days=days), today=TODAY
            )
        return found[QUIET_CODE].cls, found[QUIET_CODE].state.value

    assert told(0.5) == ("type_3", "draft")
    assert told(1.5) == ("drug_free", "draft")
    assert told(2.5) == ("drug_free", "self_assessed")
    assert told(3.5) == ("drug_free", "returned")


def test_a_province_stands_by_its_signature_and_else_by_its_communes(
    seeded_database: Database,
) -> None:
    with unit_of_work(seeded_database, read_only=True) as session:
        draft = province_standing(session, PLANNER, "51", YEAR, today=TODAY)
        other = province_standing(session, OFFICER, "51", YEAR, today=TODAY)
    assert (draft.cls, draft.state) == (other.cls, other.state) == ("unknown", "draft")

    for code in (CODE, QUIET_CODE, "23383", "23293", "21172", "21025"):
        declared(seeded_database, PLANNER, code, dependents="10")
    act(seeded_database, PLANNER, A.SELF_ASSESS, "51", level=UnitLevel.PROVINCE)
    declared(seeded_database, PLANNER, CODE, dependents="11", at=later(days=1))
    with unit_of_work(seeded_database, read_only=True) as session:
        signed = province_standing(session, PLANNER, "51", YEAR, today=TODAY, compare=True)
        other = province_standing(session, OFFICER, "51", YEAR, today=TODAY, compare=True)
    assert (signed.cls, signed.frozen, signed.differs_from_now) == ("affected", True, True)
    assert (other.cls, other.frozen, other.differs_from_now) == ("affected", True, None)
