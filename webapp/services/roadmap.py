"""The way to the target: at least half of the communes drug-free by the end of 2030.

Pure: what is planned by year follows from the first known share and what planners entered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from models.targets import Target

TARGET_SHARE = Fraction(1, 2)
TARGET_YEAR = 2030
"""The national target programme: at least 50 % of communes by the end of 2030."""


@dataclass(frozen=True, slots=True)
class PlannedShare:
    """The share of drug-free communes planned for the end of a year.

    `target` is what a planner entered; without one the share lies on the straight line
    between its neighbours, a stopgap that pages mark. `is_start`: the share reached in
    the first known year, from which the line starts and which plans nothing.
    """

    year: int
    share: Fraction
    target: Target | None = None
    is_start: bool = False


@dataclass(frozen=True, slots=True)
class Effort:
    """What is left to do: `n_needed` of the communes make the target, `n_more` are missing.

    `years_left` are the evaluation years after `base_year` up to the year of the target;
    `n_a_year` communes more in each of them reach it, None where no year is left.
    """

    base_year: int
    n_needed: int
    n_more: int
    years_left: int
    n_a_year: int | None


def plan_shares(
    first: tuple[int, Fraction] | None, targets: Mapping[int, Target]
) -> tuple[PlannedShare, ...]:
    """The planned share of every year from the first anchor to the year of the target.

    Parameters
    ----------
    first
        Year and share of the first evaluation year of which something is known.
    targets
        What planners entered, by year.

    Returns
    -------
    tuple[PlannedShare, ...]
        By year; empty where nothing is known and nothing entered. The line starts at the
        first known share; it never falls below it where that has passed the target.

    Examples
    --------
    >>> [(p.year, float(p.share)) for p in plan_shares((2028, Fraction(3, 10)), {})]
    [(2028, 0.3), (2029, 0.4), (2030, 0.5)]
    """
    anchors = {
        year: Fraction(str(target.share_percent)) / 100
        for year, target in targets.items()
        if target.share_percent is not None
    }
    if first is not None and first[0] < min(anchors, default=TARGET_YEAR + 1):
        anchors[first[0]] = first[1]
    if not anchors:
        return ()
    last = max(*anchors, TARGET_YEAR)
    if last not in anchors:
        anchors[last] = max(TARGET_SHARE, anchors[max(anchors)])
    return tuple(
        PlannedShare(
            year,
            _on_line(anchors, year),
            targets.get(year),
            is_start=year not in targets and first is not None and year == first[0],
        )
        for year in range(min(anchors), last + 1)
    )


def effort_left(base_year: int, n_drug_free: int, n_communes: int) -> Effort:
    """How many communes more a year reach the target.

    >>> effort_left(2026, 27, 102)
    Effort(base_year=2026, n_needed=51, n_more=24, years_left=4, n_a_year=6)
    """
    n_needed = math.ceil(n_communes * TARGET_SHARE)
    n_more = max(0, n_needed - n_drug_free)
    years_left = max(0, TARGET_YEAR - base_year)
    n_a_year = -(-n_more // years_left) if years_left else None
    return Effort(base_year, n_needed, n_more, years_left, n_a_year)


def share_words(share: Fraction, digits: int = 1) -> str:
    """A share in percent, cut and never rounded up: below the target never reads as on it.

    >>> share_words(Fraction(27, 102)), share_words(Fraction(4999, 10000)), share_words(Fraction(1))
    ('26,4 %', '49,9 %', '100,0 %')
    """
    whole, part = divmod(math.floor(share * 100 * 10**digits), 10**digits)
    return f"{whole},{part:0{digits}d} %"


def gap_words(gap: Fraction) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> gap_words(Fraction(-1, 8)), gap_words(Fraction(3, 100)), gap_words(Fraction(0))
    ('−12,5', '+3,0', '0,0')
    """
    tenths = math.floor(abs(gap) * 1000)
    sign = "" if tenths == 0 else "−" if gap < 0 else "+"
    return f"{sign}{tenths // 10},{tenths % 10}"


def _on_line(anchors: Mapping[int, Fraction], year: int) -> Fraction:
    if year in anchors:
        return anchors[year]
    before = max(known for known in anchors if known < year)
    after = min(known for known in anchors if known > year)
    rise = anchors[after] - anchors[before]
    return anchors[before] + rise * Fraction(year - before, after - before)
