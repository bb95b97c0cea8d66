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

from geo.crs import FloatArray, IntArray, metric_crs, to_metres

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
        pieces = _Pieces.of(line)
        at, piece = self._inside(pieces)
        parts, owner = self._cut(pieces, at, piece)
        places = np.full(len(self.codes), np.inf)
        _put_entries(places, pieces, parts, at[owner], piece[owner])
        length_km = _lengths_km(parts, at[owner], len(self.codes))
        reached = self._reached(line, pieces, width_m / 2, np.unique(at))
        places[reached] = self._nearest_places(reached, line, pieces)
        touched = np.flatnonzero(np.isfinite(places))
        order = sorted(touched.tolist(), key=lambda commune: (places[commune], commune))
        return [
            Crossing(self.codes[commune], n, float(length_km[commune]))
            for n, commune in enumerate(order, 1)
        ]

    @cached_property
    def _shapes(self) -> Shapes:
        """The communes, made ready for being asked often which pieces they hold."""
        shapes = np.array([*self.geometries, None], dtype=object)[:-1]
        shapely.prepare(shapes)
        return shapes

    def _inside(self, pieces: _Pieces) -> tuple[IntArray, IntArray]:
        """Which communes and straight pieces have a point in common."""
        if not self.codes:
            return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
        piece, at = self.tree.query(pieces.shapes, predicate="intersects")
        return at, piece

    def _cut(self, pieces: _Pieces, at: IntArray, piece: IntArray) -> tuple[Shapes, IntArray]:
        """Points and lines of the pieces inside the communes; which pair each is of.

        A piece that lies in its commune whole is not cut; of the others only the part of
        the commune in the box of the piece matters.
        """
        found = pieces.shapes[piece]
        cut = ~shapely.covers(self._shapes[at], found)
        found[cut] = shapely.intersection(self._shapes[at[cut]], found[cut])
        parts, owner = shapely.get_parts(found, return_index=True)
        filled = ~shapely.is_empty(parts)
        return parts[filled], owner[filled]

    def _reached(
        self, line: BaseGeometry, pieces: _Pieces, half_m: float, crossed: IntArray
    ) -> IntArray:
        """Communes that a line does not cross within some metres of it, on its plane."""
        if half_m <= 0 or not self.codes:
            return np.zeros(0, dtype=int)
        margin = half_m / _LEAST_M_PER_DEGREE
        west, south, east, north = shapely.bounds(pieces.shapes).T
        boxes = shapely.box(west - margin, south - margin, east + margin, north + margin)
        near = np.setdiff1d(self.tree.query(boxes)[1], crossed)
        corners = shapely.get_coordinates(line)
        crs = metric_crs(corners[:, 0], corners[:, 1])
        line_m, *near_m = shapely.transform(
            [line, *self._shapes[near]],
            lambda xy: np.column_stack(to_metres(xy[:, 0], xy[:, 1], crs)),
        )
        shapely.prepare(line_m)
        within = np.asarray(shapely.dwithin(line_m, near_m, half_m), dtype=bool)
        return np.asarray(near[within])

    def _nearest_places(self, reached: IntArray, line: Any, pieces: _Pieces) -> FloatArray:
        """How far along a line (degrees) it comes nearest to each of some communes."""
        places = np.full(len(reached), np.inf)
        if reached.size:
            shapely.prepare(line)
            bridges = shapely.shortest_line(line, self._shapes[reached])
            points = shapely.get_point(bridges, 0)
            at, piece = shapely.STRtree(pieces.shapes).query_nearest(points)
            np.minimum.at(places, at, pieces.places(piece, points[at]))
        return places


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """The straight pieces of a line, and where along it (degrees) each begins."""

    start: FloatArray
    end: FloatArray
    begins: FloatArray
    shapes: Shapes

    @classmethod
    def of(cls, line: BaseGeometry) -> _Pieces:
        lonlat, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
        joined = part[1:] == part[:-1]
        start, end = lonlat[:-1][joined], lonlat[1:][joined]
        ends_at = np.cumsum(np.hypot(*(end - start).T))
        begins = np.concatenate([[0.0], ends_at[:-1]])
        shapes = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
        return cls(start, end, begins, shapes)

    def places(self, piece: IntArray, points: Shapes) -> FloatArray:
        """How far along the line (degrees) points on some of its pieces lie."""
        start, xy = self.start[piece], shapely.get_coordinates(points)
        return np.asarray(self.begins[piece] + np.hypot(*(xy - start).T))


def line_length_km(line: BaseGeometry) -> float:
    """Length of the lines of a shape (WGS 84) on the ellipsoid, in kilometres.

    >>> round(line_length_km(shapely.LineString([(105, 0), (106, 0)])), 1)
    111.3
    """
    return float(_geod.geometry_length(line)) / 1_000


def _put_entries(
    places: FloatArray, pieces: _Pieces, parts: Shapes, at: IntArray, piece: IntArray
) -> None:
    """Lower the place of each commune to where the parts of pieces inside it begin (degrees)."""
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    for which, points in (
        (~is_line, parts[~is_line]),
        (is_line, shapely.get_point(parts[is_line], 0)),
        (is_line, shapely.get_point(parts[is_line], -1)),
    ):
        np.minimum.at(places, at[which], pieces.places(piece[which], points))


def _lengths_km(parts: Shapes, at: IntArray, n: int) -> FloatArray:
    """Length of the parts in each of `n` communes (WGS 84) on the ellipsoid, in kilometres."""
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    start, end = lonlat[:-1][joined], lonlat[1:][joined]
    _azimuth, _back, metres = _geod.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return np.bincount(at[part[:-1][joined]], weights=metres, minlength=n) / 1_000
