"""Shapes of a layer, in the coordinate system it states → WGS 84.

VN-2000 is brought over by the national shift (EPSG:6960), also where a file describes it
in its own words and no code: PROJ would otherwise leave out the 225 m.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geo.crs import WGS84
from geo.errors import CrsError
from geo.projected import to_wgs84
from geo.vn2000 import GEOGRAPHIC

Shapes = NDArray[np.object_]

_LON, _LAT = (101.0, 120.0), (5.0, 25.0)
"""Degrees between which the country lies, with its seas."""

NOT_STATED = "Lớp dữ liệu không ghi hệ tọa độ nên được hiểu là kinh độ, vĩ độ WGS 84."
NEEDED = (
    "không ghi hệ tọa độ (thiếu tệp .prj) mà tọa độ không phải kinh độ, vĩ độ: kèm tệp .prj, hoặc "
    "xuất lại với EPSG:4326"
)
UNKNOWN = "ghi hệ tọa độ không đọc được (trong tệp .prj): xuất lại với EPSG:4326 (WGS 84)"
UNPLACED = (
    "ghi hệ tọa độ «{}» không gắn với mặt đất (trong tệp .prj): kèm tệp .prj đúng của dữ liệu, "
    "hoặc xuất lại với EPSG:4326 (WGS 84)"
)
UNSURE = (
    "Hệ tọa độ «{}» không nói rõ gốc đo so với WGS 84: vị trí có thể lệch vài trăm mét, hãy xem lại"
    " trên bản đồ."
)
_VN2000 = re.compile(r"vn[\s_-]?2000|vi[eệ]t\s?_?nam[\s_-]?2000", re.IGNORECASE)


def in_wgs84(shapes: Shapes, crs: str | None) -> tuple[Shapes, str]:
    """Shapes in degrees of WGS 84, and what has to be said of it (empty: nothing).

    A shape that has no place in WGS 84 becomes None.

    Parameters
    ----------
    shapes
        Flat shapely geometries or None, shape (n,).
    crs
        What the layer states: a code or WKT, of EPSG or ESRI; None where it states none.

    Raises
    ------
    CrsError
        If the system is missing, unknown or tied to no place on the ground; the message goes
        after the name of the file.

    >>> point = np.array([shapely.Point(596_000, 1_195_000)], dtype=object)
    >>> found, said = in_wgs84(point, "EPSG:9210")
    >>> shapely.to_wkt(found[0], rounding_precision=4), said
    ('POINT (106.6297 10.8048)', '')
    """
    if crs is None:
        return _as_degrees(shapes)
    try:
        stated = CRS.from_user_input(crs)
    except ProjError:
        raise CrsError(UNKNOWN) from None
    if stated.to_epsg() == 4326 or stated.name in ("WGS 84 (CRS84)", "OGC:CRS84"):
        return _finite(shapes), ""
    unplaced = CrsError(UNPLACED.format(stated.name[:60]))
    if stated.geodetic_crs is None:
        raise unplaced
    try:
        return _moved(shapes, stated)
    except ProjError:
        raise unplaced from None


def _as_degrees(shapes: Shapes) -> tuple[Shapes, str]:
    """Shapes of no stated system, where they can be nothing but degrees."""
    told = _finite(shapes)
    if not _in_the_country(told):
        raise CrsError(NEEDED)
    return told, NOT_STATED


def _moved(shapes: Shapes, stated: CRS) -> tuple[Shapes, str]:
    if not stated.is_bound and _is_vn2000(stated):
        flat = Transformer.from_crs(stated, stated.geodetic_crs, always_xy=True)

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(to_wgs84(GEOGRAPHIC, *flat.transform(xy[:, 0], xy[:, 1])))

        return _finite(shapely.transform(shapes, move)), ""
    over = Transformer.from_crs(stated, WGS84, always_xy=True)
    moved = shapely.transform(shapes, lambda xy: np.column_stack(over.transform(*xy.T)))
    unsure = "ballpark" in over.description.lower() or over.description == "unavailable until proj"
    return _finite(moved), UNSURE.format(stated.name) if unsure else ""


def _is_vn2000(stated: CRS) -> bool:
    datum = stated.datum.name if stated.datum is not None else ""
    return bool(_VN2000.search(datum) or _VN2000.search(stated.name))


def _in_the_country(shapes: Shapes) -> bool:
    lon, lat = shapely.get_coordinates(shapes).T
    east_west = (lon >= _LON[0]) & (lon <= _LON[1])
    return bool((east_west & (lat >= _LAT[0]) & (lat <= _LAT[1])).all())


def _finite(shapes: Shapes) -> Shapes:
    """The shapes, None for those with a corner that has no place."""
    found: Any = np.array(shapes, dtype=object)
    xy, owner = shapely.get_coordinates(found, return_index=True)
    found[np.unique(owner[~np.isfinite(xy).all(axis=1)])] = None
    return np.asarray(found, dtype=object)
