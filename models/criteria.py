"""The class of a commune by a rule set: a pure function of its indicators.

What is missing is never taken for zero. Every value it could have is tried, by
the bands between the thresholds; where all give one class, that class stands.
`drug_free` outranks the types. Both readings of the capped bands are computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import product

from geo.records import Indicators, Period
from geo.terms import CommuneClass
from models.evidence import Evidence, Origin, Result, gather_evidence
from models.periods import evaluation_year
from models.possibilities import Facts, Options, possible_bands, read_facts
from models.ruleset import Band, Criterion, RuleSet, load_ruleset, parse_ruleset

__all__ = [
    "Assessment",
    "Evidence",
    "Origin",
    "Result",
    "RuleSet",
    "assess",
    "load_ruleset",
    "parse_ruleset",
]

ORDER = (
    CommuneClass.DRUG_FREE,
    CommuneClass.AFFECTED,
    CommuneClass.TYPE_3,
    CommuneClass.TYPE_2,
    CommuneClass.TYPE_1,
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Class of a commune in a period with what it rests on.

    `other_cls` is the class under the other reading of the bands, `possible`
    the classes that the missing data leave open, best first. `missing` names
    indicator fields; `notes` are Vietnamese sentences for the sheet.
    """

    commune_code: str
    period: Period
    ruleset: str
    cls: CommuneClass
    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    higher_band_counts: bool
    other_cls: CommuneClass
    possible: tuple[CommuneClass, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Class, the classes and types that missing data leave open, and each criterion."""

    cls: CommuneClass
    possible: tuple[CommuneClass, ...]
    types: tuple[CommuneClass, ...]
    results: Mapping[str, Result]


def assess(
    ruleset: RuleSet,
    indicators: Indicators,
    *,
    higher_band_counts: bool | None = None,
    key_route_if_unknown: bool | None = None,
) -> Assessment:
    """Assess a commune by a rule set.

    `higher_band_counts` is the reading of capped bands (None: the rule set's own);
    `key_route_if_unknown` stands in, and is noted, where no key route is declared.

    >>> from models.periods import evaluation_period
    >>> zero = dict.fromkeys(load_ruleset().indicators, 0) | {"residents": 9000}
    >>> assess(load_ruleset(), Indicators("23401", evaluation_period(2026), **zero)).cls.value
    'drug_free'
    """
    reading = ruleset.higher_band_counts if higher_band_counts is None else higher_band_counts
    facts = read_facts(ruleset, indicators)
    declared = indicators.on_key_route
    route = key_route_if_unknown if declared is None else declared
    outcome, other = _both_readings(ruleset, facts, route, reading)
    missing = facts.missing + (("on_key_route",) if route is None else ())
    return Assessment(
        commune_code=indicators.commune_code,
        period=indicators.period,
        ruleset=ruleset.name,
        cls=outcome.cls,
        evidence=gather_evidence(ruleset, indicators, facts.known, route, outcome.results),
        missing=missing,
        notes=(
            *facts.notes,
            *_sheet_notes(ruleset, indicators.period, outcome, missing),
            *_reading_notes(ruleset, outcome.cls, other.cls, reading),
            *_route_notes(declared, route),
        ),
        higher_band_counts=reading,
        other_cls=other.cls,
        possible=outcome.possible,
    )


def _both_readings(
    ruleset: RuleSet, facts: Facts, route: bool | None, reading: bool
) -> tuple[_Outcome, _Outcome]:
    """Outcome under the reading asked for and under the other."""
    routes = (False, True) if route is None else (bool(route),)
    options = possible_bands(ruleset, facts.known)
    used, other = (_outcome(ruleset, r, options, routes) for r in (reading, not reading))
    if not facts.is_faulty:
        return used, other
    return replace(used, cls=CommuneClass.UNKNOWN), replace(other, cls=CommuneClass.UNKNOWN)


@lru_cache(maxsize=4096)
def _outcome(
    ruleset: RuleSet, higher_band_counts: bool, options: Options, routes: tuple[bool, ...]
) -> _Outcome:
    guesses = (False, True) if any(c.unknown for c in ruleset.criteria) else (False,)
    states = {bands for option in options for bands in product(*option)}
    classes, types, seen = set(), set(), []
    for bands, route, guess in product(states, routes, guesses):
        met = _met(ruleset, higher_band_counts, bands, route, guess)
        commune_type = _type_of(ruleset, met)
        is_free = all(c.code in met for c in ruleset.drug_free)
        types.add(commune_type)
        classes.add(CommuneClass.DRUG_FREE if is_free else commune_type)
        seen.append(met)
    always, ever = frozenset.intersection(*seen), frozenset.union(*seen)
    results = {c.code: _result(c.code in always, c.code in ever) for c in ruleset.criteria}
    possible = tuple(c for c in ORDER if c in classes)
    cls = possible[0] if len(possible) == 1 else CommuneClass.UNKNOWN
    return _Outcome(cls, possible, tuple(c for c in ORDER if c in types), results)


def _result(always: bool, ever: bool) -> Result:
    if always:
        return Result.MET
    return Result.UNKNOWN if ever else Result.NOT_MET


@lru_cache(maxsize=2**16)
def _met(
    ruleset: RuleSet, higher_band_counts: bool, bands: tuple[int, ...], route: bool, guess: bool
) -> frozenset[str]:
    """Codes of the criteria met where every measure lies in a given band."""
    at = dict(zip(ruleset.measures, bands, strict=True))

    def holds(criterion: Criterion) -> bool:
        if criterion.unknown:
            return guess
        return any(
            _in_band(ruleset, band, at[band.measure], higher_band_counts)
            for band in criterion.bands
        )

    met = {c.code for c in ruleset.criteria if not c.key_route and holds(c)}
    for criterion in ruleset.criteria:
        if criterion.key_route and route:
            groups = {other.group for other in ruleset.others(criterion) if other.code in met}
            if len(groups) >= criterion.others:
                met.add(criterion.code)
    return frozenset(met)


def _in_band(ruleset: RuleSet, band: Band, passed: int, higher_band_counts: bool) -> bool:
    cuts = ruleset.cuts[band.measure]

    def passes(bound: Fraction | None, inclusive: bool) -> bool:
        return bound is not None and passed > cuts.index((bound, inclusive))

    lower = (band.at_least is None or passes(band.at_least, True)) and (
        band.above is None or passes(band.above, False)
    )
    capped = passes(band.at_most, False) or (not higher_band_counts and passes(band.below, True))
    return lower and not capped


def _type_of(ruleset: RuleSet, met: frozenset[str]) -> CommuneClass:
    for commune_type in ruleset.types:
        if sum(c.code in met for c in commune_type.criteria) >= commune_type.required:
            return commune_type.cls
    return CommuneClass.AFFECTED


def _sheet_notes(
    ruleset: RuleSet, period: Period, outcome: _Outcome, missing: tuple[str, ...]
) -> list[str]:
    return _period_notes(ruleset, period) + _class_notes(ruleset, outcome, missing)


def _class_notes(ruleset: RuleSet, outcome: _Outcome, missing: tuple[str, ...]) -> list[str]:
    notes = []
    if missing:
        names = "; ".join(ruleset.indicators[name] for name in missing)
        if len(outcome.possible) > 1:
            open_classes = "; ".join(ruleset.classes[c] for c in outcome.possible)
            notes.append(f"Chưa xếp loại được vì thiếu: {names}. Còn có thể là: {open_classes}.")
        else:
            notes.append(f"Thiếu: {names}. Số liệu thiếu không làm thay đổi kết quả xếp loại.")
    if outcome.cls is CommuneClass.DRUG_FREE and outcome.types != (CommuneClass.AFFECTED,):
        types = "; ".join(ruleset.classes[c] for c in outcome.types)
        notes.append(
            "Đạt đủ tiêu chí không ma túy nên được xếp loại này, dù theo tiêu chí phân loại"
            f" trọng điểm thì là: {types}. Đề nghị rà soát lại số liệu."
        )
    return notes


def _reading_notes(
    ruleset: RuleSet, cls: CommuneClass, other_cls: CommuneClass, higher_band_counts: bool
) -> list[str]:
    if cls is other_cls:
        return []
    used, other = "giá trị ở mức cao hơn cũng tính cho loại thấp hơn", "đúng câu chữ của từng mức"
    if not higher_band_counts:
        used, other = other, used
    return [
        f"Cách đọc đang dùng ({used}) cho kết quả «{ruleset.classes[cls]}»;"
        f" cách đọc kia ({other}) cho kết quả «{ruleset.classes[other_cls]}»."
    ]


def _period_notes(ruleset: RuleSet, period: Period) -> list[str]:
    notes = []
    is_early = period.end < ruleset.valid_from
    is_late = ruleset.valid_to is not None and period.start > ruleset.valid_to
    if is_early or is_late:
        notes.append(f"{ruleset.title} không có hiệu lực trong kỳ này.")
    if evaluation_year(period) is None:
        notes.append("Kỳ số liệu không phải kỳ đánh giá năm (15/12 năm trước đến 14/12).")
    return notes


def _route_notes(declared: bool | None, route: bool | None) -> list[str]:
    if declared is not None or route is None:
        return []
    shown = "nằm trên tuyến" if route else "không nằm trên tuyến nào"
    return [f"Chưa có số liệu về tuyến trọng điểm: tạm coi là {shown}."]
