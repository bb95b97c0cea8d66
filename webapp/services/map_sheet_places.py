"""Facilities and segments of the border on a printed map, with their rows of the legend."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from math import sqrt
from types import MappingProxyType
from typing import Any

import shapely

from geo.terms import FacilityKind
from webapp.facility_labels import FACILITY_KINDS
from webapp.labels import vn_number
from webapp.services.map_room import in_units
from webapp.services.map_sheet_facts import SheetFacts
from webapp.services.map_sheet_ink import CASING, MUTED, line_path, stroked
from webapp.services.map_sheet_marks import MANY, Mark, is_in
from webapp.services.map_sheet_swatches import LegendRow, swatch

SEGMENT_LINE = "#A31621"
_SHOWN_BAND = 1
"""Of the bands of 5, 10 and 20 km: the one whose cases a segment shows."""

_INK = "#1B4F5C"

LETTERS: Mapping[FacilityKind, str] = MappingProxyType(
    {
        FacilityKind.SCHOOL: "T",
        FacilityKind.BAR: "B",
        FacilityKind.KARAOKE: "K",
        FacilityKind.DANCE_HALL: "V",
        FacilityKind.LODGING: "L",
        FacilityKind.TREATMENT_CENTRE: "C",
        FacilityKind.SUBSTITUTION_CLINIC: "Đ",
        FacilityKind.PRECURSOR_BUSINESS: "H",
        FacilityKind.N2O_BUSINESS: "N",
        FacilityKind.AIRPORT: "S",
        FacilityKind.SEAPORT: "P",
        FacilityKind.INLAND_PORT: "U",
        FacilityKind.RAIL_STATION: "G",
        FacilityKind.BUS_STATION: "X",
        FacilityKind.OTHER: "O",
    }
)
"""The letter that stands for a kind: it can be read in grey where a small picture cannot."""


_HOUSE = "M12 1.5 22.5 9.5V22.5H1.5V9.5Z"
_CIRCLE = "M12 1.5a10.5 10.5 0 1 1 0 21 10.5 10.5 0 0 1 0-21Z"
_SQUARE = "M2 2H22V22H2Z"
_HEXAGON = "M12 1 22 6.8V17.2L12 23 2 17.2V6.8Z"
_OCTAGON = "M7.3 1.5h9.4L22.5 7.3v9.4L16.7 22.5H7.3L1.5 16.7V7.3Z"

OUTLINES: Mapping[FacilityKind, str] = MappingProxyType(
    {
        FacilityKind.SCHOOL: _HOUSE,
        **dict.fromkeys((FacilityKind.BAR, FacilityKind.KARAOKE, FacilityKind.DANCE_HALL), _CIRCLE),
        FacilityKind.LODGING: _CIRCLE,
        FacilityKind.PRECURSOR_BUSINESS: _HEXAGON,
        FacilityKind.N2O_BUSINESS: _HEXAGON,
        **dict.fromkeys((FacilityKind.AIRPORT, FacilityKind.SEAPORT), _OCTAGON),
        **dict.fromkeys((FacilityKind.INLAND_PORT, FacilityKind.RAIL_STATION), _OCTAGON),
        FacilityKind.BUS_STATION: _OCTAGON,
    }
)
"""The outline of a kind in a square of 24 as on the screen; a square where none is named."""


def draw_segments(facts: SheetFacts) -> list[str]:
    """Segments of the border, heavier and darker where more cases lie behind them."""
    most = _most_cases(facts)
    part = 1.0 if facts.zoom >= 7 else 0.6
    around = shapely.buffer(facts.frame.box, 0.1)
    drawn = []
    for segment in facts.segments:
        line = shapely.intersection(shapely.from_geojson(json.dumps(segment["line"])), around)
        path = line_path([in_units(line, facts.frame)])
        drawn += _segment(path, _cases(segment) / most, part)
    return drawn


def segment_rows(facts: SheetFacts) -> Iterable[LegendRow]:
    """The row of the segments where the frame shows some."""
    lines = [shapely.from_geojson(json.dumps(each["line"])) for each in facts.segments]
    if lines and any(shapely.intersects(line, facts.frame.box) for line in lines):
        drawn = [
            piece
            for x, share in ((2, 0.0), (12, 0.25), (22, 1.0))
            for piece in _segment(f"M{x} 10h10", share, 0.8)
        ]
        most = vn_number(_most_cases(facts))
        label = f"Đoạn biên giới 10 km: càng đậm càng nhiều vụ (nhiều nhất {most})"
        yield LegendRow(swatch(*drawn), label)


def facility_marks(facts: SheetFacts) -> list[Mark]:
    """Facilities in the frame, as a letter in the outline of their kind."""
    seen = [
        (facts.frame.x(lon), facts.frame.y(lat), FacilityKind(kind))
        for _, lon, lat, kind, _ in facts.facilities["points"]
        if is_in(facts.frame, lon, lat)
    ]
    size = 17.0 if facts.zoom >= 10.5 or (facts.zoom >= 8.6 and len(seen) <= MANY) else 12.5
    return [Mark(x, y, size, _symbol(x, y, kind, size)) for x, y, kind in seen]


def facility_rows(facts: SheetFacts) -> Iterable[LegendRow]:
    """A row for every kind of facility in the frame; it says what is not drawn."""
    found = facts.facilities
    seen = Counter(
        FacilityKind(kind)
        for _, lon, lat, kind, _ in found["points"]
        if is_in(facts.frame, lon, lat)
    )
    for kind, n in sorted(seen.items(), key=lambda each: list(FacilityKind).index(each[0])):
        yield LegendRow(swatch(_symbol(17, 10, kind, 19)), FACILITY_KINDS[kind], n)
    if found["mode"] == "communes":
        label = "Cơ sở, địa điểm: quá nhiều trong khung nên không vẽ"
        yield LegendRow(swatch(_symbol(17, 10, FacilityKind.OTHER, 19)), label)
    elif vague := sum(n for by_kind in found["communes"].values() for n in by_kind.values()):
        label = "Cơ sở chỉ biết đến xã nên không vẽ"
        yield LegendRow(swatch(_symbol(17, 10, FacilityKind.OTHER, 19)), label, vague)


def _cases(segment: Mapping[str, Any]) -> int:
    return int(segment["bands"][_SHOWN_BAND]["cases"])


def _most_cases(facts: SheetFacts) -> int:
    return max((_cases(segment) for segment in facts.segments), default=1) or 1


def _segment(path: str, share: float, part: float) -> list[str]:
    width = (3 + 9 * sqrt(share)) * part
    colour = SEGMENT_LINE if share else MUTED
    strength = 0.4 + 0.6 * sqrt(share) if share else 0.7
    more = f' stroke-opacity="{strength:.2f}"'
    return [stroked(path, CASING, width + 2.5), stroked(path, colour, width, more)]


def _symbol(x: float, y: float, kind: FacilityKind, size: float) -> str:
    corner = f"translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({size / 24:.3f})"
    return (
        f'<path transform="{corner}" d="{OUTLINES.get(kind, _SQUARE)}" fill="{_INK}"'
        f' stroke="{CASING}" stroke-width="1.6"/>'
        f'<text x="{x:.1f}" y="{y + 0.22 * size:.1f}" font-size="{0.6 * size:.1f}"'
        f' font-weight="600" text-anchor="middle" fill="{CASING}">{LETTERS[kind]}</text>'
    )
