"""The chart of progress: shares by year against the roadmap, in pixels, told apart in grey."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from webapp.services.progress_history import PeriodCount
from webapp.services.roadmap import TARGET_SHARE, TARGET_YEAR, PlannedShare, share_words

_TOP_PX, _BOTTOM_PX, _RIGHT_PX, _LEFT_PX = 26, 28, 18, 46
_STEP = Fraction(1, 10)
_PX_PER_YEAR_NAME = 44


@dataclass(frozen=True, slots=True)
class Mark:
    """One share on the chart; `label` is written beside it where there is room."""

    x: float
    y: float
    title: str
    label: str = ""


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
    return ProgressChart(
        width=width,
        height=height,
        left=_LEFT_PX,
        right=width - _RIGHT_PX,
        base=float(height - _BOTTOM_PX),
        line=_points([(scale.x(c.year), scale.y(s)) for c, s in ended]),
        open_line=_points([(scale.x(c.year), scale.y(s)) for c, s in bridge]),
        plan=_points([(scale.x(p.year), scale.y(p.share)) for p in plan]),
        years=tuple(_mark(scale, c, s, labelled=True) for c, s in ended),
        running=tuple(_mark(scale, c, s, labelled=True) for c, s in running),
        halves=tuple(_mark(scale, c, s, labelled=False) for c, s in halves),
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


def _mark(scale: _Scale, count: PeriodCount, share: Fraction, *, labelled: bool) -> Mark:
    n = count.total
    said = "6 tháng đầu năm" if count.is_half else "Năm"
    provisional = ", tạm tính" if count.provisional else ""
    title = (
        f"{said} {count.year}: {share_words(share)} ({n.n_drug_free}/{n.n_communes} xã; "
        f"{n.n_assessed} xã có kết quả){provisional}"
    )
    at = count.year - 0.5 if count.is_half else float(count.year)
    at = max(at, float(scale.first_year))
    return Mark(scale.x(at), scale.y(share), title, share_words(share) if labelled else "")


def _planned(scale: _Scale, plan: PlannedShare) -> Mark:
    title = f"Lộ trình năm {plan.year}: {share_words(plan.share)}"
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
