"""Lines as files write them → MultiLineStrings in WGS 84.

GeoJSON geometries, WKT (`LINESTRING (107.8 14.6, 107.9 14.7)`), and points one after
the other: "107,8 14,6; 107,9 14,7" or "14.6, 107.8; 14.7, 107.9". In Viet Nam latitudes
and longitudes never overlap, so exchanged axes can always be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, shape
from shapely.geometry.base import BaseGeometry

from geo.coordinates import LAT_RANGE, LON_RANGE, read_coordinates
from geo.crs import FloatArray
from geo.errors import GeoError

OUTSIDE = (
    "đường tuyến nằm ngoài lãnh thổ Việt Nam hoặc không phải kinh độ, vĩ độ: ghi theo WGS 84 "
    "(EPSG:4326)"
)
NO_LINE = (
    "không đọc được đường tuyến: ghi WKT (LINESTRING) hoặc các điểm «kinh độ vĩ độ» ngăn bằng dấu "
    "chấm phẩy"
)
TOO_SHORT = "đường tuyến cần ít nhất hai điểm khác nhau"
MAX_POINTS = 20_000
TOO_LONG = "đường tuyến có quá nhiều điểm (hơn 20.000): giản lược đường rồi xuất lại"

_PAIR = r"\s*\d+(?:\.\d+)?\s+\d+(?:\.\d+)?\s*"
_COMMAS = re.compile(rf"{_PAIR}(?:,{_PAIR})+")
_WKT = re.compile(r"^\s*(?:SRID\s*=\s*4326\s*;\s*)?((?:MULTI)?LINESTRING\b.*)$", re.I | re.S)


class LineError(GeoError):
    """Something cannot be the line of a route; the message says why."""


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A line in WGS 84; `swapped`: latitude and longitude had been exchanged."""

    geometry: MultiLineString
    swapped: bool = False


def read_line(value: Any) -> RouteLine:
    """The line of a GeoJSON geometry, of WKT, or of points one after the other.

    Raises
    ------
    LineError
        If there is none, it has no length, or lies outside the country.

    >>> read_line("14.6, 107.8; 14.7, 107.9").geometry.wkt
    'MULTILINESTRING ((107.8 14.6, 107.9 14.7))'
    >>> read_line("LINESTRING (14.6 107.8, 14.7 107.9)").swapped
    True
    """
    found = _drawn(value) if isinstance(value, dict) else _written(str(value))
    if shapely.get_num_coordinates(found) > MAX_POINTS:
        raise LineError(TOO_LONG)
    swapped = not _inside(found) and _inside(_exchanged(found))
    if swapped:
        found = _exchanged(found)
    if not _inside(found):
        raise LineError(OUTSIDE)
    parts = [part for part in shapely.get_parts(found) if part.length > 0]
    if not parts:
        raise LineError(TOO_SHORT)
    return RouteLine(MultiLineString(parts), swapped)


def _drawn(geometry: dict[str, Any]) -> BaseGeometry:
    try:
        found = shapely.force_2d(shape(geometry))
    except Exception as error:  # shapely raises several unrelated types
        raise LineError("đường vẽ không đọc được: vẽ lại đường rồi xuất lại") from error
    return _lines_of(found)


def _written(text: str) -> BaseGeometry:
    if wkt := _WKT.match(text):
        try:
            return _lines_of(shapely.force_2d(shapely.from_wkt(wkt[1])))
        except shapely.errors.GEOSException as error:
            raise LineError(f"WKT không đọc được: {NO_LINE}") from error
    return LineString(_points(text))


def _lines_of(found: BaseGeometry) -> BaseGeometry:
    if found.geom_type not in ("LineString", "MultiLineString"):
        raise LineError(
            "hình không phải đường (LineString, MultiLineString): vẽ đường rồi xuất lại"
        )
    if found.is_empty:
        raise LineError(TOO_SHORT)
    return found


def _points(text: str) -> FloatArray:
    """Points parted by semicolons, bars or lines (or commas as in WKT), each in either order."""
    marks = "," if _COMMAS.fullmatch(text) else "[;|\n]+"
    cells = [cell for cell in re.split(marks, text) if cell.strip()]
    if len(cells) < 2:
        raise LineError(NO_LINE if not cells or not text.strip(" ;") else _of_one(cells[0]))
    readings = [read_coordinates(coordinate_cell=_pair(cell)) for cell in cells]
    for n, (cell, reading) in enumerate(zip(cells, readings, strict=True), 1):
        if not reading.is_point:
            numbers = any(character.isdigit() for character in cell)
            raise LineError(f"điểm thứ {n} của tuyến: {OUTSIDE}" if numbers else NO_LINE)
    return np.array([(reading.lon, reading.lat) for reading in readings], dtype=float)


def _of_one(cell: str) -> str:
    return TOO_SHORT if read_coordinates(coordinate_cell=cell).is_point else NO_LINE


def _pair(cell: str) -> str:
    """One point as `read_coordinates` takes it: two numbers with a space between."""
    return " ".join(re.split(r",\s+|\s+", cell.strip()))


def _exchanged(line: BaseGeometry) -> BaseGeometry:
    turned: BaseGeometry = shapely.transform(line, lambda xy: xy[:, ::-1])
    return turned


def _inside(line: BaseGeometry) -> bool:
    """Whether every corner is a place in the country's box."""
    lonlat = shapely.get_coordinates(line)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    east_west = (lon >= LON_RANGE[0]) & (lon <= LON_RANGE[1])
    return bool((east_west & (lat >= LAT_RANGE[0]) & (lat <= LAT_RANGE[1])).all())
