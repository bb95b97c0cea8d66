"""Verified incidents with a point of their own: those of an area, those around a point.

Those of which only the month or the year is known are left out: they lie on no side of
a day. `undated_incidents` gives them, for those who have to doubt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from geo.crs import earth_xyz
from geo.records import Period
from geo.register import LocatedRecords
from geo.terms import DatePrecision, IncidentKind, Precision
from models.disclosure import widened
from models.home_points import shown_inside, shown_point
from models.incident_filters import IncidentFilter, conditions
from models.placements import finer_than_commune
from models.tables import boundary_versions, communes, incidents
from models.viewers import ScopeKind, Viewer

_COMMUNE_DEGREES = 0.75
"""No point of a commune is farther from the point that stands for it (some 80 km)."""

_DAY_KNOWN = incidents.c.date_precision == DatePrecision.DAY


@dataclass(frozen=True, slots=True, eq=False)
class LocatedIncidents:
    """Incidents as parallel arrays, by id; WGS 84 degrees, `days` datetime64[D]."""

    ids: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    days: NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, eq=False)
class UndatedIncidents:
    """Incidents of which only the month or year is known, and the last day of it."""

    ids: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    last_days: NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class NearIncident:
    """A verified incident near a point, with its distance in metres."""

    id: int
    ref: str
    source: str
    occurred_on: date
    date_precision: DatePrecision
    kind: IncidentKind
    precision: Precision
    lon: float
    lat: float
    distance_m: float


def located_incidents(
    session: Session,
    viewer: Viewer,
    province_code: str | None,
    since: date | None,
    until: date | None,
) -> LocatedIncidents:
    """The verified incidents of a province (None: of the scope) finer than commune precision.

    `since` and `until` are days, both included; None leaves that end open.
    """
    c = incidents.c
    wanted = IncidentFilter(
        province_code=province_code, since=since, until=until, verified_only=True
    )
    at = shown_point(session, viewer)
    statement = select(c.id, at.lon, at.lat, c.occurred_on).where(
        finer_than_commune(incidents), _DAY_KNOWN, *conditions(session, viewer, wanted)
    )
    rows = session.execute(statement.order_by(c.id)).all()
    ids, lons, lats, days = zip(*rows, strict=True) if rows else ((), (), (), ())
    return LocatedIncidents(
        ids=np.array(ids, dtype=np.int64),
        lons=np.array(lons, dtype=np.float64),
        lats=np.array(lats, dtype=np.float64),
        days=np.array(days, dtype="datetime64[D]"),
    )


def undated_incidents(session: Session, viewer: Viewer, until: date) -> UndatedIncidents:
    """The verified incidents of the scope with a point but no known day, begun by a day."""
    c = incidents.c
    wanted = IncidentFilter(until=until, verified_only=True)
    at = shown_point(session, viewer)
    statement = select(c.id, at.lon, at.lat, c.occurred_on, c.date_precision).where(
        finer_than_commune(incidents), ~_DAY_KNOWN, *conditions(session, viewer, wanted)
    )
    rows = session.execute(statement.order_by(c.id)).all()
    ids, lons, lats, days, precisions = zip(*rows, strict=True) if rows else ((),) * 5
    first = np.array(days, dtype="datetime64[D]")
    is_month = np.array([p == DatePrecision.MONTH for p in precisions], dtype=bool)
    month, year = first.astype("datetime64[M]") + 1, first.astype("datetime64[Y]") + 1
    ends = np.where(is_month, month.astype(first.dtype), year.astype(first.dtype))
    return UndatedIncidents(
        ids=np.array(ids, dtype=np.int64),
        lons=np.array(lons, dtype=np.float64),
        lats=np.array(lats, dtype=np.float64),
        last_days=(ends - 1).astype(first.dtype),
    )


def days_around(
    points: Sequence[tuple[float | None, float | None]],
    radius_m: float,
    dated: LocatedRecords,
    undated: UndatedIncidents,
    until: date,
) -> list[list[date]]:
    """Days of the records within a radius of each point, the last that may be theirs.

    Points are longitude and latitude in WGS 84, `until` is the last day that counts.
    """
    latest = np.minimum(undated.last_days, np.datetime64(until))
    days = np.concatenate([np.asarray(dated.days, dtype="datetime64[D]"), latest])
    if not points or not days.size:
        return [[] for _ in points]
    lons = np.concatenate([np.asarray(dated.lons, dtype=float), undated.lons])
    lats = np.concatenate([np.asarray(dated.lats, dtype=float), undated.lats])
    here = np.array(points, dtype=float)
    rows = cKDTree(earth_xyz(lons, lats)).query_ball_point(earth_xyz(*here.T), radius_m)
    return [days[np.asarray(near, dtype=np.int64)].tolist() for near in rows]


def located_span(session: Session, viewer: Viewer, province_code: str | None) -> Period | None:
    """From the first to the last day of the verified incidents of a province with a point.

    Before and after, the records say nothing: none is not the same as no incident.
    """
    day = incidents.c.occurred_on
    wanted = IncidentFilter(province_code=province_code, verified_only=True)
    statement = select(func.min(day), func.max(day)).where(
        finer_than_commune(incidents), _DAY_KNOWN, *conditions(session, viewer, wanted)
    )
    first, last = session.execute(statement).one()
    return None if first is None else Period(first, last)


def incidents_near(
    session: Session,
    viewer: Viewer,
    lon: float,
    lat: float,
    radius_m: float,
    *,
    since: date | None = None,
    until: date | None = None,
    day_known: bool = True,
) -> list[NearIncident]:
    """The verified incidents within a radius of a point in WGS 84, the latest first.

    `since` and `until` are days, both included; `day_known` leaves out those of which
    only the month or the year is known. Distances are straight lines: on
    the ground the same to a centimetre.
    """
    c, at = incidents.c, shown_point(session, viewer)
    box = widened((lon, lat, lon, lat), radius_m)
    wanted = IncidentFilter(since=since, until=until, bbox=box, verified_only=True)
    statement = (
        select(
            *(c.id, c.ref, c.source, c.occurred_on, c.date_precision, c.kind),
            *(at.precision, at.lon, at.lat),
        )
        .where(finer_than_commune(incidents), *conditions(session, viewer, wanted))
        .where(_DAY_KNOWN if day_known else true())
        .order_by(c.occurred_on.desc(), c.id.desc())
    )
    rows = session.execute(statement).all()
    away_m = distances_m(lon, lat, [row.lon for row in rows], [row.lat for row in rows])
    return [
        NearIncident(
            *(row.id, row.ref, row.source, row.occurred_on, DatePrecision(row.date_precision)),
            *(IncidentKind(row.kind), Precision(row.precision), row.lon, row.lat, metres),
        )
        for row, metres in zip(rows, away_m, strict=True)
        if metres <= radius_m
    ]


def reaches_beyond_scope(session: Session, viewer: Viewer, area: BaseGeometry) -> bool:
    """Whether an area (WGS 84) reaches into communes whose records the viewer does not see.

    Of the map in force; what lies beyond the border or at sea does not count.
    """
    if viewer.scope.kind is ScopeKind.NATION:
        return False
    c = communes.c
    west, south, east, north = area.bounds
    current = select(boundary_versions.c.id).where(boundary_versions.c.is_current)
    own = c.province_code if viewer.scope.kind is ScopeKind.PROVINCES else c.code
    statement = select(c.geom).where(
        c.version_id == current.scalar_subquery(),
        own.not_in(sorted(viewer.scope.codes)),
        c.lon.between(west - _COMMUNE_DEGREES, east + _COMMUNE_DEGREES),
        c.lat.between(south - _COMMUNE_DEGREES, north + _COMMUNE_DEGREES),
    )
    shapely.prepare(area)
    return any(shapely.intersects(area, shape) for shape in session.scalars(statement))


def distances_m(lon: float, lat: float, lons: list[float], lats: list[float]) -> list[float]:
    """Metres from a point to others, WGS 84.

    >>> [round(d) for d in distances_m(105.85, 21.02, [105.85, 105.86], [21.02, 21.02])]
    [0, 1040]
    """
    if not lons:
        return []
    ((x, y, z),) = earth_xyz([lon], [lat])
    return [math.dist((x, y, z), each) for each in earth_xyz(lons, lats)]


def latest_days_near(
    session: Session,
    viewer: Viewer,
    points: Sequence[tuple[float, float]],
    radius_m: float,
    *,
    until: date,
) -> list[date | None]:
    """The day of the latest verified incident within a radius of each point, by one query.

    Points are longitude and latitude in WGS 84; None where nothing lies around one.
    """
    if not points:
        return []
    c, at = incidents.c, shown_point(session, viewer)
    boxes = {widened((lon, lat, lon, lat), radius_m) for lon, lat in points}
    around = or_(*(shown_inside(session, viewer, box) for box in sorted(boxes)))
    wanted = IncidentFilter(until=until, verified_only=True)
    statement = select(at.lon, at.lat, c.occurred_on).where(
        finer_than_commune(incidents), _DAY_KNOWN, *conditions(session, viewer, wanted), around
    )
    rows = session.execute(statement).all()
    if not rows:
        return [None] * len(points)
    lons, lats, days = (np.array(column) for column in zip(*rows, strict=True))
    xyz = earth_xyz(lons, lats)
    away_m = (np.linalg.norm(xyz - each, axis=1) for each in earth_xyz(*zip(*points, strict=True)))
    return [max(days[metres <= radius_m], default=None) for metres in away_m]
