"""Of which days there are data: a day without records is not a day without crime.

Records come in by imports, late and by province. Before the first record of a
province and after its last one nothing is known, so no count may run over those
days as if it were zero.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import DatePrecision
from models.disclosure import of_whole_province, visible
from models.session import acting_for
from models.tables import incidents
from models.viewers import ScopeKind, Viewer

DATA_UNTIL = "data_until"
"""The last day of which there are data anywhere, in the parameters of a run."""

DATA_DAYS = "data_days"
"""First and last day of every province, in the parameters of a run."""


@dataclass(frozen=True, slots=True)
class DataEnds:
    """From which day to which there are data, anywhere and in each province.

    `elsewhere` are the days of the provinces that are not named: none, as a rule.
    """

    nation: Period | None
    provinces: Mapping[str, Period]
    elsewhere: Period | None = None

    def span(self, province_code: str | None) -> Period | None:
        """The days of a province, of the nation for a place in no known province."""
        if not province_code:
            return self.nation
        return self.provinces.get(province_code, self.elsewhere)

    def of(self, province_code: str | None) -> date | None:
        """The last day of a province of which there are data, None if there are none."""
        span = self.span(province_code)
        return None if span is None else span.end


def data_ends(
    session: Session, viewer: Viewer, until: date, province_code: str | None = None
) -> DataEnds:
    """First and last day, up to `until`, of the verified incidents, by province.

    With `province_code` that province alone is read.

    A record of which only the month is known lasts to the end of its month; one of
    which only the year is known tells nothing. Where records come after `until`, the
    data reach it. That there are data of a day is no secret within a province: an
    account of one commune is told the days of its whole province.
    """
    wide = of_whole_province(session, viewer)
    with acting_for(session, wide):
        if province_code:
            return _ends_of_province(session, wide, until, province_code)
        return _ends_of_all(session, wide, until)


def _ends_of_all(session: Session, viewer: Viewer, until: date) -> DataEnds:
    """The same of every province of the scope."""
    c = incidents.c
    statement = (
        select(c.province_code, c.date_precision, func.min(c.occurred_on), func.max(c.occurred_on))
        .where(c.verified.is_(True), c.date_precision != DatePrecision.YEAR)
        .where(visible(viewer, incidents))
        .group_by(c.province_code, c.date_precision)
    )
    spans: dict[str, Period] = {}
    everywhere = None
    for code, precision, first, last in session.execute(statement):
        end = min(until, _month_end(last) if precision == DatePrecision.MONTH else last)
        if first <= end:
            spans[code] = _joined(spans.get(code), Period(first, end))
            everywhere = _joined(everywhere, Period(first, end))
    known = {code: spans[code] for code in sorted(filter(None, spans))}
    return DataEnds(everywhere, MappingProxyType(known))


def last_day(session: Session, viewer: Viewer) -> date | None:
    """The last day in the viewer's scope of a verified incident whose month is known.

    Area by area, each from the end of its index: no more than a few records are read.
    """
    c = incidents.c
    verified = c.verified.is_not(False)  # "= true" would lead SQLite away from the index of days
    known = and_(verified, c.date_precision != DatePrecision.YEAR, c.withdrawn.is_(None))
    newest = select(c.occurred_on).where(known).order_by(c.occurred_on.desc()).limit(1)
    if viewer.scope.kind is ScopeKind.NATION:
        return session.scalar(newest)
    area = c.province_code if viewer.scope.kind is ScopeKind.PROVINCES else c.commune_code_now
    days = [session.scalar(newest.where(area == code)) for code in sorted(viewer.scope.codes)]
    return max((day for day in days if day is not None), default=None)


def _ends_of_province(
    session: Session, viewer: Viewer, until: date, province_code: str
) -> DataEnds:
    """The same of one province, by its first and last records alone."""
    c = incidents.c
    wanted = and_(
        c.verified.is_(True),
        c.date_precision != DatePrecision.YEAR,
        c.province_code == province_code,
        visible(viewer, incidents),
    )
    first = session.scalar(select(c.occurred_on).where(wanted).order_by(c.occurred_on).limit(1))
    if first is None:
        return DataEnds(None, MappingProxyType({}))
    day = c.occurred_on.desc()
    last = session.scalars(select(c.occurred_on).where(wanted).order_by(day).limit(1)).one()
    of_month = and_(wanted, c.date_precision == DatePrecision.MONTH)
    late = and_(of_month, c.occurred_on >= last.replace(day=1))
    is_month = session.scalar(select(c.id).where(late).limit(1)) is not None
    end = min(until, _month_end(last) if is_month else last)
    if first > end:
        return DataEnds(None, MappingProxyType({}))
    span = Period(first, end)
    return DataEnds(span, MappingProxyType({province_code: span}))


def kept_ends(ends: DataEnds) -> dict[str, Any]:
    """The days as they are kept in the parameters of a run."""
    last = ends.nation and ends.nation.end.isoformat()
    days = {
        code: [span.start.isoformat(), span.end.isoformat()]
        for code, span in ends.provinces.items()
    }
    return {DATA_UNTIL: last, DATA_DAYS: days}


def ends_of_run(parameters: Mapping[str, Any], as_of: date) -> DataEnds:
    """The days that a run kept; of one that kept none, all up to its day.

    >>> ends_of_run({"data_days": {"51": ["2025-01-02", "2026-06-13"]}}, date(2026, 6, 14)).of("51")
    datetime.date(2026, 6, 13)
    """
    if DATA_DAYS not in parameters:
        always = Period(date.min, as_of)
        return DataEnds(always, MappingProxyType({}), elsewhere=always)
    days = {
        code: Period(date.fromisoformat(first), date.fromisoformat(last))
        for code, (first, last) in parameters[DATA_DAYS].items()
    }
    everywhere = None
    for span in days.values():
        everywhere = _joined(everywhere, span)
    return DataEnds(everywhere, MappingProxyType(days))


def _joined(span: Period | None, other: Period) -> Period:
    """From the earlier first to the later last day."""
    if span is None:
        return other
    return Period(min(span.start, other.start), max(span.end, other.end))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
