"""Whose house it is, as clerks write it: «n.ông Lượm», «nha o. Ba Luom», «nhà Năm Lượm».

`names_in_text` knows full names and the usual "nhà ông …"; here go abbreviations, ranks
of birth, offices and nicknames, glued and small writing. What is a place stays: a house that
is a thing ("nhà văn hóa", "nhà thờ"), and names behind a word for a place ("cầu Ông Lãnh").
"""

from __future__ import annotations

import re
import unicodedata

from geo.persons import FAMILIES, NAME_BLANKED, plain_words

_START = r"(?<![^\W_])"
_RANK = r"(?:hai|ba|tư|năm|sáu|bảy|bẩy|tám|chín|mười|út|cả|tu|nam|sau|bay|tam|chin|ut)"
_KIN = (
    r"(?:ông|bà|anh|chị|cô|chú|em|bác|cậu|cụ|dì|dượng|mợ|thím|thằng|gã|mụ|thầy|sư|bố|mẹ"
    r"|vợ|chồng|con|cháu|ong|anh|chi|chu|bac|cau|thay|thang)"
)
_OFFICE = (
    r"(?:giáo|bác sĩ|bác sỹ|y tá|chủ tịch|bí thư|giám đốc|trưởng (?:thôn|ấp|bản|xóm|khu|tổ|buôn)"
    r"|công an viên|đại úy|thượng úy|chủ (?:nhà|hộ|quán|trọ)|cựu chiến binh)"
)
_HOUSE = (
    r"(?:nhà|nha|hộ|gđ|n[./]\s*(?=ông|bà|anh|chị|ô\b|b\.|ong)|gia (?:đình|dinh)|căn hộ"
    r"|(?:quán|tiệm|phòng|dãy|khu|xóm|chòi|rẫy|vườn|trại|lán|ao|đầm|ruộng|đất|xưởng|kho)"
    r"(?:\s+(?:trọ|rẫy|nước|nhậu|cơm|phở|ăn|tôm|cá|cà phê|cafe|tạp hóa|tóc|nhà)){0,2})"
    r"(?:\s+(?:trọ|tro|riêng|rieng|dân|dan|của|cua|cũ|thuê|cho thuê))*"
)
_BETWEEN = r"(?:\s*[:,\"“«'(–/-]+\s*|\s+)"
_SAID = rf"(?:{_BETWEEN}(?:tên(?:\s+là)?|là|ten(?:\s+la)?))?"
_BOTH = r"(?:(?:\s*[/(,&+-]\s*|\s+(?:và\s+)?)(?:bà|ông|ong|vợ|chồng)\s*\)?)?"
_TITLED = re.compile(
    rf"{_START}{_HOUSE}\s*(?<=[\s./])(?:vợ chồng\s+(?={_KIN}\s))?(?:vợ chồng|{_OFFICE}"
    rf"|{_KIN}(?:\s+{_OFFICE})?|(?<=nha )ba|[ôo]\.?(?=\s*[^\W\d_])|b\.(?=\s*[^\W\d_])){_BOTH}"
    rf"{_SAID}(?:{_BETWEEN}|(?<=\.))(?=[^\W\d_])",
    re.IGNORECASE,
)
_GLUED = re.compile(
    rf"{_START}(?:(?:nhà|nha)(?:ông|ong)\s+|(?:nhà|nha|hộ)\s+(?:[Ôô]ng|[Bb]à)(?=[A-ZĐÀ-Ỹ][a-zà-ỹ]))"
)
_RANKED = re.compile(
    rf"{_START}(?-i:nhà|nha|hộ)\s+(?={_RANK}\s+(?-i:[A-ZĐÀ-Ỹ])[^\W\d_]+)", re.IGNORECASE
)
_OWN = re.compile(r"(?<![^\W_])(?:nhà|hộ)\s+(?=[A-ZĐÀ-Ỹ][^\W\d_]*)")
_INSIDE = re.compile(r"(?:tại|ở|trong|vào|trước|sau|đến|cạnh|gần|từ|hộ)\s+(?:nhà\s+)?$")
_WORD = re.compile(r"\s*([^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*)\.?")
_NICKNAME = re.compile(r"\s*[\"“«][^\"”»]{1,30}[\"”»]")
_CLOSING = re.compile(r"\s*[\")”»](?!\w)")
_THINGS_LISTED = (
    "bè rông văn thờ hát máy trẻ nước nghỉ hàng mát thương khách ăn số thi kinh nghèo dân máng"
    " dài cổ gươl ga kho sách tù tang trưng bảo công thuốc sàn xe bia đỏ triệu trắng chung lầu"
    " vườn sinh cộng tình bà ông cô bác rùa làng truyền thống triển tưởng đấu thiếu y thể"
)
_THINGS = frozenset(_THINGS_LISTED.split())
_STOPS_LISTED = (
    "ở tại bị và có là này trên gần ngoại nội chủ đó ấy kia cũ mới trước sau cạnh thuộc thôn tổ"
    " ấp xã phường khu khóm khối buôn bản làng xóm cụm hẻm ngõ ngách kiệt đường số huyện quận"
    " tỉnh tp tt tx kp tdp nơi trong ngoài đối bên với cùng để đang đã bán mua tàng vận sử tổ"
    " trồng không thì mà giáo thuê cho o tai bi co la gan thon to ap xa phuong khu khom xom hem"
    " ngo duong so huyen quan tinh tang gian can phong mat ngoi lau doi dinh rieng tro cu moi vo"
    " va ho noi sau truoc ria den chieu trieu na diem hom lanh ich dan nguoi người một hai nhiều"
    " trọ nghỉ hàng tầng gian"
)
_STOPS = frozenset(_STOPS_LISTED.split())
_PLACES_LISTED = (
    "ba ria/ba na/ba den/ba trieu/ba chieu/ba diem/ba hom/ba vi/ba to/ba dinh/ba be/ong ich"
    "/ong lanh/ong bon/co to/co giang/co bac/ba chua/ba trung/bac ho/anh son/ba thang/ba hon"
    "/ba tri/ba che/bac ai/bac lieu/bac ninh/bac giang/bac kan"
)
_PLACES = frozenset(_PLACES_LISTED.split("/"))
_MOST = 5
_HINT = re.compile(
    r"nh[àa]|hộ|gđ|n[./]|gia [đd]|căn hộ|quán|tiệm|phòng|dãy|khu|xóm|chòi|rẫy|vườn|trại|lán|ao|đầm"
    r"|ruộng|đất|xưởng|kho",
    re.IGNORECASE,
)


def blank_households(text: str) -> str:
    """A text without whose house a place is.

    >>> blank_households("n.ông Lượm, ấp 2"), blank_households("sau nhà Năm Lượm, tổ 3")
    ('n.ông [tên đã xoá], ấp 2', 'sau nhà [tên đã xoá], tổ 3')
    >>> blank_households("nhà thờ Ông Đá, cầu Bà Nụ"), blank_households("nhà ba gian")
    ('nhà thờ Ông Đá, cầu Bà Nụ', 'nhà ba gian')
    """
    composed = kept = unicodedata.normalize("NFC", text)
    if not _HINT.search(kept):
        return text
    while (shorter := _once(kept)) != kept:
        kept = shorter
    return text if kept == composed else kept


def _once(text: str) -> str:
    for pattern in (_GLUED, _TITLED, _RANKED, _OWN):
        text = _without(text, pattern)
    return text


def _without(text: str, pattern: re.Pattern[str]) -> str:
    parts, begun = [], 0
    for found in pattern.finditer(text):
        if found.start() < begun:
            continue
        end = _end_of_name(text, found, pattern)
        if end > found.end():
            parts += [text[begun : found.end()].rstrip(), " ", NAME_BLANKED]
            begun = end
    return "".join([*parts, text[begun:]])


def _end_of_name(text: str, found: re.Match[str], pattern: re.Pattern[str]) -> int:
    first = _WORD.match(text, found.end())
    if first is None or text.startswith(NAME_BLANKED[1:], found.end()):
        return found.end()
    titled = pattern is _TITLED
    if titled and _is_place(found.group(), first[1]):
        return found.end()
    if pattern is _OWN and not _owns(text, found, first[1]):
        return found.end()
    end = _end_of_words(text, first, small=titled)
    if end == found.end():
        return end
    for more in (_NICKNAME, _CLOSING):
        further = more.match(text, end)
        opened = more is _NICKNAME or re.search(r"[\"“«(]", found.group())
        end = further.end() if further and opened else end
    return end


def _end_of_words(text: str, first: re.Match[str], *, small: bool) -> int:
    """Where the name that a word begins ends: capitalised words, or one small one."""
    word, begun = first[1], first.start()
    if word.casefold() in _STOPS or plain_words(word) in ("ten", "la"):
        return begun
    if not word[0].isupper():
        ranked = re.fullmatch(_RANK, word, re.IGNORECASE)
        after = _WORD.match(text, first.end()) if ranked else None
        if after and after[1].casefold() not in _STOPS:
            return after.end()
        return first.end() if small else begun
    end = first.end()
    for _ in range(_MOST):
        after = _WORD.match(text, end)
        if after is None or after.start(1) == end or not after[1][0].isupper():
            break
        if _stops(after[1], text, after.end()):
            break
        end = after.end()
    return end


def _stops(word: str, text: str, end: int) -> bool:
    """Whether a capitalised word begins a place and not the rest of a name."""
    return word.casefold() in _STOPS and re.match(r"[.]?\s+\w", text[end:]) is not None


def _is_place(said: str, first: str) -> bool:
    """Whether the title is a part of the name of a place, as in "nhà Bà Rịa"."""
    title = plain_words(said).rpartition(" ")[2]
    return f"{title} {plain_words(first)}" in _PLACES


def _owns(text: str, found: re.Match[str], first: str) -> bool:
    """Whether a capitalised word right behind "nhà" or "hộ" is a person's name."""
    if first.casefold() in _THINGS or text.upper() == text:
        return False
    after = _WORD.match(text, found.end() + len(first))
    family = first.casefold() in FAMILIES and after is not None and after[1][0].isupper()
    nicknamed = _NICKNAME.match(text, found.end() + len(first)) is not None
    inside = _INSIDE.search(text[: found.start()] + text[found.start() : found.end()])
    return family or nicknamed or inside is not None
