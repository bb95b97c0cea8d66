"""Where the name of a body ends and that of a person begins.

Places are named after people: a name stays where the word before it says of
which kind of place it is ("phường Lê Lợi"), elsewhere it is a person's.
"""

from __future__ import annotations

import re
import unicodedata

from geo.persons import FAMILIES, holds_name, plain_words

_ADJACENT = re.compile(r"(?=(?<![^\W_])([^\W\d_]+)\s+([^\W\d_]+))")
_LAST_WORD = re.compile(r"([^\W\d_]+)[\s.]*$")
_LEVELS = frozenset(
    [
        "xa",
        "phuong",
        "huyen",
        "quan",
        "tinh",
        "pho",
        "tp",
        "tt",
        "tx",
        "tran",
        "khu",
        "khau",
        "p",
        "q",
        "h",
        "t",
        "x",
        "ca",
        "cax",
        "cap",
        "cah",
        "caq",
        "cat",
        "catp",
        "bdbp",
        "thon",
        "ap",
        "buon",
        "lang",
        "ban",
    ]
)
# Pairs that begin like a name and are none, and words that make the next one no family.
_NO_PERSONS = frozenset(
    (
        *("ha noi", "ha giang", "ha tinh", "ha nam", "ha dong", "cao bang", "thai binh"),
        *("thai nguyen", "ho chi", "lam dong", "lam ha", "ho so", "dao tao", "cao toc", "luu tru"),
        *("luu thong", "ha tang", "cao su", "dao ly", "giang ho", "ly hanh", "cao diem"),
    )
)
_BEFORE_NO_FAMILY = frozenset(["toi", "vi", "quan", "xu", "phap", "giang", "bien"])
_UNMISTAKABLE = frozenset(
    [
        "nguyễn",
        "trần",
        "huỳnh",
        "phan",
        "đặng",
        "bùi",
        "ngô",
        "đinh",
        "trịnh",
        "trương",
        "quách",
        "nguyen",
        "huynh",
    ]
)
_MIDDLE = frozenset(["văn", "thị", "đình", "hữu", "van", "thi"])
_BRACKETS = re.compile(r"\([^()]*\)")
_SIGNER = re.compile(
    r"(?<![^\W_])(?:đ/c|d/c|đc[.:]|đồng chí|dong chi|họ (?:và )?tên|(?-i:do)(?=\s+\S)"
    r"|(?:người|nguoi|cán bộ|can bo) (?:lập|lap|ký|ky|báo|bao|gửi|gui|tổng hợp|viết|nhập|thực hiện)"
    r"|(?-i:ông|bà|anh|chị)(?=\s+[^\W\d_])|(?:thiếu|trung|thượng|đại) (?:tá|úy|uý))(?![^\W_])",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[(:|\t]|\s[-–—]+\s|[,;]")
_MORE_OF_A_BODY = re.compile(
    r"(?:cong an|canh sat|ca|ca[xphqt]|catp|ubnd|uy ban|bo doi|bo chi huy|phong|cuc|chi cuc"
    r"|hai quan|don|da lat|quoc tu giam|lang co|tinh|huyen|quan|xa|phuong|thi xa|thi tran"
    r"|thanh pho|tp|tx|tt|dac khu|pc ?\d+)\b"
)

_LEFT_OVER = re.compile(r"\s+(?:do|của|cua)\s*$", re.IGNORECASE)


def capitalised_pair(text: str) -> bool:
    """Whether two capitalised words stand side by side."""
    return any(a[0].isupper() and b[0].isupper() for a, b in _ADJACENT.findall(text))


def tells_name(text: str) -> bool:
    """Whether a text names a person, in capitals or not, or says who signed it.

    >>> tells_name("mua bán của nguyễn văn bình"), tells_name("Công an phường Lê Lợi")
    (True, False)
    """
    composed = unicodedata.normalize("NFC", text)
    return _signer(composed) is not None or _name_start(composed) is not None


def body_part(text: str) -> str:
    """The name of the body that a text begins with, without whoever is named after it.

    >>> body_part("Công an xã Đắk Tô (đ/c Nguyễn Văn Bình)")
    'Công an xã Đắk Tô'
    >>> body_part("PHÒNG PC04 - CÔNG AN TỈNH ĐẮK LẮK - Người lập: Bình")
    'PHÒNG PC04 - CÔNG AN TỈNH ĐẮK LẮK'
    """
    kept = _BRACKETS.sub(" ", unicodedata.normalize("NFC", text))
    for end in _BREAK.finditer(kept):
        more = end.group() not in ("(", ":", "|")
        if not more or not _MORE_OF_A_BODY.match(plain_words(kept[end.end() :][:40])):
            kept = kept[: end.start()]
            break
    kept = kept[: _signer(kept)]
    if (begun := _name_start(kept)) is not None:
        kept = _LEFT_OVER.sub("", kept[:begun])
    return " ".join(kept.split()).strip(" -–_.,")


def _signer(text: str) -> int | None:
    """Where somebody is said to have signed: "do …", "đ/c …", "người lập …"."""
    starts = (m.start() for m in _SIGNER.finditer(text) if _before(text, m.start()) not in _LEVELS)
    return next(starts, None)


def _name_start(text: str) -> int | None:
    """Where the first name of a person begins."""
    for pair in _ADJACENT.finditer(text):
        first, second = pair[1], pair[2]
        if not _is_name(first, second) or plain_words(f"{first} {second}") in _NO_PERSONS:
            continue
        if not _is_place(text, pair.start(), first):
            return pair.start()
    return None


def _is_name(first: str, second: str) -> bool:
    if holds_name(f"{first} {second}"):
        return True
    family = first.casefold()
    return family in _UNMISTAKABLE or (family in FAMILIES and second.casefold() in _MIDDLE)


def _is_place(text: str, start: int, first: str) -> bool:
    """Whether the words before say that what follows is no person.

    A place may hold a family in its middle: "xã An Thái Trung".
    """
    before = _before(text, start)
    if before in _BEFORE_NO_FAMILY or before in _LEVELS:
        return True
    around = plain_words(text[max(0, start - 40) : start]).split()
    if around[-2:] == ["bien", "phong"]:
        return True
    in_the_middle = len(around) > 1 and around[-2] in _LEVELS
    return in_the_middle and first.casefold() not in _UNMISTAKABLE


def _before(text: str, start: int) -> str:
    word = _LAST_WORD.search(text[max(0, start - 40) : start])
    return plain_words(word[1]) if word else ""
