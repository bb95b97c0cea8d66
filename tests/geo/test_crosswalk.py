"""Old communes and their successors."""

from __future__ import annotations

from collections import Counter

from geo.crosswalk import FormerName, load_crosswalk
from geo.text import UnitKind

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
    assert len(divided) == 471
    assert all(heir.share is None for unit in divided for heir in unit.successors)
    whole = [unit for unit in load_crosswalk() if not unit.is_split]
    assert all(unit.successors[0].share == 1.0 for unit in whole)


def test_a_merged_province_is_followed_into_the_new_one() -> None:
    unit = _unit("Xã Ea Bá", "Huyện Sông Hinh")
    assert unit.province == "Tỉnh Phú Yên"
    assert unit.successors[0].province == "Tỉnh Đắk Lắk"


def test_former_names_are_read_with_their_kind() -> None:
    assert (
        FormerName(UnitKind.COMMUNE, "phiengluong")
        in _unit("Phường Vân Sơn", "Thị xã Mộc Châu").aliases
    )
    assert FormerName(UnitKind.WARD, "4") in _unit("Phường 2", "Thành phố Cà Mau").aliases
    assert (
        FormerName(UnitKind.URBAN_DISTRICT, "9")
        in next(
            unit for unit in load_crosswalk() if unit.district == "Thành phố Thủ Đức"
        ).district_aliases
    )


def _unit(full_name: str, district: str):  # type: ignore[no-untyped-def]
    return next(u for u in load_crosswalk() if (u.full_name, u.district) == (full_name, district))
