"""Distances that lie on the rim of eps within rounding: found, and settled.

The test of this house is `dx² + dy² <= eps²` in double precision. Engines differ
from it in the last bit: the package compares roots instead of squares between
crowded cells, a k-d tree takes a box whole by the root of its farthest corner,
and points on the diagonal of a grid cell may fall in either of two cells. So
0.3, 0.4 and 0.5 metres can be neighbours to one and strangers to another. It
happens only where coordinates were typed with few decimals, never by chance
among projected ones (one pair in 10**15). Sets of that kind up to `MAX_POINTS`
are looked through, and where a doubtful pair is found the groups are told here.
"""

from __future__ import annotations

import numpy as np

from geo.crs import BoolArray, FloatArray, IntArray

MAX_POINTS = 5_000
_DECIMALS = 6
_LAST_BITS = 2.0**-49
_DIAGONAL = 1e-8
_ROWS_AT_ONCE = 256


def is_doubtful(x_m: FloatArray, y_m: FloatArray, eps_m: float) -> bool:
    """Tell whether engines might disagree on a pair of these distinct points."""
    if not 2 <= x_m.size <= MAX_POINTS or _typed(x_m, y_m).sum() < 2:
        return False
    order = np.argsort(x_m)
    x, y = x_m[order], y_m[order]
    ends = np.searchsorted(x, x + eps_m * (1 + 2 * _DIAGONAL), side="right")
    for start in range(0, x.size, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, x.size)
        reach = slice(start, int(ends[stop - 1]))
        if _any_doubt(x[start:stop, None] - x[reach], y[start:stop, None] - y[reach], eps_m):
            return True
    return False


def exact_groups(
    x_m: FloatArray, y_m: FloatArray, weights: FloatArray, eps_m: float, min_samples: int
) -> IntArray:
    """Group number of every core, -1 for all others, straight from the definition."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - rarely needed
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - as above

    n = x_m.size
    core = np.concatenate(
        [_near(x_m, y_m, rows, eps_m) @ weights >= min_samples for rows in _blocks(n)]
    )
    groups = np.arange(n)
    for rows in _blocks(n):
        near = _near(x_m, y_m, rows, eps_m) & core & core[rows, None]
        a, b = np.nonzero(near)
        # Groups so far are nodes after the points.
        ends = (np.append(a + rows.start, np.arange(n)), np.append(b, n + groups))
        links = coo_matrix((np.ones(ends[0].size, dtype=np.int8), ends), shape=(2 * n, 2 * n))
        groups = connected_components(links, directed=False)[1][:n].astype(np.int64)
    groups[~core] = -1
    found: IntArray = groups
    return found


def _typed(x_m: FloatArray, y_m: FloatArray) -> BoolArray:
    """Points both of whose coordinates have few decimals."""
    few: BoolArray = (np.round(x_m, _DECIMALS) == x_m) & (np.round(y_m, _DECIMALS) == y_m)
    return few


def _any_doubt(dx: FloatArray, dy: FloatArray, eps_m: float) -> bool:
    squared, limit = dx * dx + dy * dy, eps_m * eps_m
    beyond = (squared > limit) & (squared <= limit * (1 + _LAST_BITS))
    near = np.abs(squared - limit) <= _DIAGONAL * limit
    diagonal = np.abs(np.abs(dx) - np.abs(dy)) <= _DIAGONAL * eps_m
    return bool(np.any(beyond | (near & diagonal)))


def _blocks(n: int) -> list[slice]:
    return [slice(at, min(at + _ROWS_AT_ONCE, n)) for at in range(0, n, _ROWS_AT_ONCE)]


def _near(x_m: FloatArray, y_m: FloatArray, rows: slice, eps_m: float) -> BoolArray:
    dx, dy = x_m[rows, None] - x_m, y_m[rows, None] - y_m
    near: BoolArray = dx * dx + dy * dy <= eps_m * eps_m
    return near
