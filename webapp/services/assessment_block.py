"""The workflow of one assessment as a page shows it: state, who did what, what can be done.

`_assessment_steps.html` draws it, on the page of the assessment and on those of communes
and provinces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from geo.records import Period
from geo.standing_terms import AssessmentAction, AssessmentState, ProvinceClass, UnitLevel
from geo.terms import CommuneClass
from models import assessment_flow, assessment_lists, assessment_steps, assessments
from models.assessment_flow import ClassList
from models.assessment_lists import Listing
from models.assessment_steps import Step, StepHead
from models.periods import evaluation_year, is_provisional, period_code
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp import labels, standing_labels
from webapp.services.assessment_actions import NEEDS_DECISION, NEEDS_REASON
from webapp.services.assessment_cases import Case, Unit, find_unit, read_case
from webapp.services.evaluations import Evaluations
from webapp.services.evidence_rows import Difference, basis_of
from webapp.told import told

BUTTONS: Mapping[AssessmentAction, str] = {
    AssessmentAction.SELF_ASSESS: "Ký tự đánh giá",
    AssessmentAction.APPROVE: "Duyệt",
    AssessmentAction.SEND_BACK: "Trả lại",
    AssessmentAction.REOPEN: "Rút quyết định duyệt",
    AssessmentAction.LIST: "Đưa vào danh sách",
    AssessmentAction.DELIST: "Đưa ra khỏi danh sách",
}

_SIGN_ANEW = told("Ký lại tự đánh giá")

LISTS: Mapping[ClassList, str] = {
    ClassList.DRUG_FREE: "danh sách địa bàn không ma túy",
    ClassList.KEY: "danh sách địa bàn trọng điểm về ma túy",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: its form wants a reason or a decision; `hindered` says why it cannot be used."""

    action: AssessmentAction
    label: str
    hindered: str
    needs_reason: bool
    needs_decision: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as it is told; `cls` in words."""

    id: int
    action: AssessmentAction
    label: str
    cls: str
    reason: str
    decision: str
    decided_on: date | None
    at: datetime
    by_user: str


@dataclass(frozen=True, slots=True)
class AssessmentBlock:
    """Everything the block shows.

    `cls` is the code of the class that stands (the signed one once signed), `cls_now`
    of the one the data give; `differs` only where something is signed. `is_confirmed`:
    whether the criteria of the rule set are. `evidence` are the rows of what stands
    (`evidence_rows.basis_of`). `path` takes the posted forms; `seen` is the last step.
    """

    unit: Unit
    period: Period
    period_code: str
    state: AssessmentState
    state_label: str
    is_provisional: bool
    is_signable: bool
    cls: str
    cls_label: str
    cls_now: str
    cls_now_label: str
    differs: bool
    differences: tuple[Difference, ...]
    ruleset_title: str
    is_confirmed: bool
    evidence: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...]
    listed: str
    listing: Listing | None
    steps: tuple[StepLine, ...]
    choices: tuple[Choice, ...]
    in_scope: bool
    seen: int
    path: str


def read_block(
    database: Database,
    viewer: Viewer,
    level: UnitLevel,
    code: str,
    period: Period,
    *,
    today: date,
    known_at: datetime | None = None,
) -> AssessmentBlock:
    """The block of a unit in a transaction of its own."""
    with unit_of_work(database, viewer, read_only=True) as session:
        unit = find_unit(session, viewer, level, code)
        return assessment_block(session, viewer, unit, period, today=today, known_at=known_at)


def assessment_block(
    session: Session,
    viewer: Viewer,
    unit: Unit,
    period: Period,
    *,
    today: date,
    known_at: datetime | None = None,
    evaluations: Evaluations | None = None,
) -> AssessmentBlock:
    """The block of a unit for a period; with `known_at` (UTC) as it stood, without buttons.

    Outside the viewer's scope only state, class and list are there. `evaluations` are
    those made already in a transaction that only reads.
    """
    case = read_case(
        session, viewer, unit, period, today=today, known_at=known_at, evaluations=evaluations
    )
    choices = _choices(viewer, case) if known_at is None else ()
    return _told(session, viewer, case, choices, known_at)


def _told(
    session: Session,
    viewer: Viewer,
    case: Case,
    choices: tuple[Choice, ...],
    known_at: datetime | None,
) -> AssessmentBlock:
    unit, period = case.unit, case.period
    level = unit.level
    head, listing = _latest(session, viewer, case, known_at)
    state = AssessmentState.DRAFT if head is None else head.state
    is_signed = head is not None and assessment_steps.is_signed(head)
    cls_now = _class_now(session, viewer, case)
    cls = head.cls if head is not None and is_signed else cls_now
    content = case.last.content if is_signed and case.last is not None else None
    folder = "communes" if unit.level is UnitLevel.COMMUNE else "provinces"
    return AssessmentBlock(
        unit=unit,
        period=period,
        period_code=period_code(period),
        state=state,
        state_label=standing_labels.ASSESSMENT_STATES[state],
        is_provisional=is_provisional(period, case.before.today),
        is_signable=evaluation_year(period) is not None,
        cls=cls,
        cls_label=class_label(level, cls),
        cls_now=cls_now,
        cls_now_label=class_label(level, cls_now),
        differs=case.before.moved is True,
        **basis_of(level, period, content, case.now),
        listed="" if listing is None else LISTS[listing.list],
        listing=listing,
        steps=tuple(_line(step) for step in case.steps),
        choices=choices,
        in_scope=_covers(viewer, unit),
        seen=0 if head is None else head.id,
        path=f"/{folder}/{unit.code}/assessment",
    )


def _class_now(session: Session, viewer: Viewer, case: Case) -> str:
    """The class that the data give; of a commune outside the scope the one everybody may know."""
    if case.now is not None:
        return case.now.cls.value
    code = case.unit.code
    if _covers(viewer, case.unit) or case.unit.level is not UnitLevel.COMMUNE:
        return assessment_flow.UNKNOWN
    found = assessments.classes(session, viewer, case.period, commune_code=code)
    return found.get(code, CommuneClass.UNKNOWN).value


def _latest(
    session: Session, viewer: Viewer, case: Case, known_at: datetime | None
) -> tuple[StepHead | None, Listing | None]:
    """What everybody may know: the last step and the list."""
    level, code, period = case.unit.level, case.unit.code, case.period
    heads = assessment_steps.latest_steps(
        session, viewer, level, period, unit_code=code, known_at=known_at
    )
    lists = assessment_lists.listings(
        session, viewer, level, period, unit_code=code, known_at=known_at
    )
    return heads.get(code), lists.get(code)


def class_label(level: UnitLevel, cls: str) -> str:
    """The class of a commune or province in words.

    >>> class_label(UnitLevel.PROVINCE, "key")
    'Trọng điểm'
    """
    if level is UnitLevel.COMMUNE:
        return labels.COMMUNE_CLASSES[CommuneClass(cls)]
    return standing_labels.PROVINCE_CLASSES[ProvinceClass(cls)]


def _covers(viewer: Viewer, unit: Unit) -> bool:
    code = unit.code if unit.level is UnitLevel.COMMUNE else None
    return viewer.scope.covers(unit.province_code, code)


def _choices(viewer: Viewer, case: Case) -> tuple[Choice, ...]:
    unit = case.unit
    if evaluation_year(case.period) is None:
        return ()
    found = assessment_flow.allowed_actions(
        viewer, unit.level, unit.province_code, unit.code, case.before
    )
    return tuple(
        Choice(
            action,
            _SIGN_ANEW if _is_anew(action, case) else BUTTONS[action],
            why,
            action in NEEDS_REASON,
            action in NEEDS_DECISION,
        )
        for action, why in found.items()
    )


def _is_anew(action: AssessmentAction, case: Case) -> bool:
    signed = case.before.state is AssessmentState.SELF_ASSESSED
    return action is AssessmentAction.SELF_ASSESS and signed


def _line(step: Step) -> StepLine:
    return StepLine(
        id=step.id,
        action=step.action,
        label=standing_labels.ASSESSMENT_ACTIONS[step.action],
        cls=step.cls,
        reason=step.reason,
        decision=step.decision,
        decided_on=step.decided_on,
        at=step.at,
        by_user=step.by_user,
    )
