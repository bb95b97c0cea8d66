"""What two people do with the same assessment at the same time, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from geo.standing_terms import AssessmentAction
from models import indicators
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.assessed_commune import (
    AT,
    CLEAN,
    NATION,
    PLANNER,
    QUIET_CODE,
    QUIET_OFFICER,
    YEAR,
    act,
    declared,
    later,
)
from tests.webapp.seeded_site import seed_site
from webapp.services import assessment_batches, declare
from webapp.services.assessment_actions import Typed
from webapp.services.declare import Sent
from webapp.services.standing import commune_standings

A = AssessmentAction
SOON_S = 0.4
"""Long enough for another transaction to run into a lock."""


@pytest.fixture
def site(database: Database) -> Database:
    seed_site(database)
    declared(database)
    return database


def test_what_was_just_sent_back_is_not_approved_with_the_rest(site: Database) -> None:
    act(site, QUIET_OFFICER, A.SELF_ASSESS)
    at = later(days=1)
    with ThreadPoolExecutor(1) as elsewhere:
        with unit_of_work(site, LOCAL_OPERATOR) as session:
            done = assessment_batches.take_steps(
                session,
                PLANNER,
                "51",
                YEAR,
                action=A.SEND_BACK,
                codes=[QUIET_CODE],
                typed=Typed(reason="Thiếu số liệu."),
                at=at,
            )
            approved = elsewhere.submit(
                assessment_batches.approve_signed, site, PLANNER, "51", YEAR, at=at
            )
            threading.Event().wait(SOON_S)
        batch = approved.result(timeout=30)

    assert done.taken == (QUIET_CODE,)
    assert batch.taken == ()
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = commune_standings(session, NATION, YEAR, today=at.date())
    assert found[QUIET_CODE].state.value == "returned"


def test_of_two_declarations_the_second_is_shown_the_first(site: Database) -> None:
    form = declare.open_form(site, PLANNER, QUIET_CODE, YEAR, AT.date())
    started, at = threading.Event(), later(days=1)

    def send(users: str) -> declare.Declared:
        started.set()
        sent = Sent({**CLEAN, "users": users}, form.seen, confirmed=True)
        return declare.declare(site, PLANNER, QUIET_CODE, YEAR, sent, at=at)

    with ThreadPoolExecutor(2) as people:
        both = [people.submit(send, users) for users in ("4", "7")]
        results = [each.result(timeout=30) for each in both]

    assert sorted(each.is_conflict for each in results) == [False, True]
    kept = "4" if not results[0].is_conflict else "7"
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        (row,) = indicators.find_indicators(session, NATION, YEAR, QUIET_CODE)
    assert str(row.users) == kept


def test_what_is_signed_is_what_was_declared_by_then(site: Database) -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        with unit_of_work(site, LOCAL_OPERATOR) as session:
            indicators.keep_others_from_declaring(session, PLANNER)
            indicators.find_indicators(session, PLANNER, YEAR)
            signed = elsewhere.submit(act, site, QUIET_OFFICER, A.SELF_ASSESS)
            threading.Event().wait(SOON_S)
            assert not signed.done()
        assert signed.result(timeout=30).cls == "drug_free"
