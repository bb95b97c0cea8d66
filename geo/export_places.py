"""Where the features of a batch lie, in the coordinate system of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import CrsError
from geo.layer_stream import Points
from geo.projected import from_wgs84
from geo.vn2000 import SYSTEMS, System

WGS84 = 4326
"""The EPSG code of what every stream is in, and most files."""

Shapes = NDArray[Any]
"""Geometries as shapely takes them, None where a place is not known."""


def system_of(crs: int) -> System:
    """The coordinate system of a file by its EPSG code.

    >>> system_of(9210).name
    'VN-2000 kinh tuyến trục 105°45′'

    Raises
    ------
    CrsError
        If files are not written in it.
    """
    if crs not in SYSTEMS:
        raise CrsError(
            f"Không ghi được hệ tọa độ EPSG:{crs}; hãy chọn một trong:"
            f" {', '.join(str(code) for code in sorted(SYSTEMS))}."
        )
    return SYSTEMS[crs]


def decimals_of(crs: int) -> int:
    """Digits kept after the point: about 1 cm in degrees, a millimetre in metres."""
    return 7 if system_of(crs).is_degrees else 3


def point_columns(points: Points, crs: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eastings and northings (or longitudes and latitudes); NaN for a place not known.

    Raises
    ------
    CrsError
        If a place lies where the system has no coordinates.
    """
    lons = np.asarray(points.lons, dtype=np.float64)
    lats = np.asarray(points.lats, dtype=np.float64)
    known = np.isfinite(lons) & np.isfinite(lats)
    if not known.all():
        lons, lats = np.where(known, lons, np.nan), np.where(known, lats, np.nan)
    if system_of(crs).epsg == WGS84:
        return lons, lats
    x, y = from_wgs84(system_of(crs), lons[known], lats[known])
    _refuse_lost(np.column_stack((x, y)), np.column_stack((lons[known], lats[known])), crs)
    eastings, northings = np.full_like(lons, np.nan), np.full_like(lats, np.nan)
    eastings[known], northings[known] = x, y
    return eastings, northings


def placed_shapes(geometries: Sequence[BaseGeometry | None], crs: int) -> Shapes:
    """Geometries (WGS 84) in a coordinate system, flat; empty ones are None.

    Raises
    ------
    CrsError
        If a vertex lies where the system has no coordinates.
    """
    shapes = np.array([*geometries, None], dtype=object)[:-1]
    shapes[shapely.is_empty(shapes)] = None
    shapes = shapely.force_2d(shapes)
    system = system_of(crs)
    if system.epsg == WGS84:
        return shapes

    def placed(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        xy = np.column_stack(from_wgs84(system, lonlat[:, 0], lonlat[:, 1]))
        _refuse_lost(xy, lonlat, crs)
        return xy

    return np.asarray(shapely.transform(shapes, placed), dtype=object)


def rounded_shapes(geometries: Sequence[BaseGeometry | None], crs: int) -> Shapes:
    """Geometries in a coordinate system with the digits that texts carry."""
    digits = decimals_of(crs)
    shapes = placed_shapes(geometries, crs)
    return np.asarray(shapely.transform(shapes, lambda xy: np.round(xy, digits)), dtype=object)


def shapes_box(geometries: Points | Sequence[BaseGeometry | None]) -> tuple[float, ...] | None:
    """West, south, east, north in WGS 84 degrees, None where nothing has a place."""
    if isinstance(geometries, Points):
        lons, lats = point_columns(geometries, 4326)
        known = np.isfinite(lons)
        if not known.any():
            return None
        corners = (lons[known].min(), lats[known].min(), lons[known].max(), lats[known].max())
        return tuple(round(float(each), 7) for each in corners)
    present = [g for g in geometries if g is not None and not g.is_empty]
    return tuple(shapely.total_bounds(present).round(7).tolist()) if present else None


def _refuse_lost(xy: NDArray[np.float64], lonlat: NDArray[np.float64], crs: int) -> None:
    lost = ~np.isfinite(xy).all(axis=1)
    if lost.any():
        lon, lat = lonlat[int(np.argmax(lost))]
        raise CrsError(
            f"Điểm ({lon:.7f}, {lat:.7f}) nằm ngoài vùng dùng được của {system_of(crs).name}"
            f" (EPSG:{crs}). Hãy chọn hệ tọa độ khác, ví dụ EPSG:4326."
        )
