"""The marks of a printed map and its legend, as SVG: one place for their shapes and colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

from geo.standing_terms import CorridorMode
from geo.terms import CommuneClass, FacilityKind, HotspotStatus
from webapp.labels import COMMUNE_CLASSES, HOTSPOT_STATUSES, vn_number
from webapp.standing_labels import CORRIDOR_MODES

PAPER = "#FFFFFF"
ROW = 25.0
COLUMNS = (0.0, 350.0, 690.0)

_FILLS = {
    CommuneClass.DRUG_FREE: "#CDE7DA",
    CommuneClass.AFFECTED: "#F5EDC9",
    CommuneClass.TYPE_3: "#F7CF9B",
    CommuneClass.TYPE_2: "#E8935A",
    CommuneClass.TYPE_1: "#B8402F",
    CommuneClass.UNKNOWN: "url(#hatch)",
}

HATCH = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="7" height="7" fill="#E6E6E2"/>'
    '<rect width="1.6" height="7" fill="#9AA3AA"/></pattern></defs>'
)

ROUTE_LINES = {
    CorridorMode.ROAD: ("", "#7A4B12"),
    CorridorMode.RAIL: ("9 4", "#30343A"),
    CorridorMode.INLAND_WATER: ("", "#1864AB"),
    CorridorMode.SEA: ("2 5", "#1864AB"),
    CorridorMode.AIR: ("14 6", "#5F3DC4"),
    CorridorMode.OTHER: ("4 4", "#5B6670"),
}
"""Dash and colour of a route by its mode, on paper and on light screens (`--route-road`)."""

DASHES = {
    mode: (f' stroke-dasharray="{dash}"' if dash else "", colour)
    for mode, (dash, colour) in ROUTE_LINES.items()
}
"""The same, the dash as an attribute of SVG."""

_SYMBOLS = {
    HotspotStatus.ACTIVE: (
        '<circle cx="12" cy="12" r="8.5" fill="#A31621" stroke="#FFFFFF" stroke-width="2.5"/>'
    ),
    HotspotStatus.RE_EMERGED: (
        '<path d="M12 2 23 21H1Z" fill="#A61E6D" stroke="#FFFFFF" stroke-width="2"/>'
        '<path d="M12 8.6v5.6M12 16.4v2.2" stroke="#FFFFFF" stroke-width="2.4"/>'
    ),
    HotspotStatus.CLEARED: (
        '<rect x="2" y="2" width="20" height="20" rx="4" fill="#FFFFFF"/>'
        '<rect x="4" y="4" width="16" height="16" rx="2.5" fill="#FFFFFF" stroke="#0B7285"'
        ' stroke-width="2.4"/><path d="m7.8 12.2 3 3 5.4-6" fill="none" stroke="#0B7285"'
        ' stroke-width="2.4"/>'
    ),
    HotspotStatus.SUSPECTED: (
        '<circle cx="12" cy="12" r="9.5" fill="#FFFFFF"/><circle cx="12" cy="12" r="7.2"'
        ' fill="none" stroke="#A31621" stroke-width="2.8" stroke-dasharray="3.4 2.255"/>'
    ),
    HotspotStatus.DELISTED: (
        '<circle cx="12" cy="12" r="5.2" fill="#6B747C" stroke="#FFFFFF" stroke-width="2"/>'
    ),
}


SEGMENT_LINES = ("#8F989F", "#E0908A", "#C33C3F", "#7D0F18")
"""Colours of a segment by its class, none first, as on light screens (`--segment-0`)."""

SEGMENT_WIDTHS = (8.0, 11.0, 14.0, 18.0)
"""The line of the border is drawn over the middle of it."""

_FACILITY_INK = "#1B4F5C"

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


def fill_of(cls: CommuneClass | None) -> str:
    """The fill of a commune of a class; what is absent is unknown."""
    return _FILLS[cls or CommuneClass.UNKNOWN]


def spot_symbol(status: HotspotStatus, x: float, y: float, size: float) -> str:
    """The mark of a hotspot with its middle at x, y."""
    scale = size / 24
    corner = f"translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({scale:g})"
    return f'<g transform="{corner}">{_SYMBOLS[status]}</g>'


def facility_symbol(x: float, y: float, kind: FacilityKind, size: float) -> str:
    """The mark of a facility with its middle at x, y: a letter in the outline of its kind."""
    corner = f"translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({size / 24:.3f})"
    return (
        f'<path transform="{corner}" d="{OUTLINES.get(kind, _SQUARE)}" fill="{_FACILITY_INK}"'
        f' stroke="{PAPER}" stroke-width="1.6"/>'
        f'<text x="{x:.1f}" y="{y + 0.22 * size:.1f}" font-size="{0.6 * size:.1f}"'
        f' font-weight="600" text-anchor="middle" fill="{PAPER}">{LETTERS[kind]}</text>'
    )


def text_at(
    x: float, y: float, text: str, *, size: float, weight: int = 400, colour: str = "#1F252B"
) -> str:
    """A line of text that begins at x, y."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}"'
        f' fill="{colour}">{escape(text)}</text>'
    )


def legend_rows(
    *,
    classes: Sequence[CommuneClass],
    statuses: Sequence[HotspotStatus],
    unplaced: int,
    modes: Sequence[CorridorMode],
    with_border: bool,
    top: float,
) -> tuple[list[str], float]:
    """The legend below a map with the number of each mark, and where it ends.

    `classes` are those of the communes drawn, `statuses` those of the hotspots.
    """
    counted, spots = Counter(classes), Counter(statuses)
    areas = [
        _swatch(_FILLS[cls]) + _words(f"{COMMUNE_CLASSES[cls]} ({vn_number(counted[cls])})")
        for cls in CommuneClass
    ]
    marks = [
        spot_symbol(status, 13, 9, 18) + _words(f"{HOTSPOT_STATUSES[status]} ({vn_number(n)})")
        for status in HotspotStatus
        if (n := spots[status]) or status is not HotspotStatus.DELISTED
    ]
    if unplaced:
        marks.append(_words(f"{vn_number(unplaced)} điểm chỉ biết đến cấp xã: không vẽ", x=4))
    lines = [_stroke(*DASHES[mode]) + _words(route_words(mode)) for mode in sorted(set(modes))]
    if with_border:
        dash = ' stroke-dasharray="12 4 2 4"'
        lines.append(_stroke(dash, "#000000", 2) + _words("Đường biên giới trên bộ"))
    titled = (("Phân loại xã", areas), ("Điểm, tụ điểm", marks), ("Tuyến và biên giới", lines))
    drawn = []
    for x, (title, rows) in zip(COLUMNS, titled, strict=True):
        if rows:
            drawn.append(text_at(x, top + 12, title, size=15, weight=600))
        for number, row in enumerate(rows, 1):
            drawn.append(f'<g transform="translate({x:g} {top + number * ROW:g})">{row}</g>')
    longest = max(len(rows) for _, rows in titled)
    return drawn, top + (longest + 1) * ROW


def route_words(mode: CorridorMode) -> str:
    """What a legend calls the routes of a mode.

    >>> route_words(CorridorMode.INLAND_WATER)
    'Tuyến: đường thủy nội địa'
    """
    word = CORRIDOR_MODES[mode]
    return f"Tuyến: {word[:1].lower()}{word[1:]}"


def _words(text: str, x: float = 34) -> str:
    return text_at(x, 14, text, size=14)


def _swatch(fill: str) -> str:
    return f'<rect width="26" height="17" fill="{fill}" stroke="#8A939B"/>'


def _stroke(dash: str, colour: str, width: float = 3) -> str:
    return f'<path d="M0 9h28" fill="none" stroke="{colour}" stroke-width="{width:g}"{dash}/>'
