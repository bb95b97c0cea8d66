"""Records of one day and kind that lie near each other: which pairs are worth a look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.crs import METRES_PER_DEGREE, earth_xyz

NEAR_M = 300.0
"""How far apart two exact points of one case may lie."""

NEAR_COARSE_M = 1_000.0
"""The same where one of the points stands for a street or a hamlet."""

MOST_A_DAY = 200
"""More records of one kind in one place than this share a placeholder date, not a day."""

Pairs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DayRecords:
    """Records of known day, as arrays of one length.

    `groups` numbers day and kind, `communes` the commune in force (-1: none);
    `lons`, `lats` are WGS 84, NaN without a point. Only pairs with a `fresh` record
    are wanted.
    """

    groups: NDArray[np.int64]
    communes: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    fresh: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """Positions of the pairs worth weighing.

    `pairs` has the shape (n, 2), the smaller position first, each pair once;
    `apart_m` the metres between their points, NaN where one has none. `crowded`
    are the positions of records that were left out as too many alike.
    """

    pairs: Pairs
    apart_m: NDArray[np.float64]
    crowded: NDArray[np.int64]


def near_pairs(records: DayRecords) -> Nearness:
    """The pairs worth weighing: one commune, or points not far apart."""
    known = np.flatnonzero(records.communes >= 0)
    both = records.groups * (records.communes.max(initial=0) + 2) + records.communes
    in_commune, crowd = _neighbours(known, both[known], np.zeros(len(known)), 0.0)
    # Where every record has a point, the points decide and nothing is lost.
    crowd = crowd[np.isin(both[crowd], both[crowd][np.isnan(records.lats[crowd])])]
    pointed = np.flatnonzero(np.isfinite(records.lats))
    far = NEAR_COARSE_M / METRES_PER_DEGREE
    by_point, dense = _neighbours(pointed, records.groups[pointed], records.lats[pointed], far)
    pairs = np.concatenate((in_commune, by_point))
    pairs = pairs[records.fresh[pairs].any(axis=1)]
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    apart_m = _apart_m(records, pairs)
    same_commune = both[pairs[:, 0]] == both[pairs[:, 1]]
    kept = (apart_m <= NEAR_COARSE_M) | (np.isnan(apart_m) & same_commune)
    return Nearness(pairs[kept], apart_m[kept], _with_fresh(records, crowd, dense))


def _with_fresh(records: DayRecords, *crowds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The records of the crowds on days that brought a fresh one of their kind."""
    crowded = np.unique(np.concatenate(crowds))
    groups = records.groups[crowded]
    return crowded[np.isin(groups, groups[records.fresh[crowded]])]


def _neighbours(
    at: NDArray[np.int64], groups: NDArray[np.int64], values: NDArray[np.float64], reach: float
) -> tuple[Pairs, NDArray[np.int64]]:
    """Pairs of one group whose values differ by at most `reach`; groups too dense for it."""
    order = np.lexsort((values, groups))
    at, groups, values = at[order], groups[order], values[order]
    alive = np.arange(len(at))
    found = [np.empty((0, 2), dtype=np.int64)]
    for step in range(1, MOST_A_DAY + 1):
        alive = alive[alive + step < len(at)]
        near = groups[alive] == groups[alive + step]
        near &= values[alive + step] - values[alive] <= reach
        alive = alive[near]
        if not len(alive):
            return np.concatenate(found), np.empty(0, dtype=np.int64)
        found.append(np.column_stack((at[alive], at[alive + step])))
    pairs = np.concatenate(found)
    group_of = np.empty(at.max() + 1, dtype=np.int64)
    group_of[at] = groups
    crowded = groups[alive]
    return pairs[~np.isin(group_of[pairs[:, 0]], crowded)], at[np.isin(groups, crowded)]


def _apart_m(records: DayRecords, pairs: Pairs) -> NDArray[np.float64]:
    apart = np.full(len(pairs), np.nan)
    known = np.isfinite(records.lats[pairs]).all(axis=1)
    first, second = pairs[known, 0], pairs[known, 1]
    if len(first):
        ends = [earth_xyz(records.lons[i], records.lats[i]) for i in (first, second)]
        apart[known] = np.linalg.norm(ends[0] - ends[1], axis=1)
    return apart
