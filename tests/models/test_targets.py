"""The yearly roadmap: who enters it, what holds, and that nothing is rewritten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import targets
from models.errors import ConflictError, InvalidValueError, NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import ANALYST, NOON, OFFICER, PLANNER, PLANNER_01, PLANNER_51

PLAN = "Kế hoạch 45/KH-UBND"


def enter(
    database: Database,
    shares: dict[int, float | None],
    *,
    viewer: Viewer = PLANNER,
    province: str | None = "51",
    days: int = 0,
    seen: int | None = None,
) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        at = NOON + timedelta(days=days)
        return targets.set_targets(session, viewer, province, shares, PLAN, at=at, seen=seen)


def held(database: Database, province: str | None = "51") -> dict[int, float | None]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = targets.standing_targets(session, OFFICER, province)
    return {year: target.share_percent for year, target in found.items()}


def test_a_roadmap_is_entered_and_read_by_everybody(database: Database) -> None:
    assert enter(database, {2026: 30.5, 2027: 35.0}, viewer=PLANNER_51) == 2

    assert held(database) == {2026: 30.5, 2027: 35.0}
    assert held(database, "01") == held(database, None) == {}


def test_only_what_differs_is_written_and_the_last_holds(database: Database) -> None:
    enter(database, {2026: 30.0, 2027: 35.0})
    assert enter(database, {2026: 30.0, 2027: 36.0}) == 1
    assert enter(database, {2026: 30.0, 2027: 36.0}) == 0

    assert held(database) == {2026: 30.0, 2027: 36.0}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        history = targets.target_history(session, OFFICER, "51")
    assert [t.share_percent for t in history] == [36.0, 35.0, 30.0]


def test_a_target_is_taken_back_by_an_empty_share(database: Database) -> None:
    enter(database, {2026: 30.0, 2027: 35.0})

    assert enter(database, {2026: None, 2028: None}) == 1
    assert held(database) == {2027: 35.0}


def test_the_roadmap_is_told_as_it_was_known_at_a_moment(database: Database) -> None:
    enter(database, {2026: 30.0})
    enter(database, {2026: 40.0}, days=10)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        then = targets.standing_targets(session, OFFICER, "51", known_at=NOON + timedelta(days=5))

    assert then[2026].share_percent == 30.0


@pytest.mark.parametrize(
    ("viewer", "province"),
    [(PLANNER_01, "51"), (PLANNER_51, None), (ANALYST, "51"), (OFFICER, "51")],
)
def test_nobody_enters_the_roadmap_of_others(
    database: Database, viewer: Viewer, province: str | None
) -> None:
    with pytest.raises(NotAllowedError):
        enter(database, {2026: 30.0}, viewer=viewer, province=province)
    assert held(database, province) == {}


def test_the_nation_has_a_roadmap_of_its_own(database: Database) -> None:
    enter(database, {2030: 50.0}, province=None)

    assert held(database, None) == {2030: 50.0}
    assert held(database) == {}


@pytest.mark.parametrize("shares", [{2026: 100.5}, {2026: -1.0}, {1990: 10.0}])
def test_what_is_no_share_or_no_year_is_refused(
    database: Database, shares: dict[int, float | None]
) -> None:
    with pytest.raises(InvalidValueError):
        enter(database, shares)


def test_a_form_that_did_not_see_the_last_change_is_refused(database: Database) -> None:
    enter(database, {2026: 30.0}, seen=0)
    assert enter(database, {2026: 30.0}, seen=0) == 0
    with pytest.raises(ConflictError):
        enter(database, {2026: 31.0}, seen=0)

    assert held(database) == {2026: 30.0}
