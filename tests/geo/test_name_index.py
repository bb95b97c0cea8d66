"""How names come under their keys: former names, former districts, numerals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from geo.crosswalk import FormerName, FormerParent, OldUnit, Successor
from geo.name_index import NameIndex
from geo.text import UnitKind, accent_key, name_key
from geo.units import CommuneUnit, Unit

MY_LINH = CommuneUnit("90001", "Mỹ Linh", "Phường Mỹ Linh", "Phường", "01", "Thành phố Thử")
DONG_HA = CommuneUnit("90002", "Đông Hạ", "Xã Đông Hạ", "Xã", "25", "Tỉnh Láng Giềng")


TAN_KY = CommuneUnit("90003", "Tân Kỳ", "Xã Tân Kỳ", "Xã", "01", "Thành phố Thử")
OLD = OldUnit(
    code="00001",
    name="Tân Lập",
    full_name="Phường Tân Lập",
    district="Quận Nam",
    province="Thành phố Thử",
    successors=(Successor("90001", 1.0, True, "Phường Mỹ Linh", "Thành phố Thử"),),
    lon=105.8,
    lat=21.0,
)
DISTRICT, FORMER_DISTRICT = "thu/" + name_key("Quận Nam"), "thu/" + name_key("Huyện Bắc")


def units_named(index: NameIndex, name: str, province_code: str = "01") -> list[Unit]:
    return index.names[name_key(name)].units[province_code]


def test_a_moved_commune_stands_under_both_districts() -> None:
    moved = replace(OLD, former_parents=(FormerParent("Huyện Bắc", "Thử"),))
    index = NameIndex([MY_LINH], [moved])
    districts = {DISTRICT, FORMER_DISTRICT}
    assert units_named(index, "Tân Lập")[0].districts == districts
    assert units_named(index, "Mỹ Linh")[0].districts == districts
    assert [d.key for d in index.names[name_key("Bắc")].districts] == [FORMER_DISTRICT]


def test_a_former_name_is_an_alias_with_its_own_district_and_last_day() -> None:
    former = FormerName(
        UnitKind.COMMUNE,
        name_key("Tân Khánh"),
        accent_key("Tân Khánh"),
        "Huyện Bắc",
        date(2015, 1, 31),
    )
    alias = units_named(NameIndex([MY_LINH], [replace(OLD, aliases=(former,))]), "Tân Khánh")[0]
    assert (alias.code, alias.kind, alias.accent) == (
        "00001",
        UnitKind.COMMUNE,
        accent_key("Tân Khánh"),
    )
    assert alias.is_alias
    assert alias.until == date(2015, 1, 31)
    assert alias.districts == {DISTRICT, FORMER_DISTRICT}


def test_the_last_day_of_an_old_unit_is_that_of_its_map() -> None:
    index = NameIndex([MY_LINH], [OLD])
    assert index.old[0].until == date(2025, 6, 30)
    assert index.new[0].until is None


def test_a_ward_that_was_a_commune_of_the_same_name_is_found_as_both() -> None:
    former = FormerName(UnitKind.COMMUNE, name_key("Tân Lập"), district="Quận Nam")
    found = units_named(NameIndex([MY_LINH], [replace(OLD, aliases=(former,))]), "Tân Lập")
    assert {unit.kind for unit in found} == {UnitKind.WARD, UnitKind.COMMUNE}


def test_a_commune_that_changed_its_province_is_found_in_the_former_one_too() -> None:
    neighbour = replace(
        OLD,
        code="00002",
        full_name="Xã Đông Hạ",
        district="Huyện Xa",
        province="Tỉnh Láng Giềng",
        successors=(Successor("90002", 1.0, True, "Xã Đông Hạ", "Tỉnh Láng Giềng"),),
    )
    moved = replace(OLD, former_parents=(FormerParent("Huyện Gần", "Láng Giềng"),))
    index = NameIndex([MY_LINH, DONG_HA], [moved, neighbour])
    there = units_named(index, "Tân Lập", "25")[0]
    then = f"{name_key('Láng Giềng')}/{name_key('Huyện Gần')}"
    assert there.old_provinces == {"thu", name_key("Láng Giềng")}
    assert then in there.districts
    assert then not in units_named(index, "Tân Lập")[0].districts


def test_numbers_are_found_in_either_numerals() -> None:
    roman = NameIndex([MY_LINH], [replace(OLD, full_name="Phường III")])
    assert units_named(roman, "3")[0].code == "00001"
    arabic = NameIndex([MY_LINH], [replace(OLD, full_name="Xã Hòa Tú 2")])
    assert units_named(arabic, "Hòa Tú II")[0].accent == accent_key("Hòa Tú II")


def test_a_name_that_another_commune_bore_later_is_no_mere_alias() -> None:
    gone = FormerName(UnitKind.COMMUNE, name_key("Kỳ Sơn"), accent_key("Kỳ Sơn"))
    holder = replace(OLD, aliases=(gone,))
    later = replace(OLD, code="00002", full_name="Xã Kỳ Sơn", name="Kỳ Sơn")
    elsewhere = replace(
        later, successors=(Successor("90003", 1.0, True, "Xã Tân Kỳ", "Thành phố Thử"),)
    )
    index = NameIndex([MY_LINH, TAN_KY], [holder, elsewhere])
    assert [unit.is_alias for unit in units_named(index, "Kỳ Sơn")] == [False, False]
    same_heir = NameIndex([MY_LINH], [holder, later])
    assert [unit.is_alias for unit in units_named(same_heir, "Kỳ Sơn")] == [False, True]
