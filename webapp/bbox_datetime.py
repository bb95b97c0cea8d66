"""The box and the time of OGC API – Features (Part 1, 7.15.3 and 7.15.4; Part 2 for `bbox-crs`)."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

import numpy as np

from geo.ogc_crs import Reference
from geo.projected import to_wgs84
from models.periods import today as day_in_vietnam
from models.placements import Bbox
from webapp.errors import BadParameterError
from webapp.queries import refused
from webapp.told import told

_MOST_LETTERS = 200
_STEPS = 21
"""Points on an edge of a box that is brought into another system: its edges bend there."""

_OPEN = ("", "..")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2}))?)?"
)
"""A moment, or a day alone: GDAL writes the days of a field of dates with a bare «T»."""


def parse_bbox(text: str, reference: Reference) -> Bbox:
    """A box of four numbers, or of six with heights, in the order of the axes of its system.

    Returns
    -------
    Bbox
        West, south, east and north in degrees of WGS 84: of a box in another system the
        smallest one around it.

    Raises
    ------
    BadParameterError
        If it is none, lies outside of its system or across the antimeridian.
    """
    numbers = _numbers(text)
    if len(numbers) == 6:
        if numbers[2] > numbers[5]:
            raise refused("bbox", told("có độ cao nhỏ nhất lớn hơn độ cao lớn nhất"), text)
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4:
        raise refused("bbox", told("cần bốn hoặc sáu số"), text)
    if reference.north_first:
        numbers = [numbers[1], numbers[0], numbers[3], numbers[2]]
    west, south, east, north = numbers
    if south > north:
        raise refused("bbox", told("có cạnh dưới cao hơn cạnh trên"), text)
    if west > east:
        why = told(
            "có cạnh tây ở phía đông cạnh đông; khung vắt qua kinh tuyến 180° không dùng được"
        )
        raise refused("bbox", why, text)
    if reference.system.is_degrees and not _on_earth(numbers):
        raise refused("bbox", told("cần kinh độ trong ±180 và vĩ độ trong ±90"), text)
    return _in_degrees((west, south, east, north), reference, text)


def _numbers(text: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")] if len(text) <= _MOST_LETTERS else []
    except ValueError:
        numbers = []
    if not numbers or not all(map(math.isfinite, numbers)) or "_" in text:
        raise refused("bbox", told("cần bốn hoặc sáu số"), text)
    return numbers


def _on_earth(numbers: list[float]) -> bool:
    west, south, east, north = numbers
    return west >= -180 and east <= 180 and south >= -90 and north <= 90


def _in_degrees(box: Bbox, reference: Reference, text: str) -> Bbox:
    if reference.system.is_degrees and reference.system.is_wgs84:
        return box
    west, south, east, north = box
    across, up = np.linspace(west, east, _STEPS), np.linspace(south, north, _STEPS)
    x = np.concatenate([across, across, np.full(_STEPS, west), np.full(_STEPS, east)])
    y = np.concatenate([np.full(_STEPS, south), np.full(_STEPS, north), up, up])
    lon, lat = to_wgs84(reference.system, x, y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise refused("bbox", told("nằm ngoài vùng dùng được của hệ tọa độ"), text)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def parse_datetime(text: str) -> tuple[date | None, date | None]:
    """The first and the last day of an instant or an interval, None for an end that is open.

    Moments are RFC 3339; a day alone is taken, too. The day is that of Viet Nam.

    >>> parse_datetime("2026-06-13T20:00:00Z/..")
    (datetime.date(2026, 6, 14), None)

    Raises
    ------
    BadParameterError
        If it is neither, both ends are open, or it ends before it begins.
    """
    parts = text.split("/") if len(text) <= _MOST_LETTERS else []
    if len(parts) == 1 and parts[0] not in _OPEN:
        parts *= 2
    if len(parts) != 2 or all(part in _OPEN for part in parts):
        raise _no_time(text)
    first, last = (None if part in _OPEN else _day(part, text) for part in parts)
    if first is not None and last is not None and first > last:
        raise refused("datetime", told("kết thúc trước khi bắt đầu"), text)
    return first, last


def _day(part: str, text: str) -> date:
    found = _MOMENT.fullmatch(part)
    if found is None:
        raise _no_time(text)
    try:
        if found[2] is None:
            return date.fromisoformat(found[1])
        return day_in_vietnam(datetime.fromisoformat(part.upper()))
    except (ValueError, OverflowError):
        raise _no_time(text) from None


def _no_time(text: str) -> BadParameterError:
    wants = told(
        "cần thời điểm RFC 3339 (2026-06-14T00:00:00Z) hoặc khoảng a/b, đầu để mở ghi «..»"
    )
    return refused("datetime", wants, text)
