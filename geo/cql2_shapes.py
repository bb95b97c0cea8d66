"""Geometries written in a filter, brought to WGS 84."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import Cql2Error
from geo.ogc_crs import Reference
from geo.projected import to_wgs84

MOST_VERTICES = 5_000
MOST_NUMBER = 1e15
"""Numbers of a filter are smaller: all whole ones below are exact, none overflows."""

_TYPES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
)


def literal_shape(node: Mapping[str, Any], reference: Reference) -> BaseGeometry:
    """The geometry of a literal (GeoJSON or `{"bbox": […]}`), WGS 84, longitude first.

    Raises
    ------
    Cql2Error
        If it is none, crosses itself, has too many vertices or lies outside the world.
    """
    shape = _box(node["bbox"]) if "bbox" in node else _geojson(node)
    if shape.is_empty or shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise Cql2Error(f"Hình trong bộ lọc phải có từ 1 đến {MOST_VERTICES} đỉnh.")
    placed = shapely.transform(shapely.force_2d(shape), lambda xy: _placed(xy, reference))
    if not placed.is_valid:
        raise Cql2Error("Hình trong bộ lọc tự cắt hoặc không khép kín; hãy vẽ lại.")
    return placed


def shape_node(shape: BaseGeometry) -> Any:
    """A geometry as a node of an expression."""
    return json.loads(shapely.to_geojson(shape))


def _placed(xy: NDArray[np.float64], reference: Reference) -> NDArray[np.float64]:
    first, second = xy[:, 0], xy[:, 1]
    x, y = (second, first) if reference.north_first else (first, second)
    if reference.system.epsg != 4326:
        x, y = to_wgs84(reference.system, x, y)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise Cql2Error("Hình trong bộ lọc nằm ngoài vùng dùng được của hệ tọa độ.")
    if (np.abs(x) > 180).any() or (np.abs(y) > 90).any():
        raise Cql2Error(
            "Hình trong bộ lọc có tọa độ ngoài ±180° kinh độ, ±90° vĩ độ; hãy xem lại thứ tự trục"
            " và filter-crs."
        )
    return np.column_stack((x, y))


def _box(numbers: Any) -> BaseGeometry:
    if not isinstance(numbers, list) or len(numbers) not in (4, 6) or not _all_finite(numbers):
        raise Cql2Error("BBOX cần bốn hoặc sáu số.")
    half = len(numbers) // 2
    (low, left), (high, right) = numbers[:2], numbers[half : half + 2]
    if low > high or left > right:
        raise Cql2Error(
            "BBOX có góc đầu lớn hơn góc sau; khung qua kinh tuyến 180° không dùng ở đây."
        )
    if (low, left) == (high, right):
        return shapely.Point(low, left)
    if low == high or left == right:
        return shapely.LineString([(low, left), (high, right)])
    return shapely.box(low, left, high, right)


def _geojson(node: Mapping[str, Any]) -> BaseGeometry:
    if str(node.get("type")) not in _TYPES or not _all_finite(node.get("coordinates")):
        raise Cql2Error("Hình trong bộ lọc không phải điểm, đường hay đa giác hợp lệ.")
    try:
        return shapely.from_geojson(
            json.dumps({"type": node["type"], "coordinates": node["coordinates"]})
        )
    except (shapely.errors.GEOSException, ValueError):
        raise Cql2Error("Hình trong bộ lọc không phải điểm, đường hay đa giác hợp lệ.") from None


def _all_finite(numbers: Any) -> bool:
    if isinstance(numbers, list):
        return bool(numbers) and all(map(_all_finite, numbers))
    is_number = isinstance(numbers, int | float) and not isinstance(numbers, bool)
    return is_number and abs(numbers) < MOST_NUMBER  # neither is what is no number
