"""Drawings of a key route: its line over the communes it touches, and its days on a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.campaign_areas import widened
from models.communes import CommuneShape
from webapp.services.mini_map import Frame, line_path, outline_path, scale_bar

WIDTH_PX = 760.0
LEAST_HEIGHT_PX, MOST_HEIGHT_PX = 300.0, 720.0
MARGIN = 0.07
DETAIL_PX = 0.6
"""Bends smaller than this are left out: nobody sees them."""

MOST_NUMBERED = 60
"""Communes whose place along the route is written on the drawing; more would cover it."""

MOST_UNITS = 700
"""Communes drawn one by one; of more those far from the route become one land."""

_ASIDE_DEG = 0.3
_APART_PX = 20.0
_BAR_PX = 160.0

TIME_WIDTH_PX, TIME_MARGIN_PX = 760.0, 34.0
_MOST_TICKS = 12


@dataclass(frozen=True, slots=True)
class DrawnUnit:
    """A commune in the drawing; `on`: the route touches it."""

    code: str
    full_name: str
    cls: str
    on: bool
    path: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A number, or an end of the line without words, in pixels."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CorridorMap:
    """What the page draws: communes, the band, the line, its ends, the order along it.

    `land` is what lies too far from a long route for its communes to be told apart.
    """

    width: float
    height: float
    land: str
    units: tuple[DrawnUnit, ...]
    provinces: str
    band: str
    line: str
    ends: tuple[Spot, Spot]
    numbers: tuple[Spot, ...]
    bar_m: int
    bar_px: float


@dataclass(frozen=True, slots=True)
class TimeLine:
    """The days of a route on a line of pixels; `decided_x` None where no decision is dated.

    `is_open`: no last day is set, the bar goes on.
    """

    bar_x: float
    bar_width: float
    is_open: bool
    decided_x: float | None
    today_x: float
    ticks: tuple[Spot, ...]


def map_frame(line: BaseGeometry, width_m: float) -> Frame:
    """As wide as the page, as high as the route with its band asks for."""
    area = widened(line, max(width_m / 2, 1.0))
    wide = Frame.around(area, WIDTH_PX, 1e9, MARGIN)
    west, south, east, north = area.bounds
    asked = (north - south + 2 * MARGIN * max(east - west, north - south)) * wide.px_per_lat
    height = round(min(max(asked, LEAST_HEIGHT_PX), MOST_HEIGHT_PX))
    return Frame.around(area, WIDTH_PX, height, MARGIN)


def draw_corridor(
    frame: Frame,
    line: BaseGeometry,
    width_m: float,
    shapes: Sequence[CommuneShape],
    *,
    classes: Mapping[str, str],
    order: Sequence[str],
) -> CorridorMap:
    """Draw a route (WGS 84) over the communes in its frame.

    Parameters
    ----------
    shapes
        Communes that may be near, a coverage.
    classes
        Class by commune code; what is absent is unknown.
    order
        Codes of the communes that the route touches, in order along it.
    """
    seen = [shape for shape in shapes if shapely.intersects(shape.geometry, frame.box)]
    near, far = _parted(seen, line)
    simple = _simple([shape.geometry for shape in near], frame)
    units = tuple(_units(near, simple, frame, classes, frozenset(order)))
    metres, bar_px = scale_bar(frame, _BAR_PX)
    return CorridorMap(
        width=frame.width_px,
        height=frame.height_px,
        land=_land(far, frame),
        units=tuple(sorted(units, key=lambda unit: unit.on)),
        provinces=_province_limits(near, simple, frame),
        band="" if width_m <= 0 else outline_path(widened(line, width_m / 2), frame),
        line=_simple_path(line, frame),
        ends=_ends(line, frame),
        numbers=_numbers(near, frame, order) if len(order) <= MOST_NUMBERED else (),
        bar_m=metres,
        bar_px=bar_px,
    )


def draw_time(
    valid_from: date, valid_to: date | None, decided_on: date | None, today: date
) -> TimeLine:
    """The days of a route from its decision to its end or today, whole years around."""
    known = [day for day in (valid_from, valid_to, decided_on, today) if day is not None]
    first, last = min(known).year, max(known).year + 1
    start, days = date(first, 1, 1), (date(last, 1, 1) - date(first, 1, 1)).days

    def x(day: date) -> float:
        room = TIME_WIDTH_PX - 2 * TIME_MARGIN_PX
        return round(TIME_MARGIN_PX + room * (day - start).days / days, 1)

    step = -(-(last - first) // _MOST_TICKS)
    end = x(valid_to) if valid_to else TIME_WIDTH_PX - TIME_MARGIN_PX
    return TimeLine(
        bar_x=x(valid_from),
        bar_width=round(max(end - x(valid_from), 3.0), 1),
        is_open=valid_to is None,
        decided_x=None if decided_on is None else x(decided_on),
        today_x=x(today),
        ticks=tuple(Spot(str(y), x(date(y, 1, 1)), 0) for y in range(first, last + 1, step)),
    )


def _parted(
    shapes: Sequence[CommuneShape], line: BaseGeometry
) -> tuple[list[CommuneShape], list[CommuneShape]]:
    """The communes that are drawn one by one, and those that a long route leaves far aside."""
    if len(shapes) <= MOST_UNITS:
        return list(shapes), []
    near = shapely.dwithin(np.array([s.geometry for s in shapes], dtype=object), line, _ASIDE_DEG)
    return (
        [shape for shape, is_near in zip(shapes, near, strict=True) if is_near],
        [shape for shape, is_near in zip(shapes, near, strict=True) if not is_near],
    )


def _land(far: Sequence[CommuneShape], frame: Frame) -> str:
    if not far:
        return ""
    together = shapely.coverage_union_all([shape.geometry for shape in far])
    simple = shapely.simplify(together, DETAIL_PX / frame.px_per_lat)
    return outline_path(shapely.intersection(shapely.make_valid(simple), frame.box), frame)


def _simple(geometries: Sequence[BaseGeometry], frame: Frame) -> list[BaseGeometry]:
    if not geometries:
        return []
    return list(shapely.coverage_simplify(list(geometries), DETAIL_PX / frame.px_per_lat))


def _units(
    shapes: Sequence[CommuneShape],
    simple: Sequence[BaseGeometry],
    frame: Frame,
    classes: Mapping[str, str],
    on: frozenset[str],
) -> list[DrawnUnit]:
    whole = np.array(simple, dtype=object)
    over = ~shapely.covered_by(shapely.box(*shapely.bounds(whole).T), frame.box)
    clipped = whole.copy()
    clipped[over] = shapely.intersection(whole[over], frame.box)
    return [
        DrawnUnit(each.code, each.full_name, classes.get(each.code, "unknown"), each.code in on, d)
        for each, geometry in zip(shapes, clipped, strict=True)
        if (d := outline_path(geometry, frame))
    ]


def _province_limits(
    shapes: Sequence[CommuneShape], simple: Sequence[BaseGeometry], frame: Frame
) -> str:
    """The limits between provinces, inside the frame."""
    parts: dict[str, list[BaseGeometry]] = {}
    for shape, geometry in zip(shapes, simple, strict=True):
        parts.setdefault(shape.province_code, []).append(geometry)
    if len(parts) < 2:
        return ""
    unions = [shapely.coverage_union_all(each) for each in parts.values()]
    edges = [
        shapely.intersection(shapely.boundary(one), shapely.boundary(other))
        for n, one in enumerate(unions)
        for other in unions[n + 1 :]
    ]
    inside = shapely.intersection(shapely.union_all(edges), frame.box)
    return _simple_path(shapely.line_merge(inside), frame)


def _simple_path(line: BaseGeometry, frame: Frame) -> str:
    return line_path(shapely.simplify(line, DETAIL_PX / 2 / frame.px_per_lat), frame)


def _ends(line: BaseGeometry, frame: Frame) -> tuple[Spot, Spot]:
    corners = shapely.get_coordinates(line)
    (west, south), (east, north) = corners[0], corners[-1]
    return (
        Spot("", frame.x(float(west)), frame.y(float(south))),
        Spot("", frame.x(float(east)), frame.y(float(north))),
    )


def _numbers(
    shapes: Sequence[CommuneShape], frame: Frame, order: Sequence[str]
) -> tuple[Spot, ...]:
    """The place of communes along the route, as far as the numbers stand apart."""
    by_code = {shape.code: shape.geometry for shape in shapes}
    placed: list[Spot] = []
    for n, code in enumerate(order, 1):
        seen = shapely.intersection(by_code[code], frame.box) if code in by_code else None
        if seen is None or seen.is_empty:
            continue
        point = shapely.point_on_surface(seen)
        spot = Spot(str(n), frame.x(float(point.x)), frame.y(float(point.y)))
        if all(abs(s.x - spot.x) > _APART_PX or abs(s.y - spot.y) > _APART_PX for s in placed):
            placed.append(spot)
    return tuple(placed)
