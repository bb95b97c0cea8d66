"""Communes far out at sea on a printed map: each in a box of its own that covers no land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely

from geo.terms import CommuneClass
from models.communes import CommuneShape
from webapp.services.map_legend import fill_of, text_at
from webapp.services.map_room import Room
from webapp.services.mini_map import Frame, outline_path

BOX = 150.0
SMALL = 6.0
"""An island lower than this is drawn as a dot."""

ISLETS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "Hoàng Sa": (
        *((92, 26), (102, 32), (84, 38), (110, 44), (97, 50), (120, 34)),
        *((40, 62), (50, 70), (34, 76), (60, 80), (46, 88), (70, 66)),
    ),
    "Trường Sa": (
        *((42, 22), (60, 28), (78, 20), (98, 30), (50, 44), (70, 50), (92, 54), (114, 44)),
        *((36, 62), (58, 70), (84, 74), (106, 70), (46, 88), (74, 92), (122, 84)),
    ),
}
"""Marks of the islets of the two archipelagos in their box: a group of symbols, no outline."""

_TITLES = {
    "Hoàng Sa": ("Quần đảo Hoàng Sa", "(TP Đà Nẵng)"),
    "Trường Sa": ("Quần đảo Trường Sa", "(tỉnh Khánh Hòa)"),
}


def is_archipelago(shape: CommuneShape) -> bool:
    """Whether a commune is the special zone of Hoàng Sa or of Trường Sa."""
    return shape.name in ISLETS and shape.full_name.startswith("Đặc khu")


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
    inside = _islets(shape, fill) if is_archipelago(shape) else _outline(shape, fill)
    return (
        f'<g transform="translate({x:g} {y:g})">'
        f'<rect width="{BOX:g}" height="{BOX:g}" fill="#FFFFFF" stroke="#8A939B"/>{inside}</g>'
    )


def _islets(shape: CommuneShape, fill: str) -> str:
    """The islets of an archipelago and whose it is."""
    dots = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="3" fill="{fill}" stroke="#14323A"/>'
        for x, y in ISLETS[shape.name]
    )
    name, whose = _TITLES[shape.name]
    return (
        f"{dots}{text_at(6, BOX - 23, name, size=12, weight=600)}"
        f"{text_at(6, BOX - 8, whose, size=12)}"
    )


def _outline(shape: CommuneShape, fill: str) -> str:
    frame = Frame.around(shape.geometry, BOX, BOX - 24, 0.1)
    dots = "".join(
        f'<circle cx="{frame.x(part.centroid.x):g}" cy="{frame.y(part.centroid.y):g}" r="3"'
        f' fill="{fill}" stroke="#14323A"/>'
        for part in shapely.get_parts(shape.geometry)
        if (part.bounds[3] - part.bounds[1]) * frame.px_per_lat < SMALL
    )
    return (
        f'<path d="{outline_path(shape.geometry, frame)}" fill="{fill}" stroke="#14323A"/>'
        f"{dots}{text_at(6, BOX - 8, shape.full_name, size=12)}"
    )
