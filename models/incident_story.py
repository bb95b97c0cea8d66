"""Incidents month by month: what a map needs to play them without asking again.

A month is cut in two at one day, `cut`, where a view begins in its midst; each piece is
named by its first day, so that the pieces of a view add up to it exactly. Unverified tips
never count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, extract, func, select
from sqlalchemy.orm import Session

from models.incident_counts import placed_vaguely
from models.incident_filters import IncidentFilter, conditions
from models.placements import finer_than_commune, whole_below
from models.tables import incidents
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class PieceCount:
    """What happened in the piece of a month that begins on `starts`, somewhere.

    `key` is a commune code, or the column and row of a grid from 0° E, 0° N.
    """

    key: Any
    starts: date
    n: int


def piece_start(day: date, cut: date) -> date:
    """The first day of the piece of a month that a day belongs to.

    >>> piece_start(date(2025, 12, 20), date(2025, 12, 15)).isoformat()
    '2025-12-15'
    >>> piece_start(date(2025, 12, 14), date(2025, 12, 15)).isoformat()
    '2025-12-01'
    """
    first = day.replace(day=1)
    return cut if first <= cut <= day else first


def daily_totals(
    session: Session, viewer: Viewer, wanted: IncidentFilter
) -> list[tuple[date, int, int]]:
    """Day, cases and offenders, without the days that had none, in order."""
    c = incidents.c
    statement = (
        select(c.occurred_on, func.count(), func.coalesce(func.sum(c.offenders), 0))
        .where(*_counted(session, viewer, wanted))
        .group_by(c.occurred_on)
        .order_by(c.occurred_on)
    )
    return [(day, n, int(offenders)) for day, n, offenders in session.execute(statement)]


def vague_counts(
    session: Session, viewer: Viewer, wanted: IncidentFilter, cut: date
) -> list[PieceCount]:
    """Incidents known to lie in a commune of today but not where, by commune and piece."""
    code = incidents.c.commune_code_now
    found = [code.is_not(None), *placed_vaguely(), *_counted(session, viewer, wanted)]
    rows = session.execute(_by_piece(cut, code).where(*found)).all()
    return [PieceCount(code, _piece(month, late, cut), n) for code, month, late, n in rows]


def density_counts(
    session: Session, viewer: Viewer, wanted: IncidentFilter, cut: date, cell_deg: float
) -> list[PieceCount]:
    """Incidents with a point of their own, by cell of `cell_deg` degrees and piece."""
    across = whole_below(session, incidents.c.lon / cell_deg).label("across")
    up = whole_below(session, incidents.c.lat / cell_deg).label("up")
    found = [finer_than_commune(incidents), *_counted(session, viewer, wanted)]
    rows = session.execute(_by_piece(cut, across, up).where(*found)).all()
    return [PieceCount((i, j), _piece(month, late, cut), n) for i, j, month, late, n in rows]


def dated_points(
    session: Session, viewer: Viewer, wanted: IncidentFilter, limit: int
) -> list[tuple[float, float, date]]:
    """Longitude, latitude and day of at most `limit` incidents with a point of their own."""
    c = incidents.c
    statement = (
        select(c.lon, c.lat, c.occurred_on)
        .where(finer_than_commune(incidents), *_counted(session, viewer, wanted))
        .limit(limit)
    )
    return [(lon, lat, day) for lon, lat, day in session.execute(statement)]


def _by_piece(cut: date, *keys: ColumnElement[Any]) -> Select[Any]:
    """Counts by some keys, the number of the month and whether its piece begins at the cut."""
    day = incidents.c.occurred_on
    year, month = extract("year", day), extract("month", day)
    number = (year * 12 + month - 1).cast(Integer).label("number")
    late = case((day >= cut, 1), else_=0).label("late")
    group = (*keys, number, late)
    return select(*group, func.count()).group_by(*group).order_by(*group)


def _piece(number: int, late: int, cut: date) -> date:
    first = date(number // 12, number % 12 + 1, 1)
    return cut if late and cut.replace(day=1) == first else first


def _counted(session: Session, viewer: Viewer, wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    return conditions(session, viewer, replace(wanted, verified_only=True))
