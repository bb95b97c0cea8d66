"""Cells that a spreadsheet must not run: a formula smuggled into a file stays text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


def guarded(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula, with an apostrophe in front.

    A plain number runs nothing and stays one that can be calculated with.

    >>> guarded("=1+1"), guarded("Đắk Tô"), guarded(-3), guarded("-6,2"), guarded("-6+2")
    ("'=1+1", 'Đắk Tô', -3, '-6,2', "'-6+2")
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return value if _PLAIN_NUMBER.fullmatch(value) else "'" + value
    return value


def guarded_csv(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV for a spreadsheet: a byte order mark in front, every cell guarded.

    >>> guarded_csv([["Tỉnh"], ["=1+1", 3]])
    "\\ufeffTỉnh\\r\\n'=1+1,3\\r\\n"
    """
    out = StringIO()
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
