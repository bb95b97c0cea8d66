"""The land border: its line per neighbour, the band behind it, the communes on it.

The line that ships is generalised (Natural Earth 1:10 million), so a commune is
asked whether its own outer edge runs along it, not whether it touches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from geo.crs import BORDER_CRS
from geo.errors import BoundaryError
from geo.polygons import as_polygons
from geo.records import BorderLine

BAND_M = 10_000.0
"""Depth of the band drawn behind the border line."""

BORDER_TOLERANCE_M = 6_000.0
"""How far the generalised line may run from the outer edge of a border commune.

The line strays up to some five kilometres from surveyed limits; only the outer
edge of the whole coverage is compared, so communes behind the first row are
never taken for border communes however wide the tolerance.
"""

MIN_STRETCH_M = 1_000.0
"""A shorter stretch is where the coast or a corner comes near the end of the line."""

PIECE_M = 500.0
"""Edges are compared with the line piece by piece of this length."""

Points = NDArray[np.float64]

_geod = Geod(ellps="WGS84")
_to_metric = Transformer.from_crs("EPSG:4326", BORDER_CRS, always_xy=True)
_to_degrees = Transformer.from_crs(BORDER_CRS, "EPSG:4326", always_xy=True)


def read_border(path: Path) -> dict[str, BaseGeometry]:
    """Border lines by neighbour from GeoJSON with a property `neighbour`.

    Raises
    ------
    BoundaryError
        If the file has no such lines.
    """
    frame = pyogrio.read_dataframe(path)
    if not isinstance(frame, gpd.GeoDataFrame) or "neighbour" not in frame:
        raise BoundaryError(f"Tệp đường biên giới «{path.name}» thiếu thuộc tính «neighbour».")
    return {
        str(name): shapely.MultiLineString(list(shapely.get_parts(np.asarray(shapes.array))))
        for name, shapes in frame.set_index("neighbour").geometry.groupby(level=0, sort=True)
    }


def border_lines(
    lines: dict[str, BaseGeometry], communes: Sequence[BaseGeometry], source: str
) -> list[BorderLine]:
    """Measure the lines and draw the band on the land of the given coverage.

    Parameters
    ----------
    lines : dict
        Line by neighbour, WGS 84.
    communes : sequence of polygons
        A valid coverage, WGS 84; its union is the land.
    """
    land = shapely.coverage_union_all(np.asarray(communes, dtype=object))
    return [
        BorderLine(name, source, length_km(line), line, band(line, land))
        for name, line in sorted(lines.items())
    ]


def length_km(line: BaseGeometry) -> float:
    """Length of a WGS 84 line on the ellipsoid, in kilometres.

    >>> round(length_km(shapely.LineString([(105, 0), (106, 0)])), 1)
    111.3
    """
    return float(_geod.geometry_length(line)) / 1000


def band(line: BaseGeometry, land: BaseGeometry, depth_m: float = BAND_M) -> BaseGeometry:
    """The land within `depth_m` of a line; all WGS 84, buffered in metres."""
    around = shapely.buffer(_metric(line), depth_m, quad_segs=8)
    whole = shapely.intersection(_degrees(around), land)
    shape: BaseGeometry = as_polygons([whole])[0]
    return shape


def neighbours_of_communes(
    codes: Sequence[str],
    shapes: Sequence[BaseGeometry],
    lines: dict[str, BaseGeometry],
    tolerance_m: float = BORDER_TOLERANCE_M,
) -> dict[str, str]:
    """Neighbouring countries of the border communes, as text «CHN,LAO».

    A commune is on the border with a neighbour when its stretch of the outer
    edge of the coverage runs within `tolerance_m` of that line, and nearer to
    it than to any other, over at least `MIN_STRETCH_M`.

    Parameters
    ----------
    codes, shapes : sequences of equal length
        A valid coverage, WGS 84.
    lines : dict
        Border line by neighbour, WGS 84.

    Returns
    -------
    dict
        Code to neighbours in alphabetical order; communes inland are absent.
    """
    names = sorted(lines)
    middle, length_m, owner = _pieces(*outer_edges(shapes))
    near, line = _nearest_lines(middle, [lines[n] for n in names], tolerance_m)
    stretch_m = np.zeros((len(codes), len(names)))
    np.add.at(stretch_m, (owner[near], line), length_m[near])
    is_long = stretch_m >= MIN_STRETCH_M
    found = {
        codes[row]: ",".join(names[k] for k in np.flatnonzero(is_long[row]))
        for row in map(int, np.flatnonzero(is_long.any(axis=1)))
    }
    return dict(sorted(found.items()))


def outer_edges(shapes: Sequence[BaseGeometry]) -> tuple[Points, Points, NDArray[np.intp]]:
    """Ends (metres) and owners of the segments that no two communes share.

    In a coverage a common edge has the same vertices on both sides, so a
    segment that occurs once is on the coast, on the border or around a hole.
    """
    rings, ring_owner = _rings(shapes)
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    same_ring = ring[1:] == ring[:-1]
    start, end = lonlat[:-1][same_ring], lonlat[1:][same_ring]
    owner = ring_owner[ring[:-1][same_ring]]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(flip[:, None], np.hstack([end, start]), np.hstack([start, end]))
    order = np.lexsort(ends.T)
    differs = (ends[order][1:] != ends[order][:-1]).any(axis=1)
    once = order[np.append(True, differs) & np.append(differs, True)]
    return _move(start[once], _to_metric), _move(end[once], _to_metric), owner[once]


def _pieces(
    start: Points, end: Points, owner: NDArray[np.intp]
) -> tuple[Points, NDArray[np.float64], NDArray[np.intp]]:
    """Middles, lengths and owners of segments cut into pieces of at most `PIECE_M`."""
    length_m = np.hypot(*(end - start).T)
    count = np.maximum(np.ceil(length_m / PIECE_M), 1).astype(np.intp)
    row = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    share = ((nth + 0.5) / count[row])[:, None]
    return start[row] + share * (end - start)[row], (length_m / count)[row], owner[row]


def _rings(shapes: Sequence[BaseGeometry]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    parts, part_owner = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    return rings, part_owner[ring_part]


def _nearest_lines(
    xy: Points, lines: Sequence[BaseGeometry], tolerance_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the points within reach of a line, and the number of the nearest line."""
    pieces, of_line = shapely.get_parts([_metric(x) for x in lines], return_index=True)
    vertices, piece = shapely.get_coordinates(pieces, return_index=True)
    joined = piece[1:] == piece[:-1]
    segments: Any = shapely.linestrings(
        np.stack([vertices[:-1][joined], vertices[1:][joined]], axis=1)
    )
    row, segment = shapely.STRtree(segments).query_nearest(
        shapely.points(xy), max_distance=tolerance_m, all_matches=False
    )
    return row, of_line[piece[:-1][joined][segment]]


def _metric(shape: BaseGeometry) -> BaseGeometry:
    return _moved(shape, _to_metric)


def _degrees(shape: BaseGeometry) -> BaseGeometry:
    return _moved(shape, _to_degrees)


def _moved(shape: BaseGeometry, transformer: Transformer) -> BaseGeometry:
    moved: BaseGeometry = shapely.transform(shape, lambda xy: _move(xy, transformer))
    return moved


def _move(xy: Points, transformer: Transformer) -> Points:
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
