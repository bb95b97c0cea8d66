"""Numbers of figures as written: amounts, changes, shares, rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from webapp.told import Told, told


def rounded(value: float, digits: int = 0) -> Decimal:
    """A number as it is shown, halves up.

    >>> rounded(2.5), rounded(0.0005, 3), rounded(-0.25, 1)
    (Decimal('3'), Decimal('0.001'), Decimal('-0.3'))
    """
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def amount_text(value: float | Decimal, digits: int = 0) -> str:
    """A number with its decimals.

    >>> amount_text(1234.5, 3), amount_text(2, 3), amount_text(0.0004, 3), amount_text(2.5)
    ('1.234,500', '2,000', 'dưới 0,001', '3')
    """
    shown = rounded(float(value), digits)
    if value and not shown:
        return told("dưới {amount}", amount=_written(10**-digits, digits))
    return _written(float(shown), digits)


def signed_text(value: float, digits: int = 0) -> str:
    """A change with a plus or a minus sign.

    >>> signed_text(12), signed_text(-1.25, 3), signed_text(0, 3)
    ('+12', '−1,250', '0')
    """
    if value == 0:
        return "0"
    return _signed(value > 0, amount_text(abs(value), digits))


def share_text(share: Fraction) -> str:
    """Percent with one decimal, halves up.

    >>> share_text(Fraction(1, 3)), share_text(Fraction(1, 4)), share_text(Fraction(1, 5000))
    ('33,3 %', '25,0 %', 'dưới 0,1 %')
    """
    tenths = percent_tenths(share)
    if tenths == 0 and share:
        return told("dưới {amount}", amount=_percent(0.1))
    return _percent(tenths / 10)


def percent_tenths(share: Fraction) -> int:
    """The size of a share in tenths of a percent, halves up."""
    return int(abs(share) * 1000 + Fraction(1, 2))


def signed_percent_text(share: Fraction) -> str:
    """A change in percent with its sign.

    >>> signed_percent_text(Fraction(-1, 8)), signed_percent_text(Fraction(0))
    ('−12,5 %', '0,0 %')
    """
    if share == 0:
        return _percent(0)
    return _signed(share > 0, share_text(share))


def _written(number: float, digits: int) -> Told:
    return Told(f"{{n:{digits}}}", {"n": number})


def _percent(number: float) -> Told:
    return Told("{n:1} %", {"n": number})


def _signed(up: bool, amount: str) -> Told:
    return Told("+{amount}" if up else "−{amount}", {"amount": amount})
