"""What lies around a place: the communes and area that its background is taken from.

The surroundings of a circle are the communes that it touches. Where they leave
less than four circles of area outside it (small wards), those that a disc of ten
radii touches; where even they do (islands, places outside every commune), that disc.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from geo.cluster_shapes import Days
from geo.crs import FloatArray, IntArray, earth_xyz

MIN_OUTSIDE_CIRCLES = 4
"""Area outside the circle that a background needs, in areas of the circle."""

WIDE_RADII = 10
"""Radius, in radii, of the disc that stands in where the communes are too small."""

_CORNERS = 96
_NONE = np.empty(0, dtype=np.int64)
_geod = Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Communes around the hotspots, and the incidents known only by commune.

    `shapes` are polygons in WGS 84, shape (k,): the communes of the map in force;
    all of them, or at least those within ten radii of a closed hotspot. `vague`
    and `vague_days`, shape (m,), are the verified incidents of commune precision:
    the row in `shapes` of the commune each one is now in, and its day
    (`datetime64[D]`, NaT if unknown; such a record counts nowhere).

    To fill it from the models: the shapes of `communes.commune_shapes` for the
    version in force, in any order; then one entry per verified incident of
    commune precision, its `commune_code_now` looked up in the codes of these
    shapes. Incidents of a commune that has no shape here are left out.
    """

    shapes: NDArray[np.object_]
    vague: IntArray
    vague_days: Days


@dataclass(frozen=True, eq=False)
class Region:
    """The surroundings of one circle: `located` and `communes` are rows, the circle's too.

    `outside_m2` is their area in square metres without the circle.
    """

    located: IntArray
    communes: IntArray
    outside_m2: float


def circle_m2(radius_m: float) -> float:
    """Area of a circle in square metres.

    >>> round(circle_m2(300.0))
    282743
    """
    return float(np.pi * radius_m * radius_m)


def find_regions(
    lons: Sequence[float],
    lats: Sequence[float],
    located: tuple[FloatArray, FloatArray],
    shapes: NDArray[np.object_],
    radius_m: float,
) -> list[Region]:
    """Return the surroundings of the circles of `radius_m` metres around some centres.

    Parameters
    ----------
    lons, lats
        Centres of the circles, WGS 84 degrees.
    located : (lons, lats)
        Incidents with a point, WGS 84 degrees; regions name their rows.
    shapes
        Polygons of the communes, WGS 84; regions name their rows.
    """
    land = _Land(shapes, located)
    wide_m = WIDE_RADII * radius_m
    circles, discs = _discs(lons, lats, radius_m), _discs(lons, lats, wide_m)
    narrow, wide = land.touched(circles), land.touched(discs)
    far = cKDTree(earth_xyz(*located)).query_ball_point(earth_xyz(lons, lats), wide_m)
    return [
        land.region(circles[at], (narrow[at], wide[at]), circle_m2(radius_m))
        or Region(
            np.asarray(far[at], dtype=np.int64), wide[at], circle_m2(wide_m) - circle_m2(radius_m)
        )
        for at in range(len(lons))
    ]


class _Land:
    """Communes and the incidents in them, looked up and measured once each."""

    def __init__(self, shapes: NDArray[np.object_], located: tuple[FloatArray, FloatArray]) -> None:
        self._shapes, self._located = shapes, located
        self._area_m2: dict[int, float] = {}
        self._rows: dict[int, IntArray] = {}

    @cached_property
    def _points(self) -> shapely.STRtree:
        points = np.asarray(shapely.points(*self._located), dtype=object)
        return shapely.STRtree(points)

    def touched(self, discs: NDArray[np.object_]) -> list[IntArray]:
        """Rows of the communes that each disc touches."""
        at, commune = shapely.STRtree(self._shapes).query(discs, predicate="intersects")
        return [np.sort(commune[at == row]) for row in range(discs.size)]

    def region(
        self, circle: BaseGeometry, choices: tuple[IntArray, ...], least_m2: float
    ) -> Region | None:
        """The first choice of communes with enough area outside the circle."""
        for communes in choices:
            cuts = shapely.intersection(self._shapes[communes], circle)
            outside_m2 = sum(map(self._commune_m2, communes.tolist())) - sum(map(_area_m2, cuts))
            if outside_m2 >= MIN_OUTSIDE_CIRCLES * least_m2:
                rows = [_NONE, *map(self._inside, communes.tolist())]
                return Region(np.unique(np.concatenate(rows)), communes, outside_m2)
        return None

    def _commune_m2(self, row: int) -> float:
        if row not in self._area_m2:
            self._area_m2[row] = _area_m2(self._shapes[row])
        return self._area_m2[row]

    def _inside(self, row: int) -> IntArray:
        if row not in self._rows:
            self._rows[row] = self._points.query(self._shapes[row], predicate="intersects")
        return self._rows[row]


def _area_m2(shape: BaseGeometry) -> float:
    """Area on the ellipsoid, whichever way the rings run."""
    parts = shapely.get_parts(shapely.orient_polygons(shape))
    polygons = parts[shapely.get_dimensions(parts) == 2]
    return float(sum(_geod.geometry_area_perimeter(part)[0] for part in polygons))


def _discs(lons: Sequence[float], lats: Sequence[float], radius_m: float) -> NDArray[np.object_]:
    """Polygons in WGS 84 degrees with corners at a true distance from each centre."""
    n = len(lons)
    azimuths = np.tile(np.linspace(0, 360, _CORNERS, endpoint=False), n)
    lon, lat = (np.repeat(np.asarray(values, dtype=float), _CORNERS) for values in (lons, lats))
    east, north, _ = _geod.fwd(lon, lat, azimuths, np.full(azimuths.size, radius_m))
    corners = np.column_stack((east, north)).reshape(n, _CORNERS, 2)
    return np.asarray(shapely.polygons(corners), dtype=object)
