"""The figures of a map view: of its whole area, or of the part that lies in a box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache

from geo.terms import CommuneClass, HotspotStatus
from models import communes, incident_counts
from models.hotspot_marks import HotspotMark
from models.incident_filters import IncidentFilter
from models.lifecycle import status_at
from models.session import Database, Session, unit_of_work
from models.viewers import ANONYMOUS, Viewer
from webapp.services.overview import (
    Box,
    View,
    classes_on,
    communes_of,
    filter_of,
    find_version,
    hotspots_in,
)

LABEL_DECIMALS = 4
"""Of degrees: label points are rounded as the map has them, so that both count alike."""


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """The cases of a view; `any_ever`: whether its area has one of any kind on any day."""

    cases: int
    offenders: int
    any_ever: bool


@dataclass(frozen=True, slots=True)
class Summary(CaseFigures):
    """The figures of a view."""

    active: int
    cleared: int
    re_emerged: int
    drug_free: int
    communes: int
    assessed: int


@dataclass(frozen=True, slots=True)
class FrameCases(CaseFigures):
    """The cases in a box; `any_in_area`: whether the area has one under the same filters.

    `vague` of the cases are known to their commune only: they count where its label point
    lies in the box.
    """

    vague: int
    any_in_area: bool


@dataclass(frozen=True, slots=True)
class FrameSummary(Summary):
    """All figures in a box: hotspots by their points, communes by their label points."""

    vague: int
    any_in_area: bool


def summarise(database: Database, viewer: Viewer, view: View) -> Summary:
    """The figures of a view."""
    with unit_of_work(database, viewer, read_only=True) as session:
        cases = _case_figures(session, viewer, view)
        spots = hotspots_in(session, viewer, view)
        _, found = classes_on(session, viewer, view.until)
        version = find_version(session, viewer)
    inside = communes_of(database, version.id, view.province_code) if version else ()
    return _summary(cases, spots, found, inside, view.until)


def summarise_cases(database: Database, viewer: Viewer, view: View) -> CaseFigures:
    """The figures that filters of incidents change."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return _case_figures(session, viewer, view)


def frame_cases(database: Database, viewer: Viewer, view: View, box: Box) -> FrameCases:
    """The cases of a view in a box, those that filters of incidents change."""
    with unit_of_work(database, viewer, read_only=True) as session:
        version = find_version(session, viewer)
        inside = _communes_in(database, version.id, view, box) if version else frozenset()
        return _cases(session, viewer, view, box, inside)


def frame_figures(database: Database, viewer: Viewer, view: View, box: Box) -> FrameSummary:
    """All figures of a view in a box."""
    with unit_of_work(database, viewer, read_only=True) as session:
        version = find_version(session, viewer)
        inside = _communes_in(database, version.id, view, box) if version else frozenset()
        cases = _cases(session, viewer, view, box, inside)
        spots = hotspots_in(session, viewer, view)
        _, found = classes_on(session, viewer, view.until)
    shown = [spot for spot in spots if _holds(box, spot.lon, spot.lat)]
    whole = _summary(cases, shown, found, inside, view.until)
    return FrameSummary(**asdict(whole), vague=cases.vague, any_in_area=cases.any_in_area)


def _summary(
    cases: CaseFigures,
    spots: Iterable[HotspotMark],
    found: Mapping[str, CommuneClass],
    inside: Collection[str],
    until: date,
) -> Summary:
    """The figures of some cases, hotspots and communes (`inside`) on the last day of a view."""
    statuses = Counter(status_at(spot.events, until) for spot in spots)
    classes = [found[code] for code in inside if code in found]
    return Summary(
        cases=cases.cases,
        offenders=cases.offenders,
        any_ever=cases.any_ever,
        active=statuses[HotspotStatus.ACTIVE],
        cleared=statuses[HotspotStatus.CLEARED],
        re_emerged=statuses[HotspotStatus.RE_EMERGED],
        drug_free=classes.count(CommuneClass.DRUG_FREE),
        communes=len(inside),
        assessed=len(classes),
    )


def _case_figures(session: Session, viewer: Viewer, view: View) -> CaseFigures:
    area = IncidentFilter(province_code=view.province_code)
    totals = incident_counts.totals(session, viewer, filter_of(view))
    any_ever = totals.cases > 0 or incident_counts.any_incident(session, viewer, area)
    return CaseFigures(totals.cases, totals.offenders, any_ever)


def _cases(
    session: Session, viewer: Viewer, view: View, box: Box, inside: frozenset[str]
) -> FrameCases:
    wanted = filter_of(view)
    placed = incident_counts.totals(session, viewer, replace(wanted, bbox=_bbox(box)))
    by_commune = incident_counts.vague_totals(session, viewer, wanted)
    vague = [found for code, found in by_commune.items() if code in inside]
    cases = placed.cases + sum(each.cases for each in vague)
    any_in_area = cases > 0 or incident_counts.any_incident(session, viewer, wanted)
    anything = IncidentFilter(province_code=view.province_code)
    return FrameCases(
        cases=cases,
        offenders=placed.offenders + sum(each.offenders for each in vague),
        any_ever=any_in_area or incident_counts.any_incident(session, viewer, anything),
        vague=sum(each.cases for each in vague),
        any_in_area=any_in_area,
    )


def _bbox(box: Box) -> tuple[float, float, float, float]:
    return box.west, box.south, box.east, box.north


def _communes_in(database: Database, version_id: int, view: View, box: Box) -> frozenset[str]:
    """Communes of the area of a view whose label point lies in a box, edges included."""
    return frozenset(
        code
        for code, province, lon, lat in _label_points(database, version_id)
        if view.province_code in (None, province) and _holds(box, lon, lat)
    )


def _holds(box: Box, lon: float | None, lat: float | None) -> bool:
    """Whether a point lies in a box, edges included."""
    if lon is None or lat is None:
        return False
    return box.west <= lon <= box.east and box.south <= lat <= box.north


@lru_cache(maxsize=4)
def _label_points(database: Database, version_id: int) -> tuple[tuple[str, str, float, float], ...]:
    # An installed version never changes, and where a commune lies is no secret.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        units = communes.commune_units(session, ANONYMOUS, version_id)
    return tuple(
        (u.code, u.province_code, round(u.lon, LABEL_DECIMALS), round(u.lat, LABEL_DECIMALS))
        for u in units
    )
