"""Exact DBSCAN in metres (Ester et al. 1996), the same labels whatever the row order.

Records that share a point are one point with a weight. The engine answers only
which points are cores and which cores belong together; what DBSCAN leaves open
is settled here by stated rules, so labels do not depend on the engine:

* clusters are numbered from 0 by their lowest core, compared by x, then y
  (zones from west to east where there are several);
* a border point goes to its nearest core; at equal distance to the lowest cluster.

Nation-wide sets are laid out on several planes with a rim of two eps. Whether
a point is a core is decided on the plane that owns it, and clusters are joined
through the cores that two planes share: the result is that of one plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN

from geo.cluster_shapes import describe_clusters
from geo.crs import BoolArray, FloatArray, IntArray, PlanePatch, refuse_degrees, zone_patches
from geo.errors import ClusterError
from geo.records import Cluster

NOISE = -1
DEFAULT_EPS_M = 300.0
DEFAULT_MIN_SAMPLES = 8
MAX_EPS_M = 50_000.0
_TIE = 1e-9
"""Relative margin within which two distances are compared again exactly."""


@dataclass(frozen=True, eq=False)
class Labels:
    """One label and one core mark per row, in the order of the input; noise is -1."""

    labels: IntArray
    core: BoolArray

    @property
    def n_clusters(self) -> int:
        """Number of clusters; labels run from 0 to one below it."""
        return int(self.labels.max()) + 1 if self.labels.size else 0


@dataclass(frozen=True, eq=False)
class _Distinct:
    """Distinct points with summed weights; `inverse` leads from a row to its point."""

    first: FloatArray
    second: FloatArray
    weights: FloatArray
    inverse: IntArray


def dbscan_labels(
    x_m: ArrayLike,
    y_m: ArrayLike,
    *,
    eps_m: float,
    min_samples: int,
    weights: ArrayLike | None = None,
) -> Labels:
    """Cluster points of one plane, given in metres, shape (n,).

    Parameters
    ----------
    eps_m
        Radius of a neighbourhood in metres, the rim included.
    min_samples
        Weight a neighbourhood needs, the point itself included, to make it a core.
    weights
        Records behind each row, positive; 1 each if not given.

    Raises
    ------
    ClusterError
        If lengths differ, a value is not finite, or a parameter makes no sense.
    CrsError
        If the coordinates are evidently degrees.

    Examples
    --------
    >>> found = dbscan_labels([0, 1, 2, 90], [0, 0, 0, 0], eps_m=1, min_samples=3)
    >>> found.labels.tolist(), found.core.tolist()
    ([0, 0, 0, -1], [False, True, False, False])
    """
    _check_parameters(eps_m, min_samples)
    x, y, weight = _checked_points(x_m, y_m, weights)
    refuse_degrees(x, y)
    points = _distinct(x, y, weight)
    everyone = np.arange(points.first.size)
    plane = PlanePatch(everyone, points.first, points.second, everyone >= 0)
    return _expand(_label_planes((plane,), points.weights, eps_m, min_samples), points.inverse)


def label_places(
    lons: ArrayLike,
    lats: ArrayLike,
    *,
    eps_m: float = DEFAULT_EPS_M,
    min_samples: int = DEFAULT_MIN_SAMPLES,
    weights: ArrayLike | None = None,
) -> Labels:
    """Cluster WGS 84 points of any extent: projects to UTM, zone by zone, itself.

    Raises
    ------
    ClusterError
        If lengths differ, a value is not finite, or a parameter makes no sense.
    CrsError
        If the coordinates are no degrees.
    """
    _check_parameters(eps_m, min_samples)
    if eps_m > MAX_EPS_M:
        raise ClusterError(f"Bán kính {eps_m} m quá lớn; hãy chọn không quá {MAX_EPS_M:.0f} m.")
    lon, lat, weight = _checked_points(lons, lats, weights)
    points = _distinct(lon, lat, weight)
    planes = zone_patches(points.first, points.second, rim_m=2 * eps_m)
    return _expand(_label_planes(planes, points.weights, eps_m, min_samples), points.inverse)


def find_clusters(
    lons: ArrayLike,
    lats: ArrayLike,
    days: Sequence[date | None] | ArrayLike | None,
    ids: Sequence[int] | ArrayLike,
    *,
    eps_m: float = DEFAULT_EPS_M,
    min_samples: int = DEFAULT_MIN_SAMPLES,
) -> tuple[list[Cluster], Labels]:
    """Cluster records given in WGS 84 and describe every cluster found.

    `cluster_id` is the label; `members` are the ids of its records, border
    points included, in ascending order. Flags are left to `hotspots`.

    Raises
    ------
    ClusterError, CrsError
        As `label_places`; also if `days` or `ids` are not one per point.
    """
    found = label_places(lons, lats, eps_m=eps_m, min_samples=min_samples)
    clusters = describe_clusters(
        np.asarray(lons, dtype=float),
        np.asarray(lats, dtype=float),
        days=days,
        ids=np.asarray(ids, dtype=np.int64),
        labels=found.labels,
        core=found.core,
        margin_m=eps_m / 4,
    )
    return clusters, found


def _check_parameters(eps_m: float, min_samples: int) -> None:
    if not (np.isfinite(eps_m) and eps_m > 0):
        raise ClusterError(f"Bán kính {eps_m} m không hợp lệ; hãy chọn một số mét lớn hơn 0.")
    if min_samples != int(min_samples) or min_samples < 1:
        raise ClusterError(
            f"Số vụ việc tối thiểu {min_samples} không hợp lệ; hãy chọn số nguyên từ 1 trở lên."
        )


def _checked_points(
    first: ArrayLike, second: ArrayLike, weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    weight = np.ones(x.shape) if weights is None else np.asarray(weights, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or x.shape != weight.shape:
        raise ClusterError(
            f"Số phần tử không khớp: {x.size} hoành độ, {y.size} tung độ, {weight.size} trọng số."
        )
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        raise ClusterError(
            f"Có {int(bad.sum())} điểm thiếu tọa độ hoặc tọa độ không phải số, đầu tiên là điểm"
            f" thứ {int(np.argmax(bad)) + 1}. Hãy bỏ các điểm này trước khi gom cụm."
        )
    if not np.all(np.isfinite(weight) & (weight > 0)):
        raise ClusterError("Trọng số của mỗi điểm phải là số lớn hơn 0.")
    return x, y, weight


def _distinct(first: FloatArray, second: FloatArray, weights: FloatArray) -> _Distinct:
    """Merge equal points, ordered by (first, second); sums do not depend on row order."""
    order = np.lexsort((weights, second, first))
    a, b = first[order], second[order]
    starts = np.ones(a.size, dtype=bool)
    starts[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    at = np.flatnonzero(starts)
    inverse = np.empty(a.size, dtype=np.int64)
    inverse[order] = np.cumsum(starts) - 1
    summed = np.add.reduceat(weights[order], at) if at.size else weights
    return _Distinct(a[at], b[at], summed, inverse)


def _expand(found: Labels, inverse: IntArray) -> Labels:
    return Labels(found.labels[inverse], found.core[inverse])


def _label_planes(
    planes: Sequence[PlanePatch], weights: FloatArray, eps_m: float, min_samples: int
) -> Labels:
    """Label distinct points laid out on one or more planes."""
    groups = [_core_groups(p.x_m, p.y_m, weights[p.members], eps_m, min_samples) for p in planes]
    core = np.zeros(weights.size, dtype=bool)
    for plane, group in zip(planes, groups, strict=True):
        core[plane.members[plane.owned]] = group[plane.owned] >= 0
    labels = np.full(weights.size, NOISE, dtype=np.int64)
    _number(planes, _joined(planes, groups, core), core, labels)
    for plane in planes:
        _claim_borders(plane, core, labels, eps_m)
    return Labels(labels, core)


def _core_groups(
    x_m: FloatArray, y_m: FloatArray, weights: FloatArray, eps_m: float, min_samples: int
) -> IntArray:
    """Engine: group number of every core of one plane, -1 for all other points."""
    if x_m.size == 0:
        return np.empty(0, dtype=np.int64)
    # "auto" may choose brute force, whose distances are rounded at the rim.
    engine = DBSCAN(eps=eps_m, min_samples=min_samples, algorithm="kd_tree")
    engine.fit(np.column_stack((x_m, y_m)), sample_weight=weights)
    groups = np.full(x_m.size, NOISE, dtype=np.int64)
    cores = engine.core_sample_indices_
    groups[cores] = engine.labels_[cores]
    return groups


def _joined(planes: Sequence[PlanePatch], groups: Sequence[IntArray], core: BoolArray) -> IntArray:
    """One group number per point, equal for cores that any plane connects."""
    n, offset = core.size, core.size
    points, nodes = [], []
    for plane, group in zip(planes, groups, strict=True):
        held = (group >= 0) & core[plane.members]
        points.append(plane.members[held])
        nodes.append(group[held] + offset)
        offset += int(group.max(initial=-1)) + 1
    if not points:
        return np.empty(n, dtype=np.int64)
    a, b = np.concatenate(points), np.concatenate(nodes)
    graph = coo_matrix((np.ones(a.size, dtype=np.int8), (a, b)), shape=(offset, offset))
    joined: IntArray = connected_components(graph, directed=False)[1][:n].astype(np.int64)
    return joined


def _number(
    planes: Sequence[PlanePatch], joined: IntArray, core: BoolArray, labels: IntArray
) -> None:
    """Write the labels of the cores, numbered in the order of their lowest cores."""
    ordered = [np.empty(0, dtype=np.int64)]
    for plane in planes:
        at = np.flatnonzero(plane.owned & core[plane.members])
        ordered.append(plane.members[at[np.lexsort((plane.y_m[at], plane.x_m[at]))]])
    cores = np.concatenate(ordered)
    _, first_at, inverse = np.unique(joined[cores], return_index=True, return_inverse=True)
    rank = np.empty(first_at.size, dtype=np.int64)
    rank[np.argsort(first_at)] = np.arange(first_at.size)
    labels[cores] = rank[inverse]


def _claim_borders(plane: PlanePatch, core: BoolArray, labels: IntArray, eps_m: float) -> None:
    """Give the border points of a plane the label of their nearest core."""
    xy = np.column_stack((plane.x_m, plane.y_m))
    is_core = core[plane.members]
    rest = np.flatnonzero(plane.owned & ~is_core)
    if rest.size == 0 or not is_core.any():
        return
    cores_xy, core_labels = xy[is_core], labels[plane.members[is_core]]
    tree = cKDTree(cores_xy)
    near, index = tree.query(xy[rest], k=2, distance_upper_bound=eps_m * (1 + _TIE))
    reached = np.isfinite(near[:, 0])
    rest, near, nearest = rest[reached], near[reached], index[reached, 0]
    for row in np.flatnonzero(near[:, 1] <= near[:, 0] * (1 + _TIE)):
        tied = np.asarray(tree.query_ball_point(xy[rest[row]], near[row, 0] * (1 + _TIE)))
        squared = ((cores_xy[tied] - xy[rest[row]]) ** 2).sum(axis=1)
        nearest[row] = tied[np.lexsort((core_labels[tied], squared))[0]]
    inside = ((cores_xy[nearest] - xy[rest]) ** 2).sum(axis=1) <= eps_m * eps_m
    labels[plane.members[rest[inside]]] = core_labels[nearest[inside]]
