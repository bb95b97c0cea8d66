"""Groups of several planes made one, and clusters numbered by their lowest core."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.crs import BoolArray, IntArray, PlanePatch
from geo.distinct_points import order_of


def join_groups(
    planes: Sequence[PlanePatch], groups: Sequence[IntArray], core: BoolArray
) -> IntArray:
    """One group number per point, equal for cores that any plane connects."""
    if len(planes) == 1:
        return groups[0]
    n, offset = core.size, core.size
    points, nodes = [], []
    for plane, group in zip(planes, groups, strict=True):
        held = (group >= 0) & core[plane.members]
        points.append(plane.members[held])
        nodes.append(group[held] + offset)
        offset += int(group.max(initial=-1)) + 1
    if not points:
        return np.empty(n, dtype=np.int64)
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - for several planes only
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - as above

    a, b = np.concatenate(points), np.concatenate(nodes)
    graph = coo_matrix((np.ones(a.size, dtype=np.int8), (a, b)), shape=(offset, offset))
    joined: IntArray = connected_components(graph, directed=False)[1][:n].astype(np.int64)
    return joined


def number_cores(
    planes: Sequence[PlanePatch], joined: IntArray, core: BoolArray, labels: IntArray
) -> None:
    """Write the labels of the cores, numbered in the order of their lowest cores."""
    ordered = [np.empty(0, dtype=np.int64)]
    for plane in planes:
        at = np.flatnonzero(plane.owned & core[plane.members])
        ordered.append(plane.members[at[order_of(plane.x_m[at], plane.y_m[at], at)]])
    cores = np.concatenate(ordered)
    group = joined[cores]
    first_at = np.full(int(group.max(initial=-1)) + 1, cores.size)
    first_at[group[::-1]] = np.arange(cores.size)[::-1]
    rank = np.empty(first_at.size, dtype=np.int64)
    rank[np.argsort(first_at, kind="stable")] = np.arange(first_at.size)
    labels[cores] = rank[group]
