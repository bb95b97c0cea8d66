"""The roadmap between the first known share and the target, and what is left to do."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidValueError
from models.targets import Target
from tests.models.specimens import NOON
from webapp.services.roadmap import (
    TARGET_SHARE,
    PlannedShare,
    effort_left,
    gap_words,
    plan_shares,
    share_words,
)
from webapp.services.roadmap_entry import read_share

shares = st.fractions(min_value=0, max_value=1)


def target(year: int, share: float) -> Target:
    return Target(year, "51", year, share, "KH 45", NOON, "planner")


def percents(plan: tuple[PlannedShare, ...]) -> dict[int, float]:
    return {one.year: float(one.share * 100) for one in plan}


def test_without_a_roadmap_a_straight_line_leads_to_half_in_2030() -> None:
    plan = plan_shares((2025, Fraction(1, 4)), {})

    assert percents(plan) == {2025: 25, 2026: 30, 2027: 35, 2028: 40, 2029: 45, 2030: 50}
    assert all(one.target is None for one in plan)


def test_entered_years_stand_and_the_others_lie_between_them() -> None:
    entered = {2027: target(2027, 40.0), 2029: target(2029, 44.5)}
    plan = plan_shares((2025, Fraction(1, 4)), entered)

    assert percents(plan) == {2025: 25, 2026: 32.5, 2027: 40, 2028: 42.25, 2029: 44.5, 2030: 50}
    assert [one.year for one in plan if one.target] == [2027, 2029]


def test_a_target_for_the_first_known_year_outranks_the_share_reached() -> None:
    plan = plan_shares((2026, Fraction(1, 10)), {2026: target(2026, 20.0)})

    assert percents(plan)[2026] == 20


def test_a_share_beyond_the_target_is_kept_and_does_not_fall_to_it() -> None:
    assert set(percents(plan_shares((2026, Fraction(3, 5)), {})).values()) == {60}


def test_nothing_known_and_nothing_entered_is_no_plan() -> None:
    assert plan_shares(None, {}) == ()
    assert percents(plan_shares(None, {2030: target(2030, 55.0)})) == {2030: 55}


@given(st.integers(2020, 2029), shares)
def test_the_line_never_falls_and_ends_at_the_target_or_above(year: int, share: Fraction) -> None:
    plan = plan_shares((year, share), {})
    drawn = [one.share for one in plan]

    assert drawn == sorted(drawn)
    assert drawn[-1] == max(share, TARGET_SHARE)


@pytest.mark.parametrize(
    ("n_drug_free", "n_communes", "n_more"), [(27, 102, 24), (51, 102, 0), (50, 101, 1), (0, 1, 1)]
)
def test_half_of_an_odd_number_is_rounded_up(
    n_drug_free: int, n_communes: int, n_more: int
) -> None:
    assert effort_left(2025, n_drug_free, n_communes).n_more == n_more


@given(st.integers(0, 3000), st.integers(1, 3321), st.integers(2021, 2029))
def test_so_many_more_a_year_reach_the_target(n: int, total: int, year: int) -> None:
    effort = effort_left(year, min(n, total), total)

    assert effort.n_a_year is not None
    assert 2 * (min(n, total) + effort.n_a_year * effort.years_left) >= total


def test_after_the_last_year_nothing_is_divided() -> None:
    assert effort_left(2030, 10, 100).n_a_year is None


def test_a_share_below_the_target_never_reads_as_on_it() -> None:
    assert share_words(Fraction(49_999, 100_000)) == "49,9 %"
    assert share_words(Fraction(1, 2)) == "50,0 %"
    assert gap_words(Fraction(-1, 10_000)) == "kém dưới 0,1"
    assert gap_words(Fraction(0)) == "0,0"


@pytest.mark.parametrize(("typed", "share"), [("", None), ("35", 35.0), (" 37,5 %", 37.5)])
def test_a_share_is_read_as_it_is_written(typed: str, share: float | None) -> None:
    assert read_share(2027, typed) == share


@pytest.mark.parametrize("typed", ["100,1", "-3", "ba mươi", "1e2", "12.345", "٣"])
def test_what_is_no_share_is_refused_with_the_year(typed: str) -> None:
    with pytest.raises(InvalidValueError, match="2027"):
        read_share(2027, typed)
