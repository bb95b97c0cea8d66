"""Of which days within a period there are records: one rule, whoever asks and of which moment.

Records come in by imports, late and by province. A day before the first record of a province
or after its last one is a day of which nothing is known, not one without crime.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import DatePrecision
from models.disclosure import of_whole_province, visible
from models.known import KnownIncident, known_incidents
from models.session import acting_for
from models.tables import incidents
from models.viewers import Viewer

Told = tuple[date, DatePrecision]
"""The day that a record stands on and how exactly it is known."""


def days_told(records: Iterable[Told], days: Period) -> Period | None:
    """From the first to the last of some days that records tell of; None without a record.

    A month lasts to its end, a year tells of the day that it stands on alone.

    >>> year = Period(date(2025, 12, 15), date(2026, 12, 14))
    >>> months = [(date(2026, n, 1), DatePrecision.MONTH) for n in (3, 5)]
    >>> days_told(months, year)
    Period(start=datetime.date(2026, 3, 1), end=datetime.date(2026, 5, 31))
    """
    inside = [(on, precision) for on, precision in records if days.contains(on)]
    if not inside:
        return None
    last = max(_last_day(on, precision) for on, precision in inside)
    return Period(min(on for on, _precision in inside), min(last, days.end))


def told_by(found: Iterable[KnownIncident]) -> list[Told]:
    """The days that incidents tell of."""
    return [(case.occurred_on, case.date_precision) for case in found]


def days_of_province(
    session: Session,
    viewer: Viewer,
    days: Period,
    province_code: str | None = None,
    *,
    known_at: datetime | None = None,
) -> Period | None:
    """The days that the verified incidents of a province (None: of all) tell of, by `days_told`.

    That there are records of a day is no secret within a province: an account of one
    commune is told the days of its whole province. With `known_at` (UTC) those known then.
    """
    wide = of_whole_province(session, viewer)
    with acting_for(session, wide):
        if known_at is not None:
            found = known_incidents(
                session, wide, days, province_code=province_code, known_at=known_at, units=()
            )
            return days_told(told_by(found), days)
        return days_told(_days(session, wide, days, province_code), days)


def _days(session: Session, viewer: Viewer, days: Period, province_code: str | None) -> list[Told]:
    """The days of the records as they stand, each once."""
    c = incidents.c
    statement = select(c.occurred_on, c.date_precision).where(
        visible(viewer, incidents),
        c.verified.is_(True),
        c.occurred_on.between(days.start, days.end),
    )
    if province_code is not None:
        statement = statement.where(c.province_code == province_code)
    rows = session.execute(statement.distinct())
    return [(on, DatePrecision(precision)) for on, precision in rows]


def _last_day(on: date, precision: DatePrecision) -> date:
    if precision is not DatePrecision.MONTH:
        return on
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])
