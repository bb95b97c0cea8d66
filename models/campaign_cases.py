"""Verified incidents as a campaign is judged by them: commune, point where known, day, kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, case, func, not_, null, or_, select
from sqlalchemy.orm import Session

from geo.terms import DatePrecision
from models.home_points import shown_inside, shown_point
from models.incident_filters import IncidentFilter, conditions
from models.placements import Bbox, finer_than_commune
from models.tables import incidents
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Control:
    """What a campaign is held against: its provinces, or all others where it fills them."""

    provinces: tuple[str, ...]
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Incidents as parallel arrays, by id.

    `communes` are codes on the map in force, "" where unknown. `lons`, `lats`
    (WGS 84) are NaN where the place is known no finer than its commune. `days`
    are datetime64[D], NaT where only the month or year is known. `control` tells
    those of the provinces that a campaign is held against.
    """

    ids: NDArray[np.int64]
    communes: NDArray[np.str_]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    days: NDArray[np.datetime64]
    kinds: NDArray[np.str_]
    control: NDArray[np.bool_]

    @property
    def located(self) -> NDArray[np.bool_]:
        """Which have a point of their own."""
        return np.isfinite(self.lons)


def cases_around(
    session: Session,
    viewer: Viewer,
    bbox: Bbox,
    control: Control,
    *,
    since: date,
    until: date,
) -> Cases:
    """The verified incidents in a box and of the control that the viewer sees; both days included.

    `bbox` is west, south, east, north in degrees; of the provinces of `control`
    all come that are in them, or in none of them where it is `elsewhere`.
    """
    c, at = incidents.c, shown_point(session, viewer)
    point = finer_than_commune(incidents)
    day = case((c.date_precision == DatePrecision.DAY, c.occurred_on), else_=null())
    held_against = _held_against(control)
    in_provinces = c.province_code.in_(sorted(control.provinces))
    wanted = IncidentFilter(since=since, until=until, verified_only=True)
    statement = (
        select(
            *(c.id, func.coalesce(c.commune_code_now, "")),
            *(case((point, place), else_=null()) for place in (at.lon, at.lat)),
            *(day, c.kind, case((held_against, 1), else_=0)),
        )
        .where(or_(in_provinces, held_against, shown_inside(session, viewer, bbox)))
        .where(*conditions(session, viewer, wanted))
        .order_by(c.id)
    )
    return _stacked(session.execute(statement).all())


def _stacked(rows: Sequence[Any]) -> Cases:
    ids, codes, lons, lats, days, kinds, held = zip(*rows, strict=True) if rows else ((),) * 7
    return Cases(
        ids=np.array(ids, dtype=np.int64),
        communes=np.array(codes, dtype=np.str_),
        lons=np.array(lons, dtype=np.float64),
        lats=np.array(lats, dtype=np.float64),
        days=np.array(days, dtype="datetime64[D]"),
        kinds=np.array(kinds, dtype=np.str_),
        control=np.array(held, dtype=np.bool_),
    )


def _held_against(control: Control) -> ColumnElement[bool]:
    c = incidents.c
    of_provinces = c.province_code.in_(sorted(control.provinces))
    known = c.commune_code_now.is_not(None)
    return and_(known, not_(of_provinces) if control.elsewhere else of_provinces)


def days_of_records(
    session: Session, viewer: Viewer, province_codes: Iterable[str]
) -> tuple[date, date] | None:
    """The first and last day of the verified incidents of provinces, None where there are none.

    Those of which only the year is known tell no day.
    """
    c = incidents.c
    statement = (
        select(func.min(c.occurred_on), func.max(c.occurred_on))
        .where(c.province_code.in_(sorted(set(province_codes))))
        .where(c.date_precision != DatePrecision.YEAR)
        .where(*conditions(session, viewer, IncidentFilter(verified_only=True)))
    )
    first, last = session.execute(statement).one()
    return None if first is None else (first, last)
