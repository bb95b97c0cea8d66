"""What a province has to look after: communes near drug-free, late ones, figures that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from geo.alphabet import vietnamese_key
from geo.records import Period
from geo.standing_terms import AssessmentState, UnitLevel
from geo.terms import CommuneClass
from models.assessment_flow import SIGNED
from models.assessment_steps import latest_steps
from models.criteria import Assessment, what_is_missing
from models.evidence import Evidence, Origin, Result, count_text
from models.register_figures import Figure
from models.ruleset import load_ruleset
from models.session import Session
from models.viewers import Viewer
from webapp.services.commune_table import CommuneLine
from webapp.services.due_dates import Due, due_dates

DRUG_FREE = "drug_free."
"""How the codes of the three criteria of article 6 begin."""


@dataclass(frozen=True, slots=True)
class NearlyFree:
    """A commune that has one criterion left to be drug-free: that criterion, and what to reach."""

    code: str
    name: str
    cls: CommuneClass
    criterion: Evidence
    step: str


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """A figure in words: as declared, as the register has it, and which one decides."""

    title: str
    declared: str
    computed: str
    by_register: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A commune whose declaration and the register tell different figures."""

    code: str
    name: str
    figures: tuple[ToldFigure, ...]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What is due in a period, and the communes that have not assessed themselves yet.

    `own` is the day that the province set for them, None where it set none; `waiting`
    are late once that day is past, `returned` of them were sent back. `to_approve`
    signed and wait for the province; `seen` is the latest step of any of its communes.
    """

    dues: tuple[Due, ...]
    own: Due | None
    waiting: tuple[CommuneLine, ...]
    returned: int
    to_approve: int
    total: int
    seen: int

    @property
    def is_late(self) -> bool:
        """Whether those that wait are late."""
        return self.own is not None and self.own.is_past


def nearly_free(
    lines: Sequence[CommuneLine], assessed: Mapping[str, Assessment]
) -> tuple[NearlyFree, ...]:
    """Communes with one criterion left, by that criterion and then by name.

    Where it is not known whether the criterion is met, it is left, too.
    """
    found = [
        _near(line, assessed[line.code])
        for line in lines
        if line.left == 1 and line.cls is not CommuneClass.DRUG_FREE
    ]
    return tuple(sorted(found, key=lambda each: (each.criterion.code, vietnamese_key(each.name))))


def differences(
    lines: Sequence[CommuneLine], assessed: Mapping[str, Assessment]
) -> tuple[Difference, ...]:
    """Communes with figures declared otherwise than the register has them, by name."""
    found = [
        Difference(line.code, line.name, tuple(_told(figure, each.ruleset) for figure in figures))
        for line in sorted(lines, key=lambda line: vietnamese_key(line.name))
        if (each := assessed.get(line.code)) and (figures := differing(each))
    ]
    return tuple(found)


def differing(assessment: Assessment | None) -> tuple[Figure, ...]:
    """The figures of a commune that were declared otherwise than the register has them."""
    figures = assessment.figures if assessment else ()
    return tuple(figure for figure in figures if figure.differs)


def find_deadlines(
    session: Session,
    viewer: Viewer,
    province_code: str,
    period: Period,
    lines: Sequence[CommuneLine],
    *,
    today: date,
    known_at: datetime | None = None,
) -> Deadlines:
    """What is due for a province, and which of its communes have not assessed themselves."""
    dues = due_dates(session, viewer, province_code, period, today, known_at=known_at)
    waiting = [line for line in lines if line.state not in SIGNED]
    steps = latest_steps(session, viewer, UnitLevel.COMMUNE, period, province_code=province_code)
    return Deadlines(
        dues=dues,
        own=next((due for due in dues if due.code == "self_assessment"), None),
        waiting=tuple(sorted(waiting, key=lambda line: vietnamese_key(line.name))),
        returned=sum(line.state is AssessmentState.RETURNED for line in waiting),
        to_approve=sum(line.state is AssessmentState.SELF_ASSESSED for line in lines),
        total=len(lines),
        seen=max((step.id for step in steps.values()), default=0),
    )


def _told(figure: Figure, ruleset: str) -> ToldFigure:
    title = load_ruleset(ruleset).commune.indicators[figure.name]
    return ToldFigure(
        title=title[:1].upper() + title[1:],
        declared=_written(figure.declared),
        computed=_written(figure.computed),
        by_register=figure.origin is Origin.COMPUTED,
    )


def _written(value: float | bool | None) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if value is None:
        return "–"
    return count_text(int(value) if value == int(value) else Fraction(value))


def _near(line: CommuneLine, assessment: Assessment) -> NearlyFree:
    rows = [row for row in assessment.evidence if row.code.startswith(DRUG_FREE)]
    left = next(row for row in rows if row.result is not Result.MET)
    steps = [step.text for step in what_is_missing(assessment) if step.code == left.code]
    return NearlyFree(line.code, line.name, line.cls, left, steps[0] if steps else "")
