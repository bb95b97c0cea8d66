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

A fall is called one only if it is beyond chance twice over, each at 2.5 %: against
the place itself (the exact interval of its ratio lies below 1) and against the
course of the control (`geo.significance.fall_p`, exact also where the control is
small). So where all of a province falls by half no place is praised for it.

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
from numpy.typing import ArrayLike

from geo.cluster_shapes import Days, as_days
from geo.crs import BoolArray, earth_xyz
from geo.errors import ClusterError
from geo.records import CountChange, Period
from geo.significance import LEVEL, count_change, fall_p
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
    "evaluate_circle",
    "evaluate_counts",
    "evaluate_parts",
]

MIN_COUNT = 6
"""Fewest records of A, before and after together, that can show any change.

Even if all of five came before, the exact interval of the ratio reaches 1. For the
same reason a ring of fewer cannot show that anything moved there, nor that it did not.
"""

MIN_CONTROL = 20
"""Fewest records of the control in either window; fewer are no yardstick (± 45 %)."""

DEFAULT_RING_M = 600.0
"""Width of the ring: with a radius of 300 m it reaches as far as a shift (3 radii)."""


_BANDS = (
    *(Verdict.STRONG_DIFFUSION, Verdict.DIFFUSION, Verdict.NEITHER),
    *(Verdict.DISPLACEMENT, Verdict.FULL_DISPLACEMENT),
)


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
    A0/C0 - A1/C1, above 0 where the place fell by more than the control. `net` is
    how many records fewer (if negative: more) place and ring together had after
    than before against the course of the control: (A0 + B0) C1/C0 - (A1 + B1).
    `wdq` is None without success. What cannot be computed is None. `ring_shown`
    tells whether the ring changed against the control by more than chance; without
    it the words on displacement and diffusion are to be called weak.
    """

    days: int
    place: Counts
    ring: Counts
    control: Counts
    change: CountChange
    ring_change: CountChange
    success: float | None
    wdq: float | None
    net: float | None
    ring_shown: bool
    verdict: Verdict

    @property
    def ring_speaks(self) -> bool:
        """Whether the verdict says something of the ring, so that the quotient is to be told."""
        return self.verdict in _BANDS

    @property
    def ring_is_weak(self) -> bool:
        """Whether what the verdict says of the ring could be chance."""
        return self.ring_speaks and not self.ring_shown


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
    in_control = ~(in_place | in_ring)
    days = as_days(days, distance_m.size)
    return evaluate_parts(in_place, in_ring, in_control, days, before=before, after=after)


def evaluate_parts(
    in_place: BoolArray,
    in_ring: BoolArray,
    in_control: BoolArray,
    days: Days,
    *,
    before: Period,
    after: Period,
) -> Evaluation:
    """Evaluate incidents of which each is known to lie in one of the parts, or in none.

    `days` are datetime64[D] of the same shape (n,), NaT where unknown.

    Raises
    ------
    ClusterError
        If the windows differ in length.
    """
    n_days = (before.end - before.start).days + 1
    if n_days < 1 or n_days != (after.end - after.start).days + 1:
        raise ClusterError("Hai khoảng thời gian so sánh phải dài bằng nhau. Hãy chọn lại.")
    early, late = days_within(days, before), days_within(days, after)
    place, ring, control = (
        Counts(int(np.sum(part & early)), int(np.sum(part & late)))
        for part in (in_place, in_ring, in_control)
    )
    return evaluate_counts(n_days, place, ring, control)


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
        net=(fell + ring_fell) / c0 if measured else None,
        ring_shown=measured and _differs(ring, control),
        verdict=_verdict(days, (place, ring, control), change, wdq),
    )


def _verdict(
    days: int, parts: tuple[Counts, Counts, Counts], change: CountChange, wdq: Fraction | None
) -> Verdict:
    place, ring, control = parts
    n_control = min(control.before, control.after)
    if days < MIN_DAYS or place.before + place.after < MIN_COUNT or n_control < MIN_CONTROL:
        return Verdict.TOO_FEW
    if wdq is None or place.after >= place.before:
        return Verdict.NO_REDUCTION
    if change.high is None or change.high >= 1 or not _fell(place, control):
        return Verdict.NOT_SHOWN
    return Verdict.RING_TOO_FEW if ring.before + ring.after < MIN_COUNT else _band(wdq)


def _band(wdq: Fraction) -> Verdict:
    if wdq > 0:
        return Verdict.STRONG_DIFFUSION if wdq > 1 else Verdict.DIFFUSION
    if wdq == 0:
        return Verdict.NEITHER
    return Verdict.DISPLACEMENT if wdq > -1 else Verdict.FULL_DISPLACEMENT


def _fell(part: Counts, control: Counts) -> bool:
    """Whether a part fell against the control by more than chance."""
    p_value = fall_p(part.before, part.after, control.before, control.after)
    return p_value < (1 - LEVEL) / 2


def _differs(part: Counts, control: Counts) -> bool:
    """Whether a part went otherwise than the control, either way, by more than chance."""
    back, control_back = (Counts(each.after, each.before) for each in (part, control))
    return _fell(part, control) or _fell(back, control_back)


def _require_widths(*widths_m: float) -> None:
    for width_m in widths_m:
        if not 0 < width_m < float("inf"):
            raise ClusterError(f"Bán kính {width_m} m không hợp lệ; hãy chọn số lớn hơn 0.")
