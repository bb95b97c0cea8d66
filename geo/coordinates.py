"""Coordinate cells as clerks type them → WGS 84 longitude and latitude.

Decimal degrees with dot or comma, numbers or text, degrees-minutes(-seconds)
in any punctuation, hemisphere letters in English or Vietnamese, latitude and
longitude exchanged, both in one cell. In Viet Nam latitudes (7-23.5) and
longitudes (102-118) never overlap, so the order can always be told. Metres are
read too, but what point they are is decided elsewhere, with the place's name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from geo.vn2000 import easting_and_northing

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
METRES = "Tọa độ ghi bằng mét (VN-2000 hoặc UTM), chưa đổi được sang kinh độ, vĩ độ."
UNREADABLE = "Không đọc được tọa độ."


Metres = tuple[float, float, int]


class CoordinateReading(NamedTuple):
    """What the coordinate cells say: a point, or why there is none.

    `lon`, `lat` are WGS 84 degrees or both None; then `note` tells why. With a
    point, `note` tells what had to be mended, if anything. Both empty: the
    cells were blank. `metres` are easting, northing and the UTM zone written
    before the easting (0: none). `ceiling` is the most that the point, or the
    words in its place, can be trusted; `rivals` are communes it may lie in else;
    `is_coarse`: it may be some hundreds of metres off.
    """

    lon: float | None = None
    lat: float | None = None
    note: str = ""
    metres: Metres | None = None
    ceiling: float = 1.0
    rivals: tuple[str, ...] = ()
    is_coarse: bool = False

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

    def near_m(self, code: str, lon: float, lat: float, /) -> float | None:
        """Metres to a commune, None beyond the tolerance; KeyError if it is unknown."""


def read_coordinates(
    lat_cell: Any = None, lon_cell: Any = None, coordinate_cell: Any = None
) -> CoordinateReading:
    """Read the cells under the latitude and longitude headings, or the one with both.

    Never raises: what cannot be read comes back as a note in Vietnamese.

    Examples
    --------
    >>> reading = read_coordinates("11°21'32.0\\"N", "107°48'41.4\\"E")
    >>> reading.lon, reading.lat
    (107.8115, 11.358889)
    >>> reading = read_coordinates("108,831223", "12,984754")
    >>> reading.lon, reading.lat, reading.note == SWAPPED
    (108.831223, 12.984754, True)
    >>> read_coordinates(coordinate_cell="11,3541; 106,0055").lat
    11.3541
    >>> read_coordinates(0, 0).note
    'Tọa độ (0, 0) không phải một địa điểm.'
    >>> read_coordinates("1.195.000,25", "596.000").metres
    (596000.0, 1195000.25, 0)
    """
    if type(lat_cell) is float and type(lon_cell) is float and lat_cell + lon_cell > 0:
        if 7.0 <= lat_cell <= 23.5 and 102.0 <= lon_cell <= 118.0:
            return CoordinateReading(lon_cell, lat_cell)
        reading = _point(lat_cell, lon_cell, tell_swap=True)
    elif lat_cell.__class__ is str and lon_cell.__class__ is str:
        reading = _read_plain(lat_cell, lon_cell) or _read_degrees_of(
            lat_cell, lon_cell, coordinate_cell
        )
    else:
        reading = _read_degrees_of(lat_cell, lon_cell, coordinate_cell)
    if reading.lon is None and reading.note:
        return _read_metres(lat_cell, lon_cell, coordinate_cell) or reading
    return reading


def _read_plain(lat_cell: str, lon_cell: str) -> CoordinateReading | None:
    """Two decimal numbers in their order: most texts are nothing else."""
    try:
        lat, lon = float(lat_cell.replace(",", ".")), float(lon_cell.replace(",", "."))
    except ValueError:
        return None
    return CoordinateReading(lon, lat) if _inside(lat, lon) else None


def _read_degrees_of(lat_cell: Any, lon_cell: Any, coordinate_cell: Any) -> CoordinateReading:
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


# Thousands apart by dots, commas or spaces; or six digits and more together.
_METRE_NUMBER = re.compile(
    r"(?<![\d.,])(\d{1,2}(?:[., ]\d{3}){2}|\d{3}[., ]\d{3}|\d{6,8})(?:[.,](\d+))?(?!\d)"
)
_NO_DIGIT = re.compile(r"\D")


def _read_metres(lat_cell: Any, lon_cell: Any, coordinate_cell: Any) -> CoordinateReading | None:
    """Metres in the two cells, or both in one; None if they are none of this country."""
    filled = [cell for cell in (lat_cell, lon_cell) if not _is_blank(cell)]
    if len(filled) < 2 and not _is_blank(coordinate_cell):
        filled = [coordinate_cell]
    numbers = [number for cell in filled for number in _metre_numbers(cell)]
    found = easting_and_northing(*numbers) if len(numbers) == 2 else None
    return CoordinateReading(note=METRES, metres=found) if found else None


def _metre_numbers(cell: Any) -> list[float]:
    if isinstance(cell, int | float):
        return [float(cell)]
    parts = _METRE_NUMBER.findall(str(cell))
    return [float(f"{_NO_DIGIT.sub('', whole)}.{part or 0}") for whole, part in parts]


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
            both = all(map(_has_digit, halves))
            return _read_degrees_of(halves[0], halves[1], None) if both else _unreadable()
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
    return CoordinateReading(note=OUTSIDE)


def _inside(lat: float, lon: float) -> bool:
    return LAT_RANGE[0] <= lat <= LAT_RANGE[1] and LON_RANGE[0] <= lon <= LON_RANGE[1]
