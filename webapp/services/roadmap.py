"""The way to the target: at least half of the communes drug-free by the end of 2030.

Pure: what is planned by year follows from the first known share and what planners entered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from models.errors import InvalidValueError
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
    anchors = _anchors(first, targets)
    return tuple(
        PlannedShare(
            year,
            _on_line(anchors, year),
            targets.get(year),
            is_start=year not in targets and first is not None and year == first[0],
        )
        for year in _years(anchors)
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


class RoadmapDoubtError(InvalidValueError):
    """A roadmap that is stored only when whoever entered it says that it is meant."""


def roadmap_doubts(shares: Mapping[int, float | None]) -> tuple[str, ...]:
    """What in a roadmap by year can hardly be meant, as Vietnamese sentences.

    >>> roadmap_doubts({2028: 40.0, 2029: None, 2030: 35.0})[0]
    'Tỷ lệ giảm từ 40 % năm 2028 xuống 35 % năm 2030.'
    >>> roadmap_doubts({2029: 40.0, 2030: 50.0})
    ()
    """
    given = [(year, share) for year, share in sorted(shares.items()) if share is not None]
    told = [
        f"Tỷ lệ giảm từ {_percent(before)} năm {year} xuống {_percent(after)} năm {later}."
        for (year, before), (later, after) in pairwise(given)
        if after < before
    ]
    last = dict(given).get(TARGET_YEAR)
    if last is not None and last < 100 * TARGET_SHARE:
        told.append(
            f"Chỉ tiêu năm {TARGET_YEAR} là {_percent(last)}, thấp hơn mục tiêu ít nhất 50 % của "
            "Chương trình mục tiêu quốc gia."
        )
    return tuple(told)


def _percent(share: float) -> str:
    return f"{share:g} %".replace(".", ",")


def share_words(share: Fraction, digits: int = 1) -> str:
    """A share in percent, cut and never rounded up: below the target never reads as on it.

    >>> share_words(Fraction(27, 102)), share_words(Fraction(4999, 10000)), share_words(Fraction(1))
    ('26,4 %', '49,9 %', '100,0 %')
    """
    whole, part = divmod(math.floor(share * 100 * 10**digits), 10**digits)
    return f"{whole},{part:0{digits}d} %"


def gap_words(gap: Fraction) -> str:
    """A difference of shares in percentage points, with its sign; cut, never rounded away.

    >>> gap_words(Fraction(-1, 8)), gap_words(Fraction(3, 100)), gap_words(Fraction(0))
    ('−12,5', '+3,0', '0,0')
    >>> gap_words(Fraction(4998, 10000) - Fraction(1, 2))
    'kém dưới 0,1'
    """
    if gap == 0:
        return "0,0"
    tenths = math.floor(abs(gap) * 1000)
    if tenths == 0:
        return "kém dưới 0,1" if gap < 0 else "hơn dưới 0,1"
    return f"{'−' if gap < 0 else '+'}{tenths // 10},{tenths % 10}"


def _anchors(
    first: tuple[int, Fraction] | None, targets: Mapping[int, Target]
) -> dict[int, Fraction]:
    """Shares by year between which the plan is a straight line."""
    anchors = {
        year: Fraction(str(target.share_percent)) / 100
        for year, target in targets.items()
        if target.share_percent is not None
    }
    if first is not None and first[0] < min(anchors, default=TARGET_YEAR + 1):
        anchors[first[0]] = first[1]
    if anchors and max(anchors) < TARGET_YEAR:
        anchors[TARGET_YEAR] = max(TARGET_SHARE, anchors[max(anchors)])
    return anchors


def _years(anchors: Mapping[int, Fraction]) -> range:
    return range(min(anchors), max(anchors) + 1) if anchors else range(0)


def _on_line(anchors: Mapping[int, Fraction], year: int) -> Fraction:
    if year in anchors:
        return anchors[year]
    before = max(known for known in anchors if known < year)
    after = min(known for known in anchors if known > year)
    rise = anchors[after] - anchors[before]
    return anchors[before] + rise * Fraction(year - before, after - before)
