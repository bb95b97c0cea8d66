"""Communes far out at sea on a printed map: each in a box of its own that covers no land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.terms import CommuneClass
from models.communes import CommuneShape
from webapp.services.archipelagos import ARCHIPELAGOS, DOT_PX, draw_islands
from webapp.services.map_legend import fill_of, text_at
from webapp.services.map_room import Room
from webapp.services.mini_map import Frame

BOX = 150.0
WORDS = 40.0
"""Room below what a box shows for two lines of its name."""


def is_archipelago(shape: CommuneShape) -> bool:
    """Whether a commune is the special zone of Hoàng Sa or of Trường Sa."""
    return shape.full_name in ARCHIPELAGOS


def draw_boxes(
    shapes: Sequence[CommuneShape], classes: Mapping[str, CommuneClass], frame: Frame, room: Room
) -> tuple[list[str], float]:
    """The boxes, from north to south, and the height of the strip below the frame they need.

    A box stands as near as it can to where the commune lies; what finds no free place in
    the frame stands below it.
    """
    drawn, below, lowest = [], 0, 0.0
    ordered = sorted(shapes, key=lambda shape: -shape.geometry.centroid.y)
    for shape in ordered:
        middle = shape.geometry.centroid
        x = min(max(frame.x(middle.x), BOX / 2), frame.width_px - BOX / 2)
        y = min(max(frame.y(middle.y), BOX / 2), frame.height_px - BOX / 2)
        floor = lowest if is_archipelago(shape) else 0.0
        corners = (c for c in room.near((x, y), (BOX, BOX)) if c[1] >= floor)
        place = room.take(corners, (BOX, BOX))
        if place is None:
            place = below * (BOX + 10), frame.height_px + 10, 0.0, 0.0
            below += 1
        elif is_archipelago(shape):
            lowest = place[3]
        drawn.append(_box(shape, fill_of(classes.get(shape.code)), place[0], place[1]))
    return drawn, BOX + 20 if below else 0.0


def _box(shape: CommuneShape, fill: str, x: float, y: float) -> str:
    islands = draw_islands(shape, BOX, BOX - WORDS)
    dots = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="{DOT_PX:g}" fill="{fill}" stroke="#14323A"/>'
        for x, y in islands.dots
    )
    first = BOX - 8 - 15 * (len(islands.words) - 1)
    words = "".join(
        text_at(6, first + 15 * n, line, size=12, weight=400 if n else 600)
        for n, line in enumerate(islands.words)
    )
    return (
        f'<g transform="translate({x:g} {y:g})">'
        f'<rect width="{BOX:g}" height="{BOX:g}" fill="#FFFFFF" stroke="#8A939B"/>'
        f'<path d="{islands.path}" fill="{fill}" stroke="#14323A"/>{dots}{words}</g>'
    )
