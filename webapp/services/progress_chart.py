"""The chart of progress: shares by year against the roadmap, in pixels, told apart in grey."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import shapely
from shapely.geometry.base import BaseGeometry

from webapp.rule_words import known_words
from webapp.services.progress_history import PeriodCount
from webapp.services.roadmap import TARGET_SHARE, TARGET_YEAR, PlannedShare, share_words
from webapp.told import Told, told

_TOP_PX, _BOTTOM_PX, _RIGHT_PX, _LEFT_PX = 26, 28, 18, 46
_STEP = Fraction(1, 10)
_PX_PER_YEAR_NAME = 44
_LETTER_PX, _ABOVE_PX, _BELOW_PX = 6.8, -11.0, 20.0
_UNDER_BASELINE_PX, _OVER_BASELINE_PX = 3.0, 11.0
"""Width of a letter of a label, its baselines from the mark, and its height around them."""


_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One share on the chart; `label`, beside it, is empty where it would lie on a line.

    `label_y` is the baseline of the label; it begins at the mark where `starts`, else
    the mark is its middle.
    """

    x: float
    y: float
    title: str
    label: str = ""
    label_y: float = 0.0
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its word."""

    at: float
    word: str


@dataclass(frozen=True, slots=True)
class ProgressChart:
    """What a template draws.

    `line` joins the years that have ended, `open_line` goes on to the running one; `years`
    are their marks, `running` and `halves` the provisional ones. `plan` is the roadmap,
    `entered` its years that a planner entered.
    """

    width: int
    height: int
    left: int
    right: float
    base: float
    line: str
    open_line: str
    plan: str
    years: tuple[Mark, ...]
    running: tuple[Mark, ...]
    halves: tuple[Mark, ...]
    entered: tuple[Mark, ...]
    grid: tuple[Tick, ...]
    names: tuple[Tick, ...]
    target_y: float


@dataclass(frozen=True, slots=True)
class _Scale:
    first_year: int
    last_year: int
    most: Fraction
    width: int
    height: int

    def x(self, year: float) -> float:
        room = self.width - _LEFT_PX - _RIGHT_PX
        span = max(1, self.last_year - self.first_year)
        return round(_LEFT_PX + room * (year - self.first_year) / span, 1)

    def y(self, share: Fraction) -> float:
        room = self.height - _TOP_PX - _BOTTOM_PX
        return round(_TOP_PX + room * float(1 - share / self.most), 1)


def draw_progress(
    counts: Sequence[PeriodCount], plan: Sequence[PlannedShare], width: int, height: int
) -> ProgressChart | None:
    """Draw what is known and planned; None where there is neither."""
    known = [(count, count.total.share) for count in counts]
    shares = [(count, share) for count, share in known if share is not None]
    if not shares and not plan:
        return None
    scale = _scale([(c.year, s) for c, s in shares], plan, width, height)
    ended = [(c, s) for c, s in shares if not c.provisional]
    running = [(c, s) for c, s in shares if c.provisional and not c.is_half]
    halves = [(c, s) for c, s in shares if c.is_half]
    # The running year goes on from the last one that ended.
    bridge = [*ended[-1:], *running] if running else []
    drawn = [(scale.x(c.year), scale.y(s)) for c, s in (*ended, *running)]
    planned = [(scale.x(p.year), scale.y(p.share)) for p in plan]
    marks = _labelled([_mark(scale, c, s) for c, s in (*ended, *running)], drawn, planned, height)
    return ProgressChart(
        width=width,
        height=height,
        left=_LEFT_PX,
        right=width - _RIGHT_PX,
        base=float(height - _BOTTOM_PX),
        line=_points([(scale.x(c.year), scale.y(s)) for c, s in ended]),
        open_line=_points([(scale.x(c.year), scale.y(s)) for c, s in bridge]),
        plan=_points(planned),
        years=marks[: len(ended)],
        running=marks[len(ended) :],
        halves=tuple(replace(_mark(scale, c, s), label="") for c, s in halves),
        entered=tuple(_planned(scale, p) for p in plan if p.target is not None),
        grid=_grid(scale),
        names=_year_names(scale),
        target_y=scale.y(TARGET_SHARE),
    )


def _scale(
    known: Sequence[tuple[int, Fraction]], plan: Sequence[PlannedShare], width: int, height: int
) -> _Scale:
    drawn = [*known, *((p.year, p.share) for p in plan)]
    years = [year for year, _ in drawn]
    highest = max(share for _, share in drawn)
    most = min(Fraction(1), max(Fraction(6, 10), math.ceil((highest + _STEP / 2) / _STEP) * _STEP))
    first = min(*years, TARGET_YEAR - 1)
    return _Scale(first, max(*years, TARGET_YEAR), most, width, height)


def _labelled(
    marks: Sequence[Mark], drawn: Sequence[_Point], planned: Sequence[_Point], height: int
) -> tuple[Mark, ...]:
    """The marks with their labels, the newest first: below or above, clear of lines and labels."""
    lines = shapely.MultiLineString([line for line in (drawn, planned) if len(line) > 1])
    taken: BaseGeometry = lines
    found: list[Mark] = []
    for mark in reversed(marks):
        starts = mark.x < _LEFT_PX + _LETTER_PX * len(mark.label) / 2
        places = [mark.y + off for off in (_ABOVE_PX, _BELOW_PX) if mark.y + off < height - 30]
        boxes = {y: _label_box(mark, y, starts) for y in places}
        free = next((y for y, box in boxes.items() if not box.intersects(taken)), None)
        if free is None:
            found.append(replace(mark, label=""))
            continue
        taken = taken.union(boxes[free])
        found.append(replace(mark, label_y=round(free, 1), starts=starts))
    return tuple(reversed(found))


def _label_box(mark: Mark, baseline: float, starts: bool) -> BaseGeometry:
    width = _LETTER_PX * len(mark.label)
    left = mark.x if starts else mark.x - width / 2
    return shapely.box(
        left, baseline - _OVER_BASELINE_PX, left + width, baseline + _UNDER_BASELINE_PX
    )


def _mark(scale: _Scale, count: PeriodCount, share: Fraction) -> Mark:
    n = count.total
    title = told(
        "{period}: {share} ({n}/{all} xã; {known} xã có kết quả)",
        period=_period_words(count),
        share=known_words(share_words(share)),
        n=str(n.n_drug_free),
        all=str(n.n_communes),
        known=str(n.n_assessed),
    )
    if count.provisional:
        title = told("{title}, tạm tính", title=title)
    at = count.year - 0.5 if count.is_half else float(count.year)
    at = max(at, float(scale.first_year))
    return Mark(scale.x(at), scale.y(share), title, share_words(share))


def _period_words(count: PeriodCount) -> Told:
    if count.is_half:
        return told("6 tháng đầu năm {year}", year=str(count.year))
    return told("Năm {year}", year=str(count.year))


def _planned(scale: _Scale, plan: PlannedShare) -> Mark:
    share = known_words(share_words(plan.share))
    title = told("Lộ trình năm {year}: {share}", year=str(plan.year), share=share)
    return Mark(scale.x(plan.year), scale.y(plan.share), title)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points) if len(points) > 1 else ""


def _grid(scale: _Scale) -> tuple[Tick, ...]:
    step = _STEP if scale.most <= Fraction(6, 10) else 2 * _STEP
    n = math.floor(scale.most / step)
    shares = [i * step for i in range(n + 1)]
    return tuple(Tick(scale.y(share), f"{int(share * 100)} %") for share in shares)


def _year_names(scale: _Scale) -> tuple[Tick, ...]:
    years = range(scale.first_year, scale.last_year + 1)
    room = scale.width - _LEFT_PX - _RIGHT_PX
    every = max(1, math.ceil(len(years) * _PX_PER_YEAR_NAME / room))
    shown = [year for year in years if (scale.last_year - year) % every == 0]
    return tuple(Tick(scale.x(year), str(year)) for year in shown)
