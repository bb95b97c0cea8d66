"""Names on a printed map: of communes, of neighbouring countries and of the sea."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import shapely
from shapely.geometry.base import BaseGeometry

from geo.terms import CommuneClass
from models.communes import CommuneShape
from webapp.labels import NEIGHBOURS
from webapp.services.map_room import Box, Room
from webapp.services.mini_map import Frame

LABEL = 13.0
LETTER = 0.58
"""Mean width of a letter, as a share of the height of a line."""

MOST_LABELS = 45
OUTSIDE = 15.0
SHIFTS = (0.0, -16.0, 16.0, -28.0, 28.0)
"""Where else above and below its middle the name of a commune may stand."""

SEA = "Biển Đông"
SEA_LINE = shapely.LineString(
    [
        *((107.9, 20.4), (107.3, 19.2), (107.6, 17.9), (109.0, 16.6), (109.7, 15.2)),
        *((110.2, 13.6), (110.0, 12.0), (109.3, 10.9), (107.9, 9.9), (106.9, 9.2)),
        (105.6, 8.3),
    ]
)
"""A line well off the coast, along which the name of the sea may stand; shows nothing itself."""

_DARK = frozenset({CommuneClass.TYPE_1})


def commune_names(
    shapes: Sequence[CommuneShape],
    classes: Mapping[str, CommuneClass],
    frame: Frame,
    room: Room,
) -> list[str]:
    """Names of the largest communes, as far as they fit in and beside all other marks."""
    drawn: list[str] = []
    for shape in sorted(shapes, key=lambda shape: (-shape.geometry.area, shape.code)):
        if len(drawn) == MOST_LABELS:
            break
        width = LETTER * LABEL * len(shape.name)
        west, _, east, _ = shape.geometry.bounds
        if width > (east - west) * frame.px_per_lon:
            continue
        point = shapely.point_on_surface(shape.geometry)
        place = _place(room, (frame.x(point.x), frame.y(point.y)), width, shape.geometry, frame)
        if place is not None:
            is_dark = classes.get(shape.code) in _DARK
            drawn.append(_commune_name(shape.name, *place, is_dark=is_dark))
    return drawn


def _place(
    room: Room, point: tuple[float, float], width: float, geometry: BaseGeometry, frame: Frame
) -> tuple[float, float] | None:
    """The middle of the foot of a name, which then is taken."""
    x = point[0]
    for shift in SHIFTS:
        y = point[1] + shift
        box = (x - width / 2, y - LABEL, x + width / 2, y + LABEL / 3)
        lonlat = frame.west + x / frame.px_per_lon, frame.north - (y - 5) / frame.px_per_lat
        inside = shapely.contains(geometry, shapely.Point(lonlat))
        if inside and room.is_free(box, on_land=True):
            room.taken.append(box)
            return x, y
    return None


def _commune_name(name: str, x: float, y: float, *, is_dark: bool) -> str:
    fill, halo = ("#FFFFFF", "#7A2318") if is_dark else ("#1F252B", "#FFFFFF")
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{LABEL:g}" text-anchor="middle" fill="{fill}"'
        f' stroke="{halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
        f"{escape(name)}</text>"
    )


def outside_names(
    borders: Mapping[str, BaseGeometry], shapes: Sequence[CommuneShape], frame: Frame, room: Room
) -> list[str]:
    """Names of the countries beyond the land border (lines by neighbour) and of the sea."""
    drawn = []
    for code, line in sorted(borders.items()):
        near = [shape.geometry for shape in shapes if code in shape.border_with.split(",")]
        inside = shapely.intersection(line, frame.box)
        if inside.is_empty or not near:
            continue
        others = [s.geometry for s in shapes if code not in s.border_with.split(",")]
        found = _abroad(NEIGHBOURS.get(code, code), inside, (near, others), frame, room)
        drawn += [found] if found else []
    sea = shapely.intersection(SEA_LINE, frame.box)
    if not sea.is_empty:
        point = shapely.line_interpolate_point(_longest(sea), 0.5, normalized=True)
        size = _size(SEA)
        box = room.take(room.near((frame.x(point.x), frame.y(point.y)), size)[:200], size)
        drawn += [_outside(SEA, box, "#1864AB")] if box else []
    return drawn


def _abroad(
    name: str,
    border: BaseGeometry,
    land: tuple[Sequence[BaseGeometry], Sequence[BaseGeometry]],
    frame: Frame,
    room: Room,
) -> str | None:
    """The name of a country at a free place that lies nearest to its own border communes."""
    point = shapely.line_interpolate_point(_longest(border), 0.5, normalized=True)
    near, others = (shapely.coverage_union_all(each) for each in land)
    size = _size(name)
    corners = room.near((frame.x(point.x), frame.y(point.y)), size)[:900]

    def is_there(corner: tuple[float, float]) -> bool:
        x, y = corner[0] + size[0] / 2, corner[1] + size[1] / 2
        middle = shapely.Point(
            frame.west + x / frame.px_per_lon, frame.north - y / frame.px_per_lat
        )
        apart = shapely.distance(middle, others) if not others.is_empty else float("inf")
        return bool(shapely.distance(middle, near) < apart)

    box = room.take(filter(is_there, corners), size)
    return _outside(name, box, "#5B6670") if box else None


def _longest(line: BaseGeometry) -> shapely.LineString:
    parts = [part for part in shapely.get_parts(line) if isinstance(part, shapely.LineString)]
    return max(parts, key=lambda part: part.length)


def _size(name: str) -> tuple[float, float]:
    return 0.72 * OUTSIDE * len(name), OUTSIDE * 1.3


def _outside(name: str, box: Box, colour: str) -> str:
    x, y = (box[0] + box[2]) / 2, box[3] - OUTSIDE * 0.35
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{OUTSIDE:g}" text-anchor="middle"'
        f' font-style="italic" letter-spacing="1.5" fill="{colour}">{escape(name)}</text>'
    )
