"""Coordinate systems: degrees in, metres to measure with, and guards between them.

Points are clustered in the UTM zone that owns them (WGS 84 / UTM, EPSG:326zz).
A zone depends on a point's own longitude alone, so a far-away record never
changes the distances of others. Two neighbouring zones have the same scale on
their common meridian, hence a pair of points across it measures the same from
both sides. Between 7 and 23.5° N the scale error of UTM inside its zone lies
between -0.04 % and +0.10 %: at most 0.3 m in 300 m.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from geo.errors import CrsError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

WGS84 = "EPSG:4326"
ECEF = "EPSG:4978"
BORDER_CRS = "EPSG:32648"
"""UTM 48N: the whole land border lies within 102.1-108.1° E, scale true to 0.1 %."""

MAX_UTM_LATITUDE = 80.0
METRES_PER_DEGREE = 111_320.0
"""Length of a degree of longitude on the equator; shorter everywhere else."""


@dataclass(frozen=True, eq=False)
class PlanePatch:
    """Points on one plane in metres.

    `members` are their positions in the whole set, `owned` tells the points
    whose home this plane is from those of its rim, which are there only so
    that every owned point sees its neighbours.
    """

    members: IntArray
    x_m: FloatArray
    y_m: FloatArray
    owned: BoolArray


def require_degrees(lons: ArrayLike, lats: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the coordinates as float arrays, sure to be degrees of one length.

    Raises
    ------
    CrsError
        If lengths differ, a value is not a finite number, or lies outside
        ±180° or ±80° (metres given for degrees, or latitude and longitude swapped).
    """
    lon, lat = _floats(lons), _floats(lats)
    if lon.shape != lat.shape or lon.ndim != 1:
        raise CrsError(
            f"Số kinh độ ({lon.size}) khác số vĩ độ ({lat.size}). Hãy kiểm tra lại hai cột tọa độ."
        )
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    bad |= (np.abs(lon) > 180) | (np.abs(lat) > MAX_UTM_LATITUDE)
    if bad.any():
        at = int(np.argmax(bad))
        raise CrsError(
            f"Điểm thứ {at + 1} có tọa độ ({lon[at]}, {lat[at]}) không phải kinh độ, vĩ độ bằng độ"
            f" ({int(bad.sum())} điểm như vậy). Hãy đưa kinh độ trước, vĩ độ sau, theo WGS 84."
        )
    return lon, lat


def require_metric(crs: Any) -> CRS:
    """Return a coordinate system, sure to measure in metres.

    >>> require_metric("EPSG:32648").to_epsg()
    32648

    Raises
    ------
    CrsError
        If there is none, it is unknown, or its unit is the degree or another than the metre.
    """
    try:
        found = CRS.from_user_input(crs)
    except Exception as error:  # pyproj raises several unrelated types
        raise CrsError(f"Không rõ hệ tọa độ {crs!r}. Hãy ghi rõ, ví dụ EPSG:32648.") from error
    units = {axis.unit_name for axis in found.axis_info}
    if not found.is_projected or units != {"metre"}:
        raise CrsError(
            f"Hệ tọa độ «{found.name}» không tính bằng mét nên không đo khoảng cách được."
            " Hãy chuyển sang hệ phẳng, ví dụ EPSG:32648."
        )
    return found


def refuse_degrees(x_m: FloatArray, y_m: FloatArray) -> None:
    """Refuse plane coordinates that are evidently degrees of Viet Nam.

    Bare numbers carry no system; what lies wholly within 100-120 and 5-25 (in
    either order) with digits after the point is taken for degrees.

    Raises
    ------
    CrsError
    """
    if x_m.size == 0 or (np.all(x_m == np.floor(x_m)) and np.all(y_m == np.floor(y_m))):
        return
    for lon, lat in ((x_m, y_m), (y_m, x_m)):
        if lon.min() >= 100 and lon.max() <= 120 and lat.min() >= 5 and lat.max() <= 25:
            raise CrsError(
                f"Tọa độ ({x_m[0]}, {y_m[0]}) … là độ, trong khi phép tính cần mét."
                " Hãy chuyển sang hệ phẳng trước khi đo."
            )


def utm_zones(lons: ArrayLike) -> IntArray:
    """Numbers of the UTM zones that own the longitudes (degrees).

    >>> utm_zones([105.85, 107.9999, 108.0]).tolist()
    [48, 48, 49]
    """
    zones = np.floor((_floats(lons) + 180) / 6).astype(np.int64) + 1
    return np.minimum(zones, 60)


def utm_epsg(zone: int) -> int:
    """EPSG code of a UTM zone; the northern system serves both hemispheres.

    >>> utm_epsg(48)
    32648
    """
    return 32600 + zone


def metric_crs(lons: ArrayLike, lats: ArrayLike) -> CRS:
    """Choose a metric system fit for an extent in WGS 84 degrees.

    The UTM zone of the middle longitude while the extent keeps within 3.5° of
    its central meridian (scale error at most 0.15 %); for wider ones Lambert's
    azimuthal equal area centred on the extent (areas exact; distances of
    mainland Viet Nam within 0.3 %, of the whole country with its islands 0.6 %).

    >>> metric_crs([105.7, 106.0], [20.9, 21.1]).to_epsg()
    32648
    """
    lon, lat = require_degrees(lons, lats)
    if lon.size == 0:
        raise CrsError("Không có điểm nào để chọn hệ tọa độ.")
    middle_lon, middle_lat = (lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2
    zone = int(utm_zones([middle_lon])[0])
    if np.abs(lon - _central_meridian(zone)).max() <= 3.5:
        return CRS.from_epsg(utm_epsg(zone))
    return CRS.from_proj4(
        f"+proj=laea +lat_0={middle_lat:.4f} +lon_0={middle_lon:.4f} +datum=WGS84 +units=m"
    )


def to_metres(lons: ArrayLike, lats: ArrayLike, crs: Any) -> tuple[FloatArray, FloatArray]:
    """Project WGS 84 degrees to a metric system."""
    lon, lat = require_degrees(lons, lats)
    x_m, y_m = _transformer(WGS84, require_metric(crs).to_wkt()).transform(lon, lat)
    return np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float)


def to_degrees(x_m: ArrayLike, y_m: ArrayLike, crs: Any) -> tuple[FloatArray, FloatArray]:
    """Bring metres of a metric system back to WGS 84 degrees (lon, lat)."""
    back = _transformer(require_metric(crs).to_wkt(), WGS84)
    lon, lat = back.transform(_floats(x_m), _floats(y_m))
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)


def earth_xyz(lons: ArrayLike, lats: ArrayLike) -> FloatArray:
    """Earth-centred coordinates in metres, one row (x, y, z) per point.

    Straight distances between them need no zone: they equal the distance on
    the ground to 1 cm over 10 km, and order points as it does.
    """
    lon, lat = require_degrees(lons, lats)
    xyz = _transformer("EPSG:4979", ECEF).transform(lon, lat, np.zeros_like(lon))
    return np.column_stack(xyz).astype(float)


def zone_patches(lons: ArrayLike, lats: ArrayLike, rim_m: float) -> tuple[PlanePatch, ...]:
    """Lay points out on the UTM planes that own them, west to east.

    Each plane also holds, in its own coordinates, the points of the
    neighbouring zones that lie within `rim_m` metres of it.

    Raises
    ------
    CrsError
        If the coordinates are no degrees.
    """
    lon, lat = require_degrees(lons, lats)
    zones = utm_zones(lon)
    rim_deg = 1.01 * rim_m / (METRES_PER_DEGREE * np.cos(np.radians(lat)))
    return tuple(_patch(int(zone), zones, lon, lat, rim_deg) for zone in np.unique(zones))


def _patch(
    zone: int, zones: IntArray, lon: FloatArray, lat: FloatArray, rim_deg: FloatArray
) -> PlanePatch:
    off_centre = np.abs((lon - _central_meridian(zone) + 180) % 360 - 180)
    members = np.flatnonzero((zones == zone) | (off_centre <= 3 + rim_deg))
    x_m, y_m = to_metres(lon[members], lat[members], utm_epsg(zone))
    return PlanePatch(members, x_m, y_m, zones[members] == zone)


def _central_meridian(zone: int) -> float:
    return 6.0 * zone - 183.0


def _floats(values: ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)
