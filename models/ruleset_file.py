"""Rule sets read from TOML and checked against the schema."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from geo.records import Indicators
from geo.standing_terms import ProvinceClass
from geo.terms import CommuneClass
from models.errors import RuleSetError
from models.rule_parts import (
    AFFECTED,
    DRUG_FREE,
    UNKNOWN,
    Band,
    Criterion,
    Cut,
    KeyType,
    Measure,
    RuleSet,
    Scheme,
)

Table = Mapping[str, Any]

_OF_COMMUNES = frozenset(f.name for f in fields(Indicators)) - {"commune_code", "period", "line"}
_OF_PROVINCES = _OF_COMMUNES - {"on_key_route"} | {"communes", "key_communes", "on_inter_route"}


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


def _ruleset(raw: Table) -> RuleSet:
    ruleset = RuleSet(
        name=raw["name"],
        title=raw["title"],
        valid_from=raw["valid_from"],
        valid_to=raw.get("valid_to"),
        higher_band_counts=raw["higher_band_counts"],
        commune=_scheme(raw["commune"]),
        province=_scheme(raw["province"]),
    )
    _check(ruleset.commune, _OF_COMMUNES, set(CommuneClass))
    _check(ruleset.province, _OF_PROVINCES, set(ProvinceClass))
    if ruleset.valid_to is not None and ruleset.valid_to < ruleset.valid_from:
        raise ValueError("valid_to lies before valid_from")
    return ruleset


def _scheme(raw: Table) -> Scheme:
    measures = {name: _measure(name, spec) for name, spec in raw["measures"].items()}
    free = raw["drug_free"]
    drug_free = tuple(_criterion(DRUG_FREE, free, spec) for spec in free["criteria"])
    types = tuple(_type(spec) for spec in raw["types"])
    return Scheme(
        indicators=dict(raw["indicators"]),
        classes=dict(raw["classes"]),
        measures=measures,
        cuts=_cuts(measures, (*drug_free, *(c for t in types for c in t.criteria))),
        drug_free=drug_free,
        drug_free_first=free["first"],
        types=types,
    )


def _measure(name: str, spec: Table) -> Measure:
    return Measure(
        name=name,
        plus=tuple(spec["plus"]),
        unit=spec["unit"],
        minus=tuple(spec.get("minus", ())),
        floor=tuple(spec.get("floor", ())),
        per=spec.get("per"),
    )


def _type(spec: Table) -> KeyType:
    cls = spec["class"]
    criteria = tuple(_criterion(cls, spec, criterion) for criterion in spec["criteria"])
    return KeyType(cls, int(spec["required"]), criteria)


def _criterion(section: str, parent: Table, spec: Table) -> Criterion:
    return Criterion(
        code=f"{section}.{spec['code']}",
        label=spec["label"],
        group=spec["group"],
        citation=f"{parent.get('point', 'tiêu chí')} {spec['code']}, {parent['citation']}",
        bands=tuple(_band(band) for band in spec.get("bands", ())),
        key_route=spec.get("key_route"),
        others=spec.get("others", 0),
        others_type=spec.get("others_type"),
        unknown=spec.get("unknown", False),
    )


def _band(spec: Table) -> Band:
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


def _check(scheme: Scheme, known: frozenset[str], classes: set[Any]) -> None:
    used = {*scheme.indicators}
    for measure in scheme.measures.values():
        used |= {*measure.fields, *measure.floor}
    used |= {criterion.key_route for criterion in scheme.criteria if criterion.key_route}
    if strange := used - known:
        raise ValueError(f"unknown indicators: {sorted(strange)}")
    if unlabelled := used - set(scheme.indicators):
        raise ValueError(f"indicators without label: {sorted(unlabelled)}")
    if set(scheme.classes) != classes:
        raise ValueError("every class needs a label")
    types = {key_type.cls for key_type in scheme.types}
    if strange := types - classes | types & {DRUG_FREE, AFFECTED, UNKNOWN}:
        raise ValueError(f"no types: {sorted(strange)}")
    for criterion in scheme.criteria:
        _check_criterion(criterion, types)


def _check_criterion(criterion: Criterion, types: set[str]) -> None:
    ways = bool(criterion.bands) + bool(criterion.key_route) + criterion.unknown
    if ways != 1:
        raise ValueError(f"{criterion.code}: bands, key_route or unknown, exactly one")
    if criterion.others_type is not None and criterion.others_type not in types:
        raise ValueError(f"{criterion.code}: no such type {criterion.others_type}")
