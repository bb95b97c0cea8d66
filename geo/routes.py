"""Key routes on the map: the communes that the band of a line touches, in order along it.

Lines and polygons are WGS 84; nearness is judged in projected metres, lengths are
measured on the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.crs import BoolArray, FloatArray, metric_crs, to_metres

Shapes = NDArray[np.object_]
"""Shapely geometries, shape (n,)."""

_geod = Geod(ellps="WGS84")

_LEAST_M_PER_DEGREE = 100_000.0
"""Fewer metres than a degree of latitude or longitude has anywhere below 26° N."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A commune that a route touches: the `position`-th along it, from 1.

    `length_km` of the line lie inside, 0 where only its band reaches the commune.
    """

    code: str
    position: int
    length_km: float


@dataclass(frozen=True)
class RouteGround:
    """Communes that routes are laid over; `geometries` go with `codes`, WGS 84."""

    codes: Sequence[str]
    geometries: Sequence[BaseGeometry]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The boxes of the communes, made once for many routes."""
        return shapely.STRtree(list(self.geometries))

    def crossings(self, line: BaseGeometry, width_m: float) -> list[Crossing]:
        """Communes within half of `width_m` metres of a line (WGS 84), in order along it.

        The order is that of the place where the line first enters a commune, or
        comes nearest to it.

        >>> squares = [shapely.box(105, 10, 105.1, 10.1), shapely.box(105.1, 10, 105.2, 10.1)]
        >>> ground = RouteGround(["a", "b"], squares)
        >>> line = shapely.LineString([(105.15, 10.05), (105.05, 10.05)])
        >>> [(c.code, round(c.length_km, 1)) for c in ground.crossings(line, 0)]
        [('b', 5.5), ('a', 5.5)]
        """
        half_m = width_m / 2
        margin = half_m / _LEAST_M_PER_DEGREE
        near = np.sort(self.tree.query(line, predicate="dwithin", distance=margin))
        shapes = np.array([self.geometries[i] for i in near], dtype=object)
        inside = np.asarray(shapely.intersection(shapes, line), dtype=object)
        crossed = ~shapely.is_empty(inside)
        reached = _reached(shapes, crossed, line, half_m)
        places = np.full(len(shapes), np.inf)
        _put_entries(places, inside, line)
        places[reached] = _nearest_places(shapes[reached], line)
        length_km = _lengths_km(inside)
        order = sorted(np.flatnonzero(crossed | reached), key=lambda at: (places[at], near[at]))
        return [
            Crossing(self.codes[near[at]], n, float(length_km[at])) for n, at in enumerate(order, 1)
        ]


def line_length_km(line: BaseGeometry) -> float:
    """Length of the lines of a shape (WGS 84) on the ellipsoid, in kilometres.

    >>> round(line_length_km(shapely.LineString([(105, 0), (106, 0)])), 1)
    111.3
    """
    return float(_geod.geometry_length(line)) / 1_000


def _reached(shapes: Shapes, crossed: BoolArray, line: BaseGeometry, half_m: float) -> BoolArray:
    """Which polygons that a line does not cross come within some metres of it, on its plane."""
    reached = np.zeros(len(shapes), dtype=bool)
    if crossed.all() or half_m <= 0:
        return reached
    corners = shapely.get_coordinates(line)
    crs = metric_crs(corners[:, 0], corners[:, 1])
    line_m, *shapes_m = shapely.transform(
        [line, *shapes[~crossed]], lambda xy: np.column_stack(to_metres(xy[:, 0], xy[:, 1], crs))
    )
    reached[~crossed] = shapely.dwithin(shapes_m, line_m, half_m)
    return reached


def _put_entries(places: FloatArray, inside: Shapes, line: Any) -> None:
    """Lower the place of each polygon to where the pieces of a line inside it begin (degrees)."""
    parts, owner = shapely.get_parts(inside, return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    lone = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    for points, of in (
        (parts[lone], owner[lone]),
        (shapely.get_point(parts[is_line], 0), owner[is_line]),
        (shapely.get_point(parts[is_line], -1), owner[is_line]),
    ):
        np.minimum.at(places, of, shapely.line_locate_point(line, points))


def _nearest_places(shapes: Shapes, line: Any) -> FloatArray:
    """How far along a line (degrees) it comes nearest to each polygon."""
    bridges = shapely.shortest_line(line, shapes)
    return np.asarray(shapely.line_locate_point(line, shapely.get_point(bridges, 0)))


def _lengths_km(pieces: Shapes) -> FloatArray:
    """Length of the lines of each shape (WGS 84) on the ellipsoid, in kilometres."""
    parts, owner = shapely.get_parts(pieces, return_index=True)
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    start, end = lonlat[:-1][joined], lonlat[1:][joined]
    _azimuth, _back, metres = _geod.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return np.bincount(owner[part[:-1][joined]], weights=metres, minlength=len(pieces)) / 1_000
