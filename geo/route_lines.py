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
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, shape
from shapely.geometry.base import BaseGeometry

from geo.coordinates import LAT_RANGE, LON_RANGE, read_coordinates
from geo.crs import BoolArray, FloatArray
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
MAX_POINTS, MAX_PARTS, MAX_LENGTH_KM, MAX_SELF_CROSSINGS = 20_000, 1_000, 5_000, 200
"""What one route may have, all its parts together."""

TOO_LONG = "đường tuyến có quá nhiều điểm (hơn 20.000): giản lược đường rồi xuất lại"
TOO_MANY_PARTS = "đường tuyến có quá nhiều đoạn rời (hơn 1.000): nối các đoạn rồi xuất lại"
TOO_FAR = (
    "đường tuyến dài hơn 5.000 km, dài hơn mọi tuyến trong nước: kiểm tra lại thứ tự các điểm, "
    "hoặc tách thành nhiều tuyến"
)
TANGLED = (
    "đường tuyến tự cắt hoặc gấp khúc chồng lên nhau quá nhiều (hơn 200 chỗ): kiểm tra lại thứ tự "
    "các điểm rồi vẽ lại"
)

_MAX_NEIGHBOURS = 2_000_000
"""Pairs of straight pieces whose boxes meet; a road has two or three for each piece."""

_AT_ONCE = 32
_geod = Geod(ellps="WGS84")

_PAIR = r"\s*\d+(?:\.\d+)?\s+\d+(?:\.\d+)?\s*"
_PARTS = re.compile(r"\n\s*\n")
_POINT_END = re.compile(r"[;|\n]+")
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
        If there is none, it has no length, lies outside the country, or is too long or
        tangled for a route (`require_usable`).

    >>> read_line("14.6, 107.8; 14.7, 107.9").geometry.wkt
    'MULTILINESTRING ((107.8 14.6, 107.9 14.7))'
    >>> read_line("LINESTRING (14.6 107.8, 14.7 107.9)").swapped
    True
    """
    found = _drawn(value) if isinstance(value, dict) else _written(str(value))
    _require_few(found)
    swapped = not _inside(found) and _inside(_exchanged(found))
    if swapped:
        found = _exchanged(found)
    if not _inside(found):
        raise LineError(OUTSIDE)
    parts = [part for part in shapely.get_parts(found) if part.length > 0]
    if not parts:
        raise LineError(TOO_SHORT)
    return RouteLine(require_usable(MultiLineString(parts)), swapped)


def read_parts(text: str) -> RouteLine:
    """The line of a text whose parts are parted by empty lines, each as `read_line` takes it.

    Raises
    ------
    LineError
        As `read_line`; the limits hold for all parts together.

    >>> len(read_parts("107.8 14.6; 107.9 14.7\\n\\n108 14.6; 108.1 14.6").geometry.geoms)
    2
    """
    texts = _PARTS.split(text.replace("\r", "").strip())
    if len(texts) > MAX_PARTS:
        raise LineError(TOO_MANY_PARTS)
    if sum(len(_POINT_END.findall(part)) for part in texts) > MAX_POINTS + MAX_PARTS:
        raise LineError(TOO_LONG)
    found = [read_line(part) for part in texts]
    whole = MultiLineString([part for line in found for part in line.geometry.geoms])
    return RouteLine(require_usable(whole), any(line.swapped for line in found))


def require_usable(line: MultiLineString) -> MultiLineString:
    """A line (WGS 84) as it came, if work on it is bounded and it can be a road's.

    Raises
    ------
    LineError
        If it has too many points or parts, is too long, or crosses itself too often.
    """
    _require_few(line)
    if _geod.geometry_length(line) > MAX_LENGTH_KM * 1_000:
        raise LineError(TOO_FAR)
    if _is_tangled(line):
        raise LineError(TANGLED)
    return line


def _require_few(line: BaseGeometry) -> None:
    if shapely.get_num_coordinates(line) > MAX_POINTS:
        raise LineError(TOO_LONG)
    if shapely.get_num_geometries(line) > MAX_PARTS:
        raise LineError(TOO_MANY_PARTS)


def _is_tangled(line: BaseGeometry) -> bool:
    """Whether the straight pieces of a line cross each other too often; stops when they do."""
    lonlat, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
    joined = part[1:] == part[:-1]
    start, end = lonlat[:-1][joined], lonlat[1:][joined]
    low, high = np.minimum(start, end), np.maximum(start, end)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    tree, neighbours, crossings = shapely.STRtree(boxes), 0, 0
    for first in range(0, len(boxes), _AT_ONCE):
        one, other = tree.query(boxes[first : first + _AT_ONCE])
        one, other = one[other > one + first] + first, other[other > one + first]
        neighbours += len(one)
        crossings += int(_cross(start[one], end[one], start[other], end[other]).sum())
        if neighbours > _MAX_NEIGHBOURS or crossings > MAX_SELF_CROSSINGS:
            return True
    return False


def _cross(start: FloatArray, end: FloatArray, start_b: FloatArray, end_b: FloatArray) -> BoolArray:
    """Which straight pieces have a point inside both in common, row by row."""
    apart = _side(start, end, start_b) * _side(start, end, end_b) < 0
    return np.asarray(apart & (_side(start_b, end_b, start) * _side(start_b, end_b, end) < 0))


def _side(start: FloatArray, end: FloatArray, point: FloatArray) -> FloatArray:
    """On which side of a directed piece a point lies: the sign of the cross product."""
    along, to = end - start, point - start
    return np.asarray(np.sign(along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]))


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
    if len(cells) > MAX_POINTS:
        raise LineError(TOO_LONG)
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
