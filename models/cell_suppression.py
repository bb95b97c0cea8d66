"""Which counts of communes a stranger may be told, so that no small one can be worked out.

A province and one side (supply or demand) is a table: every commune with the cases of the
first half of an evaluation year and of the whole year, and the sums over the communes. Counts
below `FEW_BELOW` are hidden as such; where sums, the other period and *any one commune that
the reader knows fully* would still narrow one of them, larger counts are hidden with it
(complementary suppression) until every hidden count can lie at least `RANGE` apart. Where
nothing more can be hidden the sum is. The pattern depends on the counts alone, never on who
asks, and that of the first half not on what happened after it: nothing is gained by putting
accounts, or the two days of publication, together.

How far a hidden count can be told is found exactly. What is known of a commune, bounds of
half and year with half ≤ year, is a polygon whose sides run along half, year and year - half;
the sum of such polygons is one again, and its bounds are the sums of their bounds. So what all
other communes leave to one is three intervals, and their closure is the range. Network
matrices are totally unimodular: the range holds whole numbers without gaps.

Source: A. Hundepool et al., Statistical Disclosure Control (2012), ch. 4, for the terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

FEW_BELOW = 5
"""Counts below this are never told."""

RANGE = 3
"""The least distance between the smallest and the largest value that a hidden count can have."""

_ENDLESS = 10**7
_UNKNOWN = 10**12

Ints = npt.NDArray[np.int64]
Bounds = tuple[Ints, Ints]


class Shown(StrEnum):
    """How a count is told: as it is, as fewer than five, or not at all (five or more)."""

    OPEN = "open"
    FEW = "few"
    COVERED = "covered"


Pattern = tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The counts of one period by commune, how each is told, and whether their sum is."""

    counts: tuple[int, ...]
    shown: Pattern
    total_open: bool


@dataclass(frozen=True, slots=True)
class SideTable:
    """What may be told of one side; `year` is None while it runs."""

    half: Column
    year: Column | None


@lru_cache(maxsize=512)
def suppressed(half: tuple[int, ...], year: tuple[int, ...] | None) -> SideTable:
    """What may be told of the counts of a province; the same communes in the same order.

    >>> table = suppressed((0, 2, 9, 14, 30), None)
    >>> [str(shown) for shown in table.half.shown], table.half.total_open
    (['few', 'few', 'covered', 'covered', 'open'], True)
    >>> suppressed((0, 0, 1), None).half.total_open  # nothing to hide it behind
    False
    """
    first = _settled(half, _few(half), lambda column: SideTable(column, None))
    if year is None:
        return SideTable(first, None)
    covered = zip(_few(year), first.shown, strict=True)
    start = tuple(Shown.COVERED if other is Shown.COVERED else own for own, other in covered)
    return SideTable(first, _settled(year, start, lambda column: SideTable(first, column)))


def _few(counts: tuple[int, ...]) -> Pattern:
    return tuple(Shown.FEW if count < FEW_BELOW else Shown.OPEN for count in counts)


def _settled(
    counts: tuple[int, ...], start: Pattern, table: Callable[[Column], SideTable]
) -> Column:
    """The column with the fewest counts hidden that is safe, else without its sum."""
    for shown in _ever_more(counts, start):
        column = Column(counts, shown, total_open=True)
        if narrowest(table(column)) >= RANGE:
            return column
    return Column(counts, start, total_open=False)


def _ever_more(counts: tuple[int, ...], start: Pattern) -> Iterator[Pattern]:
    """A pattern, then with one more count hidden each time: small ones that give way first."""
    yield start
    shown = list(start)
    gives = FEW_BELOW + RANGE
    still = [n for n, each in enumerate(start) if each is Shown.OPEN]
    for n in sorted(still, key=lambda n: (counts[n] < gives, abs(counts[n] - gives), n)):
        shown[n] = Shown.COVERED
        yield tuple(shown)


def narrowest(table: SideTable) -> int:
    """The smallest range that a hidden count has for whoever knows any one other commune."""
    half, year = _bounds(table.half), _year_bounds(table)
    half = (half[0], np.minimum(half[1], year[1]))
    year = (np.maximum(year[0], half[0]), year[1])
    later = (np.maximum(year[0] - half[1], 0), year[1] - half[0])
    known_half = np.array(table.half.counts, dtype=np.int64)
    known_year = year[0] if table.year is None else np.array(table.year.counts, dtype=np.int64)
    left = [
        _left(own, known, total)
        for own, known, total in (
            (half, known_half, _total(table.half)),
            (year, known_year, _total(table.year)),
            (later, known_year - known_half, _total_later(table)),
        )
    ]
    return min(_ranges(table, *left), default=_ENDLESS)


def _ranges(table: SideTable, half: Bounds, year: Bounds, later: Bounds) -> Iterator[int]:
    """Of every hidden count the range that the worst knowledge of another commune leaves."""
    by_half = np.minimum(half[1], year[1] - later[0]) - np.maximum(half[0], year[0] - later[1])
    yield from _hidden(table.half, by_half)
    if table.year is not None:
        by_year = np.minimum(year[1], half[1] + later[1]) - np.maximum(year[0], half[0] + later[0])
        yield from _hidden(table.year, by_year)


def _hidden(column: Column, ranges: Ints) -> Iterator[int]:
    for n, shown in enumerate(column.shown):
        if shown is not Shown.OPEN:
            yield int(ranges[n].min())


def _left(own: Bounds, known: Ints, total: tuple[int, int]) -> Bounds:
    """What the sum leaves to commune k (rows) if commune j (columns) is known; last: nobody is."""
    low, high = (np.append(each, 0) for each in own)
    told = np.append(known, 0)
    least = low.sum() - low[:-1, None] - low[None, :] + told[None, :]
    most = high.sum() - high[:-1, None] - high[None, :] + told[None, :]
    left_low = np.maximum(low[:-1, None], total[0] - most)
    left_high = np.minimum(high[:-1, None], total[1] - least)
    itself = np.eye(len(known), len(known) + 1, dtype=bool)  # who knows the count itself: no matter
    return np.where(itself, -_ENDLESS, left_low), np.where(itself, _ENDLESS, left_high)


def _bounds(column: Column) -> Bounds:
    counts = np.array(column.counts, dtype=np.int64)
    few = np.array([shown is Shown.FEW for shown in column.shown], dtype=bool)
    covered = np.array([shown is Shown.COVERED for shown in column.shown], dtype=bool)
    low = np.where(few, 0, np.where(covered, FEW_BELOW, counts))
    return low, np.where(few, FEW_BELOW - 1, np.where(covered, _ENDLESS, counts))


def _year_bounds(table: SideTable) -> Bounds:
    if table.year is not None:
        return _bounds(table.year)
    none = np.zeros(len(table.half.counts), dtype=np.int64)
    return none, none + _ENDLESS


def _total(column: Column | None) -> tuple[int, int]:
    if column is None or not column.total_open:
        return (-_UNKNOWN, _UNKNOWN)
    return (sum(column.counts), sum(column.counts))


def _total_later(table: SideTable) -> tuple[int, int]:
    if table.year is None or not (table.half.total_open and table.year.total_open):
        return (-_UNKNOWN, _UNKNOWN)
    later = sum(table.year.counts) - sum(table.half.counts)
    return (later, later)
