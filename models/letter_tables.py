"""Letters without case and without marks, by one table on both databases.

What the databases themselves do to letters hangs on how they were built: SQLite knows ASCII
alone, PostgreSQL what its locale says. Here one table of Latin letters, those of Vietnamese
among them, is used everywhere; text is expected composed (NFC), as it is stored.
"""

from __future__ import annotations

from geo.text import bare_letters

_LATIN = [chr(code) for code in (*range(0x41, 0x250), *range(0x1E00, 0x1F00))]
_LOWER = {letter: letter.lower() for letter in _LATIN if len(letter.lower()) == 1}
_BARE = {small: bare_letters(small) for small in _LATIN if small == small.lower()}
_BARE |= {small.upper(): bare.upper() for small, bare in _BARE.items() if len(small.upper()) == 1}

CASE = {upper: lower for upper, lower in _LOWER.items() if upper != lower}
MARKS = {marked: bare for marked, bare in _BARE.items() if marked != bare}

_TABLES = {"casei": str.maketrans(CASE), "accenti": str.maketrans(MARKS)}


def changed(text: str, how: str) -> str:
    """A text without case (`casei`) or without marks (`accenti`).

    >>> changed("Hà Nội", "casei"), changed("Đắk Lắk", "accenti")
    ('hà nội', 'Dak Lak')
    """
    return text.translate(_TABLES[how])
