"""Exact DBSCAN in metres (Ester et al. 1996), the same labels whatever the row order.

Records that share a point are one point with a weight. An engine (`geo.engines`)
answers only which points are cores and which cores belong together; what DBSCAN
leaves open is settled here by stated rules, so labels do not depend on the engine:

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

import numpy as np
from numpy.typing import ArrayLike

from geo.cluster_borders import claim_borders, claim_pairs
from geo.cluster_numbers import join_groups, number_cores
from geo.crs import BoolArray, FloatArray, IntArray, PlanePatch, refuse_degrees, zone_patches
from geo.distinct_points import check_parameters, checked_points, merge_points
from geo.engines import (
    AUTO,
    DASK,
    PACKAGE,
    SKLEARN,
    STRIPS,
    STRIPS_FROM,
    Solver,
    chosen_engine,
    package_groups,
    sklearn_groups,
)
from geo.errors import ClusterError
from geo.rim import exact_groups, is_doubtful
from geo.strips import Strips, border_pairs, lay_strips, strip_groups

NOISE = -1
DEFAULT_EPS_M = 300.0
DEFAULT_MIN_SAMPLES = 8
MAX_EPS_M = 50_000.0


@dataclass(frozen=True, eq=False)
class Labels:
    """One label and one core mark per row, in the order of the input; noise is -1.

    `engine` names the engine that was used (`strips` if for any plane); pairs within
    rounding of eps are settled by `geo.rim` for those that need it.
    """

    labels: IntArray
    core: BoolArray
    engine: str

    @property
    def n_clusters(self) -> int:
        """Number of clusters; labels run from 0 to one below it."""
        return int(self.labels.max()) + 1 if self.labels.size else 0

    def of_rows(self, points: IntArray) -> Labels:
        """Labels of rows, given the point each row lies on."""
        return Labels(self.labels[points], self.core[points], self.engine)


def dbscan_labels(
    x_m: ArrayLike,
    y_m: ArrayLike,
    *,
    eps_m: float,
    min_samples: int,
    weights: ArrayLike | None = None,
    engine: str = AUTO,
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
    engine
        One of `geo.engines.ENGINES`; labels are the same whichever.

    Raises
    ------
    ClusterError, CrsError
        If a value is not finite or makes no sense; if the coordinates are evidently degrees.

    >>> found = dbscan_labels([0, 1, 2, 90], [0, 0, 0, 0], eps_m=1, min_samples=3)
    >>> found.labels.tolist(), found.core.tolist()
    ([0, 0, 0, -1], [False, True, False, False])
    """
    check_parameters(eps_m, min_samples)
    x, y, weight = checked_points(x_m, y_m, weights)
    refuse_degrees(x, y)
    points = merge_points(x, y, weight, min_samples)
    everyone = np.arange(points.first.size)
    plane = PlanePatch(everyone, points.first, points.second, everyone >= 0)
    found = _label_planes((plane,), points.weights, eps_m, min_samples, engine)
    return found.of_rows(points.inverse)


def label_places(
    lons: ArrayLike,
    lats: ArrayLike,
    *,
    eps_m: float = DEFAULT_EPS_M,
    min_samples: int = DEFAULT_MIN_SAMPLES,
    engine: str = AUTO,
) -> Labels:
    """Cluster WGS 84 points of any extent: projects to UTM, zone by zone, itself.

    Raises
    ------
    ClusterError
        If lengths differ, a value is not finite, or a parameter makes no sense.
    CrsError
        If the coordinates are no degrees.
    """
    check_parameters(eps_m, min_samples)
    if eps_m > MAX_EPS_M:
        raise ClusterError(f"Bán kính {eps_m} m quá lớn; hãy chọn không quá {MAX_EPS_M:.0f} m.")
    lon, lat, _ = checked_points(lons, lats, None)
    points = merge_points(lon, lat, None, min_samples)
    planes = zone_patches(points.first, points.second, rim_m=2 * eps_m)
    found = _label_planes(planes, points.weights, eps_m, min_samples, engine)
    return found.of_rows(points.inverse)


def _label_planes(
    planes: Sequence[PlanePatch], weights: FloatArray, eps_m: float, min_samples: int, engine: str
) -> Labels:
    """Label distinct points laid out on one or more planes."""
    used = chosen_engine(engine, planes, eps_m)
    strips: list[Strips | None] = [None] * len(planes)
    if engine == AUTO and used == PACKAGE:
        strips = [_strips_of(plane, weights, eps_m) for plane in planes]
        used = STRIPS if any(strips) else PACKAGE
    groups = [
        strip_groups(laid, min_samples)
        if laid is not None
        else _groups_of(plane, weights[plane.members], eps_m, min_samples, used)
        for plane, laid in zip(planes, strips, strict=True)
    ]
    core = np.zeros(weights.size, dtype=bool)
    for plane, group in zip(planes, groups, strict=True):
        core[plane.members[plane.owned]] = group[plane.owned] >= 0
    labels = np.full(weights.size, NOISE, dtype=np.int64)
    number_cores(planes, join_groups(planes, groups, core), core, labels)
    for plane, laid in zip(planes, strips, strict=True):
        if laid is None:
            claim_borders(plane, core, labels, eps_m)
        else:
            claim_pairs(plane, border_pairs(laid, core[plane.members]), labels)
    return Labels(labels, core, used)


def _strips_of(plane: PlanePatch, weights: FloatArray, eps_m: float) -> Strips | None:
    if plane.members.size < STRIPS_FROM:
        return None
    return lay_strips(plane.x_m, plane.y_m, weights[plane.members], eps_m)


def _groups_of(
    plane: PlanePatch, weights: FloatArray, eps_m: float, min_samples: int, engine: str
) -> IntArray:
    doubtful = is_doubtful(plane.x_m, plane.y_m, eps_m)
    tell = exact_groups if doubtful else _solver(engine)
    return tell(plane.x_m, plane.y_m, weights, eps_m, min_samples)


def _solver(engine: str) -> Solver:
    if engine == DASK:
        from geo.distributed_clusters import core_groups  # noqa: PLC0415 - rarely needed, heavy

        return core_groups
    return sklearn_groups if engine == SKLEARN else package_groups
