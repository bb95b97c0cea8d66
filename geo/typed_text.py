"""Names of persons leave what somebody types about a place: rather too much than too little.

Imported addresses follow the careful rule of `names_in_text`, where a street must not
vanish. Here a name goes unless a word before it says that it is a street, a school or
a place. A given name alone, with nothing that announces a person, is not recognised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from geo.name_words import (
    ANY_FAMILY,
    MIDDLES,
    NO_PERSONS,
    NOT_NAMES,
    PLAIN_FAMILIES,
    RARE_FAMILIES,
    REGIONS,
    SMALL_FAMILIES,
    STOPS,
    SURE_MIDDLES,
    UNITS,
)
from geo.names_in_text import blank_names
from geo.persons import BLANKED, NAME_BLANKED, blank_numbers, cell_text, plain_words

MAX_TYPED = 2_000
"""Characters of a typed text that are kept."""

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*")
_NEXT = re.compile(rf"\s+({_WORD.pattern})")
_QUOTED = r"[\"“”„'‘’«][^\"“”'‘’«»]{1,30}[\"“”'‘’»]"
_TITLE = re.compile(
    r"(?<![^\W_])(?:(?P<plain>chi|co|chu|bac|ba|thang|ten)|(?:anh|chị|em|cô|chú|bác|cậu|dì|dượng"
    r"|mợ|thím|cụ|ông|bà|ong|thằng|con|gã|mụ|vợ|chồng|bố|mẹ|cháu|đối tượng|bị can|bị cáo|bị hại"
    r"|nghi phạm|nghi can|can phạm|phạm nhân|con nghiện|tên|đồng chí|đ/c|biệt danh|bí danh"
    r"|chủ (?:nhà|quán|hộ|xe|tiệm)(?: trọ| nghỉ)?|trưởng (?:thôn|ấp|bản|xóm|khu|tổ|buôn)|doi tuong"
    r"|bi can|bi cao|nghi pham)(?:\s+(?:là|tên là|tên))?)(?:\s*:)?(?=\s+[^\W\d_]|\s*[\"“„'‘«])",
    re.IGNORECASE,
)
_NICKNAME = re.compile(rf"\s*(?:{_QUOTED})")
_AFTER = re.compile(
    rf"{re.escape(NAME_BLANKED)}(?:\s*[,(]?\s*(?:tức|tự|còn gọi là|hay còn gọi là|biệt danh"
    rf"|bí danh|tuc|tu|biet danh)(?:\s+là)?:?\s*(?:{_QUOTED}|{re.escape(NAME_BLANKED)}"
    rf"|(?-i:[A-ZĐÀ-Ỹ])[^\W\d_]*"
    rf"(?:\s+[^\W\d_]+)?(?=\s*\)))\s*\)?|\s*\(?\s*{_QUOTED}\s*\)?"
    rf"|(?:\s*,)?\s+{re.escape(NAME_BLANKED)})",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"(?:^|[\s,;(/.–-])(?:đường|phố(?: đi bộ)?|ngõ|hẻm|ngách|kiệt|(?<!yêu )(?<!nhu )cầu"
    r"|chợ(?: đêm)?|(?<!hiện )(?<!thị )(?<!môi )trường|tiểu học|mầm non|mẫu giáo|đại học|cao đẳng"
    r"|thpt|thcs|th|chuyên|học viện|bệnh viện|công viên|quảng trường|xã|phường|thị trấn|huyện|quận"
    r"|thành phố|tỉnh|thôn|tổ|khu phố|khu|ấp|xóm|(?<!biên )(?<!văn )bản|buôn|làng|chung cư|tòa nhà"
    r"|nhà thờ|bến(?: xe| phà)?|cảng|sông|kênh|rạch|suối|núi|đèo|hồ|đền|chùa|miếu|(?<!gia )đình"
    r"|ngã (?:ba|tư|năm|sáu)|vòng xoay|đại lộ|góc|tượng(?: đài)?|lăng|sân vận động|mang tên"
    r"|duong|pho|ngo|hem|ngach|kiet|cau|truong|xa|phuong|thi tran|huyen|quan|thon|khu pho|ap|xom"
    r"|benh vien|cong vien|quang truong|dai lo|(?:đ|p|q|tp|tt|tx|kp|bv|ql)\.?)\s*$",
    re.IGNORECASE,
)
_HOUSE_BEFORE = re.compile(
    r"(?:^|[,;(]|(?<![^\W_])(?:số|so|nhà|nha|tại|tai|ở|trước|cạnh|gần|đối diện|ngõ|hẻm|ngách"
    r"|kiệt))\s*"
    r"(?!(?:19|20)\d\d\s)\d{1,4}[A-ZĐ]?(?:[/-]\d{1,4}[A-ZĐ]?)*,?\s+$",
    re.IGNORECASE,
)
_OFFICER_BEFORE = re.compile(
    r"(?:trưởng|chủ tịch|bí thư|truong|chu tich|bi thu)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_NO_TITLE_BEFORE = re.compile(r"(?:tiếng|nước|trẻ|mang|đường|phố)\s+$", re.IGNORECASE)
_CAPITAL_BEFORE = re.compile(r"[A-ZĐÀ-Ỹ][^\W\d_]*\s+$")
_LAST_WORD = re.compile(r"([^\W\d_]+)\s+$")
_OF_UPLAND = re.compile(
    r"(?<![^\W_])(?:H['’ʼ‘]\s?[A-ZĐÊÔƠƯ][^\W\d_]+|Y\s(?!T[ếe]|T[ýy]|Y[êe]n|H[ọo]c)[A-ZĐÊÔƠƯ][^\W\d_]+"
    r"|A\s(?!L[ưu][ớo]i|Ngo|Vao|D[ơo]i|T[úu]c|Ro[àa]ng|Đ[ớo]t)[A-ZĐÊÔƠƯ][^\W\d_]+)"
    r"(?:\s[A-ZĐÊÔƠƯ][^\W\d_]+){0,2}"
)
_LETTERED = re.compile(
    r"(?:khu|lô|tòa|dãy|nhà|cổng|block|loại|hạng|nhóm|khối|ea|cư|krông|ia|chư|đắk|\d)\s*$",
    re.IGNORECASE,
)
_MARKS = re.compile(rf"{re.escape(NAME_BLANKED)}|{re.escape(BLANKED)}")
Span = tuple[int, int]


def typed_text(text: str) -> str:
    """A typed text as it may be kept: without long numbers and names of persons.

    >>> typed_text('Nguyễn Văn An và anh Hùng "lác" bán ở đường Lê Lợi')
    '[tên đã xoá] và anh [tên đã xoá] bán ở đường Lê Lợi'
    """
    kept = unicodedata.normalize("NFC", cell_text(text[:MAX_TYPED]))
    kept = blank_numbers(kept)
    kept = blank_names(_without(kept, _upland_names(kept)))
    for find in (_addressed, _full_names, _small_names):
        kept = _without(kept, find(kept))
    while (shorter := _AFTER.sub(NAME_BLANKED, kept)) != kept:
        kept = shorter
    return kept


def was_blanked(*texts: str) -> bool:
    """Whether something of these texts is not kept.

    >>> was_blanked("Đã tuần tra."), was_blanked("Gọi 0912345678")
    (False, True)
    """
    return any(
        len(_MARKS.findall(typed_text(text))) > len(_MARKS.findall(text[:MAX_TYPED]))
        for text in texts
    )


def without_marks(text: str) -> str:
    """What a kept text says besides the marks of what was blanked."""
    return " ".join(_MARKS.sub(" ", text).split())


def _without(text: str, spans: Iterable[Span]) -> str:
    parts, begun = [], 0
    for start, end in spans:
        if start >= begun:
            parts += [text[begun:start], NAME_BLANKED]
            begun = end
    return "".join([*parts, text[begun:]])


def _in_capitals(text: str) -> bool:
    bare = _MARKS.sub("", text)
    return bare == bare.upper() and bare != bare.lower()


def _run(text: str, start: int, most: int) -> list[re.Match[str]]:
    """The capitalised words from here that may be of a name."""
    words: list[re.Match[str]] = []
    while len(words) < most and (word := _NEXT.match(text, words[-1].end() if words else start)):
        said = word[1]
        late = len(words) > 1 and said.isupper() and plain_words(said) in STOPS
        if not said[0].isupper() or said.casefold() in UNITS or late:
            break
        words.append(word)
    return words


def _is_place(first: str, second: str) -> bool:
    return plain_words(f"{first} {second}") in NO_PERSONS


# --- after a form of address ------------------------------------------------


def _addressed(text: str) -> Iterator[Span]:
    """What follows "anh", "đối tượng", "tên": names, nicknames in quotes."""
    capitals, plain = _in_capitals(text), text.isascii()
    for found in _TITLE.finditer(text):
        if found["plain"] and (capitals or not plain):
            continue
        if not _addresses(text, found, capitals):
            continue
        first = _NEXT.match(text, found.end())
        known = first is not None and first[1].casefold() in ANY_FAMILY
        words = _run(text, found.end(), 1 if capitals and not known else 4)
        if words and not _may_be_named(found.group(), words):
            continue
        end = words[-1].end() if words else found.end()
        nickname = _NICKNAME.match(text, end)
        end = nickname.end() if nickname else end
        if end > found.end():
            space = re.compile(r"\s*").match(text, found.end())
            yield (space.end() if space else found.end()), end


def _addresses(text: str, found: re.Match[str], capitals: bool) -> bool:
    """Whether the word is a form of address and no part of a name of a place."""
    before = text[: found.start()]
    if _NO_TITLE_BEFORE.search(before):
        return False
    if not found.group()[0].isupper():
        return True
    place = _PLACE_BEFORE.search(before) or _HOUSE_BEFORE.search(before)
    return not place and (capitals or not _CAPITAL_BEFORE.search(before))


def _may_be_named(title: str, words: list[re.Match[str]]) -> bool:
    first = words[0][1]
    after = _NEXT.match(words[0].string, words[0].end())
    second = after[1] if after else ""
    whole = _TITLE.match(f"{first} X")
    return not (
        plain_words(first) in NOT_NAMES
        or _is_place(title, first)
        or _is_place(first, second)
        or (whole and first.casefold() not in ANY_FAMILY and len(words) == 1 and first.isupper())
    )


# --- full names -------------------------------------------------------------


def _full_names(text: str) -> Iterator[Span]:
    """Family and given names side by side, unless a place is announced."""
    capitals, begun, street = _in_capitals(text), 0, -1
    for found in _WORD.finditer(text):
        start = found.start()
        words = _run(text, found.end(), 3) if start >= begun and found[0][0].isupper() else []
        if not words or not _begins_name(text, found, words, capitals):
            continue
        begun = words[-1].end()
        if _is_announced(text, start) or (street >= 0 and text[street:start].strip() in "-–/"):
            street = begun
        else:
            yield start, begun


def _begins_name(
    text: str, found: re.Match[str], words: list[re.Match[str]], capitals: bool
) -> bool:
    family, second = found[0].casefold(), words[0][1]
    middle = plain_words(second) in MIDDLES and len(words) > 1
    if family not in ANY_FAMILY and not (family in RARE_FAMILIES and middle):
        return False
    before = _LAST_WORD.search(text[max(0, found.start() - 20) : found.start()])
    if before and plain_words(f"{before[1]} {family}") in REGIONS:
        return False
    sure = second.casefold() in SURE_MIDDLES and len(words) > 1
    if _is_place(family, second) and not sure:
        return False
    ambiguous = family.isascii() and family not in PLAIN_FAMILIES
    return not capitals or middle or not ambiguous


def _is_announced(text: str, start: int) -> bool:
    """Whether the words before say that a street or a place follows."""
    before = text[max(0, start - 40) : start]
    if _OFFICER_BEFORE.search(before):
        return False
    return bool(_PLACE_BEFORE.search(before) or _HOUSE_BEFORE.search(before))


def _small_names(text: str) -> Iterator[Span]:
    """Full names in small letters: only with a middle word that nothing else has."""
    for found in _WORD.finditer(text):
        family = found[0].casefold()
        if family not in SMALL_FAMILIES or not (middle := _NEXT.match(text, found.end())):
            continue
        given = _NEXT.match(text, middle.end())
        if (
            not given
            or middle[1].casefold() not in SURE_MIDDLES
            or _is_announced(text, found.start())
        ):
            continue
        if family.isascii() == middle[1].isascii() or family in ("phan", "thào"):
            yield found.start(), given.end()


def _upland_names(text: str) -> Iterator[Span]:
    """Names such as "H'Mi Niê", "Y Blim", "A Páo"."""
    for found in _OF_UPLAND.finditer("" if _in_capitals(text) else text):
        before = text[max(0, found.start() - 40) : found.start()]
        if not _LETTERED.search(before) and not _is_announced(text, found.start()):
            yield found.span()
