"""Where a sheet lies: a small map of the country with both archipelagos, the frame in red."""

from __future__ import annotations

import shapely

from webapp.services.archipelagos import ARCHIPELAGOS
from webapp.services.map_room import in_units
from webapp.services.map_sheet_facts import SheetFacts
from webapp.services.map_sheet_ink import INK, LAND, SEA, area_path, filled, stroked
from webapp.services.map_sheet_marks import is_in
from webapp.services.mini_map import Frame

WIDTH, HEIGHT = 150.0, 158.0
_AREA = shapely.box(102.0, 6.6, 117.6, 23.6)
_SHORT = {"Quần đảo Hoàng Sa": ("QĐ. Hoàng Sa", 14.6), "Quần đảo Trường Sa": ("QĐ. Trường Sa", 7.2)}
"""Short names, and the latitude at which they stand."""


def has_archipelagos(facts: SheetFacts) -> bool:
    """Whether the sheet itself shows both archipelagos, so that no small map is needed."""
    return all(
        is_in(facts.frame, lon, lat) for group in ARCHIPELAGOS.values() for lon, lat in group.islets
    )


def draw_locator(facts: SheetFacts) -> str:
    """The small map as an SVG of `WIDTH` by `HEIGHT`."""
    frame = Frame.around(_AREA, WIDTH, HEIGHT, 0.0)
    land = [shapely.simplify(in_units(each.geometry, frame), 0.5) for each in facts.land]
    path = area_path(land)
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
            f' width="{WIDTH:g}" height="{HEIGHT:g}" font-family="Be Vietnam Pro">',
            f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{SEA}"/>',
            filled(path, LAND),
            stroked(path, "#8A939B", 0.5),
            *_islands(frame),
            _frame_of(facts, frame),
            f'<rect x="0.4" y="0.4" width="{WIDTH - 0.8:g}" height="{HEIGHT - 0.8:g}" fill="none"'
            ' stroke="#8A939B" stroke-width="0.8"/></svg>',
        )
    )


def _islands(frame: Frame) -> list[str]:
    drawn = []
    for group in ARCHIPELAGOS.values():
        drawn += [
            f'<circle cx="{frame.x(lon):g}" cy="{frame.y(lat):g}" r="0.9" fill="{INK}"/>'
            for lon, lat in group.islets
        ]
        name, lat = _SHORT[group.name]
        drawn.append(
            f'<text x="{WIDTH - 3:g}" y="{frame.y(lat):g}" font-size="11" text-anchor="end"'
            f' fill="{INK}">{name}</text>'
        )
    return drawn


def _frame_of(facts: SheetFacts, frame: Frame) -> str:
    """What the sheet shows, as far as the small map reaches; a small one is a ring."""
    west, south, east, north = facts.frame.box.bounds
    left, right = (min(max(frame.x(lon), 1.0), WIDTH - 1) for lon in (west, east))
    top, bottom = (min(max(frame.y(lat), 1.0), HEIGHT - 1) for lat in (north, south))
    style = 'fill="none" stroke="#A31621" stroke-width="1.6"'
    if max(right - left, bottom - top) < 6:
        return f'<circle cx="{(left + right) / 2:g}" cy="{(top + bottom) / 2:g}" r="5" {style}/>'
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}"'
        f" {style}/>"
    )
