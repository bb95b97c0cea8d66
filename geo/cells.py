"""One cell at a time: dates, numbers, counts, yes and no.

Clerks write the same thing in twenty ways. Every function takes what was typed
and returns a typed value, None for an empty cell, or raises
`UnreadableCellError` with a Vietnamese reason that says what is accepted.
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from geo.errors import GeoError
from geo.persons import cell_text, compact, is_blank, plain_words
from geo.terms import DatePrecision

EARLIEST = date(1990, 1, 1)


class UnreadableCellError(GeoError):
    """A cell cannot be understood; the message says why."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date with what is known of it; a month or year stands on its first day."""

    on: date
    precision: DatePrecision = DatePrecision.DAY

    @property
    def last(self) -> date:
        """The last day of what is written: a month or a year ends with its last one.

        >>> Dated(date(2024, 2, 1), DatePrecision.MONTH).last
        datetime.date(2024, 2, 29)
        """
        if self.precision is DatePrecision.YEAR:
            return self.on.replace(month=12, day=31)
        if self.precision is DatePrecision.MONTH:
            return self.on.replace(day=calendar.monthrange(self.on.year, self.on.month)[1])
        return self.on


# --- dates ------------------------------------------------------------------

_DMY = re.compile(r"(\d{1,2})\s?[/.\-\s]\s?(\d{1,2})\s?[/.\-\s]\s?(\d{4}|\d{2})")
_YMD = re.compile(r"(\d{4})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{1,2})(?:[t ]\s?\d\d?:.*)?")
_MY = re.compile(r"(\d{1,2})\s?[/.\-\s]\s?(\d{4})")
_YM = re.compile(r"(\d{4})\s?[/.\-]\s?(\d{1,2})")
_CLOCK = re.compile(r"\b\d{1,2}\s?(?:h|:|gio)\s?(?:\d{1,2}(?::\d{2})?)?\s?(?:phut)?(?!\d)")
_DATE_WORDS = re.compile(r"\b(?:ngay|thang|nam|vao|luc|hoi|khoang|t(?=\d))")
_PATTERN = "ghi theo mẫu 14/06/2026"


def parse_date(value: Any, *, today: date) -> Dated | None:
    """Read an Excel date or serial number, d/m/Y, d.m.y, d-m-Y, ISO, a month or a year.

    Raises
    ------
    UnreadableCellError
        When it is no date, the day does not exist, or it lies before 1990 or
        after `today`.

    >>> parse_date("01.07.25", today=date(2026, 1, 1)).on
    datetime.date(2025, 7, 1)
    >>> parse_date("06/2025", today=date(2026, 1, 1)).precision.value
    'month'
    """
    return _dated(value, today)


@lru_cache(maxsize=32768, typed=True)
def _dated(value: Any, today: date) -> Dated | None:
    if is_blank(value):
        return None
    if isinstance(value, str):
        dated = _text_date(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        dated = _number_date(float(value))
    elif isinstance(value, date):
        dated = Dated(value.date() if isinstance(value, datetime) else value)
    else:
        raise UnreadableCellError(f"không phải ngày: {_PATTERN}")
    if dated.on > today:
        raise UnreadableCellError(f"ngày ở tương lai ({dated.on:%d/%m/%Y}): sửa lại ngày")
    if dated.on < EARLIEST:
        raise UnreadableCellError(f"ngày trước năm 1990 ({dated.on.year}): sửa lại ngày")
    return dated


def _number_date(number: float) -> Dated:
    if 1900 <= number <= 2100 and number.is_integer():
        return Dated(date(int(number), 1, 1), DatePrecision.YEAR)
    if 20000 <= number < 80000:
        return Dated(date(1899, 12, 30) + timedelta(days=int(number)))
    if 19000101 <= number <= 21001231 and number.is_integer():
        return _day(int(number) // 10000, int(number) // 100 % 100, int(number) % 100)
    raise UnreadableCellError(f"số này không phải ngày: {_PATTERN}")


def _text_date(text: str) -> Dated:
    text = " ".join(text.split()).casefold().strip(" .;,")
    m = _DMY.fullmatch(text)
    if not m:
        if m := _YMD.fullmatch(text):
            return _day(int(m[1]), int(m[2]), int(m[3]))
        text = _CLOCK.sub(" ", re.sub(r"[^\W\d_]+", lambda word: compact(word[0]), text))
        text = " ".join(_DATE_WORDS.sub(" ", text).replace(",", " ").split())
        m = _DMY.fullmatch(text)
    if m:
        year = int(m[3])
        century = 0 if len(m[3]) > 2 else 1900 if year >= 90 else 2000
        return _day(century + year, int(m[2]), int(m[1]))
    if m := _MY.fullmatch(text):
        return Dated(_day(int(m[2]), int(m[1]), 1).on, DatePrecision.MONTH)
    if m := _YM.fullmatch(text):
        return Dated(_day(int(m[1]), int(m[2]), 1).on, DatePrecision.MONTH)
    if re.fullmatch(r"[0-9]{4,5}|[0-9]{8}", text):
        return _number_date(float(text))
    raise UnreadableCellError(f"không đọc được ngày: {_PATTERN}")


def _day(year: int, month: int, day: int) -> Dated:
    try:
        return Dated(date(year, month, day))
    except ValueError:
        raise UnreadableCellError("ngày không có thật: ghi theo mẫu ngày/tháng/năm") from None


# --- numbers ----------------------------------------------------------------

_DOT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:e[+-]?[0-9]{1,3})?")
_COUNTED = re.compile(r"(?:doi tuong|nguoi|ten|dt|vu|diem|cay|ho)$")
_UNSAID = ("khong ro", "chua ro", "chua xac dinh", "na", "n a", "null", "none", "nan")


def parse_number(value: Any, *, decimal_dot: bool = False) -> float | None:
    """Read a number as typed in Vietnam: dots group thousands, a comma is decimal.

    One dot before exactly three digits groups ("1.234" is 1234), unless
    `decimal_dot` says that a machine wrote the column.

    >>> parse_number("1.234,5"), parse_number("12.5"), parse_number("0.234")
    (1234.5, 12.5, 0.234)
    """
    if is_blank(value):
        return None
    if isinstance(value, str):
        number = _number(value, decimal_dot)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
    else:
        raise UnreadableCellError("không phải số: ghi số, ví dụ 12,5")
    if not math.isfinite(number):
        raise UnreadableCellError("số quá lớn hoặc không xác định: kiểm tra lại ô")
    return number


@lru_cache(maxsize=32768)
def _number(text: str, decimal_dot: bool) -> float:
    digits = re.sub(r"(?<=\d)[\s'’](?=\d{3})", "", text.strip().casefold().replace("−", "-"))
    if not decimal_dot and _DOT_GROUPS.fullmatch(digits):
        digits = digits.replace(".", "")
    elif _COMMA_GROUPS.fullmatch(digits) and (digits.count(",") > 1 or "." in digits):
        digits = digits.replace(",", "")
    if not _PLAIN.fullmatch(digits):
        raise UnreadableCellError("không phải số: ghi số, ví dụ 12,5")
    return float(digits.replace(",", "."))


_METRES = re.compile(r"(.*?)\s*(km|ki lo met|kilomet|met|m)?\s*$", re.IGNORECASE | re.DOTALL)


def parse_metres(value: Any, *, in_km: bool = False) -> float | None:
    """Read a distance in metres; a number without a unit is in metres, or kilometres `in_km`.

    >>> parse_metres("1,5 km"), parse_metres(800), parse_metres("")
    (1500.0, 800.0, None)
    """
    unit = ""
    if isinstance(value, str) and (found := _METRES.fullmatch(value.strip())):
        value, unit = found[1], (found[2] or "").lower()
    number = parse_number(value)
    in_km = unit.startswith("k") or (in_km and not unit)
    return number if number is None else number * (1_000.0 if in_km else 1.0)


def parse_count(value: Any, *, maximum: int = 10_000_000) -> int | None:
    """Read a count of things; "không" is zero, an empty cell is None.

    >>> parse_count("02 đối tượng"), parse_count("1,234"), parse_count("")
    (2, 1234, None)
    """
    return _count(value, maximum)


@lru_cache(maxsize=8192, typed=True)
def _count(value: Any, maximum: int) -> int | None:
    if isinstance(value, str):
        words = plain_words(value)
        if words in _UNSAID:
            return None
        if words in ("khong", "khong co"):
            return 0
        if _COUNTED.search(words):
            value = _COUNTED.sub("", words)
        elif _COMMA_GROUPS.fullmatch(value.strip()):
            value = value.replace(",", "")
    number = parse_number(value)
    if number is None:
        return None
    if number < 0 or number != int(number):
        raise UnreadableCellError("số đếm phải là số nguyên từ 0 trở lên")
    if number > maximum:
        raise UnreadableCellError("số lớn bất thường: kiểm tra lại ô")
    return int(number)


_YES = re.compile("co|x|dung|true|1|yes|y|v|roi|da|(da )?xac minh|da ro|verified")
_NO = re.compile("khong( co)?|chua|false|0|no|n|sai|(chua|dang|khong) xac minh|unverified")


@lru_cache(maxsize=1024, typed=True)
def parse_flag(value: Any) -> bool | None:
    """Read yes or no: "x", "có", "đã xác minh", "chưa", "không", 1, 0."""
    if is_blank(value):
        return None
    words = plain_words(cell_text(value).translate({0x2713: "x", 0x2714: "x"}))
    if _YES.fullmatch(words):
        return True
    if _NO.fullmatch(words):
        return False
    raise UnreadableCellError("không rõ: ghi «có» hoặc «không»")


@lru_cache(maxsize=8192, typed=True)
def parse_commune_code(value: Any) -> str | None:
    """Read an official commune code as text of five digits.

    >>> parse_commune_code(103.0)
    '00103'
    """
    if is_blank(value):
        return None
    text = cell_text(value).replace(" ", "").lstrip("'")
    if not re.fullmatch("[0-9]{1,5}", text):
        raise UnreadableCellError("mã xã phải gồm 5 chữ số")
    return text.zfill(5)
