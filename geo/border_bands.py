"""The land behind the border: how much of each commune lies in a band of each segment.

Ground belongs to the segment that it lies nearest to, as a place does. The areas are
measured, not sampled: cells of nearest ground (Voronoi), cut with the band and with the
communes, on an equal-area projection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from geo.border_segments import (
    BANDS_KM,
    BorderIndex,
    BorderSegment,
    Floats,
    Ints,
    metric,
)
from geo.corridors import outer_edges
from geo.crs import BORDER_CRS

SEED_M = 250.0
"""Points of the line are this far apart when ground is given to the nearest segment."""

SLIM_SHARE = 0.002
"""Bends of the line smaller than this share of the depth do not shape a band."""

NEXT_TO_M = 2_000.0
"""A commune farther from the line than this does not lie along it, whatever the gap."""

LEAST_FRONT_M = 500.0
"""Less of a segment than this along a commune is a corner."""

STEP_DEG = 0.02
"""Side of the grid, about 2.2 km, by which the land within a distance is counted."""

_SLIVER_KM2 = 1e-3
_equal_area = Transformer.from_crs(BORDER_CRS, "EPSG:6933", always_xy=True)

Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class BandGround:
    """Land near the border, one row for each segment and commune that share some.

    `segment` and `commune` are positions in what was given, `area_km2` has one column for
    each of `BANDS_KM` (each band holds those before it). `front_m` is how much of the
    segment runs along the commune: 0 for one in the second row.
    """

    segment: Ints
    commune: Ints
    area_km2: Floats
    front_m: Floats


@dataclass(frozen=True, eq=False)
class LandSample:
    """Points of a regular grid on land: commune (position), metres to the border or NaN,
    and the square kilometres that each stands for.
    """

    commune: Ints
    border_m: Floats
    area_km2: Floats


def band_ground(segments: Sequence[BorderSegment], communes: Sequence[BaseGeometry]) -> BandGround:
    """Measure the land in the bands of the segments, commune by commune.

    Parameters
    ----------
    segments
        As `geo.border_segments.cut_border` gives them.
    communes
        A valid coverage, WGS 84.
    """
    if not segments:
        none = np.empty(0, dtype=np.intp)
        return BandGround(none, none, np.empty((0, len(BANDS_KM))), np.empty(0))
    lines: Shapes = np.array([metric(each.geometry) for each in segments], dtype=object)
    near, land = _land_near(communes, lines)
    bands = [_around(lines, km * 1000) for km in BANDS_KM]
    ground = shapely.intersection(_cells(lines), bands[-1])
    segment, place = shapely.STRtree(land).query(ground, predicate="intersects")
    piece = shapely.intersection(ground[segment], land[place])
    inner = [shapely.intersection(piece, band[segment]) for band in bands[:-1]]
    area = np.column_stack([_areas_km2(shapes) for shapes in (*inner, piece)])
    front_m = _fronts(lines, communes)[segment, near[place]]
    kept = (area[:, -1] > _SLIVER_KM2) | (front_m > 0)
    return BandGround(segment[kept].astype(np.intp), near[place[kept]], area[kept], front_m[kept])


def _around(lines: Shapes, depth_m: float) -> Shapes:
    """What lies within a depth of each line; bends far smaller than the depth are left out."""
    slim = shapely.simplify(lines, SLIM_SHARE * depth_m)
    found: Shapes = np.asarray(shapely.buffer(slim, depth_m, quad_segs=8), dtype=object)
    return found


def _fronts(lines: Shapes, communes: Sequence[BaseGeometry]) -> Floats:
    """Metres of each line (row) that run along each commune (column); a corner is none."""
    seeds, owner = _seeds(lines)
    start, end, commune = outer_edges(communes)
    edges: Any = shapely.linestrings(np.stack([start, end], axis=1))
    seed, edge = shapely.STRtree(edges).query_nearest(
        shapely.points(seeds), max_distance=NEXT_TO_M, all_matches=False
    )
    steps = shapely.length(lines) / np.bincount(owner, minlength=len(lines))
    front = np.zeros((len(lines), len(communes)))
    np.add.at(front, (owner[seed], commune[edge]), steps[owner[seed]])
    return np.where(front >= LEAST_FRONT_M, front, 0.0)


def _land_near(communes: Sequence[BaseGeometry], lines: Shapes) -> tuple[Ints, Shapes]:
    """Positions and shapes (metres) of the communes that the widest band may reach."""
    shapes = np.asarray(communes, dtype=object)
    reach_m = BANDS_KM[-1] * 1000 * 1.01
    boxes = _boxes(lines)
    moved: Shapes = np.array([metric(shape) for shape in _boxes(shapes)])
    boxed = np.unique(shapely.STRtree(moved).query(boxes, predicate="dwithin", distance=reach_m)[1])
    land: Shapes = np.array([metric(shape) for shape in shapes[boxed]], dtype=object)
    inside = np.unique(shapely.STRtree(land).query(lines, predicate="dwithin", distance=reach_m)[1])
    return boxed[inside].astype(np.intp), land[inside]


def _boxes(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.box(*shapely.bounds(shapes).T), dtype=object)


def _cells(lines: Shapes) -> Shapes:
    """The ground that lies nearer to each line than to the others, in metres."""
    seeds, owner = _seeds(lines)
    frame = shapely.box(*shapely.total_bounds(lines)).buffer(BANDS_KM[-1] * 2_000)
    cells: Any = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=frame, ordered=True)
    )
    whole: Shapes = np.empty(len(lines), dtype=object)
    whole[:] = [shapely.coverage_union_all(cells[owner == at]) for at in range(len(lines))]
    return whole


def _seeds(lines: Shapes) -> tuple[Floats, Ints]:
    """Points along the lines, half a step from their ends, and whose they are."""
    found, owner = [], []
    for at, line in enumerate(lines):
        for part in shapely.get_parts(line):
            count = max(1, round(part.length / SEED_M))
            places = (np.arange(count) + 0.5) / count
            found.append(shapely.get_coordinates(part.interpolate(places, normalized=True)))
            owner.append(np.full(count, at))
    seeds, of = np.vstack(found), np.concatenate(owner)
    _, first = np.unique(seeds, axis=0, return_index=True)
    return seeds[first], of[first].astype(np.intp)


def _areas_km2(shapes: Shapes) -> Floats:
    """Square kilometres of shapes in metres of the border's plane."""
    flat = shapely.transform(shapes, lambda xy: np.column_stack(_equal_area.transform(*xy.T)))
    return np.asarray(shapely.area(flat)) / 1e6


def sample_land(
    communes: Sequence[BaseGeometry],
    border: BorderIndex,
    *,
    reach_km: float,
    step_deg: float = STEP_DEG,
) -> LandSample:
    """Points of a regular grid on the land of a coverage, with their distance to the border.

    Good for the share of the land within a distance; areas of bands are measured instead.
    """
    shapes = np.asarray(communes, dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    lon = np.arange(np.floor(west / step_deg), np.ceil(east / step_deg)) * step_deg + step_deg / 2
    lat = np.arange(np.floor(south / step_deg), np.ceil(north / step_deg)) * step_deg + step_deg / 2
    points: Any = shapely.points(*(axis.ravel() for axis in np.meshgrid(lon, lat)))
    commune, point = shapely.STRtree(points).query(shapes, predicate="contains")
    xy = shapely.get_coordinates(points[point])
    _, border_m = border.nearest(xy[:, 0], xy[:, 1], reach_km)
    side_km = step_deg * 111.195
    area_km2 = side_km**2 * np.cos(np.radians(xy[:, 1]))
    return LandSample(commune.astype(np.intp), border_m, area_km2)
