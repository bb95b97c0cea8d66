"""No small count can be worked out of what is told: linear programs, and an attacker who tries all.

The attackers share nothing with the code: they know the published cells, the sums, that a first
half is no more than its year, and everything about one commune of their choice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from models.cell_suppression import RANGE, Column, Shown, SideTable, narrowest, suppressed

Counts = tuple[int, ...]
Table = tuple[Counts, Counts | None]


def tables(most: int, communes: int) -> st.SearchStrategy[Table]:
    """Provinces with quiet, small and large communes; the year holds its first half."""
    pair = st.tuples(
        st.integers(0, most) | st.integers(0, 4), st.integers(0, most) | st.just(0)
    ).map(lambda pair: (pair[0], pair[0] + pair[1]))
    return st.lists(pair, min_size=1, max_size=communes).flatmap(_with_or_without_year)


def _with_or_without_year(pairs: list[tuple[int, int]]) -> st.SearchStrategy[Table]:
    half, year = tuple(one for one, _ in pairs), tuple(both for _, both in pairs)
    return st.sampled_from([(half, year), (half, None)])


@settings(max_examples=30)
@given(tables(most=20, communes=5))
def test_a_linear_program_narrows_no_hidden_count(table: Table) -> None:
    told = suppressed(*table)

    for known in _known(table):
        assert all(width >= RANGE for width in widths_by_programs(told, known))


@settings(max_examples=30)
@given(tables(most=5, communes=3))
def test_who_tries_every_table_finds_no_hidden_count(table: Table) -> None:
    told = suppressed(*table)

    for known in _known(table):
        assert all(width >= RANGE for width in widths_by_trying(told, known))


@settings(max_examples=30)
@given(tables(most=20, communes=5))
def test_the_range_is_what_linear_programs_find(table: Table) -> None:
    """Exactly, for patterns that are not safe too."""
    half, year = table
    few = tuple(Shown.FEW if n < 5 else Shown.OPEN for n in half)
    bare = SideTable(Column(half, few, total_open=True), None)
    if year is not None:
        also = tuple(Shown.FEW if n < 5 else Shown.OPEN for n in year)
        bare = SideTable(bare.half, Column(year, also, total_open=True))

    found = [w for known in _known(table) for w in widths_by_programs(bare, known)]

    assert min(narrowest(bare), 1000) == min([*found, 1000])


@given(tables(most=40, communes=30))
def test_what_was_told_of_the_first_half_stays_what_is_told(table: Table) -> None:
    half, year = table

    assert suppressed(half, year).half == suppressed(half, None).half


@given(tables(most=40, communes=30))
def test_small_counts_are_hidden_and_open_ones_are_true(table: Table) -> None:
    told = suppressed(*table)

    for column in filter(None, (told.half, told.year)):
        for count, shown in zip(column.counts, column.shown, strict=True):
            assert (shown is Shown.FEW) == (count < 5)
    assert narrowest(told) >= RANGE


def test_a_province_of_many_communes_hides_few_more_and_is_quick() -> None:
    random = np.random.default_rng(7)
    half = tuple(int(n) for n in random.negative_binomial(1, 0.12, 168))
    year = tuple(n + int(more) for n, more in zip(half, random.poisson(6, 168), strict=True))
    began = time.perf_counter()

    told = suppressed(half, year)

    assert time.perf_counter() - began < 0.2
    assert told.year is not None
    assert told.half.total_open and told.year.total_open
    assert sum(shown is Shown.COVERED for shown in told.year.shown) <= 4


@pytest.mark.parametrize("half", [(0, 0, 0), (4, 4, 4, 4), (3,), (5, 6), (0, 5, 5, 5)])
def test_where_nothing_can_hide_a_count_the_sum_is_not_told(half: Counts) -> None:
    told = suppressed(half, None)

    hidden = Shown.FEW in told.half.shown
    assert told.half.total_open is not hidden


def _known(table: Table) -> range:
    """Communes that a reader may know; none of a province of one."""
    return range(len(table[0])) if len(table[0]) > 1 else range(-1, 0)


def widths_by_programs(told: SideTable, known: int) -> Iterator[float]:
    """Largest less smallest value of every hidden count, by linear programs."""
    n = len(told.half.counts)
    bounds = [*_bounds(told.half, known), *_year_bounds(told, known, n)]
    order = np.hstack([np.eye(n), -np.eye(n)])
    sums = [
        (np.r_[np.full(n, at == 0, float), np.full(n, at == 1, float)], sum(column.counts))
        for at, column in enumerate((told.half, told.year))
        if column is not None and column.total_open
    ]
    for at, column in enumerate((told.half, told.year)):
        for k, shown in enumerate(column.shown if column else ()):
            if shown is Shown.OPEN or k == known:
                continue
            aim = np.zeros(2 * n)
            aim[at * n + k] = 1
            ends = [
                linprog(
                    sign * aim,
                    A_ub=order,
                    b_ub=np.zeros(n),
                    A_eq=np.array([row for row, _ in sums]) if sums else None,
                    b_eq=[total for _, total in sums] if sums else None,
                    bounds=bounds,
                    method="highs",
                )
                for sign in (1, -1)
            ]
            assert all(end.status in (0, 3) for end in ends)
            yield np.inf if 3 in [e.status for e in ends] else round(-ends[1].fun - ends[0].fun)


def _bounds(column: Column, known: int) -> list[tuple[int, int | None]]:
    ends = {Shown.FEW: (0, 4), Shown.COVERED: (5, None)}
    return [
        (count, count) if k == known or shown is Shown.OPEN else ends[shown]
        for k, (count, shown) in enumerate(zip(column.counts, column.shown, strict=True))
    ]


def _year_bounds(told: SideTable, known: int, n: int) -> list[tuple[int, int | None]]:
    return [(0, None)] * n if told.year is None else _bounds(told.year, known)


def widths_by_trying(told: SideTable, known: int) -> Iterator[int]:
    """The same by trying every table whose counts are no more than all of them together."""
    most = sum((told.year or told.half).counts) + 2 * RANGE
    choices = [
        [
            (half, year)
            for half in _values(told.half, k, known, most)
            for year in (_values(told.year, k, known, most) if told.year else [most])
            if half <= year
        ]
        for k in range(len(told.half.counts))
    ]
    for k, own in enumerate(choices):
        others = {(0, 0)}
        for each in choices[:k] + choices[k + 1 :]:
            others = {(a + half, b + year) for a, b in others for half, year in each}
        fitting = [pair for pair in own if any(_fits(told, pair, more) for more in others)]
        assert fitting
        for at, column in enumerate((told.half, told.year)):
            if column is not None and column.shown[k] is not Shown.OPEN and k != known:
                values = [pair[at] for pair in fitting]
                yield max(values) - min(values)


def _fits(told: SideTable, pair: tuple[int, int], others: tuple[int, int]) -> bool:
    return all(
        pair[at] + others[at] == sum(column.counts)
        for at, column in enumerate((told.half, told.year))
        if column is not None and column.total_open
    )


def _values(column: Column, k: int, known: int, most: int) -> list[int]:
    shown = Shown.OPEN if k == known else column.shown[k]
    if shown is Shown.OPEN:
        return [column.counts[k]]
    return list(range(5)) if shown is Shown.FEW else list(range(5, most + 1))
