"""Neighbours within eps in sets that are nowhere very crowded, and the groups of their cores.

Points are sorted by columns one eps wide, in a column from south to north. The
neighbours of a point that come after it in this order then lie in two short runs:
the next ones of its own column, and some of the next column. Runs of like length
are compared together, `dx² + dy² <= eps²` in double precision for every pair, so
nothing is left to rounding. A pair is looked at once; what is kept is one byte for
every pair compared, 24 a point at most, beyond which other engines are quicker.

Cores are joined in two steps: each points to its last core neighbour in a run, and
these chains are followed to their ends; the few pairs whose ends differ are left to
a search for connected components.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.crs import BoolArray, FloatArray, IntArray

_PARTS = 128
"""Steps of an eps in which northings are sorted."""

_REACH = _PARTS + 2
"""Steps within which a neighbour lies, with room for rounding."""

_WIDER = 1 + 1e-6
"""Columns are a little wider than eps: rounding must push no neighbour two columns off."""

_MAX_SPAN = 2.0**26
_MAX_BITS = 62
_MAX_PAIRS_PER_POINT = 24
_MAX_ROOM = 2**15
_ROWS_AT_ONCE, _PAIRS_AT_ONCE = 2**14, 2**17
_BLOCKS_AT_ONCE = 2**3
_MAX_THREADS = 8

_Work = TypeVar("_Work")
_Done = TypeVar("_Done")
_Task = tuple[int, IntArray, int]


@dataclass(frozen=True, eq=False)
class _Block:
    """Runs of one width: `near[k, i]` tells whether point `first[i] + k` is near `rows[i]`."""

    rows: IntArray
    first: IntArray
    near: BoolArray

    def others(self) -> IntArray:
        """Position of every point compared, in the shape of `near`."""
        return _others(self.first, len(self.near))


@dataclass(frozen=True, eq=False)
class Strips:
    """Points in the order of strips, and which of them are near each other.

    `order` leads from strips to the points given; `crowd` is the weight within
    eps of each, itself included, in the order of strips. Arrays read by blocks
    need `room` places more than there are points.
    """

    order: IntArray
    crowd: FloatArray
    blocks: list[_Block]
    room: int


def lay_strips(
    x_m: FloatArray, y_m: FloatArray, weights: FloatArray, eps_m: float
) -> Strips | None:
    """Sort distinct points (metres) into strips and compare near ones; None if not fit for it.

    Not fit are sets with many neighbours to a point, and extents beyond measure
    for the eps.
    """
    keys = _sorted_keys(x_m, y_m, eps_m)
    if keys is None:
        return None
    steps, order, height = keys
    first, count = _runs(steps, height)
    room = 2 * int(count.max())
    if room > _MAX_ROOM or count.sum() > _MAX_PAIRS_PER_POINT * order.size:
        return None
    x, y = (_roomy(values[order], room, np.inf) for values in (x_m, y_m))

    def compare(task: _Task) -> _Block:
        side, rows, width = task
        start = first[side, rows]
        others = _others(start, width)
        squared = _squared(x, rows, others)
        squared += _squared(y, rows, others)
        near = squared <= eps_m * eps_m
        near &= np.arange(width)[:, None] < count[side, rows]
        return _Block(rows, start, near)

    blocks = list(_shared(compare, _tasks(count)))
    return Strips(order, _crowd(blocks, weights[order], room), blocks, room)


def _crowd(blocks: Sequence[_Block], weight: FloatArray, room: int) -> FloatArray:
    """Weight near each point, itself included: one a neighbour, and what more or less it weighs."""
    crowd = weight.copy()
    extra = _roomy(weight - 1, room, 0.0)
    uneven = extra != 0
    any_uneven = bool(uneven.any())

    def count(block: _Block) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        others = block.others()
        seen = others.ravel().take(np.flatnonzero(block.near))
        at = np.empty(0, dtype=np.int64)
        if any_uneven:
            marked = uneven.take(others)
            marked |= uneven[block.rows]
            marked &= block.near
            at = np.flatnonzero(marked)
        before = block.near.sum(axis=0, dtype=np.uint16)
        return before, seen, block.rows[at % block.rows.size], others.ravel()[at]

    some: list[IntArray] = []
    for block, (before, seen, a, b) in zip(blocks, _shared(count, blocks), strict=True):
        crowd[block.rows] += before
        np.add.at(crowd, a, extra[b])
        np.add.at(crowd, b, extra[a])
        some.append(seen)
        if len(some) == _BLOCKS_AT_ONCE or block is blocks[-1]:
            crowd += np.bincount(np.concatenate(some), minlength=crowd.size)
            some.clear()
    return crowd


def strip_groups(strips: Strips, min_samples: int) -> IntArray:
    """Group number of every core, -1 for all other points, in the order of the points given."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - a third of a second
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - as above

    core = strips.crowd >= min_samples
    ends = _chain_ends(strips, core)
    is_end = ends == np.arange(ends.size)
    number = np.cumsum(is_end) - 1
    a, b = _open_links(strips, core, ends)
    n_ends = int(number[-1]) + 1
    links = (np.ones(a.size, dtype=np.int8), (number[a], number[b]))
    graph = coo_matrix(links, shape=(n_ends, n_ends))
    found = connected_components(graph, directed=False)[1].astype(np.int64)[number[ends]]
    groups = np.empty(ends.size, dtype=np.int64)
    groups[strips.order] = np.where(core, found, -1)
    return groups


def border_pairs(strips: Strips, core: BoolArray) -> tuple[IntArray, IntArray]:
    """All pairs of a point that is no core and a core within eps of it, as positions given."""
    cores = _roomy(core[strips.order], strips.room, False)

    def pairs(block: _Block) -> tuple[IntArray, IntArray]:
        others = block.others()
        mixed = np.flatnonzero(block.near & (cores.take(others) != cores[block.rows]))
        return block.rows[mixed % block.rows.size], others.ravel()[mixed]

    a, b = _joined(_shared(pairs, strips.blocks))
    borders, near = np.where(cores[a], b, a), np.where(cores[a], a, b)
    return strips.order[borders], strips.order[near]


def _sorted_keys(
    x_m: FloatArray, y_m: FloatArray, eps_m: float
) -> tuple[IntArray, IntArray, int] | None:
    """Steps along the strips in ascending order, the points on them, the steps to a next strip."""
    if x_m.size == 0 or max(float(np.ptp(x_m)), float(np.ptp(y_m))) > _MAX_SPAN * eps_m:
        return None
    north = ((y_m - y_m.min()) * (_PARTS / eps_m)).astype(np.int64)
    keys = ((x_m - x_m.min()) / (eps_m * _WIDER)).astype(np.int64)
    height, bits = int(north.max()) + 4 * _PARTS, x_m.size.bit_length()
    if (int(keys.max() + 1) * height).bit_length() + bits > _MAX_BITS:
        return None
    keys *= height
    keys += north
    # Key and position in one number: to sort numbers is several times quicker than to rank them.
    keys <<= bits
    keys |= np.arange(keys.size)
    keys.sort()
    return keys >> bits, keys & ((1 << bits) - 1), height


def _runs(steps: IntArray, height: int) -> tuple[IntArray, IntArray]:
    """First candidate and number of candidates of every point: in its own strip, in the next."""
    n = steps.size
    first, end = np.empty((2, n), dtype=np.int64), np.empty((2, n), dtype=np.int64)
    first[0] = np.arange(1, n + 1)
    looked_up = (end[0], _REACH + 1), (first[1], height - _REACH), (end[1], height + _REACH + 1)

    def look(start: int) -> None:
        here = steps[start : start + _ROWS_AT_ONCE]
        for found, shift in looked_up:
            low, high = np.searchsorted(steps, (here[0] + shift, here[-1] + shift))
            at = np.searchsorted(steps[low:high], here + shift)
            np.add(at, low, out=found[start : start + _ROWS_AT_ONCE])

    list(_shared(look, range(0, n, _ROWS_AT_ONCE)))
    end -= first
    return first, end


def _tasks(count: IntArray) -> list[_Task]:
    """Side and rows of runs of like length, in order, some at a time; the width they fit in."""
    longest, widths = int(count.max()), [0]
    while widths[-1] < longest:
        widths.append(widths[-1] + max(1, widths[-1] // 3))
    like = np.searchsorted(widths, np.arange(longest + 1)).astype(np.uint8)

    def of_side(side: int) -> list[_Task]:
        kinds = like[count[side]]
        rows = np.argsort(kinds, kind="stable")
        ends = np.cumsum(np.bincount(kinds, minlength=len(widths)))
        return [
            (side, rows[at : min(at + max(1, _PAIRS_AT_ONCE // width), end)], width)
            for width, start, end in zip(widths[1:], ends, ends[1:], strict=False)
            for at in range(start, end, max(1, _PAIRS_AT_ONCE // width))
        ]

    return list(chain.from_iterable(_shared(of_side, (0, 1))))


def _chain_ends(strips: Strips, core: BoolArray) -> IntArray:
    """A core in the group of each core, found by following one link of each."""
    cores = _roomy(core, strips.room, False)

    def last(block: _Block) -> tuple[IntArray, IntArray]:
        linked = block.near & cores.take(block.others())
        linked &= cores[block.rows]
        width = len(linked)
        farthest = (linked * np.arange(1, width + 1, dtype=np.uint16)[:, None]).max(axis=0)
        some = np.flatnonzero(farthest)
        return block.rows[some], block.first[some] + farthest[some] - 1

    ends = np.arange(core.size)
    for rows, others in _shared(last, strips.blocks):
        ends[rows] = others
    on_the_way = np.flatnonzero(ends != np.arange(core.size))
    while on_the_way.size:
        reached = ends[on_the_way]
        farther = ends[reached]
        ends[on_the_way] = farther
        on_the_way = on_the_way[farther != reached]
    return ends


def _open_links(strips: Strips, core: BoolArray, ends: IntArray) -> tuple[IntArray, IntArray]:
    """The ends of both cores of every pair that are not the same yet."""
    # What is no core has no end here: it is like no other, and left out by its mark.
    marked = _roomy(np.where(core, ends, -1).astype(np.int32), strips.room, -1)

    def links(block: _Block) -> tuple[IntArray, IntArray]:
        there, here = marked.take(block.others()), marked[block.rows]
        open_ = block.near & (there != here)
        open_ &= there >= 0
        open_ &= here >= 0
        at = np.flatnonzero(open_)
        return here[at % here.size], there.ravel()[at]

    return _joined(_shared(links, strips.blocks))


def _joined(pairs: Iterable[tuple[IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
    none = np.empty(0, dtype=np.int64)
    firsts, seconds = zip((none, none), *pairs, strict=True)
    return np.concatenate(firsts), np.concatenate(seconds)


def _others(first: IntArray, width: int) -> IntArray:
    others: IntArray = np.arange(width)[:, None] + first
    return others


def _squared(values: FloatArray, rows: IntArray, others: IntArray) -> FloatArray:
    apart = values.take(others)
    apart -= values[rows]
    apart *= apart
    return apart


def _roomy(values: NDArray[Any], room: int, filler: float) -> NDArray[Any]:
    return np.append(values, np.full(room, filler, dtype=values.dtype))


def _shared(do: Callable[[_Work], _Done], parts: Sequence[_Work]) -> Iterator[_Done]:
    """Do the parts on all processors; their results in order."""
    with ThreadPoolExecutor(min(_MAX_THREADS, os.cpu_count() or 1)) as pool:
        yield from pool.map(do, parts)
