"""What the page of a commune shows, and the card beside the map."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.records import Period
from geo.terms import CommuneClass, HotspotStatus
from models import assessments, communes, hotspots, incident_counts, indicators, sub_units
from models.disclosure import snap_to_grid
from models.incident_filters import IncidentFilter
from models.lifecycle import status_at
from models.periods import due_dates
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.mini_map import MiniMap, draw_mini_map
from webapp.services.overview import View, class_period, find_version

CRITERIA = (
    ("drug_free.1", "Không có người nghiện, sử dụng trái phép"),
    ("drug_free.2", "Không có người vi phạm, truy nã lẩn trốn"),
    ("drug_free.3", "Không có điểm tổ chức, chứa chấp"),
)
"""Article 6 of Decision 28/2025: code in the evidence and its short name."""

ORDER = tuple(CommuneClass)[:5]

DUE_SOON_DAYS = 60


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One drug-free criterion; `met` is None where it is not known."""

    title: str
    met: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class HotspotLine:
    """One hotspot in a list; `since` is the day its present status began."""

    ref: str
    source: str
    name: str
    kind: str
    status: str
    since: date | None


@dataclass(frozen=True, slots=True)
class SubUnitLine:
    """One hamlet or group of the register with the records linked to it."""

    name: str
    cases: int
    hotspots: int


@dataclass(frozen=True, slots=True)
class CommuneFigures:
    """Incidents of the period, and hotspots by their status today."""

    cases: int
    offenders: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class CommuneProfile:
    """The page of a commune; outside the viewer's scope only what is everybody's is there."""

    code: str
    full_name: str
    province_code: str
    province_name: str
    border_with: str
    residents: int | None
    period: Period | None
    cls: str
    change: str
    due: str
    criteria: tuple[CriterionLine, ...]
    notes: tuple[str, ...]
    figures: CommuneFigures | None
    hotspots: tuple[HotspotLine, ...]
    sub_units: tuple[SubUnitLine, ...]
    mini_map: MiniMap | None
    in_scope: bool
    map_address: str


def commune_profile(database: Database, viewer: Viewer, code: str, today: date) -> CommuneProfile:
    """The page of a commune today; `NotFoundError` if no commune in force has the code."""
    with unit_of_work(database, read_only=True) as session:
        unit = communes.find_commune(session, viewer, code)
        in_scope = viewer.scope.covers(unit.province_code, code)
        period = class_period(session, viewer, today)
        classes = assessments.classes(session, viewer, period)
        assessed = assessments.assessment_of(session, viewer, code, period)
        declared = indicators.find_indicators(session, viewer, period, code)
        spots = hotspots.find_hotspots(session, viewer, commune_code=code)
        totals = _totals(session, viewer, code, period)
        before = _class_before(session, viewer, code, period)
        hamlets = _sub_units(session, viewer, code) if in_scope else ()
        nearby = _units_nearby(session, viewer, unit.province_code)
    lines = _lines(spots, today)
    cls = classes.get(code, CommuneClass.UNKNOWN)
    return CommuneProfile(
        code=code,
        full_name=unit.full_name,
        province_code=unit.province_code,
        province_name=unit.province_name,
        border_with=unit.border_with,
        residents=declared[0].residents if declared else None,
        period=period if code in classes or declared else None,
        cls=cls.value,
        change=_change(before, cls) if code in classes else "",
        due=_due(period, today) if in_scope else "",
        criteria=_criteria(assessed) if in_scope else (),
        notes=assessed.notes if assessed else (),
        figures=_figures(totals, lines) if in_scope else None,
        hotspots=lines,
        sub_units=hamlets,
        mini_map=draw_mini_map(code, nearby, classes, _drawn(spots, today)),
        in_scope=in_scope,
        map_address=f"/map?province={unit.province_code}&pick=c:{code}",
    )


def commune_figures(database: Database, viewer: Viewer, code: str, view: View) -> dict[str, Any]:
    """Figures of a commune for the card beside the map, null outside the viewer's scope."""
    with unit_of_work(database, read_only=True) as session:
        unit = communes.find_commune(session, viewer, code)
        wanted = IncidentFilter(commune_code=code, since=view.since, until=view.until)
        totals = incident_counts.totals(session, viewer, wanted)
        spots = hotspots.find_hotspots(session, viewer, commune_code=code)
    counts = Counter(status.value for _, status in _known(spots, view.until))
    in_scope = viewer.scope.covers(unit.province_code, code)
    return {
        "code": code,
        "name": unit.full_name,
        "in_scope": in_scope,
        "cases": totals.cases if in_scope else None,
        "offenders": totals.offenders if in_scope else None,
        "hotspots": dict(counts) if in_scope else None,
    }


def _known(
    spots: Sequence[hotspots.StoredHotspot], day: date
) -> list[tuple[hotspots.StoredHotspot, HotspotStatus]]:
    rows = [(spot, status_at(spot.events, day)) for spot in spots]
    return [(spot, status) for spot, status in rows if status is not None]


def _line(spot: hotspots.StoredHotspot, status: HotspotStatus) -> HotspotLine:
    since = max((e.on for e in spot.events if e.type.value != "note"), default=None)
    return HotspotLine(spot.ref, spot.source, spot.name, spot.kind.value, status.value, since)


def _lines(spots: Sequence[hotspots.StoredHotspot], today: date) -> tuple[HotspotLine, ...]:
    return tuple(_line(spot, status) for spot, status in _known(spots, today))


def _sub_units(session: Session, viewer: Viewer, code: str) -> tuple[SubUnitLine, ...]:
    """The register of a commune by name, numbers in their order: Thôn 2 before Thôn 10."""
    linked = sub_units.linked_counts(session, viewer, code)
    lines = [
        SubUnitLine(unit.name, *linked.get(unit.id, (0, 0)))
        for unit in sub_units.find_sub_units(session, viewer, code)
    ]
    return tuple(sorted(lines, key=lambda line: _counting_order(line.name)))


def _counting_order(name: str) -> list[str | int]:
    return [int(p) if p.isdecimal() else p.casefold() for p in re.split(r"(\d+)", name)]


def _totals(session: Session, viewer: Viewer, code: str, period: Period) -> incident_counts.Totals:
    wanted = IncidentFilter(commune_code=code, since=period.start, until=period.end)
    return incident_counts.totals(session, viewer, wanted)


def _figures(totals: incident_counts.Totals, lines: Sequence[HotspotLine]) -> CommuneFigures:
    counted = Counter(line.status for line in lines)
    counts = {status.value: counted[status.value] for status in HotspotStatus}
    return CommuneFigures(totals.cases, totals.offenders, counts)


def _drawn(spots: Sequence[hotspots.StoredHotspot], today: date) -> list[tuple[str, float, float]]:
    drawn = []
    for spot, status in _known(spots, today):
        lon, lat = spot.placement.lon, spot.placement.lat
        if lon is not None and lat is not None and status is not HotspotStatus.DELISTED:
            lon, lat = snap_to_grid(lon, lat) if spot.is_dwelling else (lon, lat)
            drawn.append((status.value, lon, lat))
    return drawn


def _units_nearby(
    session: Session, viewer: Viewer, province_code: str
) -> list[tuple[str, str, BaseGeometry]]:
    version = find_version(session, viewer)
    if version is None:
        return []
    shapes = communes.commune_shapes(session, viewer, version.id, "province", province_code)
    return [(shape.code, shape.full_name, shape.geometry) for shape in shapes]


def _class_before(
    session: Session, viewer: Viewer, code: str, period: Period
) -> CommuneClass | None:
    """Class in the last period that ended before this one."""
    earlier = [p for p in indicators.periods(session, viewer) if p.end < period.start]
    if not earlier:
        return None
    last = max(earlier, key=lambda p: (p.end, p.end - p.start))
    return assessments.classes(session, viewer, last).get(code)


def _change(before: CommuneClass | None, now: CommuneClass) -> str:
    if before is None or CommuneClass.UNKNOWN in (before, now):
        return ""
    if before is now:
        return "giữ nguyên so với kỳ trước"
    steps = ORDER.index(before) - ORDER.index(now)
    if steps > 0:
        return f"đã chuyển hóa {steps} bậc so với kỳ trước"
    return f"xấu đi {-steps} bậc so với kỳ trước"


def _due(period: Period, today: date) -> str:
    """How long until the province reports, once that is near."""
    for due in due_dates(period):
        left = (due.before - today).days
        if 0 <= left <= DUE_SOON_DAYS:
            return f"Còn {left} ngày: {due.what} trước {due.before:%d/%m/%Y}"
    return ""


def _criteria(assessed: assessments.StoredAssessment | None) -> tuple[CriterionLine, ...]:
    found = {row.code: row for row in assessed.evidence} if assessed else {}
    lines = []
    for code, title in CRITERIA:
        row = found.get(code)
        if row is None:
            lines.append(CriterionLine(title, None, "Chưa có chỉ tiêu của kỳ này."))
        else:
            met = {"met": True, "not_met": False}.get(row.result)
            lines.append(CriterionLine(title, met, f"{row.value} (cần: {row.threshold})"))
    return tuple(lines)
