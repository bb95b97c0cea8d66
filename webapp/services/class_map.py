"""A drawing of the classes of a province's communes, as SVG paths in pixels.

Communes far out at sea would shrink the mainland to a dot: they are drawn in boxes of their own
below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.communes import CommuneShape
from webapp.services.mini_map import Frame, outline_path

WIDTH_PX = 760.0
LEAST_HEIGHT_PX, MOST_HEIGHT_PX = 380.0, 760.0
MARGIN = 0.02
DETAIL_PX = 0.6
"""Bends of a limit smaller than this are left out: nobody sees them."""

FAR = 0.25
"""A commune farther from the mainland than this share of its size has a box of its own."""

INSET_PX, INSET_GAP_PX = 150.0, 12.0
ISLAND_PX = 3.0
"""Radius of the dot that stands for an island too small to draw."""

WIDE_LABEL_PX, PHONE_LABEL_PX = 13.0, 29.0
"""Height of names in the drawing at full width, and where a phone shrinks it to less than half."""

LETTER = 0.56
"""Mean width of a letter, as a share of the height of a line."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class DrawnCommune:
    """A commune in the drawing."""

    code: str
    full_name: str
    path: str


@dataclass(frozen=True, slots=True)
class Label:
    """The middle of a name."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Inset:
    """A commune far from the mainland: its box, its outlines and the dots of small islands."""

    commune: DrawnCommune
    x: float
    y: float
    side: float
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ClassMap:
    """What the page of a province draws; `outline` goes around all but the insets."""

    width: float
    height: float
    communes: tuple[DrawnCommune, ...]
    outline: str
    labels: tuple[Label, ...]
    phone_labels: tuple[Label, ...]
    insets: tuple[Inset, ...]


def draw_class_map(shapes: Sequence[CommuneShape]) -> ClassMap | None:
    """Draw the communes of a province (WGS 84); None where the map has none of them.

    The shapes must be a coverage: neighbours share their edges.
    """
    drawable = [shape for shape in shapes if not shape.geometry.is_empty]
    if not drawable:
        return None
    near, far = _split(drawable)
    frame = _frame(near)
    tolerance = DETAIL_PX / frame.px_per_lat
    simple = shapely.coverage_simplify([shape.geometry for shape in near], tolerance)
    insets = tuple(_inset(shape, n, frame.height_px) for n, shape in enumerate(far))
    drawn = (_drawn(s, g, frame) for s, g in zip(near, simple, strict=True))
    return ClassMap(
        width=WIDTH_PX,
        height=round(frame.height_px + (INSET_PX + 2 * INSET_GAP_PX if far else 0)),
        communes=tuple(drawn),
        outline=outline_path(shapely.coverage_union_all(simple), frame),
        labels=_labels(near, frame, WIDE_LABEL_PX),
        phone_labels=_labels(near, frame, PHONE_LABEL_PX),
        insets=insets,
    )


def _split(
    shapes: Sequence[CommuneShape],
) -> tuple[list[CommuneShape], list[CommuneShape]]:
    """What is drawn together, and what lies too far out for it."""
    geometries = np.array([shape.geometry for shape in shapes])
    parts = shapely.get_parts(shapely.coverage_union_all(geometries))
    mainland = max(parts, key=lambda part: part.area)
    west, south, east, north = mainland.bounds
    limit = FAR * max(east - west, north - south)
    is_far = shapely.distance(geometries, mainland) > limit
    near = [shape for shape, away in zip(shapes, is_far, strict=True) if not away]
    return near, [shape for shape, away in zip(shapes, is_far, strict=True) if away]


def _frame(shapes: Sequence[CommuneShape]) -> Frame:
    """As wide as the page, as high as the shapes ask for."""
    area = shapely.union_all([shapely.box(*shape.geometry.bounds) for shape in shapes])
    wide = Frame.around(area, WIDTH_PX, 1e9, MARGIN)
    west, south, east, north = area.bounds
    asked = (north - south + 2 * MARGIN * max(east - west, north - south)) * wide.px_per_lat
    height = round(min(max(asked, LEAST_HEIGHT_PX), MOST_HEIGHT_PX))
    return Frame.around(area, WIDTH_PX, height, MARGIN)


def _drawn(shape: CommuneShape, geometry: BaseGeometry, frame: Frame) -> DrawnCommune:
    return DrawnCommune(shape.code, shape.full_name, outline_path(geometry, frame))


def _inset(shape: CommuneShape, number: int, top: float) -> Inset:
    """The box of a far commune; its pixels count from the corner of the box."""
    frame = Frame.around(shape.geometry, INSET_PX, INSET_PX - 30, 0.08)
    parts = shapely.get_parts(shape.geometry)
    small = [p for p in parts if max(_size_px(p, frame)) < 2 * ISLAND_PX]
    dots = {(round(frame.x(p.centroid.x)), round(frame.y(p.centroid.y))) for p in small}
    return Inset(
        commune=_drawn(shape, shape.geometry, frame),
        x=INSET_GAP_PX + number * (INSET_PX + INSET_GAP_PX),
        y=round(top + INSET_GAP_PX, 1),
        side=INSET_PX,
        dots=tuple(sorted(dots)),
    )


def _size_px(geometry: BaseGeometry, frame: Frame) -> tuple[float, float]:
    west, south, east, north = geometry.bounds
    return (east - west) * frame.px_per_lon, (north - south) * frame.px_per_lat


def _labels(shapes: Sequence[CommuneShape], frame: Frame, height_px: float) -> tuple[Label, ...]:
    """Names of the largest communes, as far as they fit in and beside each other."""
    placed: list[Box] = []
    labels = []
    for shape in sorted(shapes, key=lambda shape: (-shape.geometry.area, shape.code)):
        width = len(shape.name) * LETTER * height_px
        if width > _size_px(shape.geometry, frame)[0]:
            continue
        point = shapely.point_on_surface(shape.geometry)
        x, y = frame.x(point.x), frame.y(point.y)
        box = (x - width / 2, y - height_px, x + width / 2, y + height_px / 2)
        if _is_inside(box, frame) and not any(_touch(box, other) for other in placed):
            placed.append(box)
            labels.append(Label(shape.name, x, y))
    return tuple(labels)


def _is_inside(box: Box, frame: Frame) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= frame.width_px and box[3] <= frame.height_px


def _touch(one: Box, other: Box) -> bool:
    apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    return not apart
