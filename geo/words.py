"""Words that become codes: kinds of incident, who detected, kinds and status of hotspots,
the traffic and reach of key routes, kinds of facilities.

Compared without diacritics and case; a word that means nothing here is refused
with the list of what is accepted, except who detected, which is then unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from geo.cells import UnreadableCellError
from geo.persons import cell_text, compact, is_blank, plain_words
from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import (
    ARTICLES,
    DetectedBy,
    FacilityKind,
    HotspotKind,
    HotspotStatus,
    IncidentKind,
)

Code = TypeVar("Code", bound=StrEnum)


def _code(words: Mapping[Code, str], value: Any, accepted: str) -> Code | None:
    """The code whose words occur in the compact text, the first one winning."""
    if is_blank(value):
        return None
    key = compact(cell_text(value))
    for code, pattern in words.items():
        if re.search(pattern, key):
            return code
    raise UnreadableCellError(f"không nhận ra; giá trị nhận được: {accepted}")


# Tried from the top on compact text, so that of several acts the gravest counts.
_KINDS = {
    IncidentKind.MANAGEMENT_BREACH: "viphamquydinh|quanly(cac)?chat|quanlymatuy|managementbreach",
    IncidentKind.PRECURSORS: "tienchat|precursor",
    IncidentKind.EQUIPMENT: "phuongtien|dungcu|equipment",
    IncidentKind.PRODUCTION: "sanxuat|dieuche|production|^sx",
    IncidentKind.TRADING: "muaban|banle|trading|^mb",
    IncidentKind.TRANSPORT: "vanchuyen|transport|^vc",
    IncidentKind.APPROPRIATION: "chiemdoat|appropriation|^cd",
    IncidentKind.FORCING_USE: "cuongbuc|forcinguse",
    IncidentKind.INCITING_USE: "loikeo|incitinguse",
    IncidentKind.CULTIVATION: "trongcay|trongcansa|taitrong|tronganhtuc|trongthuoc|cultivation",
    IncidentKind.ORGANISING_USE: "tochuc|organisinguse|^tcsd",
    IncidentKind.HARBOURING_USE: "chuachap|harbouringuse|^cc",
    IncidentKind.POSSESSION: "tangtru|catgi[au]|possession|^tt",
    IncidentKind.USE: "sudung|^use$|^sd",
}
_DETECTED = {
    DetectedBy.TIP: r"tin bao|nguon tin|to giac|tip|quan chung|nhan dan|nguoi dan|duong day nong",
    DetectedBy.MINISTRY: r"bo cong an|bca|c04|c47|cuc (?:c04|canh sat|csdt)|ministry",
    DetectedBy.BORDER_GUARD: r"bdbp|bien phong|border guard|bp",
    DetectedBy.CUSTOMS: r"hai quan|customs|hq",
    DetectedBy.COMMUNE: r"ca[xp]|catt|(?:cong an|ca) (?:xa|phuong|thi tran|tt|dac khu|[xp])"
    r"|commune|xa|phuong",
    DetectedBy.PROVINCE: r"catp?|pc04|pc47|phong (?:canh sat|csdt)"
    r"|(?:cong an|ca) (?:tinh|(?:tp|thanh pho)"
    r"(?: (?:ha noi|ho chi minh|hcm|hai phong|da nang|can tho|hue)|$))|province|tinh",
    DetectedBy.DISTRICT: r"ca[hq]|catx|(?:cong an|ca) (?:huyen|quan|thi xa|tx|tp|thanh pho|[hq])"
    r"|district|huyen|quan",
}
_HOTSPOT_KINDS = {
    HotspotKind.CULTIVATION: "trongcay|trongcansa|cultivation",
    HotspotKind.USE_DEN: "tochuc|chuachap|useden",
    HotspotKind.RETAIL: "banle|retail",
    HotspotKind.AT_RISK: "nguyco|atrisk",
    HotspotKind.GATHERING: "tudiem|gathering",
    HotspotKind.POINT: "diem|point",
}
_STATUSES = {
    HotspotStatus.DELISTED: "duarakhoi|rakhoidanhsach|delisted",
    HotspotStatus.RE_EMERGED: "tai(phuctap|hinhthanh|hoatdong|phat|dien)|reemerged",
    HotspotStatus.CLEARED: "triet(xoa|pha)|daxoa|cleared|sautriet",
    HotspotStatus.SUSPECTED: "nghivan|nghingo|suspected",
    HotspotStatus.ACTIVE: "hoatdong|phuctap|active",
}


# Tried from the top: a road along the border (biên giới) is no sea route.
_CORRIDOR_MODES = {
    CorridorMode.ROAD: "duongbo|quoclo|tinhlo|huyenlo|caotoc|duongmon|^bo$|^(ql|tl|dt)\\d|road",
    CorridorMode.RAIL: "duongsat|tauhoa|^sat$|rail",
    CorridorMode.INLAND_WATER: "thuy|song|kenh|inlandwater|waterway",
    CorridorMode.AIR: "hangkhong|duongbay|^air$|airway",
    CorridorMode.SEA: "duongbien|hanghai|^bien$|venbien|^sea$|seaway|maritime",
    CorridorMode.OTHER: "khac|tonghop|buuchinh|chuyenphat|^other$",
}
_CORRIDOR_REACHES = {
    CorridorReach.INTER: "lientinh|lienvung|xuyentinh|^inter$|interprovincial",
    CorridorReach.INTRA: "noitinh|trongtinh|noithanh|^intra$|intraprovincial",
}
# Tried from the top, on the kind as written or on the name: a school of chemistry is a school,
# a karaoke bar a karaoke, a hotel at the airport a hotel.
_FACILITY_KINDS = {
    FacilityKind.SCHOOL: "^truong(?!giaoduong|cainghien)|^(mamnon|maugiao|nhomtre|nhatre|tieuhoc)"
    "|^(daihoc|caodang|hocvien|trunghoc|trungcap)|thcs|thpt|ptdt|gdtx|gdnn|giaoducthuongxuyen"
    "|giaoducnghenghiep|daynghe|^th[bcdlnptvx]|^(th|mn)$|^mn[a-z]|school|university|college"
    "|kindergarten",
    FacilityKind.SUBSTITUTION_CLINIC: "methadon|thaythe|buprenorphin|substitution",
    FacilityKind.TREATMENT_CENTRE: "cainghien|saucai|giaoduclaodong|cosoxahoi|treatment|rehab",
    FacilityKind.PRECURSOR_BUSINESS: "tienchat|hoachat|precursor",
    FacilityKind.N2O_BUSINESS: "n2o|bongcuoi|khicuoi|nitrous|dinito",
    FacilityKind.KARAOKE: "karaoke|caraoke|phonghat",
    FacilityKind.DANCE_HALL: "vutruong|khieuvu|sannhay|discotheque|dancehall",
    FacilityKind.LODGING: "khachsan|nhanghi|nhatro|phongtro|luutru|homestay|motel|hotel|nhakhach"
    "|lodging|resort",
    FacilityKind.BAR: "quanbar|quanruou|^bar(?!a)|barclub|beerclub|biaclub|nightclub|^pub",
    FacilityKind.AIRPORT: "sanbay|hangkhong|airport|aerodrome|airbase",
    FacilityKind.INLAND_PORT: "thuynoidia|cangsong|cangthuy|benthuy|bendo|benpha|bentau|benkhach"
    "|benhang|inlandport|cangcan|^icd",
    FacilityKind.RAIL_STATION: "duongsat|nhaga|^ga(?!s|m|y)|(rail|railway|train)station",
    FacilityKind.BUS_STATION: "benxe|tramxe|busstation|xekhach",
    FacilityKind.SEAPORT: "cang|seaport|^ports?$|harbou?r",
    FacilityKind.OTHER: "^khac|khac$|camdo|game|internet|massage|xoabop|tamquat|^other$",
}


_ACCEPTED = (
    "sản xuất, tàng trữ, vận chuyển, mua bán, chiếm đoạt, tiền chất, phương tiện, tổ chức sử dụng, "
    "chứa chấp, cưỡng bức, lôi kéo, vi phạm quản lý, trồng cây, sử dụng"
)


@lru_cache(maxsize=4096, typed=True)
def parse_kind(value: Any) -> IncidentKind | None:
    """Read an incident kind from words, letters ("MBTPCMT"), an article or the English code.

    Of several acts in one cell the gravest counts.

    >>> parse_kind("Tàng trữ, MUA BÁN trái phép chất ma túy").value
    'trading'
    """
    if article := re.search(r"\b(24[7-9]|25[0-9])\b", cell_text(value)):
        return next(kind for kind, number in ARTICLES.items() if number == int(article[1]))
    return _code(_KINDS, value, _ACCEPTED)


@lru_cache(maxsize=4096, typed=True)
def parse_hotspot_kind(value: Any) -> HotspotKind | None:
    """Read a kind of hotspot."""
    accepted = "tụ điểm, điểm phức tạp, có nguy cơ, bán lẻ, tổ chức/chứa chấp, trồng cây"
    return _code(_HOTSPOT_KINDS, value, accepted)


@lru_cache(maxsize=4096, typed=True)
def parse_status(value: Any) -> HotspotStatus | None:
    """Read the status that a clerk gives a hotspot."""
    accepted = "nghi vấn, đang hoạt động, đã triệt xóa, tái phức tạp, đã đưa ra khỏi danh sách"
    return _code(_STATUSES, value, accepted)


@lru_cache(maxsize=256, typed=True)
def parse_corridor_mode(value: Any) -> CorridorMode | None:
    """Read the traffic that a key route follows.

    >>> parse_corridor_mode("Đường thủy nội địa").value, parse_corridor_mode("QL14").value
    ('inland_water', 'road')
    """
    accepted = "đường bộ, đường sắt, đường thủy nội địa, đường biển, đường hàng không, khác"
    return _code(_CORRIDOR_MODES, value, accepted)


@lru_cache(maxsize=256, typed=True)
def parse_corridor_reach(value: Any) -> CorridorReach | None:
    """Read whether a key route stays in a province: "Liên tỉnh", "nội tỉnh", intra, inter."""
    return _code(_CORRIDOR_REACHES, value, "nội tỉnh, liên tỉnh")


_FACILITIES = (
    "trường học, quán bar, karaoke, vũ trường, cơ sở lưu trú, cơ sở cai nghiện, điều trị thay thế, "
    "tiền chất, N2O, sân bay, cảng biển, cảng thủy nội địa, ga đường sắt, bến xe, khác"
)


@lru_cache(maxsize=4096, typed=True)
def parse_facility_kind(value: Any) -> FacilityKind | None:
    """Read the kind of a facility from words, as a column or the beginning of a name says it.

    >>> parse_facility_kind("Trường THCS").value, parse_facility_kind("Nhà nghỉ, khách sạn").value
    ('school', 'lodging')
    """
    return _code(_FACILITY_KINDS, value, _FACILITIES)


@lru_cache(maxsize=4096)
def parse_detected_by(text: str) -> DetectedBy:
    """Who detected: the level or force named first; unknown words are `UNKNOWN`.

    >>> parse_detected_by("CAX Ea Bá").value, parse_detected_by("BĐBP").value
    ('commune', 'border_guard')
    """
    words = plain_words(text)
    hits = ((re.search(rf"\b(?:{p})\b", words), code) for code, p in _DETECTED.items())
    found = [(hit.start(), code) for hit, code in hits if hit]
    return min(found, key=lambda hit: hit[0])[1] if found else DetectedBy.UNKNOWN
