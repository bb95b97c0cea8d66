"""Vietnamese text: one normal form of names, and the words of an address.

Three forms of one name, from gentle to strict use:

- `fold` drops case, diacritics and punctuation; words stay apart.
- `name_key` also removes spaces and the spellings that vary from clerk to
  clerk (i/y, final c/k, Ia read as la, leading zeros); equal keys are one name.
- `accent_key` is `name_key` with quality marks kept and tones written behind
  the vowel; it separates names that differ only in diacritics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_TONES = {"\u0300": "2", "\u0301": "1", "\u0303": "4", "\u0309": "3", "\u0323": "5"}
_PUNCTUATION: dict[int, str | None] = {ord(mark): None for mark in "'’‘`´ʼʹ′"}
_PUNCTUATION |= {ord(mark): " , " for mark in ",;|()[]\n\r\t"}
_PUNCTUATION |= {ord(mark): " " for mark in '.-–—−_/\\:"“”*+#&?!°º\u00a0\u200b\ufeff'}
_PUNCTUATION |= {ord("ð"): "đ", ord("ɖ"): "đ"}
_GLUED_NUMBER = re.compile(r"(p|f|q|phường|phuong|quận|quan)(\d+)")
_HARD_C = re.compile(r"c(?!h)")
_SMALL = "bcdđghklmnpqrstvxfjwz" + unicodedata.normalize(
    "NFC", "".join(v + tone for v in "aăâeêioôơuưy" for tone in ("", *_TONES))
)
_LOST_SPACE = re.compile(f"(?<=[{_SMALL}])(?=[{_SMALL.upper()}])")


class UnitKind(StrEnum):
    """The kind of unit that a word before a name announces."""

    WARD = "phường"
    COMMUNE = "xã"
    TOWN = "thị trấn"
    ZONE = "đặc khu"
    URBAN_DISTRICT = "quận"
    DISTRICT = "huyện"
    DISTRICT_TOWN = "thị xã"
    CITY = "thành phố"
    PROVINCE = "tỉnh"

    @property
    def is_commune(self) -> bool:
        """Whether it stands before the name of a commune."""
        return self in _COMMUNE_KINDS


_COMMUNE_KINDS = frozenset({UnitKind.WARD, UnitKind.COMMUNE, UnitKind.TOWN, UnitKind.ZONE})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an address: keys, accented keys and comma-separated segments.

    One entry a word. `accented`: whether the writer used diacritics at all.
    """

    keys: tuple[str, ...]
    accents: tuple[str, ...]
    segments: tuple[int, ...]
    accented: bool

    def __len__(self) -> int:
        return len(self.keys)


def fold(text: str) -> str:
    """Lower case without diacritics, apostrophes or punctuation.

    >>> fold("Xã Cư M’gar,  Huyện Ea H'leo"), fold("HOÀ ĐỨC") == fold("Hòa Đức")
    ('xa cu mgar huyen ea hleo', True)
    """
    return " ".join(_bare(raw) for raw in _split(text) if raw != ",")


def name_key(name: str) -> str:
    """The key under which all spellings of one name meet.

    >>> name_key("Kon Tum") == name_key("KonTum"), name_key("Đăk Lắc") == name_key("Dak Lak")
    (True, True)
    >>> name_key("Mỹ Hoà 01"), name_key("la Đal") == name_key("Ia Đal")
    ('mihoa1', True)
    """
    return _joined_keys(name)[0]


def accent_key(name: str) -> str:
    """`name_key` with diacritics: tone placement and Đăk/Đắk do not matter.

    >>> accent_key("Tuý Hoà") == accent_key("Túy Hòa"), accent_key("Tân") == accent_key("Tấn")
    (True, False)
    """
    return _joined_keys(name)[1]


@lru_cache(maxsize=65_536)
def _joined_keys(name: str) -> tuple[str, str]:
    words = split_words(name)
    return "".join(words.keys), "".join(words.accents)


def split_words(*parts: str) -> Words:
    """Split texts into words; every part begins a new segment.

    >>> words = split_words("Tổ 5, P.01", "Kon Tum")
    >>> words.keys, words.segments
    (('to', '5', 'p', '1', 'kon', 'tum'), (0, 0, 1, 1, 2, 2))
    """
    keys: list[str] = []
    accents: list[str] = []
    segments: list[int] = []
    segment = 0
    for part in parts:
        for raw in _split(part):
            if raw == ",":
                segment += 1
                continue
            for key, accent in _forms(raw):
                keys.append(key)
                accents.append(accent)
                segments.append(segment)
        segment += 1
    return Words(tuple(keys), tuple(accents), tuple(segments), keys != accents)


def _split(text: str) -> list[str]:
    spaced = _LOST_SPACE.sub(" ", unicodedata.normalize("NFC", text))
    return spaced.lower().translate(_PUNCTUATION).split()


def _bare(raw: str) -> str:
    decomposed = unicodedata.normalize("NFD", raw)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")


@lru_cache(maxsize=65_536)
def _forms(raw: str) -> tuple[tuple[str, str], ...]:
    """Key and accented key of one written word; "p12" is two words."""
    if glued := _GLUED_NUMBER.fullmatch(raw):
        return (*_forms(glued[1]), *_forms(glued[2]))
    if raw.isdigit():
        number = raw.lstrip("0") or "0"
        return ((number, number),)
    if raw in _READ_AS_IA:
        return (("ia", "ia"),)
    key = spelling_key(_bare(raw))
    return ((key, key if key in _FREE_ACCENT else spelling_key(_accented(raw))),)


_READ_AS_IA = frozenset({"1a", "la"})
_FREE_ACCENT = frozenset({"dak", "lak", "pak"})  # written with any accent or none


def spelling_key(joined: str) -> str:
    """One spelling of i/y and of hard c/k in a word, or in a name without spaces.

    >>> spelling_key("quydac"), spelling_key("chuprong")
    ('quidak', 'chuprong')
    """
    return _HARD_C.sub("k", joined.replace("y", "i"))


def _accented(raw: str) -> str:
    letters: list[str] = []
    tone = ""
    for character in unicodedata.normalize("NFD", raw):
        if character in _TONES:
            tone = _TONES[character]
        else:
            letters.append(character)
    return unicodedata.normalize("NFC", "".join(letters)) + tone


_KIND_WORDS: dict[str, UnitKind] = {
    "phường": UnitKind.WARD,
    "p": UnitKind.WARD,
    "f": UnitKind.WARD,
    "ph": UnitKind.WARD,
    "xã": UnitKind.COMMUNE,
    "x": UnitKind.COMMUNE,
    "thị trấn": UnitKind.TOWN,
    "tt": UnitKind.TOWN,
    "t t": UnitKind.TOWN,
    "đặc khu": UnitKind.ZONE,
    "đk": UnitKind.ZONE,
    "quận": UnitKind.URBAN_DISTRICT,
    "q": UnitKind.URBAN_DISTRICT,
    "huyện": UnitKind.DISTRICT,
    "h": UnitKind.DISTRICT,
    "thị xã": UnitKind.DISTRICT_TOWN,
    "tx": UnitKind.DISTRICT_TOWN,
    "t x": UnitKind.DISTRICT_TOWN,
    "thành phố": UnitKind.CITY,
    "tp": UnitKind.CITY,
    "t p": UnitKind.CITY,
    "tỉnh": UnitKind.PROVINCE,
    "t": UnitKind.PROVINCE,
}
_KINDS = {split_words(words).keys: kind for words, kind in _KIND_WORDS.items()}
KIND_KEYS = frozenset("".join(keys) for keys in _KINDS)
"""Keys of the words that announce a unit."""

_TWO_WORD_ENDS = {keys[1] for keys in _KINDS if len(keys) == 2}


def kind_before(words: Words, start: int, floor: int = 0) -> tuple[UnitKind | None, int]:
    """The kind announced right before a word, and where the announcement begins.

    Stays within the segment and never reads words before `floor`.

    >>> kind_before(split_words("12 Lê Lợi, TX. Đức Phổ"), 4)
    (<UnitKind.DISTRICT_TOWN: 'thị xã'>, 3)
    """
    segments, keys = words.segments, words.keys
    if start <= floor or segments[start - 1] != segments[start]:
        return None, start
    last = keys[start - 1]
    two = last in _TWO_WORD_ENDS and start - 2 >= floor and segments[start - 2] == segments[start]
    if two and (kind := _KINDS.get((keys[start - 2], last))):
        return kind, start - 2
    return (single, start - 1) if (single := _KINDS.get((last,))) else (None, start)


@lru_cache(maxsize=65_536)
def strip_kind(full_name: str) -> tuple[UnitKind | None, str]:
    """Split an official full name into its kind and its name.

    >>> strip_kind("Thị trấn Phố Lu"), strip_kind("Phường Phường Đúc")
    ((<UnitKind.TOWN: 'thị trấn'>, 'Phố Lu'), (<UnitKind.WARD: 'phường'>, 'Phường Đúc'))
    """
    written = unicodedata.normalize("NFC", full_name).strip()
    kind = next((k for k in UnitKind if written.lower().startswith(k.value + " ")), None)
    return kind, written[len(kind.value) :].strip() if kind else written


_POPULAR_PROVINCES = {
    "Hồ Chí Minh": "HCM, TPHCM, TP HCM, HCMC, Sài Gòn, SG, Ho Chi Minh City",
    "Hà Nội": "HN, TPHN, Hà Tây",
    "Bà Rịa - Vũng Tàu": "BRVT, BR VT, Vũng Tàu, Bà Rịa",
    "Huế": "Thừa Thiên Huế, TT Huế, Thừa Thiên, TTH",
    "Đắk Lắk": "Darlac",
    "Hải Phòng": "TPHP",
    "Đà Nẵng": "TPĐN",
    "Cần Thơ": "TPCT",
}


def province_keys(key: str) -> tuple[str, ...]:
    """The key of a province with the keys of its old and popular names.

    >>> province_keys(name_key("Huế"))
    ('hue', 'thuathienhue', 'tthue', 'thuathien', 'tth')
    """
    for name, popular in _POPULAR_PROVINCES.items():
        if name_key(name) == key:
            return (key, *(name_key(other) for other in popular.split(",")))
    return (key,)


def closest_keys(written: str, choices: Collection[str]) -> list[tuple[str, int]]:
    """Known keys within a slip of what is written, two in long names, nearest first.

    One slip: a letter lost, added, changed, or two exchanged.

    >>> closest_keys("tanhha", ["thanhha", "thanhhai", "tanha"])
    [('thanhha', 1), ('tanha', 1)]
    """
    limit = 2 if len(written) >= 8 else 1
    found = process.extract(written, choices, scorer=OSA.distance, score_cutoff=limit, limit=12)
    return [(key, int(distance)) for key, distance, _ in found]


_PLACES = split_words(
    "đường phố ngõ ngách hẻm kiệt số lộ ql tl đt hl chợ cầu trường đồn thôn ấp bản buôn làng khu "
    "kp tổ xóm khóm ngã"
)
_PLACE_KEYS, _PLACE_ACCENTS = frozenset(_PLACES.keys), frozenset(_PLACES.accents)


def names_no_unit(words: Words, start: int) -> bool:
    """Whether the word before says street, hamlet or landmark, or is a house number.

    >>> words = split_words("số 47 Quang Trung, thôn Phước Lý, Tây Ninh")
    >>> names_no_unit(words, 2), names_no_unit(words, 5), names_no_unit(words, 7)
    (True, True, False)
    """
    if start == 0 or words.segments[start - 1] != words.segments[start]:
        return False
    if words.accented and words.accents[start - 1] in _PLACE_ACCENTS:
        return True
    key = words.keys[start - 1]
    return key[0].isdigit() or (not words.accented and key in _PLACE_KEYS)
