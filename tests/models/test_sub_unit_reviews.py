"""Quarterly reviews of hamlets: what holds, what was before, who may, stale forms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import sub_unit_reviews, sub_units
from models.errors import ConflictError, NotAllowedError
from models.periods import quarter_period
from models.session import Database, unit_of_work
from models.sub_unit_reviews import Answer, SubUnitReview
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import ANALYST, NOON, OFFICER, PLANNER, PLANNER_01, PLANNER_51, draw_map
from tests.models.test_sub_units import a_sub_unit, register

Q2, Q3 = quarter_period(2026, 2), quarter_period(2026, 3)


@pytest.fixture
def listed(database: Database) -> Database:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    register(database, a_sub_unit("Thôn 1"), a_sub_unit("Thôn 2"), a_sub_unit(code="00004"))
    return database


def ids(database: Database, code: str = "23401") -> list[int]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [unit.id for unit in sub_units.find_sub_units(session, PLANNER, code)]


def answer(
    database: Database,
    *answers: Answer,
    viewer: Viewer = OFFICER,
    seen: int | None = None,
    days: int = 0,
    late: bool = False,
) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return sub_unit_reviews.record_reviews(
            session,
            viewer,
            "23401",
            Q3 if late else Q2,
            answers,
            at=NOON + timedelta(days=days),
            seen=seen,
        )


def reviews(database: Database, viewer: Viewer = OFFICER) -> list[SubUnitReview]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return sub_unit_reviews.reviews_of_commune(session, viewer, "23401")


def test_the_officer_reviews_the_own_commune(listed: Database) -> None:
    one, two = ids(listed)
    assert answer(listed, Answer(one, drug_free=True), Answer(two, None, "chưa đi")) == 2

    held = sub_unit_reviews.standing_reviews(reviews(listed), Q2)
    assert [(held[i].drug_free, held[i].note) for i in (one, two)] == [
        (True, ""),
        (None, "chưa đi"),
    ]
    assert sub_unit_reviews.standing_reviews(reviews(listed), Q3) == {}


def test_the_same_answers_again_write_nothing_and_others_do_not_rewrite(listed: Database) -> None:
    one, _ = ids(listed)
    answer(listed, Answer(one, drug_free=True))
    assert answer(listed, Answer(one, drug_free=True), seen=0) == 0
    assert answer(listed, Answer(one, drug_free=False)) == 1

    assert [review.drug_free for review in reviews(listed)] == [True, False]
    assert sub_unit_reviews.standing_reviews(reviews(listed), Q2)[one].drug_free is False


def test_the_answer_of_the_quarter_before_is_offered_and_never_copied(listed: Database) -> None:
    one, _ = ids(listed)
    answer(listed, Answer(one, drug_free=True))
    found = reviews(listed)

    assert sub_unit_reviews.reviews_before(found, Q3)[one].drug_free is True
    assert sub_unit_reviews.reviews_before(found, Q2) == {}
    assert sub_unit_reviews.standing_reviews(found, Q3) == {}


@pytest.mark.parametrize(
    "viewer",
    [ANALYST, PLANNER_01, Viewer("other", Role.COMMUNE, Scope.commune("23402"))],
)
def test_nobody_reviews_a_commune_of_others(listed: Database, viewer: Viewer) -> None:
    one, _ = ids(listed)
    with pytest.raises(NotAllowedError):
        answer(listed, Answer(one, drug_free=True), viewer=viewer)


def test_a_planner_of_the_province_reviews_too_and_others_read_nothing(listed: Database) -> None:
    one, _ = ids(listed)
    assert answer(listed, Answer(one, drug_free=False), viewer=PLANNER_51) == 1

    assert reviews(listed, PLANNER_01) == []


def test_a_hamlet_of_another_commune_is_refused(listed: Database) -> None:
    (elsewhere,) = ids(listed, "00004")
    with pytest.raises(ConflictError):
        answer(listed, Answer(elsewhere, drug_free=True), viewer=PLANNER)


def test_a_form_that_did_not_see_another_answer_is_refused(listed: Database) -> None:
    one, two = ids(listed)
    answer(listed, Answer(one, drug_free=True), viewer=PLANNER_51)
    with pytest.raises(ConflictError):
        answer(listed, Answer(one, drug_free=False), Answer(two, drug_free=True), seen=0)
    assert answer(listed, Answer(two, drug_free=True), seen=0) == 1

    assert len(reviews(listed)) == 2


def test_reviews_are_told_as_they_were_known_at_a_moment(listed: Database) -> None:
    one, _ = ids(listed)
    answer(listed, Answer(one, drug_free=True))
    answer(listed, Answer(one, drug_free=False), days=10)
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        then = sub_unit_reviews.reviews_of_commune(
            session, OFFICER, "23401", known_at=NOON + timedelta(days=5)
        )

    assert [review.drug_free for review in then] == [True]
