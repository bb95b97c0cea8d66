"""The days of a period: what is due when, in words.

The law's days are those of Decision 28/2025/QĐ-TTg, article 7; the day for the
communes to assess themselves is set by their province (`models.unit_due_dates`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from geo.records import Period
from models import audit, communes, periods, unit_due_dates
from models.errors import ConflictError, InvalidValueError, NotFoundError
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.stamps import STALE
from webapp.told import told

SELF_ASSESSMENT = "Xã tự đánh giá (hạn do tỉnh đặt)"
QUARTERLY_REVIEW = "Rà soát, đánh giá thôn, tổ dân phố hằng quý"


@dataclass(frozen=True, slots=True)
class Due:
    """Something due; `on` is the day named, itself too late where `is_before`.

    `code` is `self_assessment`, `quarter` or `law`; `left_days` count to the day
    named, negative after it; `countdown` says them in Vietnamese.
    """

    code: str
    what: str
    on: date
    is_before: bool
    left_days: int
    countdown: str
    is_past: bool


def countdown(on: date, today: date, *, is_before: bool = False) -> str:
    """Days left until a day, in words; `is_before`: it must be done before that day.

    >>> countdown(date(2026, 12, 20), date(2026, 12, 8), is_before=True)
    'còn 12 ngày'
    >>> countdown(date(2026, 12, 20), date(2026, 12, 20)), countdown(
    ...     date(2026, 12, 20), date(2026, 12, 20), is_before=True)
    ('hôm nay là ngày cuối', 'đã hết hạn hôm nay')
    >>> countdown(date(2026, 12, 20), date(2026, 12, 23))
    'đã quá hạn 3 ngày'
    """
    left = (on - today).days
    if left > 0:
        return told("còn {n} ngày", n=left)
    if left < 0:
        return told("đã quá hạn {n} ngày", n=-left)
    return told("đã hết hạn hôm nay") if is_before else told("hôm nay là ngày cuối")


def due_dates(
    session: Session,
    viewer: Viewer,
    province_code: str,
    period: Period,
    today: date,
    *,
    known_at: datetime | None = None,
) -> tuple[Due, ...]:
    """Everything due for a period in a province, the earliest first.

    The province's own day where it set one, the end of the quarter under way for the
    review of hamlets, and the days of the law.
    """
    found = [
        _due("law", due.what, due.before, today, is_before=True)
        for due in periods.due_dates(period)
    ]
    own = unit_due_dates.due_date_of(session, viewer, province_code, period, known_at=known_at)
    if own is not None and own.due_on is not None:
        found.append(_due("self_assessment", SELF_ASSESSMENT, own.due_on, today))
    quarter = _quarter_under_way(period, today)
    if quarter is not None:
        found.append(_due("quarter", QUARTERLY_REVIEW, quarter.end, today))
    return tuple(sorted(found, key=lambda due: (due.on, due.code)))


@dataclass(frozen=True, slots=True)
class DuePage:
    """What is due in a province, the day it set itself, and whether this viewer may set it."""

    dues: tuple[Due, ...]
    own: unit_due_dates.UnitDueDate | None
    may_set: bool


def read_page(
    database: Database, viewer: Viewer, province_code: str, period: Period, today: date
) -> DuePage:
    """Everything due in a province for a period."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = due_dates(session, viewer, province_code, period, today)
        own = unit_due_dates.due_date_of(session, viewer, province_code, period)
    return DuePage(found, own, viewer.may_write and viewer.scope.covers(province_code, None))


@repeatable
def set_due_date(
    database: Database,
    viewer: Viewer,
    province_code: str,
    period: Period,
    day: str,
    *,
    at: datetime,
    seen: str | None = None,
) -> date | None:
    """Set the day of a province from a form (YYYY-MM-DD, empty takes it back); the day.

    `seen` is the day on the screen, written in the same way.

    Raises
    ------
    InvalidValueError
        If it is no day, or far from the period.
    NotAllowedError
        If the viewer may not write for this province.
    NotFoundError
        If the map in force has no such province.
    """
    try:
        due_on = date.fromisoformat(day.strip()) if day.strip() else None
    except ValueError:
        raise InvalidValueError(f"Hạn «{day[:40]}» không phải ngày; hãy chọn lại.") from None
    with unit_of_work(database, viewer) as session:
        if all(found.code != province_code for found in communes.provinces(session, viewer)):
            raise NotFoundError(f"Không có tỉnh, thành phố mang mã «{province_code[:20]}».")
        unit_due_dates.hold_due_dates(session, viewer)
        own = unit_due_dates.due_date_of(session, viewer, province_code, period)
        stored = own.due_on.isoformat() if own and own.due_on else ""
        unit_due_dates.set_due_date(session, viewer, province_code, period, due_on, at=at)
        if seen not in (None, stored):
            raise ConflictError(STALE)
        detail = {"period": _period_text(period), "due_on": due_on and due_on.isoformat()}
        audit.record(session, viewer, "due_date", f"province:{province_code}", detail, at=at)
    return due_on


def _due(code: str, what: str, on: date, today: date, *, is_before: bool = False) -> Due:
    left = (on - today).days
    words = countdown(on, today, is_before=is_before)
    return Due(code, what, on, is_before, left, words, left < 0 or (is_before and left == 0))


def _quarter_under_way(period: Period, today: date) -> Period | None:
    year = periods.evaluation_year(period)
    if year is None:
        return None
    quarters = (periods.quarter_period(year, n) for n in (1, 2, 3, 4))
    return next((quarter for quarter in quarters if quarter.contains(today)), None)


def _period_text(period: Period) -> str:
    return f"{period.start}/{period.end}"
