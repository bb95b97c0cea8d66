"""Did clearing a hotspot work: before and after, next door, and month by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np

from geo.campaign_areas import circle
from geo.cluster_shapes import Days
from geo.crs import FloatArray
from geo.displacement import DEFAULT_RING_M, Evaluation, equal_windows, evaluate_circle
from geo.errors import ClusterError
from geo.records import Period, Placement
from geo.register import DEFAULT_RADIUS_M
from models.data_ends import data_ends
from models.lifecycle import add_months
from models.nearby import incidents_near, located_incidents, located_span, reaches_beyond_scope
from models.session import Session
from models.viewers import ScopeKind, Viewer
from webapp.told import told

MONTHS_EITHER_SIDE = 12
WIDE_M = DEFAULT_RADIUS_M + DEFAULT_RING_M
"""How far the ring reaches from the place, in metres."""

WIDTH, HEIGHT, BASE, LEFT, TOP = 640.0, 190.0, 152.0, 34.0, 18.0
"""The drawing in pixels: its size, the line the bars stand on, the room beside and above."""

ONLY_OWN = told("Chỉ tính được với tài khoản thấy vụ việc của cả tỉnh.")
NOTHING_KNOWN = told("Tỉnh này chưa có vụ việc đã xác minh nào có vị trí để so sánh.")
NO_POINT = told("Điểm chưa có tọa độ riêng nên không đếm được vụ việc quanh nó.")


class Located(NamedTuple):
    """Incidents as parallel arrays; WGS 84 degrees, `days` datetime64[D]."""

    lons: FloatArray
    lats: FloatArray
    days: Days


@dataclass(frozen=True, slots=True)
class Bar:
    """A month in the drawing, in pixels; `label` where its name is written.

    `known` is false where no day of the month has data: its number is then no zero.
    """

    month: date
    n: int
    x: float
    y: float
    width: float
    height: float
    after: bool
    label: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class MonthlyBars:
    """Verified incidents by month; `cleared_x` is where the clearing stands."""

    bars: tuple[Bar, ...]
    marks: tuple[tuple[int, float], ...]
    cleared_x: float
    width: float = WIDTH
    height: float = HEIGHT
    base: float = BASE
    left: float = LEFT
    top: float = TOP
    data: Period | None = None

    @property
    def has_gaps(self) -> bool:
        """Whether there are months without data."""
        return not all(bar.known for bar in self.bars)


@dataclass(frozen=True, slots=True)
class ClearingReport:
    """One clearing held against what came after; `reason` says why nothing is computed.

    `ring_is_cut` where a part of the ring lies outside the viewer's scope.
    """

    cleared_on: date
    clearings: tuple[date, ...]
    radius_m: float
    ring_m: float
    before: Period | None = None
    after: Period | None = None
    evaluation: Evaluation | None = None
    ring_is_cut: bool = False
    bars: MonthlyBars | None = None
    reason: str = ""


def report_clearing(
    session: Session,
    viewer: Viewer,
    place: Placement,
    clearings: Sequence[date],
    *,
    chosen: date | None,
    day: date,
) -> ClearingReport | None:
    """The clearing of a day, or the last one, as it looks on `day`; None if there was none.

    `place` is the place as the viewer may see it: where that is coarse, so are
    the counts, and nothing tells more of the point.
    """
    days = tuple(sorted({each for each in clearings if each <= day}))
    if not days:
        return None
    cleared_on = chosen if chosen in days else days[-1]
    plain = ClearingReport(cleared_on, days, DEFAULT_RADIUS_M, DEFAULT_RING_M)
    if place.lon is None or place.lat is None:
        return replace(plain, reason=NO_POINT)
    if viewer.scope.kind is ScopeKind.COMMUNE:
        return replace(plain, reason=ONLY_OWN)
    at = (place.lon, place.lat)
    plain = replace(plain, bars=_bars_around(session, viewer, place, cleared_on, day))
    span = located_span(session, viewer, place.province_code)
    if span is None:
        return replace(plain, reason=NOTHING_KNOWN)
    try:
        before, after = equal_windows(cleared_on, min(day, span.end), first_day=span.start)
    except ClusterError as error:
        return replace(plain, reason=str(error))
    both = Period(before.start, after.end)
    found = _around_and_elsewhere(session, viewer, place.province_code, at, both)
    is_cut = reaches_beyond_scope(session, viewer, circle(*at, WIDE_M))
    return _compared(replace(plain, ring_is_cut=is_cut), at, found, before, after)


def _around_and_elsewhere(
    session: Session,
    viewer: Viewer,
    province_code: str | None,
    at: tuple[float, float],
    span: Period,
) -> Located:
    """The incidents of a province, and those around the place whatever province they lie in."""
    found = located_incidents(session, viewer, province_code, span.start, span.end)
    near = incidents_near(session, viewer, *at, WIDE_M, since=span.start, until=span.end)
    inside = set(found.ids.tolist())
    beyond = [each for each in near if each.id not in inside]
    return Located(
        np.append(found.lons, [each.lon for each in beyond]),
        np.append(found.lats, [each.lat for each in beyond]),
        np.append(found.days, np.array([each.occurred_on for each in beyond], "datetime64[D]")),
    )


def _compared(
    plain: ClearingReport,
    at: tuple[float, float],
    found: Located,
    before: Period,
    after: Period,
) -> ClearingReport:
    """The report with the place, its ring and the rest of the province in both windows."""
    evaluation = evaluate_circle(
        *(*at, plain.radius_m, plain.ring_m),
        lons=found.lons,
        lats=found.lats,
        days=found.days,
        before=before,
        after=after,
    )
    return replace(plain, before=before, after=after, evaluation=evaluation)


def _bars_around(
    session: Session, viewer: Viewer, place: Placement, cleared_on: date, day: date
) -> MonthlyBars | None:
    if place.lon is None or place.lat is None:
        return None
    first = add_months(cleared_on.replace(day=1), -MONTHS_EITHER_SIDE)
    last = min(day, add_months(cleared_on.replace(day=28), MONTHS_EITHER_SIDE))
    at = (place.lon, place.lat)
    near = incidents_near(session, viewer, *at, DEFAULT_RADIUS_M, since=first, until=last)
    data = data_ends(session, viewer, day, place.province_code).span(place.province_code)
    return draw_months([each.occurred_on for each in near], first, last, cleared_on, data)


def draw_months(
    days: Sequence[date], first: date, last: date, cleared_on: date, data: Period | None
) -> MonthlyBars:
    """Bars of the months from `first` (the first of a month) to that of `last`.

    `data` are the days of which there are data; months wholly outside are not known.
    """
    months = [first]
    while add_months(months[-1], 1) <= last:
        months.append(add_months(months[-1], 1))
    counts = Counter(day.replace(day=1) for day in days)
    most = max(4, *(counts[month] for month in months))
    step = (WIDTH - LEFT) / len(months)
    scale = (BASE - TOP) / most
    begun = cleared_on.replace(day=1)
    bars = tuple(
        _bar(month, counts[month], i, step, scale, after=month > begun)
        for i, month in enumerate(months)
    )
    ticks = sorted({0, most // 2, most})
    marks = tuple((n, round(BASE - n * scale, 1)) for n in ticks)
    bars = tuple(replace(bar, known=bar.n > 0 or _is_known(bar.month, data)) for bar in bars)
    return MonthlyBars(bars, marks, _cleared_x(months, step, cleared_on), data=data)


def _is_known(month: date, data: Period | None) -> bool:
    return data is not None and data.start < add_months(month, 1) and month <= data.end


def _bar(month: date, n: int, place: int, step: float, scale: float, *, after: bool) -> Bar:
    height = round(n * scale, 1)
    label = f"{month.month}/{month.year}" if month.month in (1, 4, 7, 10) else ""
    gap = step * 0.16
    x, width = round(LEFT + place * step + gap, 1), round(step - 2 * gap, 1)
    return Bar(month, n, x, round(BASE - height, 1), width, height, after, label)


def _cleared_x(months: Sequence[date], step: float, cleared_on: date) -> float:
    month = cleared_on.replace(day=1)
    whole = (add_months(month, 1) - month).days
    return round(LEFT + (months.index(month) + (cleared_on.day - 0.5) / whole) * step, 1)
