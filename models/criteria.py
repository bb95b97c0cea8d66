"""The class of a commune by a rule set: a pure function of its figures.

What is missing is never taken for zero. Every value it could have is tried, by
the bands between the thresholds; where all give one class, that class stands.
`drug_free` outranks the types. Both readings of the capped bands are computed.
Of what was declared and what the register holds, the worse counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import cast

from geo.records import Indicators
from geo.terms import CommuneClass
from models import class_notes
from models.class_steps import Step, criteria_left, nearest_type, what_is_missing
from models.criterion_words import from_higher_band
from models.evidence import Assessment, Evidence, Origin, Result, gather_evidence
from models.outcomes import Outcome, outcome_of
from models.possibilities import possible_bands
from models.register_figures import (
    NOTHING,
    ROUTE,
    Computed,
    Counted,
    Figure,
    RegisterFigures,
    computed_figures,
    figures_of,
    with_computed,
)
from models.rule_parts import DRUG_FREE, UNKNOWN, Scheme
from models.ruleset import RuleSet, load_ruleset, parse_ruleset, ruleset_for
from models.usable_figures import Facts, excepted_only, read_facts

__all__ = [
    "Assessment",
    "Counted",
    "Evidence",
    "Figure",
    "Origin",
    "RegisterFigures",
    "Result",
    "RuleSet",
    "Step",
    "assess",
    "criteria_left",
    "load_ruleset",
    "met_by_higher_band",
    "nearest_type",
    "parse_ruleset",
    "ruleset_for",
    "what_is_missing",
]


def assess(
    ruleset: RuleSet,
    declared: Indicators,
    register: RegisterFigures | None = None,
    *,
    higher_band_counts: bool | None = None,
    key_route_if_unknown: bool | None = None,
) -> Assessment:
    """Assess a commune by a rule set.

    `register` is what the register says of it. `higher_band_counts` is the reading of capped
    bands (None: the rule set's own); `key_route_if_unknown` stands in, noted, for a route unknown.

    >>> from models.periods import evaluation_period
    >>> zero = dict.fromkeys(load_ruleset().commune.indicators, 0) | {"residents": 9000}
    >>> assess(load_ruleset(), Indicators("23401", evaluation_period(2026), **zero)).cls.value
    'drug_free'
    """
    known = register or NOTHING
    computed = computed_figures(declared, known)
    facts = read_facts(ruleset.commune, declared, computed)
    route = computed.get(ROUTE, declared.on_key_route)
    route = key_route_if_unknown if route is None else bool(route)
    reading = ruleset.higher_band_counts if higher_band_counts is None else higher_band_counts
    outcome, other = _both_readings(ruleset.commune, facts, route, reading)
    case = _Case(ruleset, declared, known, computed, facts, route, reading, outcome, other)
    return Assessment(
        commune_code=declared.commune_code,
        period=declared.period,
        ruleset=ruleset.name,
        cls=_class(outcome.cls),
        evidence=cast("tuple[Evidence, ...]", case.evidence),
        missing=case.missing,
        notes=cast("tuple[str, ...]", case.notes),
        higher_band_counts=reading,
        other_cls=_class(other.cls),
        possible=_classes(outcome.possible),
        figures=cast("tuple[Figure, ...]", lambda: case.told),
        other_possible=_classes(other.possible),
    )


def met_by_higher_band(assessment: Assessment) -> frozenset[str]:
    """The codes of the criteria that a value of a higher band meets, by the reading in use."""
    if not assessment.higher_band_counts:
        return frozenset()
    results = {row.code: row.result for row in assessment.evidence}
    return from_higher_band(load_ruleset(assessment.ruleset).commune, results)


@dataclass(eq=False)
class _Case:
    """What an assessment is written from."""

    ruleset: RuleSet
    declared: Indicators
    register: RegisterFigures
    computed: Computed
    facts: Facts
    route: bool | None
    reading: bool
    outcome: Outcome
    other: Outcome

    @cached_property
    def used(self) -> Indicators:
        """The indicators with the worse of declared and registered."""
        return with_computed(self.declared, self.computed)

    @cached_property
    def told(self) -> tuple[Figure, ...]:
        """How each figure that the register can know came about."""
        return figures_of(self.declared, self.register)

    @property
    def missing(self) -> tuple[str, ...]:
        """The figures that are not known, the key route among them."""
        if self.route is None and _asks_for_route(self.ruleset.commune):
            return (*self.facts.missing, ROUTE)
        return self.facts.missing

    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence on every criterion."""
        return gather_evidence(
            self.ruleset.commune,
            self.used,
            self.facts.known,
            self.outcome,
            on_route=self.route,
            figures=self.told,
        )

    def notes(self) -> tuple[str, ...]:
        """The sentences of the sheet."""
        scheme, outcome, used = self.ruleset.commune, self.outcome, self.used
        return (
            *self.facts.notes,
            *class_notes.figure_notes(scheme, self.told),
            *class_notes.period_notes(self.ruleset, used.period),
            *class_notes.missing_notes(scheme, outcome, self.missing),
            *_drug_free_notes(scheme, outcome, self.facts),
            *class_notes.reading_notes(scheme, outcome.cls, self.other.cls, self.reading),
            *class_notes.route_notes(used.on_key_route, self.route),
            *self.register.notes,
        )


def _both_readings(
    scheme: Scheme, facts: Facts, route: bool | None, reading: bool
) -> tuple[Outcome, Outcome]:
    """Outcome under the reading asked for and under the other."""
    routes = (False, True) if route is None else (bool(route),)
    options = possible_bands(scheme, facts.known)
    used = outcome_of(scheme, reading, options, routes)
    other = outcome_of(scheme, not reading, options, routes)
    if not facts.is_faulty:
        return used, other
    return replace(used, cls=UNKNOWN), replace(other, cls=UNKNOWN)


def _drug_free_notes(scheme: Scheme, outcome: Outcome, facts: Facts) -> list[str]:
    if outcome.cls != DRUG_FREE:
        return []
    return class_notes.drug_free_notes(scheme, outcome, excepted_only(scheme, facts.known))


@cache
def _asks_for_route(scheme: Scheme) -> bool:
    return any(criterion.key_route for criterion in scheme.criteria)


@cache
def _class(code: str) -> CommuneClass:
    return CommuneClass(code)


@cache
def _classes(codes: tuple[str, ...]) -> tuple[CommuneClass, ...]:
    return tuple(_class(code) for code in codes)
