"""Exact Poisson statistics against published tables, brute force and relations."""

from math import comb, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ClusterError
from geo.significance import count_change, excess_p, poisson_interval, rate_excess_p

counts = st.integers(0, 60)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (2, 0.242, 7.225),
        (5, 1.623, 11.668),
        (10, 4.795, 18.390),
        (20, 12.217, 30.888),
        (100, 81.36, 121.63),
    ],
)
def test_interval_of_a_count_is_that_of_the_published_table(n, low, high):
    """95 % limits of Garwood (1936), as tabulated in textbooks of epidemiology."""
    assert poisson_interval(n) == pytest.approx((low, high), rel=2e-3)


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
    ("n", "expected", "p"),
    [(3, 1.0, 0.0803), (10, 5.0, 0.0318), (1, 0.5, 0.3935), (5, 2.0, 0.0527), (0, 0.0, 1.0)],
)
def test_excess_is_the_tail_of_the_poisson_table(n, expected, p):
    assert excess_p(n, expected) == pytest.approx(p, abs=5e-5)


def test_anything_is_an_excess_where_nothing_is_due():
    assert excess_p(1, 0.0) == 0.0


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


@given(st.integers(0, 20), st.integers(0, 30))
def test_a_rate_known_from_very_many_records_is_as_good_as_known(n, mean):
    others = 10_000 * mean
    assert rate_excess_p(n, others, 1 / 10_001) == pytest.approx(
        excess_p(n, float(mean)), rel=0.02, abs=1e-9
    )


@given(counts, st.floats(0, 50), st.floats(0, 5))
def test_excess_grows_likelier_with_the_mean_and_rarer_with_the_count(n, expected, more):
    assert excess_p(n + 1, expected) <= excess_p(n, expected) <= excess_p(n, expected + more)


def test_a_wider_level_gives_a_wider_interval():
    narrow, wide = poisson_interval(7, 0.9), poisson_interval(7, 0.99)
    assert wide[0] < narrow[0] < 7 < narrow[1] < wide[1]


@pytest.mark.parametrize(
    "senseless",
    [
        lambda: poisson_interval(-1),
        lambda: poisson_interval(3, 1.0),
        lambda: count_change(3, -1, 30),
        lambda: count_change(1, 1, -30),
        lambda: excess_p(3, -0.1),
        lambda: excess_p(3, nan),
        lambda: excess_p(3, inf),
        lambda: rate_excess_p(3, 1, 0.0),
        lambda: rate_excess_p(3, 1, 1.0),
        lambda: rate_excess_p(3, -1, 0.5),
    ],
)
def test_senseless_figures_are_refused(senseless):
    with pytest.raises(ClusterError, match="không hợp lệ"):
        senseless()
