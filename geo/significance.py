"""Exact statistics of Poisson counts: intervals, the change of a count, an excess.

Counts of incidents are few, so nothing here leans on a normal approximation.
"""

from __future__ import annotations

from scipy.special import betainc, betaincinv, gammainc, gammaincinv

from geo.errors import ClusterError
from geo.records import CountChange

LEVEL = 0.95
"""Confidence of every interval; two-sided, so 2.5 % is left at either end."""


def poisson_interval(n: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact interval of the mean behind one Poisson count (Garwood 1936).

    Raises
    ------
    ClusterError
        If the count is negative or the level not between 0 and 1.

    Examples
    --------
    >>> tuple(round(bound, 2) for bound in poisson_interval(10))
    (4.8, 18.39)
    >>> tuple(round(bound, 2) for bound in poisson_interval(0))
    (0.0, 3.69)
    """
    _require_counts(n)
    if not 0 < level < 1:
        raise ClusterError(f"Độ tin cậy {level} không hợp lệ; hãy chọn số giữa 0 và 1.")
    tail = (1 - level) / 2
    low = float(gammaincinv(n, tail)) if n else 0.0
    return low, float(gammaincinv(n + 1, 1 - tail))


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
    low = float(betaincinv(after, before + 1, tail)) if after else 0.0
    high = float(betaincinv(after + 1, before, 1 - tail)) if before else None
    return CountChange(
        before=before,
        after=after,
        days=days,
        ratio=after / before if before else None,
        low=low / (1 - low),
        high=None if high is None else high / (1 - high),
    )


def excess_p(n: int, expected: float) -> float:
    """Probability of `n` or more where a Poisson count of mean `expected` is due.

    Raises
    ------
    ClusterError
        If the count is negative, or the mean negative or no number.

    Examples
    --------
    >>> round(excess_p(3, 1.0), 4)
    0.0803
    """
    _require_counts(n)
    if not 0 <= expected < float("inf"):
        raise ClusterError(f"Số vụ kỳ vọng {expected} không hợp lệ; hãy kiểm tra dữ liệu nền.")
    return float(gammainc(n, expected)) if n else 1.0


def rate_excess_p(n: int, others: int, exposure: float) -> float:
    """Probability that chance puts `n` or more of `n + others` records in one part.

    The exact comparison of two Poisson rates (Przyborowski & Wilenski 1940):
    `exposure` is the share of that part in the whole (area, time), and `others`
    the records of the rest. Unlike `excess_p` it allows for the rate of the rest
    being known from a few records only, or from none.

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
    return float(betainc(n, others + 1, exposure)) if n else 1.0


def _require_counts(*counts: int) -> None:
    for count in counts:
        if count != int(count) or count < 0:
            raise ClusterError(f"Số đếm {count} không hợp lệ; hãy đưa số nguyên từ 0 trở lên.")
