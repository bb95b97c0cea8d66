"""The Vietnamese alphabet as an order of names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from geo.text import strip_kind

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
"""The tones as dictionaries order them: huyền, hỏi, ngã, sắc, nặng; no mark comes first."""

_WORD = re.compile(r"\d+|[^\W\d_]+")
_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼʹ′")
_DIGITS = 6
"""Numbers are compared as numbers up to this many digits."""


@lru_cache(maxsize=65_536)
def vietnamese_key(name: str) -> str:
    """What names are put in order by: letters (a ă â … d đ …), and where they are equal, tones.

    The word for the kind of unit before a name (Tỉnh, Thành phố, Xã, Phường, Đặc khu) does
    not count; a shorter word comes before a longer one that begins with it, and numbers stand
    before letters in the order of their value.

    >>> sorted(["Tỉnh Đồng Tháp", "Tỉnh Điện Biên", "Thành phố Đà Nẵng", "Tỉnh Cao Bằng",
    ...         "Thành phố Cần Thơ", "Tỉnh Gia Lai"], key=vietnamese_key)[:3]
    ['Tỉnh Cao Bằng', 'Thành phố Cần Thơ', 'Thành phố Đà Nẵng']
    >>> sorted(["Ôn", "Ơn", "Ong", "Đa", "Da", "Dạ", "Dần", "Phường 10", "Phường 2"],
    ...        key=vietnamese_key)
    ['Phường 2', 'Phường 10', 'Da', 'Dạ', 'Dần', 'Đa', 'Ong', 'Ôn', 'Ơn']
    """
    written = strip_kind(name)[1].lower().translate(_APOSTROPHES)
    words = [_word(raw) for raw in _WORD.findall(unicodedata.normalize("NFC", written))]
    letters = " ".join(word for word, _ in words)
    return f"{letters}\0{' '.join(tones for _, tones in words)}"


@lru_cache(maxsize=16_384)
def _word(raw: str) -> tuple[str, str]:
    """Letters of a word as characters in the order of the alphabet, and its tones."""
    if raw.isdecimal():
        return raw.zfill(_DIGITS), ""
    letters: list[str] = []
    tones: list[str] = []
    for character in raw:
        marks = unicodedata.normalize("NFD", character)
        tone = next((mark for mark in marks if mark in _TONES), "")
        letter = unicodedata.normalize("NFC", marks.replace(tone, "")) if tone else character
        place = _LETTERS.find(letter)
        letters.append(chr(ord("A") + place) if place >= 0 else letter)
        tones.append(str(_TONES.index(tone) + 1) if tone else "0")
    return "".join(letters), "".join(tones)
