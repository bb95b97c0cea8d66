"""The name of a file as it is kept: a person named in it stays outside."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

from geo.bodies import tells_name
from geo.persons import blank_numbers

NEUTRAL = "tệp"
"""What stands for a name that may not be kept; the checksum tells which file it was."""

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")
_BETWEEN_WORDS = re.compile(r"[_\-.,+()\[\]]+")
_CASES = re.compile(r"\bv[uụ]\s+(?:vi[eệ]c|[aá]n)\b", re.IGNORECASE)


def kept_name(name: str) -> str:
    """The name of a file, or a neutral one where it tells of a person.

    >>> kept_name("Vụ việc Lâm Đồng T6.xlsx"), kept_name("Nguyễn Văn Tý 0912345678.xlsx")
    ('Vụ việc Lâm Đồng T6.xlsx', 'tệp.xlsx')
    """
    path = PurePath(unicodedata.normalize("NFC", name))
    if not _tells_person(path.stem):
        return name
    return NEUTRAL + (path.suffix if _SUFFIX.fullmatch(path.suffix) else "")


def _tells_person(stem: str) -> bool:
    words = " ".join(_BETWEEN_WORDS.sub(" ", _apart(stem)).split())
    words = _CASES.sub("việc", words)
    return blank_numbers(stem) != stem or tells_name(words)


def _apart(stem: str) -> str:
    """Words that are written as one, and figures, set apart: "VụViệc2026"."""
    apart = ""
    for before, letter in zip(" " + stem, stem, strict=False):
        camel = letter.isupper() and before.islower()
        apart += f" {letter}" if camel or letter.isdigit() != before.isdigit() else letter
    return apart
