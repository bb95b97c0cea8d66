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
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_TONES = {"\u0300": "2", "\u0301": "1", "\u0303": "4", "\u0309": "3", "\u0323": "5"}
_PUNCTUATION: dict[int, str | None] = {ord(mark): None for mark in "'’‘`´ʼʹ′"}
_PUNCTUATION |= {ord(mark): " , " for mark in ",;|()[]\n\r\t"}
_PUNCTUATION |= {ord(mark): " " for mark in '.-–—−_/\\:"“”*+#&?!°º\u00a0\u200b\ufeff'}
_PUNCTUATION |= {ord("ð"): "đ", ord("ɖ"): "đ"}
_GLUED_NUMBER = re.compile(r"(p|f|q|phường|phuong|quận|quan)(\d+)")
_HARD_C = re.compile(r"c(?!h)")
_DOTTED_KINDS = frozenset("pfxqhPFXQH")
_WORD = re.compile(r'[^\s,;|()\[\].\-–—−_/\\:"“”*+#&?!°º\u200b\ufeff]+\.?')
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

    __hash__ = str.__hash__  # that of enumerations is not compiled, and kinds are looked up often

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
    return " ".join(bare_letters(raw) for raw in _split(text) if raw != ",")


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


def part_words(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys and accented keys of the words of one comma part, as `split_words` gives them.

    A single letter that may announce a unit keeps its dot: X.Ea Bá is a commune,
    a lone x may be a slip of the pen.

    >>> part_words("X.Ea Bá")
    (('x.', 'ea', 'ba'), ('x.', 'ea', 'ba1'))
    """
    keys: list[str] = []
    accents: list[str] = []
    for raw in _WORD.findall(unicodedata.normalize("NFC", part)):
        of_keys, of_accents = _dotted_forms(raw)
        keys += of_keys
        accents += of_accents
    return tuple(keys), tuple(accents)


@lru_cache(maxsize=65_536)
def _dotted_forms(raw: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys and accented keys of one written word with its case, its dot and its apostrophes."""
    bare = raw.rstrip(".")
    if raw != bare and bare in _DOTTED_KINDS:
        return (f"{bare.lower()}.",), (f"{bare.lower()}.",)
    written = _LOST_SPACE.sub(" ", bare).lower().translate(_PUNCTUATION)
    forms = [form for piece in written.split() for form in _forms(piece) if form[0]]
    return tuple(key for key, _ in forms), tuple(accent for _, accent in forms)


def _split(text: str) -> list[str]:
    spaced = _LOST_SPACE.sub(" ", unicodedata.normalize("NFC", text))
    return spaced.lower().translate(_PUNCTUATION).split()


@lru_cache(maxsize=65_536)
def bare_letters(raw: str) -> str:
    """A text in small letters without its diacritics, all else as it is.

    >>> bare_letters("đường 3/2, xã đắk rơ wa")
    'duong 3/2, xa dak ro wa'
    """
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
    key = spelling_key(bare_letters(raw))
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
