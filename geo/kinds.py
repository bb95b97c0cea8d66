"""Words around a name: what kind of unit they announce, or that they announce none.

A kind stands before its name (Phường Bến Nghé, P.1, TX Đức Phổ) or, in English,
behind it (Ben Nghe Ward); English words stand before numbers only (District 1)
or at the beginning of their part. All positions are those of one comma part.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from geo.text import UnitKind, fold, split_words

Kinds = tuple[UnitKind, ...]
"""What a word may announce; empty: nothing."""

COMMUNE_KINDS = frozenset({UnitKind.WARD, UnitKind.COMMUNE, UnitKind.TOWN, UnitKind.ZONE})
DISTRICT_KINDS = frozenset({UnitKind.URBAN_DISTRICT, UnitKind.DISTRICT, UnitKind.DISTRICT_TOWN})

_BEFORE: dict[str, Kinds] = {
    "phường": (UnitKind.WARD,),
    "p": (UnitKind.WARD,),
    "f": (UnitKind.WARD,),
    "ph": (UnitKind.WARD,),
    "xã": (UnitKind.COMMUNE,),
    "x": (UnitKind.COMMUNE,),
    "thị trấn": (UnitKind.TOWN,),
    "tt": (UnitKind.TOWN,),
    "t t": (UnitKind.TOWN,),
    "t trấn": (UnitKind.TOWN,),
    "ttr": (UnitKind.TOWN,),
    "đặc khu": (UnitKind.ZONE,),
    "đk": (UnitKind.ZONE,),
    "quận": (UnitKind.URBAN_DISTRICT,),
    "q": (UnitKind.URBAN_DISTRICT,),
    "huyện": (UnitKind.DISTRICT,),
    "h": (UnitKind.DISTRICT,),
    "thị xã": (UnitKind.DISTRICT_TOWN,),
    "tx": (UnitKind.DISTRICT_TOWN,),
    "t x": (UnitKind.DISTRICT_TOWN,),
    "thành phố": (UnitKind.CITY,),
    "tp": (UnitKind.CITY,),
    "t p": (UnitKind.CITY,),
    "tỉnh": (UnitKind.PROVINCE,),
    "t": (UnitKind.PROVINCE,),
}
_ENGLISH: dict[str, Kinds] = {
    "ward": (UnitKind.WARD,),
    "commune": (UnitKind.COMMUNE,),
    "town": (UnitKind.TOWN, UnitKind.DISTRICT_TOWN),
    "townlet": (UnitKind.TOWN,),
    "township": (UnitKind.TOWN,),
    "special zone": (UnitKind.ZONE,),
    "district": (UnitKind.URBAN_DISTRICT, UnitKind.DISTRICT, UnitKind.DISTRICT_TOWN),
    "dist": (UnitKind.URBAN_DISTRICT, UnitKind.DISTRICT),
    "city": (UnitKind.CITY, UnitKind.DISTRICT_TOWN),
    "province": (UnitKind.PROVINCE,),
    "prov": (UnitKind.PROVINCE,),
}
_DOTTED = {f"{letter}.": _BEFORE[letter] for letter in "pfxqh"}
KIND_WORDS = tuple(
    re.escape(words)
    for kind in (*_BEFORE, *_ENGLISH)
    for words in dict.fromkeys((kind, fold(kind)))
    if kind != "t"
)
"""The same as written, with diacritics and without, as patterns."""

_KINDS = {split_words(words).keys: kinds for words, kinds in _BEFORE.items()}
_KINDS |= {tuple(words.split()): kinds for words, kinds in _DOTTED.items()}
_KINDS |= {("t", "p."): _BEFORE["tp"], ("t", "x."): _BEFORE["tx"]}
_KINDS_AFTER = {split_words(words).keys: kinds for words, kinds in _ENGLISH.items()}
_LAST_WORDS = frozenset(keys[-1] for keys in (*_KINDS, *_KINDS_AFTER))
_FIRST_AFTER = frozenset(keys[0] for keys in _KINDS_AFTER)
_LETTERS = frozenset({"p", "f", "x", "q", "h", "t", "ph", "dk"})
_KIND_ACCENTS = frozenset(
    accent
    for keys in (*_BEFORE, *_ENGLISH)
    for words in (split_words(keys), split_words(fold(keys)))
    for accent in words.accents
) | frozenset(_DOTTED)
KIND_KEYS = frozenset("".join(keys) for keys in (*_KINDS, *_KINDS_AFTER))
"""Keys of the words that announce a unit."""

_COUNTRY_PAIR, _COUNTRY = ("viet", "nam"), frozenset({"vietnam", "vn"})
_POST_CODE_DIGITS = 5

_PLACES = split_words(
    "đường phố ngõ ngách hẻm kiệt số lộ ql tl đt hl chợ cầu trường đồn thôn ấp bản buôn làng khu "
    "kp tổ xóm khóm ngã kcn ccn kcx kdc kđt kđtm bv ubnd thpt thcs plei bon"
)
_PLACE_KEYS = frozenset(_PLACES.keys) | {"street", "road", "alei", "alley", "hamlet", "st"}
# Closing words of khu công nghiệp, khu dân cư, đô thị, bệnh viện, công ty, thủy điện …
_PLACE_ACCENTS = frozenset(_PLACES.accents) | frozenset(
    split_words("đ nghiệp cư thị viện ty máy án nhà tòa xe trạm chùa đền ga bay điện").accents
)


def kinds_before(keys: Sequence[str], start: int, floor: int = 0) -> tuple[Kinds, int]:
    """The kinds announced right before a word, and where the announcement begins.

    Never reads words before `floor`.

    >>> kinds_before(split_words("TX. Đức Phổ").keys, 1)
    ((<UnitKind.DISTRICT_TOWN: 'thị xã'>,), 0)
    """
    if start <= floor or keys[start - 1] not in _LAST_WORDS:
        return (), start
    last = keys[start - 1]
    if start - 2 >= floor and (kinds := _KINDS.get((keys[start - 2], last))):
        return kinds, start - 2
    if kinds := _KINDS.get((last,)):
        return kinds, start - 1
    english = start < len(keys) and (start - 1 == floor or keys[start].isdigit())
    kinds = _KINDS_AFTER.get((last,), ()) if english else ()
    return kinds, start - 1 if kinds else start


def kinds_after(keys: Sequence[str], stop: int) -> tuple[Kinds, int]:
    """The kinds announced right behind a name in English, and where the words end.

    >>> kinds_after(split_words("Ben Nghe Ward").keys, 2)
    ((<UnitKind.WARD: 'phường'>,), 3)
    """
    if keys[stop] in _FIRST_AFTER:
        for end in (stop + 1, stop + 2):
            if kinds := _KINDS_AFTER.get(tuple(keys[stop:end])):
                return kinds, end
    return (), stop


def announced_at(
    keys: Sequence[str],
    accents: Sequence[str] = (),
    known: Collection[tuple[int, int, object]] = (),
) -> dict[int, tuple[Kinds, int]]:
    """For every word with a kind before it: the kinds, and where the announcement begins.

    Words with other diacritics announce nothing (Xá, Phương, Tịnh). Letters amid a
    part announce only one of the `known` names, given by first word and word behind.

    >>> from geo.text import part_words
    >>> announced_at(*part_words("Phường Phương Liên"))
    {1: ((<UnitKind.WARD: 'phường'>,), 0)}
    """
    found: dict[int, tuple[Kinds, int]] = {}
    for at, key in enumerate(keys):
        if key in _LAST_WORDS:
            kinds, begin = kinds_before(keys, at + 1)
            if not kinds or (begin == at and accents and accents[at] not in _KIND_ACCENTS):
                continue
            if key in _LETTERS and begin == at > 0 and not _may_announce(at, found, known):
                continue
            found[at + 1] = kinds, begin
    return found


def _may_announce(
    at: int, found: Collection[int], known: Collection[tuple[int, int, object]]
) -> bool:
    """Whether letters amid a part stand before a known name, and behind one if any is announced."""
    before = any(start == at + 1 for start, _, _ in known)
    return before and (not found or any(stop == at for _, stop, _ in known))


def names_no_unit(keys: Sequence[str], accents: Sequence[str], start: int) -> bool:
    """Whether the word before says street, hamlet or landmark, or is a house number.

    >>> words = split_words("ấp Tân Phú")
    >>> names_no_unit(words.keys, words.accents, 1)
    True
    """
    if not 0 < start <= len(keys):
        return False
    if accents[start - 1] in _PLACE_ACCENTS:
        return True
    key = keys[start - 1]
    return key[0].isdigit() or (key in _PLACE_KEYS and tuple(keys) == tuple(accents))


def without_country(keys: Sequence[str]) -> tuple[int, int]:
    """First and last word, without the country and post codes around the names.

    >>> without_country(("ha", "noi", "100000", "viet", "nam"))
    (0, 2)
    """
    start, stop = 2 if tuple(keys[:2]) == _COUNTRY_PAIR else 0, len(keys)
    while stop > start and (size := _country_words(keys[stop - 1], keys[stop - 2 : stop - 1])):
        stop -= size
    while start < stop and (size := _country_words(keys[start], ())):
        start += size
    return start, stop


def _country_words(key: str, ahead: Sequence[str]) -> int:
    """How many words ending in `key` are the country or a post code."""
    if key in _COUNTRY or (len(key) >= _POST_CODE_DIGITS and key.isdigit()):
        return 1
    return 2 if (*ahead, key) == _COUNTRY_PAIR else 0
