"""How the figures of the border are said."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from geo.terms import SeizureUnit
from webapp.labels import vn_number
from webapp.services.border_figures import BandFigures, SeizedSum
from webapp.services.import_changes import SUBSTANCES

_UNITS = MappingProxyType(
    {
        SeizureUnit.KG: "kg",
        SeizureUnit.TABLET: "viên",
        SeizureUnit.PLANT: "cây",
        SeizureUnit.M2: "m²",
    }
)


def seized_words(seized: Iterable[SeizedSum]) -> str:
    """What was seized, «heroin 1,3 kg; ma túy tổng hợp 3.200 viên».

    >>> from geo.terms import Substance
    >>> seized_words([SeizedSum(Substance.HEROIN, SeizureUnit.KG, 0.0125)])
    'heroin 12,5 g'
    >>> seized_words([])
    '–'
    """
    return "; ".join(f"{SUBSTANCES[s.substance]} {_amount(s)}" for s in seized) or "–"


def _amount(seized: SeizedSum) -> str:
    quantity, unit = seized.quantity, _UNITS[seized.unit]
    if seized.unit is SeizureUnit.KG and quantity < 1:
        quantity, unit = quantity * 1000, "g"
    number = vn_number(quantity, 1 if quantity < 100 else 0)
    return f"{number.removesuffix(',0')} {unit}"


def unit_word(unit: SeizureUnit) -> str:
    """A unit as it is written behind a number."""
    return _UNITS[unit]


def area_rate(band: BandFigures) -> str:
    """Cases on 100 km² to one decimal."""
    return vn_number(band.per_100_km2, 1)


def resident_rate(band: BandFigures) -> str:
    """Cases for 10,000 residents to one decimal, a dash where they are not known."""
    return vn_number(band.per_10_000, 1)
