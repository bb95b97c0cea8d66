"""One comma part: its words, and the names in it by what they may be."""

from __future__ import annotations

from functools import cache

import pytest

from geo.crosswalk import load_crosswalk
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.segments import Segment, read_segment
from geo.text import strip_kind


@cache
def gazetteer() -> Gazetteer:
    """Both maps; provinces are numbered for the test."""
    heirs = {heir.code: heir for unit in load_crosswalk() for heir in unit.successors}
    provinces = sorted({heir.province for heir in heirs.values()})
    units = [
        CommuneUnit(
            code,
            strip_kind(heir.full_name)[1],
            heir.full_name,
            heir.full_name.split()[0],
            f"{provinces.index(heir.province):02d}",
            heir.province,
        )
        for code, heir in sorted(heirs.items())
    ]
    return Gazetteer.build(units, load_crosswalk())


def read(text: str) -> Segment:
    return read_segment(gazetteer().names, text)


def test_an_announced_name_takes_its_kind_along() -> None:
    segment = read("Phường Bến Nghé")
    (mention,) = [m for m in segment.units if m.stop - m.start == 2]
    assert (mention.begin, mention.end, mention.opens, mention.shuts) == (0, 3, True, True)


def test_parts_without_commas_are_told_apart_by_their_kinds() -> None:
    segment = read("P. Bến Nghé Q1 TPHCM")
    assert {m.start for m in segment.districts if m.kinds} == {4}
    assert any(m.names.provinces for _, m in segment.provinces)


@pytest.mark.parametrize("text", ["12 Hùng Vương", "thôn Tân Lập", "KCN Tân Bình", "gần", ""])
def test_house_street_and_hamlet_open_an_address_and_name_no_unit(text: str) -> None:
    segment = read(text)
    assert all(m.is_elsewhere or m.is_number for m in segment.units if m.start == 1)
    assert segment.is_opening or text == "gần"


def test_roman_numbers_of_wards_are_numbers() -> None:
    assert read("Phường IV").keys == ("phuong", "4")
    assert read("Xã Vĩ").keys == ("xa", "vi")


def test_the_last_words_of_a_commune_are_no_district() -> None:
    assert read("Phú Sơn Lâm Hà").districts == ()
