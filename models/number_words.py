"""Exact numbers, and numbers and shares as Vietnamese text: cut off, never rounded up.

A value below a threshold never reads as if it had reached it.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

from models.rule_parts import Number

_DECIMALS = 10_000


@lru_cache(maxsize=4096)
def exact_number(value: Number | float | None) -> Number | None:
    """A number as it is written, exactly; None if there is none or it cannot be right.

    >>> exact_number(749.99)
    Fraction(74999, 100)
    """
    if value is None or not math.isfinite(value) or value < 0:
        return None
    if isinstance(value, Fraction):
        return value
    return int(value) if value == int(value) else Fraction(str(value))


def count_text(value: Number) -> str:
    """Vietnamese number: dots between thousands, comma before at most 4 decimals.

    >>> count_text(12345), count_text(Fraction(1, 3))
    ('12.345', '0,3333')
    """
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    sign = "-" if value < 0 else ""
    return sign + _cut_text(math.floor(abs(value) * _DECIMALS))


def percent_text(share: Fraction) -> str:
    """Vietnamese percentage.

    >>> percent_text(Fraction(1, 1000))
    '0,1 %'
    """
    return f"{count_text(share * 100)} %"


def share_text(part: Number, whole: Number) -> str:
    """A part of a whole as a Vietnamese percentage.

    >>> share_text(21, 20000)
    '0,105 %'
    """
    return f"{_cut_text(math.floor(part * 100 * _DECIMALS // whole))} %"


def _cut_text(ten_thousandths: int) -> str:
    whole, rest = divmod(ten_thousandths, _DECIMALS)
    text = f"{whole:,}".replace(",", ".")
    return f"{text},{rest:04d}".rstrip("0") if rest else text
