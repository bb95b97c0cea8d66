"""The way of an assessment from the declaration to the list, and what stands meanwhile."""

from __future__ import annotations

from datetime import date

import pytest

from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from geo.terms import CommuneClass
from models import assessments, audit
from models.assessment_flow import ClassList
from models.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from models.periods import evaluation_period, half_year_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.assessed_commune import (
    AT,
    CODE,
    NATION,
    OFFICER,
    PLANNER,
    QUIET_CODE,
    QUIET_OFFICER,
    YEAR,
    act,
    declared,
    last_step,
    later,
)
from webapp.services import assessment_block, classify
from webapp.services.standing import Standing, commune_standings

A = AssessmentAction
LIST = {"decision": "1234/QĐ-UBND", "decided_on": "2025-12-16"}


def standing(database: Database, *, known_at=None, today=date(2025, 12, 30)) -> Standing:  # type: ignore[no-untyped-def]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return commune_standings(
            session,
            PLANNER,
            YEAR,
            commune_code=QUIET_CODE,
            known_at=known_at,
            today=today,
            compare=True,
        )[QUIET_CODE]


def stored(database: Database) -> assessments.StoredAssessment:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = assessments.assessment_of(session, PLANNER, QUIET_CODE, YEAR)
    assert found is not None
    return found


def test_an_approved_class_does_not_move_and_the_difference_is_told(
    seeded_database: Database,
) -> None:
    database = seeded_database
    declared(database)
    act(database, QUIET_OFFICER, A.SELF_ASSESS)
    act(database, PLANNER, A.APPROVE)
    act(database, PLANNER, A.LIST, **LIST)
    before = standing(database)

    declared(database, PLANNER, dependents="3", at=later(days=9))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        classify.assess_all(session, LOCAL_OPERATOR, later(days=10), later(days=10).date())
    after = standing(database)

    assert (before.cls, before.frozen, before.differs_from_now) == ("drug_free", True, False)
    assert (after.cls, after.frozen, after.differs_from_now) == ("drug_free", True, True)
    assert (after.listed, after.decision) == (ClassList.DRUG_FREE, "1234/QĐ-UBND")
    frozen = stored(database)
    assert (frozen.cls, frozen.state) == (CommuneClass.DRUG_FREE, assessments.State.APPROVED)
    block = assessment_block.read_block(
        database, PLANNER, UnitLevel.COMMUNE, QUIET_CODE, YEAR, today=date(2025, 12, 30)
    )
    assert block.differs
    assert (block.cls, block.cls_now) == ("drug_free", "type_3")
    assert any("3" in each.now for each in block.differences)
    assert all(row["result"] != "unknown" for row in block.evidence)


def test_a_returned_assessment_moves_again_and_can_be_signed_anew(
    seeded_database: Database,
) -> None:
    database = seeded_database
    declared(database)
    act(database, QUIET_OFFICER, A.SELF_ASSESS)
    act(database, PLANNER, A.SEND_BACK, reason="Còn thiếu người nghiện mới phát hiện.")
    assert standing(database).state is AssessmentState.RETURNED
    assert stored(database).state is assessments.State.DRAFT

    declared(database, dependents="3", at=later(hours=2))
    assert (standing(database).cls, standing(database).frozen) == ("type_3", False)
    step = act(database, QUIET_OFFICER, A.SELF_ASSESS, at=later(hours=3))

    assert (step.cls, step.by_user) == ("type_3", "xa-khac")
    assert standing(database).state is AssessmentState.SELF_ASSESSED
    assert stored(database).state is assessments.State.SELF_ASSESSED


def test_what_was_signed_is_kept_whole(seeded_database: Database) -> None:
    declared(seeded_database)
    content = act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS).content
    assert content == act(seeded_database, PLANNER, A.APPROVE).content

    told = content["assessment"]
    assert told["cls"] == told["other_cls"] == "drug_free"
    assert told["ruleset"] == "qd28_2025"
    assert {row["code"] for row in told["evidence"]} >= {"drug_free.1", "type_1.a", "type_3.c"}
    assert content["declared"]["residents"] == 9_000
    assert content["boundary_version"] >= 1
    assert content["software_version"]


def test_the_state_as_known_on_a_day_is_that_of_the_day(seeded_database: Database) -> None:
    database = seeded_database
    declared(database)
    act(database, QUIET_OFFICER, A.SELF_ASSESS, at=later(hours=1))
    act(database, PLANNER, A.APPROVE, at=later(days=2))

    states = [
        standing(database, known_at=later(**by)).state.value
        for by in ({"minutes": 30}, {"hours": 1}, {"days": 1}, {"days": 2})
    ]
    assert states == ["draft", "self_assessed", "self_assessed", "approved"]


def test_a_double_click_writes_one_step(seeded_database: Database) -> None:
    declared(seeded_database)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    seen = last_step(seeded_database, UnitLevel.COMMUNE)
    act(seeded_database, PLANNER, A.APPROVE, seen=seen)

    for action in (A.APPROVE, A.SEND_BACK):
        with pytest.raises(ConflictError, match="không ghi gì thêm"):
            act(seeded_database, PLANNER, action, seen=seen, reason="Sai.")
    assert last_step(seeded_database, UnitLevel.COMMUNE) == seen + 1


def test_every_step_is_in_the_audit_trail(seeded_database: Database) -> None:
    declared(seeded_database)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    act(seeded_database, PLANNER, A.APPROVE)
    act(seeded_database, PLANNER, A.LIST, **LIST)
    act(seeded_database, PLANNER, A.DELIST, decision="9/QĐ-UBND", decided_on="16/12/2025")
    act(seeded_database, PLANNER, A.REOPEN, reason="Phát hiện số liệu sai.")

    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        events = audit.list_events(session, LOCAL_OPERATOR)
    told = [e for e in reversed(events) if e.action.startswith("assessment_")]
    assert [e.action.removeprefix("assessment_") for e in told] == [
        *("self_assess", "approve", "list", "delist", "reopen")
    ]
    assert {e.object for e in told} == {f"commune:{QUIET_CODE}"}
    assert set(told[-1].detail["reason"]) == {"sha256"}  # words that may name somebody
    assert told[2].detail["decision"] == "1234/QĐ-UBND"


def test_names_of_persons_are_not_kept_in_reasons_and_decisions(
    seeded_database: Database,
) -> None:
    declared(seeded_database)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    step = act(
        seeded_database,
        PLANNER,
        A.SEND_BACK,
        reason="Anh Nguyễn Văn Tý 0912345678 chưa có hồ sơ.",
    )
    assert "Tý" not in step.reason
    assert "0912345678" not in step.reason

    with pytest.raises(InvalidValueError, match="lý do"):
        act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
        act(seeded_database, PLANNER, A.SEND_BACK, reason="  ")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"decision": "12/QĐ"},
        {"decision": "12/QĐ", "decided_on": "12/2025"},
        {"decision": "12/QĐ", "decided_on": "2025-12-17"},
        {"decision": "12/QĐ", "decided_on": "2025-08-23"},
        {"decided_on": "2025-12-16"},
        {"decision": "12/QĐ", "decided_on": "không rõ"},
    ],
)
def test_a_list_needs_number_and_day_of_a_decision(
    seeded_database: Database, typed: dict[str, str]
) -> None:
    declared(seeded_database)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    act(seeded_database, PLANNER, A.APPROVE)
    with pytest.raises(InvalidValueError, match="uyết định"):
        act(seeded_database, PLANNER, A.LIST, **typed)


def test_an_officer_signs_nothing_but_the_own_commune(seeded_database: Database) -> None:
    declared(seeded_database)
    with pytest.raises(NotAllowedError):
        act(seeded_database, OFFICER, A.SELF_ASSESS)
    with pytest.raises(NotAllowedError):
        declared(seeded_database, OFFICER)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    with pytest.raises(NotAllowedError):
        act(seeded_database, QUIET_OFFICER, A.APPROVE)


def test_without_figures_nothing_is_signed(seeded_database: Database) -> None:
    with pytest.raises(ConflictError, match="thiếu số liệu"):
        act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    with pytest.raises(NotFoundError):
        act(seeded_database, NATION, A.SELF_ASSESS, "99999")


def test_a_half_year_is_not_signed(seeded_database: Database) -> None:
    half = half_year_period(2026)
    at = later(days=180)
    declared(seeded_database, period=half, at=at)
    with pytest.raises(ConflictError, match="kỳ đánh giá năm"):
        act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS, period=half, at=at)


def test_what_was_signed_while_the_period_ran_is_provisional_until_it_is_over(
    seeded_database: Database,
) -> None:
    year = evaluation_period(2026)
    june, december = later(days=180), later(days=366)
    declared(seeded_database, period=year, at=june)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS, period=year, at=june)
    with pytest.raises(ConflictError, match="tạm tính"):
        act(seeded_database, PLANNER, A.APPROVE, period=year, at=june)

    declared(seeded_database, period=year, dependents="2", at=december)
    with pytest.raises(ConflictError, match="trả lại"):
        act(seeded_database, PLANNER, A.APPROVE, period=year, at=december)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS, period=year, at=december)
    step = act(seeded_database, PLANNER, A.APPROVE, period=year, at=december)

    assert (step.state, step.cls) == (AssessmentState.APPROVED, "type_3")


def test_a_province_is_assessed_by_itself_and_approved_by_the_nation(
    seeded_database: Database,
) -> None:
    database, province = seeded_database, {"level": UnitLevel.PROVINCE, "code": "51"}
    with pytest.raises(ConflictError, match="thiếu số liệu"):
        act(database, PLANNER, A.SELF_ASSESS, **province)
    for code in ("23401", "23377", "23383", "23293", "21172", "21025"):
        declared(database, PLANNER, code, dependents="10")

    act(database, PLANNER, A.SELF_ASSESS, **province)
    with pytest.raises(NotAllowedError):
        act(database, PLANNER, A.APPROVE, **province)
    step = act(database, NATION, A.APPROVE, **province)

    assert step.cls == "affected"
    assert step.content["assessment"]["n_assessed"] == 6
    block = assessment_block.read_block(
        database, OFFICER, UnitLevel.PROVINCE, "51", YEAR, today=AT.date()
    )
    assert (block.cls, block.in_scope, block.steps, block.evidence) == ("affected", False, (), ())


def test_outside_the_scope_only_the_class_and_the_state_are_shown(
    seeded_database: Database,
) -> None:
    declared(seeded_database)
    act(seeded_database, QUIET_OFFICER, A.SELF_ASSESS)
    block = assessment_block.read_block(
        seeded_database, OFFICER, UnitLevel.COMMUNE, QUIET_CODE, YEAR, today=AT.date()
    )
    assert (block.cls, block.state) == ("drug_free", AssessmentState.SELF_ASSESSED)
    assert (block.in_scope, block.evidence, block.steps, block.choices) == (False, (), (), ())
    assert not block.differs


def test_outside_the_scope_a_draft_is_the_class_that_everybody_may_know(
    seeded_database: Database,
) -> None:
    declared(seeded_database)
    block = assessment_block.read_block(
        seeded_database, OFFICER, UnitLevel.COMMUNE, QUIET_CODE, YEAR, today=AT.date()
    )
    assert (block.cls, block.cls_now, block.in_scope) == ("drug_free", "drug_free", False)


def test_a_period_of_the_older_decision_names_it_and_that_it_is_not_confirmed(
    seeded_database: Database,
) -> None:
    block = assessment_block.read_block(
        seeded_database, PLANNER, UnitLevel.COMMUNE, CODE, evaluation_period(2024), today=AT.date()
    )
    assert "3122/2010" in block.ruleset_title
    assert not block.is_confirmed


def test_codes_of_the_register_reach_the_signature(seeded_database: Database) -> None:
    declared(seeded_database, OFFICER, CODE)
    step = act(seeded_database, OFFICER, A.SELF_ASSESS, CODE)
    figures = {row["name"]: row for row in step.content["assessment"]["figures"]}
    assert (figures["use_dens"]["declared"], figures["use_dens"]["used"]) == (0, 3)
    assert "TĐ-002" in figures["use_dens"]["records"]
