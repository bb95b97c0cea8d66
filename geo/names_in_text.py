"""Names of persons in free text are blanked; names of places and streets stay.

A street bears a person's name, so a full name alone proves nothing: a name goes
when a word announces a person ("đối tượng", "nhà của", "bà"), when a birth year or
an arrest follows it, or when no street has its form ("Giàng A Páo").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from geo.household_names import blank_households
from geo.persons import FAMILIES, NAME_BLANKED, plain_words

_TITLE = r"(?:ông|bà|anh|chị|cô|chú|em|bác|cậu|cụ|ong|ba|chi|co|chu|bac|cau|cu)"
_OWNER = re.compile(
    r"\b(?:(?P<house>(?:nhà|nha|hộ|gia (?:đình|dinh))(?:\s+(?:trọ|tro|riêng|rieng|dân|dan|ở))?"
    rf"(?:\s+(?:của|cua))?)|của|(?-i:cua))(?P<titles>(?:\s+{_TITLE}){{1,2}})(?=\s+[^\W\d_])",
    re.IGNORECASE,
)
# What every owner holds: spares most texts the slower search.
_OWNED = re.compile(r"(?:nh[àa]|h[ộo]|[đd][ìi]nh|ở|d[âa]n|ri[êe]ng|tr[ọo]|c[ủu]a)\s+[ôobace]")
_NAME_WORD = re.compile(r"\s+([^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*)\.?")
# Words that begin a place when more follows; with diacritics, or unmistakable without.
_UNIT = re.compile(
    r"\s+(?:thôn|tổ|xã|phường|ấp|khu|khóm|khối|buôn|bản|làng|xóm|cụm|hẻm|ngõ|ngách|kiệt|đường|số"
    r"|huyện|quận|tỉnh|tp|tt|tx|kp|tdp|ở|tại|gần|thuộc|cạnh|thành phố|thị (?:trấn|xã)|đặc khu"
    r"|quốc lộ|thon|xa|hem|ap|khom|buon|huyen|thanh pho|thi tran|dac khu)[.]?\s+\w",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\s+(?:B[àa] (?:R[ịi]a|N[àa]|[ĐD]en|Tri[ệe]u|Chi[ểe]u|[ĐD]i[ểe]m|Hom)\b"
    r"|[ÔO]ng (?:[ÍI]ch|L[ãa]nh|B[ổo]n)\b|C[ôo] (?:T[ôo]|Giang|B[ắa]c)\b|Anh S[ơo]n\b)"
)
_KEPT_PLACES = re.compile(
    r"\s*(?:bà (?:rịa|nà|đen|trưng|triệu|chiểu|điểm|hom|bể|chúa|huyện|quẹo|hạt)|hồ chí minh"
    r"|ông (?:ích|lãnh|bổn|đình|tạ|táo|địa|hoàng (?:mười|bảy|bơ))|bác hồ|anh (?:sơn|hùng)"
    r"|cô (?:tô|giang|bắc)|chi lăng)\b(?!\s+(?:văn|thị|a)\b)",
    re.IGNORECASE,
)
_MIDDLES = frozenset(("văn", "thị", "hữu", "đức", "đình", "xuân", "ngọc"))
_SURE_MIDDLES = frozenset(("văn", "thị", "a", "van", "thi"))
# Families after which "A" or "Thị" makes a person: no street has that form.
_UPLAND_WORDS = (
    "giàng vàng thào sùng lò lầu vừ hạng mùa tráng chảo phàn tẩn lường quàng điêu hảng hầu phàng"
    " lừu sồng chang cháng thền lèng"
)
_UPLANDERS = frozenset(_UPLAND_WORDS.split())
_BEFORE_A = _UPLANDERS | {"má", "cứ", "ly", "lý", "cà", "hờ", "lù", "mã", "ma", "hoàng", "vương"}
_RHADE = "niê|mlô|byă|ksor|kpă|rcom|siu|ayŭn|kbuôr|êñuôl|êban|rahlan|rmah"
_FAMILY = FAMILIES | _BEFORE_A | {"bạch", "bế", "doãn", "kim", "la", "lục", "mai", "phùng", "tô"}
_STOPS = re.compile(
    r"\s+(?:bị|sn|sinh|cùng|và|với|trú|hktt|ở|tại|là|có|đã|mua|bán|tàng|vận|sử|tổ chức|khoảng"
    r"|ngụ|thuộc|gần|cạnh|đường|phố|chung cư|khu|tòa)\b",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"\s*[,(–-]*\s*(?:(?:s\.?\s?n\.?|sinh(?:\s+(?:năm|ngày|nam|ngay))?|ns)[:.\s]*\d[\d/.\-]*\d"
    r"|\d{1,2}\s+tuổi|(?<=\()(?:19|20)\d\d(?=\)))\s*\)?",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"(?:^|[\s,(/.-])(?:chợ|cầu|đường|phố|đ|ngõ|ngách|hẻm|kiệt|xã|phường|thị trấn|tt|x|p|huyện"
    r"|quận|núi|hồ|miếu|đền|chùa|sông|suối|kênh|rạch|bến|đảo|hòn|thôn|ấp|xóm|bản|buôn|làng|khu"
    r"|tổ|ngã (?:ba|tư|năm)|đình|lăng|am|dốc|đèo|cống|đập|đầm|giếng|gò|vàm|bãi|cảng|phà|mũi|cồn"
    r"|trường|thpt|thcs|trạm|cù lao|kè|hang|động|thác|đồi|cửa|tháp|công viên|tượng|điện|trẻ|tiếng"
    r"|nước|quốc lộ|khối|hai|cho|cau|duong|pho|xa|phuong|nui|den|chua|ben|\d+\w?)[.:]?\s*$",
    re.IGNORECASE,
)
_CAPITAL_BEFORE = re.compile(r"[A-ZĐÀ-Ỹ][^\W\d_]*\s+$")
_ANNOUNCED = re.compile(
    r"(?<![^\W\d_])(?:(?P<strong>(?:đối tượng|bị can|bị cáo|nghi (?:phạm|can)|đồng chí"
    r"|doi tuong|bi can|nghi pham|chủ (?:nhà|quán|hộ|xe|tiệm)(?: trọ| nghỉ)?)(?:\s+(?:là|tên))?"
    r"|tên là|(?:họ (?:và )?)tên|nhà(?: riêng| trọ)? của|xe của)(?:\s*:)?"
    r"|(?P<shop>quán|tiệm)\s+(?:ông|bà)|(?P<weak>nhà (?:riêng|trọ)|của|cua|đ/c"
    r"|(?:vợ|chồng|con)(?: là)?|tên)"
    rf"|(?P<title>{_TITLE}))(?=\s+[^\W\d_])",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?=\s+[^\W\d_])")
_CRIME = re.compile(
    r"\s*[,(–-]*\s*(?:bị (?:bắt|khởi tố|truy nã|tạm giữ|tạm giam|công an)|phạm tội|đã bị bắt)\b",
    re.IGNORECASE,
)
_UPLAND = re.compile(
    rf"(?<![^\W\d_])(?:(?:Y|H)[ '’]?[^\W\d_]+\s+(?:{_RHADE})(?:\s+[A-ZĐKÊ][^\W\d_]+)?)(?![^\W\d_])",
    re.IGNORECASE,
)
_ALSO_PLACES = frozenset(("ba", "bac", "chi", "co", "chu", "cu", "cau"))
_CLOSE = ("vợ", "chồng", "vợ là", "chồng là", "con là", "nhà riêng")
_MAX_NAME_WORDS = 6
_WORDS = (
    "của cua đối nghi can đ chủ tên quán tiệm vợ chồng riêng trọ doi"
    " ông bà anh chị cô chú em bác cậu cụ ong chi co chu bac cau ba cu con"
)
_PROMPTS = frozenset(_WORDS.split())
_OF_BARE = _UPLANDERS | {"a", "sn", "s.n", "sinh", "tuổi", "tuổi)", "bị", "tội", "ns"}
_OF_RHADE = frozenset(_RHADE.split("|"))
_ANY = _PROMPTS | _OF_BARE | _OF_RHADE | {"chí"}
_YEAR_IN_BRACKETS = re.compile(r"\((?:19|20)\d\d\)")


def blank_names(text: str) -> str:
    """Free text without the names of persons; names of places and streets stay.

    >>> blank_names("nhà ông Nguyễn Văn A, thôn 3"), blank_names("chợ Bà Chiểu")
    ('nhà ông [tên đã xoá], thôn 3', 'chợ Bà Chiểu')
    >>> blank_names("Đối tượng Lê Thị B (SN 1990), xã C"), blank_names("Nguyễn Văn Cừ, quận 5")
    ('Đối tượng [tên đã xoá], xã C', 'Nguyễn Văn Cừ, quận 5')
    """
    return blank_households(_blank_announced(text))


def _blank_announced(text: str) -> str:
    apart = _apart(text)
    listed = apart.split()
    if _ANY.isdisjoint(listed) and "(" not in text:
        return text
    words = set(listed)
    announced = not _PROMPTS.isdisjoint(words) or "đồng chí" in apart
    bare = not _OF_BARE.isdisjoint(words) or _YEAR_IN_BRACKETS.search(text)
    rhade = not _OF_RHADE.isdisjoint(words)
    composed = kept = unicodedata.normalize("NFC", text)
    if announced and _OWNED.search(composed.lower()):
        kept = _blanked(kept, _OWNER, _end_of_owner)
    if announced:
        kept = _blanked(kept, _ANNOUNCED, _end_of_announced)
    if bare:
        kept = _blanked(kept, _BARE, _end_of_bare, from_start=True)
    if rhade:
        kept = _blanked(kept, _UPLAND, _end_of_upland, from_start=True)
    return text if kept == composed else kept


def _apart(text: str) -> str:
    """Lower case with what is glued before a word set apart."""
    lowered = unicodedata.normalize("NFC", text).lower()
    return lowered.replace("(", " ").replace(",", " ").replace("-", " ").replace("/", " ")


def _blanked(
    text: str,
    pattern: re.Pattern[str],
    end_of: Callable[[str, re.Match[str]], int],
    from_start: bool = False,
) -> str:
    """The text with every name blanked that follows, or begins at, a match."""
    kept, begun = [], 0
    for found in pattern.finditer(text):
        if found.start() < begun:
            continue
        end = end_of(text, found)
        if from_start and end > found.start():
            kept += [text[begun : found.start()], NAME_BLANKED]
        elif end > found.end():
            kept += [text[begun : found.end()], " ", NAME_BLANKED]
        else:
            continue
        birth = _BIRTH.match(text, end)
        begun = birth.end() if birth else end
    return "".join([*kept, text[begun:]])


def _end_of_owner(text: str, owner: re.Match[str]) -> int:
    """Where the name after "nhà ông" ends; the end of the match when there is none."""
    titles = owner["titles"].split()
    if _PLACES.match(text, owner.start("titles")) or (
        titles[0][0].isupper() and _KEPT_PLACES.match(text, owner.start("titles"))
    ):
        return owner.end()
    first = _NAME_WORD.match(text, owner.end())
    family = first is not None and first[1].casefold() in FAMILIES
    place = not owner["house"] or owner["house"].lower() in ("nhà trọ", "nha tro")
    bare = plain_words(titles[0]) == titles[0].lower() != "anh"
    if place and titles[0][0].isupper() and (bare or not family):
        return owner.end()
    if bare and titles[0] == "Ba" and owner["house"].lower() == "nhà ở":
        return owner.end()
    small = family and first is not None and first[1][0].islower()
    return _ends(_name_words(text, owner.end(), _MAX_NAME_WORDS, small), owner.end())


def _name_words(text: str, start: int, most: int, small: bool = False) -> list[re.Match[str]]:
    """The words of a name from here: capitalised, unless the name is written small."""
    words: list[re.Match[str]] = []
    end = start
    while len(words) < most:
        word = _NAME_WORD.match(text, end)
        if not word or not (small or word[1][0].isupper()) or _UNIT.match(text, end):
            break
        if words and _STOPS.match(text, end):
            break
        words.append(word)
        end = word.end()
    return words


def _ends(words: list[re.Match[str]], otherwise: int) -> int:
    return words[-1].end() if words else otherwise


def _is_full(names: list[str], surely: bool = False) -> bool:
    """Family, a middle word as persons have it, and a given name."""
    middles = _SURE_MIDDLES if surely else _SURE_MIDDLES | _MIDDLES
    return len(names) > 2 and names[0] in _FAMILY and names[1] in middles


def _end_of_announced(text: str, found: re.Match[str]) -> int:
    """Where the name after a word that announces a person ends."""
    words = _name_words(text, found.end(), 4)
    if words:
        person = _is_person(text, found, [word[1].casefold() for word in words])
    else:
        words = _name_words(text, found.end(), 4, small=True)
        names = [word[1].casefold() for word in words]
        person = _is_full(names, surely=not found["strong"])
    unsure = found["title"] and found["title"].lower() in _ALSO_PLACES
    if unsure and words and words[0][1].casefold() not in ("nguyen", "pham", "huynh"):
        person = False
    return _ends(words, found.end()) if person else found.end()


def _is_person(text: str, found: re.Match[str], names: list[str]) -> bool:
    """Whether capitalised words after the announcing word are a person's name."""
    place = _PLACE_BEFORE.search(text, max(0, found.start() - 16), found.start())
    if _is_full(names, surely=True):
        return not place or bool(found["strong"]) or found.group()[0].islower()
    if place or _KEPT_PLACES.match(text, found.start()) or _KEPT_PLACES.match(text, found.end()):
        return False
    return _announces(text, found, names)


def _announces(text: str, found: re.Match[str], names: list[str]) -> bool:
    """Whether the word before makes a person of a name without a middle word."""
    strong, title = found["strong"], found["title"]
    family = names[0] in _FAMILY and len(names) > 1
    if strong:
        return "của" not in strong.lower() or family
    if not title:
        return bool(found["shop"]) or (family and found["weak"].lower() in _CLOSE)
    accented = title.lower() != plain_words(title) or title.lower() in ("anh", "em")
    if title[0].islower():
        return accented
    return family and accented and not _CAPITAL_BEFORE.search(text[: found.start()])


def _end_of_bare(text: str, found: re.Match[str]) -> int:
    """Where a full name ends that no word announces; its start when it may be a street."""
    start = found.start()
    family = found.group().casefold()
    if family not in _FAMILY or not found.group()[0].isupper():
        return start
    words = _name_words(text, found.end(), 3)
    if not words or _PLACE_BEFORE.search(text, max(0, start - 16), start):
        return start
    end = _ends(words, start)
    if _BIRTH.match(text, end) or _CRIME.match(text, end):
        return end
    if len(words) < 2 or not (
        (words[0][1].upper() == "A" and family in _BEFORE_A)
        or (words[0][1].casefold() == "thị" and family in _UPLANDERS)
    ):
        return start
    return words[1].end() if len(words) > 2 and _NAME_WORD.match(text, end) else end


def _end_of_upland(text: str, found: re.Match[str]) -> int:
    start = found.start()
    place = _PLACE_BEFORE.search(text, max(0, start - 16), start)
    return start if place or not found.group()[0].isupper() else found.end()
