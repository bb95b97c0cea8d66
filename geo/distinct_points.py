"""Points to cluster: checked; many records on one point are one point with a weight.

Weights count in millionths (2**-20, rounded up), so their sums are exact in any
order: ten weights of 0.1 make 1, and no engine or row order says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.crs import BoolArray, FloatArray, IntArray
from geo.errors import ClusterError

_GRAIN = 2.0**-20
"""What weights are counted in."""

_BITS = 62
_LEAST_SPAN = 1e-200


@dataclass(frozen=True, eq=False)
class Distinct:
    """Distinct points by (first, second), weights summed; `inverse` leads from row to point."""

    first: FloatArray
    second: FloatArray
    weights: FloatArray
    inverse: IntArray


def check_parameters(eps_m: float, min_samples: int) -> None:
    """Refuse a radius or a least weight that makes no sense.

    Raises
    ------
    ClusterError
    """
    if not (np.isfinite(eps_m) and eps_m > 0):
        raise ClusterError(f"Bán kính {eps_m} m không hợp lệ; hãy chọn một số mét lớn hơn 0.")
    if min_samples != int(min_samples) or min_samples < 1:
        raise ClusterError(
            f"Số vụ việc tối thiểu {min_samples} không hợp lệ; hãy chọn số nguyên từ 1 trở lên."
        )


def checked_points(
    first: ArrayLike, second: ArrayLike, weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Return coordinates and weights as arrays of one length, finite, weights positive.

    Raises
    ------
    ClusterError
    """
    x, y = (np.asarray(values, dtype=float, order="C") for values in (first, second))
    weight = None if weights is None else np.asarray(weights, dtype=float)
    n_weights = x.size if weight is None else weight.size
    if x.ndim != 1 or x.shape != y.shape or (weight is not None and x.shape != weight.shape):
        raise ClusterError(
            f"Số phần tử không khớp: {x.size} hoành độ, {y.size} tung độ, {n_weights} trọng số."
        )
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        raise ClusterError(
            f"Có {int(bad.sum())} điểm thiếu tọa độ hoặc tọa độ không phải số, đầu tiên là điểm"
            f" thứ {int(np.argmax(bad)) + 1}. Hãy bỏ các điểm này trước khi gom cụm."
        )
    if weight is not None and not np.all(np.isfinite(weight) & (weight > 0)):
        raise ClusterError("Trọng số của mỗi điểm phải là số lớn hơn 0.")
    return x, y, weight


def merge_points(
    first: FloatArray, second: FloatArray, weights: FloatArray | None, min_samples: int
) -> Distinct:
    """Merge equal points and sum their weights (1 a row if not given), whatever the row order.

    More than `min_samples` a point need not weigh: it is a core already.
    """
    if weights is not None:
        weights = np.minimum(weights, min_samples)
    order = order_of(first, second, weights)
    a, b = first[order], second[order]
    starts = np.ones(a.size, dtype=bool)
    starts[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    at = np.flatnonzero(starts)
    inverse = np.empty(a.size, dtype=np.int64)
    inverse[order] = np.cumsum(starts) - 1
    if weights is None:
        summed = np.diff(at, append=a.size).astype(float)
    else:
        summed = np.add.reduceat(weights[order], at) if at.size else weights
        grains = np.ceil(summed / _GRAIN - 1e-3)
        summed = np.maximum(grains, 1) * _GRAIN
    return Distinct(a[at], b[at], np.minimum(summed, min_samples), inverse)


def order_of(
    first: FloatArray, second: FloatArray, last: FloatArray | IntArray | None = None
) -> IntArray:
    """Positions by first, second, last; the later keys are looked at in ties alone."""
    if np.all(first[1:] > first[:-1]):
        return np.arange(first.size)
    order, again = _order_but_for_ties(first)
    if again.any():
        tied = np.zeros(first.size, dtype=bool)
        tied[1:] |= again
        tied[:-1] |= again
        rows = order[tied]
        keys = (second[rows], first[rows])
        order[tied] = rows[np.lexsort(keys if last is None else (last[rows], *keys))]
    return order


def _order_but_for_ties(values: FloatArray) -> tuple[IntArray, BoolArray]:
    """Positions by value, and whether each but the first may equal, or come before, the last one.

    A value cut into steps and its position share one number: numbers are sorted
    several times faster than they are ranked.
    """
    bits, span = values.size.bit_length(), float(np.ptp(values))
    if not _LEAST_SPAN < span < np.inf:
        order = np.argsort(values)
        return order, values[order][1:] == values[order][:-1]
    packed = ((values - values.min()) * (2.0 ** (_BITS - bits) / span)).astype(np.int64)
    packed <<= bits
    packed |= np.arange(values.size)
    packed.sort()
    steps = packed >> bits
    return packed & ((1 << bits) - 1), steps[1:] == steps[:-1]
