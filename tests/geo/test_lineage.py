"""Names of clusters: kept while the records stay, never given twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.lineage import Descent, NamedCluster, stable_id, trace
from geo.terms import Lineage

A, B, C, D = (stable_id(number) for number in range(1, 5))


def named(name: str, members: Sequence[int], *, is_latest: bool = True) -> NamedCluster:
    return NamedCluster(name, np.array(members, dtype=np.int64), is_latest)


def test_the_first_run_numbers_its_clusters_in_their_order() -> None:
    assert trace([[1, 2], [3, 4]], [], next_number=7) == [
        Descent("C-000007", Lineage.NEW),
        Descent("C-000008", Lineage.NEW),
    ]


def test_a_cluster_that_grew_keeps_its_name() -> None:
    assert trace([range(30)], [named(A, range(8))], next_number=2) == [Descent(A, Lineage.SAME)]


def test_a_cluster_that_shrank_keeps_its_name() -> None:
    assert trace([range(8)], [named(A, range(30))], next_number=2) == [Descent(A, Lineage.SAME)]


def test_a_place_with_too_few_of_the_old_records_is_a_new_one() -> None:
    found = trace([[1, 2, 3, 10, 11, 12, 13]], [named(A, range(1, 10))], next_number=2)
    assert found == [Descent(B, Lineage.NEW)]


def test_a_window_that_moves_on_keeps_the_name() -> None:
    """Days 1-90, then 61-150: of 90 old records 60 are no longer read."""
    moved = list(range(60, 150))
    before = [named(A, range(90))]
    assert trace([moved], before, next_number=2)[0].lineage is Lineage.NEW
    assert trace([moved], before, next_number=2, read_ids=moved) == [Descent(A, Lineage.SAME)]


def test_records_that_were_withdrawn_speak_neither_for_nor_against() -> None:
    before = [named(A, range(10))]
    found = trace([[8, 9, 20, 21]], before, next_number=2, read_ids=[8, 9, 20, 21, 22])
    assert found == [Descent(A, Lineage.SAME)]


def test_a_cluster_that_splits_leaves_its_name_to_the_larger_part() -> None:
    found = trace([range(4), range(4, 10)], [named(A, range(10))], next_number=2)
    assert found == [Descent(B, Lineage.SPLIT, (A,)), Descent(A, Lineage.SAME)]


def test_equal_parts_leave_the_name_to_the_lower_number() -> None:
    found = trace([range(5), range(5, 10)], [named(A, range(10))], next_number=2)
    assert [d.stable_id for d in found] == [A, B]


def test_a_merged_cluster_has_the_name_of_the_larger_and_both_as_parents() -> None:
    before = [named(A, range(3)), named(B, range(3, 10))]
    found = trace([range(12)], before, next_number=3)
    assert found == [Descent(B, Lineage.MERGED, (B, A))]


def test_a_name_taken_in_by_a_merger_comes_back_when_the_place_parts_again() -> None:
    last = [named(B, range(10), is_latest=True), named(A, range(3), is_latest=False)]
    found = trace([range(3), range(3, 10)], last, next_number=3)
    assert found == [Descent(A, Lineage.SPLIT, (B,)), Descent(B, Lineage.SAME)]


def test_after_a_merger_the_same_cluster_again_is_just_the_same() -> None:
    last = [named(B, range(10)), named(A, range(3), is_latest=False)]
    assert trace([range(10)], last, next_number=3) == [Descent(B, Lineage.SAME)]


def test_a_cluster_that_one_run_did_not_find_comes_back_under_its_name() -> None:
    last = [named(A, range(8)), named(B, range(20, 30), is_latest=False)]
    found = trace([range(20, 31), range(9)], last, next_number=3)
    assert found == [Descent(B, Lineage.SAME), Descent(A, Lineage.SAME)]


def test_a_part_moves_over_to_its_neighbour() -> None:
    """Of A's twelve, five go over to B: both keep their names."""
    before = [named(A, range(12)), named(B, range(20, 30))]
    found = trace([range(7), [*range(7, 12), *range(20, 30)]], before, next_number=3)
    assert found == [Descent(A, Lineage.SAME), Descent(B, Lineage.SAME)]


def test_nothing_found_names_nothing() -> None:
    assert trace([], [named(A, [1, 2])], next_number=2) == []


partitions = st.lists(st.integers(-1, 5), min_size=0, max_size=60)


def groups(labels: Sequence[int]) -> list[list[int]]:
    """Ids by label, as a clustering gives them; -1 is noise."""
    used = sorted({label for label in labels if label >= 0})
    return [[id_ for id_, label in enumerate(labels) if label == each] for each in used]


@given(partitions, st.data())
def test_an_identical_rerun_finds_every_cluster_the_same(
    labels: list[int], data: st.DataObject
) -> None:
    found = groups(labels)
    names = data.draw(st.permutations([stable_id(n + 1) for n in range(len(found))]))
    last = [named(name, members) for name, members in zip(names, found, strict=True)]
    again = trace(found, last, next_number=99, read_ids=range(len(labels)))
    assert again == [Descent(name, Lineage.SAME) for name in names]


@given(partitions, partitions, partitions)
def test_names_are_given_once_and_never_again(
    first: list[int], second: list[int], third: list[int]
) -> None:
    forms: dict[str, NamedCluster] = {}
    fresh: list[str] = []
    next_number = 1
    for labels in (first, second, third):
        found = groups(labels)
        named_now = trace(found, list(forms.values()), next_number=next_number)
        names = [d.stable_id for d in named_now]
        assert len(set(names)) == len(names)
        given_now = [name for name in names if name not in forms]
        assert not set(given_now) & set(fresh)
        fresh += given_now
        next_number += len(given_now)
        for descent in named_now:
            assert set(descent.parents) <= set(forms)
            assert bool(descent.parents) == (descent.lineage in (Lineage.SPLIT, Lineage.MERGED))
        forms = {
            name: named(name, c.members.tolist(), is_latest=False) for name, c in forms.items()
        }
        forms |= {name: named(name, ids) for name, ids in zip(names, found, strict=True)}


@given(partitions, partitions)
def test_names_do_not_depend_on_the_order_of_the_earlier_clusters(
    first: list[int], second: list[int]
) -> None:
    last = [named(stable_id(n + 1), members) for n, members in enumerate(groups(first))]
    shuffled = list(reversed(last))
    found = groups(second)
    assert trace(found, last, next_number=50) == trace(found, shuffled, next_number=50)


@pytest.mark.parametrize(("number", "name"), [(1, "C-000001"), (1_234_567, "C-1234567")])
def test_names_are_six_digits_and_grow(number: int, name: str) -> None:
    assert stable_id(number) == name
