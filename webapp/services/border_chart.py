"""Drawings of the border page: the distance curve, and the cases along the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.labels import vn_number
from webapp.services.border_figures import Curve, SegmentFigures

CURVE_WIDTH_PX, CURVE_HEIGHT_PX = 420, 250
_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 46, 16, 14, 44
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_STEP_KM = 10

STRIP_WIDTH_PX, STRIP_HEIGHT_PX = 1010, 150
_STRIP_LEFT_PX, _STRIP_BASE_PX, _STRIP_TOP_PX = 40, 122, 16
_MARK_EVERY = 10
"""Every tenth segment (100 km) has its number below."""

TOLD_KM = (5, 10, 20, 30, 50)
"""Distances at which the curve is told in figures."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of a grid with its word."""

    at: float
    word: str


@dataclass(frozen=True, slots=True)
class CurveChart:
    """What a template draws: two lines in pixels, a grid, and the figures in words."""

    width: int
    height: int
    left: float
    right: float
    top: float
    base: float
    cases: str
    land: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    bands: tuple[float, ...]
    told: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A segment as a bar; `title` is what the pointer tells."""

    x: float
    y: float
    width: float
    height: float
    number: int
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The cases along the line, segment by segment."""

    width: int
    height: int
    left: float
    base: float
    bars: tuple[Bar, ...]
    names: tuple[Tick, ...]
    grid: tuple[Tick, ...]
    gates: tuple[Tick, ...]


def draw_curve(curve: Curve) -> CurveChart:
    """Draw the share of the cases and of the land within each distance."""
    right, base = float(CURVE_WIDTH_PX - _RIGHT_PX), float(CURVE_HEIGHT_PX - _BOTTOM_PX)
    reach = curve.km[-1]

    def x(km: float) -> float:
        return round(_LEFT_PX + (right - _LEFT_PX) * km / reach, 1)

    def y(share: float) -> float:
        return round(base - (base - _TOP_PX) * share, 1)

    def points(shares: Sequence[float]) -> str:
        return " ".join(f"{x(k)},{y(s)}" for k, s in zip(curve.km, shares, strict=True))

    return CurveChart(
        width=CURVE_WIDTH_PX,
        height=CURVE_HEIGHT_PX,
        left=float(_LEFT_PX),
        right=right,
        top=float(_TOP_PX),
        base=base,
        cases=points(curve.cases),
        land=points(curve.land),
        across=tuple(Tick(x(km), vn_number(km)) for km in range(0, int(reach) + 1, _STEP_KM)),
        up=tuple(Tick(y(share), f"{share * 100:.0f} %") for share in _SHARES),
        bands=tuple(x(km) for km in (5, 10, 20)),
        told=tuple(
            (km, _percent(curve.cases[km]), _percent(curve.land[km]))
            for km in TOLD_KM
            if km <= reach
        ),
    )


def draw_strip(segments: Sequence[SegmentFigures], depth_km: int) -> Strip:
    """Draw the cases in a band by segment; the bars stand in the order of the line."""
    counts = [each.band(depth_km).cases for each in segments]
    most = max([*counts, 1])
    room = STRIP_WIDTH_PX - _STRIP_LEFT_PX - 6
    first = min((s.segment.line.number for s in segments), default=1)
    last = max((s.segment.line.number for s in segments), default=1)
    step = room / (last - first + 1)

    def x(number: int) -> float:
        return round(_STRIP_LEFT_PX + (number - first) * step, 2)

    bars = tuple(
        _bar(each, n, x(each.segment.line.number), step, n / most)
        for each, n in zip(segments, counts, strict=True)
    )
    numbers = range(first, last + 1)
    named = [n for n in numbers if n % _MARK_EVERY == 0] or [first, last]
    return Strip(
        width=STRIP_WIDTH_PX,
        height=STRIP_HEIGHT_PX,
        left=float(_STRIP_LEFT_PX),
        base=float(_STRIP_BASE_PX),
        bars=bars,
        names=tuple(Tick(round(x(n) + step / 2, 1), vn_number(n)) for n in dict.fromkeys(named)),
        grid=tuple(
            Tick(_height(share), vn_number(most * share)) for share in (0.5, 1) if most * share >= 1
        ),
        gates=tuple(
            Tick(round(bar.x + bar.width / 2, 1), ", ".join(each.segment.gates))
            for bar, each in zip(bars, segments, strict=True)
            if each.segment.gates
        ),
    )


def _bar(each: SegmentFigures, n: int, x: float, step: float, share: float) -> Bar:
    top = _height(share)
    gap = min(1.0, step * 0.2)
    return Bar(
        x=round(x + gap / 2, 2),
        y=top,
        width=round(step - gap, 2),
        height=round(_STRIP_BASE_PX - top, 1),
        number=each.segment.line.number,
        code=each.segment.line.code,
        title=f"{each.segment.name}: {vn_number(n)} vụ",
    )


def _height(share: float) -> float:
    return round(_STRIP_BASE_PX - (_STRIP_BASE_PX - _STRIP_TOP_PX) * share, 1)


def _percent(share: float) -> str:
    return f"{vn_number(100 * share, 1)} %"
