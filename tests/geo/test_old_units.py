"""Old communes as the package lists them."""

from __future__ import annotations

import pytest

from geo.errors import GeoError
from geo.old_units import FormerName, OldUnit, package_folder, read_old_units
from geo.text import UnitKind, name_key

UNITS = read_old_units()


def test_units_stand_in_the_order_of_their_codes() -> None:
    codes = [unit.code for unit in UNITS]
    assert len(codes) == 10_040
    assert codes == sorted(codes)


def test_former_names_are_read_with_their_kind() -> None:
    moved = _unit("Phường Vân Sơn", "Thị xã Mộc Châu")
    assert FormerName(UnitKind.COMMUNE, "phiengluong") in moved.aliases
    assert FormerName(UnitKind.WARD, "4") in _unit("Phường 2", "Thành phố Cà Mau").aliases


def test_a_name_without_spaces_that_can_be_read_in_two_ways_has_both_keys() -> None:
    unit = next(unit for unit in UNITS if unit.district == "Huyện Quảng Hòa")
    keys = {alias.key for alias in unit.district_aliases}
    assert {name_key("Phục Hòa"), name_key("Phu Chòa")} <= keys


def test_former_districts_are_names_of_the_later_one() -> None:
    unit = next(unit for unit in UNITS if unit.district == "Thành phố Thủ Đức")
    assert FormerName(UnitKind.URBAN_DISTRICT, "9") in unit.district_aliases


def test_471_units_are_divided() -> None:
    assert sum(unit.is_split for unit in UNITS) == 471


def test_a_missing_package_is_told_by_name() -> None:
    with pytest.raises(GeoError, match="khong_co_goi_nay"):
        package_folder("khong_co_goi_nay")


def _unit(full_name: str, district: str) -> OldUnit:
    return next(u for u in UNITS if (u.full_name, u.district) == (full_name, district))
