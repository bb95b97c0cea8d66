"""Communes that can be asked where a point lies.

Degrees are WGS 84; distances are taken on the ellipsoid, never in degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

_geod = Geod(ellps="WGS84")
_LEAST_M_PER_DEGREE = 100_000.0  # of a parallel at the northern end of the country


class Coverage:
    """Communes that can be asked where a point lies.

    `tolerance_m` says how far outside a commune a point may lie and still be
    believed to be of it; what to do with such a point is the caller's choice.
    """

    def __init__(
        self, codes: Sequence[str], geometries: Sequence[BaseGeometry], tolerance_m: float
    ) -> None:
        order = np.argsort(np.asarray(codes, dtype=str), kind="stable")
        self.codes: NDArray[Any] = np.asarray(codes, dtype=object)[order]
        self.tolerance_m = tolerance_m
        self._shapes: NDArray[Any] = np.asarray(geometries, dtype=object)[order]
        self._row = {code: i for i, code in enumerate(self.codes)}
        self._tree = shapely.STRtree(self._shapes)
        shapely.prepare(self._shapes)

    def __contains__(self, code: str) -> bool:
        return code in self._row

    def __len__(self) -> int:
        return len(self.codes)

    def geometry(self, code: str) -> BaseGeometry:
        """The polygon of a commune, WGS 84."""
        shape: BaseGeometry = self._shapes[self._row[code]]
        return shape

    def locate(self, lon: float, lat: float) -> str | None:
        """Code of the commune a point lies in, or None.

        >>> from shapely import box
        >>> unit = Coverage(["00001"], [box(105, 21, 106, 22)], tolerance_m=50)
        >>> unit.locate(105.5, 21.5), unit.locate(104.9, 21.5)
        ('00001', None)
        """
        code: str | None = self.locate_many([lon], [lat])[0]
        return code

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> NDArray[Any]:
        """Code of the commune of each point, None outside every commune.

        Parameters
        ----------
        lons, lats : array-like, shape (n,)
            Degrees, WGS 84; a point that is not finite lies nowhere.

        Returns
        -------
        ndarray of object, shape (n,)
            On a common edge the lower code.
        """
        x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        found = np.full(len(x), None, dtype=object)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        point, row = self._tree.query(shapely.points(x[known], y[known]))
        # Polygon by polygon: the prepared one stays at hand. The highest code first, so that
        # the lower one stays on a common edge.
        order = np.argsort(-row, kind="stable")
        point, row = known[point[order]], row[order]
        inside = shapely.intersects_xy(self._shapes[row], x[point], y[point])
        found[point[inside]] = self.codes[row[inside]]
        return found

    def near_m(self, code: str, lon: float, lat: float) -> float | None:
        """Metres from a point to a commune, None if they are more than the tolerance.

        Raises
        ------
        KeyError
            If the coverage has no such commune.
        """
        shape = self._shapes[self._row[code]]
        margin = self.tolerance_m / _LEAST_M_PER_DEGREE
        if not shapely.dwithin(shape, shapely.Point(lon, lat), margin):
            return None
        metres = self.distance_m(code, lon, lat)
        return metres if metres <= self.tolerance_m else None

    def distance_m(self, code: str, lon: float, lat: float) -> float:
        """Metres on the ellipsoid from a point to a commune, 0 inside.

        The nearest place is sought in a plane scaled to the point's parallel,
        the distance to it is geodesic.

        Raises
        ------
        KeyError
            If the coverage has no such commune.
        """
        shape = self._shapes[self._row[code]]
        if shapely.intersects_xy(shape, lon, lat):
            return 0.0
        shrink = np.array([np.cos(np.radians(lat)), 1.0])
        flat = shapely.transform(shape, lambda lonlat: lonlat * shrink)
        here = shapely.Point(lon * shrink[0], lat)
        near_lon, near_lat = shapely.get_coordinates(shapely.shortest_line(here, flat))[1] / shrink
        return float(_geod.inv(lon, lat, near_lon, near_lat)[2])


def coverage_from_rows(
    codes: Sequence[str], geometries: Sequence[BaseGeometry], tolerance_m: float
) -> Coverage:
    """The coverage of stored communes."""
    return Coverage(codes, geometries, tolerance_m)
