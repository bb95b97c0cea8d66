"""Addresses as clerks write them, in the form of the map before and after July 2025."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import numpy as np

from geo.simulation.world import SimulatedCommune
from geo.text import fold

NEW_MAP = date(2025, 7, 1)
"""From this day addresses name the communes of 2025."""

STREETS = (
    "Trần Phú",
    "Lê Lợi",
    "Quang Trung",
    "Hùng Vương",
    "Nguyễn Trãi",
    "Lý Thường Kiệt",
    "Hai Bà Trưng",
    "Nguyễn Huệ",
    "Phan Chu Trinh",
    "Điện Biên Phủ",
)

HAMLETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"66": ("thôn", "buôn"), "68": ("thôn", "tổ dân phố"), "80": ("ấp",)}
)


def draw_address(rng: np.random.Generator, commune: SimulatedCommune, day: date) -> str:
    """Write where something happened as a clerk would, on the map of its day."""
    number = int(rng.integers(1, 320))
    if commune.is_urban:
        street = STREETS[int(rng.integers(len(STREETS)))]
        starts: tuple[str, ...] = (
            f"số {number} {street}",
            f"hẻm {number}/{number % 40 + 1} {street}",
        )
    else:
        names = HAMLETS.get(commune.province_code, ("thôn",))
        starts = tuple(f"{name} {number % 12 + 1}" for name in names)
    unit = f"{commune.full_name}, {commune.province_name}"
    if day < NEW_MAP and commune.old_addresses:
        unit = commune.old_addresses[int(rng.integers(len(commune.old_addresses)))]
    text = f"{starts[int(rng.integers(len(starts)))]}, {unit}"
    style = rng.random()
    if style < 0.2:
        return _abbreviated(text)
    return _without_marks(text) if style < 0.35 else text


def _abbreviated(text: str) -> str:
    """Shorten the names of units as clerks do.

    >>> _abbreviated("thôn 3, Xã Mô Rai, Huyện Sa Thầy, Tỉnh Kon Tum")
    'thôn 3, X. Mô Rai, H. Sa Thầy, Kon Tum'
    """
    short = {
        ", Phường ": ", P. ",
        ", Xã ": ", X. ",
        ", Thị trấn ": ", TT. ",
        ", Huyện ": ", H. ",
        ", Quận ": ", Q. ",
        ", Thị xã ": ", TX. ",
        ", Thành phố ": ", TP. ",
        ", Tỉnh ": ", ",
    }  # fmt: skip
    for long, abbreviation in short.items():
        text = text.replace(long, abbreviation)
    return text


def _without_marks(text: str) -> str:
    """Write without diacritics, in lower case.

    >>> _without_marks("Xã Đắk Liêng, Tỉnh Đắk Lắk")
    'xa dak lieng, tinh dak lak'
    """
    return ", ".join(fold(part) for part in text.split(","))
