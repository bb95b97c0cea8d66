"""Cells that a spreadsheet must not run: a formula smuggled into a file stays text."""

from __future__ import annotations

from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula, with an apostrophe in front.

    >>> guarded("=1+1"), guarded("Đắk Tô"), guarded(-3)
    ("'=1+1", 'Đắk Tô', -3)
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
