"""Incidents month by month: what a map needs to play them without asking again.

A month is cut in two at one day, `cut`, where a view begins in its midst; each piece is
named by its first day, so that the pieces of a view add up to it exactly. Unverified tips
never count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    case,
    cast,
    extract,
    func,
    select,
)
from sqlalchemy.orm import Session

from models.home_points import shown_point
from models.incident_counts import placed_vaguely
from models.incident_filters import IncidentFilter, conditions
from models.placements import finer_than_commune, whole_below
from models.tables import incidents
from models.viewers import Viewer

_SPAN = 2**20
_MIDDLE = 2**19
"""Columns and rows of the finest grid, from either side of 0°, and days of a story are fewer."""


_READ_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class PieceCount:
    """What happened in a commune in the piece of a month that begins on `starts`."""

    commune_code: str
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
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter,
    starts: Sequence[date],
    cell_deg: float,
) -> NDArray[np.int64]:
    """Incidents with a point of their own, by piece and cell of `cell_deg` degrees.

    `starts` are the first days of the pieces, in order, the first of them no later than any
    incident. Rows of four numbers, sorted: which piece, column and row of a grid from 0° E,
    0° N, how many.
    """
    c = incidents.c
    found = [finer_than_commune(incidents), *_counted(session, viewer, wanted)]
    at = shown_point(session, viewer)
    across, up = (whole_below(session, degrees / cell_deg) for degrees in (at.lon, at.lat))
    # One number for each incident and no grouping: a database reads it in half the time.
    cell = (cast(across, BigInteger) + _MIDDLE) * _SPAN + up + _MIDDLE
    packed = cell * _SPAN + _days_since(session, c.occurred_on, starts[0])
    numbers = _read_numbers(session, select(packed).where(*found))
    cells, days = np.divmod(numbers, _SPAN)
    firsts = [(day - starts[0]).days for day in starts]
    pieces = np.searchsorted(firsts, days, side="right") - 1
    keys, counts = np.unique(pieces * _SPAN**2 + cells, return_counts=True)
    pieces, cells = np.divmod(keys, _SPAN**2)
    columns, rows = np.divmod(cells, _SPAN)
    return np.column_stack([pieces, columns - _MIDDLE, rows - _MIDDLE, counts])


def _read_numbers(session: Session, statement: Select[Any]) -> NDArray[np.int64]:
    """A column of whole numbers, read by pieces: row by row takes twice as long."""
    pieces = session.scalars(statement).partitions(_READ_AT_ONCE)
    return np.fromiter(chain.from_iterable(pieces), dtype=np.int64)


def too_many_points(session: Session, viewer: Viewer, wanted: IncidentFilter, limit: int) -> bool:
    """Whether more than `limit` incidents have a point of their own; no more are looked at."""
    found = [finer_than_commune(incidents), *_counted(session, viewer, wanted)]
    some = select(incidents.c.id).where(*found).limit(limit + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) > limit


def dated_points(
    session: Session, viewer: Viewer, wanted: IncidentFilter
) -> list[tuple[float, float, date]]:
    """Longitude, latitude and day of the incidents with a point of their own."""
    c, at = incidents.c, shown_point(session, viewer)
    found = [finer_than_commune(incidents), *_counted(session, viewer, wanted)]
    statement = select(at.lon, at.lat, c.occurred_on).where(*found)
    return [(lon, lat, day) for lon, lat, day in session.execute(statement)]


def _by_piece(cut: date, *keys: ColumnElement[Any]) -> Select[Any]:
    """Counts by some keys, the number of the month and whether its piece begins at the cut."""
    day = incidents.c.occurred_on
    year, month = extract("year", day), extract("month", day)
    number = (year * 12 + month - 1).cast(Integer).label("number")
    late = case((day >= cut, 1), else_=0).label("late")
    group = (*keys, number, late)
    return select(*group, func.count()).group_by(*group).order_by(*group)


def _days_since(session: Session, day: ColumnElement[date], first: date) -> ColumnElement[int]:
    if session.get_bind().dialect.name == "postgresql":
        return cast(day - first, Integer)
    return cast(func.julianday(day) - func.julianday(first.isoformat()), Integer)


def _piece(number: int, late: int, cut: date) -> date:
    first = date(number // 12, number % 12 + 1, 1)
    return cut if late and cut.replace(day=1) == first else first


def _counted(session: Session, viewer: Viewer, wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    return conditions(session, viewer, replace(wanted, verified_only=True))
