"""The criteria of a commune as a checklist: value, threshold, result, source, records behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from geo.terms import CommuneClass
from models.class_notes import figure_notes
from models.criteria import Assessment, Step, met_by_higher_band, nearest_type, what_is_missing
from models.evidence import Evidence, Origin, Result
from models.register_figures import Figure
from models.rule_parts import Scheme
from models.ruleset import load_ruleset
from webapp.labels import COMMUNE_CLASSES
from webapp.services.commune_differences import Difference, Records, difference_of, records_of
from webapp.told import told

SHORT_TITLES = {
    "drug_free.1": "Không có người nghiện, sử dụng trái phép",
    "drug_free.2": "Không có đối tượng vi phạm, truy nã lẩn trốn",
    "drug_free.3": "Không có điểm tổ chức, chứa chấp",
}
"""Article 6 of Decision 28/2025: code in the evidence and its short name."""

GROUP_TITLES = {
    "persons": "Người nghiện, người sử dụng",
    "offenders": "Vi phạm, truy nã lẩn trốn",
    "use_dens": "Điểm tổ chức, chứa chấp",
    "arrests": "Đối tượng bị bắt trên địa bàn",
    "plants": "Cây có chứa chất ma túy",
    "route": "Tuyến trọng điểm",
}
"""What the criteria of a group ask about, where there is little room."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One criterion; `met` is None where it is not known; `higher`: by a higher band."""

    number: str
    title: str
    law: str
    citation: str
    met: bool | None
    higher: bool
    value: str
    threshold: str
    source: str
    records: Records | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class TypeChecks:
    """The criteria of one type: how many are met, may be met and must be for the type."""

    cls: str
    lines: tuple[CheckLine, ...]
    required: int
    n_met: int
    n_open: int
    here: bool
    nearest: bool


@dataclass(frozen=True, slots=True)
class GoalStep:
    """One thing to do; `is_open`: a figure has to be declared first."""

    title: str
    text: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """What leads to a better class: `needed` of the steps, or all of them.

    The target `unknown` stands for being classed at all.
    """

    target: str
    needed: int
    steps: tuple[GoalStep, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """The evaluation sheet of a commune."""

    ruleset_title: str
    is_confirmed: bool
    drug_free: tuple[CheckLine, ...]
    types: tuple[TypeChecks, ...]
    goals: tuple[Goal, ...]
    differences: tuple[Difference, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    possible: tuple[str, ...]
    other_cls: str
    higher_band_counts: bool
    used: Mapping[str, int | float | bool | None] = field(default_factory=dict)

    @property
    def n_free(self) -> int:
        """Drug-free criteria that are met."""
        return sum(line.met is True for line in self.drug_free)


def checklist(assessment: Assessment) -> Checklist:
    """The sheet of an assessment, in the words of the page."""
    ruleset = load_ruleset(assessment.ruleset)
    scheme = ruleset.commune
    differences = {f.name: d for f in assessment.figures if (d := difference_of(f, scheme))}
    told = differences, met_by_higher_band(assessment)
    lines = {row.code: _line(row, assessment.figures, *told) for row in assessment.evidence}
    other = assessment.other_cls
    return Checklist(
        ruleset_title=ruleset.title,
        is_confirmed=scheme.tells_drug_free,
        drug_free=tuple(lines[c.code] for c in scheme.drug_free if c.code in lines),
        types=_types(assessment, scheme, lines),
        goals=_goals(what_is_missing(assessment), scheme),
        differences=tuple(differences.values()),
        missing=tuple(scheme.indicators[name] for name in assessment.missing),
        notes=_notes(assessment, scheme),
        possible=tuple(cls.value for cls in assessment.possible),
        other_cls="" if other is assessment.cls else other.value,
        higher_band_counts=assessment.higher_band_counts,
        used=used_figures(assessment),
    )


def used_figures(assessment: Assessment) -> dict[str, int | float | bool | None]:
    """Indicator → the figure that the class rests on, as far as its evidence names it."""
    return {name: value for row in assessment.evidence for name, value in row.inputs}


def _line(
    row: Evidence,
    figures: Sequence[Figure],
    differences: Mapping[str, Difference],
    higher: Collection[str],
) -> CheckLine:
    names = [name for name, _ in row.inputs]
    behind = [f for f in figures if f.name in names and f.records]
    return CheckLine(
        number=row.code.partition(".")[2],
        title=SHORT_TITLES.get(row.code, row.label),
        law=row.label if row.code in SHORT_TITLES else "",
        citation=row.citation,
        met={Result.MET: True, Result.NOT_MET: False}.get(row.result),
        higher=row.code in higher,
        value=row.value,
        threshold=row.threshold,
        source=_source(row, figures),
        records=records_of(behind[0]) if behind else None,
        differences=tuple(differences[name] for name in names if name in differences),
    )


def _source(row: Evidence, figures: Sequence[Figure]) -> str:
    """Where the figures of a criterion came from, in words."""
    if all(value is None for _, value in row.inputs):
        return told("chưa có số liệu")
    if row.origin is Origin.DECLARED:
        return told("xã khai báo")
    names = {name for name, _ in row.inputs}
    computed = {f.name for f in figures if f.name in names and f.origin is Origin.COMPUTED}
    return told("hồ sơ") if not computed or computed == names else told("hồ sơ và khai báo")


def _types(
    assessment: Assessment, scheme: Scheme, lines: Mapping[str, CheckLine]
) -> tuple[TypeChecks, ...]:
    """The types, the one that says most about the commune first, then from better to worse."""
    nearest = nearest_type(assessment)
    found = []
    for kind in reversed(scheme.types):
        own = tuple(lines[c.code] for c in kind.criteria if c.code in lines)
        found.append(
            TypeChecks(
                cls=kind.cls,
                lines=own,
                required=kind.required,
                n_met=sum(line.met is True for line in own),
                n_open=sum(line.met is None for line in own),
                here=kind.cls == assessment.cls,
                nearest=kind.cls == nearest,
            )
        )
    return tuple(sorted(found, key=lambda kind: not kind.nearest))


def _goals(steps: Sequence[Step], scheme: Scheme) -> tuple[Goal, ...]:
    """Steps by the class they lead to."""
    titles = {c.code: GROUP_TITLES.get(c.group, c.label) for c in scheme.criteria}
    grouped = groupby(steps, key=lambda step: (step.target, step.needed))
    return tuple(
        Goal(
            target.value,
            needed,
            tuple(GoalStep(titles.get(s.code, s.label), s.text, s.is_open) for s in group),
        )
        for (target, needed), group in grouped
    )


def _notes(assessment: Assessment, scheme: Scheme) -> tuple[str, ...]:
    """The notes of the sheet without those on differences, which are told by themselves."""
    told = set(figure_notes(scheme, assessment.figures))
    return tuple(note for note in assessment.notes if note not in told)


def class_words(cls: CommuneClass | str) -> str:
    """A class in words within a sentence."""
    words = COMMUNE_CLASSES[cls]
    return words[:1].lower() + words[1:]
