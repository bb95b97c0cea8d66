"""The Vietnamese alphabet as an order of names."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.alphabet import vietnamese_key

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(LETTERS)))
def test_letters_follow_the_alphabet(earlier: str, later: str) -> None:
    assert vietnamese_key(earlier + "n") < vietnamese_key(later + "n")


def test_tones_decide_only_between_equal_letters() -> None:
    tones = ["Ba", "Bà", "Bả", "Bã", "Bá", "Bạ"]
    assert sorted(set(tones), key=vietnamese_key) == tones
    assert sorted(["Bạ An", "Ba Vì", "Bá Bì"], key=vietnamese_key) == ["Bạ An", "Bá Bì", "Ba Vì"]


def test_the_kind_of_unit_does_not_count() -> None:
    names = [
        "Thành phố Cần Thơ",
        "Thành phố Đà Nẵng",
        "Tỉnh Đắk Lắk",
        "Thành phố Huế",
        "Tỉnh Lào Cai",
    ]
    assert sorted(set(names), key=vietnamese_key) == names
    communes = ["Xã An Phú", "Phường Ân Tường", "Đặc khu Hoàng Sa", "Phường 2", "Xã Ơn"]
    ordered = sorted(communes, key=vietnamese_key)
    assert ordered == ["Phường 2", *[n for n in communes if n != "Phường 2"]]


def test_a_shorter_name_comes_before_one_that_begins_with_it() -> None:
    assert sorted(["Tân Anh", "Tân", "Tần"], key=vietnamese_key) == ["Tân", "Tần", "Tân Anh"]


@given(st.text(alphabet=LETTERS + "àảãáạ '-", max_size=12))
def test_composed_and_decomposed_letters_have_one_place(name: str) -> None:
    assert vietnamese_key(name) == vietnamese_key(unicodedata.normalize("NFD", name).upper())
