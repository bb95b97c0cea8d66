"""The periods that a page about classes offers, the usual one, and the one before another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from geo.records import Period
from models.carried_classes import class_periods
from models.indicators import periods as declared_periods
from models.periods import end_of_day, evaluation_year, period_of
from models.session import Session
from models.viewers import Viewer


def list_terms(
    session: Session, viewer: Viewer, today: date, *, province_code: str | None = None
) -> tuple[Period, ...]:
    """Periods with classes or declarations (of a province), and the running year; newest first."""
    known = (
        *class_periods(session, viewer, province_code=province_code),
        *declared_periods(session, viewer, province_code=province_code),
    )
    return offered_terms(known, today)


def usual_term(
    session: Session,
    viewer: Viewer,
    today: date,
    *,
    province_code: str | None = None,
    known_at: datetime | None = None,
) -> Period:
    """The period with classes that holds today, else the last one; the longer of nested ones.

    With `known_at` (UTC) of those that had classes then.
    """
    known = class_periods(session, viewer, province_code=province_code, known_at=known_at)
    return usual_of(known, today)


def term_before(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    known_at: datetime | None = None,
) -> Period | None:
    """The last period with classes that ended before this one began: a year before a year.

    With `known_at` (UTC) of those that had classes then.
    """
    known = class_periods(session, viewer, province_code=province_code, known_at=known_at)
    return before_of(known, period)


def terms_known(
    session: Session, viewer: Viewer, province_code: str | None, known_on: date
) -> list[Period]:
    """The periods that had classes at the end of a day, the earliest first."""
    at = end_of_day(known_on)
    return class_periods(session, viewer, province_code=province_code, known_at=at)


def offered_terms(known: Iterable[Period], today: date) -> tuple[Period, ...]:
    """Those of some periods that have begun, and the running year; the newest first."""
    found = {period for period in known if period.start <= today} | {period_of(today)}
    return tuple(sorted(found, key=lambda p: (p.end, p.end - p.start), reverse=True))


def usual_of(known: Iterable[Period], today: date) -> Period:
    """The one of some periods that holds today, else the last; the longer of nested ones."""
    started = [p for p in known if p.start <= today]
    holding = [p for p in started if p.contains(today)]
    return max(holding or started, key=lambda p: (p.end, p.end - p.start), default=period_of(today))


def before_of(known: Iterable[Period], period: Period) -> Period | None:
    """The last of some periods that ended before another began: a year before a year."""
    ended = [p for p in known if p.end < period.start]
    alike = [p for p in ended if _is_year(p) == _is_year(period)]
    return max(alike or ended, key=lambda p: (p.end, p.end - p.start), default=None)


def _is_year(period: Period) -> bool:
    return evaluation_year(period) is not None
