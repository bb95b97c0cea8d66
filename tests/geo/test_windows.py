"""Windows of equal length around a clearing and around a campaign."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ClusterError
from geo.records import Period
from geo.windows import campaign_windows, days_within, equal_windows

CLEARED = date(2026, 3, 1)
DAY = timedelta(days=1)


def length(period):
    return (period.end - period.start).days + 1


@given(st.integers(1, 900), st.integers(1, 400), st.integers(1, 900))
def test_windows_are_equal_and_touch_the_day_of_the_event(later, max_days, earlier):
    before, after = equal_windows(
        CLEARED, CLEARED + later * DAY, max_days, first_day=CLEARED - earlier * DAY
    )
    assert length(before) == length(after) == min(later, max_days, earlier)
    assert (before.end, after.start) == (CLEARED - DAY, CLEARED + DAY)


def test_without_bounds_the_windows_reach_to_the_last_day():
    before, after = equal_windows(CLEARED, date(2027, 3, 1), None)
    assert (before.start, after.end) == (date(2025, 3, 1), date(2027, 3, 1))


@pytest.mark.parametrize(
    ("last", "first"), [(CLEARED, None), (CLEARED - DAY, None), (date(2026, 9, 1), CLEARED)]
)
def test_no_day_on_one_side_is_told(last, first):
    with pytest.raises(ClusterError, match="01/03/2026"):
        equal_windows(CLEARED, last, first_day=first)


def test_unknown_days_lie_in_no_window():
    days = np.array(["2026-03-01", "2026-03-03", "NaT"], dtype="datetime64[D]")
    assert days_within(days, Period(CLEARED, CLEARED + DAY)).tolist() == [True, False, False]


def test_campaign_of_two_months_is_held_against_two_months():
    found = campaign_windows(date(2026, 3, 1), date(2026, 4, 30), date(2026, 12, 31))
    assert found.during == Period(date(2026, 3, 1), date(2026, 4, 30))
    assert found.before == found.baseline == Period(date(2025, 12, 30), date(2026, 2, 28))
    assert found.after == Period(date(2026, 5, 1), date(2026, 6, 30))


def test_campaign_of_a_week_is_held_against_a_month():
    found = campaign_windows(date(2026, 3, 1), date(2026, 3, 7), date(2026, 12, 31))
    assert length(found.before) == length(found.after) == 30
    assert length(found.baseline) == length(found.during) == 7


def test_campaign_of_a_year_is_held_against_half_a_year():
    found = campaign_windows(date(2024, 1, 1), date(2024, 12, 31), date(2026, 12, 31))
    assert length(found.before) == length(found.after) == 180
    assert length(found.baseline) == length(found.during) == 366


def test_after_a_campaign_only_the_days_gone_by_count():
    found = campaign_windows(date(2026, 3, 1), date(2026, 4, 30), date(2026, 5, 20))
    assert length(found.before) == length(found.after) == 20


def test_running_campaign_has_a_baseline_but_no_after():
    found = campaign_windows(date(2026, 3, 1), date(2026, 4, 30), date(2026, 3, 10))
    assert found.during == Period(date(2026, 3, 1), date(2026, 3, 10))
    assert length(found.baseline) == 10
    assert (found.before, found.after) == (None, None)


def test_campaign_that_ends_before_it_starts_is_refused():
    with pytest.raises(ClusterError, match="trước ngày bắt đầu"):
        campaign_windows(date(2026, 3, 1), date(2026, 2, 1), date(2026, 12, 31))


def test_campaign_that_has_not_started_cannot_be_judged():
    with pytest.raises(ClusterError, match="khi đợt đã bắt đầu"):
        campaign_windows(date(2026, 3, 1), date(2026, 4, 1), date(2026, 2, 1))


def test_a_campaign_right_after_the_records_begin_has_nothing_to_be_held_against():
    """Days before the first record are not days without incidents."""
    days = date(2026, 3, 1), date(2026, 3, 31), date(2026, 12, 31)
    reaching = campaign_windows(*days, first_day=date(2026, 1, 29))
    short = campaign_windows(*days, first_day=date(2026, 1, 30))
    none = campaign_windows(*days, first_day=date(2026, 3, 1))
    assert reaching.baseline == Period(date(2026, 1, 29), date(2026, 2, 28))
    assert (short.baseline, short.before) == (None, Period(date(2026, 1, 30), date(2026, 2, 28)))
    assert (none.baseline, none.before, none.after) == (None, None, None)
