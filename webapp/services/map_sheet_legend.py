"""The legend of a printed map: a row for every layer that is on, with how many are in the frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely

from geo.standing_terms import CorridorMode
from geo.terms import ClusterFlag, CommuneClass, HotspotStatus
from models.periods import is_provisional
from webapp.labels import (
    CLUSTER_FLAGS,
    COMMUNE_CLASSES,
    HOTSPOT_STATUSES,
    vn_date,
    vn_number,
    vn_period,
)
from webapp.services.map_legend import route_words, spot_symbol
from webapp.services.map_sheet_areas import Ground
from webapp.services.map_sheet_change import change_rows
from webapp.services.map_sheet_facts import SheetFacts, SheetRequest
from webapp.services.map_sheet_ink import (
    BAND,
    BORDER_DASH,
    CASING,
    CLASS_FILLS,
    DOT,
    area_path,
    filled,
    stroked,
    texture,
)
from webapp.services.map_sheet_marks import (
    COUNTS_FROM_ZOOM,
    cluster_lines,
    count_mark,
    gate_mark,
    is_in,
    most_in_cell,
    route_lines,
)
from webapp.services.map_sheet_places import facility_rows, segment_rows
from webapp.services.map_sheet_swatches import LegendRow, swatch


@dataclass(frozen=True, slots=True)
class LegendGroup:
    """Rows under a title, and what has to be said about them."""

    title: str
    rows: tuple[LegendRow, ...]
    note: str = ""


def legend_of(
    facts: SheetFacts, wanted: SheetRequest, ground: Ground, today: date
) -> list[LegendGroup]:
    """The groups of the legend that have something to tell."""
    groups = (
        _hotspots(facts, wanted),
        _clusters(facts, wanted),
        *(_change(facts) if facts.change else (_classes(facts, wanted, ground, today),)),
        _layers(facts, wanted, ground),
    )
    return [group for group in groups if group.rows or group.note]


def _hotspots(facts: SheetFacts, wanted: SheetRequest) -> LegendGroup:
    seen = Counter(s["status"] for s in facts.hotspots if is_in(facts.frame, s["lon"], s["lat"]))
    rows = tuple(
        LegendRow(swatch(spot_symbol(status, 17, 10, 18)), HOTSPOT_STATUSES[status], seen[status])
        for status in map(HotspotStatus, HOTSPOT_STATUSES)
        if wanted.shows(f"hotspots.{status.value}")
    )
    return LegendGroup("Điểm, tụ điểm", rows, _unplaced(facts, wanted))


def _unplaced(facts: SheetFacts, wanted: SheetRequest) -> str:
    """How many hotspots of the area have no point and are therefore on no map."""
    shown = [s for s in facts.hotspots if wanted.shows(f"hotspots.{s['status']}")]
    n = sum(1 for spot in shown if spot["lon"] is None)
    return f"Không vẽ {vn_number(n)} điểm của địa bàn chỉ biết đến cấp xã." if n else ""


def _clusters(facts: SheetFacts, wanted: SheetRequest) -> LegendGroup:
    found = facts.clusters
    seen = Counter(c["flag"] for c in found["clusters"] if is_in(facts.frame, c["lon"], c["lat"]))
    shown = [flag for flag in ClusterFlag if wanted.shows(f"clusters.{flag.value}")]
    if not shown or not found["as_of"]:
        return LegendGroup("", ())
    day = _day(found["as_of"])
    if found["too_early"]:
        return LegendGroup("Cụm vụ việc", (), f"Chỉ có cho ngày phân tích {day}: không vẽ.")
    ring = area_path([shapely.box(3, 3, 31, 17).buffer(0).buffer(-6.9).buffer(6.5)])
    rows = [LegendRow(swatch(*cluster_lines(f, ring)), CLUSTER_FLAGS[f], seen[f]) for f in shown]
    filtered = " Tính trên mọi loại vụ việc, không theo phần lọc." if _is_cut(wanted) else ""
    since = f"từ {_day(found['since'])} " if found["since"] else ""
    return LegendGroup("Cụm vụ việc", tuple(rows), f"Vụ việc {since}đến {day}.{filtered}")


def _is_cut(wanted: SheetRequest) -> bool:
    view = wanted.view
    return any((view.kinds, view.substances, view.detected_by, view.sides, view.near))


def _classes(facts: SheetFacts, wanted: SheetRequest, ground: Ground, today: date) -> LegendGroup:
    frame = shapely.box(0, 0, facts.frame.width_px, facts.frame.height_px)
    seen = Counter(each.cls for each in ground.own if shapely.intersects(each.geometry, frame))
    rows = tuple(
        LegendRow(_class_swatch(cls), COMMUNE_CLASSES[cls], seen[cls])
        for cls in CommuneClass
        if wanted.shows(f"class.{cls.value}")
    )
    provisional = is_provisional(facts.class_period, today)
    note = f"Kỳ {vn_period(facts.class_period)}{', tạm tính' if provisional else ''}."
    return LegendGroup("Phân loại xã (QĐ 28/2025/QĐ-TTg)", rows, note if rows else "")


def _change(facts: SheetFacts) -> tuple[LegendGroup, ...]:
    communes, spots, note = change_rows(facts)
    return (
        LegendGroup("Chênh lệch số vụ theo xã", tuple(communes), note),
        LegendGroup("Điểm, tụ điểm thay đổi", tuple(spots)),
    )


def _class_swatch(cls: CommuneClass) -> str:
    area = shapely.box(2, 1.5, 32, 18.5)
    rim = stroked(area_path([area]), "#8A939B", 1)
    return swatch(filled(area_path([area]), CLASS_FILLS[cls]), texture(cls, area), rim)


def _layers(facts: SheetFacts, wanted: SheetRequest, ground: Ground) -> LegendGroup:
    rows = [*_incidents(facts, wanted, ground), *_routes(facts, wanted)]
    lines = [line.geometry for line in facts.border]
    if wanted.shows("border") and np.any(shapely.intersects(lines, facts.frame.box)):
        drawn = [stroked("M0 10h34", CASING, 5.4), stroked("M0 10h34", "#000000", 2.2, BORDER_DASH)]
        rows.append(LegendRow(swatch(*drawn), "Đường biên giới trên bộ"))
    bands = [line.band for line in facts.border]
    if wanted.shows("band") and np.any(shapely.intersects(bands, facts.frame.box)):
        box = "M2 2h30v16h-30z"
        drawn = [
            filled(box, BAND, ' fill-opacity="0.16"'),
            stroked(box, BAND, 1.1, ' stroke-dasharray="2 3"'),
        ]
        rows.append(LegendRow(swatch(*drawn), "Hành lang biên giới 10 km"))
    rows += [*segment_rows(facts), *facility_rows(facts)]
    gates = sum(is_in(facts.frame, gate.lon, gate.lat) for gate in facts.gates)
    if gates and wanted.shows("gates"):
        row = LegendRow(swatch(gate_mark(17, 10, 20).svg), "Cửa khẩu (vị trí gần đúng)", gates)
        rows.append(row)
    return LegendGroup("Lớp bản đồ", tuple(rows))


def _incidents(facts: SheetFacts, wanted: SheetRequest, ground: Ground) -> list[LegendRow]:
    """The rows of incidents: cells or points, and the numbers on communes."""
    if not wanted.shows("incidents"):
        return []
    found, frame = facts.incidents, facts.frame
    if found["mode"] == "density":
        n = sum(n for lon, lat, n in found["cells"] if is_in(frame, lon, lat))
        most = vn_number(most_in_cell(facts))
        drawn = "".join(
            f'<rect x="{x:g}" y="{10 - side / 2:g}" width="{side:g}" height="{side:g}"/>'
            for x, side in ((2, 5), (10, 8), (21, 12))
        )
        label = f"Vụ việc: ô càng lớn càng nhiều vụ (nhiều nhất {most})"
    else:
        n = sum(is_in(frame, lon, lat) for _, lon, lat, *_ in found["points"])
        spots = ((7, 13), (15, 6), (21, 14), (28, 8))
        drawn = "".join(f'<circle cx="{x}" cy="{y}" r="3.2"/>' for x, y in spots)
        label = "Vụ việc"
    dots = f'<g fill="{DOT}" fill-opacity="0.6">{drawn}</g>'
    return [LegendRow(swatch(dots), label, n), *_vague(facts, ground)]


def _vague(facts: SheetFacts, ground: Ground) -> list[LegendRow]:
    """The row of cases known by their commune alone, which are never points."""
    counted = facts.incidents["communes"]
    n = sum(counted.get(each.shape.code, 0) for each in ground.own)
    if not n:
        return []
    if facts.zoom >= COUNTS_FROM_ZOOM and not facts.change:
        drawn, label = swatch(count_mark(17, 10, "12").svg), "Số vụ chỉ biết đến cấp xã"
    else:
        drawn, label = swatch(""), "Vụ chỉ biết đến cấp xã: không vẽ"
    return [LegendRow(drawn, label, n)]


def _routes(facts: SheetFacts, wanted: SheetRequest) -> Iterable[LegendRow]:
    seen = Counter(
        route.mode
        for route in facts.routes
        if shapely.intersects(route.geometry, facts.frame.box)
        and wanted.shows(f"routes.{route.mode.value}")
    )
    for mode in CorridorMode:
        if seen[mode]:
            drawn = swatch(*route_lines(mode, "M1 10h32"))
            yield LegendRow(drawn, route_words(mode), seen[mode])


def _day(text: str) -> str:
    return vn_date(date.fromisoformat(text))


def shows_squares(facts: SheetFacts, wanted: SheetRequest) -> bool:
    """Whether a case in the frame is known to the reader by its square of 250 m alone."""
    found = facts.incidents
    return (wanted.shows("incidents") and found.get("mode") == "points") and any(
        in_square and is_in(facts.frame, lon, lat) for _, lon, lat, *_, in_square in found["points"]
    )


def shows_dwellings(facts: SheetFacts, wanted: SheetRequest) -> bool:
    """Whether a hotspot in the frame is a dwelling, drawn on a grid and not where it is."""
    return any(
        spot["dwelling"]
        and is_in(facts.frame, spot["lon"], spot["lat"])
        and wanted.shows(f"hotspots.{spot['status']}")
        for spot in facts.hotspots
    )
