"""Did it work, or did it only move next door? Before and after in equal windows.

A place that was cleared, or the area of a campaign, is A; the ring around it,
where what was driven out would go first, is B; all other records given, as a
rule those of the rest of the province, are the control C. With counts before
(0) and after (1), the Weighted Displacement Quotient of Bowers and Johnson is

    WDQ = (B1/C1 - B0/C0) / (A1/C1 - A0/C0)

Its denominator is negative where A fell by more than the control (success);
then a ring that rose against the control makes the quotient negative
(displacement), a ring that fell with A makes it positive (diffusion of
benefits). Without success it has no meaning and is not given.

Source: K. J. Bowers, S. D. Johnson, "Measuring the geographical displacement and
diffusion of benefit effects of crime prevention activity", Journal of
Quantitative Criminology 19 (2003) 275-301.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from geo.cluster_shapes import Days, as_days
from geo.crs import BoolArray, FloatArray, earth_xyz, metric_crs, require_degrees, to_metres
from geo.errors import ClusterError
from geo.records import CountChange, Period
from geo.significance import count_change
from geo.terms import Verdict
from geo.windows import (
    MAX_DAYS,
    MIN_DAYS,
    CampaignWindows,
    campaign_windows,
    days_within,
    equal_windows,
)

__all__ = [
    "MAX_DAYS",
    "MIN_DAYS",
    "CampaignWindows",
    "Counts",
    "Evaluation",
    "Verdict",
    "campaign_windows",
    "equal_windows",
    "evaluate_area",
    "evaluate_circle",
    "evaluate_counts",
]

MIN_COUNT = 6
"""Fewest records of A, before and after together, that can show any change.

Even if all of five came before, the exact interval of the ratio reaches 1.
"""

MIN_CONTROL = 20
"""Fewest records of the control in either window; fewer are no yardstick (± 45 %)."""

DEFAULT_RING_M = 600.0
"""Width of the ring: with a radius of 300 m it reaches as far as a shift (3 radii)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Verified incidents in the window before and in the one after."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Before and after of a place, of the ring around it and of the control.

    Both windows have `days` days. `change` and `ring_change` are the ratios after
    to before of place and ring with their exact 95 % intervals. `success` is
    A0/C0 - A1/C1, above 0 where the place fell by more than the control. `gross`
    is how many records fewer (if negative: more) the place had after than
    before; `net` the same for place and ring together against the course of the
    control: (A0 + B0) C1/C0 - (A1 + B1). `wdq` is None without success. What
    cannot be computed is None. `ring_shown` tells whether the ring changed
    against the control by more than chance; without it the words on
    displacement and diffusion are to be called weak.
    """

    days: int
    place: Counts
    ring: Counts
    control: Counts
    change: CountChange
    ring_change: CountChange
    success: float | None
    wdq: float | None
    gross: float | None
    net: float | None
    ring_shown: bool
    verdict: Verdict


def evaluate_circle(
    lon: float,
    lat: float,
    radius_m: float,
    ring_m: float,
    *,
    lons: ArrayLike,
    lats: ArrayLike,
    days: Sequence[date | None] | ArrayLike,
    before: Period,
    after: Period,
) -> Evaluation:
    """Evaluate a circle of `radius_m` metres around a point and a ring `ring_m` wide.

    Parameters
    ----------
    lon, lat
        Centre in WGS 84 degrees.
    lons, lats, days
        Verified incidents, WGS 84 degrees, shape (n,); those beyond the ring are
        the control, so hand in those of the province. Unknown days never count.
    before, after
        Windows of equal length, see `equal_windows`.

    Raises
    ------
    ClusterError
        If a length is not positive or the windows differ in length.
    CrsError
        If the coordinates are no degrees.
    """
    _require_widths(radius_m, ring_m)
    here = earth_xyz([lon], [lat])
    distance_m = np.linalg.norm(earth_xyz(lons, lats) - here, axis=1)
    in_place = distance_m <= radius_m
    in_ring = (distance_m <= radius_m + ring_m) & ~in_place
    return _evaluated(in_place, in_ring, as_days(days, distance_m.size), before, after)


def evaluate_area(
    area: BaseGeometry,
    ring_m: float,
    *,
    lons: ArrayLike,
    lats: ArrayLike,
    days: Sequence[date | None] | ArrayLike,
    before: Period,
    after: Period,
) -> Evaluation:
    """Evaluate an area (polygons, WGS 84) and the ring `ring_m` metres wide around it.

    The ring is the area widened in metres, less the area itself; the other
    arguments and the errors are those of `evaluate_circle`.
    """
    _require_widths(ring_m)
    if area.is_empty or not shapely.get_dimensions(area) == 2:
        raise ClusterError("Địa bàn không có diện tích. Hãy chọn xã hoặc vẽ một vùng khép kín.")
    corners = shapely.get_coordinates(area)
    crs = metric_crs(corners[:, 0], corners[:, 1])

    def move(lonlat: FloatArray) -> FloatArray:
        return np.column_stack(to_metres(lonlat[:, 0], lonlat[:, 1], crs))

    place_m = shapely.transform(area, move)
    wide_m = shapely.buffer(place_m, ring_m)
    shapely.prepare([place_m, wide_m])
    lon, lat = require_degrees(lons, lats)
    x_m, y_m = to_metres(lon, lat, crs)
    in_place = shapely.intersects_xy(place_m, x_m, y_m)
    in_ring = shapely.intersects_xy(wide_m, x_m, y_m) & ~in_place
    return _evaluated(in_place, in_ring, as_days(days, lon.size), before, after)


def evaluate_counts(days: int, place: Counts, ring: Counts, control: Counts) -> Evaluation:
    """Judge counts of two windows of `days` days each.

    Examples
    --------
    >>> found = evaluate_counts(90, Counts(40, 10), Counts(20, 30), Counts(500, 500))
    >>> round(found.wdq, 3), found.verdict.value
    (-0.333, 'displacement')
    """
    c0, c1 = control.before, control.after
    change = count_change(place.before, place.after, days)
    ring_change = count_change(ring.before, ring.after, days)
    fell = place.before * c1 - place.after * c0
    ring_fell = ring.before * c1 - ring.after * c0
    wdq = Fraction(ring_fell, fell) if fell > 0 else None
    measured = c0 > 0 and c1 > 0
    return Evaluation(
        days=days,
        place=place,
        ring=ring,
        control=control,
        change=change,
        ring_change=ring_change,
        success=fell / (c0 * c1) if measured else None,
        wdq=float(wdq) if measured and wdq is not None else None,
        gross=float(place.before - place.after),
        net=(fell + ring_fell) / c0 if measured else None,
        ring_shown=measured and not _holds(ring_change, c1 / c0),
        verdict=_verdict(days, place, control, change, wdq),
    )


def _verdict(
    days: int, place: Counts, control: Counts, change: CountChange, wdq: Fraction | None
) -> Verdict:
    n_control = min(control.before, control.after)
    if days < MIN_DAYS or place.before + place.after < MIN_COUNT or n_control < MIN_CONTROL:
        return Verdict.TOO_FEW
    if wdq is None or place.after >= place.before:
        return Verdict.NO_REDUCTION
    return Verdict.NOT_SHOWN if _holds(change, 1.0) else _band(wdq)


def _band(wdq: Fraction) -> Verdict:
    if wdq > 0:
        return Verdict.STRONG_DIFFUSION if wdq > 1 else Verdict.DIFFUSION
    if wdq == 0:
        return Verdict.NEITHER
    return Verdict.DISPLACEMENT if wdq > -1 else Verdict.FULL_DISPLACEMENT


def _holds(change: CountChange, ratio: float) -> bool:
    """Whether a ratio lies within the interval of a change."""
    return change.low <= ratio and (change.high is None or ratio <= change.high)


def _evaluated(
    in_place: BoolArray, in_ring: BoolArray, days: Days, before: Period, after: Period
) -> Evaluation:
    n_days = (before.end - before.start).days + 1
    if n_days < 1 or n_days != (after.end - after.start).days + 1:
        raise ClusterError("Hai khoảng thời gian so sánh phải dài bằng nhau. Hãy chọn lại.")
    early, late = days_within(days, before), days_within(days, after)
    place, ring, control = (
        Counts(int(np.sum(part & early)), int(np.sum(part & late)))
        for part in (in_place, in_ring, ~(in_place | in_ring))
    )
    return evaluate_counts(n_days, place, ring, control)


def _require_widths(*widths_m: float) -> None:
    for width_m in widths_m:
        if not 0 < width_m < float("inf"):
            raise ClusterError(f"Bán kính {width_m} m không hợp lệ; hãy chọn số lớn hơn 0.")
