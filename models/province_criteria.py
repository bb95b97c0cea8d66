"""The class of a province by a rule set: a pure function of its communes' assessments.

Communes that are not assessed, and figures that are missing, are intervals from
what is known upwards, never zero. The class is unknown only where some value of
what is missing would change it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.records import Period
from geo.standing_terms import ProvinceClass
from models import class_notes
from models.evidence import Assessment, Evidence
from models.outcomes import Outcome, outcome_of
from models.possibilities import Span, share_cells
from models.province_evidence import gather_province_evidence
from models.province_sums import ProvinceSums, add_up
from models.rule_parts import UNKNOWN, RuleSet, Scheme

__all__ = ["ProvinceAssessment", "assess_province"]


@dataclass(frozen=True, slots=True)
class ProvinceAssessment:
    """Class of a province in a period with what it rests on.

    `evidence` has codes `drug_free.1` … `drug_free.3` and `key.1` … `key.6`; the
    records of a criterion are the codes of the communes that count in it. `missing`
    names the figures that some commune lacks; `incomplete` are the codes of the
    communes not assessed or lacking a figure. `other_cls` is the class under the
    other reading of the bands, `possible` what the missing data leave open, best
    first. `n_assessed` of `n_communes` communes have an assessment.
    """

    province_code: str
    period: Period
    ruleset: str
    cls: ProvinceClass
    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    other_cls: ProvinceClass
    possible: tuple[ProvinceClass, ...]
    n_communes: int
    n_assessed: int
    incomplete: tuple[str, ...] = ()


def assess_province(  # noqa: PLR0917
    ruleset: RuleSet,
    province_code: str,
    period: Period,
    communes: Sequence[Assessment],
    codes: Collection[str],
    inter_route: bool | None,
) -> ProvinceAssessment:
    """Assess a province from the assessments of its communes.

    `codes` are all communes of the province on the map in force, also where the period
    began before that map did: an assessment under another code (of another province, of an
    old commune) is left out and told. `inter_route` tells whether an inter-provincial key route
    passes, None if not known.
    """
    scheme = ruleset.province
    sums = add_up(ruleset, communes, frozenset(codes))
    outcome = _outcome(scheme, sums.spans, sums.wholes, inter_route)
    other = _outcome(scheme, sums.spans_otherwise, sums.wholes, inter_route)
    if not sums.n_communes:
        outcome, other = replace(outcome, cls=UNKNOWN), replace(other, cls=UNKNOWN)
    missing = sums.missing + (("on_inter_route",) if _lacks_route(scheme, inter_route) else ())
    return ProvinceAssessment(
        province_code=province_code,
        period=period,
        ruleset=ruleset.name,
        cls=ProvinceClass(outcome.cls),
        evidence=gather_province_evidence(scheme, sums, inter_route, outcome),
        missing=missing,
        notes=(
            *_commune_notes(sums),
            *class_notes.period_notes(ruleset, period),
            *_class_notes(scheme, sums, outcome, other, missing),
        ),
        other_cls=ProvinceClass(other.cls),
        possible=tuple(ProvinceClass(cls) for cls in outcome.possible),
        n_communes=sums.n_communes,
        n_assessed=sums.n_assessed,
        incomplete=sums.incomplete,
    )


def _lacks_route(scheme: Scheme, inter_route: bool | None) -> bool:
    return inter_route is None and any(criterion.key_route for criterion in scheme.criteria)


def _class_notes(
    scheme: Scheme, sums: ProvinceSums, outcome: Outcome, other: Outcome, missing: Sequence[str]
) -> list[str]:
    return [
        *class_notes.missing_notes(scheme, outcome, missing),
        *class_notes.drug_free_notes(scheme, outcome),
        *class_notes.reading_notes(scheme, outcome.cls, other.cls, sums.higher_band_counts),
    ]


def _outcome(
    scheme: Scheme,
    spans: Mapping[str, Span],
    wholes: Mapping[str, Span],
    inter_route: bool | None,
) -> Outcome:
    bands = tuple(
        frozenset(share_cells(scheme.cuts[name], spans[name], wholes[measure.per or ""]))
        for name, measure in scheme.measures.items()
    )
    routes = (False, True) if inter_route is None else (inter_route,)
    return outcome_of(scheme, True, frozenset({bands}), routes)


def _commune_notes(sums: ProvinceSums) -> list[str]:
    notes = []
    if not sums.n_communes:
        notes.append("Bản đồ của kỳ này không có xã nào thuộc tỉnh: không có gì để xếp loại.")
    if not_assessed := sums.n_communes - sums.n_assessed:
        notes.append(
            f"{not_assessed} trên {sums.n_communes} xã chưa có đánh giá; số liệu của các xã này"
            " coi là chưa biết, không coi là 0."
        )
    if lacking := len(sums.incomplete) - not_assessed:
        notes.append(f"{lacking} xã đã đánh giá còn thiếu số liệu.")
    if sums.n_strange:
        notes.append(
            f"{sums.n_strange} đánh giá của xã không thuộc tỉnh này trong kỳ, không tính vào."
        )
    return notes
