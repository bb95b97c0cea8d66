"""Border points: each goes to its nearest core, at equal distance to the lowest cluster."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from geo.crs import BoolArray, FloatArray, IntArray, PlanePatch
from geo.sieve import SIEVE_FROM, may_reach

_TIE = 1e-9
"""Relative margin within which two distances are compared again exactly."""

_MANY = 20_000
"""Points from which a search for nearest cores is shared among processors."""


def claim_borders(plane: PlanePatch, core: BoolArray, labels: IntArray, eps_m: float) -> None:
    """Give the border points of a plane the label of their nearest core."""
    is_core = core[plane.members]
    open_points = plane.owned & ~is_core
    if open_points.sum() >= SIEVE_FROM and is_core.any():
        open_points &= may_reach(plane.x_m, plane.y_m, is_core, eps_m)
    rest = np.flatnonzero(open_points)
    if rest.size == 0 or not is_core.any():
        return
    from scipy.spatial import cKDTree  # noqa: PLC0415 - half a second

    xy = np.column_stack((plane.x_m, plane.y_m))
    cores_xy, core_labels = xy[is_core], labels[plane.members[is_core]]
    tree = cKDTree(cores_xy, balanced_tree=False, compact_nodes=False)
    limit = np.nextafter(eps_m * (1 + _TIE), np.inf)
    workers = -1 if rest.size >= _MANY else 1
    near, index = tree.query(xy[rest], k=2, distance_upper_bound=limit, workers=workers)
    reached = np.isfinite(near[:, 0])
    rest, near, nearest = rest[reached], near[reached], index[reached, 0]
    tied = np.flatnonzero(near[:, 1] <= near[:, 0] * (1 + _TIE))
    for some in np.array_split(tied, 1 + tied.size // _MANY):
        balls = tree.query_ball_point(xy[rest[some]], near[some, 0] * (1 + _TIE))
        nearest[some] = _nearest_of(balls, xy[rest[some]], cores_xy, core_labels)
    inside = ((cores_xy[nearest] - xy[rest]) ** 2).sum(axis=1) <= eps_m * eps_m
    labels[plane.members[rest[inside]]] = core_labels[nearest[inside]]


def claim_pairs(plane: PlanePatch, pairs: tuple[IntArray, IntArray], labels: IntArray) -> None:
    """As `claim_borders`, told every pair of a border point and a core within eps of it."""
    borders, cores = (positions[plane.owned[pairs[0]]] for positions in pairs)
    squared = (plane.x_m[borders] - plane.x_m[cores]) ** 2
    squared += (plane.y_m[borders] - plane.y_m[cores]) ** 2
    nearest = np.full(plane.x_m.size, np.inf)
    np.minimum.at(nearest, borders, squared)
    won = squared == nearest[borders]
    # Noise, -1, is the highest label of all when read without its sign.
    unsigned, claims = labels.view(np.uint64), labels[plane.members[cores[won]]]
    np.minimum.at(unsigned, plane.members[borders[won]], claims.view(np.uint64))


def _nearest_of(
    balls: Sequence[list[int]], xy: FloatArray, cores_xy: FloatArray, core_labels: IntArray
) -> IntArray:
    """Of the cores in each ball the nearest to its point; of equals the lowest label."""
    owner = np.repeat(np.arange(len(balls)), [len(ball) for ball in balls])
    cores = np.fromiter(chain.from_iterable(balls), dtype=np.int64, count=owner.size)
    squared = ((cores_xy[cores] - xy[owner]) ** 2).sum(axis=1)
    order = np.lexsort((core_labels[cores], squared, owner))
    firsts = np.flatnonzero(np.diff(owner[order], prepend=-1))
    found: IntArray = cores[order[firsts]]
    return found
