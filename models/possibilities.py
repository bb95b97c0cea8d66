"""What indicators leave possible: known figures, and the bands of the missing ones.

A figure that is missing, negative or contradicted by others is open. For an
open measure every band between the thresholds that some whole number reaches
is possible; shares move together with the number of residents.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from geo.records import Indicators
from models.evidence import Known, Number
from models.ruleset import Cut, Measure, RuleSet

Options = frozenset[tuple[frozenset[int], ...]]
"""Possible bands per measure, in the order of the rule set: one combination for
each number of residents that matters. A band is the count of thresholds passed."""

_MANY_RESIDENTS = 10**9


@dataclass(frozen=True, slots=True)
class Facts:
    """Indicators as far as they can be used.

    `known` has None where a figure is open; `missing` names those not given;
    `is_faulty` tells that a figure given cannot be right.
    """

    known: dict[str, Number | None]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    is_faulty: bool


def read_facts(ruleset: RuleSet, indicators: Indicators) -> Facts:
    """Take the figures that can be used, with Vietnamese notes on the others."""
    names = [name for name in ruleset.indicators if name != "on_key_route"]
    known = {name: _exact(getattr(indicators, name)) for name in names}
    missing = [name for name in names if getattr(indicators, name) is None]
    notes = []
    for name in names:
        value = getattr(indicators, name)
        if value is not None and (known[name] is None or known[name] < 0):  # type: ignore[operator]
            notes.append(
                f"Số liệu không hợp lệ: {ruleset.indicators[name]} = {value}. Hãy sửa lại."
            )
            known[name] = None
    notes += _contradictions(ruleset, known)
    is_faulty = bool(notes)
    notes += _implausible(ruleset, known, missing)
    return Facts(known, tuple(missing), tuple(notes), is_faulty)


def _exact(value: float | None) -> Number | None:
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else Fraction(value)


def _contradictions(ruleset: RuleSet, known: dict[str, Number | None]) -> list[str]:
    """Set figures aside whose exceptions exceed their total."""
    notes = []
    for measure in ruleset.measures.values():
        parts = [*measure.plus, *measure.minus]
        if not measure.minus or any(known[name] is None for name in measure.plus):
            continue
        total, excepted = _known_sum(measure.plus, known), _known_sum(measure.minus, known)
        if excepted > total:
            notes.append(
                f"Số người thuộc diện loại trừ ({excepted}) lớn hơn số người có hồ sơ quản lý"
                f" ({total}). Hãy kiểm tra lại số liệu."
            )
            known.update(dict.fromkeys(parts))
    return notes


def _implausible(
    ruleset: RuleSet, known: dict[str, Number | None], missing: list[str]
) -> list[str]:
    """No residents with persons or arrests recorded is missing data."""
    notes = []
    for per in dict.fromkeys(m.per for m in ruleset.measures.values() if m.per):
        counted = [name for m in ruleset.measures.values() if m.per == per for name in m.plus]
        largest = max((known[name] or 0 for name in counted), default=0)
        residents = known[per]
        if residents == 0:
            known[per] = None
            if any(known[name] != 0 for name in counted):
                missing.insert(0, per)
                notes.append("Nhân khẩu bằng 0 trong khi có người hoặc vụ bắt giữ: coi như thiếu.")
        elif residents is not None and largest > residents:
            notes.append(f"Có số liệu ({largest}) lớn hơn nhân khẩu ({residents}). Hãy kiểm tra.")
    return notes


def _known_sum(names: Iterable[str], known: Known) -> Number:
    return sum((known[name] or 0 for name in names), start=0)


def possible_bands(ruleset: RuleSet, known: Known) -> Options:
    """Bands that the measures of a rule set can lie in, given what is known."""
    residents = known["residents"]
    tried = [residents] if residents is not None else _residents_to_try(ruleset, known)
    return frozenset(
        tuple(
            _cells(
                ruleset.cuts[measure.name],
                _span(measure, known, totals.get(measure.plus)),
                n if measure.per else 1,
            )
            for measure in ruleset.measures.values()
        )
        for n in tried
        for totals in _totals_to_try(ruleset, known, n)
    )


def _span(
    measure: Measure, known: Known, total: Number | None = None
) -> tuple[Number, Number | None]:
    """Smallest and largest possible numerator; no largest where a part is missing.

    `total`, if given, is taken for the sum of `plus`.
    """
    plus = _known_sum(measure.plus, known) if total is None else total
    minus = _known_sum(measure.minus, known)
    plus_open = total is None and _is_open(measure.plus, known)
    minus_open = _is_open(measure.minus, known)
    if not (plus_open or minus_open):
        return plus - minus, plus - minus
    least = 0 if minus_open else max(0, plus - minus)
    if plus_open:
        return max(least, _known_sum(measure.floor, known)), None
    return least, plus - minus


def _is_open(names: Iterable[str], known: Known) -> bool:
    return any(known[name] is None for name in names)


def _totals_to_try(
    ruleset: RuleSet, known: Known, residents: Number
) -> list[dict[tuple[str, ...], Number]]:
    """Totals on both sides of every threshold, where measures share an open total."""
    tried: list[dict[tuple[str, ...], Number]] = [{}]
    measures = list(ruleset.measures.values())
    for plus in dict.fromkeys(m.plus for m in measures):
        sharing = [m for m in measures if m.plus == plus]
        if len(sharing) > 1 and _is_open(plus, known):
            least = max(
                _known_sum(plus, known), *(_known_sum((*m.floor, *m.minus), known) for m in sharing)
            )
            totals = {least}
            for m in sharing:
                excepted = _known_sum(m.minus, known)
                reached = _first_passing(ruleset.cuts[m.name], residents if m.per else 1)
                totals |= {excepted + first for first in reached if excepted + first > least}
            tried = [{**others, plus: total} for others in tried for total in sorted(totals)]
    return tried


def _residents_to_try(ruleset: RuleSet, known: Known) -> list[Number]:
    """Numbers of residents on both sides of every threshold of every share."""
    tried: set[Number] = {1, _MANY_RESIDENTS}
    for measure in ruleset.measures.values():
        least, _ = _span(measure, known)
        for threshold, _ in ruleset.cuts[measure.name] if measure.per else ():
            if threshold > 0 and least > 0:
                at = math.floor(least / threshold)
                tried |= {max(1, at), at + 1}
    return sorted(tried)


def _cells(
    cuts: tuple[Cut, ...], span: tuple[Number, Number | None], per: Number
) -> frozenset[int]:
    least, most = span
    tried = {least} if most is None else {least, most}
    if least != most:
        firsts = _first_passing(cuts, per)
        tried |= {n for n in firsts if n > least and (most is None or n < most)}
    return frozenset(_cell(cuts, value, per) for value in tried)


def _first_passing(cuts: tuple[Cut, ...], per: Number) -> list[int]:
    """Per threshold the smallest whole number that passes it."""
    return [
        math.ceil(threshold * per) if inclusive else math.floor(threshold * per) + 1
        for threshold, inclusive in cuts
    ]


def _cell(cuts: tuple[Cut, ...], value: Number, per: Number) -> int:
    """Number of thresholds that value / per passes, by whole numbers only."""
    passed = 0
    for threshold, inclusive in cuts:
        left, right = value * threshold.denominator, threshold.numerator * per
        passed += left >= right if inclusive else left > right
    return passed
