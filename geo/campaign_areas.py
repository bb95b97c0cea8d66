"""The ground that a campaign covers: a circle, a drawn outline, communes put together.

All shapes are WGS 84; what is measured is measured in metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import CRS
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry

from geo.coordinates import LAT_RANGE, LON_RANGE
from geo.crs import BoolArray, metric_crs, to_degrees, to_metres
from geo.errors import GeoError
from geo.polygons import as_polygons, multipolygon

MIN_RADIUS_M, MAX_RADIUS_M = 50.0, 50_000.0
TOUCHED_SHARE = 0.01
"""Share of an area that a commune must hold to count: below it lies what limits leave over."""

_SEGMENTS = 32


class AreaError(GeoError):
    """Something cannot be the area of a campaign; the message says why."""


def circle(lon: float, lat: float, radius_m: float) -> MultiPolygon:
    """The ground within a radius of a point (WGS 84), drawn in the metric system of the place.

    Raises
    ------
    AreaError
        If the radius is no number from 50 m to 50 km.

    >>> west, south, east, north = circle(107.85, 14.65, 1_000.0).bounds
    >>> round((north - south) / 2 * 110_640, -1)
    1000.0
    """
    require_radius(radius_m)
    crs = metric_crs([lon], [lat])
    x_m, y_m = to_metres([lon], [lat], crs)
    round_m = shapely.Point(x_m[0], y_m[0]).buffer(radius_m, quad_segs=_SEGMENTS)
    ring = shapely.get_coordinates(round_m)
    return MultiPolygon([shapely.Polygon(np.column_stack(to_degrees(ring[:, 0], ring[:, 1], crs)))])


def require_radius(radius_m: float) -> None:
    """Raise `AreaError` unless a campaign can have this radius in metres."""
    if not MIN_RADIUS_M <= radius_m <= MAX_RADIUS_M:
        raise AreaError("bán kính phải từ 50 m đến 50 km: kiểm tra lại số và đơn vị")


def drawn_outline(geometry: Any) -> MultiPolygon:
    """The polygons of a GeoJSON geometry, mended where rings cross, WGS 84.

    Raises
    ------
    AreaError
        If it has no polygon, is empty even when mended, or lies outside the country.
    """
    try:
        drawn = shapely.force_2d(shape(geometry))
    except Exception as error:  # shapely raises several unrelated types
        raise AreaError("vùng vẽ không đọc được: vẽ lại vùng rồi xuất lại") from error
    if drawn.geom_type not in ("Polygon", "MultiPolygon", "GeometryCollection"):
        raise AreaError("hình không phải vùng (Polygon): vẽ vùng khép kín rồi xuất lại")
    if not np.isfinite(shapely.get_coordinates(drawn)).all():
        raise AreaError("vùng vẽ có tọa độ không phải số: vẽ lại vùng rồi xuất lại")
    mended: MultiPolygon = as_polygons([drawn])[0]
    if mended.is_empty:
        raise AreaError("vùng vẽ rỗng (không có diện tích): vẽ lại vùng rồi xuất lại")
    west, south, east, north = mended.bounds
    if west < LON_RANGE[0] or east > LON_RANGE[1] or south < LAT_RANGE[0] or north > LAT_RANGE[1]:
        raise AreaError("vùng vẽ nằm ngoài lãnh thổ Việt Nam: xuất lại với hệ WGS 84 (EPSG:4326)")
    return mended


def joined(shapes: Sequence[BaseGeometry]) -> MultiPolygon:
    """Communes as one area without the limits between them.

    >>> round(joined([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]).area)
    2
    """
    return multipolygon(shapely.union_all(as_polygons(shapes)))


def touched_communes(
    area: BaseGeometry, codes: Sequence[str], shapes: Sequence[BaseGeometry]
) -> list[str]:
    """Codes of the communes that hold a part of an area worth naming, in the order given.

    >>> squares = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> touched_communes(shapely.box(0.5, 0, 1.001, 1), ["a", "b"], squares)
    ['a']
    """
    tree = shapely.STRtree(list(shapes))
    near = sorted(int(i) for i in tree.query(area, predicate="intersects"))
    least = TOUCHED_SHARE * area.area
    return [codes[i] for i in near if shapely.intersection(shapes[i], area).area >= least]


def area_km2(area: BaseGeometry) -> float:
    """Square kilometres of an area given in WGS 84.

    >>> round(area_km2(circle(107.85, 14.65, 1_000.0)), 1)
    3.1
    """
    return float(shapely.area(_on_plane(area)) / 1e6)


def parts_around(
    area: BaseGeometry, ring_m: float, lons: ArrayLike, lats: ArrayLike
) -> tuple[BoolArray, BoolArray]:
    """Which points (WGS 84, shape (n,)) lie in an area, and which in the ring around it.

    The ring is the area widened by `ring_m` metres, less the area itself.
    """
    place_m = _on_plane(area)
    wide_m = shapely.buffer(place_m, ring_m)
    shapely.prepare([place_m, wide_m])
    x_m, y_m = to_metres(lons, lats, _plane(area))
    in_place = shapely.intersects_xy(place_m, x_m, y_m)
    return in_place, shapely.intersects_xy(wide_m, x_m, y_m) & ~in_place


def widened(area: BaseGeometry, by_m: float) -> BaseGeometry:
    """An area and what lies within some metres of it, WGS 84."""
    crs = _plane(area)
    wide_m = shapely.buffer(_on_plane(area), by_m)
    return shapely.transform(
        wide_m, lambda xy: np.column_stack(to_degrees(xy[:, 0], xy[:, 1], crs))
    )


def _plane(area: BaseGeometry) -> CRS:
    corners = shapely.get_coordinates(area)
    return metric_crs(corners[:, 0], corners[:, 1])


def _on_plane(area: BaseGeometry) -> BaseGeometry:
    crs = _plane(area)
    return shapely.transform(area, lambda xy: np.column_stack(to_metres(xy[:, 0], xy[:, 1], crs)))
