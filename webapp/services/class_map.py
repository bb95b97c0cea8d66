"""A drawing of the classes of a province's communes, as SVG paths in pixels.

Communes far out at sea would shrink the mainland to a dot: they are drawn in boxes of their own
below it, Hoàng Sa and Trường Sa as the groups of islets that they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from models.communes import CommuneShape
from webapp.services.archipelagos import draw_islands
from webapp.services.map_room import Room
from webapp.services.mini_map import Frame, frame_around, outline_path, split_far

WIDTH_PX = 760.0
LEAST_HEIGHT_PX, MOST_HEIGHT_PX = 380.0, 760.0
MARGIN = 0.02
DETAIL_PX = 0.6
"""Bends of a limit smaller than this are left out: nobody sees them."""

FAR = 0.25
"""A commune farther from the mainland than this share of its size has a box of its own."""

INSET_PX, INSET_HEIGHT_PX, INSET_GAP_PX = 340.0, 190.0, 12.0
INSET_WORDS_PX = 74.0
"""Room below what a box shows for two lines of its name."""

WIDE_LABEL_PX, PHONE_LABEL_PX = 13.0, 29.0
"""Height of names in the drawing at full width, and where a phone shrinks it to less than half."""

LETTER = 0.56
"""Mean width of a letter, as a share of the height of a line."""


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
    """A commune far from the mainland: its box, its outlines and the dots of small islands.

    `words` are the lines of its name.
    """

    commune: DrawnCommune
    words: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
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
    near, far = split_far(drawable, FAR)
    frame = frame_around(near, WIDTH_PX, LEAST_HEIGHT_PX, MOST_HEIGHT_PX, MARGIN)
    tolerance = DETAIL_PX / frame.px_per_lat
    simple = shapely.coverage_simplify([shape.geometry for shape in near], tolerance)
    insets = tuple(_inset(shape, n, len(far), frame.height_px) for n, shape in enumerate(far))
    drawn = (_drawn(s, g, frame) for s, g in zip(near, simple, strict=True))
    return ClassMap(
        width=WIDTH_PX,
        height=round(frame.height_px + (INSET_HEIGHT_PX + 2 * INSET_GAP_PX if far else 0)),
        communes=tuple(drawn),
        outline=outline_path(shapely.coverage_union_all(simple), frame),
        labels=_labels(near, frame, WIDE_LABEL_PX),
        phone_labels=_labels(near, frame, PHONE_LABEL_PX),
        insets=insets,
    )


def _drawn(shape: CommuneShape, geometry: BaseGeometry, frame: Frame) -> DrawnCommune:
    return DrawnCommune(shape.code, shape.full_name, outline_path(geometry, frame))


def _inset(shape: CommuneShape, number: int, of: int, top: float) -> Inset:
    """The box of a far commune; its pixels count from the corner of the box."""
    width = min(INSET_PX, (WIDTH_PX - INSET_GAP_PX) / of - INSET_GAP_PX)
    islands = draw_islands(shape, width, INSET_HEIGHT_PX - INSET_WORDS_PX)
    return Inset(
        commune=DrawnCommune(shape.code, shape.full_name, islands.path),
        words=islands.words,
        x=round(INSET_GAP_PX + number * (width + INSET_GAP_PX), 1),
        y=round(top + INSET_GAP_PX, 1),
        width=round(width, 1),
        height=INSET_HEIGHT_PX,
        dots=islands.dots,
    )


def _labels(shapes: Sequence[CommuneShape], frame: Frame, height_px: float) -> tuple[Label, ...]:
    """Names of the largest communes, as far as they fit in and beside each other."""
    room = Room(frame.width_px, frame.height_px, shapely.GeometryCollection())
    labels = []
    for shape in sorted(shapes, key=lambda shape: (-shape.geometry.area, shape.code)):
        width = len(shape.name) * LETTER * height_px
        if width > frame.size(shape.geometry)[0]:
            continue
        point = shapely.point_on_surface(shape.geometry)
        x, y = frame.x(point.x), frame.y(point.y)
        box = (x - width / 2, y - height_px, x + width / 2, y + height_px / 2)
        if room.is_free(box):
            room.taken.append(box)
            labels.append(Label(shape.name, x, y))
    return tuple(labels)
