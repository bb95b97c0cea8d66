"""Names of hamlets and residential groups: one form of them, and which known one is meant.

A commune of 2025 holds the hamlets of several old communes, so that a name may
stand for two of them. Such a name is linked to neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from geo.terms import SubUnitKind
from geo.text import split_words

T = TypeVar("T")

KIND_NAMES: Mapping[SubUnitKind, str] = MappingProxyType(
    {
        SubUnitKind.THON: "thôn",
        SubUnitKind.LANG: "làng",
        SubUnitKind.BAN: "bản",
        SubUnitKind.BUON: "buôn",
        SubUnitKind.AP: "ấp",
        SubUnitKind.XOM: "xóm",
        SubUnitKind.KHU_PHO: "khu phố",
        SubUnitKind.KHU: "khu",
        SubUnitKind.KHOM: "khóm",
        SubUnitKind.KHOI: "khối",
        SubUnitKind.TO: "tổ dân phố",
        SubUnitKind.OTHER: "đơn vị",
    }
)
"""What the kinds are called."""

_MORE_WORDS = {
    SubUnitKind.LANG: "plei",
    SubUnitKind.BAN: "bon",
    SubUnitKind.AP: "sóc, phum",
    SubUnitKind.KHU_PHO: "kp, khu phố văn hóa, khu dân cư, kdc",
    SubUnitKind.KHU: "k, khu vực, kv",
    SubUnitKind.KHOI: "khối phố",
    SubUnitKind.TO: "tổ, tdp, tổ tự quản, tổ nhân dân, tổ nhân dân tự quản, tổ đoàn kết",
}
_KINDS: dict[tuple[str, ...], SubUnitKind] = {
    split_words(words).keys: kind
    for kind, name in KIND_NAMES.items()
    if kind is not SubUnitKind.OTHER
    for words in (name, *_MORE_WORDS.get(kind, name).split(", "))
}
_LONGEST = max(map(len, _KINDS))
_GLUED = re.compile(r"(kp|tdp|to|ap|thon|khom|khoi|xom|ban|buon|bon|khu|kv|k)(\d+[a-h]?(?:x\d+)?)")
_ROMAN = MappingProxyType(
    {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
)
_DIVIDED = re.compile(r"(?<=\d)\s?[/-]\s?(?=\d)")
_NUMBERED = re.compile(r"\d+[a-h]?(?:x\d+)?")


@dataclass(frozen=True, slots=True)
class SubUnitName:
    """One sub-unit by kind and key; `outer` is what it lies in, when that is named.

    >>> str(read_sub_unit("Tổ 05, KP3")), str(read_sub_unit("Thôn Phước Lý"))
    ('to:5/khu_pho:3', 'thon:phuokli')
    """

    kind: SubUnitKind
    key: str
    outer: SubUnitName | None = None

    def __str__(self) -> str:
        own = f"{self.kind}:{self.key}"
        return f"{own}/{self.outer}" if self.outer else own

    @property
    def parts(self) -> tuple[tuple[SubUnitKind, str], ...]:
        """Kind and key of this one and of those around it, the smallest first."""
        return ((self.kind, self.key), *(self.outer.parts if self.outer else ()))


def read_sub_unit(text: str) -> SubUnitName | None:
    """The normal form of a sub-unit's name; None when nothing but kinds is written.

    Kind words are recognised in full and short, numbers without leading zeros;
    a name without a kind is of kind `other`.

    >>> read_sub_unit("Tổ dân phố số 5") == read_sub_unit("TDP5") == read_sub_unit("tổ 05")
    True
    >>> str(read_sub_unit("Phước Lý")), str(read_sub_unit("Thôn Bản Lang")), read_sub_unit("Thôn")
    ('other:phuokli', 'thon:banlang', None)
    """
    return sub_unit_within(_parts(text))


def sub_unit_within(parts: Sequence[tuple[SubUnitKind, str]]) -> SubUnitName | None:
    """The first of the parts, inside the following."""
    found = None
    for kind, key in reversed(parts):
        found = SubUnitName(kind, key, found)
    return found


def stored_sub_unit(text: str) -> SubUnitName:
    """The name back from its text form.

    >>> str(stored_sub_unit("to:5/khu_pho:3"))
    'to:5/khu_pho:3'
    """
    parts = [part.partition(":") for part in text.split("/")]
    found = sub_unit_within([(SubUnitKind(kind), key) for kind, _, key in parts])
    if found is None:
        raise ValueError("a sub-unit without a name")
    return found


def find_sub_unit(written: Sequence[str], known: Sequence[tuple[T, SubUnitName]]) -> T | None:
    """Which of the known sub-units of a commune the written names mean, if it is one alone.

    The smallest is tried first. The kind need not agree where the name alone is
    enough (Thôn Phước Lý, Ấp Phước Lý); a bare number of a group is never taken
    for that of a hamlet.

    Parameters
    ----------
    written
        Names as they stand in an address, the smallest first: "Tổ 5", "khu phố 3".
    known
        The sub-units of the commune, each by whatever it is known as.

    >>> known = [(n, read_sub_unit(n)) for n in ("Thôn 1", "Tổ 5 khu phố 3", "Khu phố 3")]
    >>> find_sub_unit(("Tổ 05", "KP3"), known), find_sub_unit(("tổ 9", "KP3"), known)
    ('Tổ 5 khu phố 3', 'Khu phố 3')
    """
    parts = [part for text in written for part in _parts(text)]
    for i, part in enumerate(parts):
        around = parts[i + 1 :]
        for same in (_same, _same_but_kind):
            fitting = [(id_, name) for id_, name in known if same(name.parts[0], part)]
            fitting = [hit for hit in fitting if _may_lie_in(hit[1].parts[1:], around)]
            if len(fitting) > 1:
                fitting = [hit for hit in fitting if set(hit[1].parts[1:]) & set(around)]
            if len(fitting) == 1:
                return fitting[0][0]
            if fitting:
                break
    return None


def _same(known: tuple[SubUnitKind, str], written: tuple[SubUnitKind, str]) -> bool:
    return known == written


def _same_but_kind(known: tuple[SubUnitKind, str], written: tuple[SubUnitKind, str]) -> bool:
    if known[1] != written[1]:
        return False
    groups = (known[0] is SubUnitKind.TO) + (written[0] is SubUnitKind.TO)
    return groups != 1 or not _NUMBERED.fullmatch(known[1])


def _may_lie_in(
    outer: Sequence[tuple[SubUnitKind, str]], around: Sequence[tuple[SubUnitKind, str]]
) -> bool:
    """Whether nothing that is written around contradicts what the known one lies in."""
    said = dict(around)
    return all(said.get(kind, key) == key for kind, key in outer)


@lru_cache(maxsize=65_536)
def _parts(text: str) -> tuple[tuple[SubUnitKind, str], ...]:
    kind, name = SubUnitKind.OTHER, ""
    found: list[tuple[SubUnitKind, str]] = []
    for said, word in _marked(text):
        if said is None:
            name += word
            continue
        if name:
            found.append((kind, name))
        kind, name = said, ""
    if name:
        found.append((kind, name))
    return tuple(found)


def _marked(text: str) -> Iterator[tuple[SubUnitKind | None, str]]:
    """The words one by one; where a sub-unit begins, its kind.

    Inside a name that is no number a word such as "bản" belongs to the name.
    """
    words, segments = _words(text)
    i, name = 0, ""
    while i < len(words):
        size, kind = _kind_at(words, i)
        follows = words[i + size] if i + size < len(words) else ""
        if kind is not None and size == len(words):
            return
        if kind is not None and follows and _begins(name, i, segments, follows):
            yield kind, ""
            name, i = "", i + size
            continue
        word = words[i]
        if word != "so" or not _NUMBERED.fullmatch(follows):
            name += word
            yield None, _ROMAN.get(word, word)
        i += 1


def _begins(name: str, at: int, segments: Sequence[int], follows: str) -> bool:
    if at == 0 or segments[at - 1] != segments[at]:
        return True
    return bool(name) and bool(_NUMBERED.fullmatch(name) or _NUMBERED.fullmatch(follows))


def _kind_at(words: Sequence[str], at: int) -> tuple[int, SubUnitKind | None]:
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        if kind := _KINDS.get(tuple(words[at : at + size])):
            return size, kind
    return 1, None


def _words(text: str) -> tuple[list[str], list[int]]:
    """Words with kind and number apart ("KP3"), and the segments they stand in."""
    split = split_words(_DIVIDED.sub("x", text))
    words: list[str] = []
    segments: list[int] = []
    for key, segment in zip(split.keys, split.segments, strict=True):
        glued = _GLUED.fullmatch(key)
        pieces = [glued[1], glued[2].lstrip("0") or "0"] if glued else [key]
        words += pieces
        segments += [segment] * len(pieces)
    return words, segments
