"""The drawing of a commune among its neighbours, as SVG paths in pixels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.alphabet import vietnamese_key
from models.communes import CommuneShape
from webapp.services.mini_map import DrawnSpot, Frame, outline_path, scale_bar

WIDTH_PX, HEIGHT_PX = 340.0, 230.0
DETAIL_PX = 0.5
"""Bends of a limit smaller than this are left out: nobody sees them."""

OUTSIDE_PX = 4.0
"""Shapes are cut this far outside the frame, so that no cut edge is seen."""

LINE_PX, LETTER_PX = 15.0, 7.6
"""Height of a line of a name and the mean width of a letter in it."""

MOST_SCALE_PX = 90.0
TOUCHING_DEG = 1e-6


@dataclass(frozen=True, slots=True)
class DrawnUnit:
    """A commune in the drawing; `here` is the one it is about."""

    code: str
    full_name: str
    cls: str
    here: bool
    path: str


@dataclass(frozen=True, slots=True)
class UnitName:
    """The middle of a name in the drawing, in pixels."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A commune that shares a limit with the one the drawing is about."""

    code: str
    full_name: str
    cls: str


@dataclass(frozen=True, slots=True)
class CommuneMap:
    """What the page of a commune draws; the commune comes last so that its outline is on top.

    `provinces` are lines around provinces, where more than one is in view; `bar` is the length
    of the scale bar in metres and pixels.
    """

    width: float
    height: float
    units: tuple[DrawnUnit, ...]
    provinces: tuple[str, ...]
    names: tuple[UnitName, ...]
    spots: tuple[DrawnSpot, ...]
    neighbours: tuple[Neighbour, ...]
    bar: tuple[int, float]


def frame_of(geometry: BaseGeometry) -> Frame:
    """The frame that shows a commune (WGS 84) in the middle of the drawing."""
    return Frame.around(geometry, WIDTH_PX, HEIGHT_PX)


def draw_commune_map(
    code: str,
    shapes: Sequence[CommuneShape],
    classes: Mapping[str, str],
    spots: Sequence[tuple[str, float, float]],
) -> CommuneMap | None:
    """Draw one commune with what lies around it; None where it has no outline.

    Parameters
    ----------
    code
        The commune in the middle.
    shapes
        The communes that may be near, WGS 84, a coverage: neighbours share their edges.
    classes
        Class by commune code; what is absent is unknown.
    spots
        Status, lon and lat of hotspots.
    """
    middle = next((shape.geometry for shape in shapes if shape.code == code), None)
    if middle is None or middle.is_empty:
        return None
    frame = frame_of(middle)
    near = _cut(shapes, frame)
    units = [
        DrawnUnit(shape.code, shape.full_name, classes.get(shape.code, "unknown"), here, path)
        for shape, geometry in near
        for here in (shape.code == code,)
        if (path := outline_path(geometry, frame))
    ]
    return CommuneMap(
        width=WIDTH_PX,
        height=HEIGHT_PX,
        units=tuple(sorted(units, key=lambda unit: unit.here)),
        provinces=_province_lines(near, frame),
        names=_names(code, near, frame),
        spots=_spots(spots, frame),
        neighbours=_neighbours(code, middle, shapes, classes),
        bar=scale_bar(frame, MOST_SCALE_PX),
    )


def _cut(shapes: Sequence[CommuneShape], frame: Frame) -> list[tuple[CommuneShape, BaseGeometry]]:
    """What the frame shows of the shapes, simplified together so that edges stay shared."""
    view = frame.box.buffer(OUTSIDE_PX / frame.px_per_lat, join_style="mitre")
    seen = [shape for shape in shapes if shapely.intersects(shape.geometry, view)]
    tolerance = DETAIL_PX / frame.px_per_lat
    simple = shapely.coverage_simplify([shape.geometry for shape in seen], tolerance)
    return list(zip(seen, shapely.intersection(simple, view), strict=True))


def _province_lines(
    near: Sequence[tuple[CommuneShape, BaseGeometry]], frame: Frame
) -> tuple[str, ...]:
    """Lines around the provinces in view, none where there is only one."""
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for shape, geometry in near:
        parts[shape.province_code].append(geometry)
    if len(parts) < 2:
        return ()
    whole = (shapely.union_all(geometries) for geometries in parts.values())
    return tuple(path for each in whole if (path := outline_path(each, frame)))


def _names(
    code: str, near: Sequence[tuple[CommuneShape, BaseGeometry]], frame: Frame
) -> tuple[UnitName, ...]:
    """Names of neighbours where they fit into what is seen of them."""
    inner = frame.box.buffer(-OUTSIDE_PX / frame.px_per_lat, join_style="mitre")
    names = []
    for shape, geometry in near:
        seen = shapely.intersection(geometry, inner)
        if shape.code == code or seen.is_empty:
            continue
        point = shapely.point_on_surface(seen)
        x, y = frame.x(point.x), frame.y(point.y)
        room = LETTER_PX * len(shape.name) / 2 / frame.px_per_lon, LINE_PX / 2 / frame.px_per_lat
        words = shapely.box(
            point.x - room[0], point.y - room[1], point.x + room[0], point.y + room[1]
        )
        if shapely.contains(seen, words):
            names.append(UnitName(shape.name, x, y))
    return tuple(names)


def _spots(spots: Sequence[tuple[str, float, float]], frame: Frame) -> tuple[DrawnSpot, ...]:
    return tuple(
        DrawnSpot(status, frame.x(lon), frame.y(lat))
        for status, lon, lat in spots
        if shapely.contains_xy(frame.box, lon, lat)
    )


def _neighbours(
    code: str, middle: BaseGeometry, shapes: Sequence[CommuneShape], classes: Mapping[str, str]
) -> tuple[Neighbour, ...]:
    beside = [
        shape
        for shape in shapes
        if shape.code != code and shapely.dwithin(shape.geometry, middle, TOUCHING_DEG)
    ]
    return tuple(
        Neighbour(shape.code, shape.full_name, classes.get(shape.code, "unknown"))
        for shape in sorted(beside, key=lambda shape: (vietnamese_key(shape.name), shape.code))
    )
