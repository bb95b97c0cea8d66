"""Verified incidents with a point of their own: those of an area, those around a point.

Those of which only the year is known are left out: they lie on no side of a day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.crs import earth_xyz
from geo.records import Period
from geo.terms import DatePrecision, IncidentKind, Precision
from models.disclosure import widened
from models.incident_filters import IncidentFilter, conditions
from models.placements import finer_than_commune
from models.tables import incidents
from models.viewers import Viewer

_DATED = incidents.c.date_precision != DatePrecision.YEAR


@dataclass(frozen=True, slots=True, eq=False)
class LocatedIncidents:
    """Incidents as parallel arrays, by id; WGS 84 degrees, `days` datetime64[D]."""

    ids: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    days: NDArray[np.datetime64]


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
    statement = select(c.id, c.lon, c.lat, c.occurred_on).where(
        finer_than_commune(incidents), _DATED, *conditions(session, viewer, wanted)
    )
    rows = session.execute(statement.order_by(c.id)).all()
    ids, lons, lats, days = zip(*rows, strict=True) if rows else ((), (), (), ())
    return LocatedIncidents(
        ids=np.array(ids, dtype=np.int64),
        lons=np.array(lons, dtype=np.float64),
        lats=np.array(lats, dtype=np.float64),
        days=np.array(days, dtype="datetime64[D]"),
    )


def located_span(session: Session, viewer: Viewer, province_code: str | None) -> Period | None:
    """From the first to the last day of the verified incidents of a province with a point.

    Before and after, the records say nothing: none is not the same as no incident.
    """
    day = incidents.c.occurred_on
    wanted = IncidentFilter(province_code=province_code, verified_only=True)
    statement = select(func.min(day), func.max(day)).where(
        finer_than_commune(incidents), _DATED, *conditions(session, viewer, wanted)
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
) -> list[NearIncident]:
    """The verified incidents within a radius of a point in WGS 84, the latest first.

    `since` and `until` are days, both included. Distances are straight lines: on
    the ground the same to a centimetre.
    """
    c = incidents.c
    box = widened((lon, lat, lon, lat), radius_m)
    wanted = IncidentFilter(since=since, until=until, bbox=box, verified_only=True)
    statement = (
        select(
            *(c.id, c.ref, c.source, c.occurred_on, c.date_precision, c.kind, c.precision),
            *(c.lon, c.lat),
        )
        .where(finer_than_commune(incidents), _DATED, *conditions(session, viewer, wanted))
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


def distances_m(lon: float, lat: float, lons: list[float], lats: list[float]) -> list[float]:
    """Metres from a point to others, WGS 84.

    >>> [round(d) for d in distances_m(105.85, 21.02, [105.85, 105.86], [21.02, 21.02])]
    [0, 1040]
    """
    if not lons:
        return []
    ((x, y, z),) = earth_xyz([lon], [lat])
    return [math.dist((x, y, z), each) for each in earth_xyz(lons, lats)]
