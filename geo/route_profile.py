"""What lies at which kilometre of a key route: points beside it, the communes it runs through.

Kilometres are measured on the ellipsoid along the line as it was drawn; the parts of a line
of several follow each other, the gaps between them have no length. Nearness is judged on a
metric plane fit for the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import CRS, Geod
from shapely.geometry.base import BaseGeometry

from geo.crs import BoolArray, FloatArray, IntArray, metric_crs, require_degrees, to_metres

_geod = Geod(ellps="WGS84")

_STEP_DEG = 0.02
"""Longer pieces of a line are divided before they are laid on the plane, where they bend."""

_SAME_KM = 0.001
"""Stretches of one commune nearer than this are one: limits and lines are drawn to metres."""


@dataclass(frozen=True, slots=True, eq=False)
class BesideRoute:
    """Points beside a route, parallel to the points asked for; NaN where one is too far.

    `km` from the beginning of the line, `off_m` metres from it.
    """

    km: FloatArray
    off_m: FloatArray

    @property
    def is_near(self) -> BoolArray:
        """Which points lie near enough."""
        return np.asarray(np.isfinite(self.km))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a route inside a commune, in kilometres from the beginning of the line."""

    code: str
    from_km: float
    to_km: float


@dataclass(frozen=True, slots=True, eq=False)
class RouteMeasure:
    """A line cut into straight pieces: where each begins and ends, and at which kilometre."""

    crs: CRS
    start: FloatArray
    end: FloatArray
    start_m: FloatArray
    end_m: FloatArray
    from_km: FloatArray
    length_km: FloatArray

    @classmethod
    def along(cls, line: BaseGeometry) -> RouteMeasure:
        """The measure of a line or of several (WGS 84).

        >>> measure = RouteMeasure.along(shapely.LineString([(105, 10), (105, 10.1)]))
        >>> round(measure.total_km, 2)
        11.06
        """
        parts = shapely.get_parts(shapely.segmentize(line, _STEP_DEG))
        lonlat, owner = shapely.get_coordinates(parts, return_index=True)
        joined = owner[1:] == owner[:-1]
        start, end = lonlat[:-1][joined], lonlat[1:][joined]
        _azimuth, _back, metres = _geod.inv(*start.T, *end.T)
        length_km = np.asarray(metres) / 1_000
        crs = metric_crs(lonlat[:, 0], lonlat[:, 1])
        from_km = np.concatenate([[0.0], np.cumsum(length_km)[:-1]])
        start_m, end_m = (_on_plane(ends[:, 0], ends[:, 1], crs) for ends in (start, end))
        return cls(crs, start, end, start_m, end_m, from_km, length_km)

    @property
    def total_km(self) -> float:
        """Length of the whole line."""
        return float(self.length_km.sum())

    def beside(self, lons: ArrayLike, lats: ArrayLike, within_m: float) -> BesideRoute:
        """At which kilometre points (WGS 84) lie, as far as they lie within some metres.

        A point as near to two places of the line lies at the first.

        >>> measure = RouteMeasure.along(shapely.LineString([(105, 10), (105, 10.1)]))
        >>> found = measure.beside([105.001, 105.1], [10.05, 10.05], 500)
        >>> found.km.round(2).tolist(), found.off_m.round().tolist()
        ([5.53, nan], [110.0, nan])
        """
        lon, lat = require_degrees(lons, lats)
        xy = _on_plane(lon, lat, self.crs)
        (at, piece), away_m = shapely.STRtree(_pieces(self.start_m, self.end_m)).query_nearest(
            np.asarray(shapely.points(xy)),
            max_distance=max(within_m, 1e-9),
            return_distance=True,
            all_matches=True,
        )
        kept = away_m <= within_m
        return self._told(xy, at[kept], piece[kept], away_m[kept])

    def _told(self, xy: FloatArray, at: IntArray, of: IntArray, away_m: FloatArray) -> BesideRoute:
        km, off_m = np.full(len(xy), np.inf), np.full(len(xy), np.nan)
        shares = _shares(xy[at], self.start_m[of], self.end_m[of])
        np.minimum.at(km, at, self.from_km[of] + self.length_km[of] * shares)
        off_m[at] = away_m
        return BesideRoute(np.where(np.isfinite(km), km, np.nan), off_m)

    def stretches(self, codes: Sequence[str], shapes: Sequence[BaseGeometry]) -> list[Stretch]:
        """The pieces of the route inside communes, in order along it.

        A commune that the line leaves and enters again has several.

        Parameters
        ----------
        codes, shapes
            Communes and their outlines, WGS 84.

        >>> measure = RouteMeasure.along(shapely.LineString([(105.05, 10.05), (105.15, 10.05)]))
        >>> squares = [shapely.box(105, 10, 105.1, 10.1), shapely.box(105.1, 10, 105.2, 10.1)]
        >>> [(s.code, round(s.from_km), round(s.to_km)) for s in measure.stretches("ab", squares)]
        [('a', 0, 5), ('b', 5, 11)]
        """
        pieces, outlines = _pieces(self.start, self.end), np.asarray(shapes, dtype=object)
        tree = shapely.STRtree(pieces)
        at, piece = tree.query(outlines, predicate="intersects")
        inside = pieces[piece]
        cut = ~_among(tree.query(outlines, predicate="contains_properly"), (at, piece), len(pieces))
        inside[cut] = shapely.intersection(outlines[at[cut]], inside[cut])
        parts, owner = shapely.get_parts(inside, return_index=True)
        is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
        parts, owner = parts[is_line], owner[is_line]
        of = piece[owner]
        corners = (shapely.get_coordinates(shapely.get_point(parts, end)) for end in (0, -1))
        shares = np.sort([_shares(each, self.start[of], self.end[of]) for each in corners], axis=0)
        from_km, to_km = self.from_km[of] + self.length_km[of] * shares
        return _joined(
            Stretch(codes[at[owner[n]]], float(from_km[n]), float(to_km[n]))
            for n in np.lexsort((to_km, from_km))
        )


def _pieces(start: FloatArray, end: FloatArray) -> Any:
    """Straight lines between corners, shape (n,)."""
    return shapely.linestrings(np.stack([start, end], axis=1))


def _on_plane(lons: FloatArray, lats: FloatArray, crs: CRS) -> FloatArray:
    return np.column_stack(to_metres(lons, lats, crs))


def _shares(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """How far along their pieces (0 to 1) points come nearest to them, on the plane."""
    along = end - start
    squared = np.maximum((along**2).sum(axis=1), 1e-18)
    return np.asarray(np.clip(((points - start) * along).sum(axis=1) / squared, 0.0, 1.0))


def _among(found: Any, pairs: tuple[IntArray, IntArray], n: int) -> BoolArray:
    """Which pairs of an outline and one of `n` pieces were found."""
    return np.isin(pairs[0] * n + pairs[1], found[0] * n + found[1])


def _joined(found: Iterable[Stretch]) -> list[Stretch]:
    """Stretches in order, those of one commune that follow each other as one."""
    last: dict[str, int] = {}
    told: list[Stretch] = []
    for each in found:
        if each.to_km - each.from_km <= 0:
            continue
        at = last.get(each.code)
        if at is not None and each.from_km - told[at].to_km <= _SAME_KM:
            before = told[at]
            told[at] = Stretch(each.code, before.from_km, max(before.to_km, each.to_km))
        else:
            last[each.code] = len(told)
            told.append(each)
    return sorted(told, key=lambda stretch: (stretch.from_km, stretch.to_km))
