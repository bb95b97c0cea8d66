"""The parts of a rule set: measures, bands, criteria, and what they make of a unit.

Thresholds are exact fractions: 0.1 % of 12,345 is no float accident.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

Number = int | Fraction
Cut = tuple[Fraction, bool]
"""A threshold and whether reaching it passes (≥) or only exceeding it does (>)."""

DRUG_FREE, AFFECTED, UNKNOWN = "drug_free", "affected", "unknown"
"""Classes that communes and provinces have in common; the others are types."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum of indicators less another sum, by a denominator if there is one."""

    name: str
    plus: tuple[str, ...]
    unit: str
    minus: tuple[str, ...] = ()
    floor: tuple[str, ...] = ()
    per: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """All indicators that the measure is made of."""
        return (*self.plus, *self.minus, *((self.per,) if self.per else ()))


@dataclass(frozen=True, slots=True)
class Band:
    """Bounds on a measure: ≥ at_least, > above, < below, ≤ at_most."""

    measure: str
    at_least: Fraction | None = None
    above: Fraction | None = None
    below: Fraction | None = None
    at_most: Fraction | None = None

    @property
    def cuts(self) -> Iterator[Cut]:
        """The thresholds that the bounds refer to."""
        bounds = (
            (self.at_least, True),
            (self.above, False),
            (self.below, True),
            (self.at_most, False),
        )
        return ((value, inclusive) for value, inclusive in bounds if value is not None)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a type or of the drug-free unit; `code` is like `type_1.a`.

    `key_route` names the indicator that tells whether the unit is on a key route.
    """

    code: str
    label: str
    group: str
    citation: str
    bands: tuple[Band, ...] = ()
    key_route: str | None = None
    others: int = 0
    others_type: str | None = None
    unknown: bool = False

    @property
    def section(self) -> str:
        """The class that the criterion belongs to: `drug_free` or a type.

        >>> Criterion("type_1.a", "", "", "").section
        'type_1'
        """
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class KeyType:
    """A type of key unit: `required` of its criteria must be met."""

    cls: str
    required: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, eq=False)
class Scheme:
    """All criteria for one level of units; types are listed from worst to best.

    `indicators` and `classes` give Vietnamese labels by code, `cuts` all thresholds
    of a measure in ascending order. `drug_free_first`: a unit that is drug-free is
    so whatever types it meets; otherwise types are tried first.
    """

    indicators: Mapping[str, str]
    classes: Mapping[str, str]
    measures: Mapping[str, Measure]
    cuts: Mapping[str, tuple[Cut, ...]]
    drug_free: tuple[Criterion, ...]
    drug_free_first: bool
    types: tuple[KeyType, ...]

    @property
    def criteria(self) -> Iterator[Criterion]:
        """All criteria, drug-free first, then the types from worst to best."""
        yield from self.drug_free
        for key_type in self.types:
            yield from key_type.criteria

    @property
    def order(self) -> tuple[str, ...]:
        """The classes from best to worst."""
        return (DRUG_FREE, AFFECTED, *(t.cls for t in reversed(self.types)))

    @property
    def tells_drug_free(self) -> bool:
        """Whether every criterion of the drug-free unit is confirmed, so that one can be."""
        return bool(self.drug_free) and not any(c.unknown for c in self.drug_free)

    def others(self, criterion: Criterion) -> list[Criterion]:
        """Criteria a key-route criterion counts: of the type it names and of worse ones."""
        found: list[Criterion] = []
        for key_type in self.types:
            found += [c for c in key_type.criteria if not c.key_route]
            if key_type.cls == criterion.others_type:
                break
        return found


@dataclass(frozen=True, eq=False)
class RuleSet:
    """A decision as data: one scheme for communes, one for provinces."""

    name: str
    title: str
    valid_from: date
    valid_to: date | None
    higher_band_counts: bool
    commune: Scheme
    province: Scheme

    def is_in_force(self, day: date) -> bool:
        """Whether the decision holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
