"""Help with the parameters of DBSCAN: the k-distance curve, its knee, and trials of eps.

The k-distance of a record is the distance to its `min_samples`-th nearest record,
itself included: the smallest eps at which it would be a core (Ester et al. 1996,
section 4.2). Sorted, the curve is flat where records gather and steep where they are
scattered; the knee between the two is a candidate for eps, never more than that.

Distances are straight lines through the earth's ellipsoid, which need no zones, have
no seams and differ from those on the planes of `clusters` by 0.1 % at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from geo.clusters import DEFAULT_MIN_SAMPLES, label_places
from geo.crs import FloatArray, IntArray, earth_xyz
from geo.errors import ClusterError

MAX_MEASURED = 50_000
"""Points measured at most; beyond it every so many, in the order of their places."""

MAX_TRIED = 200_000
"""Records clustered at most in a trial; beyond it whole squares of `_TILE_DEG`."""

TRIED_EPS_M = (100.0, 150.0, 200.0, 300.0, 500.0, 800.0, 1_000.0)

MAX_REACH_M = 2_000.0
"""Distances that the curve keeps: a place where people gather is no wider."""

_TAIL = 0.99
_LEAST_BULGE = 0.3
_CHUNK = 5_000
_PLOTTED = 120
_TILE_DEG = 0.25


@dataclass(frozen=True, slots=True)
class KDistanceCurve:
    """The sorted k-distances, sampled for a drawing, and the knee.

    `distances_m[i]` is not exceeded by a share `shares[i]` of the records; `knee_m` is
    None where the curve is too straight to have a knee. `n_measured` of `n_points`
    distinct points were measured.
    """

    min_samples: int
    n_records: int
    n_points: int
    n_measured: int
    shares: tuple[float, ...]
    distances_m: tuple[float, ...]
    knee_m: float | None
    knee_share: float | None

    @property
    def sampled(self) -> bool:
        """Whether a part of the points stands for all."""
        return self.n_measured < self.n_points


@dataclass(frozen=True, slots=True)
class EpsTrial:
    """What one eps would give; `largest` is the size of the largest cluster."""

    eps_m: float
    n_clusters: int
    n_clustered: int
    noise_share: float
    largest: int


@dataclass(frozen=True, slots=True)
class ParameterHelp:
    """The curve and the trials; `n_tried` of the records took part in the trials."""

    curve: KDistanceCurve
    trials: tuple[EpsTrial, ...]
    n_tried: int


def parameter_help(
    lons: ArrayLike,
    lats: ArrayLike,
    *,
    min_samples: int = DEFAULT_MIN_SAMPLES,
    eps_m: Sequence[float] = TRIED_EPS_M,
) -> ParameterHelp:
    """The k-distance curve of WGS 84 points and the clusters that some eps give.

    Raises
    ------
    ClusterError
        If `min_samples` is below 1.
    CrsError
        If the coordinates are no degrees.
    """
    lon, lat = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
    curve = k_distance_curve(lon, lat, min_samples=min_samples)
    tried = whole_tiles(lon, lat, MAX_TRIED)
    trials = [_trial(lon[tried], lat[tried], eps, min_samples) for eps in eps_m]
    return ParameterHelp(curve, tuple(trials), int(tried.size))


def k_distance_curve(
    lons: ArrayLike,
    lats: ArrayLike,
    *,
    min_samples: int = DEFAULT_MIN_SAMPLES,
    max_measured: int = MAX_MEASURED,
    max_reach_m: float = MAX_REACH_M,
) -> KDistanceCurve:
    """Measure the k-distances of WGS 84 points and find their knee.

    The knee is where the curve lies farthest below its chord, both axes scaled to 0-1
    (Satopää et al. 2011, without smoothing), without what lies beyond `max_reach_m` and
    the farthest 1 %: scattered records would set the scale. It is None where the curve
    bulges by less than 0.3, as it does for points without any pattern.

    >>> curve = k_distance_curve([105.0] * 9 + [106.0], [21.0] * 10, min_samples=3)
    >>> curve.n_points, curve.distances_m[0]
    (2, 0.0)
    """
    if min_samples < 1:
        raise ClusterError(f"Số vụ việc tối thiểu {min_samples} không hợp lệ; hãy chọn từ 1.")
    points, weights = _distinct(np.asarray(lons, float), np.asarray(lats, float))
    step = max(1, -(-len(points) // max_measured))
    measured = np.arange(0, len(points), step)
    reach = _k_distances(points, weights, measured, min_samples)
    shares, distances = _sorted_curve(reach, weights[measured], max_reach_m)
    at = _knee(shares, distances)
    kept = np.unique(np.linspace(0, max(shares.size - 1, 0), _PLOTTED).astype(int))[: shares.size]
    return KDistanceCurve(
        min_samples=min_samples,
        n_records=int(weights.sum()),
        n_points=len(points),
        n_measured=measured.size,
        shares=tuple(shares[kept].tolist()),
        distances_m=tuple(distances[kept].tolist()),
        knee_m=None if at is None else float(distances[at]),
        knee_share=None if at is None else float(shares[at]),
    )


def whole_tiles(lons: FloatArray, lats: FloatArray, most: int) -> IntArray:
    """Rows of whole squares of 0.25°, in a fixed scattered order, `most` or a little more.

    Thinning records would thin the clusters; whole squares keep them as they are.
    """
    if lons.size <= most:
        return np.arange(lons.size)
    tiles = np.floor(lons / _TILE_DEG).astype(np.int64) * 4096
    tiles += np.floor(lats / _TILE_DEG).astype(np.int64) + 1024
    keys, inverse, counts = np.unique(tiles, return_inverse=True, return_counts=True)
    order = np.argsort((keys * 2_654_435_761) % 2**32, kind="stable")
    before = np.cumsum(counts[order]) - counts[order]
    chosen = np.zeros(keys.size, dtype=bool)
    chosen[order[before < most]] = True
    return np.flatnonzero(chosen[inverse])


def _trial(lons: FloatArray, lats: FloatArray, eps_m: float, min_samples: int) -> EpsTrial:
    labels = label_places(lons, lats, eps_m=eps_m, min_samples=min_samples).labels
    sizes = np.bincount(labels[labels >= 0])
    clustered = int(sizes.sum())
    share = 1 - clustered / labels.size if labels.size else 0.0
    return EpsTrial(eps_m, int(sizes.size), clustered, share, int(sizes.max(initial=0)))


def _distinct(lons: FloatArray, lats: FloatArray) -> tuple[FloatArray, IntArray]:
    """Earth-centred places in metres, each once, and how many records share it."""
    places, counts = np.unique(np.column_stack((lons, lats)), axis=0, return_counts=True)
    return earth_xyz(places[:, 0], places[:, 1]), counts.astype(np.int64)


def _k_distances(
    points: FloatArray, weights: IntArray, measured: IntArray, min_samples: int
) -> FloatArray:
    """Metres to the `min_samples`-th nearest record; infinite where there are fewer."""
    reach = np.full(measured.size, np.inf)
    if weights.sum() < min_samples:
        return reach
    tree = cKDTree(points)
    k = np.arange(1, min(min_samples, len(points)) + 1)
    for start in range(0, measured.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        near, index = tree.query(points[measured[part]], k=k)
        enough = np.cumsum(weights[index], axis=1) >= min_samples
        reach[part] = np.take_along_axis(near, enough.argmax(axis=1)[:, None], axis=1)[:, 0]
    return reach


def _sorted_curve(
    reach: FloatArray, weights: IntArray, max_reach_m: float
) -> tuple[FloatArray, FloatArray]:
    """Shares of the records and the distance not exceeded by each, without the far tail."""
    order = np.argsort(reach, kind="stable")
    reach, weight = reach[order], weights[order]
    shares = np.cumsum(weight) / max(int(weight.sum()), 1)
    near = np.isfinite(reach) & (reach <= max_reach_m)
    kept = near & ((shares <= _TAIL) | (np.arange(reach.size) == 0))
    return shares[kept], reach[kept]


def _knee(shares: FloatArray, distances: FloatArray) -> int | None:
    if shares.size < 3 or distances[-1] == distances[0]:
        return None
    across = (shares - shares[0]) / (shares[-1] - shares[0])
    up = (distances - distances[0]) / (distances[-1] - distances[0])
    bulge = across - up
    at = int(np.argmax(bulge))
    return at if bulge[at] >= _LEAST_BULGE else None
