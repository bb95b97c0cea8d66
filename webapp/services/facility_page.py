"""The page of one facility: what lies around it, drawn and listed, and its versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import cos, radians

from geo.records import Period
from models import communes, facilities
from models.disclosure import DEGREE_M, widened
from models.facilities import StoredFacility
from models.facility_cases import RADII_M, counts_around, pointless_count
from models.incident_filters import IncidentFilter
from models.nearby import NearIncident, incidents_near
from models.record_changes import changes_of_facility
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.facility_list import point_of
from webapp.services.facility_spots import NearSpot, spots_around
from webapp.services.import_changes import ToldChange, tell_changes

REACH_M = RADII_M[-1]
SIDE_PX = 420.0
_PX_PER_M = (SIDE_PX / 2 - 14) / REACH_M


@dataclass(frozen=True, slots=True)
class DrawnAround:
    """What lies around a facility, in pixels of a square of `side_px`; the middle is the facility.

    `rings` are radii with their distance in metres; `dots` incidents, several at one place
    as one with their number; `spots` hotspots by status.
    """

    rings: tuple[tuple[float, float], ...]
    dots: tuple[tuple[float, float, int], ...]
    spots: tuple[tuple[float, float, str], ...]
    side_px: float = SIDE_PX


@dataclass(frozen=True, slots=True)
class FacilityPage:
    """The page of a facility; counts are of the days of `period` and of as many before it."""

    facility: StoredFacility
    commune_name: str
    province_name: str
    period: Period
    before: Period
    counts: tuple[int, ...] | None
    counts_before: tuple[int, ...] | None
    near: tuple[NearIncident, ...]
    spots: tuple[NearSpot, ...]
    pointless: int
    drawing: DrawnAround | None
    changes: tuple[ToldChange, ...]


def open_facility(database: Database, viewer: Viewer, id: int, period: Period) -> FacilityPage:
    """The page of a facility.

    Raises
    ------
    NotFoundError
        If there is none of this number in the viewer's scope.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        facility = facilities.facility_by_id(session, viewer, id)
        place = facility.placement
        code = place.commune_code_now
        changes = changes_of_facility(session, viewer, id)
        around = _around(session, viewer, facility, period)
        return FacilityPage(
            facility=facility,
            commune_name=_name(session, viewer, code),
            province_name=communes.province_names(session, viewer).get(
                place.province_code or "", ""
            ),
            period=period,
            before=before_of(period),
            counts=around.counts,
            counts_before=around.before,
            near=around.near,
            spots=around.spots,
            pointless=_pointless(session, viewer, code, period),
            drawing=around.drawing,
            changes=tell_changes(session, viewer, changes),
        )


def before_of(period: Period) -> Period:
    """As many days, right before.

    >>> from datetime import date
    >>> before_of(Period(date(2026, 1, 11), date(2026, 1, 20)))
    Period(start=datetime.date(2026, 1, 1), end=datetime.date(2026, 1, 10))
    """
    last = period.start - timedelta(days=1)
    return Period(last - (period.end - period.start), last)


@dataclass(frozen=True, slots=True)
class _Around:
    counts: tuple[int, ...] | None = None
    before: tuple[int, ...] | None = None
    near: tuple[NearIncident, ...] = ()
    spots: tuple[NearSpot, ...] = ()
    drawing: DrawnAround | None = None


def _around(session: Session, viewer: Viewer, facility: StoredFacility, period: Period) -> _Around:
    point = point_of(facility)
    if point is None:
        return _Around()
    found = incidents_near(
        *(session, viewer, *point, REACH_M),
        since=period.start,
        until=period.end,
        day_known=False,
    )
    near = sorted(found, key=lambda each: each.distance_m)
    spots = spots_around(session, viewer, point, REACH_M, period.end)
    return _Around(
        counts=_counts(session, viewer, point, period),
        before=_counts(session, viewer, point, before_of(period)),
        near=tuple(near),
        spots=tuple(spots),
        drawing=draw_around(point, near, spots),
    )


def _counts(
    session: Session, viewer: Viewer, point: tuple[float, float], period: Period
) -> tuple[int, ...]:
    box = widened((*point, *point), REACH_M)
    wanted = IncidentFilter(since=period.start, until=period.end, bbox=box, verified_only=True)
    return tuple(counts_around(session, viewer, [point], wanted)[0].tolist())


def _pointless(session: Session, viewer: Viewer, code: str | None, period: Period) -> int:
    """Incidents known by the commune of the facility alone."""
    if code is None:
        return 0
    days = (period.start, period.end)
    wanted = IncidentFilter(None, code, *days, verified_only=True)
    return pointless_count(session, viewer, wanted)


def draw_around(
    middle: tuple[float, float], near: list[NearIncident], spots: list[NearSpot]
) -> DrawnAround:
    """Place incidents and hotspots around a facility, in pixels."""

    def at(lon: float, lat: float) -> tuple[float, float]:
        east_m = (lon - middle[0]) * DEGREE_M * cos(radians(middle[1]))
        north_m = (lat - middle[1]) * DEGREE_M
        x, y = SIDE_PX / 2 + east_m * _PX_PER_M, SIDE_PX / 2 - north_m * _PX_PER_M
        return round(x, 1), round(y, 1)

    dots: dict[tuple[float, float], int] = {}
    for each in near:
        place = at(each.lon, each.lat)
        dots[place] = dots.get(place, 0) + 1
    return DrawnAround(
        rings=tuple((round(radius_m * _PX_PER_M, 1), radius_m) for radius_m in RADII_M),
        dots=tuple((x, y, n) for (x, y), n in dots.items()),
        spots=tuple((*at(spot.lon, spot.lat), spot.status.value) for spot in spots),
    )


def _name(session: Session, viewer: Viewer, code: str | None) -> str:
    return communes.names_of(session, viewer, [code]).get(code, code) if code else ""
