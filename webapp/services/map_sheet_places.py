"""Facilities and segments of the border on a printed map, with their rows of the legend."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import shapely

from geo.terms import FacilityKind
from webapp.facility_labels import FACILITY_KINDS
from webapp.labels import vn_number
from webapp.services.border_layer import SHOWN_BAND, count_breaks
from webapp.services.map_legend import SEGMENT_LINES, SEGMENT_WIDTHS, facility_symbol
from webapp.services.map_room import in_units
from webapp.services.map_sheet_facts import SheetFacts
from webapp.services.map_sheet_ink import CASING, line_path, stroked
from webapp.services.map_sheet_marks import MANY, Mark, is_in
from webapp.services.map_sheet_swatches import LegendRow, swatch


def draw_segments(facts: SheetFacts) -> list[str]:
    """Segments of the border in classes, heavier and darker where more cases lie behind them."""
    breaks = _breaks(facts)
    part = 1.0 if facts.zoom >= 7 else 0.6
    around = shapely.buffer(facts.frame.box, 0.1)
    drawn = []
    for segment in facts.segments:
        line = shapely.intersection(shapely.from_geojson(json.dumps(segment["line"])), around)
        path = line_path([in_units(line, facts.frame)])
        drawn += _segment(path, _class_in(breaks, segment), part)
    return drawn


def segment_rows(facts: SheetFacts) -> Iterable[LegendRow]:
    """A row for every class of segments where the frame shows some, with how many it shows."""
    breaks = _breaks(facts)
    seen = Counter(
        _class_in(breaks, each)
        for each in facts.segments
        if shapely.intersects(shapely.from_geojson(json.dumps(each["line"])), facts.frame.box)
    )
    if not seen:
        return
    for cls, least in enumerate((0, *breaks)):
        after = breaks[cls] if cls < len(breaks) else None
        label = f"Đoạn biên giới: {_cases_told(least, after)} trong 10 km"
        yield LegendRow(swatch(*_segment("M2 10h30", cls, 0.8)), label, seen[cls])


def facility_marks(facts: SheetFacts) -> list[Mark]:
    """Facilities in the frame, as a letter in the outline of their kind."""
    seen = [
        (facts.frame.x(lon), facts.frame.y(lat), FacilityKind(kind))
        for _, lon, lat, kind, _ in facts.facilities["points"]
        if is_in(facts.frame, lon, lat)
    ]
    size = 17.0 if facts.zoom >= 10.5 or (facts.zoom >= 8.6 and len(seen) <= MANY) else 12.5
    return [Mark(x, y, size, facility_symbol(x, y, kind, size)) for x, y, kind in seen]


def facility_rows(facts: SheetFacts) -> Iterable[LegendRow]:
    """A row for every kind of facility in the frame; it says what is not drawn."""
    found = facts.facilities
    seen = Counter(
        FacilityKind(kind)
        for _, lon, lat, kind, _ in found["points"]
        if is_in(facts.frame, lon, lat)
    )
    for kind, n in sorted(seen.items(), key=lambda each: list(FacilityKind).index(each[0])):
        yield LegendRow(swatch(facility_symbol(17, 10, kind, 19)), FACILITY_KINDS[kind], n)
    if found["mode"] == "communes":
        label = "Cơ sở, địa điểm: quá nhiều trong khung nên không vẽ"
        yield LegendRow(swatch(facility_symbol(17, 10, FacilityKind.OTHER, 19)), label)
    elif vague := sum(n for by_kind in found["communes"].values() for n in by_kind.values()):
        label = "Cơ sở chỉ biết đến xã nên không vẽ"
        yield LegendRow(swatch(facility_symbol(17, 10, FacilityKind.OTHER, 19)), label, vague)


def _cases(segment: Mapping[str, Any]) -> int:
    return int(segment["bands"][SHOWN_BAND]["cases"])


def _breaks(facts: SheetFacts) -> tuple[int, ...]:
    return count_breaks([_cases(segment) for segment in facts.segments])


def _class_in(breaks: tuple[int, ...], segment: Mapping[str, Any]) -> int:
    return bisect_right(breaks, _cases(segment))


def _cases_told(least: int, after: int | None) -> str:
    """How many cases a class has, up to where the next one begins.

    >>> _cases_told(0, 1), _cases_told(1, 2), _cases_told(2, 8), _cases_told(8, None)
    ('không có vụ nào', '1 vụ', '2–7 vụ', 'từ 8 vụ')
    """
    if not least:
        return "không có vụ nào"
    if after is None:
        return f"từ {vn_number(least)} vụ"
    last = f"–{vn_number(after - 1)}" if after - 1 > least else ""
    return f"{vn_number(least)}{last} vụ"


def _segment(path: str, cls: int, part: float) -> list[str]:
    width = SEGMENT_WIDTHS[cls] * part
    return [stroked(path, CASING, width + 2), stroked(path, SEGMENT_LINES[cls], width)]
