"""One normal form of Vietnamese names, and the words of an address."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crosswalk import load_crosswalk
from geo.text import (
    UnitKind,
    accent_key,
    fold,
    name_key,
    part_words,
    province_keys,
    split_words,
    strip_kind,
)

NAMES = st.sampled_from([unit.name for unit in load_crosswalk()])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("Tuý Loan", "Túy Loan"),
        ("Kon Tum", "KONTUM"),
        ("Cư M’gar", "Cu M'Gar"),
        ("Ea H'leo", "Ea Hleo"),
        ("Đắk Lắk", "Đăk Lăk"),
        ("Đak Tô", "Dac To"),
        ("Krông Pắc", "Krong Pak"),
        ("Ðồng Nai", "Đồng Nai"),
        ("Mỹ Tho", "Mĩ Tho"),
        ("Quý Sơn", "Quí Sơn"),
        ("Phường 01", "Phường 1"),
        ("Ia Pa", "la Pa"),
        ("Ia Pa", "1a Pa"),
        ("Phan Rang - Tháp Chàm", "Phan Rang–Tháp Chàm"),
        ("Phú Sơn Lâm Hà", "PhúSơn Lâm Hà"),
    ],
)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Chánh", "Khánh"), ("Châu", "Khâu"), ("Tân Phú", "Tân Phong")]
)
def test_different_names_keep_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_accents_separate_namesakes_but_not_tone_placement() -> None:
    assert accent_key("Tân Thành") != accent_key("Tân Thạnh")
    assert accent_key("Hoà") == accent_key("Hòa")
    assert accent_key("Đăk Tô") == accent_key("Đắk Tô")


@given(NAMES)
def test_composition_case_and_lost_diacritics_leave_the_key(name: str) -> None:
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(name)
    assert accent_key(unicodedata.normalize("NFD", name)) == accent_key(name)
    assert fold(fold(name)) == fold(name)
    assert accent_key(name.upper()) == accent_key(name)


def test_address_is_split_into_segments_and_glued_numbers_apart() -> None:
    words = split_words("12 Lê Lợi, P01; Q.3 (TPHCM)")
    assert words.keys == ("12", "le", "loi", "p", "1", "q", "3", "tphkm")
    assert words.segments == (0, 0, 0, 1, 1, 2, 2, 3)
    assert words.accented
    assert not split_words("12 le loi").accented


def test_official_full_names_lose_their_kind_whatever_the_case() -> None:
    assert strip_kind("xã Bắc Sơn") == (UnitKind.COMMUNE, "Bắc Sơn")
    assert strip_kind("Thành phố Hồ Chí Minh") == (UnitKind.CITY, "Hồ Chí Minh")


def test_popular_names_of_provinces_are_known() -> None:
    assert {name_key(name) for name in ("Sài Gòn", "HCM", "TP.HCM")} <= {
        *province_keys(name_key("Hồ Chí Minh"))
    }
    assert name_key("BRVT") in province_keys(name_key("Bà Rịa - Vũng Tàu"))
    assert province_keys("longan") == ("longan",)


def test_a_dotted_letter_keeps_its_dot_and_lost_spaces_are_found() -> None:
    keys, accents = part_words("X.PhúSơn P12 Tp.Huế")
    assert keys == ("x.", "phu", "son", "p", "12", "tp", "hue")
    assert accents == ("x.", "phu1", "sơn", "p", "12", "tp", "huê1")


@given(NAMES)
def test_words_of_one_part_are_those_of_the_whole(name: str) -> None:
    words = split_words(name)
    assert part_words(name) == (words.keys, words.accents)
