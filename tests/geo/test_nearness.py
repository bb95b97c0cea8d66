"""Which pairs of one day and kind are worth weighing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.nearness import MOST_A_DAY, NEAR_COARSE_M, DayRecords, near_pairs

METRE = 1 / 111_000
Row = tuple[int, int, float, float, bool]
"""Group, commune, metres east and north of a point, fresh."""


def records(*rows: Row) -> DayRecords:
    groups, communes, east, north, fresh = zip(*rows, strict=True)
    return DayRecords(
        groups=np.array(groups, dtype=np.int64),
        communes=np.array(communes, dtype=np.int64),
        lons=108.0 + np.array(east, dtype=float) * METRE,
        lats=14.0 + np.array(north, dtype=float) * METRE,
        fresh=np.array(fresh, dtype=np.bool_),
    )


def pairs(*rows: Row) -> set[tuple[int, int]]:
    return {(int(i), int(j)) for i, j in near_pairs(records(*rows)).pairs}


NOWHERE = float("nan")


def test_near_points_of_one_day_and_kind_are_a_pair() -> None:
    near = near_pairs(records((0, 0, 0, 0, True), (0, 0, 100, 0, False)))

    assert near.pairs.tolist() == [[0, 1]]
    assert near.crowded.tolist() == []
    assert 90 < near.apart_m[0] < 100  # a degree of longitude is shorter at 14° N


def test_another_day_or_kind_is_no_pair() -> None:
    assert pairs((0, 0, 0, 0, True), (1, 0, 0, 0, True)) == set()


def test_near_points_count_across_the_limit_of_two_communes() -> None:
    assert pairs((0, 0, 0, 0, True), (0, 1, 50, 50, True)) == {(0, 1)}


def test_far_points_of_one_commune_are_no_pair() -> None:
    assert pairs((0, 0, 0, 0, True), (0, 0, 0, NEAR_COARSE_M + 50, True)) == set()


def test_without_a_point_the_commune_makes_the_pair() -> None:
    rows = (0, 7, NOWHERE, NOWHERE, True), (0, 7, 5_000, 0, True), (0, 8, 0, 0, True)

    assert pairs(*rows) == {(0, 1)}


def test_two_old_records_are_not_looked_at_again() -> None:
    rows = (0, 0, 0, 0, False), (0, 0, 10, 0, False), (0, 0, 20, 0, True)

    assert pairs(*rows) == {(0, 2), (1, 2)}


def test_a_day_with_hundreds_in_one_commune_is_a_placeholder_and_left_alone() -> None:
    crowd = [(0, 0, NOWHERE, NOWHERE, True)] * (MOST_A_DAY + 2)

    assert pairs(*crowd, (1, 0, 0, 0, True), (1, 0, 5, 0, True)) == {(len(crowd), len(crowd) + 1)}


@pytest.mark.parametrize("point", [NOWHERE, 0.0], ids=["by commune", "by point"])
def test_who_is_left_out_as_a_crowd_is_told(point: float) -> None:
    crowd = [(0, 0, point, point, i % 2 == 0) for i in range(MOST_A_DAY + 2)]
    old = [(3, 0, point, point, False) for _ in range(MOST_A_DAY + 2)]
    near = near_pairs(records(*crowd, (1, 0, 0, 0, True), *old))

    assert near.crowded.tolist() == list(range(len(crowd)))


def test_many_in_one_commune_with_points_of_their_own_are_no_crowd() -> None:
    spread = [(0, 0, 0, i * 2_000, True) for i in range(MOST_A_DAY + 2)]

    assert near_pairs(records(*spread)).crowded.tolist() == []


def test_nothing_gives_nothing() -> None:
    empty = np.array([], dtype=np.int64)
    none = DayRecords(empty, empty, empty.astype(float), empty.astype(float), empty.astype(bool))

    assert len(near_pairs(none).pairs) == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, 2),
            st.one_of(st.just(NOWHERE), st.integers(0, 3_000).map(float)),
            st.just(0.0),
            st.booleans(),
        ),
        min_size=1,
        max_size=14,
    )
)
def test_pairs_are_those_that_looking_at_every_two_would_find(rows: list[Row]) -> None:
    rows = [(g, c, e, NOWHERE if e != e else n, f) for g, c, e, n, f in rows]
    made = records(*rows)

    def near(i: int, j: int) -> bool:
        a, b = rows[i], rows[j]
        if a[0] != b[0] or not (a[4] or b[4]):
            return False
        if a[2] != a[2] or b[2] != b[2]:
            return a[1] == b[1]
        return abs(made.lons[i] - made.lons[j]) * 108_023.4 <= NEAR_COARSE_M

    wanted = {(i, j) for j in range(len(rows)) for i in range(j) if near(i, j)}
    unsure = {
        (i, j)
        for i, j in wanted | pairs(*rows)
        if abs(abs(made.lons[i] - made.lons[j]) * 108_023.4 - NEAR_COARSE_M) < 2
    }

    assert pairs(*rows) - unsure == wanted - unsure
