"""Vietnamese saved in the encodings of the nineties: TCVN3 (ABC) and VNI.

A font drew the bytes as Vietnamese; read as Latin-1 they are symbols inside
words: "T©n Ch©u", "Phöôøng". A text is decoded only where that makes Vietnamese
syllables of what was none, so genuine Unicode stays as it is. "An Phó" is good
Unicode and good TCVN3 at once: there the column and the row decide.

The tables are those of TCVN 5712:1993 (VN3) and of the VNI-Windows fonts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import chain, islice
from typing import Any


class Encoding(StrEnum):
    """The old encodings that are recognised, by the names that clerks know."""

    TCVN3 = "TCVN3 (ABC)"
    VNI = "VNI"


_TCVN3_CODES = (
    "Ăa1 Âa2 Êa3 Ôa4 Ơa5 Ưa6 Đa7 ăa8 âa9 êaa ôab ơac ưad đae àb5 ảb6 ãb7 áb8 ạb9 ằbb ẳbc ẵbd ắbe"
    " ặc6 ầc7 ẩc8 ẫc9 ấca ậcb ècc ẻce ẽcf éd0 ẹd1 ềd2 ểd3 ễd4 ếd5 ệd6 ìd7 ỉd8 ĩdc ídd ịde òdf"
    " ỏe1 õe2 óe3 ọe4 ồe5 ổe6 ỗe7 ốe8 ộe9 ờea ởeb ỡec ớed ợee ùef ủf1 ũf2 úf3 ụf4 ừf5 ửf6 ữf7"
    " ứf8 ựf9 ỳfa ỷfb ỹfc ýfd ỵfe"
)
_TCVN3 = {int(code[1:], 16): code[0] for code in _TCVN3_CODES.split()}
_TCVN3[0x3BC] = "à"  # the micro sign after a compatibility normalisation

# VNI writes a plain letter and then a sign; ô stands for ơ, ö for ư.
_VNI_SIGNS = {
    "a": "ù\u0301 ø\u0300 û\u0309 õ\u0303 ï\u0323 â\u0302 á\u0302\u0301 à\u0302\u0300"
    " å\u0302\u0309 ã\u0302\u0303 ä\u0302\u0323 ê\u0306 é\u0306\u0301 è\u0306\u0300"
    " ú\u0306\u0309 ü\u0306\u0303 ë\u0306\u0323",
    "o": "ù\u0301 ø\u0300 û\u0309 õ\u0303 ï\u0323 â\u0302 á\u0302\u0301 à\u0302\u0300"
    " å\u0302\u0309 ã\u0302\u0303 ä\u0302\u0323",
    "u": "ù\u0301 ø\u0300 û\u0309 õ\u0303 ï\u0323",
}
_VNI_SIGNS |= {"e": _VNI_SIGNS["o"], "y": _VNI_SIGNS["u"], "ô": _VNI_SIGNS["u"]}
_VNI_SIGNS["ö"] = _VNI_SIGNS["u"]
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni() -> dict[str, str]:
    pairs = dict(_VNI_LETTERS)
    for letter, signs in _VNI_SIGNS.items():
        stem = _VNI_LETTERS.get(letter, letter)
        for sign in signs.split():
            pairs[letter + sign[0]] = unicodedata.normalize("NFC", stem + sign[1:])
    raised = {written.upper(): read.upper() for written, read in pairs.items()}
    mixed = {w[0].upper() + w[1:]: r.upper() for w, r in pairs.items() if len(w) == 2}
    return pairs | mixed | raised


_VNI = _vni()
_VNI_PIECE = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

# Typed text keeps its curly quotes and dashes in the Windows page.
_WINDOWS = {
    i: bytes([i]).decode("cp1252", "replace").replace("\ufffd", " ") for i in range(0x80, 0xA0)
}

# --- what a Vietnamese syllable is -------------------------------------------

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_RHYME = (
    "a(?:ch?|h|i|k|l|m|ng?|nh|o|p|r|t|u|y)?|ă(?:c|h|k|l|m|ng?|p|r|t)|â(?:c|k|l|m|ng?|p|r|t|u|y)"
    "|e(?:ch?|h|k|l|m|ng?|nh|o|p|r|t)?|ê(?:ch?|h|k|l|m|ng?|nh|p|r|t|u)?"
    "|i(?:a|ch?|m|ng?|nh|p|t|u|êc|êk|êm|êng?|êp|êt|êu)?"
    "|o(?:a[cimnopty]?|ach|ang|anh|ăc|ăm|ăng?|ăt|c|e[nost]?|h|i|k|l|m|ng?|oc|ong|p|r|t)?"
    "|ô(?:c|h|i|k|l|m|ng?|p|r|t)?|ơ(?:c|h|i|k|l|m|ng?|p|r|t)?"
    "|u(?:a|ân|âng|ât|ây|c|ê|êch|ênh?|êt|h|i|k|l|m|ng?|ôc|ôi|ôk|ôm|ông?|ôr|ôt|ơ|p|r|t|y|ya|ych|yên"
    "|yêt|ynh|yt|yu)?|ư(?:a|c|h|i|k|l|m|ng?|ơ[cimnptu]|ơng|r|t|u)?|y(?:ên|êm|êt|êu|êng|t|nh|n)?"
)
# The tongues of the highlands put up to three consonants before a vowel: Chư Prông, M'Drắk.
_SYLLABLE = re.compile(f"(?:ngh|[bcdđghjklmnpqrstvwxy]{{0,3}}|[gq][iu])(?:{_RHYME})")
_STOPPED = re.compile("(?:[cptk]|ch)$")
_LEVEL = "\u0300\u0303\u0309"
_BEYOND_LATIN = re.compile("[ăĂĩĨũŨơƠưƯđĐ\u1ea0-\u1ef9\u0300-\u0323]")
_FOREIGN = re.compile("[\xa1-\xbf×÷ÄÅÆÇËÏÎÑÖØÛÜßäåæçëïîñöøûüÿÐðÞþ\u03bc]")
# Vowels that stand side by side in VNI and never in Unicode.
_PAIRED = re.compile(
    "[âêàáãèéùúõÂÊÀÁÃÈÉÙÚÕ]"
    "(?<=[aA][âêàèéùúõÂÊÀÈÉÙÚÕ]|[eE][âàáãùõÂÀÁÃÙÕ]|[oO][âùõÂÙÕ]|[uyôUYÔ][ùõÙÕ])"
)
_PLAIN = re.compile("[A-Za-z]")
_SMALL, _CAPITAL = re.compile("[a-z]"), re.compile("[A-Z]")
_TOKEN = re.compile(r"[A-Za-z\xa1-\xfe\u03bc]+")


@lru_cache(maxsize=65_536)
def _is_syllable(word: str) -> bool:
    """Whether a word is built like a Vietnamese syllable, with one tone at most."""
    letters: list[str] = []
    tones: list[str] = []
    for character in unicodedata.normalize("NFD", word.lower()):
        (tones if character in _TONES else letters).append(character)
    plain = unicodedata.normalize("NFC", "".join(letters))
    if len(tones) > 1 or "ñ" in word.lower() or not _SYLLABLE.fullmatch(plain):
        return False
    return not (tones and tones[0] in _LEVEL and _STOPPED.search(plain))


def _translated(text: str, encoding: Encoding) -> str:
    if encoding is Encoding.TCVN3:
        return text.translate(_TCVN3)
    return _VNI_PIECE.sub(lambda piece: _VNI[piece[0]], text)


def _is_written_in(token: str, encoding: Encoding) -> bool:
    """Whether an encoding has a letter for every sign of a token."""
    if encoding is Encoding.TCVN3:
        return all(c.isascii() or ord(c) in _TCVN3 for c in token)
    return all(c.isascii() or c in "íìÍÌ" for c in _VNI_PIECE.sub("", token))


@lru_cache(maxsize=65_536)
def _gain(token: str, encoding: Encoding) -> int:
    """1 if a token becomes a syllable that it was not, -1 if it becomes none."""
    if not _is_written_in(token, encoding) or not _is_syllable(_translated(token, encoding)):
        return -1
    return 0 if _is_syllable(token) or not _PLAIN.search(token) else 1


@lru_cache(maxsize=65_536)
def encoding_of(text: str) -> Encoding | None:
    """The old encoding that a text is surely in; None for Unicode and where it is open.

    >>> encoding_of("Ph­êng 5, T©n Ch©u"), encoding_of("Phöôøng 4, Quaän 3")
    (<Encoding.TCVN3: 'TCVN3 (ABC)'>, <Encoding.VNI: 'VNI'>)
    >>> encoding_of("Phường 5, Tân Châu"), encoding_of("An Phó"), encoding_of("Café, 5 µg, 12°")
    (None, None, None)
    """
    if text.isascii() or _BEYOND_LATIN.search(text):
        return None
    if not _FOREIGN.search(text) and not _PAIRED.search(text):
        return None
    tokens = [token for token in _TOKEN.findall(text) if not token.isascii()]
    gains = {encoding: sum(_gain(token, encoding) for token in tokens) for encoding in Encoding}
    best = max(Encoding, key=gains.__getitem__)
    return best if gains[best] > 0 else None


def decode_legacy(text: str, encoding: Encoding | None = None) -> str:
    """The text in Unicode if it is surely in an old encoding, else as it is.

    `encoding` says which one, where that is known from elsewhere. A word of
    capitals gets capital accents too: the capital fonts have no codes for them.

    >>> decode_legacy("X· Phó L©m, HuyÖn §¾k R'LÊp"), decode_legacy("Quaän Bình Thaïnh")
    ("Xã Phú Lâm, Huyện Đắk R'Lấp", 'Quận Bình Thạnh')
    >>> decode_legacy("TØNH B×NH D­¬NG"), decode_legacy("Hà Nam, An Phó")
    ('TỈNH BÌNH DƯƠNG', 'Hà Nam, An Phó')
    """
    encoding = encoding or encoding_of(text)
    if encoding is None:
        return text
    text = text.translate(_WINDOWS)
    read = _TOKEN.sub(lambda token: _decoded(token[0], encoding), text)
    return read.upper() if len(_CAPITAL.findall(text)) > 1 and not _SMALL.search(text) else read


@lru_cache(maxsize=65_536)
def _decoded(token: str, encoding: Encoding) -> str:
    if token.isascii():
        return token
    read = _translated(token, encoding)
    plain = [c for c in token if c.isascii()]
    return read.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else read


@lru_cache(maxsize=65_536)
def _may_be(text: str, encoding: Encoding) -> bool:
    """Whether an undecided text can be read in an encoding: in syllables, or not otherwise."""
    tokens = [token for token in _TOKEN.findall(text) if not token.isascii()]
    if _FOREIGN.search(text):
        return all(_is_written_in(token, encoding) for token in tokens)
    return bool(tokens) and all(_gain(token, encoding) >= 0 for token in tokens)


def vietnamese_share(text: str) -> float:
    """Share of the accented words of a Unicode text that are Vietnamese syllables."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    return sum(map(_is_syllable, words)) / len(words) if words else 0.0


def legacy_share(text: str) -> float:
    """Share of the words beyond ASCII that an old encoding turns into syllables."""
    tokens = [token for token in _TOKEN.findall(text) if not token.isascii()]
    gains = (sum(_gain(t, encoding) >= 0 for t in tokens) for encoding in Encoding)
    return max(gains) / len(tokens) if tokens else 0.0


# --- grids --------------------------------------------------------------------

Verdict = Encoding | bool | None
"""An old encoding, True for surely Unicode, None where a cell leaves it open."""


def _verdict(cell: Any) -> Verdict:
    if not isinstance(cell, str) or cell.isascii():
        return None
    return True if _BEYOND_LATIN.search(cell) else encoding_of(cell)


@dataclass(slots=True)
class Recoding:
    """How the cells of a grid are read, learnt from its first rows.

    Each cell that is surely in an old encoding is decoded, in any grid. A cell
    that may be either ("An Phó") follows its column where that speaks with one
    voice, else its row, else the column's majority. `found` are the old
    encodings that were seen, most frequent first.
    """

    columns: dict[int, Counter[Verdict]] = field(default_factory=dict)
    found: tuple[Encoding, ...] = ()

    @classmethod
    def learnt(cls, rows: Iterable[Sequence[Any]]) -> Recoding:
        """Count the sure cells of each column."""
        columns: dict[int, Counter[Verdict]] = {}
        for row in rows:
            for j, cell in enumerate(row):
                if verdict := _verdict(cell):
                    columns.setdefault(j, Counter())[verdict] += 1
        total: Counter[Verdict] = sum(columns.values(), Counter())
        found = (kind for kind, _ in total.most_common() if isinstance(kind, Encoding))
        return cls(columns, tuple(found))

    def row(self, row: list[Any]) -> list[Any]:
        """The row in Unicode; the same list where nothing is to be decoded."""
        try:
            if all(map(str.isascii, row)):
                return row
        except TypeError:
            pass  # a cell that is no text
        if not self.found:
            words = " ".join([cell for cell in row if cell.__class__ is str])
            if words.isascii() or not (_FOREIGN.search(words) or _PAIRED.search(words)):
                return row
        verdicts = [_verdict(cell) for cell in row]
        kinds = {verdict for verdict in verdicts if verdict}
        if kinds <= {True} and not self.found:
            return row
        one = kinds.pop() if len(kinds) == 1 else None
        return [
            self._cell(cell, verdict, j, one) if isinstance(cell, str) else cell
            for j, (cell, verdict) in enumerate(zip(row, verdicts, strict=True))
        ]

    def _cell(self, cell: str, verdict: Verdict, j: int, row: Verdict) -> str:
        if verdict is True or cell.isascii():
            return cell
        kind = verdict or self._context(j, row)
        if not isinstance(kind, Encoding) or not (verdict or _may_be(cell, kind)):
            return cell
        return decode_legacy(cell, kind)

    def _context(self, j: int, row: Verdict) -> Verdict:
        seen = self.columns.get(j, Counter()).most_common()
        if len(seen) == 1 or not row:
            return seen[0][0] if seen else None
        return row


LEARNT_ROWS = 500


def recoded(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Stream rows in Unicode; only the first `LEARNT_ROWS` are held.

    >>> list(recoded([["X· T©n Ch©u", "An Phó"], ["Xã Tân Châu", "An Phó"]]))
    [['Xã Tân Châu', 'An Phú'], ['Xã Tân Châu', 'An Phó']]
    """
    stream = iter(rows)
    first = list(islice(stream, LEARNT_ROWS))
    recoding = Recoding.learnt(first)
    return map(recoding.row, chain(first, stream))
