"""A map of a province, or of the nation, drawn as one SVG: no browser, no network.

Classes of the communes, hotspots in the shapes of the interface, key routes, the land
border, scale bar, north, legend, source. Communes far out at sea stand in boxes of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.standing_terms import CorridorMode
from geo.terms import CommuneClass, HotspotStatus
from models.communes import CommuneShape
from webapp.services.map_legend import (
    DASHES,
    HATCH,
    PAPER,
    fill_of,
    legend_rows,
    spot_symbol,
    text_at,
)
from webapp.services.mini_map import Frame, outline_path, scale_bar

WIDTH = 1000.0
"""Units across; the drawing is scaled to the page."""

LEAST_HEIGHT, MOST_HEIGHT = 420.0, 980.0
MARGIN = 0.03
DETAIL = 0.5
"""Bends of a limit smaller than this are left out: nobody sees them."""

FAR = 0.15
"""A commune farther from the mainland than this share of its size has a box of its own."""

BOX = 150.0
SMALL = 6.0
"""An island lower than this is drawn as a dot."""

SPOT = 15.0
LABEL = 13.0
MOST_LABELS = 45
MANY = 500
"""With so many communes their limits are thin, or they would hide the colours."""


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A route or a part of the land border in WGS 84."""

    geometry: BaseGeometry
    mode: CorridorMode | None = None


@dataclass(frozen=True, slots=True)
class MapContent:
    """What a map shows, all in WGS 84.

    `spots` are the hotspots that have a point: status, lon, lat; `unplaced` counts
    those known by their commune alone. `marks` are said on the map itself.
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
    near, far = _split(drawable)
    frame = _frame(near)
    top = 40.0
    parts = [
        f'<g transform="translate(0 {top:g})">',
        f'<clipPath id="frame"><rect width="{WIDTH:g}" height="{frame.height_px:g}"/></clipPath>',
        '<g clip-path="url(#frame)">',
        *_communes(near, content.classes, frame),
        *_borders(content.border, frame),
        *_routes(content.routes, frame),
        *(_names(near, frame) if content.with_names else ()),
        *_spots(content.spots, frame),
        "</g>",
        *_boxes(far, content.classes, frame.height_px),
        *_north(),
        *_scale(frame),
        f'<rect width="{WIDTH:g}" height="{frame.height_px:g}" fill="none" stroke="#8A939B"/>',
        "</g>",
    ]
    legend, height = legend_rows(
        classes=[content.classes.get(shape.code, CommuneClass.UNKNOWN) for shape in drawable],
        statuses=[status for status, _, _ in content.spots],
        unplaced=content.unplaced,
        modes=[line.mode for line in content.routes if line.mode],
        with_border=bool(content.border),
        top=top + frame.height_px + 16,
    )
    notes = _notes(content, height + 8)
    total = round(height + 34 + (18 if content.marks else 0))
    title = text_at(0, 24, content.title, size=20, weight=600)
    svg = "".join((_head(total), title, *parts, *legend, *notes, "</svg>"))
    return MapPicture(svg, WIDTH, total)


def _head(height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}"'
        f' width="{WIDTH:g}" height="{height:g}" font-family="Be Vietnam Pro">'
        f'{HATCH}<rect width="{WIDTH:g}" height="{height:g}" fill="{PAPER}"/>'
    )


def _split(shapes: Sequence[CommuneShape]) -> tuple[list[CommuneShape], list[CommuneShape]]:
    """What is drawn together, and what lies too far out for it."""
    geometries = np.array([shape.geometry for shape in shapes])
    mainland = max(shapely.get_parts(shapely.union_all(geometries)), key=lambda part: part.area)
    west, south, east, north = mainland.bounds
    is_far = shapely.distance(geometries, mainland) > FAR * max(east - west, north - south)
    near = [shape for shape, away in zip(shapes, is_far, strict=True) if not away]
    return near, [shape for shape, away in zip(shapes, is_far, strict=True) if away]


def _frame(shapes: Sequence[CommuneShape]) -> Frame:
    """As wide as the page, as high as the shapes ask for."""
    area = shapely.union_all([shapely.box(*shape.geometry.bounds) for shape in shapes])
    wide = Frame.around(area, WIDTH, 1e9, MARGIN)
    west, south, east, north = area.bounds
    asked = (north - south + 2 * MARGIN * max(east - west, north - south)) * wide.px_per_lat
    height = round(min(max(asked, LEAST_HEIGHT), MOST_HEIGHT))
    return Frame.around(area, WIDTH, height, MARGIN)


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
    outline = outline_path(shapely.union_all(simple), frame)
    return [*drawn, f'<path d="{outline}" fill="none" stroke="#14323A" stroke-width="1.8"/>']


def _line_path(geometry: BaseGeometry, frame: Frame) -> str:
    """The lines of a geometry that the frame shows, as the data of an SVG path."""
    cut = shapely.intersection(geometry, shapely.buffer(frame.box, 0.05))
    lines = [part for part in shapely.get_parts(cut) if part.geom_type == "LineString"]
    return "".join(
        "M" + "L".join(f"{frame.x(lon):g} {frame.y(lat):g}" for lon, lat in line.coords)
        for line in lines
        if len(line.coords) > 1
    )


def _borders(border: Sequence[DrawnLine], frame: Frame) -> list[str]:
    found = filter(None, (_line_path(line.geometry, frame) for line in border))
    return [
        f'<path d="{path}" fill="none" stroke="#FFFFFF" stroke-width="5"/>'
        f'<path d="{path}" fill="none" stroke="#000000" stroke-width="2"'
        ' stroke-dasharray="12 4 2 4"/>'
        for path in found
    ]


def _routes(routes: Sequence[DrawnLine], frame: Frame) -> list[str]:
    drawn = []
    for line in routes:
        path = _line_path(line.geometry, frame)
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


def _names(shapes: Sequence[CommuneShape], frame: Frame) -> list[str]:
    """Names of the largest communes, as far as they fit in and beside each other."""
    placed: list[tuple[float, float, float, float]] = []
    drawn: list[str] = []
    for shape in sorted(shapes, key=lambda shape: (-shape.geometry.area, shape.code)):
        if len(drawn) == MOST_LABELS:
            break
        width = 0.56 * LABEL * len(shape.name)
        west, _, east, _ = shape.geometry.bounds
        point = shapely.point_on_surface(shape.geometry)
        x, y = frame.x(point.x), frame.y(point.y)
        box = (x - width / 2, y - LABEL, x + width / 2, y + LABEL / 3)
        fits = width <= (east - west) * frame.px_per_lon and box[0] >= 0 and box[2] <= WIDTH
        if fits and not any(_touch(box, other) for other in placed):
            placed.append(box)
            drawn.append(
                f'<text x="{x:g}" y="{y:g}" font-size="{LABEL:g}" text-anchor="middle"'
                ' fill="#1F252B" stroke="#FFFFFF" stroke-width="2.4" stroke-opacity="0.75"'
                f' paint-order="stroke">{escape(shape.name)}</text>'
            )
    return drawn


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    return not apart


def _boxes(
    shapes: Sequence[CommuneShape], classes: Mapping[str, CommuneClass], height: float
) -> list[str]:
    """Far communes, each in a box at the lower right: islands too small to draw are dots."""
    drawn = []
    for number, shape in enumerate(shapes):
        x, y = WIDTH - (number + 1) * (BOX + 10), height - BOX - 10
        frame = Frame.around(shape.geometry, BOX, BOX - 24, 0.1)
        fill = fill_of(classes.get(shape.code))
        dots = "".join(
            f'<circle cx="{frame.x(part.centroid.x):g}" cy="{frame.y(part.centroid.y):g}" r="3"'
            f' fill="{fill}" stroke="#14323A"/>'
            for part in shapely.get_parts(shape.geometry)
            if (part.bounds[3] - part.bounds[1]) * frame.px_per_lat < SMALL
        )
        drawn.append(
            f'<g transform="translate({x:g} {y:g})">'
            f'<rect width="{BOX:g}" height="{BOX:g}" fill="#FFFFFF" stroke="#8A939B"/>'
            f'<path d="{outline_path(shape.geometry, frame)}" fill="{fill}" stroke="#14323A"/>'
            f"{dots}{text_at(6, BOX - 8, shape.full_name, size=12)}</g>"
        )
    return drawn


def _north() -> list[str]:
    x, y = WIDTH - 34, 20
    return [
        f'<path d="M{x} {y + 34}l10 -34l10 34l-10 -8z" fill="#14323A" stroke="#FFFFFF"/>',
        text_at(x + 6, y + 52, "B", size=15, weight=600),
    ]


def _scale(frame: Frame) -> list[str]:
    metres, length = scale_bar(frame, 180)
    y = frame.height_px - 18
    told = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    return [
        f'<rect x="10" y="{y - 22:g}" width="{length + 20:g}" height="34" fill="#FFFFFF"'
        ' fill-opacity="0.85"/>',
        f'<path d="M20 {y - 6:g}v6h{length:g}v-6" fill="none" stroke="#14323A" stroke-width="2"/>',
        text_at(24, y - 6, told, size=13),
    ]


def _notes(content: MapContent, top: float) -> list[str]:
    lines = []
    if content.marks:
        told = " · ".join(content.marks)
        lines.append(text_at(0, top + 12, told, size=14, weight=600, colour="#A31621"))
        top += 18
    lines.append(text_at(0, top + 12, content.source, size=12, colour="#5B6670"))
    return lines
