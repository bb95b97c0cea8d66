"""Many assessments of a province approved at once: those that still hold, the others named."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from models.assessment_steps import latest_steps
from models.errors import ConflictError, NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
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
from tests.webapp.conftest import csrf_token, seen_in
from tests.webapp.seeded_site import settings
from webapp.app import create_app
from webapp.services.assessment_batches import SIGNED_SINCE, approve_signed
from webapp.services.standing import commune_standings

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def app(seeded_database: Database, tmp_path: Path) -> Flask:
    """The site three days after the evaluation year 2025 ended."""
    now = datetime(2025, 12, 17, 3, 0, tzinfo=UTC)
    return create_app(settings(tmp_path), seeded_database, now=lambda: now)


def states(database: Database) -> dict[str, AssessmentState]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = commune_standings(session, NATION, YEAR, today=later(days=1).date())
    return {code: each.state for code, each in found.items()}


def both_signed(database: Database) -> None:
    declared(database)
    declared(database, OFFICER, CODE, confirmed=True)
    act(database, QUIET_OFFICER, AssessmentAction.SELF_ASSESS)
    act(database, OFFICER, AssessmentAction.SELF_ASSESS, CODE)


def test_all_that_wait_and_hold_are_approved_and_the_rest_is_named(
    seeded_database: Database,
) -> None:
    both_signed(seeded_database)
    done = declared(seeded_database, at=later(hours=1), confirmed=True, dependents="3")
    assert done.form is None, done.form

    batch = approve_signed(seeded_database, PLANNER, "51", YEAR, at=later(days=1))

    assert batch.taken == (CODE,)
    assert [left.code for left in batch.left] == [QUIET_CODE]
    assert batch.left[0].reason
    assert states(seeded_database)[CODE] is AssessmentState.APPROVED
    assert states(seeded_database)[QUIET_CODE] is AssessmentState.SELF_ASSESSED


def test_what_is_approved_is_not_approved_again(seeded_database: Database) -> None:
    both_signed(seeded_database)
    first = approve_signed(seeded_database, PLANNER, "51", YEAR, at=later(days=1))
    again = approve_signed(seeded_database, PLANNER, "51", YEAR, at=later(days=2))

    assert set(first.taken) == {CODE, QUIET_CODE}
    assert (again.taken, again.left) == ((), ())


def test_officers_and_other_provinces_approve_nothing(seeded_database: Database) -> None:
    both_signed(seeded_database)
    for viewer in (OFFICER, Viewer("x", Role.PLANNER, Scope.provinces("66"))):
        with pytest.raises(NotAllowedError):
            approve_signed(seeded_database, viewer, "51", YEAR, at=later(days=1))


def test_a_planner_approves_from_the_page_of_the_province(
    signed_in: SignIn, seeded_database: Database
) -> None:
    both_signed(seeded_database)
    planner = signed_in("planner")
    page = planner.get("/provinces/51?period=2025").text
    assert re.search(r"Duyệt 2 bản còn đúng", page)

    form = {"csrf_token": csrf_token(page), "period": "2025", **seen_in(page, "/provinces/51/app")}
    done = planner.post("/provinces/51/approvals", data=form, follow_redirects=True)

    assert "Đã duyệt 2 xã." in done.text
    assert "bản tự đánh giá chờ duyệt" not in done.text


def test_of_a_batch_what_was_signed_since_the_page_was_opened_is_left(
    seeded_database: Database,
) -> None:
    both_signed(seeded_database)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        heads = latest_steps(session, LOCAL_OPERATOR, UnitLevel.COMMUNE, YEAR, province_code="51")
    first, second = sorted(heads.values(), key=lambda head: head.id)
    approve = approve_signed, (seeded_database, LOCAL_OPERATOR, "51", YEAR)

    with pytest.raises(ConflictError):
        approve[0](*approve[1], at=later(days=1), seen=-1)
    done = approve[0](*approve[1], at=later(days=1), seen=first.id)
    assert done.taken == (first.unit_code,)
    assert [(left.code, left.reason) for left in done.left] == [(second.unit_code, SIGNED_SINCE)]
