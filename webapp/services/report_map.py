"""The maps of a report: of its area, and in the report of the nation of every province."""

from __future__ import annotations

from collections.abc import Iterable

from geo.terms import CommuneClass, HotspotStatus
from models.disclosure import snap_to_grid
from models.hotspots import StoredHotspot
from models.lifecycle import status_at
from webapp.labels import vn_date
from webapp.services.map_picture import DrawnLine, MapContent, draw_map
from webapp.services.report_blocks import Drawing
from webapp.services.report_facts import ReportFacts


def area_map(found: ReportFacts, marks: tuple[str, ...], caption: str) -> Drawing | None:
    """The map of the whole area; None where the map of communes has none of it."""
    return _drawing(found, marks, caption, None)


def province_maps(
    found: ReportFacts, marks: tuple[str, ...], told: str
) -> tuple[tuple[str, Drawing], ...]:
    """In the report of the nation a map of every province of which a class is known, by name."""
    if found.province_name:
        return ()
    known = {code for code, cls in found.now.classes.items() if cls is not CommuneClass.UNKNOWN}
    names = {u.province_code: u.province_name for u in found.units if u.code in known}
    drawn = (
        (name, _drawing(found, marks, f"Bản đồ phân loại xã, {name}, {told}", code))
        for code, name in sorted(names.items())
    )
    return tuple((name, drawing) for name, drawing in drawn if drawing is not None)


def _drawing(
    found: ReportFacts, marks: tuple[str, ...], caption: str, province: str | None
) -> Drawing | None:
    """A map of the whole area, or of one of its provinces."""
    hotspots = found.facts.hotspots
    if province is not None:
        provinces = {unit.code: unit.province_code for unit in found.units}
        hotspots = tuple(
            spot
            for spot in hotspots
            if provinces.get(spot.placement.commune_code_now or "") == province
        )
    spots, unplaced = _spots(found, hotspots)
    picture = draw_map(
        MapContent(
            title="",
            shapes=[s for s in found.shapes if province in (None, s.province_code)],
            classes=found.now.classes,
            spots=spots,
            unplaced=unplaced,
            routes=[DrawnLine(each.geometry, each.mode) for each in found.corridors],
            border=[DrawnLine(line.geometry, neighbour=line.neighbour) for line in found.border],
            marks=marks,
            source=f"Nguồn bản đồ: {found.version.source} ({found.version.vintage})."
            f" Tình trạng điểm, tụ điểm đến ngày {vn_date(found.now.until)}.",
            with_names=bool(found.province_name) or province is not None,
        )
    )
    return None if picture is None else Drawing(picture, caption)


def _spots(
    found: ReportFacts, hotspots: Iterable[StoredHotspot]
) -> tuple[list[tuple[HotspotStatus, float, float]], int]:
    """Hotspots to draw, dwellings on their grid; how many are known by their commune alone."""
    drawn, unplaced = [], 0
    for spot in hotspots:
        status, place = status_at(spot.events, found.facts.until), spot.placement
        if status is None:
            continue
        if place.lon is None or place.lat is None or not place.precision.finer_than_commune:
            unplaced += 1
            continue
        point = place.lon, place.lat
        drawn.append((status, *(snap_to_grid(*point) if spot.is_dwelling else point)))
    return drawn, unplaced
