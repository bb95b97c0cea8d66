"""What lies on the ground of a printed map: routes, incidents, clusters, gates, hotspots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.standing_terms import CorridorMode
from geo.terms import ClusterFlag, HotspotStatus
from models.disclosure import DEGREE_M, GRID_M
from webapp.labels import vn_number
from webapp.services.corridors import Force, force_on
from webapp.services.map_legend import DASHES, spot_symbol
from webapp.services.map_room import Box, in_units
from webapp.services.map_sheet_areas import BEYOND, Ground, sheet_box
from webapp.services.map_sheet_facts import SheetFacts, SheetRequest
from webapp.services.map_sheet_ink import (
    CASING,
    DOT,
    FLAG_LINES,
    GATE,
    INK,
    MUTED,
    area_path,
    line_path,
    stroked,
)
from webapp.services.mini_map import Frame

COUNTS_FROM_ZOOM = 8.0
"""From here on the number of cases known by their commune alone stands on the commune."""

SMALL_CLUSTER = 20.0
MANY = 150
"""With more symbols of a kind on a map of a large area they are drawn smaller."""

_GRAVEST_LAST = (
    *(HotspotStatus.DELISTED, HotspotStatus.CLEARED, HotspotStatus.SUSPECTED),
    *(HotspotStatus.ACTIVE, HotspotStatus.RE_EMERGED),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A symbol on the map: where its middle is and its size, in units of the drawing."""

    x: float
    y: float
    size: float
    svg: str

    @property
    def box(self) -> Box:
        """What it covers."""
        half = self.size / 2
        return self.x - half, self.y - half, self.x + half, self.y + half


def is_in(frame: Frame, lon: float | None, lat: float | None) -> bool:
    """Whether a point in degrees lies in the frame."""
    if lon is None or lat is None:
        return False
    x, y = (lon - frame.west) * frame.px_per_lon, (frame.north - lat) * frame.px_per_lat
    return 0 <= x <= frame.width_px and 0 <= y <= frame.height_px


def draw_routes(facts: SheetFacts, wanted: SheetRequest) -> list[str]:
    """Key routes by mode on a white casing."""
    around = shapely.box(
        -BEYOND, -BEYOND, facts.frame.width_px + BEYOND, facts.frame.height_px + BEYOND
    )
    drawn = []
    for route in facts.routes:
        if wanted.shows(f"routes.{route.mode.value}"):
            line = shapely.simplify(in_units(route.geometry, facts.frame), 0.4)
            path = line_path([shapely.intersection(line, around)])
            lines = "".join(route_lines(route.mode, path, 0.6 if facts.zoom < 7 else 1.0))
            in_force = force_on(route, wanted.view.until) is Force.IN_FORCE
            drawn.append(lines if in_force else f'<g opacity="0.5">{lines}</g>')
    return drawn


def route_lines(mode: CorridorMode, path: str, part: float = 1.0) -> list[str]:
    """A route with its casing; a railway has the ladder that all maps give it."""
    dash, colour = DASHES[mode]
    casing = stroked(path, CASING, 7 * part)
    if mode is CorridorMode.RAIL:
        inside = stroked(path, CASING, 1.8 * part, dash)
        return [casing, stroked(path, colour, 3.8 * part), inside]
    return [casing, stroked(path, colour, 3.4 * part, dash)]


def draw_density(facts: SheetFacts, wanted: SheetRequest) -> list[str]:
    """Cells of the density as squares whose area tells the number."""
    if not wanted.shows("incidents") or facts.incidents["mode"] != "density":
        return []
    frame, side = facts.frame, facts.incidents["cell_deg"]
    most = most_in_cell(facts)
    drawn = []
    for lon, lat, n in facts.incidents["cells"]:
        half = side / 2 * max(0.16, sqrt(n / most)) * frame.px_per_lat
        drawn.append(
            f'<rect x="{frame.x(lon) - half:.1f}" y="{frame.y(lat) - half:.1f}"'
            f' width="{2 * half:.1f}" height="{2 * half:.1f}"/>'
        )
    style = f'fill="{DOT}" fill-opacity="0.5" stroke="{CASING}" stroke-width="0.6"'
    return [f"<g {style}>", *drawn, "</g>"]


def most_in_cell(facts: SheetFacts) -> int:
    """The largest number of incidents in one cell, at least 1."""
    return max((n for _, _, n in facts.incidents["cells"]), default=1)


def draw_points(facts: SheetFacts, wanted: SheetRequest) -> list[str]:
    """Incidents as small translucent points, or squares of 250 m where no more may be told."""
    if not wanted.shows("incidents") or facts.incidents["mode"] != "points":
        return []
    frame = facts.frame
    radius = 1.8 if facts.zoom < 7 else 2.6 if facts.zoom < 9 else 3.4 if facts.zoom < 12 else 4.6
    style = f'fill="{DOT}" fill-opacity="0.6" stroke="{CASING}" stroke-width="0.6"'
    half = GRID_M / 2 / DEGREE_M * frame.px_per_lat
    here = [point for point in facts.incidents["points"] if is_in(frame, point[1], point[2])]
    points = (
        f'<circle cx="{frame.x(lon):g}" cy="{frame.y(lat):g}" r="{radius:g}"/>'
        for _, lon, lat, *_, in_square in here
        if not (in_square and half > radius)
    )
    squares = [point for point in here if point[-1] and half > radius]
    return [f"<g {style}>", *points, "</g>", *_squares(facts, squares, half)]


def _squares(facts: SheetFacts, points: Sequence[Any], half: float) -> list[str]:
    frame, side = facts.frame, f'width="{2 * half:.1f}" height="{2 * half:.1f}"'
    middles = dict.fromkeys((frame.x(point[1]), frame.y(point[2])) for point in points)
    drawn = (f'<rect x="{x - half:.1f}" y="{y - half:.1f}" {side}/>' for x, y in middles)
    style = f'fill="{DOT}" fill-opacity="0.18" stroke="{DOT}" stroke-dasharray="5 4"'
    return [f"<g {style}>", *drawn, "</g>"] if points else []


def draw_clusters(facts: SheetFacts, wanted: SheetRequest) -> list[str]:
    """Outlines of clusters by flag; one too small to see is a circle."""
    found = [c for c in facts.clusters["clusters"] if wanted.shows(f"clusters.{c['flag']}")]
    hulls = [shapely.from_geojson(json.dumps(cluster["hull"])) for cluster in found]
    seen = [
        (cluster, hull)
        for cluster, hull in zip(found, hulls, strict=True)
        if shapely.intersects(hull, facts.frame.box)
    ]
    part = _part_of(facts.zoom, len(seen))
    drawn = []
    for cluster, hull in seen:
        path = _cluster_path(hull, facts.frame, 12 * part)
        drawn += cluster_lines(ClusterFlag(cluster["flag"]), path, part)
    return drawn


def _part_of(zoom: float, n: int) -> float:
    """How large symbols are drawn: smaller on a map of a large area, and where they are many."""
    fitting = 0.5 if zoom < 6.5 else 0.68 if zoom < 7.5 else 0.82 if zoom < 8.6 else 1.0
    return fitting * (0.72 if zoom < 10.5 and n > MANY else 1.0)


def cluster_lines(flag: ClusterFlag, path: str, part: float = 1.0) -> list[str]:
    """The outline of a cluster on a casing; that of a re-emerging one is a double line.

    `part` makes all lines finer, for a map of a large area.
    """
    colour, width, dash = FLAG_LINES[flag]
    width *= part
    more = f' stroke-dasharray="{dash}"' if dash else ""
    inside = [stroked(path, CASING, 0.34 * width)] if flag is ClusterFlag.RE_EMERGING else []
    fill = f'<path d="{path}" fill="{colour}" fill-opacity="0.08"/>' if path else ""
    casing = stroked(path, CASING, width + 2, ' stroke-opacity="0.8"')
    return [fill, casing, stroked(path, colour, width, more), *inside]


def _cluster_path(hull: BaseGeometry, frame: Frame, radius: float) -> str:
    drawn = in_units(hull, frame)
    west, top, east, bottom = drawn.bounds
    if hypot(east - west, bottom - top) >= SMALL_CLUSTER:
        return area_path([drawn])
    x, y = (west + east) / 2 - radius, (top + bottom) / 2
    arc = f"a{radius:.1f} {radius:.1f} 0 1 0"
    return f"M{x:.1f} {y:.1f}{arc}{2 * radius:.1f} 0{arc}{-2 * radius:.1f} 0Z"


def gate_marks(facts: SheetFacts, wanted: SheetRequest) -> list[tuple[Mark, str]]:
    """Border gates in the frame with their names."""
    if not wanted.shows("gates"):
        return []
    size = 10.0 if facts.zoom < 6.5 else 13.0 if facts.zoom < 7.5 else 17.0
    found = [gate for gate in facts.gates if is_in(facts.frame, gate.lon, gate.lat)]
    return [(gate_mark(facts.frame.x(g.lon), facts.frame.y(g.lat), size), g.name) for g in found]


def gate_mark(x: float, y: float, size: float) -> Mark:
    """The diamond of a gate."""
    h = 0.36 * size
    svg = (
        f'<path d="M{x:g} {y - h:g}l{h:g} {h:g}l{-h:g} {h:g}l{-h:g} {-h:g}z" fill="{GATE}"'
        f' stroke="{CASING}" stroke-width="{0.1 * size:g}" paint-order="stroke"/>'
    )
    return Mark(x, y, size, svg)


def hotspot_marks(facts: SheetFacts, wanted: SheetRequest) -> list[Mark]:
    """Hotspots in the frame, the gravest last."""
    drawn = [
        (_GRAVEST_LAST.index(HotspotStatus(spot["status"])), spot)
        for spot in facts.hotspots
        if is_in(facts.frame, spot["lon"], spot["lat"]) and wanted.shows(_key(spot))
    ]
    size = 22.0 * _part_of(facts.zoom, len(drawn))
    marks = []
    for rank, spot in sorted(drawn, key=lambda each: each[0]):
        x, y = facts.frame.x(spot["lon"]), facts.frame.y(spot["lat"])
        marks.append(Mark(x, y, size, spot_symbol(_GRAVEST_LAST[rank], x, y, size)))
    return marks


def vague_texts(facts: SheetFacts, wanted: SheetRequest) -> dict[str, str]:
    """The number of cases known by their commune alone, by its code; none where they are off."""
    if not wanted.shows("incidents"):
        return {}
    return {code: vn_number(n) for code, n in facts.incidents["communes"].items() if n}


def count_marks(
    facts: SheetFacts, ground: Ground, texts: Mapping[str, str], taken: Iterable[Box]
) -> list[Mark]:
    """Numbers by commune code on their communes, beside what is drawn already."""
    if facts.zoom < COUNTS_FROM_ZOOM:
        return []
    marks: list[Mark] = []
    boxes = list(taken)
    for each in ground.own:
        text = texts.get(each.shape.code)
        if text:
            seen = shapely.intersection(each.geometry, sheet_box(facts.frame))
            point = shapely.point_on_surface(seen)
            if not point.is_empty:
                mark = _count_mark(point.x, point.y, text, boxes)
                marks.append(mark)
                boxes.append(mark.box)
    return marks


def _count_mark(x: float, y: float, text: str, taken: Sequence[Box]) -> Mark:
    """A number in a small frame near the middle of its commune, where most is free."""
    width = 8 + 7.4 * len(text)

    def covered(shift: tuple[float, float]) -> int:
        cx, cy = x + shift[0], y + shift[1]
        box = (cx - width / 2, cy - 9, cx + width / 2, cy + 9)
        return sum(_meet(box, other) for other in taken)

    dx, dy = min(((0.0, 15.0), (0.0, -15.0), (22.0, 0.0), (-22.0, 0.0)), key=covered)
    return count_mark(x + dx, y + dy, text)


def count_mark(x: float, y: float, text: str) -> Mark:
    """A number of cases in a small frame."""
    width = 8 + 7.4 * len(text)
    svg = (
        f'<rect x="{x - width / 2:.1f}" y="{y - 8:.1f}" width="{width:g}" height="16" rx="3"'
        f' fill="{CASING}" stroke="{MUTED}" stroke-width="0.9"/>'
        f'<text x="{x:.1f}" y="{y + 4.4:.1f}" font-size="12" text-anchor="middle" fill="{INK}"'
        f">{text}</text>"
    )
    return Mark(x, y, max(width, 17.0), svg)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _key(spot: Mapping[str, Any]) -> str:
    return f"hotspots.{spot['status']}"
