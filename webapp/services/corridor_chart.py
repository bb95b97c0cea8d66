"""The drawing of a key route's kilometres: bars of cases, hotspots above, communes below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.services.corridor_profile import RouteProfile, Section

WIDTH_PX, LEFT_PX, RIGHT_PX = 760.0, 44.0, 14.0
SPOTS_PX, BARS_PX, STRIP_PX, FOOT_PX = 30.0, 150.0, 16.0, 30.0
_GAP_PX = 6.0
_LEAST_LABEL_PX = 60.0
_MOST_TICKS = 4
_NICE = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """The cases of a section, in pixels."""

    section: Section
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a commune below the bars."""

    code: str
    name: str
    cls: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick with its number, or a hotspot above the bars with its name."""

    x: float
    y: float
    text: str = ""
    status: str = ""
    ref: str = ""
    source: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class ProfileChart:
    """Everything the page draws, in pixels from the upper left corner."""

    width: float
    height: float
    left: float
    right: float
    base: float
    strip_y: float
    strip_height: float
    bars: tuple[Bar, ...]
    pieces: tuple[Piece, ...]
    spots: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    kilometres: tuple[Mark, ...]


def draw_profile(profile: RouteProfile, classes: Mapping[str, str]) -> ProfileChart:
    """Draw the sections of a route; `classes` by commune code, what is absent is unknown."""
    base, strip_y = SPOTS_PX + BARS_PX, SPOTS_PX + BARS_PX + _GAP_PX
    top = max((each.cases for each in profile.sections), default=0)
    step = _level_step(top)
    most = max(step * -(-top // step), 1)
    return ProfileChart(
        width=WIDTH_PX,
        height=strip_y + STRIP_PX + FOOT_PX,
        left=LEFT_PX,
        right=WIDTH_PX - RIGHT_PX,
        base=base,
        strip_y=strip_y,
        strip_height=STRIP_PX,
        bars=tuple(_bar(each, profile.length_km, base, most) for each in profile.sections),
        pieces=_pieces(profile, classes),
        spots=_spots(profile),
        levels=tuple(
            Mark(LEFT_PX, round(base - BARS_PX * n / most, 1), number=n)
            for n in range(0, most + 1, step)
        ),
        kilometres=_kilometres(profile.length_km, strip_y + STRIP_PX),
    )


def _x(km: float, length_km: float) -> float:
    room = WIDTH_PX - LEFT_PX - RIGHT_PX
    return round(LEFT_PX + room * km / max(length_km, 1e-9), 1)


def _bar(section: Section, length_km: float, base: float, most: int) -> Bar:
    left, right = _x(section.from_km, length_km), _x(section.to_km, length_km)
    height = round(BARS_PX * section.cases / most, 1)
    gap = 1.0 if right - left > 4 else 0.3
    return Bar(
        section, left, round(base - height, 1), round(max(right - left - gap, 0.5), 1), height
    )


def _pieces(profile: RouteProfile, classes: Mapping[str, str]) -> tuple[Piece, ...]:
    found = []
    for each in profile.stretches:
        left, right = _x(each.from_km, profile.length_km), _x(each.to_km, profile.length_km)
        cls = classes.get(each.code, "unknown")
        width = round(max(right - left, 0.5), 1)
        found.append(Piece(each.code, profile.names[each.code], cls, left, width))
    return tuple(found)


def _spots(profile: RouteProfile) -> tuple[Mark, ...]:
    y = SPOTS_PX / 2
    return tuple(
        Mark(_x(s.km, profile.length_km), y, s.name, s.status.value, s.ref, s.source)
        for s in profile.spots
    )


def _level_step(top: int) -> int:
    """The distance of the lines behind the bars, so that there are a few of them."""
    size = 1
    while True:
        for nice in _NICE:
            if nice * size * _MOST_TICKS >= top:
                return nice * size
        size *= 10


def _kilometres(length_km: float, y: float) -> tuple[Mark, ...]:
    most = (WIDTH_PX - LEFT_PX - RIGHT_PX) / _LEAST_LABEL_PX
    step = next(
        nice * size
        for size in (1, 10, 100, 1_000)
        for nice in _NICE
        if length_km <= nice * size * most
    )
    ticks = range(0, int(length_km) + 1, step)
    return tuple(Mark(_x(km, length_km), y, number=km) for km in ticks)
