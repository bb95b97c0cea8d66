"""The class that a unit gets where its measures lie in given bands between thresholds.

Every combination that missing data leave possible is tried; a criterion whose
text is not confirmed is tried both ways, for each class by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product

from models.rule_parts import AFFECTED, DRUG_FREE, UNKNOWN, Band, Criterion, Scheme

Options = frozenset[tuple[frozenset[int], ...]]
"""Possible bands per measure, in the order of the scheme: one combination for
each number of residents that matters. A band is the count of thresholds passed."""

Holds = Callable[[tuple[int, ...], bool], bool]


class Result(StrEnum):
    """Whether a criterion is met; `unknown` where missing data could decide it."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Outcome:
    """Class, the classes and types that missing data leave open, and each criterion.

    `others` tells of a key-route criterion how many others are met, and how many
    more could be.
    """

    cls: str
    possible: tuple[str, ...]
    types: tuple[str, ...]
    results: Mapping[str, Result]
    others: Mapping[str, tuple[int, int]]


@lru_cache(maxsize=2**14)
def outcome_of(
    scheme: Scheme, higher_band_counts: bool, options: Options, routes: tuple[bool, ...]
) -> Outcome:
    """What a scheme makes of a unit whose measures lie in one of the options."""
    states = {bands for option in options for bands in product(*option)}
    classes, types, seen = set(), set(), []
    for bands, route, guess in product(states, routes, _guesses(scheme)):
        met = _met(scheme, higher_band_counts, bands, route, guess)
        key_type = _type_of(scheme, met)
        types.add(key_type)
        classes.add(_class_of(scheme, met, key_type))
        seen.append(met)
    always, ever = frozenset.intersection(*seen), frozenset.union(*seen)
    results = {c.code: _result(c.code in always, c.code in ever) for c in scheme.criteria}
    possible = tuple(cls for cls in scheme.order if cls in classes)
    cls = possible[0] if len(possible) == 1 else UNKNOWN
    open_types = tuple(cls for cls in scheme.order if cls in types)
    others = {c.code: _count(others, results) for c, others in _on_routes(scheme)}
    return Outcome(cls, possible, open_types, results, others)


def _count(others: Iterable[Criterion], results: Mapping[str, Result]) -> tuple[int, int]:
    """Number of groups surely met, and of those that missing data leave open."""
    met = {c.group for c in others if results[c.code] is Result.MET}
    maybe = {c.group for c in others if results[c.code] is Result.UNKNOWN}
    return len(met), len(maybe - met)


def _result(always: bool, ever: bool) -> Result:
    if always:
        return Result.MET
    return Result.UNKNOWN if ever else Result.NOT_MET


@cache
def _guesses(scheme: Scheme) -> tuple[frozenset[str], ...]:
    """Sections whose unconfirmed criteria are taken for met, in every combination."""
    sections = sorted({c.section for c in scheme.criteria if c.unknown})
    chosen = product((False, True), repeat=len(sections))
    return tuple(
        frozenset(s for s, taken in zip(sections, guess, strict=True) if taken) for guess in chosen
    )


@lru_cache(maxsize=2**14)
def _met(
    scheme: Scheme,
    higher_band_counts: bool,
    bands: tuple[int, ...],
    route: bool,
    guess: frozenset[str],
) -> frozenset[str]:
    """Codes of the criteria met where every measure lies in a given band."""
    met = {code for code, holds in _tests(scheme) if holds(bands, higher_band_counts)}
    met |= {c.code for c in scheme.criteria if c.unknown and c.section in guess}
    for criterion, others in _on_routes(scheme):
        if route and len({o.group for o in others if o.code in met}) >= criterion.others:
            met.add(criterion.code)
    return frozenset(met)


@cache
def _on_routes(scheme: Scheme) -> tuple[tuple[Criterion, tuple[Criterion, ...]], ...]:
    """The criteria that ask for a key route, each with those it counts besides."""
    return tuple((c, tuple(scheme.others(c))) for c in scheme.criteria if c.key_route)


@cache
def _tests(scheme: Scheme) -> tuple[tuple[str, Holds], ...]:
    """Per criterion with bands a test of the bands that the measures lie in."""
    return tuple((c.code, _test(scheme, c)) for c in scheme.criteria if c.bands)


def _test(scheme: Scheme, criterion: Criterion) -> Holds:
    tests = [_band_test(scheme, band) for band in criterion.bands]
    return lambda bands, higher: any(test(bands, higher) for test in tests)


def _band_test(scheme: Scheme, band: Band) -> Holds:
    """Test by the counts of thresholds to be passed at least, and to be passed at most."""
    cuts, at = scheme.cuts[band.measure], list(scheme.measures).index(band.measure)
    passed = {cut: cuts.index(cut) for cut in band.cuts}
    lower = ((band.at_least, True), (band.above, False))
    least = max((passed[v, inclusive] + 1 for v, inclusive in lower if v is not None), default=0)
    cap = len(cuts) if band.below is None else passed[band.below, True]
    most = len(cuts) if band.at_most is None else passed[band.at_most, False]
    return lambda bands, higher: least <= bands[at] <= (most if higher else min(cap, most))


def _type_of(scheme: Scheme, met: frozenset[str]) -> str:
    return next(_types_met(scheme, met), AFFECTED)


def _types_met(scheme: Scheme, met: frozenset[str]) -> Iterator[str]:
    for key_type in scheme.types:
        if sum(c.code in met for c in key_type.criteria) >= key_type.required:
            yield key_type.cls


def _class_of(scheme: Scheme, met: frozenset[str], key_type: str) -> str:
    is_free = all(c.code in met for c in scheme.drug_free)
    return DRUG_FREE if is_free and (scheme.drug_free_first or key_type == AFFECTED) else key_type
