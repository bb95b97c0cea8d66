"""The class that a unit gets where its measures lie in given bands between thresholds.

Every combination that missing data leave possible is tried; a criterion whose
text is not confirmed is tried both ways, for each class by itself. A set of criteria
is a number here in which every criterion has its bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from itertools import product

from models.rule_parts import AFFECTED, DRUG_FREE, UNKNOWN, Band, Criterion, Scheme

Options = frozenset[tuple[frozenset[int], ...]]
"""Possible bands per measure, in the order of the scheme: one combination for
each number of residents that matters. A band is the count of thresholds passed."""


class Result(StrEnum):
    """Whether a criterion is met; `unknown` where missing data could decide it."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Outcome:
    """Class, and the classes and types that missing data leave open.

    `always` are the criteria met whatever the missing data are, `ever` those that can be,
    as numbers with a bit for each criterion in the order of the scheme.
    """

    scheme: Scheme
    cls: str
    possible: tuple[str, ...]
    types: tuple[str, ...]
    always: int
    ever: int

    @cached_property
    def results(self) -> Mapping[str, Result]:
        """Each criterion by its code."""
        bits = _bits(self.scheme).items()
        return {code: _result(bit & self.always, bit & self.ever) for code, bit in bits}

    @cached_property
    def others(self) -> Mapping[str, tuple[int, int]]:
        """Of a key-route criterion how many others are met, and how many more could be."""
        results = self.results
        return {c.code: _count(others, results) for c, others in _on_routes(self.scheme)}


@dataclass(frozen=True, eq=False)
class _Rules:
    """What a scheme makes of sets of criteria.

    `by_band` has by reading, measure and band the criteria met there, `guesses` the
    unconfirmed ones that are taken for met in each combination. Of a criterion that asks
    for a key route `routes` has its bit, each group that it counts besides and how many of
    them it needs; of a type `types` has the class, how many criteria it needs and which.
    """

    by_band: Mapping[bool, tuple[tuple[int, ...], ...]]
    guesses: tuple[int, ...]
    routes: tuple[tuple[int, tuple[int, ...], int], ...]
    types: tuple[tuple[str, int, int], ...]
    drug_free: int
    drug_free_first: bool


@lru_cache(maxsize=2**14)
def outcome_of(
    scheme: Scheme, higher_band_counts: bool, options: Options, routes: tuple[bool, ...]
) -> Outcome:
    """What a scheme makes of a unit whose measures lie in one of the options."""
    rules = _rules(scheme)
    by_bands = _by_bands(rules.by_band[higher_band_counts], options)
    classes, types, always, ever = set(), set(), -1, 0
    for found, guess, route in product(by_bands, rules.guesses, routes):
        met = found | guess
        if route:
            met |= _on_route(rules, met)
        key_type = _type_of(rules, met)
        types.add(key_type)
        classes.add(_class_of(rules, met, key_type))
        always &= met
        ever |= met
    possible = tuple([cls for cls in scheme.order if cls in classes])
    open_types = tuple([cls for cls in scheme.order if cls in types])
    cls = possible[0] if len(possible) == 1 else UNKNOWN
    return Outcome(scheme, cls, possible, open_types, always, ever)


def _by_bands(by_band: Sequence[Sequence[int]], options: Options) -> set[int]:
    """The sets of criteria that are met by their bands in one of the options."""
    found = set()
    for option in options:
        sets = {0}
        for met_in, bands in zip(by_band, option, strict=True):
            sets = {met | met_in[band] for met in sets for band in bands}
        found |= sets
    return found


def _on_route(rules: _Rules, met: int) -> int:
    """The criteria met on a key route beside those met already."""
    more = 0
    for bit, groups, needed in rules.routes:
        if sum([met & group != 0 for group in groups]) >= needed:
            more |= bit
    return more


def _type_of(rules: _Rules, met: int) -> str:
    for cls, required, criteria in rules.types:
        if (met & criteria).bit_count() >= required:
            return cls
    return AFFECTED


def _class_of(rules: _Rules, met: int, key_type: str) -> str:
    is_free = met & rules.drug_free == rules.drug_free
    return DRUG_FREE if is_free and (rules.drug_free_first or key_type == AFFECTED) else key_type


def _count(others: Iterable[Criterion], results: Mapping[str, Result]) -> tuple[int, int]:
    """Number of groups surely met, and of those that missing data leave open."""
    met = {c.group for c in others if results[c.code] is Result.MET}
    maybe = {c.group for c in others if results[c.code] is Result.UNKNOWN}
    return len(met), len(maybe - met)


def _result(always: int, ever: int) -> Result:
    if always:
        return Result.MET
    return Result.UNKNOWN if ever else Result.NOT_MET


@cache
def _bits(scheme: Scheme) -> dict[str, int]:
    """The bit of each criterion, by its code."""
    return {criterion.code: 1 << n for n, criterion in enumerate(scheme.criteria)}


def _set(scheme: Scheme, criteria: Iterable[Criterion]) -> int:
    """Criteria as one number."""
    bits = _bits(scheme)
    found = 0
    for criterion in criteria:
        found |= bits[criterion.code]
    return found


@cache
def _rules(scheme: Scheme) -> _Rules:
    return _Rules(
        by_band={higher: _met_by_band(scheme, higher) for higher in (False, True)},
        guesses=tuple(_guesses(scheme)),
        routes=tuple(
            (_set(scheme, [c]), tuple(_groups(scheme, others)), c.others)
            for c, others in _on_routes(scheme)
        ),
        types=tuple((t.cls, t.required, _set(scheme, t.criteria)) for t in scheme.types),
        drug_free=_set(scheme, scheme.drug_free),
        drug_free_first=scheme.drug_free_first,
    )


def _guesses(scheme: Scheme) -> Iterator[int]:
    """The unconfirmed criteria of every combination of sections, taken for met."""
    unconfirmed = [c for c in scheme.criteria if c.unknown]
    sections = sorted({c.section for c in unconfirmed})
    for chosen in product((False, True), repeat=len(sections)):
        taken = {section for section, is_taken in zip(sections, chosen, strict=True) if is_taken}
        yield _set(scheme, [c for c in unconfirmed if c.section in taken])


@cache
def _on_routes(scheme: Scheme) -> tuple[tuple[Criterion, tuple[Criterion, ...]], ...]:
    """The criteria that ask for a key route, each with those it counts besides."""
    return tuple((c, tuple(scheme.others(c))) for c in scheme.criteria if c.key_route)


def _groups(scheme: Scheme, criteria: Sequence[Criterion]) -> Iterator[int]:
    """Criteria by group, each group as one number."""
    for name in dict.fromkeys(c.group for c in criteria):
        yield _set(scheme, [c for c in criteria if c.group == name])


def _met_by_band(scheme: Scheme, higher: bool) -> tuple[tuple[int, ...], ...]:
    """By measure and band the criteria that are met there."""
    return tuple(
        tuple(
            _set(scheme, (c for c in scheme.criteria if _holds(scheme, c, measure, band, higher)))
            for band in range(len(scheme.cuts[measure]) + 1)
        )
        for measure in scheme.measures
    )


def _holds(scheme: Scheme, criterion: Criterion, measure: str, band: int, higher: bool) -> bool:
    """Whether a criterion is met where a measure lies in a band, whatever the others are."""
    limits = (_limits(scheme, each, higher) for each in criterion.bands if each.measure == measure)
    return any(least <= band <= most for least, most in limits)


def _limits(scheme: Scheme, band: Band, higher: bool) -> tuple[int, int]:
    """The counts of thresholds to be passed at least, and to be passed at most."""
    cuts = scheme.cuts[band.measure]
    passed = {cut: cuts.index(cut) for cut in band.cuts}
    lower = ((band.at_least, True), (band.above, False))
    least = max((passed[v, inclusive] + 1 for v, inclusive in lower if v is not None), default=0)
    cap = len(cuts) if band.below is None else passed[band.below, True]
    most = len(cuts) if band.at_most is None else passed[band.at_most, False]
    return least, most if higher else min(cap, most)
