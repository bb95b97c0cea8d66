"""The one answer to which class: signed before calculated, and as known at a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from geo.standing_terms import AssessmentAction, AssessmentState
from models import audit
from models.assessment_flow import ClassList
from models.errors import ConflictError
from models.periods import evaluation_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
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
from webapp.services import classify
from webapp.services.standing import commune_standings

A = AssessmentAction
TODAY = date(2025, 12, 30)


def test_drafts_are_everybodys_and_a_running_period_is_provisional(
    seeded_database: Database,
) -> None:
    today = date(2026, 6, 14)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
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
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
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
        with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
            found = commune_standings(
                session, PLANNER, YEAR, known_at=later(days=days), today=TODAY
            )
        return found[QUIET_CODE].cls, found[QUIET_CODE].state.value

    assert told(0.5) == ("type_3", "draft")
    assert told(1.5) == ("drug_free", "draft")
    assert told(2.5) == ("drug_free", "self_assessed")
    assert told(3.5) == ("drug_free", "returned")


def test_a_later_years_list_is_not_undone_by_an_earlier_years_decision(
    seeded_database: Database,
) -> None:
    following, at = evaluation_period(2026), datetime(2026, 12, 16, 3, 0, tzinfo=UTC)
    decision = {"decision": "9/QĐ-UBND", "decided_on": "18/12/2026"}
    for period, moment, users in ((YEAR, later(), "0"), (following, at, "4")):
        declared(seeded_database, period=period, at=moment, users=users, confirmed=True)
        act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS, period=period, at=moment)
        act(seeded_database, PLANNER, A.APPROVE, period=period, at=moment)
    after = at + timedelta(days=3)
    act(seeded_database, PLANNER, A.LIST, period=following, at=after, **decision)
    with pytest.raises(ConflictError, match="năm 2026"):
        act(seeded_database, PLANNER, A.LIST, period=YEAR, at=after, **decision)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        then = commune_standings(session, NATION, YEAR, today=after.date())
        now = commune_standings(session, NATION, following, today=after.date())
        (line,) = audit.list_events(session, LOCAL_OPERATOR, action="assessment_list")
    assert then[QUIET_CODE].listed is None
    assert now[QUIET_CODE].listed is ClassList.KEY
    assert line.detail["decided_on"] == "2026-12-18"


def test_the_key_communes_of_a_province_are_those_signed(seeded_database: Database) -> None:
    codes = (CODE, QUIET_CODE, "23383", "23293", "21172", "21025")
    grave = {"dependents": "100", "use_dens": "5", "offenders_arrested": "20"}
    for code in codes:
        declared(seeded_database, PLANNER, code, confirmed=True, **grave)
        act(seeded_database, PLANNER, A.SELF_ASSESS, code)
        declared(seeded_database, PLANNER, code, at=later(days=1), confirmed=True)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        signed = commune_standings(session, PLANNER, YEAR, province_code="51", today=TODAY)
        province = classify.evaluate_province(session, PLANNER, "51", YEAR)
    (share,) = [row for row in province.evidence if row.code == "key.4"]
    types = [one.cls for one in signed.values()]
    assert sum(cls in {"type_1", "type_2"} for cls in types) == len(share.records) == 6
    assert any("đã tự đánh giá hoặc được duyệt" in note for note in province.notes)
