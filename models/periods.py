"""Reporting windows: evaluation year, half year, quarter, month, and due dates.

The evaluation year runs from 15 December to 14 December (Decision 28/2025/QĐ-TTg,
article 7). Half years, quarters and months are cut at the same days of the
month, as administrative reports are (Decree 09/2019/NĐ-CP, article 12), so that
the parts of a year add up to it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from geo.records import Period
from models.errors import ModelError
from models.lifecycle import add_months

VIETNAM_TIME = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Fixed: no daylight saving since 1975, and needs no zone database on the machine."""

_DATE = r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})"
_ISO_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_TO = r"\s*(?:-|–|—|/|\.{2,3}|(?:đến|tới)(?:\s+hết)?(?:\s+ngày)?)\s*"
_HALF = r"(?:6|sáu)\s+tháng\s+(đầu|cuối)\s+năm\s+(\d{4})"
_QUARTER = r"quý\s+(I{1,3}|IV|[1-4])\s*(?:/|năm|-)?\s*(\d{4})"
_MONTH = r"tháng\s+(\d{1,2})\s*(?:/|năm|-)\s*(\d{4})"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


class PeriodError(ModelError):
    """A text or a number does not name a period."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day before which something is due; `what` is Vietnamese."""

    before: date
    what: str


def today(moment: datetime) -> date:
    """The calendar day in Viet Nam at a moment.

    >>> from datetime import UTC
    >>> today(datetime(2026, 12, 14, 17, 0, tzinfo=UTC))
    datetime.date(2026, 12, 15)

    Raises
    ------
    PeriodError
        If the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise PeriodError(f"Thời điểm {moment.isoformat()} không có múi giờ.")
    return moment.astimezone(VIETNAM_TIME).date()


def end_of_day(day: date) -> datetime:
    """The last moment of a calendar day in Viet Nam: what was known on that day.

    >>> end_of_day(date(2026, 6, 19)).isoformat()
    '2026-06-19T23:59:59.999999+07:00'
    """
    return datetime.combine(day, time.max, VIETNAM_TIME)


def year_before(period: Period) -> Period:
    """The same period of the year before.

    >>> year_before(half_year_period(2026)) == half_year_period(2025)
    True
    """
    after = period.end + timedelta(days=1)
    return Period(add_months(period.start, -12), add_months(after, -12) - timedelta(days=1))


def evaluation_period(year: int) -> Period:
    """Evaluation year: 15 December of the year before to 14 December.

    >>> evaluation_period(2026)
    Period(start=datetime.date(2025, 12, 15), end=datetime.date(2026, 12, 14))
    """
    return _window(year, 1, 12)


def half_year_period(year: int, half: int = 1) -> Period:
    """Half 1: 15 December to 14 June; half 2: 15 June to 14 December."""
    _require(half in (1, 2), f"Nửa năm {half} không hợp lệ; chỉ có 1 hoặc 2.")
    return _window(year, 1 + 6 * (half - 1), 6)


def quarter_period(year: int, quarter: int) -> Period:
    """Quarter 1: 15 December to 14 March; the others follow.

    >>> quarter_period(2026, 2).start
    datetime.date(2026, 3, 15)
    """
    _require(1 <= quarter <= 4, f"Quý {quarter} không hợp lệ; chỉ có quý 1 đến quý 4.")
    return _window(year, 1 + 3 * (quarter - 1), 3)


def month_period(year: int, month: int) -> Period:
    """Month of a report: 15th of the month before to the 14th.

    >>> month_period(2026, 1)
    Period(start=datetime.date(2025, 12, 15), end=datetime.date(2026, 1, 14))
    """
    _require(1 <= month <= 12, f"Tháng {month} không hợp lệ; chỉ có tháng 1 đến tháng 12.")
    return _window(year, month, 1)


def custom_period(start: date, end: date) -> Period:
    """Any closed range of days.

    Raises
    ------
    PeriodError
        If it ends before it starts.
    """
    _require(
        start <= end,
        f"Kỳ {start:%d/%m/%Y} - {end:%d/%m/%Y} có ngày cuối trước ngày đầu. Hãy kiểm tra lại.",
    )
    return Period(start, end)


def period_of(day: date) -> Period:
    """The evaluation year that a day falls in.

    >>> period_of(date(2026, 12, 15)) == evaluation_period(2027)
    True
    """
    return evaluation_period(day.year + ((day.month, day.day) >= (12, 15)))


def evaluation_year(period: Period) -> int | None:
    """Year of an evaluation year, None for any other period."""
    return period.end.year if period == evaluation_period(period.end.year) else None


def is_running(period: Period, day: date) -> bool:
    """Whether a period has begun and not ended: its figures are provisional."""
    return period.contains(day)


def is_provisional(period: Period, day: date) -> bool:
    """Whether the classes of a period are provisional ("tạm tính"), on pages and in reports.

    A class is that of a whole evaluation year (Decision 28/2025, article 7): one of a part
    of a year stays provisional though the part has ended and its figures stand.

    >>> is_provisional(half_year_period(2026), date(2026, 7, 1))
    True
    >>> is_provisional(evaluation_period(2025), date(2026, 7, 1))
    False
    """
    return is_running(period, day) or evaluation_year(period) is None


def is_reported(period: Period) -> bool:
    """Whether a period is one that reports are made of: a year, a half, a quarter or a month.

    >>> is_reported(month_period(2026, 3)), is_reported(Period(date(2026, 1, 1), date(2026, 1, 9)))
    (True, False)
    """
    year, month = period.end.year, period.end.month
    found = [evaluation_period(year), month_period(year, month)]
    found += [half_year_period(year, half) for half in (1, 2)]
    return period in (*found, *(quarter_period(year, quarter) for quarter in (1, 2, 3, 4)))


def period_name(period: Period) -> str:
    """Vietnamese name: "năm 2026", "6 tháng đầu năm 2026", else the two days.

    >>> period_name(half_year_period(2026))
    '6 tháng đầu năm 2026'
    """
    year = period.end.year
    if period == evaluation_period(year):
        return f"năm {year}"
    for half, name in ((1, "đầu"), (2, "cuối")):
        if period == half_year_period(year, half):
            return f"6 tháng {name} năm {year}"
    for quarter, roman in enumerate(("I", "II", "III", "IV"), start=1):
        if period == quarter_period(year, quarter):
            return f"quý {roman} năm {year}"
    if period == month_period(year, period.end.month):
        return f"tháng {period.end.month} năm {year}"
    return f"{period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}"


def period_code(period: Period) -> str:
    """The code of a period in an address, which `parse_period` reads again.

    >>> period_code(evaluation_period(2026)), period_code(half_year_period(2026))
    ('2026', '2026H1')
    >>> period_code(custom_period(date(2026, 1, 1), date(2026, 1, 9)))
    '2026-01-01/2026-01-09'
    """
    year = period.end.year
    codes = (str(year), *(f"{year}H{n}" for n in (1, 2)), *(f"{year}Q{n}" for n in (1, 2, 3, 4)))
    for code in codes:
        if parse_period(code) == period:
            return code
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def due_dates(period: Period) -> tuple[DueDate, ...]:
    """Days before which reports on a period are due, earliest first.

    Evaluation year: 20 and 30 December (Decision 28/2025); first half: 20 June.
    No day is set for other periods.
    """
    year = period.end.year
    if period == evaluation_period(year):
        return (
            DueDate(date(year, 12, 20), "Tỉnh duyệt phân loại cấp xã, tuyến nội tỉnh và báo cáo"),
            DueDate(date(year, 12, 30), "Bộ duyệt tuyến liên tỉnh và phân loại cấp tỉnh"),
        )
    if period == half_year_period(year):
        return (DueDate(date(year, 6, 20), "Báo cáo 6 tháng"),)
    return ()


def parse_period(text: str) -> Period:
    """Read a period from a code or from a line of a title.

    Codes: "2026", "2026H1" or "2026-H1", "2026Q2", "2026-06" (month of report).
    Titles: two dates joined by a dash or “đến”, "6 tháng đầu năm 2026",
    "quý II năm 2026", "tháng 6 năm 2026", "năm 2026", in this order.

    >>> parse_period("Biểu số liệu, kỳ 15/12/2025 - 14/12/2026") == evaluation_period(2026)
    True

    Raises
    ------
    PeriodError
        If no period is named, or its dates are impossible or reversed.
    """
    composed = unicodedata.normalize("NFC", text).strip()
    found = _from_code(composed) or _from_dates(composed) or _from_words(composed)
    if found is None:
        raise PeriodError(
            f"Không đọc được kỳ số liệu từ «{text}». Hãy ghi như 2026, 2026H1"
            " hoặc 15/12/2025 - 14/12/2026."
        )
    return found


def _window(year: int, first_month: int, months: int) -> Period:
    """From the 15th before `first_month` through the 14th of the last month."""
    _require(1900 <= year <= 2200, f"Năm {year} không hợp lệ.")
    end = date(year, first_month + months - 1, 14)
    return Period(add_months(end, -months) + timedelta(days=1), end)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise PeriodError(message)


def _from_code(code: str) -> Period | None:
    match = re.fullmatch(r"(\d{4})(?:-?([HQ])([1-4])|-(\d{1,2}))?", code, re.IGNORECASE)
    if match is None:
        return None
    year, part, number, month = match.groups()
    if month:
        return month_period(int(year), int(month))
    if part is None:
        return evaluation_period(int(year))
    cut = half_year_period if part.upper() == "H" else quarter_period
    return cut(int(year), int(number))


def _from_dates(text: str) -> Period | None:
    if iso := re.search(_ISO_DATE + _TO + _ISO_DATE, text):
        numbers = [int(part) for part in iso.groups()]
    elif local := re.search(_DATE + _TO + _DATE, text, re.IGNORECASE):
        numbers = [int(local[i]) for i in (3, 2, 1, 6, 5, 4)]
    else:
        return None
    try:
        return custom_period(date(*numbers[:3]), date(*numbers[3:]))
    except ValueError as error:
        raise PeriodError(f"Kỳ «{text}» có ngày không tồn tại. Hãy kiểm tra lại.") from error


def _from_words(text: str) -> Period | None:
    if half := re.search(_HALF, text, re.IGNORECASE):
        return half_year_period(int(half[2]), 1 if half[1].lower() == "đầu" else 2)
    if quarter := re.search(_QUARTER, text, re.IGNORECASE):
        number = quarter[1].lower()
        return quarter_period(int(quarter[2]), _ROMAN.get(number) or int(number))
    if month := re.search(_MONTH, text, re.IGNORECASE):
        return month_period(int(month[2]), int(month[1]))
    year = re.search(r"năm\s+(\d{4})", text, re.IGNORECASE)
    return evaluation_period(int(year[1])) if year else None
