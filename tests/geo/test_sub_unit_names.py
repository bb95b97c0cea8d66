"""One name of a hamlet or group, however it is written; a name that means two means none."""

from __future__ import annotations

import pytest

from geo.sub_unit_names import find_sub_unit, read_sub_unit, stored_sub_unit
from geo.sub_units import written_sub_units


def known(*names: str) -> list[tuple[str, object]]:
    return [(name, read_sub_unit(name)) for name in names]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tổ dân phố số 5", "TDP 05"),
        ("Tổ dân phố 5", "tổ 5"),
        ("Khu phố 3", "KP3"),
        ("khu pho 03", "KP.3"),
        ("Thôn Phước Lý", "thon phuoc ly"),
        ("Thôn Hoà Mỹ", "THÔN HÒA MĨ"),
        ("Tổ 5, khu phố 3", "tổ 05 KP3"),
        ("Thôn II", "Thôn 2"),
        ("Tổ 5/2", "Tổ dân phố 5/2"),
    ],
)
def test_spellings_of_one_sub_unit_meet(one: str, other: str) -> None:
    assert read_sub_unit(one) == read_sub_unit(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thôn 3", "Tổ 3"),
        ("Thôn 3", "Thôn 13"),
        ("Tổ 5 khu phố 3", "Tổ 5 khu phố 4"),
        ("Tổ 5/2", "Tổ 52"),
        ("Thôn Tân Lập 1", "Thôn Tân Lập 2"),
    ],
)
def test_different_sub_units_stay_apart(one: str, other: str) -> None:
    assert read_sub_unit(one) != read_sub_unit(other)


@pytest.mark.parametrize("name", ["Tổ 5, KP3", "Thôn Bản Lang", "Phước Lý", "Buôn Ea Khal"])
def test_the_text_form_reads_back(name: str) -> None:
    normal = read_sub_unit(name)

    assert normal is not None
    assert stored_sub_unit(str(normal)) == normal


@pytest.mark.parametrize("text", ["", "Thôn", "  ", "tổ dân phố"])
def test_a_kind_alone_is_no_name(text: str) -> None:
    assert read_sub_unit(text) is None


def test_the_smallest_known_one_is_meant() -> None:
    register = known("Tổ 5 khu phố 3", "Khu phố 3")

    assert find_sub_unit(("tổ 5", "KP3"), register) == "Tổ 5 khu phố 3"
    assert find_sub_unit(("tổ 8", "KP3"), register) == "Khu phố 3"


def test_two_hamlets_of_one_name_are_not_linked() -> None:
    register = [*known("Thôn 1"), ("Thôn 1 (xã kia)", read_sub_unit("Thôn 1"))]

    assert find_sub_unit(("Thôn 1",), register) is None


def test_what_lies_around_tells_namesakes_apart() -> None:
    register = known("Tổ 5 khu phố 3", "Tổ 5 khu phố 4")

    assert find_sub_unit(("Tổ 5", "khu phố 4"), register) == "Tổ 5 khu phố 4"
    assert find_sub_unit(("Tổ 5",), register) is None
    assert find_sub_unit(("Tổ 5", "khu phố 9"), register) is None


def test_the_kind_may_differ_where_the_name_is_enough() -> None:
    register = known("Ấp Phước Lý", "Ấp 3", "Tổ 7")

    assert find_sub_unit(("Thôn Phước Lý",), register) == "Ấp Phước Lý"
    assert find_sub_unit(("thôn 3",), register) == "Ấp 3"
    assert find_sub_unit(("thôn 7",), register) is None


def test_the_kind_may_not_differ_where_two_would_fit() -> None:
    register = known("Ấp Phước Lý", "Khu phố Phước Lý")

    assert find_sub_unit(("Thôn Phước Lý",), register) is None
    assert find_sub_unit(("Ấp Phước Lý",), register) == "Ấp Phước Lý"


def test_names_as_addresses_write_them_are_found() -> None:
    register = known("Thôn Phước Lý", "Khu phố 3", "Buôn Ea Khal")
    addresses = {
        "Thôn Phước Lý, xã Ea Bá, Đắk Lắk": "Thôn Phước Lý",
        "số 12, tổ 5, KP3, Phường 1": "Khu phố 3",
        "buon ea khal, xa ea bar, tinh dak lak": "Buôn Ea Khal",
        "12 Lê Lợi, Phường 1": None,
    }

    found = {text: find_sub_unit(written_sub_units(text), register) for text in addresses}

    assert found == addresses
