"""Classes of old communes carried to those of today: all parts, some, none, unknown."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.carried import CarriedState, carry, carry_all, is_restated
from geo.terms import CommuneClass

CLEAN, AFFECTED, WORST = CommuneClass.DRUG_FREE, CommuneClass.AFFECTED, CommuneClass.TYPE_1
UNKNOWN = CommuneClass.UNKNOWN
OLD, NEW = date(2024, 12, 14), date(2025, 12, 14)

classes = st.lists(st.sampled_from(list(CommuneClass)), min_size=1, max_size=6)


def state(*given_classes: CommuneClass | None) -> CarriedState:
    parts = [str(i) for i in range(len(given_classes))]
    known = {p: cls for p, cls in zip(parts, given_classes, strict=True) if cls is not None}
    return carry("9", parts, known, is_carried=True).state


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((CLEAN,), CarriedState.DRUG_FREE),
        ((CLEAN, CLEAN, CLEAN), CarriedState.DRUG_FREE),
        ((CLEAN, AFFECTED), CarriedState.PARTIAL),
        ((WORST, AFFECTED), CarriedState.NOT_DRUG_FREE),
        ((CLEAN, None), CarriedState.UNKNOWN),
        ((CLEAN, UNKNOWN), CarriedState.UNKNOWN),
        ((None, None), CarriedState.UNKNOWN),
        ((WORST, None), CarriedState.NOT_DRUG_FREE),
        ((CLEAN, WORST, None), CarriedState.PARTIAL),
    ],
)
def test_a_successor_is_drug_free_only_if_all_its_parts_were(
    parts: tuple[CommuneClass | None, ...], expected: CarriedState
) -> None:
    assert state(*parts) is expected


def test_the_class_is_that_of_the_parts_where_they_agree_and_nothing_else() -> None:
    both = {"1": WORST, "2": WORST}
    assert carry("9", ("1", "2"), both, is_carried=True).cls is WORST
    assert carry("9", ("1", "2"), both | {"2": CLEAN}, is_carried=True).cls is None
    assert carry("9", ("1", "3"), both, is_carried=True).cls is None


@given(classes)
def test_one_part_that_was_not_drug_free_is_never_counted(parts: list[CommuneClass]) -> None:
    counted = state(*parts) is CarriedState.DRUG_FREE
    assert counted is (set(parts) == {CLEAN})


@given(classes)
def test_the_order_of_the_parts_says_nothing(parts: list[CommuneClass]) -> None:
    assert state(*parts) is state(*reversed(parts))


def test_a_period_that_ended_on_the_new_map_takes_a_class_as_it_is() -> None:
    found = carry_all({"1": "51"}, {"1": ("1", "2")}, {"1": CLEAN}, NEW)

    assert found["1"].state is CarriedState.DRUG_FREE
    assert not found["1"].is_carried


def test_a_code_that_both_maps_know_means_the_old_commune_in_an_old_period() -> None:
    found = carry_all({"1": "51"}, {"1": ("1", "2")}, {"1": CLEAN}, OLD)

    assert found["1"].state is CarriedState.UNKNOWN
    assert (found["1"].n_drug_free, found["1"].n_parts) == (1, 2)


def test_a_commune_that_no_old_one_led_to_has_its_own_class() -> None:
    found = carry_all({"7": "51"}, {}, {"7": CLEAN}, OLD)

    assert found["7"].state is CarriedState.DRUG_FREE


def test_an_old_commune_divided_among_two_is_a_part_of_both() -> None:
    parts = {"1": ("1", "5"), "2": ("2", "5")}
    known = {"1": CLEAN, "2": CLEAN, "5": WORST}
    found = carry_all({"1": "51", "2": "51"}, parts, known, OLD)

    assert [one.state for one in found.values()] == [CarriedState.PARTIAL] * 2


def test_figures_restated_for_the_communes_of_today_are_taken_as_they_are() -> None:
    codes = {str(n): "51" for n in range(6)} | {"90": "66"}
    parts = {str(n): (str(n), f"7{n}") for n in range(6)} | {"90": ("90", "91")}
    restated = {str(n): CLEAN for n in range(5)}
    found = carry_all(codes, parts, restated | {"91": CLEAN}, OLD)

    assert [found[str(n)].state for n in range(6)] == [
        *[CarriedState.DRUG_FREE] * 5,
        CarriedState.UNKNOWN,
    ]
    assert found["90"].state is CarriedState.UNKNOWN
    mixed = carry_all(codes, parts, restated | {"70": CLEAN}, OLD)
    assert mixed["0"].state is CarriedState.DRUG_FREE
    assert mixed["1"].state is CarriedState.UNKNOWN


def test_few_codes_that_both_maps_know_are_no_sign_of_restated_figures() -> None:
    assert not is_restated({"1", "2"}, {"1", "2", "3"}, {"1", "2"})
    assert not is_restated(set(), {"1"}, {"1"})


def test_a_commune_without_a_part_is_an_error() -> None:
    with pytest.raises(ValueError, match="23401"):
        carry("23401", (), {}, is_carried=True)
