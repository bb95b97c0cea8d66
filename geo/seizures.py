"""What was seized: substance groups, units, and how much of each.

Stored quantities are kilograms, tablets, plants or square metres.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geo.cells import UnreadableCellError, parse_number
from geo.persons import cell_text, compact, is_blank, plain_words
from geo.records import Seizure
from geo.terms import SeizureUnit, Substance

MAX_QUANTITY = 1e9

_SUBSTANCES = {
    Substance.SYNTHETIC: "mtth|tonghop|matuyda|hangda|^da$|amphetamin|methyl|^meth$|thuoclac"
    "|ecstasy|mdma|hongphien|yaba|comy|nuocvui|muoitam|lsd|bualuoi|synthetic|^keo$|^ats$",
    Substance.HEROIN: "hero|bachphien|^he$",
    Substance.KETAMINE: "ketamin|^ke$|khay",
    Substance.COCAINE: "cocain|coke",
    Substance.OPIUM: "thuocphien|aphien|opium|anhtuc",
    Substance.CANNABIS: "cansa|taima|boda|marijuana|cannabis|hashish",
}
_UNITS: dict[str, tuple[SeizureUnit, float]] = {
    **dict.fromkeys(("g", "gr", "gam", "gram", "grams"), (SeizureUnit.KG, 1e-3)),
    **dict.fromkeys(("kg", "kgs", "kilogam", "kilogram", "ki", "ky", "can"), (SeizureUnit.KG, 1.0)),
    **dict.fromkeys(("mg", "miligam", "milligram"), (SeizureUnit.KG, 1e-6)),
    **dict.fromkeys(("tan", "ton"), (SeizureUnit.KG, 1e3)),
    **dict.fromkeys(("vien", "v", "tablet", "tablets"), (SeizureUnit.TABLET, 1.0)),
    **dict.fromkeys(("cay", "plant", "plants"), (SeizureUnit.PLANT, 1.0)),
    **dict.fromkeys(("m2", "metvuong", "sqm"), (SeizureUnit.M2, 1.0)),
    **dict.fromkeys(("ha", "hecta"), (SeizureUnit.M2, 1e4)),
}
_GRAMS = (SeizureUnit.KG, 1e-3)


@lru_cache(maxsize=4096)
def substance_of(text: str) -> Substance:
    """Group of a substance; unknown words are `OTHER`.

    >>> substance_of("Hê-rô-in").value, substance_of("MTTH (viên)").value
    ('heroin', 'synthetic')
    """
    key = compact(re.sub(r"\(.*?\)|[0-9.,]+", " ", text)) or compact(text)
    return next((c for c, p in _SUBSTANCES.items() if re.search(p, key)), Substance.OTHER)


def unit_of(text: str) -> tuple[SeizureUnit, float] | None:
    """Stored unit and factor of a unit as written, or None when it has no fixed size.

    >>> unit_of("gam"), unit_of("bánh")
    ((<SeizureUnit.KG: 'kg'>, 0.001), None)
    """
    return _UNITS.get(compact(text))


@dataclass(frozen=True, slots=True)
class Seized:
    """The quantities of a row.

    `assumed` tells that grams were taken for want of a unit, `lost` that an
    amount could not be converted or told apart; its substance then stands with
    quantity 0, which means "seized, not known how much".
    """

    seizures: tuple[Seizure, ...] = ()
    assumed: bool = False
    lost: bool = False


_AMOUNT = re.compile(
    r"^(?:khoảng|gần|hơn|trên|~|≈)?\s*([+\-−]?[0-9][0-9.,\s'’]*?)\s*([^\W0-9].*)?$"
)
_EMBEDDED = re.compile(r"(?<![\d.,])([0-9][0-9.,]*)\s*([^\W\d_]+2?)")
_BETWEEN = re.compile(r"(?:[;+&\n]|(?<!\d)[,/]|[,/](?!\d)|\bvà\b)(?![^()]*\))")


@lru_cache(maxsize=32768, typed=True)
def read_seizures(
    substance: Any,
    quantity: Any,
    unit: Any = None,
    *,
    heading_unit: str = "",
    decimal_dot: bool = False,
) -> Seized:
    """Read what was seized from its cells.

    Several substances or amounts in one cell are paired in order. The unit is the
    one beside the number, else of the unit cell, else of the substance text
    ("MTTH (viên)"), else of the heading, else grams.

    Raises
    ------
    UnreadableCellError
        When an amount is negative, too large or no number.

    >>> read_seizures("heroin; MTTH (viên)", "12,5 g; 20").seizures[1].quantity
    20.0
    """
    if isinstance(substance, str) and substance.lstrip().startswith("["):
        return _exported(substance)
    names = _split(substance)
    amounts = _amounts(names, quantity)
    if not names and not amounts:
        return Seized()
    lost = len(names) > 1 and len(names) != len(amounts)
    if lost:
        amounts = (None,) * len(names)
    names = names * len(amounts) if len(names) == 1 else names or ("",) * len(amounts)
    hints = (cell_text(unit), heading_unit)
    parts = [_part(n, a, hints, decimal_dot) for n, a in zip(names, amounts, strict=True)]
    return Seized(
        tuple(seizure for seizure, _, _ in parts if seizure),
        any(assumed for _, assumed, _ in parts),
        lost or any(gone for _, _, gone in parts),
    )


def _exported(text: str) -> Seized:
    """The list of objects that an export writes."""
    try:
        items = json.loads(text)
        found = (Seizure(_group(i), _quantity(i), SeizureUnit(i["unit"])) for i in items)
        return Seized(tuple(found))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnreadableCellError("danh sách tang vật không đúng dạng đã xuất") from None


def _group(item: Mapping[str, Any]) -> Substance:
    return Substance(item["substance"])


def _quantity(item: Mapping[str, Any]) -> float:
    quantity = float(item["quantity"])
    if not 0 <= quantity <= MAX_QUANTITY:
        raise ValueError
    return quantity


def _split(value: Any) -> tuple[str, ...]:
    if is_blank(value):
        return ()
    return tuple(piece.strip() for piece in _BETWEEN.split(cell_text(value)) if piece.strip())


def _amounts(names: tuple[str, ...], quantity: Any) -> tuple[Any, ...]:
    if is_blank(quantity):
        return tuple(_embedded(name) for name in names)
    return _split(quantity) if isinstance(quantity, str) else (quantity,)


def _embedded(name: str) -> str | None:
    """The last amount with a known unit inside the name: "02 gói heroin (0,5g)"."""
    found = [m[0] for m in _EMBEDDED.finditer(name) if unit_of(m[2])]
    return found[-1] if found else None


def _part(
    name: str, amount: Any, hints: tuple[str, str], decimal_dot: bool
) -> tuple[Seizure | None, bool, bool]:
    """A seizure (None when there is nothing), whether its unit was assumed, or lost."""
    substance = substance_of(name) if name else Substance.OTHER
    number, written = _number_and_unit(amount, decimal_dot)
    known = next((u for u in (unit_of(t) for t in (written, hints[0])) if u), None)
    if written and not unit_of(written):
        return Seizure(substance, 0.0, SeizureUnit.KG), False, True
    hinted = known or _hinted(name) or unit_of(hints[1])
    unit, factor = hinted or _GRAMS
    if number is None:
        return (Seizure(substance, 0.0, unit) if name else None), False, False
    if number < 0 or number * factor > MAX_QUANTITY:
        raise UnreadableCellError("khối lượng âm hoặc lớn bất thường: kiểm tra lại ô")
    if number == 0 and not name:
        return None, False, False
    return Seizure(substance, round(number * factor, 9), unit), hinted is None and number > 0, False


def _number_and_unit(amount: Any, decimal_dot: bool) -> tuple[float | None, str]:
    if not isinstance(amount, str):
        return parse_number(amount), ""
    match = _AMOUNT.match(amount.strip())
    if not match:
        raise UnreadableCellError("không đọc được khối lượng: ghi số và đơn vị, ví dụ 12,5 g")
    return parse_number(match[1], decimal_dot=decimal_dot), (match[2] or "").strip(" .)")


@lru_cache(maxsize=4096)
def _hinted(name: str) -> tuple[SeizureUnit, float] | None:
    """The unit that the words of a substance carry: "MTTH (viên)", "cây cần sa"."""
    for inside in re.findall(r"\(([^()]*)\)", name):
        if unit := unit_of(inside):
            return unit
    words = plain_words(name).split()
    return next((_UNITS[w] for w in ("vien", "cay", "kg", "gam") if w in words), None)
