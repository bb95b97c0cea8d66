"""Persons stay outside: their columns are dropped, their numbers are blanked.

The law on personal data and the house rule are the same: no name, identity
number, birth date, phone, plate, face, health status or ethnicity is kept. This
module decides which headings name people, and removes digit runs that look like
a phone, an identity number or a plate from the free text that is kept.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Any

BLANKED = "[số đã xoá]"


@lru_cache(maxsize=65536)
def plain_words(text: str) -> str:
    """Lower-case words without diacritics or punctuation, one space between.

    >>> plain_words("Họ và TÊN  đối-tượng:")
    'ho va ten doi tuong'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    kept = (c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


@lru_cache(maxsize=65536)
def compact(text: str) -> str:
    """The same without spaces: how headings are compared.

    >>> compact("Vĩ độ (°)"), compact("VI DO")
    ('vido', 'vido')
    """
    return plain_words(text).replace(" ", "")


def is_blank(value: Any) -> bool:
    """Whether a cell holds nothing: empty, spaces, dashes or NaN."""
    if isinstance(value, str):
        return not value.strip(" \t\r\n\xa0-–—._/")
    return value is None or (isinstance(value, float) and math.isnan(value))


def cell_text(value: Any) -> str:
    """A cell as the text a person sees: single spaces, whole floats without ".0".

    >>> cell_text(12.0), cell_text("  Xã\\n Ea Bá ")
    ('12', 'Xã Ea Bá')
    """
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


_FOREIGN_LETTERS = frozenset("äåæçëïîñöøßûüÿœšžÄÅÆÇËÏÎÑÖØÛÜŸŒŠŽÞþðƒˆ\ufffd")


def is_garbled(text: str) -> bool:
    """Whether Vietnamese was saved in an old encoding and is now symbols inside words.

    >>> is_garbled("T©n Ch©u, An Phó, Ch©u §èc"), is_garbled("Tân Châu, An Phú")
    (True, False)
    """
    text = unicodedata.normalize("NFC", text)
    beyond = sum(c > "\x7f" for c in text)
    strange = sum(c in _FOREIGN_LETTERS or "\x80" <= c <= "\x9f" for c in text)
    strange += len(re.findall(r"(?<=[A-Za-z])[¡-¶¸-¿×÷‰‹]|[¡-¶¸-¿×÷](?=[a-z])", text))
    return strange > 2 and strange > beyond * 0.1


# Looked for anywhere in a compact heading: long enough to be unmistakable.
_PERSON_PARTS = re.compile(
    "hoten|hovaten|hotendem|hovachudem|tendoituong|tennguoi|tennghipham|tenbican|tengoikhac"
    "|bidanh|bietdanh|cccd|cmnd|cmtnd|socmt|cancuoc|chungminhnhandan|chungminhthu"
    "|sodinhdanh|dinhdanhcanhan|hochieu|passport|giaytotuythan|ngaysinh|namsinh|thangsinh|sinhngay|sinhnam"
    "|dienthoai|sodidong|facebook|email|thuongtru|tamtru|hokhau|noicutru|diachicutru|quequan"
    "|nguyenquan|noisinh|biensoxe|biensophuongtien|bienkiemsoat|dantoc|tongiao|gioitinh"
    "|nghenghiep|quoctich|trinhdohocvan|trinhdovanhoa|suckhoe|anhdoituong|anhchandung"
    "|anhthe|khuonmat|tienantiensu|nhanthan|lylich|vantay|sotaikhoan|chuhogiadinh|nguoithan"
    "|thannhan|hotenbo|hotenme|hotenvo|hotenchong|camdau|chumuu|diachidoituong|diachihiennay"
    "|fullname|phonenumber|idnumber|dateofbirth|birthdate|birthyear|licenseplate|ethnicity"
)
# Looked for as whole words: short ones would hide inside other words.
_PERSON_WORDS = re.compile(
    r"\b(?:noi o|cho o|hktt|dkhk|dknk|hk|sdt|dtdd|zalo|bien so|bks|bsx|hiv|aids|cmt|cc cd"
    r"|tien an|tien su|tuoi|do tuoi|nam sinh|chu ho|chu nha|chu co so|nguoi dai dien"
    r"|nguoi lien he|lien he|di dong|phone|dob|gender|occupation|nationality|plate|hinh anh"
    r"|ten chu|ma dinh danh$)\b"
)
_PERSON_WHOLE = frozenset({"anh", "photo", "sinh", "trinh do", "hoc van", "nam nu", "nu", "so dt"})
_PERSON_GROUPS = re.compile(
    r"\b(?:doi tuong|nguoi (?:vi pham|pham toi|lien quan|bi bat)|nghi pham|bi can|bi cao"
    r"|nhan than|ca nhan)\b"
)
_COUNT_WORDS = re.compile(r"^(?:so|so luong|tong|tong so|sl|cong|so doi tuong|so nguoi)\b")


def names_people(parts: tuple[str, ...]) -> bool:
    """Whether a heading (its rows from top to bottom) names people.

    Everything under a group heading such as "Đối tượng" is about persons, except
    a count.

    >>> names_people(("Số CCCD",)), names_people(("Đối tượng", "Địa chỉ"))
    (True, True)
    >>> names_people(("Số đối tượng",)), names_people(("Đối tượng", "Số lượng"))
    (False, False)
    """
    joined = "".join(compact(part) for part in parts)
    words = plain_words(" ".join(parts))
    if _PERSON_PARTS.search(joined) or _PERSON_WORDS.search(words) or words in _PERSON_WHOLE:
        return True
    if len(parts) < 2 or not _PERSON_GROUPS.search(plain_words(" ".join(parts[:-1]))):
        return False
    return not _COUNT_WORDS.match(plain_words(parts[-1]))


_SEVEN_DIGITS = re.compile(r"(?:\D*+\d){7}")  # as many as the shortest plate has
_RUN = re.compile(r"\+?\d(?:[\s.\-–()]{0,3}\d)*")
_PLATE = re.compile(r"\b\d{2}\s?-?\s?[A-ZĐ]{1,2}\d?\s?[-.]?\s?\d{3}[.]?\d{2}\b")
_DECIMAL = r"(?:1?\d{1,2})[.,]\d{3,}"
_COORDINATES = re.compile(rf"{_DECIMAL}(?:\s*[\s-]\s*{_DECIMAL})?")
_DATES = re.compile(
    r"\d{1,2}[.-]\d{1,2}[.-](?:19|20)\d\d(?:[\s–-]+\d{1,2}[.-]\d{1,2}[.-]\d{4}|\s\d\d)?"
)
_ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:\s\d\d)?")
_MIN_DIGITS = 9


def blank_numbers(text: str) -> str:
    """Free text with phone-like, ID-like and plate-like runs replaced.

    A run is nine or more digits, single spaces, dots, dashes or brackets
    between them allowed. House numbers, coordinates and dates stay.

    >>> blank_numbers("nhà 12/3/4, ĐT 0912.345.678")
    'nhà 12/3/4, ĐT [số đã xoá]'
    >>> blank_numbers("số 144-146-148 Trần Phú; 10.762622 106.660172")
    'số 144-146-148 Trần Phú; 10.762622 106.660172'
    """
    if not _SEVEN_DIGITS.match(text):
        return text
    return _RUN.sub(_blank_run, _PLATE.sub(BLANKED, text))


def _blank_run(match: re.Match[str]) -> str:
    run = match.group()
    if sum(c.isdigit() for c in run) < _MIN_DIGITS or _is_harmless(run):
        return run
    groups = re.split(r"(\d+)", run)
    if any(len(g) >= _MIN_DIGITS for g in groups):
        return "".join(BLANKED if len(g) >= _MIN_DIGITS else g for g in groups).replace("+", "")
    return BLANKED


def _is_harmless(run: str) -> bool:
    if _DATES.fullmatch(run) or _ISO.fullmatch(run):
        return True
    if _COORDINATES.fullmatch(run):
        values = [float(t.replace(",", ".")) for t in re.findall(_DECIMAL, run)]
        return all(7 <= v <= 24 or 102 <= v <= 118 for v in values)
    return _is_house_range(run)


def _is_house_range(run: str) -> bool:
    """Neighbouring house numbers: rising, close together, no leading zero."""
    if not re.fullmatch(r"[1-9]\d{0,3}(?:\s?[-–]\s?[1-9]\d{0,3})+", run):
        return False
    numbers = [int(n) for n in re.findall(r"\d+", run)]
    return all(0 < b - a <= 20 for a, b in pairwise(numbers))
