"""Names on a printed map: none covers another, none hides a symbol if it can be helped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.terms import CommuneClass
from webapp.services.archipelagos import ARCHIPELAGOS, Archipelago
from webapp.services.map_room import Box, Room
from webapp.services.map_sheet_areas import DrawnCommune, Ground, sheet_box
from webapp.services.map_sheet_facts import SheetFacts, SheetRequest
from webapp.services.map_sheet_ink import CLASS_FILLS, GATE, INK, MUTED, WATER
from webapp.services.map_sheet_letters import Lettering, Points, Writer, width_of
from webapp.services.map_sheet_marks import Mark, is_in
from webapp.services.map_words import outside_names
from webapp.services.shapes import label_points

COMMUNES_FROM_ZOOM = 8.6
ISLANDS = "Đặc khu "
_TITLES = ("Thành phố ", "Tỉnh ", "Phường ", "Xã ", "Đặc khu ")

ABROAD = (
    *(("LÀO", 102.9, 19.6), ("LÀO", 106.4, 15.3), ("CAM-PU-CHIA", 104.9, 12.7)),
    *(("TRUNG QUỐC", 108.2, 23.0), ("THÁI LAN", 102.7, 16.3)),
)
SEAS = (("BIỂN ĐÔNG", 112.6, 13.6), ("VỊNH BẮC BỘ", 107.8, 19.5), ("VỊNH THÁI LAN", 102.9, 9.2))


def draw_names(
    facts: SheetFacts,
    wanted: SheetRequest,
    ground: Ground,
    marks: Sequence[Mark],
    gates: Sequence[tuple[Mark, str]],
    *,
    dark: frozenset[str] = frozenset(),
) -> list[str]:
    """All names of a sheet: archipelagos, our units, gates, what lies around.

    `dark` are the codes of the communes that are drawn dark.
    """
    writer = Writer(facts.frame, [mark.box for mark in marks], fine_points(facts, wanted))
    _archipelagos(writer, facts)
    if wanted.shows("labels"):
        if facts.zoom >= COMMUNES_FROM_ZOOM or wanted.view.province_code:
            _gates(writer, gates)
            _provinces_around(writer, facts, wanted, ground)
            _communes(writer, facts, ground, dark)
        else:
            _provinces(writer, facts)
    _around(writer, facts, ground)
    return writer.drawn


def short_name(name: str) -> str:
    """A name without the word for its kind of unit.

    >>> short_name("Tỉnh Quảng Ngãi")
    'Quảng Ngãi'
    """
    return next((name.removeprefix(t) for t in _TITLES if name.startswith(t)), name)


def in_two(name: str) -> list[str]:
    """A name on two lines of like length, on one where it has one word.

    >>> in_two("Đặng Thùy Trâm")
    ['Đặng', 'Thùy Trâm']
    """
    words = name.split()
    if len(words) < 2:
        return [name]
    halves = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    first, second = min(halves, key=lambda half: max(len(half[0]), len(half[1])))
    return [first, second]


def _archipelagos(writer: Writer, facts: SheetFacts) -> None:
    """The archipelagos of which the frame shows the most: their islets and their names."""
    for full_name, group in ARCHIPELAGOS.items():
        seen = [(lon, lat) for lon, lat in group.islets if is_in(facts.frame, lon, lat)]
        if 2 * len(seen) >= len(group.islets):
            code = next((s.code for s in facts.shapes if s.full_name == full_name), "")
            cls = facts.classes.get(code, CommuneClass.UNKNOWN)
            spots = [(facts.frame.x(lon), facts.frame.y(lat)) for lon, lat in seen]
            _archipelago(writer, group, spots, CLASS_FILLS[cls])


def _archipelago(
    writer: Writer, group: Archipelago, spots: Sequence[tuple[float, float]], fill: str
) -> None:
    """Every islet a dot, a fine frame around, the name below it."""
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    west, top, east, bottom = min(xs) - 12, min(ys) - 12, max(xs) + 12, max(ys) + 12
    writer.drawn.append(
        f'<rect x="{west:.1f}" y="{top:.1f}" width="{east - west:.1f}"'
        f' height="{bottom - top:.1f}" rx="4" fill="none" stroke="{MUTED}" stroke-width="0.8"'
        ' stroke-dasharray="4 3"/>'
    )
    writer.drawn += [
        f'<circle cx="{x:g}" cy="{y:g}" r="2.6" fill="{fill}" stroke="{INK}" stroke-width="1"/>'
        for x, y in spots
    ]
    writer.taken.append((west, top, east, bottom))
    middle = (west + east) / 2
    places = [(middle, bottom + 18), (middle, top - 18), (west - 80, (top + bottom) / 2)]
    lines = (group.name, f"({group.belongs_to})")
    writer.write(lines, places, Lettering(13, weight=600), hides=9)


def _gates(writer: Writer, gates: Sequence[tuple[Mark, str]]) -> None:
    how = Lettering(12, colour=GATE, weight=500)
    for mark, _ in gates:
        writer.taken.append(mark.box)
    for mark, name in gates:
        half = width_of(name, how) / 2 + mark.size / 2 + 3
        sides = ((half, 0.0), (-half, 0.0), (0.0, mark.size), (0.0, -mark.size))
        writer.write([name], [(mark.x + dx, mark.y + dy) for dx, dy in sides], how, hides=1)


def _provinces(writer: Writer, facts: SheetFacts) -> None:
    """Names of provinces, the cities run by the centre first, then the larger."""
    how, small = Lettering(12.4, weight=600), Lettering(11, weight=600)
    found = sorted(facts.land, key=lambda each: (not _is_city(each.name), -each.geometry.area))
    points = label_points([province.geometry for province in found])
    for province, (lon, lat) in zip(found, points, strict=True):
        if not is_in(facts.frame, lon, lat):
            continue
        x, y = facts.frame.x(lon), facts.frame.y(lat)
        name = short_name(province.name)
        places = [(x + dx, y + dy) for dy in (0, -14, 14, -26, 26) for dx in (0, -24, 24, -40, 40)]
        _ = (
            writer.write([name], places, how, hides=2)
            or writer.write(in_two(name), places, how, hides=6)
            or writer.write([name], places, small, hides=12 if _is_city(province.name) else 6)
        )


def _is_city(name: str) -> bool:
    return name.startswith("Thành phố ")


def _communes(writer: Writer, facts: SheetFacts, ground: Ground, dark: frozenset[str]) -> None:
    """Names of communes, the larger first, where they lie inside for the most part."""
    for each in sorted(ground.own, key=lambda c: (-c.geometry.area, c.shape.code)):
        seen = shapely.intersection(each.geometry, sheet_box(facts.frame))
        if not seen.is_empty:
            _commune(writer, each, seen, is_dark=each.shape.code in dark)


def _commune(writer: Writer, each: DrawnCommune, seen: BaseGeometry, *, is_dark: bool) -> None:
    """The name of one commune; that of islands may stand beside them."""
    how = Lettering(12.5, "#FFFFFF", "#7A2318") if is_dark else Lettering(12.5)
    places = _places_in(seen)

    def fits(box: Box) -> bool:
        return _share_inside(seen, box) >= 0.8

    for lines in ([each.shape.name], in_two(each.shape.name)):
        if writer.write(lines, places, how, fits=fits):
            return
    if each.shape.full_name.startswith(ISLANDS):
        west, top, east, bottom = seen.bounds
        half = width_of(each.shape.name, how) / 2 + 5
        x, y = (west + east) / 2, (top + bottom) / 2
        beside = [(east + half, y), (west - half, y), (x, top - 12), (x, bottom + 12)]
        writer.write([each.shape.name], beside, Lettering(12.5, weight=500), hides=1)


def _provinces_around(
    writer: Writer, facts: SheetFacts, wanted: SheetRequest, ground: Ground
) -> None:
    """Names of the provinces around the chosen one, or of all that the frame shows."""
    names = {province.code: province.name for province in facts.land}
    chosen, is_nation = wanted.view.province_code, wanted.view.province_code is None
    how = Lettering(13.5, MUTED, weight=500, is_italic=True, spacing=0.6)
    if is_nation:
        how = Lettering(15, "#46525B", weight=600, spacing=2.2)
    for code, whole in sorted(ground.provinces.items()):
        seen = shapely.intersection(whole, sheet_box(facts.frame))
        if seen.is_empty or code == chosen or (is_nation and len(ground.provinces) == 1):
            continue
        largest = max(shapely.get_parts(seen), key=lambda part: part.area)
        x, y = shapely.maximum_inscribed_circle(largest, 4.0).coords[0]
        places = [(x, y + shift) for shift in (0.0, -14.0, 14.0, -30.0, 30.0)]
        name = short_name(names.get(code, ""))
        name = name.upper() if is_nation else name

        def fits(box: Box, area: BaseGeometry = largest) -> bool:
            return _share_inside(area, box) >= 0.75

        if not writer.write([name], places, how, fits=fits):
            writer.write(in_two(name), places, how, fits=fits)


def _around(writer: Writer, facts: SheetFacts, ground: Ground) -> None:
    """Names of what lies around the country: other countries and the sea."""
    if facts.zoom >= 7:
        land = shapely.union_all(list(ground.provinces.values()), grid_size=0.1)
        room = Room(facts.frame.width_px, facts.frame.height_px, land, list(writer.taken))
        borders = {line.neighbour: line.geometry for line in facts.border}
        shapes = [each.shape for each in ground.communes]
        writer.drawn += outside_names(borders, shapes, facts.frame, room)
        return
    for group, colour in ((SEAS, WATER), (ABROAD, MUTED)):
        how = Lettering(14, colour=colour, halo="none", is_italic=group is SEAS, spacing=3)
        for name, lon, lat in group:
            writer.write([name], [(facts.frame.x(lon), facts.frame.y(lat))], how)


def fine_points(facts: SheetFacts, wanted: SheetRequest) -> Points:
    """Points of incidents and along routes, n by 2, in units of the drawing."""
    frame = facts.frame
    points = [(p[1], p[2]) for p in facts.incidents["points"]] if wanted.shows("incidents") else []
    step = 8 / frame.px_per_lat
    for route in facts.routes:
        if wanted.shows(f"routes.{route.mode.value}"):
            line = shapely.segmentize(shapely.intersection(route.geometry, frame.box), step)
            points += shapely.get_coordinates(line).tolist()
    lonlat = np.array(points, dtype=float).reshape(-1, 2)
    x = (lonlat[:, 0] - frame.west) * frame.px_per_lon
    return np.column_stack([x, (frame.north - lonlat[:, 1]) * frame.px_per_lat])


def _places_in(seen: BaseGeometry) -> list[tuple[float, float]]:
    """Middles for a name: where a commune is widest, then a little above and below."""
    polygons = [part for part in shapely.get_parts(seen) if part.geom_type == "Polygon"]
    if not polygons:
        return []
    largest = max(polygons, key=lambda part: part.area)
    starts = [shapely.maximum_inscribed_circle(largest, 2.0).coords[0]]
    middle = largest.centroid
    if shapely.contains(largest, middle):
        starts.insert(0, (middle.x, middle.y))
    shifts = [(dx, dy) for dy in (0.0, -13.0, 13.0, -24.0, 24.0) for dx in (0.0, -10.0, 10.0)]
    return [(x + dx, y + dy) for x, y in starts for dx, dy in shifts]


def _share_inside(area: BaseGeometry, box: Box) -> float:
    """The share of a few points of a box that lie in an area."""
    x, y = np.meshgrid(np.linspace(box[0], box[2], 5), np.linspace(box[1] + 2, box[3] - 2, 2))
    return float(np.mean(shapely.contains_xy(area, x.ravel(), y.ravel())))
