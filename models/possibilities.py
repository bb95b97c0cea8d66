"""What indicators leave possible: the bands of missing figures.

For an open measure every band between the thresholds that some whole number
reaches is possible; shares move together with the number of residents.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from models.outcomes import Options
from models.rule_parts import Cut, Measure, Number, Scheme

Known = Mapping[str, Number | None]
"""Indicator → usable value; None where it is missing or cannot be trusted."""

Span = tuple[Number, Number | None]
"""Smallest and largest possible number; no largest where a part is missing."""

_MANY_RESIDENTS = 10**9

_Threshold = tuple[int, int, bool]
"""Numerator, denominator, and whether reaching it passes."""


def possible_bands(scheme: Scheme, known: Known) -> Options:
    """Bands that the measures of a scheme can lie in, given what is known."""
    if None not in known.values():
        return _surely(tuple([band_in(known) for _, band_in in _band_finders(scheme)]))
    unknown = {name for name, value in known.items() if value is None}
    sure = [
        _only(band_in(known)) if unknown.isdisjoint(fields) else None
        for fields, band_in in _band_finders(scheme)
    ]
    return frozenset(
        [
            tuple(
                [
                    _cells(m, limits, known, totals, n) if cells is None else cells
                    for (m, limits), cells in zip(_measured(scheme), sure, strict=True)
                ]
            )
            for n in _residents_to_try(scheme, known)
            for totals in _totals_to_try(scheme, known, n)
        ]
    )


@lru_cache(maxsize=2**14)
def _surely(bands: tuple[int, ...]) -> Options:
    return frozenset({tuple(frozenset({band}) for band in bands)})


@cache
def _measured(scheme: Scheme) -> tuple[tuple[Measure, tuple[_Threshold, ...]], ...]:
    return tuple(
        (measure, tuple((v.numerator, v.denominator, reached) for v, reached in scheme.cuts[name]))
        for name, measure in scheme.measures.items()
    )


@cache
def _band_finders(scheme: Scheme) -> tuple[tuple[tuple[str, ...], Callable[[Known], int]], ...]:
    """Per measure its indicators and what finds its band where all of them are known."""
    return tuple(
        (measure.fields, _band_finder(measure, cuts)) for measure, cuts in _measured(scheme)
    )


def _band_finder(measure: Measure, thresholds: tuple[_Threshold, ...]) -> Callable[[Known], int]:
    plus, minus, per = measure.plus, measure.minus, measure.per
    firsts = _first_passing(thresholds, 1)

    def find(known: Known) -> int:
        value = known_sum(plus, known)
        if minus:
            value -= known_sum(minus, known)
        if per:
            return _cell(thresholds, value, known[per] or 0)
        if isinstance(value, int):
            return bisect_right(firsts, value)
        return _cell(thresholds, value, 1)

    return find


def _cells(
    measure: Measure,
    thresholds: tuple[_Threshold, ...],
    known: Known,
    totals: Mapping[tuple[str, ...], Number],
    residents: Number,
) -> frozenset[int]:
    """Bands that a measure can lie in, for a number of residents and totals that are tried."""
    span = span_of(measure, known, totals.get(measure.plus))
    if measure.per:
        return _share_cells(thresholds, span, residents)
    return _count_cells(thresholds, span)


def span_of(measure: Measure, known: Known, total: Number | None = None) -> Span:
    """What the sums of a measure can make.

    `total`, if given, is taken for the sum of `plus`.
    """
    plus = known_sum(measure.plus, known) if total is None else total
    minus = known_sum(measure.minus, known)
    plus_open = total is None and _is_open(measure.plus, known)
    minus_open = _is_open(measure.minus, known)
    if not (plus_open or minus_open):
        return plus - minus, plus - minus
    least: Number = 0 if minus_open else max(0, plus - minus)
    if plus_open:
        return max(least, known_sum(measure.floor, known)), None
    return least, plus - minus


def known_sum(names: Sequence[str], known: Known) -> Number:
    """The sum of what is known of some figures."""
    total: Number = 0
    for name in names:
        total += known[name] or 0
    return total


def _is_open(names: Iterable[str], known: Known) -> bool:
    return None in [known[name] for name in names]


def _totals_to_try(
    scheme: Scheme, known: Known, residents: Number
) -> list[dict[tuple[str, ...], Number]]:
    """Totals on both sides of every threshold, where measures share an open total."""
    tried: list[dict[tuple[str, ...], Number]] = [{}]
    for plus, sharing in _sharing(scheme):
        if not _is_open(plus, known):
            continue
        least = max(
            known_sum(plus, known), *(known_sum((*m.floor, *m.minus), known) for m, _ in sharing)
        )
        totals = {least}
        for measure, thresholds in sharing:
            excepted = known_sum(measure.minus, known)
            reached = _first_passing(thresholds, residents if measure.per else 1)
            totals |= {excepted + first for first in reached if excepted + first > least}
        tried = [{**others, plus: total} for others in tried for total in sorted(totals)]
    return tried


@cache
def _sharing(
    scheme: Scheme,
) -> tuple[tuple[tuple[str, ...], list[tuple[Measure, tuple[_Threshold, ...]]]], ...]:
    """The sums that several measures are made of, with these measures."""
    sums = dict.fromkeys(measure.plus for measure, _ in _measured(scheme))
    groups = ((plus, [pair for pair in _measured(scheme) if pair[0].plus == plus]) for plus in sums)
    return tuple((plus, pairs) for plus, pairs in groups if len(pairs) > 1)


def _residents_to_try(scheme: Scheme, known: Known) -> list[Number]:
    """Numbers of residents on both sides of every threshold of every share."""
    if (residents := known.get("residents", 1)) is not None:
        return [residents]
    tried: set[Number] = {1, _MANY_RESIDENTS}
    for measure, thresholds in _measured(scheme):
        least, _ = span_of(measure, known)
        for numerator, denominator, _reached in thresholds if measure.per else ():
            if numerator > 0 and least > 0:
                at = least * denominator // numerator
                tried |= {max(1, at), at + 1}
    return sorted(tried)


def _share_cells(thresholds: tuple[_Threshold, ...], span: Span, per: Number) -> frozenset[int]:
    """Bands that a number within a span can lie in as a share of another."""
    least, most = span
    if least == most:
        return _only(_cell(thresholds, least, per))
    tried = {least} if most is None else {least, most}
    firsts = _first_passing(thresholds, per)
    tried |= {n for n in firsts if n > least and (most is None or n < most)}
    return frozenset([_cell(thresholds, value, per) for value in tried])


@lru_cache(maxsize=2**12)
def _count_cells(thresholds: tuple[_Threshold, ...], span: Span) -> frozenset[int]:
    """Bands that a count within a span can lie in."""
    return _share_cells(thresholds, span, 1)


@cache
def _only(band: int) -> frozenset[int]:
    return frozenset({band})


@lru_cache(maxsize=2**12)
def _first_passing(thresholds: tuple[_Threshold, ...], per: Number) -> tuple[int, ...]:
    """Per threshold the smallest whole number that passes it."""
    return tuple(
        int(-(-numerator * per // denominator) if reached else numerator * per // denominator + 1)
        for numerator, denominator, reached in thresholds
    )


def _cell(thresholds: tuple[_Threshold, ...], value: Number, per: Number) -> int:
    """Number of thresholds that value / per passes, by whole numbers only."""
    passed = 0
    for numerator, denominator, reached in thresholds:
        left, right = value * denominator, numerator * per
        if left > right or (reached and left == right):
            passed += 1
    return passed


def share_cells(cuts: tuple[Cut, ...], part: Span, whole: Span) -> range:
    """Bands that a share can lie in whose part and whole are known within limits only."""
    thresholds = tuple((v.numerator, v.denominator, reached) for v, reached in cuts)
    least, most = part
    smallest, largest = whole
    lowest = _cell(thresholds, least, _MANY_RESIDENTS if largest is None else max(1, largest))
    if most == 0:
        highest = lowest
    elif most is None or smallest == 0:
        highest = len(thresholds)
    else:
        highest = _cell(thresholds, most, smallest)
    return range(lowest, highest + 1)
