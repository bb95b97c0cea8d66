"""What a map view is about and its figures: read models for the planner's page.

Every function opens one read-only transaction, asks the data functions for what
the viewer may see, and returns plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from geo.alphabet import vietnamese_key
from geo.records import Period
from geo.terms import (
    CommuneClass,
    DetectedBy,
    HotspotKind,
    IncidentKind,
    Side,
    Substance,
)
from models import communes, data_ends, incident_counts, indicators, site
from models.assessments import classes as stored_classes
from models.errors import NotAllowedError, NotFoundError
from models.facility_nearness import Near
from models.hotspot_marks import HotspotMark, hotspot_marks
from models.incident_filters import IncidentFilter
from models.periods import is_provisional, period_of
from models.session import Database, Session, unit_of_work
from models.viewers import ANONYMOUS, ScopeKind, Viewer


@dataclass(frozen=True, slots=True)
class View:
    """What a map view is about: one province or all, the days it covers, what it is cut to.

    An empty group of filters means everything.
    """

    province_code: str | None
    since: date
    until: date
    kinds: tuple[IncidentKind, ...] = ()
    substances: tuple[Substance, ...] = ()
    detected_by: tuple[DetectedBy, ...] = ()
    sides: tuple[Side, ...] = ()
    hotspot_kinds: tuple[HotspotKind, ...] = ()
    near: Near | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Marks:
    """What has to be said on every view: simulated records, approximate limits."""

    simulated: bool
    approximate: bool
    boundary_source: str
    boundary_vintage: str


def default_view(database: Database, viewer: Viewer, today: date) -> View:
    """The view without a query: the viewer's area in the last period with records."""
    with unit_of_work(database, viewer, read_only=True) as session:
        newest = data_ends.last_day(session, viewer) or today
        province = _own_province(session, viewer)
    # A month stands for its last days unless it is still running.
    anchor = min(today, newest.replace(day=28)) if newest.replace(day=1) <= today else today
    period = period_of(anchor)
    return View(province, period.start, min(period.end, max(today, period.start)))


def site_marks(database: Database, viewer: Viewer) -> Marks:
    """The marks of this installation."""
    with unit_of_work(database, viewer, read_only=True) as session:
        simulated = bool(site.get(session, viewer, "simulated"))
        version = find_version(session, viewer)
    return Marks(
        simulated=simulated,
        approximate=version is not None and version.approximate,
        boundary_source=version.source if version else "",
        boundary_vintage=version.vintage if version else "",
    )


def list_provinces(database: Database, viewer: Viewer) -> list[communes.Province]:
    """Provinces of the map in force, by name."""
    with unit_of_work(database, viewer, read_only=True) as session:
        if find_version(session, viewer) is None:
            return []
        return sorted(communes.provinces(session, viewer), key=lambda p: vietnamese_key(p.name))


def offered_provinces(
    database: Database, viewer: Viewer, chosen: str | None
) -> list[communes.Province]:
    """Provinces whose map a viewer may choose: all, or those of the account's scope.

    Raises
    ------
    NotFoundError
        If `chosen` is a province that the map in force does not have.
    NotAllowedError
        If it lies outside the scope.
    """
    known = list_provinces(database, viewer)
    with unit_of_work(database, viewer, read_only=True) as session:
        own = {_own_province(session, viewer)}
    codes = {
        ScopeKind.NATION: {each.code for each in known},
        ScopeKind.PROVINCES: set(viewer.scope.codes),
    }.get(viewer.scope.kind, own)
    name = next((each.name for each in known if each.code == chosen), None)
    if chosen is not None and known and name is None:
        raise NotFoundError(f"Không có tỉnh, thành phố nào mang mã «{chosen}».")
    if name is not None and chosen not in codes:
        raise NotAllowedError(
            f"{name} nằm ngoài phạm vi của tài khoản. Phân loại xã của cả nước xem được "
            "trên bản đồ toàn quốc."
        )
    return [each for each in known if each.code in codes]


def list_periods(database: Database, viewer: Viewer, today: date) -> list[Period]:
    """Periods the viewer may choose, newest first: declared ones and the running one."""
    with unit_of_work(database, viewer, read_only=True) as session:
        declared = set(indicators.periods(session, viewer))
    return sorted(declared | {period_of(today)}, key=lambda p: (p.end, p.start), reverse=True)


def commune_classes(database: Database, viewer: Viewer, until: date, today: date) -> dict[str, Any]:
    """Class of every assessed commune in the period that `until` belongs to."""
    with unit_of_work(database, viewer, read_only=True) as session:
        period, found = classes_on(session, viewer, until)
    return {
        "period": told_period(period, today),
        "classes": {code: cls.value for code, cls in sorted(found.items())},
    }


def told_period(period: Period, today: date) -> dict[str, Any]:
    """A period as the pages take it, with whether its classes are provisional still."""
    days = {"start": period.start.isoformat(), "end": period.end.isoformat()}
    return days | {"provisional": is_provisional(period, today)}


def classes_on(
    session: Session, viewer: Viewer, until: date
) -> tuple[Period, dict[str, CommuneClass]]:
    """The period whose classes hold on a day, and those classes."""
    period = class_period(session, viewer, until)
    return period, stored_classes(session, viewer, period)


def class_period(session: Session, viewer: Viewer, until: date) -> Period:
    """The declared period that holds a day, else the last one before it."""
    return holding_period(indicators.periods(session, viewer), until)


def holding_period(declared: Iterable[Period], until: date) -> Period:
    """Of some periods the one that holds a day, else the last one before it.

    Of nested periods (a half inside its year) the longer one gives the class; without any
    that began it is the period to which the day belongs.
    """
    started = [p for p in declared if p.start <= until]
    holding = [p for p in started if p.contains(until)]
    return max(holding or started, key=lambda p: (p.end, p.end - p.start), default=period_of(until))


def hotspots_in(session: Session, viewer: Viewer, view: View) -> list[HotspotMark]:
    """The hotspots of a view, whatever their status."""
    return hotspot_marks(session, viewer, view.province_code, kinds=view.hotspot_kinds)


def months_of(database: Database, viewer: Viewer, view: View) -> list[dict[str, Any]]:
    """Incidents a month over all time, for the time bar."""
    area = replace(filter_of(view), since=None, until=None)
    with unit_of_work(database, viewer, read_only=True) as session:
        counts = incident_counts.monthly_counts(session, viewer, area)
    return [{"month": f"{month:%Y-%m}", "n": n} for month, n in counts]


def filter_of(view: View) -> IncidentFilter:
    """The incidents of a view; unverified tips never count."""
    return IncidentFilter(
        province_code=view.province_code,
        since=view.since,
        until=view.until,
        kinds=view.kinds,
        substances=view.substances,
        sides=view.sides,
        detected_by=view.detected_by,
        near=view.near,
        verified_only=True,
    )


def find_version(session: Session, viewer: Viewer) -> communes.BoundaryVersion | None:
    """The map in force, None while no map is installed."""
    try:
        return communes.current_version(session, viewer)
    except NotFoundError:
        return None


def _own_province(session: Session, viewer: Viewer) -> str | None:
    codes = sorted(viewer.scope.codes)
    if viewer.scope.kind is ScopeKind.PROVINCES and len(codes) == 1:
        return codes[0]
    if viewer.scope.kind is ScopeKind.COMMUNE and codes:
        try:
            return communes.find_commune(session, viewer, codes[0]).province_code
        except NotFoundError:
            return None
    return None


@lru_cache(maxsize=48)
def communes_of(
    database: Database, version_id: int, province_code: str | None
) -> Mapping[str, str]:
    """Province by commune, in order of codes, of an installed version: it never changes."""
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        units = communes.commune_units(session, ANONYMOUS, version_id, province_code)
    return MappingProxyType({unit.code: unit.province_code for unit in units})
