"""Points of the systems of `geo.vn2000` ⇄ WGS 84, by PROJ without any grid."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from geo.vn2000 import System


@cache
def _to_geographic(epsg: int, base: int) -> Transformer:
    return Transformer.from_crs(epsg, base, always_xy=True)


@cache
def _datum_shift() -> Transformer:
    # Named, not searched for: PROJ knows another, regional one in a part of the south.
    return Transformer.from_pipeline("EPSG:6960")


def to_wgs84(
    system: System, x: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes (WGS 84) of points in a system.

    Parameters
    ----------
    system : System
        What the points are in.
    x, y : array-like, shape (n,)
        Eastings and northings in metres, or longitudes and latitudes in degrees.

    Returns
    -------
    lon, lat : ndarray, shape (n,)
        Degrees; infinite where the projection has no such point.

    Examples
    --------
    >>> from geo.vn2000 import ZONES
    >>> lon, lat = to_wgs84(ZONES[9210], [596_000.0], [1_195_000.0])
    >>> round(float(lon[0]), 4), round(float(lat[0]), 4)
    (106.6297, 10.8048)
    """
    lon, lat = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if not system.is_degrees:
        base = 4326 if system.is_wgs84 else 4756
        lon, lat = _to_geographic(system.epsg, base).transform(lon, lat)
    if not system.is_wgs84:
        lat, lon = _datum_shift().transform(lat, lon)
    return lon, lat


def from_wgs84(
    system: System, lon: ArrayLike, lat: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of WGS 84 in a system: the way back of `to_wgs84`, to a millimetre.

    Parameters
    ----------
    system : System
        What the points shall be in.
    lon, lat : array-like, shape (n,)
        Degrees.

    Returns
    -------
    x, y : ndarray, shape (n,)
        Eastings and northings in metres, or longitudes and latitudes in degrees; infinite
        where the projection has no such point.

    Examples
    --------
    >>> from geo.vn2000 import ZONES
    >>> x, y = from_wgs84(ZONES[9210], [106.6297], [10.8048])
    >>> round(float(x[0]), -2), round(float(y[0]), -2)
    (596000.0, 1195000.0)
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if not system.is_wgs84:
        y, x = _datum_shift().transform(y, x, direction="INVERSE")
    if not system.is_degrees:
        base = 4326 if system.is_wgs84 else 4756
        x, y = _to_geographic(system.epsg, base).transform(x, y, direction="INVERSE")
    return x, y
