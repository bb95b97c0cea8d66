"""Numbers and dates as written in English, beside `webapp.labels` for Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from geo.records import Period
from geo.terms import SeizureUnit, Substance
from webapp.labels import HANOI

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_SUBSTANCES = {
    Substance.HEROIN: "heroin",
    Substance.SYNTHETIC: "synthetic drugs",
    Substance.CANNABIS: "cannabis",
    Substance.OPIUM: "opium",
    Substance.COCAINE: "cocaine",
    Substance.KETAMINE: "ketamine",
    Substance.OTHER: "other drugs",
}
_UNITS = {
    SeizureUnit.KG: "kg",
    SeizureUnit.TABLET: "tablets",
    SeizureUnit.PLANT: "plants",
    SeizureUnit.M2: "m²",
}


class Seized(Protocol):
    """A quantity of a substance."""

    @property
    def substance(self) -> Substance:
        """Which substance."""

    @property
    def unit(self) -> SeizureUnit:
        """What it is counted in."""

    @property
    def quantity(self) -> float:
        """How much, in the unit."""


def en_number(value: float | None, digits: int = 0) -> str:
    """Write a number with commas between thousands and a decimal point.

    >>> en_number(1234567), en_number(1234.5, 1), en_number(None)
    ('1,234,567', '1,234.5', '–')
    """
    return "–" if value is None else f"{value:,.{digits}f}"


def en_date(day: date | None) -> str:
    """Write a day with the month by name, so that no reader takes it for the day.

    >>> en_date(date(2026, 6, 14))
    '14 Jun 2026'
    """
    return "–" if day is None else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def en_moment(moment: datetime) -> str:
    """Write a moment in Vietnamese time, to the minute."""
    local = moment.astimezone(HANOI)
    return f"{en_date(local.date())} {local:%H:%M}"


def en_period(period: Period) -> str:
    """Write a period with an en dash.

    >>> en_period(Period(date(2025, 12, 15), date(2026, 12, 14)))
    '15 Dec 2025 – 14 Dec 2026'
    """
    return f"{en_date(period.start)} – {en_date(period.end)}"


def en_seized(seized: Iterable[Seized]) -> str:
    """What was seized, small weights in grams; nothing is a dash.

    >>> from geo.records import Seizure
    >>> en_seized([Seizure(Substance.HEROIN, 0.0125, SeizureUnit.KG)]), en_seized([])
    ('heroin 12.5 g', '–')
    """
    return "; ".join(f"{_SUBSTANCES[s.substance]} {_amount(s)}" for s in seized) or "–"


def _amount(seized: Seized) -> str:
    quantity, unit = seized.quantity, _UNITS[seized.unit]
    if seized.unit is SeizureUnit.KG and quantity < 1:
        quantity, unit = quantity * 1000, "g"
    return f"{quantity:,.2f}".rstrip("0").rstrip(".") + f" {unit}"
