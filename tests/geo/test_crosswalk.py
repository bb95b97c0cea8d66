"""Old communes, their successors and their past."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from geo.changes import Changes, CommuneChange, DistrictChange, HeirChange
from geo.crosswalk import FormerParent, OldUnit, Successor, join_history, load_crosswalk
from geo.errors import GeoError
from geo.listed_units import ListedUnit
from geo.text import accent_key, name_key

ISLANDS = {"318", "471", "498", "536", "755"}


def test_every_old_unit_has_successors_and_exactly_one_default() -> None:
    units = load_crosswalk()
    assert len(units) == 10_040
    for unit in units:
        assert sum(heir.is_default for heir in unit.successors) == 1, unit
        assert all(
            len(heir.code) == 5 and heir.full_name and heir.province for heir in unit.successors
        )


def test_codes_are_unique_and_only_island_districts_have_three_digits() -> None:
    codes = Counter(unit.code for unit in load_crosswalk())
    assert max(codes.values()) == 1
    assert {code for code in codes if len(code) != 5} == ISLANDS


def test_islands_without_communes_become_special_zones() -> None:
    islands = [unit for unit in load_crosswalk() if unit.code in ISLANDS]
    assert all(heir.full_name.startswith("Đặc khu") for u in islands for heir in u.successors)
    assert all(unit.full_name == unit.district and unit.lon is None for unit in islands)


def test_all_communes_of_2025_succeed_something() -> None:
    heirs = {heir.code for unit in load_crosswalk() for heir in unit.successors}
    assert len(heirs) == 3_321


def test_divided_units_keep_all_their_heirs_without_invented_shares() -> None:
    divided = [unit for unit in load_crosswalk() if unit.is_split]
    assert len(divided) == 471 + 9  # nine more by the second table
    assert all(heir.share is None for unit in divided for heir in unit.successors)
    whole = [unit for unit in load_crosswalk() if not unit.is_split]
    assert all(unit.successors[0].share == 1.0 for unit in whole)


def test_a_merged_province_is_followed_into_the_new_one() -> None:
    unit = _unit("Xã Ea Bá", "Huyện Sông Hinh")
    assert unit.province == "Tỉnh Phú Yên"
    assert unit.successors[0].province == "Tỉnh Đắk Lắk"


def test_a_moved_commune_remembers_the_districts_it_lay_in() -> None:
    moved = _unit("Phường Thuận An", "Quận Thuận Hóa").former_parents
    assert FormerParent("Huyện Phú Vang", "Huế", date(2021, 6, 30)) in moved
    listed = _unit("Thị trấn Cát Tiên", "Huyện Đạ Huoai").former_parents
    assert FormerParent("Huyện Cát Tiên", "Tỉnh Lâm Đồng") in listed


def test_a_name_of_the_earlier_list_brings_its_diacritics_and_district() -> None:
    aliases = _unit("Phường Hoàng Lâm", "Thành phố Thủy Nguyên").aliases
    former = next(alias for alias in aliases if alias.accent == accent_key("Lâm Động"))
    assert (former.key, former.district) == (name_key("Lâm Động"), "Huyện Thuỷ Nguyên")


SOURCE = OldUnit(
    code="00001",
    name="Một",
    full_name="Xã Một",
    district="Huyện Đông",
    province="Tỉnh Thử",
    successors=(Successor("90001", 1.0, True, "Xã Đông", "Tỉnh Thử"),),
    lon=None,
    lat=None,
)
OTHER = OldUnit(
    code="00002",
    name="Hai",
    full_name="Xã Hai",
    district="Huyện Tây",
    province="Tỉnh Thử",
    successors=(Successor("90002", 1.0, True, "Xã Tây", "Tỉnh Thử"),),
    lon=None,
    lat=None,
)


def test_a_code_that_another_name_bore_gives_a_former_name_and_parent() -> None:
    then = ListedUnit("00001", "Thị trấn Cũ", "Huyện Tây", "002", "Tỉnh Thử")
    unit = join_history([SOURCE, OTHER], [then], Changes())[0]
    assert [alias.key for alias in unit.aliases] == [name_key("Cũ")]
    assert unit.former_parents == (FormerParent("Huyện Tây", "Tỉnh Thử"),)


def test_a_gone_commune_held_by_two_units_is_a_name_of_both() -> None:
    held_by = (("Xã Một", "Huyện Đông"), ("Xã Hai", "Huyện Tây"))
    change = CommuneChange("Xã Ba", "Huyện Tây", "Thử", held_by, date(2015, 1, 31))
    units = join_history([SOURCE, OTHER], [], Changes(communes=(change,)))
    assert [unit.aliases[0].until for unit in units] == [date(2015, 1, 31)] * 2


def test_an_added_heir_leaves_no_share_and_may_become_the_main_one() -> None:
    added = HeirChange("Xã Một", "Huyện Đông", "Thử", ("Xã Tây",), "Xã Tây")
    unit = join_history([SOURCE, OTHER], [], Changes(heirs=(added,)))[0]
    assert [(heir.code, heir.share, heir.is_default) for heir in unit.successors] == [
        ("90001", None, False),
        ("90002", None, True),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        Changes(districts=(DistrictChange("Huyện Xưa", "Thử", ("Huyện Nam",)),)),
        Changes(districts=(DistrictChange("Huyện Xưa", "Thử", ("Huyện Tây",), ("Chín",)),)),
        Changes(communes=(CommuneChange("Xã Ba", "Huyện Tây", "Thử", (("Xã Bốn", "Huyện Tây"),)),)),
        Changes(heirs=(HeirChange("Xã Một", "Huyện Đông", "Thử", ("Xã Nam",)),)),
        Changes(heirs=(HeirChange("Xã Một", "Huyện Đông", "Thử", (), "Xã Tây"),)),
    ],
)
def test_a_change_that_names_what_does_not_exist_is_refused(changes: Changes) -> None:
    with pytest.raises(GeoError):
        join_history([SOURCE, OTHER], [], changes)


def _unit(full_name: str, district: str) -> OldUnit:
    return next(u for u in load_crosswalk() if (u.full_name, u.district) == (full_name, district))
