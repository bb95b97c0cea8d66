"""Words that announce a unit, in all the ways they are written."""

from __future__ import annotations

import pytest

from geo.kinds import announced_at, kinds_after, kinds_before, names_no_unit, without_country
from geo.text import UnitKind, part_words


@pytest.mark.parametrize(
    ("text", "start", "kind"),
    [
        ("TP. Huế", 1, UnitKind.CITY),
        ("T.P Huế", 2, UnitKind.CITY),
        ("TX Đức Phổ", 1, UnitKind.DISTRICT_TOWN),
        ("Thị xã Đức Phổ", 2, UnitKind.DISTRICT_TOWN),
        ("TT.Đăk Rve", 1, UnitKind.TOWN),
        ("thi tran Tan Hung", 2, UnitKind.TOWN),
        ("Đặc khu Côn Đảo", 2, UnitKind.ZONE),
        ("F.1", 1, UnitKind.WARD),
        ("X.Ea Bá", 1, UnitKind.COMMUNE),
        ("Ward 1", 1, UnitKind.WARD),
    ],
)
def test_kind_before_a_name_is_read_in_all_its_abbreviations(
    text: str, start: int, kind: UnitKind
) -> None:
    assert kinds_before(part_words(text)[0], start)[0] == (kind,)


@pytest.mark.parametrize("text", ["Xá Lợi", "Phương Liên", "Tịnh Hà", "Quán Toan", "Tân x Hưng"])
def test_words_with_other_diacritics_and_stray_letters_announce_nothing(text: str) -> None:
    assert announced_at(*part_words(text)) == {}


def test_english_kinds_stand_behind_the_name_and_before_numbers() -> None:
    keys, _ = part_words("Thach Ha District Ha Tinh Province")
    assert UnitKind.DISTRICT in kinds_after(keys, 2)[0]
    assert kinds_before(keys, 3) == ((), 3)
    assert UnitKind.PROVINCE in kinds_after(keys, 5)[0]


def test_streets_hamlets_and_house_numbers_are_no_units() -> None:
    assert names_no_unit(*part_words("47 Quang Trung"), 1)
    assert names_no_unit(*part_words("ấp Tân Phú"), 1)
    assert names_no_unit(*part_words("KCN Tân Bình"), 1)
    assert not names_no_unit(*part_words("xã Tân Phú"), 1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hà Nội, Việt Nam", "Hà Nội"),
        ("Hà Nội 100000 VN", "Hà Nội"),
        ("Vietnam", ""),
        ("Việt Nam 70000", ""),
        ("Quảng Nam", "Quảng Nam"),
    ],
)
def test_country_and_post_code_are_no_names(text: str, kept: str) -> None:
    keys = part_words(text)[0]
    start, stop = without_country(keys)
    assert keys[start:stop] == part_words(kept)[0]
