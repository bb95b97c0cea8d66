"""The index of names over both maps."""

from __future__ import annotations

import pytest

from geo.crosswalk import OldUnit, Successor
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.text import split_words

BA_CHE = CommuneUnit("06978", "Ba Chẽ", "Xã Ba Chẽ", "Xã", "22", "Tỉnh Quảng Ninh")
LA_NGA = CommuneUnit("26227", "La Ngà", "Xã La Ngà", "Xã", "75", "Thành phố Đồng Nai")


def old(code: str, full_name: str, heirs: tuple[Successor, ...]) -> OldUnit:
    name = full_name.split(" ", 1)[1]
    return OldUnit(
        code, name, full_name, "Huyện Ba Chẽ", "Tỉnh Quảng Ninh", heirs, 107.28, 21.27, "202", "22"
    )


def heir(code: str, full_name: str) -> Successor:
    return Successor(code, 1.0, True, full_name, "Tỉnh Quảng Ninh")


def test_a_successor_numbered_otherwise_is_found_by_name() -> None:
    gazetteer = Gazetteer.build(
        [BA_CHE], [old("06971", "Xã Nam Sơn", (heir("06970", "Xã Ba Chẽ"),))]
    )
    assert gazetteer.by_old_code["06971"].code_now == "06978"


def test_an_old_unit_outside_the_coverage_is_left_out() -> None:
    gazetteer = Gazetteer.build(
        [LA_NGA], [old("06971", "Xã Nam Sơn", (heir("06970", "Xã Ba Chẽ"),))]
    )
    assert gazetteer.by_old_code == {}
    assert "namson" not in gazetteer.names


def test_names_are_found_inside_a_segment_only() -> None:
    gazetteer = Gazetteer.build([BA_CHE], [])
    assert [(h.start, h.stop) for h in gazetteer.find(split_words("xã Ba Chẽ, QN"))] == [(1, 3)]
    assert gazetteer.find(split_words("xã Ba, Chẽ")) == []


@pytest.mark.parametrize("written", ["La Ngà", "la nga", "Ia Ngà", "LA NGÀ"])
def test_la_and_ia_meet_with_and_without_diacritics(written: str) -> None:
    gazetteer = Gazetteer.build([LA_NGA], [])
    assert len(gazetteer.find(split_words(written))) == 1


def test_parents_of_a_commune_in_force_are_those_of_its_parts() -> None:
    gazetteer = Gazetteer.build(
        [BA_CHE], [old("06971", "Xã Nam Sơn", (heir("06970", "Xã Ba Chẽ"),))]
    )
    unit = gazetteer.by_new_code["06978"]
    assert unit.districts == {"quangninh/huienbache"}
    assert unit.old_provinces == {"quangninh"}
