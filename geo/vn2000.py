"""Coordinates in metres and the systems they are in: VN-2000 and UTM.

Provinces survey in VN-2000 on a 3° zone of their own (scale 0.9999, false
easting 500,000 m); which one was laid down for the 63 provinces before July
2025. A wrong meridian moves a point 26-27 km for every 15′. The shift from
VN-2000 to WGS 84, about 225 m, is EPSG:6960, left to PROJ.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geo.text import fold, name_key

NORTHING_M = (900_000.0, 2_600_000.0)
EASTING_M = (150_000.0, 900_000.0)
"""Where Viet Nam lies in any of these systems; the two ranges never meet."""

_PROVINCES = {
    9205: "Điện Biên, Lai Châu",
    9206: "Sơn La",
    9207: "Cà Mau, Kiên Giang",
    9208: "An Giang, Lào Cai, Nghệ An, Phú Thọ, Yên Bái",
    5897: "Hà Nội, Hà Nam, Ninh Bình, Thanh Hóa, Vĩnh Phúc, Cần Thơ, Bạc Liêu, Đồng Tháp,"
    " Hậu Giang",
    9209: "Bắc Ninh, Hà Giang, Hà Tĩnh, Hải Dương, Hưng Yên, Nam Định, Sóc Trăng, Tây Ninh,"
    " Thái Bình, Trà Vinh, Vĩnh Long",
    9210: "Hải Phòng, Hồ Chí Minh, Bến Tre, Bình Dương, Cao Bằng, Long An, Tiền Giang",
    9211: "Hòa Bình, Quảng Bình, Tuyên Quang",
    9212: "Bình Phước, Quảng Trị",
    9213: "Bắc Kạn, Thái Nguyên",
    9214: "Bắc Giang, Thừa Thiên Huế, Huế",
    9215: "Lạng Sơn",
    9216: "Kon Tum",
    5899: "Quảng Ninh, Đà Nẵng, Quảng Nam, Bà Rịa - Vũng Tàu, Đồng Nai, Lâm Đồng",
    5898: "Quảng Ngãi",
    9217: "Bình Định, Khánh Hòa, Ninh Thuận",
    9218: "Bình Thuận, Đắk Lắk, Đắk Nông, Gia Lai, Phú Yên",
}
_MERIDIANS = (
    "9205 10300 9206 10400 9207 10430 9208 10445 5897 10500 9209 10530 9210 10545 9211 10600"
    " 9212 10615 9213 10630 9214 10700 9215 10715 9216 10730 5899 10745 5898 10800 9217 10815"
    " 9218 10830"
)


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system of the country, by its EPSG code; `name` is Vietnamese.

    `is_degrees`: longitude and latitude, not metres. `is_wgs84`: no datum shift.
    """

    epsg: int
    name: str
    is_degrees: bool = False
    is_wgs84: bool = False

    def __str__(self) -> str:
        return f"EPSG:{self.epsg}"


def _zones() -> dict[int, System]:
    written = iter(_MERIDIANS.split())
    return {
        int(epsg): System(int(epsg), f"VN-2000 kinh tuyến trục {at[:3]}°{at[3:]}′")
        for epsg, at in zip(written, written, strict=True)
    }


ZONES = _zones()
"""The 3° zones of the provinces by EPSG code, west to east."""

WGS84 = System(4326, "WGS 84", is_degrees=True, is_wgs84=True)
GEOGRAPHIC = System(4756, "VN-2000", is_degrees=True)
UTM_VN2000 = {48: System(3405, "VN-2000 UTM múi 48"), 49: System(3406, "VN-2000 UTM múi 49")}
UTM_WGS84 = {
    48: System(32648, "WGS 84 UTM múi 48", is_wgs84=True),
    49: System(32649, "WGS 84 UTM múi 49", is_wgs84=True),
}
SYSTEMS = {
    system.epsg: system
    for system in (*ZONES.values(), WGS84, GEOGRAPHIC, *UTM_VN2000.values(), *UTM_WGS84.values())
}
IN_METRES = (*UTM_WGS84.values(), *UTM_VN2000.values(), *ZONES.values())
"""Every system in metres, what receivers show first."""

PROVINCES_OF_ZONE = _PROVINCES
"""Names of the provinces, as before July 2025, that survey in a zone, by its EPSG code."""

ZONE_OF_PROVINCE = {
    name_key(province): ZONES[epsg]
    for epsg, provinces in _PROVINCES.items()
    for province in provinces.split(",")
}
"""The zone of a province before July 2025, by `geo.text.name_key` of its name."""

_BY_MERIDIAN = {
    round(int(at[:3]) + int(at[3:]) / 60, 4): ZONES[int(epsg)]
    for epsg, at in zip(_MERIDIANS.split()[::2], _MERIDIANS.split()[1::2], strict=True)
}
_MERIDIAN = re.compile(
    r"(?<![\d.,])(10[2-9])(?:\s*(?:°|º|˚|độ|do|d|o|[-–.,:\s])\s*([0-5]\d?)(?:\s*(?:['′’`´]|phút|phut)"
    r"?)?(?:\s*0?0\s*(?:\"|''|″|”))?)?(?![\d])"
)
_DECIMAL = re.compile(r"(?<![\d.,])(10[2-9])[.,](0|00|25|250|5|50|500|75|750)0*(?![\d])")
_GLUED = re.compile(r"(?<![\d.,])(10[2-9])(00|15|30|45)(?![\d])")
_CODE = re.compile(r"(?<!\d)(92\d\d|589[789]|340[56]|4756|4326|3264[89])(?!\d)")
_UTM = re.compile(r"\butm\b|mui (?:chieu )?6|\b6 ?(?:do|°)")


@lru_cache(maxsize=4096)
def declared_system(cell: Any) -> System | None:
    """The system that a cell, a heading or a title states, None where it states none.

    >>> [declared_system(said).epsg for said in ("105°45'", "KTT 107,75", 9210, "UTM 48N")]
    [9210, 5899, 9210, 32648]
    >>> declared_system("Hệ tọa độ VN-2000, kinh tuyến trục 108°15', múi chiếu 3°").epsg
    9217
    >>> declared_system("VN-2000 UTM 49").epsg, declared_system("VN2000").epsg
    (3406, 4756)
    """
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    text = str(cell).strip()
    if code := _CODE.search(text):
        return SYSTEMS.get(int(code[1]))
    words = fold(text)
    return _in_words(text, words, "vn2000" in words.replace(" ", ""))


def _in_words(text: str, words: str, is_vn2000: bool) -> System | None:
    if _UTM.search(words) and (zone := re.search(r"(?<!\d)(4[89])\s*[nb]?\b", words)):
        return (UTM_VN2000 if is_vn2000 else UTM_WGS84)[int(zone[1])]
    meridian = _meridian(text)
    if meridian is not None and _UTM.search(words) and meridian in (105.0, 111.0):
        return UTM_VN2000[48 if meridian == 105.0 else 49]
    if meridian is not None:
        return _BY_MERIDIAN.get(meridian)
    if "wgs84" in words.replace(" ", "") and "utm" not in words:
        return WGS84
    return GEOGRAPHIC if is_vn2000 else None


_ABOUT_SYSTEMS = re.compile(r"vn ?2000|kinh tuyen|\bktt\b|\butm\b|wgs ?84|\bepsg\b|he toa do")


def stated_system(text: str) -> System | None:
    """The system that a heading or a title states; other numbers in it mean nothing.

    >>> stated_system("Tọa độ VN-2000 (KTT 107°45') / X").epsg, stated_system("Biểu số 9210")
    (5899, None)
    """
    return declared_system(text) if _ABOUT_SYSTEMS.search(fold(text)) else None


def _meridian(text: str) -> float | None:
    """A central meridian in degrees; "105-45", "105.45" and "105,75" are one."""
    if decimal := _DECIMAL.search(text):
        return int(decimal[1]) + float(f"0.{decimal[2]}")
    if glued := _GLUED.search(text):
        return round(int(glued[1]) + int(glued[2]) / 60, 4)
    if found := _MERIDIAN.search(text):
        return round(int(found[1]) + int(found[2] or 0) / 60, 4)
    return None


def zone_of(province: str) -> System | None:
    """The zone laid down for a province before July 2025, by its `name_key`.

    >>> zone_of(name_key("Bình Dương")).name
    'VN-2000 kinh tuyến trục 105°45′'
    """
    return ZONE_OF_PROVINCE.get(province)


def easting_and_northing(first_m: float, second_m: float) -> tuple[float, float, int] | None:
    """Easting, northing and the UTM zone written before the easting (0: none).

    Tables put X = north before Y = east; the magnitudes tell either order.

    >>> easting_and_northing(1_195_000.0, 596_000.0)
    (596000.0, 1195000.0, 0)
    >>> easting_and_northing(48_596_000.0, 1_195_000.0)
    (596000.0, 1195000.0, 48)
    """
    for north, east in ((first_m, second_m), (second_m, first_m)):
        if NORTHING_M[0] <= north <= NORTHING_M[1] and math.isfinite(east):
            zone = int(east // 1_000_000)
            east_m = east - zone * 1_000_000 if zone in (48, 49) else east
            if EASTING_M[0] <= east_m <= EASTING_M[1]:
                return east_m, north, zone if zone in (48, 49) else 0
    return None


def systems_of(provinces: Sequence[str], utm_zone: int = 0) -> tuple[System, ...]:
    """The systems that provinces (keys, before July 2025) survey in, a written zone first."""
    written = (UTM_VN2000[utm_zone],) if utm_zone else ()
    laid_down = (zone_of(province) for province in provinces)
    return tuple(dict.fromkeys((*written, *filter(None, laid_down))))
