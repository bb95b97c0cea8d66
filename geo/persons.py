"""Persons stay outside: their columns are dropped, their numbers are blanked.

The law on personal data and the house rule are the same: no name, identity
number, birth date, phone, plate, face, health status or ethnicity is kept. This
module decides which headings name people, and removes from the free text that is
kept digit runs that look like a phone, an identity number or a plate, and the
names of householders.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Any

BLANKED = "[số đã xoá]"
NAME_BLANKED = "[tên đã xoá]"
WITHHELD = "[chữ, không lưu]"


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


_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    """A text without what no sheet can hold: control characters and half characters."""
    return text if text.isprintable() else _CONTROLS.sub("", text)


def cell_text(value: Any) -> str:
    """A cell as the text a person sees: single spaces, whole floats without ".0".

    >>> cell_text(12.0), cell_text("  Xã\\n Ea Bá ")
    ('12', 'Xã Ea Bá')
    """
    if isinstance(value, str):
        return " ".join(without_controls(value).split())
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


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
    r"\b(?:noi o|cho o|hktt|dkhktt|dktt|dkhk|dknk|hk|sdt|dtdd|zalo|bien so|bks|bsx|hiv|aids|cmt"
    r"|cc cd"
    r"|tien an|tien su|tuoi|do tuoi|nam sinh|chu ho|chu nha|chu co so|nguoi dai dien"
    r"|nguoi lien he|lien he|di dong|phone|dob|gender|occupation|nationality|plate|hinh anh"
    r"|ten chu|ma dinh danh$|danh tinh|ten day du|ten thuong goi|bs xe|stk|fb|suspects?|victims?"
    r"|name of person|(?<!so )(?<!so luong )(?:nan nhan|bi hai|duong su))\b"
)
_PERSON_WHOLE = frozenset(
    {"anh", "photo", "sinh", "trinh do", "hoc van", "nam nu", "nu", "so dt", "ong ba"}
)
# Names in one table, counts in another: the cells decide.
_UNSURE = (
    "doituong doituongvipham nguoivipham doituongbibat doituongbibatgiu sodt nguoibibat"
    " nguoibibatgiu nguoiphamtoi bican bicao nghipham nguoinghien nguoisudung"
)
PEOPLE_OR_COUNTS = frozenset(_UNSURE.split())
_PERSON_GROUPS = re.compile(
    r"\b(?:doi tuong|nguoi (?:vi pham|pham toi|lien quan|bi bat)|nghi pham|bi can|bi cao"
    r"|nhan than|ca nhan|nan nhan|bi hai|duong su)\b"
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


_OWNERS = re.compile(
    r"\b(?:chu (?:co so|quan|doanh nghiep|cua hang|dau tu|tiem|so huu|khach san|nha nghi|ho)"
    r"|(?:pho )?giam doc|hieu (?:truong|pho)|nguoi (?:dung (?:dau|ten)|quan ly|dieu hanh|phu trach"
    r"|chiu trach nhiem|dai dien|kinh doanh)|dai dien (?:phap luat|co so)|thu truong"
    r"|can bo phu trach|owner|manager|contact|director|principal|headmaster)\b"
)


def names_owner(parts: tuple[str, ...]) -> bool:
    """Whether a heading in a list of facilities names who owns, runs or answers for one.

    >>> names_owner(("Chủ quán",)), names_owner(("Tên cơ sở",))
    (True, False)
    """
    return _OWNERS.search(plain_words(" ".join(parts))) is not None


_SEVEN_DIGITS = re.compile(r"(?:\D*+\d){7}")  # as many as the shortest plate has
_RUN = re.compile(r"\(?\+?\d(?:[\s.\-–()_·]{0,3}\d)*")
_SPOKEN = re.compile(
    r"(\b(?:[sđ]?đt|s?dt|dtdđ|đtdđ|tel|phone|hotline|zalo|(?:điện|dien) (?:thoại|thoai)"
    r"|di (?:động|dong)|(?:số|so) (?:máy|may)|gọi|goi|(?:liên|lien) (?:hệ|he)|lh)[\s.:]{0,3})"
    r"(?:\(?(?:\+?84|0)\d{1,3}\)?[\s.,/_·-]?\d{3,4}[\s.,/_·-]?\d{3,4}|\d{7,8}|\d{3,4}[.-]\d{4})"
    r"(?![\d/])",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(?<![\d/])0\d{2,3}/\d{3}/\d{3,4}(?![\d/])")
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

    A run is nine or more digits, single spaces, dots, dashes, underscores or
    brackets between them allowed; after a word such as "SĐT" seven will do.
    House numbers, coordinates and dates stay.

    >>> blank_numbers("nhà 12/3/4, ĐT 0912.345.678")
    'nhà 12/3/4, ĐT [số đã xoá]'
    >>> blank_numbers("số 144-146-148 Trần Phú; 10.762622 106.660172")
    'số 144-146-148 Trần Phú; 10.762622 106.660172'
    """
    if not _SEVEN_DIGITS.match(text):
        return text
    text = _SPOKEN.sub(rf"\1{BLANKED}", _PLATE.sub(BLANKED, text))
    return _RUN.sub(_blank_run, _SLASHED.sub(BLANKED, text))


def _blank_run(match: re.Match[str]) -> str:
    run = match.group()
    if run[0] == "(" and ")" not in run:
        return "(" + _blanked(run[1:])
    return _blanked(run)


def _blanked(run: str) -> str:
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


# --- names in free text -----------------------------------------------------

_FAMILY_WORDS = (
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trịnh trương lâm"
    " đào cao lương hà tạ châu quách thạch đoàn vương lưu giang kiều nông thái tống triệu mạc chu"
)
FAMILIES = frozenset([*_FAMILY_WORDS.split(), *plain_words(_FAMILY_WORDS).split()])
_ADJACENT = re.compile(r"(?=\b([^\W\d_]+)\s+([^\W\d_]+))")
_NO_NAME = frozenset(("pháp", "tội", "quy", "luật", "phap", "toi", "luat"))


def holds_name(text: str) -> bool:
    """Whether a capitalised family name and another capitalised word stand side by side.

    >>> holds_name("Nguyễn Văn Bình"), holds_name("HS 12/Lê Lợi"), holds_name("Vi Phạm Pháp Luật")
    (True, True, False)
    """
    return any(
        a.casefold() in FAMILIES and b.casefold() not in _NO_NAME
        for a, b in _ADJACENT.findall(unicodedata.normalize("NFC", text))
        if a[0].isupper() and b[0].isupper()
    )


_IDENTITY = re.compile(r"\d{9}|\d{11,12}|(?!20\d\d|19[89]\d)\d{10}|0\d{2,3}[ .]\d{3}[ .]\d{3,4}")


def identifies_person(ref: str) -> bool:
    """Whether what stands as a reference is an identity number, a phone or a name.

    >>> identifies_person("001090012345"), identifies_person("2024000123")
    (True, False)
    """
    if _IDENTITY.fullmatch(ref):
        return True
    return not any(c.isdigit() for c in ref) and holds_name(ref)
