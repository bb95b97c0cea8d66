"""Hamlets and groups in addresses, as they are written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.sub_units import written_sub_units


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("Tổ 5, Khu phố 3, Phường 1, Quận 3, TP.HCM", ("Tổ 5", "Khu phố 3")),
        ("tổ 5 khu phố 3 phường 1 quận 3", ("tổ 5", "khu phố 3")),
        ("số 12/3, KP.3, P.1", ("KP.3",)),
        ("TDP số 7, phường Hòa Bình", ("TDP số 7",)),
        ("Tổ dân phố 12A, thị trấn Liên Sơn", ("Tổ dân phố 12A",)),
        ("tổ tự quản 4, ấp 2, xã Tân Hòa", ("tổ tự quản 4", "ấp 2")),
        ("Thôn Phước Lý xã Ea Bá huyện Sông Hinh", ("Thôn Phước Lý",)),
        ("Buôn Ea Mtá, xã Ea Bhốk", ("Buôn Ea Mtá",)),
        ("Bản Nà Ư, xã Na Ư, huyện Điện Biên", ("Bản Nà Ư",)),
        ("làng Plei Kép, phường Thống Nhất", ("làng Plei Kép",)),
        ("Plei Ku Roh, Kon Tum", ("Plei Ku Roh",)),
        ("Ấp Tân Thuận, Xã Tân Hòa", ("Ấp Tân Thuận",)),
        ("xóm 3 thôn Đoài, xã Nam Hồng", ("xóm 3", "thôn Đoài")),
        ("Khóm 4, Phường 5, TP Cà Mau", ("Khóm 4",)),
        ("to 5, ap 3, xa Tan Hoa", ("to 5", "ap 3")),
        ("thon 7 xa Ea Wer", ("thon 7",)),
        ("K.3, P.5", ("K.3",)),
        ("thôn II, xã Hòa Ninh", ("thôn II",)),
    ],
)
def test_names_come_as_written_in_the_order_of_the_address(
    address: str, names: tuple[str, ...]
) -> None:
    assert written_sub_units(address) == names


@pytest.mark.parametrize(
    "address",
    [
        "",
        "12 Lê Lợi, Phường 1, Quận 3",
        "khu công nghiệp Tân Bình, phường Tây Thạnh",
        "khu đô thị Phú Mỹ Hưng, Quận 7",
        "đường Làng Tăng Phú, TP Thủ Đức",
        "Tổng kho Long Bình, Biên Hòa",
        "Toà nhà Bitexco, Bến Nghé",
        "gần chợ Bến Thành",
    ],
)
def test_streets_and_sites_are_no_hamlets(address: str) -> None:
    assert written_sub_units(address) == ()


def test_decomposed_text_reads_the_same() -> None:
    address = "Tổ 5, thôn Phước Lý, xã Ea Bá"
    assert written_sub_units(unicodedata.normalize("NFD", address)) == written_sub_units(address)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(address: str) -> None:
    composed = " ".join(unicodedata.normalize("NFC", address).split())
    assert all(" ".join(name.split()) in composed for name in written_sub_units(address))
