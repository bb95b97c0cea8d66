"""Rule sets as data: measures, bands and counts of criteria read from TOML.

The schema is documented at the head of `models/rulesets/qd28_2025.toml`.
Thresholds are exact fractions: 0.1 % of 12,345 is no float accident.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from geo.records import Indicators
from geo.terms import CommuneClass
from models.errors import RuleSetError

DEFAULT_RULESET = "qd28_2025"
Cut = tuple[Fraction, bool]
"""A threshold and whether reaching it passes (≥) or only exceeding it does (>)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum of indicators less another sum, by a denominator if there is one."""

    name: str
    plus: tuple[str, ...]
    unit: str
    minus: tuple[str, ...] = ()
    floor: tuple[str, ...] = ()
    per: str | None = None


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
    """One criterion of a type or of the drug-free commune; `code` is like `type_1.a`."""

    code: str
    label: str
    group: str
    citation: str
    bands: tuple[Band, ...] = ()
    key_route: bool = False
    others: int = 0
    others_type: CommuneClass | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class CommuneType:
    """A type of key commune: `required` of its criteria must be met."""

    cls: CommuneClass
    required: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, eq=False)
class RuleSet:
    """A decision as data; types are listed from worst to best."""

    name: str
    title: str
    valid_from: date
    valid_to: date | None
    higher_band_counts: bool
    indicators: Mapping[str, str]
    classes: Mapping[CommuneClass, str]
    measures: Mapping[str, Measure]
    cuts: Mapping[str, tuple[Cut, ...]]
    drug_free: tuple[Criterion, ...]
    types: tuple[CommuneType, ...]

    @property
    def criteria(self) -> Iterator[Criterion]:
        """All criteria, drug-free first, then the types from worst to best."""
        yield from self.drug_free
        for commune_type in self.types:
            yield from commune_type.criteria

    def others(self, criterion: Criterion) -> list[Criterion]:
        """Criteria a key-route criterion counts: of the type it names and of worse ones."""
        found: list[Criterion] = []
        for commune_type in self.types:
            found += [c for c in commune_type.criteria if not c.key_route]
            if commune_type.cls is criterion.others_type:
                break
        return found


@cache
def load_ruleset(name: str = DEFAULT_RULESET) -> RuleSet:
    """Load a rule set by its name.

    >>> load_ruleset("qd28_2025").types[0].required
    3

    Raises
    ------
    RuleSetError
        If there is no such rule set or its file contradicts the schema.
    """
    source = files("models") / "rulesets" / f"{name}.toml"
    if not re.fullmatch(r"\w+", name) or not source.is_file():
        raise RuleSetError(f"Không có bộ tiêu chí «{name}».")
    return parse_ruleset(source.read_text(encoding="utf-8"))


def parse_ruleset(text: str) -> RuleSet:
    """Build a rule set from the text of its file.

    Raises
    ------
    RuleSetError
        If the text is no TOML or contradicts the schema; the message says where.
    """
    try:
        raw = tomllib.loads(text, parse_float=Fraction)
        return _ruleset(raw)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise RuleSetError(f"Bộ tiêu chí không dùng được: {error!r}.") from error


def _ruleset(raw: Mapping[str, Any]) -> RuleSet:
    measures = {name: _measure(name, spec) for name, spec in raw["measures"].items()}
    drug_free = tuple(_criterion("drug_free", raw["drug_free"], c) for c in _criteria(raw))
    types = tuple(_type(spec) for spec in raw["types"])
    ruleset = RuleSet(
        name=raw["name"],
        title=raw["title"],
        valid_from=raw["valid_from"],
        valid_to=raw.get("valid_to"),
        higher_band_counts=raw["higher_band_counts"],
        indicators=dict(raw["indicators"]),
        classes={CommuneClass(code): label for code, label in raw["classes"].items()},
        measures=measures,
        cuts=_cuts(measures, (*drug_free, *(c for t in types for c in t.criteria))),
        drug_free=drug_free,
        types=types,
    )
    _check(ruleset)
    return ruleset


def _criteria(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(raw["drug_free"]["criteria"])


def _measure(name: str, spec: Mapping[str, Any]) -> Measure:
    return Measure(
        name=name,
        plus=tuple(spec["plus"]),
        unit=spec["unit"],
        minus=tuple(spec.get("minus", ())),
        floor=tuple(spec.get("floor", ())),
        per=spec.get("per"),
    )


def _type(spec: Mapping[str, Any]) -> CommuneType:
    cls = CommuneClass(spec["class"])
    criteria = tuple(_criterion(cls.value, spec, criterion) for criterion in spec["criteria"])
    return CommuneType(cls, int(spec["required"]), criteria)


def _criterion(prefix: str, parent: Mapping[str, Any], spec: Mapping[str, Any]) -> Criterion:
    others_type = spec.get("others_type")
    return Criterion(
        code=f"{prefix}.{spec['code']}",
        label=spec["label"],
        group=spec["group"],
        citation=f"{_point(prefix, spec['code'])}, {parent['citation']}",
        bands=tuple(_band(band) for band in spec.get("bands", ())),
        key_route=spec.get("key_route", False),
        others=spec.get("others", 0),
        others_type=CommuneClass(others_type) if others_type else None,
        unknown=spec.get("unknown", False),
    )


def _point(prefix: str, code: str) -> str:
    return f"tiêu chí {code}" if prefix == "drug_free" else f"điểm {code}"


def _band(spec: Mapping[str, Any]) -> Band:
    bounds = {key: Fraction(value) for key, value in spec.items() if key != "measure"}
    return Band(spec["measure"], **bounds)


def _cuts(
    measures: Mapping[str, Measure], criteria: tuple[Criterion, ...]
) -> dict[str, tuple[Cut, ...]]:
    """Per measure all its thresholds in ascending order, ≥ before > at the same value."""
    found: dict[str, set[Cut]] = {name: set() for name in measures}
    for criterion in criteria:
        for band in criterion.bands:
            found[band.measure].update(band.cuts)
    return {
        name: tuple(sorted(cuts, key=lambda c: (c[0], not c[1]))) for name, cuts in found.items()
    }


def _check(ruleset: RuleSet) -> None:
    known = {field.name for field in fields(Indicators)}
    used = {*ruleset.indicators}
    for measure in ruleset.measures.values():
        used |= {*measure.plus, *measure.minus, *measure.floor, measure.per or "residents"}
    if strange := used - known:
        raise ValueError(f"unknown indicators: {sorted(strange)}")
    if unlabelled := used - set(ruleset.indicators):
        raise ValueError(f"indicators without label: {sorted(unlabelled)}")
    if set(ruleset.classes) != set(CommuneClass):
        raise ValueError("every class needs a label")
    for criterion in ruleset.criteria:
        if bool(criterion.bands) + criterion.key_route + criterion.unknown != 1:
            raise ValueError(f"{criterion.code}: bands, key_route or unknown, exactly one")
