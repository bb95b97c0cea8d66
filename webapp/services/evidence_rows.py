"""The rows of an evaluation as the pages of assessments show them, signed or as of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.records import Period
from geo.standing_terms import UnitLevel
from models.criterion_words import from_higher_band
from models.rule_parts import RuleSet, Scheme
from models.ruleset import load_ruleset, ruleset_for
from webapp.services.signed_evaluations import AnyAssessment

Content = Mapping[str, Any]
_SHOWN = ("code", "label", "citation", "value", "threshold", "result", "origin")


@dataclass(frozen=True, slots=True)
class Difference:
    """A criterion whose value or result is no longer what was signed."""

    label: str
    signed: str
    now: str


def basis_of(
    level: UnitLevel, period: Period, content: Content | None, now: AnyAssessment | None
) -> dict[str, Any]:
    """What the block of an assessment tells of its basis, by the names of its fields."""
    rules = _rules_of(content, now, period)
    scheme = rules.commune if level is UnitLevel.COMMUNE else rules.province
    return {
        "ruleset_title": rules.title,
        "is_confirmed": scheme.tells_drug_free,
        "evidence": _rows(content, now, scheme),
        "notes": _notes(content, now),
        "differences": () if content is None else _moved(content, now),
    }


def _rules_of(content: Content | None, now: AnyAssessment | None, period: Period) -> RuleSet:
    """The rule set that an evaluation was made by, that in force where there is none."""
    if content is not None:
        return load_ruleset(content["assessment"]["ruleset"])
    return load_ruleset(now.ruleset) if now is not None else ruleset_for(period)


def _rows(
    content: Content | None, now: AnyAssessment | None, scheme: Scheme
) -> tuple[Mapping[str, Any], ...]:
    """The criteria, the signed ones before those of now.

    `is_free` tells the criteria of the drug-free unit from those of key areas; `higher`
    those met by a value of a higher band.
    """
    if content is not None:
        rows: Sequence[Mapping[str, Any]] = content["assessment"]["evidence"]
        reads = content["assessment"].get("higher_band_counts", True)
    else:
        told = () if now is None else now.evidence
        rows = [{name: getattr(row, name) for name in _SHOWN} for row in told]
        reads = getattr(now, "higher_band_counts", True)
    results = {row["code"]: row["result"] for row in rows}
    higher = from_higher_band(scheme, results) if reads else ()
    free = {criterion.code for criterion in scheme.drug_free}
    return tuple(
        {**row, "is_free": row["code"] in free, "higher": row["code"] in higher} for row in rows
    )


def _notes(content: Content | None, now: AnyAssessment | None) -> tuple[str, ...]:
    """The sentences of the sheet, as signed or as of now."""
    if content is not None:
        return tuple(content["assessment"]["notes"])
    return () if now is None else now.notes


def _moved(content: Content, now: AnyAssessment | None) -> tuple[Difference, ...]:
    """Criteria whose values moved since the signature, in their order."""
    fresh = {} if now is None else {row.code: row for row in now.evidence}
    found = []
    for row in content["assessment"]["evidence"]:
        other = fresh.get(row["code"])
        said = "không còn số liệu" if other is None else other.value
        if other is None or (said, other.result) != (row["value"], row["result"]):
            found.append(Difference(row["label"], row["value"], said))
    return tuple({(d.label, d.signed): d for d in found}.values())
