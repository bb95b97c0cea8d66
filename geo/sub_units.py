"""The hamlets and groups that an address names: thôn, bản, ấp, khu phố, tổ and the like.

They have names and no polygons (a register may know them), so they are given as
they were written, in the order of the address: the smaller before the larger.
"""

from __future__ import annotations

import re
import unicodedata

_NUMBER = r"(?:số\s+|so\s+)?(?:\d{1,3}[A-Za-z]?(?:[-/]\d{1,3})?|[IVX]{1,5})(?![\w/])"
_KINDS = (
    r"tổ\s+(?:dân\s+phố|tự\s+quản|nhân\s+dân(?:\s+tự\s+quản)?|đoàn\s+kết)|to\s+(?:dan\s+pho|tu\s+quan)"
    r"|tdp|khu\s+phố|khu\s+pho|kp|k\.p|khu\s+(?:dân\s+cư|dan\s+cu|vực|vuc)|kdc|khối(?:\s+phố)?|khoi"
    r"|thôn|thon|làng|lang|bản|buôn|buon|bon|ấp|khóm|khom|xóm|xom|plei|phum|sóc|tổ|khu"
)
# Short or plain enough to be another word: only before a number.
_BEFORE_NUMBERS = r"to|ap|ban|k|t"
_END = (
    r"xã|xa|phường|phuong|thị\s+trấn|thi\s+tran|đặc\s+khu|quận|quan|huyện|huyen|thị\s+xã|thi\s+xa"
    r"|thành\s+phố|thanh\s+pho|tỉnh|tinh|tp|tx|tt|p\.?\d|q\.?\d|[pqxh]\.|đường|duong|hẻm|hem|ngõ|ngo"
    r"|ngách|gần|gan|cạnh|canh|đối|quốc|số|so"
)
_NAME = rf"[^\W\d_][^\s]*(?:\s+(?!(?:{_END}|{_KINDS})(?![^\W\d_]))[^\s]+){{0,4}}"
_SUB_UNIT = re.compile(
    rf"(?<![^\W_])(?:(?:{_KINDS})[.:]?\s*{_NUMBER}|(?:{_BEFORE_NUMBERS})[.:]?\s*\d{{1,3}}[A-Za-z]?(?![\w/])"
    rf"|(?:{_KINDS})[.:]?\s+(?!(?:{_END})(?![^\W\d_])){_NAME})",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[,;()\[\]\n\r\t]|\s[-–]\s")
# What every such name holds: spares most addresses the slower search.
_MARKED = (
    "khu kp tổ thôn ấp xóm tdp làng bản buôn bon khóm khối khoi khom thon xom lang buon ban plei"
    " phum sóc kdc"
)
_MARKS = tuple(_MARKED.split())
_SHORT = re.compile(r"[kKtTpPoO][.\s]?\d")
# Words that make "khu …" or "làng …" a site, and those that make what follows a street.
_SITE = re.compile(
    r"(?:khu|làng|bản|tổ)\s+(?:công nghiệp|cong nghiep|đô thị|do thi|chế xuất|du lịch|chợ|cho"
    r"|tái định|tai dinh|nghỉ|vui chơi|nhà|trọ|đất|sản xuất|kinh tế|cong nghe|công nghệ|đại học"
    r"|hành chính|trung tâm|nghề|chức|hợp|trưởng|công tác|tập thể|đồ|án)\b",
    re.IGNORECASE,
)
_LOOK_BACK = 12
_STREET = re.compile(r"(?:đường|duong|phố|chợ|cầu|trường|ngã)\s+$", re.IGNORECASE)


def written_sub_units(address: str) -> tuple[str, ...]:
    """Names of hamlets and groups in an address, as written, in its order.

    Examples
    --------
    >>> written_sub_units("số 12, tổ 5, KP3, Phường 1, Quận 3, TP.HCM")
    ('tổ 5', 'KP3')
    >>> written_sub_units("Thôn Phước Lý, xã Ea Bá"), written_sub_units("12 Lê Lợi, Phường 1")
    (('Thôn Phước Lý',), ())
    """
    composed = unicodedata.normalize("NFC", address)
    if not _is_marked(composed):
        return ()
    found: list[str] = []
    for part in filter(_is_marked, _PARTS.split(composed)):
        for match in _SUB_UNIT.finditer(part):
            name = " ".join(match[0].split()).rstrip(" .:-")
            if not _SITE.match(name) and not _STREET.search(
                part, max(0, match.start() - _LOOK_BACK), match.start()
            ):
                found.append(name)
    return tuple(dict.fromkeys(found))


def _is_marked(text: str) -> bool:
    return any(map(text.lower().__contains__, _MARKS)) or _SHORT.search(text) is not None
