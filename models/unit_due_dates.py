"""The day by which the communes of a province assess themselves, set by the province.

Decision 28/2025/QĐ-TTg leaves that day to the province. Rows are only added: the
latest stands, one without a day takes the earlier one back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geo.records import Period
from models.additions import keep_others_from_writing
from models.errors import InvalidValueError, NotAllowedError
from models.periods import due_dates
from models.tables import unit_due_dates
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class UnitDueDate:
    """The last day to assess, when it was set and by whom; `due_on` None: none is set."""

    due_on: date | None
    at: datetime
    by_user: str


def hold_due_dates(session: Session, viewer: Viewer) -> None:
    """Keep others from setting days until the transaction ends."""
    viewer.require_write()
    keep_others_from_writing(session, unit_due_dates)


def set_due_date(
    session: Session,
    viewer: Viewer,
    province_code: str,
    period: Period,
    due_on: date | None,
    *,
    at: datetime,
) -> None:
    """Set the last day for the communes of a province, or take it back with None.

    Raises
    ------
    NotAllowedError
        If the viewer may not write for this province.
    InvalidValueError
        If the day lies before the first day of the period or more than a year after its last,
        or is not before the day by which the law wants the province's own decision.
    """
    viewer.require_write()
    if not viewer.scope.covers(province_code, None):
        raise NotAllowedError(f"Tỉnh có mã «{province_code}» nằm ngoài phạm vi của tài khoản.")
    if due_on is not None:
        _require_fitting(due_on, period)
    session.execute(
        insert(unit_due_dates).values(
            province_code=province_code,
            period_start=period.start,
            period_end=period.end,
            due_on=due_on,
            at=at,
            by_user=viewer.name,
        )
    )


def due_date_of(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - a due date is no secret
    province_code: str,
    period: Period,
    *,
    known_at: datetime | None = None,
) -> UnitDueDate | None:
    """What a province set last, None where it never set anything; `known_at` (UTC) by then."""
    c = unit_due_dates.c
    statement = (
        select(c.due_on, c.at, c.by_user)
        .where(c.province_code == province_code)
        .where(c.period_start == period.start, c.period_end == period.end)
        .order_by(c.id.desc())
        .limit(1)
    )
    if known_at is not None:
        statement = statement.where(c.at <= known_at)
    row = session.execute(statement).first()
    return None if row is None else UnitDueDate(row.due_on, row.at, row.by_user)


def _require_fitting(due_on: date, period: Period) -> None:
    """Refuse a day that does not go with the period, or leaves the province no time."""
    latest = period.end + timedelta(days=_DAYS_AFTER)
    if not period.start <= due_on <= latest:
        raise InvalidValueError(
            f"Hạn {due_on:%d/%m/%Y} không hợp với kỳ {period.start:%d/%m/%Y} - "
            f"{period.end:%d/%m/%Y}. Hãy chọn một ngày từ {period.start:%d/%m/%Y} đến "
            f"{latest:%d/%m/%Y}."
        )
    law = next(iter(due_dates(period)), None)
    if law is not None and due_on >= law.before:
        raise InvalidValueError(
            f"Hạn {due_on:%d/%m/%Y} quá muộn. {law.what} trước ngày {law.before:%d/%m/%Y} theo "
            "quy định; hãy chọn ngày sớm hơn để tỉnh còn kịp xem và duyệt."
        )


_DAYS_AFTER = 365
"""How long after the period its communes may still be given."""
