"""A map of a province, or of the nation, drawn as one SVG: no browser, no network.

Classes of the communes, hotspots in the shapes of the interface, key routes, the land
border, scale bar, north, legend, source. Communes far out at sea stand in boxes of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.standing_terms import CorridorMode
from geo.terms import CommuneClass, HotspotStatus
from models.communes import CommuneShape
from webapp.services.map_boxes import draw_boxes, is_archipelago
from webapp.services.map_legend import (
    DASHES,
    HATCH,
    PAPER,
    fill_of,
    legend_rows,
    spot_symbol,
    text_at,
)
from webapp.services.map_room import Room, in_units
from webapp.services.map_words import commune_names, outside_names
from webapp.services.mini_map import (
    Frame,
    frame_around,
    line_path,
    outline_path,
    scale_bar,
    split_far,
)

WIDTH = 1000.0
"""Units across; the drawing is scaled to the page."""

LEAST_HEIGHT, MOST_HEIGHT = 420.0, 980.0
MARGIN = 0.03
DETAIL = 0.5
"""Bends of a limit smaller than this are left out: nobody sees them."""

FAR = 0.15
"""A commune farther from the mainland than this share of its size has a box of its own."""

SPOT = 15.0
ROUTE_MARGIN = 0.04
"""Routes are shown this far beyond the area, as a share of its size."""

MANY = 500
"""With so many communes their limits are thin, or they would hide the colours."""


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A route or a part of the land border in WGS 84."""

    geometry: BaseGeometry
    mode: CorridorMode | None = None
    neighbour: str = ""


@dataclass(frozen=True, slots=True)
class MapContent:
    """What a map shows, all in WGS 84.

    `spots` are the hotspots that have a point: status, lon, lat; `unplaced` counts
    those known by their commune alone. `marks` are said on the map itself, the title is not
    where it is empty.
    """

    title: str
    shapes: Sequence[CommuneShape]
    classes: Mapping[str, CommuneClass]
    spots: Sequence[tuple[HotspotStatus, float, float]] = ()
    unplaced: int = 0
    routes: Sequence[DrawnLine] = ()
    border: Sequence[DrawnLine] = ()
    marks: Sequence[str] = ()
    source: str = ""
    with_names: bool = True


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A drawing and its size in its own units."""

    svg: str
    width: float
    height: float


def draw_map(content: MapContent) -> MapPicture | None:
    """Draw a map; None where the map of communes has none of the area."""
    drawable = [shape for shape in content.shapes if not shape.geometry.is_empty]
    if not drawable:
        return None
    near, far = split_near(drawable)
    frame = frame_around(near, WIDTH, LEAST_HEIGHT, MOST_HEIGHT, MARGIN)
    top = 40.0 if content.title else 2.0
    land = shapely.coverage_union_all([shape.geometry for shape in near])
    routes = _within(content.routes, land)
    room = _room(content, land, frame)
    beside = [*_north(room), *_scale(frame, room)]
    boxes, strip = draw_boxes(far, content.classes, frame, room)
    inside = _inside(content, near, routes, frame, room)
    legend, height = legend_rows(
        classes=[content.classes.get(shape.code, CommuneClass.UNKNOWN) for shape in drawable],
        statuses=[status for status, _, _ in content.spots],
        unplaced=content.unplaced,
        modes=[line.mode for line in routes if line.mode],
        with_border=bool(content.border),
        top=top + frame.height_px + strip + 16,
    )
    notes = _notes(content, height + 8)
    total = round(height + 34 + (18 if content.marks else 0))
    title = text_at(0, 24, content.title, size=20, weight=600) if content.title else ""
    drawn = "".join((*inside, *boxes, *beside))
    moved = f'<g transform="translate(0 {top:g})">{drawn}</g>'
    svg = "".join((_head(total), title, moved, *legend, *notes, "</svg>"))
    return MapPicture(svg, WIDTH, total)


def _inside(
    content: MapContent,
    shapes: Sequence[CommuneShape],
    routes: Sequence[DrawnLine],
    frame: Frame,
    room: Room,
) -> list[str]:
    """All that the frame cuts off, and the frame; countries before communes."""
    abroad = outside_names(_borders_of(content), shapes, frame, room)
    names = commune_names(shapes, content.classes, frame, room) if content.with_names else ()
    return [
        f'<clipPath id="frame"><rect width="{WIDTH:g}" height="{frame.height_px:g}"/></clipPath>',
        '<g clip-path="url(#frame)">',
        *_communes(shapes, content.classes, frame),
        *_borders(content.border, frame),
        *_routes(routes, frame),
        *_spots(content.spots, frame),
        *names,
        *abroad,
        "</g>",
        f'<rect width="{WIDTH:g}" height="{frame.height_px:g}" fill="none" stroke="#8A939B"/>',
    ]


def split_near(
    shapes: Sequence[CommuneShape],
) -> tuple[list[CommuneShape], list[CommuneShape]]:
    """What is drawn together, and what lies far out; the archipelagos always do."""
    islets = [shape for shape in shapes if is_archipelago(shape)]
    rest = [shape for shape in shapes if not is_archipelago(shape)]
    if not rest:
        return islets, []
    near, far = split_far(rest, FAR)
    return near, [*far, *islets]


def _room(content: MapContent, land: BaseGeometry, frame: Frame) -> Room:
    """What is taken before anything is written: land, border, the symbols of hotspots."""
    half = SPOT / 2
    spots = [(frame.x(lon), frame.y(lat)) for _, lon, lat in content.spots]
    lines = [line.geometry for line in content.border]
    solid = shapely.union_all([land, *shapely.intersection(lines, frame.box)])
    shown = shapely.simplify(in_units(solid, frame), 1)
    taken = [(x - half, y - half, x + half, y + half) for x, y in spots]
    return Room(WIDTH, frame.height_px, shown, taken)


def _borders_of(content: MapContent) -> dict[str, BaseGeometry]:
    return {line.neighbour: line.geometry for line in content.border if line.neighbour}


def _within(routes: Sequence[DrawnLine], land: BaseGeometry) -> list[DrawnLine]:
    """Routes cut off a little beyond the area."""
    west, south, east, north = land.bounds
    reach = ROUTE_MARGIN * max(east - west, north - south)
    around = shapely.buffer(shapely.simplify(land, reach / 8), reach)
    cut = [(shapely.intersection(line.geometry, around), line.mode) for line in routes]
    return [DrawnLine(geometry, mode) for geometry, mode in cut if not geometry.is_empty]


def _head(height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}"'
        f' width="{WIDTH:g}" height="{height:g}" font-family="Be Vietnam Pro">'
        f'{HATCH}<rect width="{WIDTH:g}" height="{height:g}" fill="{PAPER}"/>'
    )


def _communes(
    shapes: Sequence[CommuneShape], classes: Mapping[str, CommuneClass], frame: Frame
) -> list[str]:
    geometries = [shape.geometry for shape in shapes]
    simple = shapely.coverage_simplify(geometries, DETAIL / frame.px_per_lat)
    line = 1 if len(shapes) < MANY else 0.25
    drawn = [
        f'<path d="{outline_path(geometry, frame)}" fill="{fill_of(classes.get(shape.code))}"'
        f' stroke="#FFFFFF" stroke-width="{line}" stroke-linejoin="round"/>'
        for shape, geometry in zip(shapes, simple, strict=True)
    ]
    outline = outline_path(shapely.coverage_union_all(simple), frame)
    return [*drawn, f'<path d="{outline}" fill="none" stroke="#14323A" stroke-width="1.8"/>']


def _shown(geometry: BaseGeometry, frame: Frame) -> str:
    """The lines of a geometry that the frame shows, as the data of an SVG path."""
    return line_path(shapely.intersection(geometry, shapely.buffer(frame.box, 0.05)), frame)


def _borders(border: Sequence[DrawnLine], frame: Frame) -> list[str]:
    found = filter(None, (_shown(line.geometry, frame) for line in border))
    return [
        f'<path d="{path}" fill="none" stroke="#FFFFFF" stroke-width="5"/>'
        f'<path d="{path}" fill="none" stroke="#000000" stroke-width="2"'
        ' stroke-dasharray="12 4 2 4"/>'
        for path in found
    ]


def _routes(routes: Sequence[DrawnLine], frame: Frame) -> list[str]:
    drawn = []
    for line in routes:
        path = _shown(line.geometry, frame)
        if path:
            dash, colour = DASHES[line.mode or CorridorMode.OTHER]
            drawn.append(
                f'<path d="{path}" fill="none" stroke="#FFFFFF" stroke-width="6.5"/>'
                f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="3"{dash}/>'
            )
    return drawn


_DRAWN_LAST = (
    *(HotspotStatus.DELISTED, HotspotStatus.CLEARED, HotspotStatus.SUSPECTED),
    *(HotspotStatus.ACTIVE, HotspotStatus.RE_EMERGED),
)


def _spots(spots: Sequence[tuple[HotspotStatus, float, float]], frame: Frame) -> list[str]:
    ordered = sorted(spots, key=lambda spot: _DRAWN_LAST.index(spot[0]))
    return [spot_symbol(status, frame.x(lon), frame.y(lat), SPOT) for status, lon, lat in ordered]


def _north(room: Room) -> list[str]:
    """The north arrow in the first corner that is free, else upper right."""
    size = (28.0, 58.0)
    place = room.take(room.corners(size), size) or (WIDTH - 36, 8.0, 0.0, 0.0)
    x, y = place[0] + 4, place[1] + 2
    return [
        f'<path d="M{x:g} {y + 34:g}l10 -34l10 34l-10 -8z" fill="#14323A" stroke="#FFFFFF"/>',
        text_at(x + 5, y + 52, "B", size=15, weight=600),
    ]


def _scale(frame: Frame, room: Room) -> list[str]:
    """The scale bar in the first lower or upper corner that is free, else lower left."""
    metres, length = scale_bar(frame, 180)
    size = (length + 20, 36.0)
    upper_right, upper_left, lower_left, lower_right = room.corners(size)
    place = room.take((lower_left, lower_right, upper_left, upper_right), size) or lower_left
    x, y = place[0], place[1] + 28
    told = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    return [
        f'<rect x="{x:g}" y="{y - 26:g}" width="{length + 20:g}" height="34" fill="#FFFFFF"'
        ' fill-opacity="0.85"/>',
        f'<path d="M{x + 10:g} {y - 6:g}v6h{length:g}v-6" fill="none" stroke="#14323A"'
        ' stroke-width="2"/>',
        text_at(x + 14, y - 9, told, size=13),
    ]


def _notes(content: MapContent, top: float) -> list[str]:
    lines = []
    if content.marks:
        told = " · ".join(content.marks)
        lines.append(text_at(0, top + 12, told, size=14, weight=600, colour="#A31621"))
        top += 18
    lines.append(text_at(0, top + 12, content.source, size=12, colour="#5B6670"))
    return lines
