"""Steps of assessments as they are kept: who reads them, what stands, what stood."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from models import assessment_lists, assessment_steps
from models.assessment_flow import ClassList, state_after
from models.assessment_steps import NewStep
from models.errors import ConflictError, NotAllowedError
from models.periods import evaluation_period
from models.session import Database, Session, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer

A, L = AssessmentAction, UnitLevel
YEAR = evaluation_period(2025)
AT = datetime(2025, 12, 16, 3, 0, tzinfo=UTC)
OFFICER = Viewer("xa", Role.COMMUNE, Scope.commune("23401"))
PLANNER = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
OTHER = Viewer("tinh-khac", Role.PLANNER, Scope.provinces("66"))


def step(action: AssessmentAction, **changes: Any) -> NewStep:
    values: dict[str, Any] = {
        "level": L.COMMUNE,
        "unit_code": "23401",
        "province_code": "51",
        "period": YEAR,
        "ruleset": "qd28_2025",
        "action": action,
        "state": state_after(action),
        "cls": "drug_free",
        "content": {"assessment": {"cls": "drug_free"}},
    }
    return NewStep(**values | changes)


def write(
    session: Session, *actions: AssessmentAction, viewer: Viewer = LOCAL_OPERATOR, **changes: Any
) -> list[int]:
    return [
        assessment_steps.record_step(
            session, viewer, step(action, **changes), seen=None, at=AT + timedelta(hours=n)
        )
        for n, action in enumerate(actions)
    ]


def test_steps_are_read_as_they_were_written(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        write(session, A.SELF_ASSESS, viewer=OFFICER)
        write(session, A.SEND_BACK, viewer=PLANNER, reason="Thiếu số cây.")

        first, second = assessment_steps.steps_of(session, PLANNER, L.COMMUNE, "23401", YEAR)

    assert (first.by_user, first.state) == ("xa", AssessmentState.SELF_ASSESSED)
    assert first.content == {"assessment": {"cls": "drug_free"}}
    assert (second.by_user, second.reason, second.at) == ("tinh", "Thiếu số cây.", AT)
    assert second.period == YEAR


def test_state_is_everybodys_and_reasons_are_of_the_scope(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        (id_,) = write(session, A.SELF_ASSESS)
        for viewer, sees in ((OFFICER, True), (PLANNER, True), (OTHER, False)):
            latest = assessment_steps.latest_steps(session, viewer, L.COMMUNE, YEAR)
            steps = assessment_steps.steps_of(session, viewer, L.COMMUNE, "23401", YEAR)
            contents = assessment_steps.signed_contents(session, viewer, [id_])
            assert latest["23401"].state is AssessmentState.SELF_ASSESSED
            assert (bool(steps), bool(contents)) == (sees, sees)


def test_an_officer_does_not_read_the_steps_of_a_province_of_the_same_number(
    database: Database,
) -> None:
    officer = Viewer("xa", Role.COMMUNE, Scope.commune("51"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        write(session, A.SELF_ASSESS, level=L.PROVINCE, unit_code="51", cls="key")
        assert assessment_steps.steps_of(session, officer, L.PROVINCE, "51", YEAR) == []


def test_the_state_at_a_moment_is_that_of_the_steps_until_then(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        write(session, A.SELF_ASSESS, A.APPROVE, A.LIST, decision="1/QĐ", decided_on=AT.date())

        def state(hours: float) -> str | None:
            known = AT + timedelta(hours=hours)
            found = assessment_steps.latest_steps(
                session, PLANNER, L.COMMUNE, YEAR, province_code="51", known_at=known
            )
            return found["23401"].state.value if found else None

        def listed(hours: float) -> list[str]:
            known = AT + timedelta(hours=hours)
            found = assessment_lists.listings(session, PLANNER, L.COMMUNE, YEAR, known_at=known)
            return list(found)

        assert [state(h) for h in (-0.5, 0, 0.9, 1)] == [
            None,
            "self_assessed",
            "self_assessed",
            "approved",
        ]
        assert (listed(1.9), listed(2)) == ([], ["23401"])


def test_a_list_outlives_its_period_until_a_decision_takes_the_unit_off(
    database: Database,
) -> None:
    later = evaluation_period(2026)
    on = {"decision": "12/QĐ-UBND", "decided_on": date(2025, 12, 18)}
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        write(session, A.LIST, **on)
        listings = assessment_lists.listings
        found = listings(session, OTHER, L.COMMUNE, later)["23401"]
        assert (found.list, found.decision, found.period) == (
            ClassList.DRUG_FREE,
            "12/QĐ-UBND",
            YEAR,
        )
        assert listings(session, OTHER, L.COMMUNE, evaluation_period(2024)) == {}

        write(session, A.DELIST, period=later, cls="type_3", **on)
        assert listings(session, OTHER, L.COMMUNE, later) == {}
        assert "23401" in listings(session, OTHER, L.COMMUNE, YEAR)


def test_who_has_not_seen_the_last_step_is_refused(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new, record = step(A.SELF_ASSESS), assessment_steps.record_step
        first = record(session, OFFICER, new, seen=0, at=AT)
        with pytest.raises(ConflictError, match="không ghi gì thêm"):
            record(session, OFFICER, new, seen=0, at=AT)
        assert record(session, OFFICER, new, seen=first, at=AT) > first


def test_of_two_at_once_one_is_told(database: Database) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(2, timeout=20)

    def decide(action: AssessmentAction) -> None:
        barrier.wait()
        try:
            with unit_of_work(database, LOCAL_OPERATOR) as session:
                assessment_steps.record_step(session, PLANNER, step(action), seen=0, at=AT)
            outcomes.append("written")
        except ConflictError:
            outcomes.append("told")

    threads = [threading.Thread(target=decide, args=(a,)) for a in (A.APPROVE, A.SEND_BACK)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["told", "written"]


def test_a_step_beyond_role_or_scope_is_not_written(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for viewer, action in ((OFFICER, A.APPROVE), (OTHER, A.APPROVE), (OTHER, A.SELF_ASSESS)):
            with pytest.raises(NotAllowedError):
                write(session, action, viewer=viewer)
        assert assessment_steps.latest_steps(session, PLANNER, L.COMMUNE, YEAR) == {}
