"""Which step may follow which, by whom, in which period: the whole matrix."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from geo.records import Period
from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from models import assessment_flow
from models.assessment_flow import ClassList, Situation
from models.errors import NotAllowedError
from models.periods import evaluation_period, half_year_period
from models.viewers import Role, Scope, Viewer

A, S, L = AssessmentAction, AssessmentState, UnitLevel
YEAR = evaluation_period(2026)
OVER = date(2026, 12, 16)
BEFORE = Situation(S.DRAFT, "type_2", YEAR, OVER, moved=False, signed_on=date(2026, 12, 15))

SCOPES = {
    "nation": Scope.nation(),
    "own_province": Scope.provinces("51"),
    "other_province": Scope.provinces("66"),
    "own_commune": Scope.commune("23401"),
    "other_commune": Scope.commune("23377"),
}
MAY_ON_COMMUNE = {
    A.SELF_ASSESS: {
        *product(("planner", "admin"), ("nation", "own_province", "own_commune")),
        *product(("commune",), ("nation", "own_province", "own_commune")),
    },
    **{
        action: set(product(("planner", "admin"), ("nation", "own_province")))
        for action in (A.APPROVE, A.SEND_BACK, A.REOPEN, A.LIST, A.DELIST)
    },
}
MAY_ON_PROVINCE = {
    A.SELF_ASSESS: set(product(("planner", "admin"), ("nation", "own_province"))),
    **{
        action: {("planner", "nation"), ("admin", "nation")}
        for action in (A.APPROVE, A.SEND_BACK, A.REOPEN, A.LIST, A.DELIST)
    },
}
FOLLOWS = {
    A.SELF_ASSESS: {S.DRAFT, S.SELF_ASSESSED, S.RETURNED},
    A.APPROVE: {S.SELF_ASSESSED},
    A.SEND_BACK: {S.SELF_ASSESSED},
    A.REOPEN: {S.APPROVED},
    A.LIST: {S.APPROVED},
    A.DELIST: {S.APPROVED},
}


@pytest.mark.parametrize(
    ("action", "role", "scope"), list(product(A, [r.value for r in Role], sorted(SCOPES)))
)
def test_role_and_scope_give_exactly_the_steps_of_the_law(
    action: AssessmentAction, role: str, scope: str
) -> None:
    viewer = Viewer("ai-do", Role(role), SCOPES[scope])
    for level, code, may in (
        (L.COMMUNE, "23401", MAY_ON_COMMUNE),
        (L.PROVINCE, "51", MAY_ON_PROVINCE),
    ):
        wanted = (role, scope) in may[action]
        assert assessment_flow.may_act(viewer, level, action, "51", code) is wanted
        if not wanted:
            with pytest.raises(NotAllowedError, match="ai-do"):
                assessment_flow.require_may_act(viewer, level, action, "51", code)


@pytest.mark.parametrize(("action", "state"), list(product(A, S)))
def test_a_step_follows_only_its_states(action: AssessmentAction, state: AssessmentState) -> None:
    listed = ClassList.KEY if action is A.DELIST else None
    told = assessment_flow.hindrance(action, replace(BEFORE, state=state, listed=listed))
    assert (told == "") is (state in FOLLOWS[action]), told


@pytest.mark.parametrize("action", A)
def test_every_step_leads_to_one_state(action: AssessmentAction) -> None:
    after = {
        A.SELF_ASSESS: S.SELF_ASSESSED,
        A.SEND_BACK: S.RETURNED,
        A.REOPEN: S.RETURNED,
    }
    assert assessment_flow.state_after(action) is after.get(action, S.APPROVED)


@pytest.mark.parametrize("period", [half_year_period(2026), Period(date(2026, 1, 1), OVER)])
def test_only_an_evaluation_year_is_signed(period: Period) -> None:
    for action in A:
        state = min(FOLLOWS[action])
        told = assessment_flow.hindrance(action, replace(BEFORE, state=state, period=period))
        assert "kỳ đánh giá năm" in told


@pytest.mark.parametrize(
    ("today", "self_assess", "approve"),
    [
        (date(2025, 12, 14), False, False),
        (date(2025, 12, 15), True, False),
        (date(2026, 12, 14), True, False),
        (date(2026, 12, 15), True, True),
        (date(2028, 2, 29), True, True),
    ],
)
def test_a_running_period_is_self_assessed_but_not_approved(
    today: date, self_assess: bool, approve: bool
) -> None:
    now = replace(BEFORE, today=today)
    assert (assessment_flow.hindrance(A.SELF_ASSESS, now) == "") is self_assess
    signed = replace(now, state=S.SELF_ASSESSED)
    assert (assessment_flow.hindrance(A.APPROVE, signed) == "") is approve
    if today > YEAR.start:
        assert assessment_flow.hindrance(A.SEND_BACK, signed) == ""


@pytest.mark.parametrize(
    ("signed_on", "moved", "may"),
    [
        (date(2026, 12, 14), True, False),
        (date(2026, 12, 14), False, True),
        (date(2026, 12, 15), True, True),
        (date(2026, 12, 15), False, True),
    ],
)
def test_what_was_signed_early_is_approved_only_while_it_still_holds(
    signed_on: date, moved: bool, may: bool
) -> None:
    signed = replace(BEFORE, state=S.SELF_ASSESSED, signed_on=signed_on, moved=moved)
    assert (assessment_flow.hindrance(A.APPROVE, signed) == "") is may


def test_nobody_signs_a_class_that_is_not_known() -> None:
    unknown = replace(BEFORE, cls=assessment_flow.UNKNOWN)
    assert "thiếu số liệu" in assessment_flow.hindrance(A.SELF_ASSESS, unknown)


@pytest.mark.parametrize(
    ("cls", "listed", "may"),
    [
        ("drug_free", None, True),
        ("type_3", None, True),
        ("key", None, True),
        ("affected", None, False),
        ("drug_free", ClassList.DRUG_FREE, False),
        ("drug_free", ClassList.KEY, False),
    ],
)
def test_a_unit_is_on_one_list_that_of_its_class(
    cls: str, listed: ClassList | None, may: bool
) -> None:
    approved = replace(BEFORE, state=S.APPROVED, cls=cls, listed=listed)
    assert (assessment_flow.hindrance(A.LIST, approved) == "") is may


def test_an_approval_is_taken_back_after_the_unit_left_the_list_it_led_to() -> None:
    listed = replace(BEFORE, state=S.APPROVED, listed=ClassList.KEY, listed_in=YEAR)
    assert "đưa ra trước" in assessment_flow.hindrance(A.REOPEN, listed)
    earlier = replace(listed, listed_in=evaluation_period(2025))
    assert assessment_flow.hindrance(A.REOPEN, earlier) == ""


def test_the_page_offers_what_fits_and_says_what_hinders() -> None:
    planner = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
    officer = Viewer("xa", Role.COMMUNE, Scope.commune("23401"))

    def offered(viewer: Viewer, before: Situation) -> dict[AssessmentAction, str]:
        return assessment_flow.allowed_actions(viewer, L.COMMUNE, "51", "23401", before)

    assert set(offered(officer, BEFORE)) == {A.SELF_ASSESS}
    signed = replace(BEFORE, state=S.SELF_ASSESSED, today=date(2026, 12, 1))
    assert set(offered(planner, signed)) == {A.APPROVE, A.SEND_BACK}
    assert set(offered(officer, replace(signed, moved=True))) == {A.SELF_ASSESS}
    assert "14/12/2026" in offered(planner, signed)[A.APPROVE]
    approved = replace(BEFORE, state=S.APPROVED)
    assert set(offered(planner, approved)) == {A.REOPEN, A.LIST}
    assert offered(officer, approved) == {}
    assert offered(Viewer("x", Role.ANALYST), approved) == {}
