"""The query string of a map view, checked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from geo.records import Period
from geo.terms import DetectedBy, HotspotKind, IncidentKind, Layer, Side, Substance
from models.errors import InvalidValueError, NotFoundError
from models.facility_nearness import Near
from models.periods import PeriodError, parse_period
from webapp.errors import BadParameterError
from webapp.parameter_words import named, with_words
from webapp.services.near_facility import read_near
from webapp.services.overview import Box, View
from webapp.services.template_columns import COLUMNS
from webapp.told import Told, told, told_list

Word = TypeVar("Word", bound=StrEnum)

_CODE = re.compile(r"[0-9]{1,5}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years that a day of a view may lie in; beyond them a date is a slip of the pen."""

MOST_DEGREES = {"lat": 90, "lon": 180}
"""The farthest a point lies from the equator and from the meridian of Greenwich."""

FIRST_TERM = 2009
"""The year in which the first evaluation year that a page is asked for begins."""


def parse_view(args: Mapping[str, str], default: Callable[[], View]) -> View:
    """Province, days and filters of a map view.

    Province and days that are absent come from `default`; a province that is given but
    empty means the nation. `kind`, `substance`, `detected`, `side` and `hkind` are lists of
    words with commas between; without one everything is meant. `near` cuts the incidents to
    those near facilities (`parse_near`).

    Raises
    ------
    BadParameterError
        Naming the parameter that cannot be used.
    """
    province = parse_code(args, "province")
    since, until = parse_day(args, "from"), parse_day(args, "to")
    if since is None or until is None or "province" not in args:
        usual = default()
        until = until or max(usual.until, since or usual.until)
        since = since or min(usual.since, until)
        province = province if "province" in args else usual.province_code
    if since > until:
        why = told(
            "Từ ngày (from) {since} phải trước hoặc bằng đến ngày (to) {until}. Hãy đổi lại kỳ.",
            since=since,
            until=until,
        )
        raise BadParameterError("from", why)
    return View(
        province,
        since,
        until,
        kinds=parse_words(args, "kind", IncidentKind),
        substances=parse_words(args, "substance", Substance),
        detected_by=parse_words(args, "detected", DetectedBy),
        sides=parse_words(args, "side", Side),
        hotspot_kinds=parse_words(args, "hkind", HotspotKind),
        near=parse_near(args),
    )


def parse_near(args: Mapping[str, str]) -> Near | None:
    """Near which facilities, such as `near=school:500`; None when absent."""
    try:
        return read_near(args.get("near", ""))
    except InvalidValueError as error:
        raise BadParameterError("near", told_list([named("near"), str(error)], " ")) from None


def parse_day(args: Mapping[str, str], name: str) -> date | None:
    """A day as 2026-06-14 or 14/06/2026, of the years 1990 to 2100, None when absent."""
    text = args.get(name, "").strip()
    if not text:
        return None
    day = _day(text)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        wants = told(
            "cần ngày dạng năm-tháng-ngày (2026-06-14) từ năm {first} đến năm {last}", **years
        )
        raise refused(name, wants, text)
    return day


def parse_known_on(args: Mapping[str, str], today: date) -> date | None:
    """The day whose knowledge is asked for, None for the present one.

    Raises
    ------
    BadParameterError
        If it is no day, or one that is yet to come.
    """
    day = parse_day(args, "known_on")
    if day is not None and day > today:
        why = told("{name} không thể sau hôm nay. Hãy chọn ngày đã qua.", name=named("known_on"))
        raise BadParameterError("known_on", why)
    return None if day == today else day


def parse_import_number(text: str) -> int:
    """The number of an import out of an address, as `parse_path_number`."""
    return parse_path_number(text, told("lần nhập"))


def parse_path_number(text: str, what: str) -> int:
    """The number of something out of an address; `what` it is, in Vietnamese.

    Raises
    ------
    NotFoundError
        If nothing can have this number.
    """
    if not _NUMBER.fullmatch(text):
        raise NotFoundError(told("Không có {what} số «{n}».", what=what, n=text[:20]))
    return int(text)


def parse_template_layer(text: str) -> Layer:
    """A layer that has a blank workbook, out of an address.

    Raises
    ------
    NotFoundError
        If there is none of this name.
    """
    if text not in COLUMNS:
        given = {"given": text[:20], "known": ", ".join(COLUMNS)}
        raise NotFoundError(told("Không có bảng mẫu «{given}»; có: {known}.", **given))
    return Layer(text)


def parse_term(args: Mapping[str, str]) -> Period | None:
    """The reporting period in `period`, of the years 2010 to 2100, None when absent."""
    text = args.get("period", "").strip()
    try:
        period = parse_period(text) if text else None
    except PeriodError as error:
        raise BadParameterError("period", str(error)) from None
    if period and not FIRST_TERM <= period.start.year <= period.end.year <= LAST_YEAR:
        years = {"first": str(FIRST_TERM + 1), "last": str(LAST_YEAR)}
        raise refused("period", told("cần kỳ trong các năm {first} đến {last}", **years), text)
    return period


def parse_code(args: Mapping[str, str], name: str) -> str | None:
    """An administrative code, None when absent."""
    text = args.get(name, "").strip()
    if not text:
        return None
    if not _CODE.fullmatch(text):
        raise refused(name, told("cần mã số"), text)
    return text


def parse_number(args: Mapping[str, str], name: str) -> int:
    """A whole number from 1 on.

    Raises
    ------
    BadParameterError
        If it is absent or something else.
    """
    text = args.get(name, "").strip()
    if not _NUMBER.fullmatch(text):
        raise refused(name, told("cần số nguyên dương"), text)
    return int(text)


def parse_page(args: Mapping[str, str]) -> int:
    """The number of a page of a list, 1 when absent."""
    return parse_number(args, "page") if args.get("page", "").strip() else 1


def legible_number(text: str | None) -> int | None:
    """A whole number that a page wrote into a form itself, None where it is illegible.

    >>> legible_number("12"), legible_number("-1"), legible_number(None)
    (12, None, None)
    """
    text = text or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def parse_choice(args: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str | None:
    """One of a few words, None when absent."""
    text = args.get(name, "").strip()
    if text and text not in choices:
        wanted = told_list([with_words(choice) for choice in choices])
        raise refused(name, told("cần một trong: {wanted}", wanted=wanted), text)
    return text or None


def parse_words(args: Mapping[str, str], name: str, words: type[Word]) -> tuple[Word, ...]:
    """A list of words with commas between, in the order of their kind; none when absent.

    >>> parse_words({"side": "demand,supply"}, "side", Side)
    (<Side.SUPPLY: 'supply'>, <Side.DEMAND: 'demand'>)

    Raises
    ------
    BadParameterError
        At the first word that is unknown.
    """
    given = {part for part in (text.strip() for text in args.get(name, "").split(",")) if part}
    unknown = sorted(given - {word.value for word in words})
    if unknown:
        wanted = ", ".join(word.value for word in words)
        why = told(
            "{name} không có «{given}»; các mã dùng được: {wanted}.",
            name=named(name),
            given=unknown[0][:40],
            wanted=wanted,
        )
        raise BadParameterError(name, why)
    return tuple(word for word in words if word.value in given)


def parse_zoom(args: Mapping[str, str]) -> float:
    """The zoom level of the view, from 0 to 22."""
    text = args.get("zoom", "6")
    value = _number(text)
    if value is None or not 0 <= value <= 22:
        raise refused("zoom", told("cần số từ 0 đến 22"), text)
    return value


def parse_degrees(args: Mapping[str, str], name: str) -> float:
    """`lat` or `lon` in degrees of WGS 84.

    >>> parse_degrees({"lat": "14.5"}, "lat")
    14.5

    Raises
    ------
    BadParameterError
        If it is absent or lies on no map.
    """
    text, most = args.get(name, ""), MOST_DEGREES[name]
    value = _number(text)
    if value is None or abs(value) > most:
        raise refused(name, told("cần số độ WGS 84 từ -{most} đến {most}", most=most), text)
    return value


def parse_box(args: Mapping[str, str]) -> Box | None:
    """`bbox=west,south,east,north` in degrees, None when absent."""
    text = args.get("bbox", "").strip()
    if not text:
        return None
    numbers = [_number(part) for part in text.split(",")]
    known = [n for n in numbers if n is not None]
    if len(known) != 4 or len(numbers) != 4 or known[0] > known[2] or known[1] > known[3]:
        raise refused("bbox", told("cần bốn số west,south,east,north tính bằng độ"), text)
    return Box(known[0], known[1], known[2], known[3])


def refused(name: str, wants: Told, text: str) -> BadParameterError:
    """The error of a value that is not what its parameter wants."""
    given = {"name": named(name), "wants": wants, "given": text[:60]}
    return BadParameterError(name, told("{name} {wants}; nhận «{given}».", **given))


def _day(text: str) -> date | None:
    if written := _WRITTEN_DAY.fullmatch(text):
        day, month, year = written.groups()
        text = f"{year}-{month:0>2}-{day:0>2}"
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= 360 else None
