"""Names that clusters keep from run to run, and what became of them.

A cluster is the same as an earlier one when it has its records, whatever happened
to its hull, its number or the parameters of the run. The rules:

* only records that the new run read can speak: those that fell out of the window,
  were merged or withdrawn count neither for nor against;
* two clusters are kin if they share at least half of the records of the smaller
  one. Half of the smaller, not of the union: a small part that splits off or is
  taken in has to be recognised beside a large rest;
* the heir of an earlier cluster is the kin that shares most records with it (then
  the smaller of them, then the lower number): one heir each;
* `same`: heir of one; keeps its name. `merged`: heir of several; keeps the name of
  the one that gave most records, all of them are its parents. `split`: kin of
  earlier clusters but heir of none; they are its parents. `new`: kin of none;
* the clusters of the run before come first. What they leave without a name is held
  against the last form of names that the run before did not find (another window,
  other parameters), so that what comes back comes back under its name;
* what is left gets the next number. A number is never given twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.members import Ids, end_to_end, rows_among
from geo.terms import Lineage


@dataclass(frozen=True, slots=True, eq=False)
class NamedCluster:
    """A cluster of an earlier run: its name and the ids of its records.

    `is_latest` tells those of the run before from those last found earlier.
    """

    stable_id: str
    members: Ids
    is_latest: bool = True


@dataclass(frozen=True, slots=True)
class Descent:
    """The name of a cluster, how it came about and the names it came out of."""

    stable_id: str
    lineage: Lineage
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kin:
    """An earlier and a new cluster, by position, and how many records they share."""

    earlier: int
    found: int
    shared: int


def stable_id(number: int) -> str:
    """The name of a cluster by its number.

    >>> stable_id(57)
    'C-000057'
    """
    return f"C-{number:06d}"


def trace(
    found: Sequence[Sequence[int] | Ids],
    earlier: Sequence[NamedCluster],
    *,
    next_number: int,
    read_ids: Sequence[int] | Ids | None = None,
) -> list[Descent]:
    """Name the clusters of a new run, in their order.

    Parameters
    ----------
    found
        Ids of the records of every new cluster; a record is in one at most.
    earlier
        Last forms of the clusters named before; each name once.
    next_number
        Number of the first fresh name.
    read_ids
        Ids of all records that the new run read; None if it read them all.

    Examples
    --------
    >>> before = [NamedCluster("C-000001", np.array([1, 2, 3, 4]))]
    >>> [descent.stable_id for descent in trace([[7, 8], [2, 3, 4, 5]], before, next_number=2)]
    ['C-000002', 'C-000001']
    """
    sizes = [len(members) for members in found]
    kin = _kinships(found, earlier, None if read_ids is None else np.asarray(read_ids))
    latest = [pair for pair in kin if earlier[pair.earlier].is_latest]
    named = _inherited(latest, sizes, earlier)
    _bring_back([pair for pair in kin if not earlier[pair.earlier].is_latest], named, earlier)
    descents = []
    for index in range(len(found)):
        descent = named.get(index, Descent("", Lineage.NEW))
        if not descent.stable_id:
            descent = Descent(stable_id(next_number), descent.lineage, descent.parents)
            next_number += 1
        descents.append(descent)
    return descents


def _kinships(
    found: Sequence[Sequence[int] | Ids], earlier: Sequence[NamedCluster], read_ids: Ids | None
) -> list[_Kin]:
    """Pairs that share at least half of the records of the smaller one."""
    if not found or not earlier:
        return []
    now, of_now = end_to_end(found)
    before, of_before = end_to_end([each.members for each in earlier])
    if read_ids is not None:
        still = np.isin(before, read_ids)
        before, of_before = before[still], of_before[still]
    rows, inside = rows_among(now, before)
    pairs = of_before[inside] * len(found) + of_now[rows]
    keys, shared = np.unique(pairs, return_counts=True)
    old, new = np.divmod(keys, len(found))
    n_old, n_new = np.bincount(of_before, minlength=len(earlier)), np.bincount(of_now)
    close = 2 * shared >= np.minimum(n_old[old], n_new[new])
    columns = (column[close].tolist() for column in (old, new, shared))
    return [_Kin(*row) for row in zip(*columns, strict=True)]


def _inherited(
    kin: Sequence[_Kin], sizes: Sequence[int], earlier: Sequence[NamedCluster]
) -> dict[int, Descent]:
    """What the clusters of the run before leave; a split one has parents and no name yet."""
    by_earlier: dict[int, list[_Kin]] = defaultdict(list)
    by_found: dict[int, list[_Kin]] = defaultdict(list)
    taken: dict[int, list[_Kin]] = defaultdict(list)
    for pair in kin:
        by_earlier[pair.earlier].append(pair)
        by_found[pair.found].append(pair)
    for pairs in by_earlier.values():
        heir = min(pairs, key=lambda pair: (-pair.shared, sizes[pair.found], pair.found))
        taken[heir.found].append(heir)
    named = {}
    for index, pairs in by_found.items():
        own = _by_share(taken[index], earlier)
        if len(own) == 1:
            named[index] = Descent(own[0], Lineage.SAME)
        elif own:
            named[index] = Descent(own[0], Lineage.MERGED, tuple(own))
        else:
            named[index] = Descent("", Lineage.SPLIT, tuple(_by_share(pairs, earlier)))
    return named


def _by_share(pairs: Sequence[_Kin], earlier: Sequence[NamedCluster]) -> list[str]:
    """Names of the earlier clusters, the one that gave most records first."""
    ranked = sorted((-pair.shared, earlier[pair.earlier].stable_id) for pair in pairs)
    return [name for _, name in ranked]


def _bring_back(
    kin: Sequence[_Kin], named: dict[int, Descent], earlier: Sequence[NamedCluster]
) -> None:
    """Give clusters without a name that of their nearest kin among those not found lately."""
    used: set[str] = set()
    for pair in sorted(kin, key=lambda pair: (-pair.shared, pair.found, pair.earlier)):
        descent = named.get(pair.found, Descent("", Lineage.SAME))
        name = earlier[pair.earlier].stable_id
        if not descent.stable_id and name not in used:
            named[pair.found] = Descent(name, descent.lineage, descent.parents)
            used.add(name)
