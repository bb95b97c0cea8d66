"""Cores and links of ST-DBSCAN on one plane, counted by boxes.

Records lie in boxes so small (side under eps/√2, `eps_days` + 1 whole days)
that all records of one box are neighbours. A box whose weight suffices makes
cores of all it holds, without counting; the others hold so few records that
looking at all boxes around costs time in proportion to the number of records,
however many share a place. Cores of one box are linked; of two boxes all pairs
are looked at only while nothing else has linked them. Pairs are taken a few
million at a time, which bounds the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.crs import BoolArray, FloatArray, IntArray

_PAIRS_AT_ONCE = 2_000_000
_SHRINK = 1 - 1e-6
"""Keeps the two farthest corners of a box within eps, however numbers are rounded."""


@dataclass(frozen=True, eq=False)
class Records:
    """Records of one plane: metres, and days counted from any day."""

    x_m: FloatArray
    y_m: FloatArray
    day: IntArray

    def at(self, where: IntArray) -> Records:
        """The records at some positions."""
        return Records(self.x_m[where], self.y_m[where], self.day[where])

    def distances(self, i: IntArray, j: IntArray) -> tuple[FloatArray, IntArray]:
        """Squared metres and days between the records of each pair."""
        squared = (self.x_m[i] - self.x_m[j]) ** 2 + (self.y_m[i] - self.y_m[j]) ** 2
        return squared, np.abs(self.day[i] - self.day[j])


@dataclass(frozen=True, eq=False)
class Radii:
    """How far neighbours may be from each other, the rim included."""

    eps_m: float
    eps_days: int

    def reach(self, squared_m: FloatArray, days: IntArray) -> BoolArray:
        """Which of these distances are those of neighbours."""
        within: BoolArray = (squared_m <= self.eps_m * self.eps_m) & (days <= self.eps_days)
        return within


class Boxes:
    """Records sorted into boxes, and the pairs of boxes that may hold neighbours."""

    def __init__(self, records: Records, radii: Radii) -> None:
        self.records, self.radii = records, radii
        side = radii.eps_m / np.sqrt(2) * _SHRINK
        x, y, day = (v - v.min() for v in (records.x_m, records.y_m, records.day))
        cells = np.stack((np.floor(x / side), np.floor(y / side), day // (radii.eps_days + 1)))
        self.order = np.lexsort(cells)
        cells = cells[:, self.order]
        starts = np.ones(self.order.size, dtype=bool)
        starts[1:] = (cells[:, 1:] != cells[:, :-1]).any(axis=0)
        self.start = np.flatnonzero(starts)
        self.size = np.diff(self.start, append=self.order.size)
        self.of = np.empty(self.order.size, dtype=np.int64)
        self.of[self.order] = np.cumsum(starts) - 1
        self._cells = cells[:, self.start]

    @cached_property
    def pairs(self) -> tuple[IntArray, IntArray]:
        """Pairs of different boxes, each once, between which a link is possible."""
        scaled = self._cells.T / np.array((2.0, 2.0, 1.0))  # two cells or one bin away
        a, b = cKDTree(scaled).query_pairs(1.0, p=np.inf, output_type="ndarray").T
        gap = [np.maximum(0, np.maximum(lo[b] - hi[a], lo[a] - hi[b])) for lo, hi in self._extents]
        near = self.radii.reach(gap[0] ** 2 + gap[1] ** 2, gap[2])
        return a[near], b[near]

    def all_linked(self, a: IntArray, b: IntArray) -> BoolArray:
        """Whether the farthest records of two boxes are neighbours still."""
        span = [np.maximum(hi[b] - lo[a], hi[a] - lo[b]) for lo, hi in self._extents]
        return self.radii.reach(span[0] ** 2 + span[1] ** 2, span[2])

    @cached_property
    def _extents(self) -> list[tuple[FloatArray, FloatArray]]:
        axes = (self.records.x_m, self.records.y_m, self.records.day)
        return [
            (np.minimum.reduceat(v[self.order], self.start),
             np.maximum.reduceat(v[self.order], self.start))
            for v in axes
        ]  # fmt: skip

    def held(self, boxes: IntArray) -> IntArray:
        """Records of boxes, one box after the other."""
        sizes = self.size[boxes]
        ahead = self.start[boxes] - (np.cumsum(sizes) - sizes)
        return self.order[np.repeat(ahead, sizes) + np.arange(int(sizes.sum()))]


def is_core(boxes: Boxes, weights: FloatArray, min_samples: int) -> BoolArray:
    """Which records have `min_samples` records within the radii, themselves included."""
    in_box = np.bincount(boxes.of, weights=weights)
    around = in_box[boxes.of]
    open_box = in_box < min_samples
    for a, b in _both_ways(*boxes.pairs):
        wanted = open_box[a]
        for i, j in _record_pairs(boxes, a[wanted], b[wanted]):
            near = boxes.radii.reach(*boxes.records.distances(i, j))
            around += np.bincount(i[near], weights=weights[j[near]], minlength=around.size)
    core: BoolArray = around >= min_samples
    return core


def linked(boxes: Boxes) -> IntArray:
    """Group number of every record where all are cores: equal when a chain links them."""
    a, b = boxes.pairs
    sure = boxes.all_linked(a, b)
    group = _components(boxes.start.size, a[sure], b[sure])
    a, b = a[~sure], b[~sure]
    small_first = np.argsort(boxes.size[a] * boxes.size[b], kind="stable")
    for rows in _shares(np.minimum(boxes.size[a], boxes.size[b])[small_first]):
        at = small_first[rows]
        group = _linked_also(boxes, group, a[at], b[at])
    return group[boxes.of]


def _linked_also(boxes: Boxes, group: IntArray, a: IntArray, b: IntArray) -> IntArray:
    """Groups of boxes after looking at the records of some pairs of them."""
    swap = boxes.size[a] > boxes.size[b]
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    apart = group[a] != group[b]
    a, b = a[apart], b[apart]
    one, box = boxes.held(a), np.repeat(b, boxes.size[a])
    for rows in _shares(boxes.size[box]):
        i, b = one[rows], box[rows]
        apart = group[boxes.of[i]] != group[b]
        i, j = _against(boxes, i[apart], b[apart])
        near = boxes.radii.reach(*boxes.records.distances(i, j))
        if near.any():
            ends = group[boxes.of[i[near]]], group[boxes.of[j[near]]]
            group = _components(int(group.max()) + 1, *ends)[group]
    return group


def nearest_labels(boxes: Boxes, core: BoolArray, labels: IntArray) -> IntArray:
    """Label of the nearest core within the radii of every other record, -1 if none.

    Nearest by distance, then by days, then the lowest label.
    """
    n = core.size
    best = (np.full(n, np.inf), np.full(n, np.iinfo(np.int64).max), np.full(n, -1))
    has_core = np.bincount(boxes.of, weights=core) > 0
    has_other = np.bincount(boxes.of, weights=~core) > 0
    same = np.arange(has_core.size)
    for a, b in (*_both_ways(*boxes.pairs), (same, same)):
        wanted = has_other[a] & has_core[b]
        for i, j in _record_pairs(boxes, a[wanted], b[wanted]):
            squared, days = boxes.records.distances(i, j)
            near = boxes.radii.reach(squared, days) & ~core[i] & core[j]
            _keep_best(best, i[near], (squared[near], days[near], labels[j[near]]))
    return best[2]


def _keep_best(
    best: tuple[FloatArray, IntArray, IntArray],
    rows: IntArray,
    claims: tuple[FloatArray, IntArray, IntArray],
) -> None:
    """Put the lowest claim of each row in the place of a higher one."""
    rows = np.concatenate((rows, held := np.unique(rows)))
    squared, days, label = (
        np.concatenate((new, old[held])) for new, old in zip(claims, best, strict=True)
    )
    order = np.lexsort((label, days, squared, rows))
    first = order[np.diff(rows[order], prepend=-1) != 0]
    for old, new in zip(best, (squared, days, label), strict=True):
        old[rows[first]] = new[first]


def _both_ways(a: IntArray, b: IntArray) -> tuple[tuple[IntArray, IntArray], ...]:
    return (a, b), (b, a)


def _record_pairs(boxes: Boxes, a: IntArray, b: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Every record of the first box with every record of the second, of each pair."""
    for pairs in _shares(boxes.size[a]):
        one, box = boxes.held(a[pairs]), np.repeat(b[pairs], boxes.size[a[pairs]])
        for rows in _shares(boxes.size[box]):
            yield _against(boxes, one[rows], box[rows])


def _against(boxes: Boxes, records: IntArray, box: IntArray) -> tuple[IntArray, IntArray]:
    return np.repeat(records, boxes.size[box]), boxes.held(box)


def _shares(sizes: IntArray) -> Iterator[slice]:
    """Slices whose sizes sum up to what is looked at at once; one size may be above it."""
    ends = np.cumsum(sizes)
    begin = 0
    while begin < sizes.size:
        done = int(ends[begin - 1]) if begin else 0
        end = int(np.searchsorted(ends, done + _PAIRS_AT_ONCE, side="right"))
        yield slice(begin, end := max(end, begin + 1))
        begin = end


def _components(n: int, a: IntArray, b: IntArray) -> IntArray:
    graph = coo_matrix((np.ones(a.size, dtype=np.int8), (a, b)), shape=(n, n))
    groups: IntArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups
