"""Coordinate cells as clerks type them → WGS 84 longitude and latitude.

Decimal degrees with dot or comma, numbers or text, degrees-minutes(-seconds)
in any punctuation, hemisphere letters in English or Vietnamese, latitude and
longitude exchanged, both in one cell. In Viet Nam latitudes (7-23.5) and
longitudes (102-118) never overlap, so the order can always be told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

LON_RANGE = (102.0, 118.0)
LAT_RANGE = (7.0, 23.5)

_WITH_DOT = re.compile(r"\d+(?:\.\d+)?")
_WITH_COMMA = re.compile(r"\d+(?:,\d+)?")
# A small s right after a number counts seconds.
_SOUTH_OR_WEST = re.compile(r"(?:(?:^|[\s°º'\"′″”’])[SWsw]|\d[SWw])(?![a-z])")
_MINUS = re.compile(r"(?:^|[\s,;(])[-−–]\s?\d")

SWAPPED = "Vĩ độ và kinh độ bị ghi đảo, đã đổi lại."
ZERO = "Tọa độ (0, 0) không phải một địa điểm."
OUTSIDE = "Tọa độ nằm ngoài lãnh thổ Việt Nam."
HALF = "Chỉ có một trong hai: vĩ độ, kinh độ."
METRES = "Tọa độ ghi bằng mét (VN-2000 hoặc UTM), cần đổi sang độ."
UNREADABLE = "Không đọc được tọa độ."


@dataclass(frozen=True, slots=True)
class CoordinateReading:
    """What the coordinate cells say: a point, or why there is none.

    `lon`, `lat` are WGS 84 degrees or both None; then `note` tells why. With a
    point, `note` tells what had to be mended, if anything. Both empty: the
    cells were blank.
    """

    lon: float | None = None
    lat: float | None = None
    note: str = ""

    @property
    def is_point(self) -> bool:
        """Whether a place in Viet Nam was read."""
        return self.lon is not None


BLANK = CoordinateReading()


class Coverage(Protocol):
    """Communes that can be asked where a point lies; `geo.boundaries` has one."""

    @property
    def tolerance_m(self) -> float:
        """How far outside its commune a point may lie and still be believed."""

    def locate_many(self, lons: Any, lats: Any, /) -> Any:
        """Code of the commune of each point, None outside every commune."""

    def distance_m(self, code: str, lon: float, lat: float, /) -> float:
        """Metres from a point to a commune, 0 inside; KeyError if it is unknown."""


def read_coordinates(
    lat_cell: Any = None, lon_cell: Any = None, coordinate_cell: Any = None
) -> CoordinateReading:
    """Read the cells under the latitude and longitude headings, or the one with both.

    Never raises: what cannot be read comes back as a note in Vietnamese.

    Examples
    --------
    >>> read_coordinates("11°21'32.0\\"N", "107°48'41.4\\"E")
    CoordinateReading(lon=107.8115, lat=11.358889, note='')
    >>> reading = read_coordinates("108,831223", "12,984754")
    >>> reading.lon, reading.lat, reading.note == SWAPPED
    (108.831223, 12.984754, True)
    >>> read_coordinates(coordinate_cell="11,3541; 106,0055").lat
    11.3541
    >>> read_coordinates(0, 0).note
    'Tọa độ (0, 0) không phải một địa điểm.'
    """
    if type(lat_cell) is float and type(lon_cell) is float and lat_cell + lon_cell > 0:
        return _point(lat_cell, lon_cell, tell_swap=True)
    lat_blank, lon_blank = _is_blank(lat_cell), _is_blank(lon_cell)
    if lat_blank and lon_blank:
        return BLANK if _is_blank(coordinate_cell) else _read_pair(coordinate_cell)
    if lat_blank or lon_blank:
        return _read_half(lon_cell if lat_blank else lat_cell, coordinate_cell)
    lat, lon = read_degrees(lat_cell), read_degrees(lon_cell)
    if lat is None or lon is None:
        return CoordinateReading(note=UNREADABLE)
    return _point(lat, lon, tell_swap=True)


def locate(
    coverage: Coverage | None, points: Sequence[CoordinateReading], rows: Sequence[int]
) -> list[str | None]:
    """Commune of each of the rows' points, located all at once."""
    found: list[str | None] = [None] * len(rows)
    known = [at for at, i in enumerate(rows) if points[i].is_point]
    if coverage is None or not known:
        return found
    lons = [points[rows[at]].lon for at in known]
    lats = [points[rows[at]].lat for at in known]
    for at, code in zip(known, coverage.locate_many(lons, lats), strict=True):
        found[at] = code
    return found


def read_degrees(cell: Any) -> float | None:
    """One coordinate in degrees, negative for south and west; None if unreadable.

    >>> read_degrees("12,66753"), read_degrees("106º 6'4,68''Đ"), read_degrees("11°21.5'")
    (12.66753, 106.1013, 11.358333)
    >>> read_degrees("không rõ"), read_degrees("11°75'00''")
    (None, None)
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell) if math.isfinite(cell) else None
    text = str(cell).strip()
    parts = _numbers(text)
    if not 1 <= len(parts) <= 3:
        return None
    degrees = _degrees(parts)
    return -degrees if degrees is not None and _is_negative(text) else degrees


def _is_blank(cell: Any) -> bool:
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell.strip(" \t\r\n\u00a0-–.")
    return isinstance(cell, float) and math.isnan(cell)


def _read_half(cell: Any, coordinate_cell: Any) -> CoordinateReading:
    """One of two cells is blank: the other may hold both, as under a merged heading."""
    if not _is_blank(coordinate_cell):
        return _read_pair(coordinate_cell)
    reading = _read_pair(cell)
    return reading if reading.is_point else CoordinateReading(note=HALF)


def _read_pair(cell: Any) -> CoordinateReading:
    """Latitude and longitude in one cell, in either order."""
    text = str(cell).strip()
    if any(sign in text for sign in ";|/"):
        halves = [part for part in re.split(r"[;|/]", text) if part.strip()]
        if len(halves) == 2:
            return read_coordinates(*halves) if all(map(_has_digit, halves)) else _unreadable()
    numbers = _numbers(text)
    if len(numbers) not in (2, 4, 6):
        return _unreadable()
    middle = len(numbers) // 2
    first, second = _degrees(numbers[:middle]), _degrees(numbers[middle:])
    if first is None or second is None:
        return _unreadable()
    if _is_negative(text):
        return CoordinateReading(note=OUTSIDE)
    return _point(first, second, tell_swap=False)


def _unreadable() -> CoordinateReading:
    return CoordinateReading(note=UNREADABLE)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _numbers(text: str) -> list[float]:
    """The numbers in a text; the comma is decimal unless a dot is in use."""
    if "." in text and _WITH_DOT.search(text):
        return [float(number) for number in _WITH_DOT.findall(text)]
    return [float(number.replace(",", ".")) for number in _WITH_COMMA.findall(text)]


def _degrees(parts: list[float]) -> float | None:
    """Degrees, minutes and seconds to degrees, to about a decimetre."""
    degrees, *smaller = parts
    if any(part >= 60 for part in smaller) or (smaller and degrees != int(degrees)):
        return None
    value = degrees + sum(part / 60.0**power for power, part in enumerate(smaller, start=1))
    return round(value, 6) if smaller else value


def _is_negative(text: str) -> bool:
    return bool(_MINUS.search(text) or _SOUTH_OR_WEST.search(text))


def _point(lat: float, lon: float, *, tell_swap: bool) -> CoordinateReading:
    """Accept a point inside the country's box, exchanging the two if need be."""
    if _inside(lat, lon):
        return CoordinateReading(float(lon), float(lat))
    if _inside(lon, lat):
        return CoordinateReading(float(lat), float(lon), SWAPPED if tell_swap else "")
    if lat == 0 and lon == 0:
        return CoordinateReading(note=ZERO)
    if abs(lat) > 10_000 and abs(lon) > 10_000:
        return CoordinateReading(note=METRES)
    return CoordinateReading(note=OUTSIDE)


def _inside(lat: float, lon: float) -> bool:
    return LAT_RANGE[0] <= lat <= LAT_RANGE[1] and LON_RANGE[0] <= lon <= LON_RANGE[1]
