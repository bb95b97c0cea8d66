"""The communes of the earlier list."""

from __future__ import annotations

from geo.listed_units import read_listed_units
from geo.old_units import read_old_units

LISTED = {unit.code: unit for unit in read_listed_units()}


def test_the_list_is_that_of_2023() -> None:
    assert len(LISTED) == 10_599
    assert len({unit.district_code for unit in LISTED.values()}) == 700  # five hold no commune
    districts = {unit.district for unit in LISTED.values()}
    assert {"Thành phố Tân Uyên", "Huyện Việt Yên"} <= districts  # from 04/2023, until 01/2024


def test_most_codes_live_on_and_567_are_gone() -> None:
    codes = {unit.code for unit in read_old_units()}
    assert len(LISTED.keys() - codes) == 567
    assert len(codes - LISTED.keys()) == 8


def test_names_come_without_stray_spaces() -> None:
    written = {name for unit in LISTED.values() for name in (unit.full_name, unit.district)}
    assert all(name == " ".join(name.split()) for name in written)
