"""What speaks for two reports being of one case, and which of the two had better stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from geo.likeness import Report, kept_first, weigh
from geo.records import Seizure
from geo.terms import DetectedBy, IncidentKind, Precision, SeizureUnit, Substance

HEROIN = Seizure(Substance.HEROIN, 0.0125, SeizureUnit.KG)
OF_PROVINCE = Report(
    id=1,
    body="CÔNG AN TỈNH A",
    occurred_on=date(2026, 3, 8),
    kind=IncidentKind.TRADING,
    detected_by=DetectedBy.PROVINCE,
    verified=True,
    offenders=2,
    seizures=(HEROIN,),
    address="Thôn 3, xã Đắk Tô, tỉnh Quảng Ngãi",
    precision=Precision.EXACT,
    commune_code="23401",
    lon=108.0,
    lat=14.0,
)


def report(**changes: Any) -> Report:
    return replace(OF_PROVINCE, id=2, body="CÔNG AN XÃ B", **changes)


def somewhere(**changes: Any) -> Report:
    """A report that is only known by its commune."""
    return report(precision=Precision.COMMUNE, lon=None, lat=None, **changes)


def test_near_points_between_two_bodies_are_ground_enough() -> None:
    bare = report(offenders=None, seizures=(), address="")

    found = weigh(OF_PROVINCE, bare, 250.0)

    assert found is not None
    assert found.signs == ("near",)


def test_exact_points_more_than_300_m_apart_are_two_cases() -> None:
    assert weigh(OF_PROVINCE, report(), 301.0) is None


def test_a_point_of_a_street_reaches_further() -> None:
    assert weigh(OF_PROVINCE, report(precision=Precision.STREET), 700.0) is not None


def test_near_points_are_not_enough_when_both_counts_deny_it() -> None:
    other = report(offenders=5, seizures=(replace(HEROIN, quantity=3.0),))

    assert weigh(OF_PROVINCE, other, 20.0) is None
    assert weigh(OF_PROVINCE, replace(other, offenders=2), 20.0) is not None


def test_one_commune_alone_is_no_ground() -> None:
    bare = somewhere(offenders=None, seizures=(), address="")

    assert weigh(OF_PROVINCE, bare, None) is None


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({"seizures": (), "address": ""}, "same_offenders"),
        ({"offenders": None, "address": ""}, "same_seizures"),
        ({"offenders": None, "seizures": ()}, "similar_address"),
    ],
)
def test_one_commune_and_something_that_agrees_is_ground(
    changes: dict[str, Any], sign: str
) -> None:
    found = weigh(OF_PROVINCE, somewhere(**changes), None)

    assert found is not None
    assert found.signs == (sign,)


def test_another_hamlet_of_the_commune_is_another_case_unless_the_seizures_are_the_same() -> None:
    other = somewhere(seizures=(), address="Thôn 10, xã Đắk Tô, tỉnh Quảng Ngãi")

    assert weigh(OF_PROVINCE, other, None) is None
    assert weigh(OF_PROVINCE, replace(other, seizures=(HEROIN,)), None) is not None


def test_two_registered_hamlets_are_two_cases() -> None:
    here = replace(OF_PROVINCE, sub_unit_id=1)

    assert weigh(here, somewhere(sub_unit_id=2), None) is None
    assert weigh(here, somewhere(sub_unit_id=1), None) is not None


def test_the_names_of_commune_and_province_do_not_make_two_addresses_alike() -> None:
    other = somewhere(offenders=None, seizures=(), address="Chợ Mới, xã Đắk Tô, tỉnh Quảng Ngãi")

    assert weigh(OF_PROVINCE, other, None) is None


def test_two_arrests_of_one_body_in_one_place_on_one_day_are_two_cases() -> None:
    second = replace(OF_PROVINCE, id=2, seizures=(replace(HEROIN, quantity=0.5),))

    assert weigh(OF_PROVINCE, second, 0.0) is None
    assert weigh(OF_PROVINCE, replace(second, seizures=(HEROIN,), lon=108.001), 108.0) is None


def test_one_body_twice_the_same_under_two_numbers_is_asked() -> None:
    found = weigh(OF_PROVINCE, replace(OF_PROVINCE, id=2), 0.0)

    assert found is not None
    assert found.same_body


def test_one_list_with_the_reports_of_commune_and_province_is_asked() -> None:
    of_commune = replace(OF_PROVINCE, id=2, detected_by=DetectedBy.COMMUNE, seizures=())

    found = weigh(OF_PROVINCE, of_commune, 120.0)

    assert found is not None
    assert "two_levels" in found.signs
    assert weigh(OF_PROVINCE, replace(of_commune, offenders=1), 120.0) is None


def test_more_agreement_scores_higher() -> None:
    def score(other: Report, metres: float | None) -> float:
        found = weigh(OF_PROVINCE, other, metres)
        assert found is not None
        return found.score

    assert (
        score(report(), 10.0)
        > score(report(), 250.0)
        > score(report(seizures=()), 250.0)
        > score(somewhere(seizures=(), address=""), None)
    )


def test_weights_written_in_grams_and_kilograms_are_the_same_seizure() -> None:
    found = weigh(OF_PROVINCE, report(seizures=(replace(HEROIN, quantity=12.5 / 1000),)), 10.0)
    near = weigh(OF_PROVINCE, report(seizures=(replace(HEROIN, quantity=0.013),)), 10.0)

    assert found is not None
    assert near is not None
    assert "same_seizures" in found.signs
    assert "similar_seizures" in near.signs


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"detected_by": DetectedBy.COMMUNE}, {"verified": False}),
        ({"detected_by": DetectedBy.COMMUNE}, {"precision": Precision.COMMUNE}),
        ({"detected_by": DetectedBy.PROVINCE}, {"detected_by": DetectedBy.COMMUNE}),
        ({}, {"offenders": None}),
        ({}, {}),
    ],
)
def test_the_report_that_had_better_stand(better: dict[str, Any], worse: dict[str, Any]) -> None:
    one, other = replace(OF_PROVINCE, **better), report(**worse)

    assert kept_first(one, other) == kept_first(other, one) == (one, other)
