"""What stands between a commune and a better class, in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from geo.terms import CommuneClass
from models.criterion_words import NOT_ENOUGH
from models.evidence import Assessment, Evidence, Result
from models.number_words import count_text
from models.possibilities import Known, span_of
from models.rule_parts import DRUG_FREE, Band, Criterion, KeyType, Measure, Number, Scheme
from models.ruleset import load_ruleset
from models.usable_figures import known_of

DONE_IN_THE_PERIOD = frozenset({"offenders_arrested", "plants", "plant_area_m2"})
"""Indicators that count what was done in a period: they do not become fewer any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One criterion that stands between a commune and a better class.

    `target`, or a better class, is reached by fulfilling `needed` of the steps with
    that target; the target `unknown` stands for being classed at all. `code` is the
    criterion's. `text` is a Vietnamese sentence with the number to be reached;
    `is_open`: a figure is missing and has to be declared first.
    """

    target: CommuneClass
    needed: int
    code: str
    label: str
    text: str
    is_open: bool


def nearest_type(assessment: Assessment) -> CommuneClass:
    """The type whose checklist says most about a commune.

    It is its own; of an unknown class the worst that is possible; else the type
    of which the fewest criteria are still to be met, the lowest first.
    """
    scheme = load_ruleset(assessment.ruleset).commune
    types = [t.cls for t in scheme.types]
    if assessment.cls in types:
        return assessment.cls
    if assessment.cls is CommuneClass.UNKNOWN:
        possible = [cls for cls in assessment.possible if cls in types]
        if possible:
            return possible[-1]
    lowest_first = list(reversed(scheme.types))
    return CommuneClass(min(lowest_first, key=lambda t: _types_left(assessment, t)).cls)


def _types_left(assessment: Assessment, key_type: KeyType) -> int:
    met = sum(row.result is Result.MET for row in _rows_of(assessment, key_type.cls))
    return key_type.required - met


def criteria_left(assessment: Assessment) -> int | None:
    """Number of drug-free criteria still to be met; None where missing data leave it open."""
    results = [row.result for row in _rows_of(assessment, DRUG_FREE)]
    left = sum(result is Result.NOT_MET for result in results)
    is_faulty = assessment.cls is CommuneClass.UNKNOWN and not left
    return None if Result.UNKNOWN in results or is_faulty else left


def what_is_missing(assessment: Assessment) -> tuple[Step, ...]:
    """What would have to change for the next better class, then for drug-free.

    Of an unknown class first come the figures without which there is none. A
    drug-free commune has nothing to improve.
    """
    if assessment.cls is CommuneClass.DRUG_FREE:
        return ()
    scheme = load_ruleset(assessment.ruleset).commune
    writer = _Writer(scheme, known_of(scheme, assessment))
    free = [r for r in _rows_of(assessment, DRUG_FREE) if r.result is not Result.MET]
    steps = writer.steps(CommuneClass.DRUG_FREE, len(free), free)
    if assessment.cls is CommuneClass.UNKNOWN:
        open_rows = [r for r in assessment.evidence if r.result is Result.UNKNOWN]
        first = writer.steps(CommuneClass.UNKNOWN, len(open_rows), open_rows)
        return (*_one_of_each_text(s for s in first if s.is_open), *steps)
    return (*_down(writer, scheme, assessment), *steps)


def _rows_of(assessment: Assessment, section: str) -> list[Evidence]:
    return [row for row in assessment.evidence if row.code.startswith(f"{section}.")]


def _down(writer: _Writer, scheme: Scheme, assessment: Assessment) -> list[Step]:
    """Steps out of the type that the commune has, if it has one."""
    own = next((t for t in scheme.types if t.cls == assessment.cls), None)
    if own is None:
        return []
    rows = [r for r in _rows_of(assessment, own.cls) if r.result is not Result.NOT_MET]
    n_met = sum(row.result is Result.MET for row in rows)
    routes = {criterion.code for criterion in own.criteria if criterion.key_route}
    better = CommuneClass(scheme.order[scheme.order.index(own.cls) - 1])
    below = [row for row in rows if row.code not in routes]
    return writer.steps(better, max(1, n_met - own.required + 1), below)


def _one_of_each_text(steps: Iterable[Step]) -> list[Step]:
    found: dict[str, Step] = {}
    for step in steps:
        found.setdefault(step.text, step)
    n = len(found)
    return [Step(s.target, n, s.code, s.label, s.text, s.is_open) for s in found.values()]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes steps from the criteria of a scheme and the figures of a commune."""

    scheme: Scheme
    known: Known

    def steps(self, target: CommuneClass, needed: int, rows: Sequence[Evidence]) -> list[Step]:
        """A step for each criterion, to bring it below its threshold or to zero."""
        criteria = {criterion.code: criterion for criterion in self.scheme.criteria}
        return [
            Step(
                target,
                needed,
                row.code,
                row.label,
                self._text(criteria[row.code], row),
                row.result is Result.UNKNOWN,
            )
            for row in rows
        ]

    def _text(self, criterion: Criterion, row: Evidence) -> str:
        if criterion.unknown:
            return "Tiêu chí của văn bản chưa được xác nhận."
        missing = [name for name, _value in row.inputs if self.known.get(name) is None]
        if row.result is Result.UNKNOWN:
            names = "; ".join(self.scheme.indicators[name] for name in missing)
            return f"Chưa đủ số liệu; phải khai: {names}."
        now = row.value if NOT_ENOUGH not in row.value else "chưa đủ số liệu"
        return f"Hiện {now}; {'; '.join(self._goals(criterion))}."

    def _goals(self, criterion: Criterion) -> Iterator[str]:
        for band in criterion.bands:
            measure = self.scheme.measures[band.measure]
            least, most = span_of(measure, self.known)
            per = self.known[measure.per] if measure.per else 1
            goal = _goal(band, measure, least, per) if per is not None else None
            if goal is not None:
                yield goal if least == most else goal.replace("phải giảm", "phải giảm ít nhất")


def _goal(band: Band, measure: Measure, value: Number, per: Number) -> str | None:
    """How far a measure has to fall to leave a band; None where it is not in it.

    What was done in the period stays as it is: its goal is one for the next period.
    """
    if band.at_least is not None:
        limit = band.at_least * per
        most = math.ceil(limit) - 1
        if value < limit:
            return None
    else:
        most = math.floor((band.above or band.at_most or 0) * per)
        if value <= most:
            return None
    if DONE_IN_THE_PERIOD.issuperset(measure.plus):
        below = f"dưới {count_text(most + 1)}" if most else "0"
        return f"tính cho kỳ sau: {below} {measure.unit}"
    left = f"còn {'nhiều nhất ' if most else ''}{count_text(most)} {measure.unit}"
    return f"phải giảm {count_text(value - most)} {measure.unit}, {left}"
