"""Windows of equal length around a clearing or a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from geo.cluster_shapes import Days
from geo.crs import BoolArray
from geo.errors import ClusterError
from geo.records import Period

MAX_DAYS = 180
"""Longest window: the watch period of six months, so that seasons stay comparable."""

MIN_DAYS = 30
"""Shortest window that is judged; a campaign of a few days is held against a month."""


@dataclass(frozen=True, slots=True)
class CampaignWindows:
    """Windows to judge a campaign by.

    `during` are its days so far, `baseline` as many days right before it: these
    two are to be compared for the effect while it ran; None where the records
    begin later than that, for days without records are not days without incidents.
    `before` and `after` are of equal length and compared for what stayed; None
    while nothing came after, or no day of records before.
    """

    baseline: Period | None
    during: Period
    before: Period | None
    after: Period | None


def equal_windows(
    event_day: date,
    last_day: date,
    max_days: int | None = MAX_DAYS,
    *,
    first_day: date | None = None,
) -> tuple[Period, Period]:
    """Two windows of equal length on both sides of a day that is in neither.

    The later one begins on the day after the event and ends at `last_day` at the
    latest; both have at most `max_days` days, and the earlier one begins no
    earlier than `first_day`, where the records begin.

    Raises
    ------
    ClusterError
        If not one day lies between the event and either end.

    Examples
    --------
    >>> before, after = equal_windows(date(2026, 3, 1), date(2026, 3, 11))
    >>> before.start.isoformat(), before.end.isoformat(), after.start.isoformat()
    ('2026-02-19', '2026-02-28', '2026-03-02')
    """
    return _windows_around(event_day, event_day, last_day, max_days, first_day)


def campaign_windows(
    starts_on: date,
    ends_on: date,
    last_day: date,
    max_days: int = MAX_DAYS,
    *,
    first_day: date | None = None,
) -> CampaignWindows:
    """Windows before, during and after a campaign, as far as `last_day` allows.

    Before and after are as long as the campaign, but at least `MIN_DAYS` (a week
    is too short a yardstick), at most `max_days` (the far past does not speak for
    the days before) and no longer than what has gone by since, or than the records,
    which begin with `first_day`. `during` has all days so far, `baseline` as many.

    Raises
    ------
    ClusterError
        If the campaign ends before it starts or has not started by `last_day`.
    """
    if ends_on < starts_on:
        raise ClusterError(
            f"Đợt cao điểm kết thúc ngày {ends_on:%d/%m/%Y} trước ngày bắt đầu"
            f" {starts_on:%d/%m/%Y}. Hãy sửa lại hai ngày này."
        )
    if last_day < starts_on:
        raise ClusterError(
            f"Đợt cao điểm bắt đầu ngày {starts_on:%d/%m/%Y}, sau ngày cuối của dữ liệu"
            f" {last_day:%d/%m/%Y}. Hãy đánh giá khi đợt đã bắt đầu."
        )
    during = Period(starts_on, min(ends_on, last_day))
    baseline = _days_before(starts_on, (during.end - during.start).days + 1, first_day)
    wanted = max(MIN_DAYS, (ends_on - starts_on).days + 1)
    try:
        before, after = _windows_around(
            starts_on, ends_on, last_day, min(wanted, max_days), first_day
        )
    except ClusterError:
        return CampaignWindows(baseline, during, None, None)
    return CampaignWindows(baseline, during, before, after)


def days_within(days: Days, period: Period) -> BoolArray:
    """Which of some days lie in a period; unknown ones (NaT) in none."""
    found: BoolArray = (days >= np.datetime64(period.start)) & (days <= np.datetime64(period.end))
    return found


def _windows_around(
    first_out: date, last_out: date, last_day: date, max_days: int | None, first_day: date | None
) -> tuple[Period, Period]:
    """Equal windows up to the day before `first_out` and from the day after `last_out`."""
    n_days = (last_day - last_out).days
    if max_days is not None:
        n_days = min(n_days, max_days)
    if first_day is not None:
        n_days = min(n_days, (first_out - first_day).days)
    if n_days < 1:
        raise ClusterError(
            f"Không có ngày nào để so sánh trước {first_out:%d/%m/%Y} và sau {last_out:%d/%m/%Y}."
            " Hãy đợi đến khi có dữ liệu ở cả hai phía."
        )
    day, span = timedelta(days=1), timedelta(days=n_days)
    return Period(first_out - span, first_out - day), Period(last_out + day, last_out + span)


def _days_before(day: date, n_days: int, first_day: date | None) -> Period | None:
    """The days right before one, None where the records do not reach back to them."""
    start = day - timedelta(days=n_days)
    if first_day is not None and start < first_day:
        return None
    return Period(start, day - timedelta(days=1))
