"""Exact statistics of Poisson counts: the change of a count, a fall, an excess.

Counts of incidents are few, so nothing here leans on a normal approximation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import ClusterError
from geo.records import CountChange

LEVEL = 0.95
"""Confidence of every interval; two-sided, so 2.5 % is left at either end."""


def count_change(before: int, after: int, days: int) -> CountChange:
    """Compare the counts of two windows of `days` days each, exactly at 95 %.

    Given their sum, the later of two Poisson counts of equal windows is binomial;
    the interval of its share by Clopper and Pearson (1934) becomes that of the
    ratio after to before (Przyborowski & Wilenski 1940).

    Raises
    ------
    ClusterError
        If a count or the number of days is negative.

    Examples
    --------
    >>> change = count_change(10, 20, 90)
    >>> change.ratio, round(change.low, 2), round(change.high, 2)
    (2.0, 0.89, 4.78)
    >>> count_change(0, 4, 90).high is None
    True
    """
    _require_counts(before, after, days)
    tail = (1 - LEVEL) / 2
    low = float(_special().betaincinv(after, before + 1, tail)) if after else 0.0
    high = float(_special().betaincinv(after + 1, before, 1 - tail)) if before else None
    return CountChange(
        before=before,
        after=after,
        days=days,
        ratio=after / before if before else None,
        low=low / (1 - low),
        high=None if high is None else high / (1 - high),
    )


def daily_rate_change(
    before: int, after: int, before_days: int, after_days: int
) -> tuple[float, float | None]:
    """Bounds at 95 % of the ratio of two daily rates, after to before; None where unbounded.

    Windows of unequal length are compared day for day: the odds that the later window
    holds a record are the ratio of the rates times that of the lengths, so the exact
    interval of `count_change` is scaled by the lengths (Przyborowski & Wilenski 1940).

    Raises
    ------
    ClusterError
        If a count is negative or a window has no day.

    Examples
    --------
    >>> low, high = daily_rate_change(10, 20, 90, 180)
    >>> round(low, 2), round(high, 2)
    (0.45, 2.39)
    """
    if before_days < 1 or after_days < 1:
        raise ClusterError("Mỗi kỳ cần ít nhất một ngày có dữ liệu; hãy chọn kỳ khác.")
    change = count_change(before, after, after_days)
    scale = before_days / after_days
    return change.low * scale, None if change.high is None else change.high * scale


def fall_p(before: int, after: int, others_before: int, others_after: int) -> float:
    """Probability that chance puts `before` or more of a part's records into the earlier window.

    Holds the fall of a part against the course of the others, exactly: given how
    many records the part has, and how many there are in either window, the part's
    earlier ones are hypergeometric if it went as the others did (Fisher 1935).
    Unlike an interval held against the others' ratio it allows for that ratio
    being known from few records. For a rise exchange the windows.

    Raises
    ------
    ClusterError
        If a count is negative.

    Examples
    --------
    >>> round(fall_p(6, 0, 500, 500), 4), round(fall_p(60, 30, 1000, 500), 2)
    (0.016, 0.55)
    """
    _require_counts(before, after, others_before, others_after)
    part, early = before + after, before + others_before
    late = after + others_after
    inside = np.arange(max(before, part - late), min(part, early) + 1)
    log_p = _log_choose(early, inside) + _log_choose(late, part - inside)
    return min(1.0, float(np.sum(np.exp(log_p - _log_choose(early + late, np.array(part))))))


def _log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    gammaln = _special().gammaln
    found: NDArray[np.float64] = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return found


def rate_excess_p(n: int, others: int, exposure: float) -> float:
    """Probability that chance puts `n` or more of `n + others` records in one part.

    The exact comparison of two Poisson rates (Przyborowski & Wilenski 1940):
    `exposure` is the share of that part in the whole (area, time), and `others`
    the records of the rest, so that their rate may be known from a few records
    only, or from none.

    Raises
    ------
    ClusterError
        If a count is negative or the share is not between 0 and 1.

    Examples
    --------
    >>> round(rate_excess_p(3, 0, 0.25), 6)
    0.015625
    """
    _require_counts(n, others)
    if not 0 < exposure < 1:
        raise ClusterError(f"Tỷ phần {exposure} không hợp lệ; hãy chọn số giữa 0 và 1.")
    return float(_special().betainc(n, others + 1, exposure)) if n else 1.0


def _require_counts(*counts: int) -> None:
    for count in counts:
        if count != int(count) or count < 0:
            raise ClusterError(f"Số đếm {count} không hợp lệ; hãy đưa số nguyên từ 0 trở lên.")


def _special() -> Any:
    from scipy import special  # noqa: PLC0415 - a third of a second, which an import need not wait

    return special
