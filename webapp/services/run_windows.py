"""Which days a run reads: all up to a day, or a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from geo.records import Period
from models.errors import InvalidValueError
from webapp.told import told


@dataclass(frozen=True, slots=True)
class RunWindow:
    """The days that a run reads, both ends included; `since` None is from the beginning.

    `asked` is how it was asked for, as it is kept with the run.
    """

    since: date | None
    as_of: date
    asked: dict[str, Any]


def refuse_future(as_of: date, today: date) -> None:
    """Raise `InvalidValueError` if a run is asked for as of a day to come."""
    if as_of > today:
        raise InvalidValueError(
            told(
                "Ngày tính đến {day} ở tương lai. Hãy chọn hôm nay hoặc một ngày trước đó.",
                day=as_of,
            )
        )


_TWO_WAYS = told(
    "Chỉ chọn một cách giới hạn thời gian: số ngày gần nhất, kỳ, hoặc từ ngày. "
    "Hãy bỏ bớt và chạy lại."
)


def run_window(
    as_of: date,
    *,
    window_days: int | None = None,
    period: Period | None = None,
    since: date | None = None,
) -> RunWindow:
    """The window that is asked for in one of its ways, up to `as_of` at the latest.

    >>> run_window(date(2026, 6, 14), window_days=90).since
    datetime.date(2026, 3, 17)

    Raises
    ------
    InvalidValueError
        If it is asked for in two ways, or holds no day.
    """
    if sum(each is not None for each in (window_days, period, since)) > 1:
        raise InvalidValueError(_TWO_WAYS)
    first, last = since, as_of
    if window_days is not None:
        if window_days < 1:
            raise InvalidValueError(
                told("Số ngày {n} không hợp lệ; hãy chọn từ 1 trở lên.", n=str(window_days))
            )
        first = as_of - timedelta(days=window_days - 1)
    elif period is not None:
        first, last = period.start, min(as_of, period.end)
    if first is not None and first > last:
        raise InvalidValueError(
            told(
                "Từ {first} đến {last} không có ngày nào. Hãy chọn ngày đầu không sau ngày cuối.",
                first=first,
                last=last,
            )
        )
    named = None if period is None else f"{period.start}/{period.end}"
    return RunWindow(first, last, {"window_days": window_days, "period": named})
