"""A map view against the days before it: what can be said to have changed, and what cannot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from geo.records import Period
from geo.significance import daily_rate_change
from geo.terms import HotspotStatus
from models import incident_counts
from models.data_ends import DataEnds, data_ends
from models.hotspot_marks import HotspotMark
from models.lifecycle import CLOSED, OPEN, add_months, status_at
from models.periods import year_before
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.overview import View, communes_of, filter_of, find_version, hotspots_in

BASES = ("before", "year")
"""What a view is held against: the days right before it, or the same days a year earlier."""

STRONG = 5
"""From this difference in cases on a commune takes the stronger colour."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases of a period: all of them, and by the commune of today in which they are known to be."""

    cases: int
    by_commune: dict[str, int]


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of how many days of either period there are data."""

    before_days: int
    after_days: int

    @property
    def can_compare(self) -> bool:
        """Whether there are data of both."""
        return self.before_days > 0 and self.after_days > 0


def base_period(period: Period, base: str) -> Period:
    """The period that another one is held against.

    A period that begins on a certain day of a month and ends right before that day of
    another one is preceded by as many months; any other by as many days.

    >>> from datetime import date
    >>> half = Period(date(2025, 12, 15), date(2026, 6, 14))
    >>> base_period(half, "before")
    Period(start=datetime.date(2025, 6, 15), end=datetime.date(2025, 12, 14))
    >>> base_period(Period(date(2026, 6, 1), date(2026, 6, 10)), "before").start.isoformat()
    '2026-05-22'
    >>> base_period(half, "year").end.isoformat()
    '2025-06-14'
    """
    if base == "year":
        return year_before(period)
    last = period.start - timedelta(days=1)
    months = _whole_months(period)
    if months:
        return Period(add_months(period.start, -months), last)
    return Period(last - (period.end - period.start), last)


def change_of(database: Database, viewer: Viewer, view: View, base: str) -> dict[str, Any]:
    """Cases by commune in both periods with the interval of their ratio; hotspots' changes.

    A day before the first record of a province or after its last one is no day without
    cases: rates are compared over the days of which there are data. Communes outside the
    viewer's scope are not told.
    """
    after = Period(view.since, view.until)
    before = base_period(after, base)
    with unit_of_work(database, viewer, read_only=True) as session:
        was, now = (_counts(session, viewer, view, days) for days in (before, after))
        ends = data_ends(session, viewer, after.end, view.province_code)
        version = find_version(session, viewer)
        spots = hotspots_in(session, viewer, view)
    provinces = communes_of(database, version.id, view.province_code) if version else {}
    exposures = {
        province: _exposure(ends, province, before, after) for province in set(provinces.values())
    }
    told = {
        code: _change(was.by_commune.get(code, 0), now.by_commune.get(code, 0), exposures[province])
        for code, province in provinces.items()
        if viewer.scope.covers(province, code)
    }
    whole = _change(was.cases, now.cases, _exposure(ends, view.province_code, before, after))
    return {
        "before": _days(before),
        "after": _days(after),
        "strong": STRONG,
        "total": whole,
        "communes": told,
        "verdicts": Counter(each["verdict"] for each in told.values()),
        "hotspots": [_spot(spot, before, after) for spot in spots],
    }


def _counts(session: Session, viewer: Viewer, view: View, days: Period) -> Counts:
    wanted = filter_of(replace(view, since=days.start, until=days.end))
    return Counts(
        incident_counts.totals(session, viewer, wanted).cases,
        incident_counts.counts_by_commune(session, viewer, wanted),
    )


def _days(period: Period) -> list[str]:
    return [period.start.isoformat(), period.end.isoformat()]


def _whole_months(period: Period) -> int:
    """How many months a period lasts, 0 where they are not whole."""
    after = period.end + timedelta(days=1)
    months = (after.year - period.start.year) * 12 + after.month - period.start.month
    return months if add_months(period.start, months) == after else 0


def _exposure(ends: DataEnds, province_code: str | None, before: Period, after: Period) -> Exposure:
    span = ends.span(province_code)
    return Exposure(_shared_days(span, before), _shared_days(span, after))


def _shared_days(span: Period | None, period: Period) -> int:
    if span is None:
        return 0
    first, last = max(span.start, period.start), min(span.end, period.end)
    return max(0, (last - first).days + 1)


def _change(before: int, after: int, exposure: Exposure) -> dict[str, Any]:
    """Counts, the days they were counted on, the interval of the ratio of their daily rates."""
    told: dict[str, Any] = {
        "n": [before, after],
        "days": [exposure.before_days, exposure.after_days],
    }
    if not exposure.can_compare:
        return told | {"verdict": "no_data"}
    expected = before * exposure.after_days / exposure.before_days
    told["difference"] = round(after - expected)
    if before + after == 0:
        return told | {"verdict": "none"}
    low, high = daily_rate_change(before, after, exposure.before_days, exposure.after_days)
    told["ratio"] = [round(low, 3), None if high is None else round(high, 3)]
    if low > 1:
        return told | {"verdict": "up"}
    return told | {"verdict": "down" if high is not None and high < 1 else "unsure"}


def _spot(spot: HotspotMark, before: Period, after: Period) -> dict[str, Any]:
    was, now = status_at(spot.events, before.end), status_at(spot.events, after.end)
    return {
        "ref": spot.ref,
        "source": spot.source,
        "was": was and was.value,
        "now": now and now.value,
        "change": _step(was, now),
    }


def _step(was: HotspotStatus | None, now: HotspotStatus | None) -> str:
    """What became of a hotspot: `opened`, `closed`, `back`, or nothing worth an arrow.

    >>> _step(HotspotStatus.CLEARED, HotspotStatus.RE_EMERGED)
    'back'
    """
    if now in OPEN and was is None:
        return "opened"
    if now in OPEN and was in CLOSED:
        return "back"
    if now in CLOSED and was not in CLOSED:
        return "closed"
    return "same"
