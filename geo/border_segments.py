"""The border cut into segments of 10 km, and which segment a place belongs to.

The parts of a neighbour's line are chained: what is counted is the length of the line,
not the gap between two parts. A place belongs to the segment that it lies nearest to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.corridors import length_km
from geo.crs import BORDER_CRS, to_degrees, to_metres

SEGMENT_KM = 10.0

BANDS_KM = (5, 10, 20)
"""Depths of the bands behind the line, each holding those before it."""

REACH_KM = 50.0
"""How far from the border a distance is worked out; beyond it a place is only «farther»."""

NO_SEGMENT = -1

_geod = Geod(ellps="WGS84")

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class BorderSegment:
    """A piece of the border with one neighbour.

    `number` counts from 1 along the line, whose kilometres `from_km` to `to_km` it holds;
    `geometry` is a MultiLineString in WGS 84 (of two parts where the line has a gap).
    """

    neighbour: str
    number: int
    from_km: float
    to_km: float
    geometry: BaseGeometry

    @property
    def length_km(self) -> float:
        """Length on the ellipsoid."""
        return self.to_km - self.from_km

    @property
    def code(self) -> str:
        """Neighbour and number, as «LAO-012»; the next map may cut otherwise."""
        return f"{self.neighbour}-{self.number:03d}"


def cut_border(
    lines: Mapping[str, BaseGeometry], segment_km: float = SEGMENT_KM
) -> list[BorderSegment]:
    """Segments of all neighbours, by neighbour and along the line.

    Parameters
    ----------
    lines
        Line by neighbour, WGS 84, its parts in order (`geo.border_line.measured_lines`).
    segment_km
        Length of a segment on the ellipsoid; the last one of a neighbour may be shorter.

    Examples
    --------
    >>> line = shapely.MultiLineString([[(105, 0), (105.25, 0)]])  # 27.8 km
    >>> [(s.code, round(s.length_km, 1)) for s in cut_border({"LAO": line})]
    [('LAO-001', 10.0), ('LAO-002', 10.0), ('LAO-003', 7.8)]
    """
    return [
        segment
        for neighbour in sorted(lines)
        for segment in _cut_line(neighbour, lines[neighbour], segment_km)
    ]


def _cut_line(neighbour: str, line: BaseGeometry, segment_km: float) -> Iterator[BorderSegment]:
    parts = [_measured(part) for part in shapely.get_parts(line) if not part.is_empty]
    total_km = sum(float(km[-1]) for _, km in parts)
    count = max(1, int(np.ceil(round(total_km / segment_km, 6)))) if parts else 0
    for at in range(count):
        low, high = at * segment_km, min((at + 1) * segment_km, total_km)
        pieces = list(_between(parts, low, high))
        shape = shapely.MultiLineString([piece for piece in pieces if len(piece) > 1])
        yield BorderSegment(neighbour, at + 1, low, high, shape)


def _measured(part: BaseGeometry) -> tuple[Floats, Floats]:
    """Vertices of a part and the kilometres from its beginning to each."""
    lonlat = shapely.get_coordinates(part)
    steps = _geod.inv(lonlat[:-1, 0], lonlat[:-1, 1], lonlat[1:, 0], lonlat[1:, 1])[2]
    return lonlat, np.concatenate([[0.0], np.cumsum(steps) / 1000])


def _between(
    parts: Sequence[tuple[Floats, Floats]], low_km: float, high_km: float
) -> Iterator[Floats]:
    """Vertices of what the chained parts have between two kilometres."""
    done = 0.0
    for lonlat, km in parts:
        first, last = max(low_km - done, 0.0), min(high_km - done, float(km[-1]))
        done += float(km[-1])
        if first < last:
            inside = (km > first) & (km < last)
            ends = [_at(lonlat, km, first), _at(lonlat, km, last)]
            yield np.vstack([ends[0], lonlat[inside], ends[1]])


def _at(lonlat: Floats, km: Floats, at_km: float) -> Floats:
    """The place on a part at a kilometre, along the geodesic between its vertices."""
    row = min(max(int(np.searchsorted(km, at_km, side="right")) - 1, 0), len(km) - 2)
    (lon, lat), (to_lon, to_lat) = lonlat[row], lonlat[row + 1]
    azimuth = _geod.inv(lon, lat, to_lon, to_lat)[0]
    return np.array(_geod.fwd(lon, lat, azimuth, (at_km - km[row]) * 1000)[:2])


@dataclass(frozen=True, eq=False)
class BorderIndex:
    """Finds the segment a place is nearest to, and how far the border is from it."""

    segments: tuple[BorderSegment, ...]

    @cached_property
    def _tree(self) -> tuple[shapely.STRtree, NDArray[Any], Ints]:
        lines = [metric(segment.geometry) for segment in self.segments]
        parts, of = shapely.get_parts(np.asarray(lines, dtype=object), return_index=True)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        joined = part[1:] == part[:-1]
        pieces = np.asarray(
            shapely.linestrings(np.stack([xy[:-1][joined], xy[1:][joined]], axis=1)), dtype=object
        )
        return shapely.STRtree(pieces), pieces, np.asarray(of[part[:-1][joined]], dtype=np.intp)

    def nearest(
        self, lons: ArrayLike, lats: ArrayLike, reach_km: float = REACH_KM
    ) -> tuple[Ints, Floats]:
        """Segment (position in `segments`) and metres to the border of points in WGS 84.

        Returns
        -------
        ndarray of int, shape (n,)
            `NO_SEGMENT` for points farther than `reach_km`.
        ndarray of float, shape (n,)
            Metres on the ellipsoid, NaN for those. The nearest place of the line is found
            on the plane of the border (UTM 48N); the sign tells nothing: a point beyond the
            generalised edge of the map has a distance too.
        """
        lon, lat = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        found = np.full(lon.size, NO_SEGMENT, dtype=np.intp)
        metres = np.full(lon.size, np.nan)
        if not self.segments or not lon.size:
            return found, metres
        tree, pieces, owner = self._tree
        points = np.asarray(shapely.points(*to_metres(lon, lat, BORDER_CRS)), dtype=object)
        row, piece = tree.query_nearest(
            points, max_distance=reach_km * 1000 * 1.001, all_matches=False
        )
        links = shapely.shortest_line(points[row], pieces[piece])
        ends = shapely.get_coordinates(links)[1::2]
        to_lon, to_lat = to_degrees(ends[:, 0], ends[:, 1], BORDER_CRS)
        metres[row] = _geod.inv(lon[row], lat[row], to_lon, to_lat)[2]
        found[row] = owner[piece]
        far = ~(metres <= reach_km * 1000)
        found[far], metres[far] = NO_SEGMENT, np.nan
        return found, metres


def distance_to_border_m(
    lons: ArrayLike, lats: ArrayLike, segments: Sequence[BorderSegment]
) -> Floats:
    """Metres on the ellipsoid from points (WGS 84) to the border, NaN beyond `REACH_KM`.

    >>> line = shapely.MultiLineString([[(105, 15), (105, 16)]])
    >>> away = distance_to_border_m([105.1], [15.5], cut_border({"LAO": line}))
    >>> round(float(away[0]) / 1000, 2)
    10.73
    """
    return BorderIndex(tuple(segments)).nearest(lons, lats)[1]


def segment_of(
    lons: ArrayLike, lats: ArrayLike, segments: Sequence[BorderSegment]
) -> list[BorderSegment | None]:
    """The segment that each point (WGS 84) lies nearest to, None beyond `REACH_KM`."""
    found = BorderIndex(tuple(segments)).nearest(lons, lats)[0]
    return [None if at == NO_SEGMENT else segments[at] for at in found.tolist()]


def metric(shape: BaseGeometry) -> BaseGeometry:
    """A shape of WGS 84 on the plane of the border, UTM 48N."""

    def forth(lonlat: Floats) -> Floats:
        return np.column_stack(to_metres(lonlat[:, 0], lonlat[:, 1], BORDER_CRS))

    moved: BaseGeometry = shapely.transform(shape, forth)
    return moved


def total_km(segments: Sequence[BorderSegment]) -> float:
    """Length of segments together: that of their lines."""
    return sum(length_km(segment.geometry) for segment in segments)
