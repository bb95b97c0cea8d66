"""Assessments: the latest draft stands until signed; classes are for everybody."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from geo.records import Indicators, Period
from geo.terms import CommuneClass
from models import assessment_drafts, assessments
from models.criteria import Assessment, assess, load_ruleset
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.tables import assessments as table
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    EARLIER,
    NOON,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    draw_map,
)

RULES = load_ruleset("qd28_2025")
COUNTS = ("dependents", "users", "substitution", "home_rehab", "post_rehab", "use_dens")
MORE = ("offenders_arrested", "resident_offenders", "fugitives", "plants")


def assessed(code: str = "23401", period: Period = PERIOD, **figures: Any) -> Assessment:
    """The assessment of a commune with nothing but the figures given."""
    nothing: dict[str, Any] = dict.fromkeys((*COUNTS, *MORE), 0)
    nothing |= {"residents": 10_000, "plant_area_m2": 0.0, "on_key_route": False}
    return assess(RULES, Indicators(code, period, **(nothing | figures)))


def keep(database: Database, *results: Assessment) -> None:
    """Store assessments over a map."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        assessments.store_assessments(session, PLANNER, results, at=NOON)


def test_an_assessment_comes_back_whole_with_its_evidence(database: Database) -> None:
    given = assessed(use_dens=1, users=None)
    keep(database, given)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        stored = assessments.assessment_of(session, PLANNER, "23401", PERIOD)
    assert stored is not None
    stored = replace(stored, other_possible=given.other_possible)  # of a draft nobody asks it
    for field in fields(Assessment):
        assert getattr(stored, field.name) == getattr(given, field.name), field.name
    assert (stored.state, stored.assessed_at, stored.province_code) == ("draft", NOON, "51")


def test_a_new_draft_takes_the_place_of_the_old(database: Database) -> None:
    keep(database, assessed(), assessed("23402"), assessed(period=EARLIER))
    worse = assessed(use_dens=1)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        later = NOON + timedelta(days=1)
        assert assessments.store_assessments(session, PLANNER, [worse], at=later) == 1
        assert assessments.classes(session, PLANNER, PERIOD) == {
            "23401": worse.cls,
            "23402": CommuneClass.DRUG_FREE,
        }
        assert assessments.classes(session, PLANNER, EARLIER) == {"23401": CommuneClass.DRUG_FREE}


@pytest.mark.parametrize("state", ["self_assessed", "approved"])
def test_what_a_person_signed_stands(database: Database, state: str) -> None:
    keep(database, assessed())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(update(table).values(state=state))
        worse = [assessed(use_dens=1), assessed("23402")]
        assert assessments.store_assessments(session, PLANNER, worse, at=NOON) == 1
        found = assessments.classes(session, PLANNER, PERIOD)
        stored = assessments.assessment_of(session, PLANNER, "23401", PERIOD)
    assert found["23401"] is CommuneClass.DRUG_FREE
    assert stored is not None
    assert stored.state == state


def test_the_rule_set_of_the_period_speaks_unless_another_is_named(database: Database) -> None:
    other = replace(assessed(use_dens=1), ruleset="other")
    keep(database, assessed())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        later = NOON + timedelta(days=1)
        assessments.store_assessments(session, PLANNER, [other], at=later)
        usual = assessments.classes(session, PLANNER, PERIOD)
        named = assessments.classes(session, PLANNER, PERIOD, ruleset="other")
        stored = assessments.assessment_of(session, PLANNER, "23401", PERIOD)
    assert (usual, named) == ({"23401": CommuneClass.DRUG_FREE}, {"23401": other.cls})
    assert stored is not None
    assert stored.ruleset == "qd28_2025"


def test_what_was_signed_by_another_rule_set_stands_before_every_draft(database: Database) -> None:
    other = replace(assessed(use_dens=1), ruleset="other")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assessments.sign_assessment(session, PLANNER, other, at=NOON)
    keep(database, assessed())
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert assessments.classes(session, PLANNER, PERIOD) == {"23401": other.cls}


def test_drafts_of_what_nothing_is_known_of_go_and_signed_ones_stay(database: Database) -> None:
    keep(database, assessed(), assessed("23402"), assessed("00004"), assessed(period=EARLIER))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assessments.sign_assessment(session, PLANNER, assessed("23402"), at=NOON)
        gone = ["23401", "23402", "00004"]
        assessment_drafts.drop_drafts(session, PLANNER_51, PERIOD, gone)
        left = assessments.classes(session, PLANNER, PERIOD)
        earlier = assessments.classes(session, PLANNER, EARLIER)
    assert (sorted(left), sorted(earlier)) == (["00004", "23402"], ["23401"])


@pytest.mark.parametrize(
    ("viewer", "in_detail"),
    [
        (PLANNER, {"23401", "23402", "00004"}),
        (PLANNER_51, {"23401", "23402"}),
        (OFFICER, {"23401"}),
        (ANONYMOUS, set[str]()),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_classes_are_for_everybody_and_evidence_for_the_scope(
    database: Database, viewer: Viewer, in_detail: set[str]
) -> None:
    codes = ("23401", "23402", "00004")
    keep(database, *(assessed(code) for code in codes))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert set(assessments.classes(session, viewer, PERIOD)) == set(codes)
        found = {
            code
            for code in codes
            if assessments.assessment_of(session, viewer, code, PERIOD) is not None
        }
    assert found == in_detail


def test_nobody_assesses_a_commune_outside_the_scope(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        assert assessments.store_assessments(session, PLANNER_51, [assessed()]) == 1
        with pytest.raises(NotAllowedError, match="23401"):
            assessments.store_assessments(session, PLANNER_01, [assessed()])
        for viewer, code in ((ANALYST, "23401"), (OFFICER, "23402")):
            with pytest.raises(NotAllowedError):
                assessments.store_assessments(session, viewer, [assessed(code)])
        assert assessments.store_assessments(session, OFFICER, [assessed()]) == 1


def test_storing_nothing_stores_nothing(database: Database) -> None:
    keep(database)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert assessments.classes(session, PLANNER, PERIOD) == {}
        assert assessments.assessment_of(session, PLANNER, "23401", PERIOD) is None


def test_the_signed_class_outranks_drafts_by_any_rule_set(database: Database) -> None:
    free, grave = assessed(), assessed(dependents=90)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assessments.sign_assessment(session, PLANNER, free, at=NOON)
        later = replace(grave, ruleset="qd3122_2010")
        assessments.store_assessments(session, PLANNER, [grave, later])
        found = assessments.assessment_of(session, PLANNER, "23401", PERIOD)
        told = assessments.classes(session, PLANNER, PERIOD)

    assert found is not None
    assert (found.cls, found.state) == (free.cls, assessments.State.SELF_ASSESSED)
    assert told == {"23401": free.cls}


def test_what_goes_back_to_draft_is_replaced_by_the_next_calculation(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assessments.sign_assessment(session, PLANNER, assessed(), at=NOON)
        for state in (assessments.State.APPROVED, assessments.State.DRAFT):
            assessments.set_state(session, PLANNER, "23401", PERIOD, state)
        stored = assessments.store_assessments(session, PLANNER, [assessed(dependents=90)])
        told = assessments.classes(session, PLANNER, PERIOD)

    assert stored == 1
    assert told["23401"] is not CommuneClass.DRUG_FREE
