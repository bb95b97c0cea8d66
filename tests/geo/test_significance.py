"""Exact Poisson statistics against published tables, brute force and relations."""

from fractions import Fraction
from math import comb, exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ClusterError
from geo.significance import count_change, fall_p, rate_excess_p

counts = st.integers(0, 60)


@pytest.mark.parametrize(
    ("before", "after", "low_share", "high_share"),
    [(5, 5, 0.1871, 0.8129), (16, 4, 0.0573, 0.4366), (10, 0, 0.0, 0.3085)],
)
def test_interval_of_a_change_is_that_of_the_binomial_share(before, after, low_share, high_share):
    """Clopper and Pearson limits for 5 of 10, 4 of 20 and 0 of 10, as published."""
    change = count_change(before, after, 30)
    assert change.low == pytest.approx(low_share / (1 - low_share), rel=1e-3)
    assert change.high == pytest.approx(high_share / (1 - high_share), rel=1e-3)
    assert change.ratio == after / before


@pytest.mark.parametrize(
    ("table", "p"),
    [
        ((3, 1, 1, 3), 17 / 70),  # the lady tasting tea
        ((4, 0, 0, 4), 1 / 70),
        ((10, 2, 3, 15), 0.000465),  # convicted twins, Fisher 1935
        ((6, 0, 20, 20), 0.02458),
        ((0, 9, 500, 500), 1.0),
        ((0, 0, 0, 0), 1.0),
        ((0, 0, 500, 500), 1.0),
    ],
)
def test_a_fall_against_others_is_the_tail_of_the_exact_test(table, p):
    """Fisher, The Design of Experiments (1935), and The Logic of Inductive Inference (1935)."""
    assert fall_p(*table) == pytest.approx(p, rel=2e-3)


@given(counts, counts, counts, counts)
def test_the_tail_of_a_fall_is_that_of_counting_all_ways(before, after, others0, others1):
    part, early, total = before + after, before + others0, before + after + others0 + others1
    ways = sum(
        comb(early, k) * comb(total - early, part - k) for k in range(before, min(part, early) + 1)
    )
    expected = float(Fraction(ways, comb(total, part)))
    assert fall_p(before, after, others0, others1) == pytest.approx(expected, rel=1e-9)


def test_a_fall_against_very_many_others_is_held_against_their_course():
    """Of a million others half come before: the part's share is binomial."""
    tail = sum(comb(30, k) for k in range(21, 31)) / 2**30
    assert fall_p(21, 9, 500_000, 500_000) == pytest.approx(tail, rel=1e-3)


def test_change_from_nothing_has_no_ratio_and_no_upper_bound():
    change = count_change(0, 5, 90)
    assert (change.ratio, change.high) == (None, None)
    assert change.low > 0.9


def test_nothing_before_and_after_says_nothing():
    change = count_change(0, 0, 90)
    assert (change.ratio, change.low, change.high) == (None, 0.0, None)


@given(counts.filter(bool), counts.filter(bool))
def test_turning_time_round_inverts_the_change(before, after):
    there, back = count_change(before, after, 30), count_change(after, before, 30)
    assert there.low == pytest.approx(1 / back.high)
    assert there.low <= there.ratio <= there.high


@given(counts, counts, st.floats(0.01, 0.99))
def test_excess_over_a_counted_rate_is_the_binomial_tail(n, others, share):
    total = n + others
    tail = sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(n, total + 1))
    assert rate_excess_p(n, others, share) == pytest.approx(min(tail, 1.0), rel=1e-6)


@given(st.integers(0, 20), st.integers(1, 30))
def test_a_rate_known_from_very_many_records_is_as_good_as_known(n, mean):
    due = 1 - sum(exp(-mean) * mean**k / factorial(k) for k in range(n))
    assert rate_excess_p(n, 10_000 * mean, 1 / 10_001) == pytest.approx(due, rel=0.02, abs=1e-9)


@pytest.mark.parametrize(
    "senseless",
    [
        lambda: count_change(3, -1, 30),
        lambda: count_change(1, 1, -30),
        lambda: fall_p(3, -1, 5, 5),
        lambda: fall_p(3, 1, 5, -5),
        lambda: rate_excess_p(3, 1, 0.0),
        lambda: rate_excess_p(3, 1, 1.0),
        lambda: rate_excess_p(3, -1, 0.5),
    ],
)
def test_senseless_figures_are_refused(senseless):
    with pytest.raises(ClusterError, match="không hợp lệ"):
        senseless()
