"""What diacritics and the province say for one commune that a name may mean."""

from __future__ import annotations

from typing import NamedTuple

from geo.gazetteer import Province, Unit
from geo.matches import DOUBTFUL, FAIR, SURE, WEAK
from geo.slips import accent_slips

Sign = tuple[float, float]
"""What one sign adds to the score, and the most it lets the match be trusted."""


class Signs(NamedTuple):
    """What holds for the whole address: written with diacritics; on the map of 2025 or before."""

    accented: bool
    recent: bool | None


def accent_sign(unit: Unit, accented: bool, written: str, plain: str, slips: int) -> Sign:
    """Diacritics: the same, none in an address that has some, or others.

    `written` and `plain` are the words' keys with and without diacritics;
    `accented`: whether the writer used any; `slips`: how far the name is off.
    """
    if not unit.accent or not accented:
        return 0.0, SURE
    if slips:
        return -0.5 * accent_slips(written, unit.accent), SURE
    if written == unit.accent:
        return 1.0, SURE
    return (-1.0, FAIR - 0.01) if written == plain else (-3.0, DOUBTFUL)


def province_sign(unit: Unit, province: Province | None, n_codes: int) -> Sign | None:
    """The named province: of the unit's map, of the other map, or none; None rules it out.

    `n_codes`: in how many provinces the named districts lie where no province is named.
    """
    if province is None:
        return (0.0, {0: WEAK, 1: 0.95}.get(n_codes, FAIR))
    if unit.province_code != province.code:
        return -1.0, DOUBTFUL
    if unit.is_old:
        if province.key in unit.old_provinces:
            return 4.0, SURE
        return (2.5, 0.95) if province.in_force else None
    if province.in_force:
        return 4.0, SURE
    return (2.5, 0.95) if province.key in unit.old_provinces else (-1.0, DOUBTFUL)
