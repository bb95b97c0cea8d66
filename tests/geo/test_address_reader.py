"""What is left out of an address never changes where it is."""

from __future__ import annotations

import random

import pytest

from geo.address_reader import AddressReader
from geo.crosswalk import load_crosswalk
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.matches import AddressReading
from geo.text import strip_kind

OPENINGS = (
    *("số 12 Hùng Vương, ", "hẻm 5/1 Bà Triệu, ", "Tổ 14, ", "thôn 3, ", "QL1A, "),
    *("gần chợ Tân An, ", "nhà trọ Hòa Bình, ", "thôn Phước Lý, ", "số 7 Điện Biên Phủ, tổ 2, "),
    *("khu phố 4, đường Đồng Nai, ", "12, ", "ấp Long An, "),
)


@pytest.fixture(scope="module")
def reader() -> AddressReader:
    """A reader over every commune that the crosswalk knows, both maps."""
    old_units = load_crosswalk()
    heirs = {heir.code: heir for unit in old_units for heir in unit.successors}
    provinces = sorted({heir.province for heir in heirs.values()})
    units = [
        CommuneUnit(
            code=heir.code,
            name=strip_kind(heir.full_name)[1],
            full_name=heir.full_name,
            unit_type=heir.full_name.split(" ", 1)[0],
            province_code=f"{provinces.index(heir.province) + 1:02d}",
            province_name=heir.province,
        )
        for heir in heirs.values()
    ]
    return AddressReader(Gazetteer.build(units, old_units))


def _addresses(n: int) -> list[str]:
    rng = random.Random(5)
    found = []
    for unit in rng.sample(load_crosswalk(), n):
        heir = unit.successors[0]
        old = f"{unit.full_name}, {unit.district}, {unit.province}"
        place = rng.choice(
            [old, f"{unit.name}, {unit.province}", f"{heir.full_name}, {heir.province}"]
        )
        found.append(rng.choice(OPENINGS) + place)
    return found


def _meaning(reading: AddressReading) -> tuple[object, ...]:
    """A reading without the positions of its words, which the whole address shifts."""
    matches = tuple(match._replace(start=0, stop=0) for match in reading.matches)
    return matches, reading.province_code, reading.confidence


@pytest.mark.parametrize("recent", [True, False, None])
def test_the_essence_reads_as_the_whole_address(reader: AddressReader, recent: bool | None) -> None:
    for address in _addresses(400):
        essence, accented = reader.essence(address)
        short = reader.read(essence, accented, recent)
        whole = reader.read(address, False, recent)
        assert _meaning(short) == _meaning(whole), address


def test_house_and_street_are_left_out(reader: AddressReader) -> None:
    essence, accented = reader.essence("số 12 Hùng Vương, Xã Đắk Tô, Tỉnh Quảng Ngãi")
    assert essence.strip() == "Xã Đắk Tô, Tỉnh Quảng Ngãi"
    assert accented


def test_an_opening_that_may_be_the_commune_stays(reader: AddressReader) -> None:
    address = "Đắk Tô, Quảng Ngãi"
    assert reader.essence(address) == (address, False)
