"""What people do with assessments: sign, approve, send back, take back, list, take off.

Each is one transaction: the evaluation is made from the data of that moment, the step is
written with it, the stored assessment follows, and the audit trail says who did what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from geo.cells import UnreadableCellError, parse_date
from geo.records import Period
from geo.standing_terms import AssessmentAction, UnitLevel
from geo.terms import DatePrecision
from geo.typed_text import typed_text, without_marks
from models import assessment_drafts, assessment_flow, assessment_steps, assessments, audit
from models.assessment_flow import Situation
from models.assessment_steps import NewStep, Step
from models.assessments import State
from models.criteria import Assessment
from models.errors import ConflictError, InvalidValueError
from models.periods import today as day_of
from models.repeating import repeatable
from models.ruleset import ruleset_for
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.assessment_cases import Case, find_unit, read_case, signed_step
from webapp.services.signed_evaluations import signed_content

MAX_REASON, MAX_DECISION = 300, 120

NEEDS_REASON = frozenset({AssessmentAction.SEND_BACK, AssessmentAction.REOPEN})
NEEDS_DECISION = frozenset({AssessmentAction.LIST, AssessmentAction.DELIST})
BACK_TO_DRAFT = NEEDS_REASON


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form of an action; `seen` is the last step on the screen."""

    seen: int | None = None
    reason: str = ""
    decision: str = ""
    decided_on: str = ""


@repeatable
def act(
    database: Database,
    viewer: Viewer,
    level: UnitLevel,
    code: str,
    period: Period,
    *,
    action: AssessmentAction,
    typed: Typed,
    at: datetime,
) -> Step:
    """Take a step; the step as written.

    Raises
    ------
    NotAllowedError
        If role and scope do not give this action.
    NotFoundError
        If the map in force has no such unit.
    ConflictError
        If another step was taken since the form was opened, or this one may not follow.
    InvalidValueError
        If a reason or a decision with its number and day is lacking.
    """
    with unit_of_work(database, viewer) as session:
        assessment_steps.keep_others_from_acting(session, viewer)
        unit = find_unit(session, viewer, level, code)
        assessment_flow.require_may_act(viewer, level, action, unit.province_code, code)
        case = read_case(session, viewer, unit, period, today=day_of(at))
        take_step(session, viewer, case, action=action, typed=typed, at=at)
        return assessment_steps.steps_of(session, viewer, level, code, period)[-1]


def take_step(
    session: Session,
    viewer: Viewer,
    case: Case,
    *,
    action: AssessmentAction,
    typed: Typed,
    at: datetime,
) -> None:
    """Take a step with an assessment that was read in the same transaction.

    Raises
    ------
    ConflictError, InvalidValueError, NotAllowedError
        As `act`.
    """
    _require_seen(case, typed)
    before = _as_of_step(case, action)
    if words := assessment_flow.hindrance(action, before):
        raise ConflictError(words)
    new = _new_step(session, viewer, case, action=action, typed=typed, cls=before.cls)
    id_ = assessment_steps.record_step(session, viewer, new, seen=typed.seen, at=at)
    _follow(session, viewer, case, new, at=at)
    _audit(session, viewer, new, id_, at=at)


def _require_seen(case: Case, typed: Typed) -> None:
    """Say first that somebody else was quicker, whatever else may hinder."""
    last = case.last.id if case.last else 0
    if typed.seen is not None and typed.seen != last:
        raise ConflictError(assessment_steps.STALE)


def _as_of_step(case: Case, action: AssessmentAction) -> Situation:
    """A new self-assessment signs what the data say now, whatever was signed before."""
    if action is not AssessmentAction.SELF_ASSESS:
        return case.before
    cls = case.now.cls.value if case.now is not None else assessment_flow.UNKNOWN
    return replace(case.before, cls=cls)


def _new_step(
    session: Session,
    viewer: Viewer,
    case: Case,
    *,
    action: AssessmentAction,
    typed: Typed,
    cls: str,
) -> NewStep:
    signing = signed_step(case.steps)
    if action is AssessmentAction.SELF_ASSESS and case.now is not None:
        ruleset = case.now.ruleset
        content: Mapping[str, Any] = signed_content(session, viewer, case.now)
    elif signing is not None:
        ruleset, content = signing.ruleset, signing.content
    else:
        raise ConflictError("Chưa có bản tự đánh giá nào của kỳ này.")
    decision, decided_on = _decision(action, typed, case)
    return NewStep(
        level=case.unit.level,
        unit_code=case.unit.code,
        province_code=case.unit.province_code,
        period=case.period,
        ruleset=ruleset,
        action=action,
        state=assessment_flow.state_after(action),
        cls=cls,
        reason=_reason(action, typed.reason),
        decision=decision,
        decided_on=decided_on,
        content=content,
    )


def _follow(session: Session, viewer: Viewer, case: Case, new: NewStep, *, at: datetime) -> None:
    """Let the stored assessment of a commune say what was signed, or move again."""
    if new.level is not UnitLevel.COMMUNE:
        return
    if new.action is AssessmentAction.SELF_ASSESS and isinstance(case.now, Assessment):
        assessments.sign_assessment(session, viewer, case.now, at=at)
    elif new.action is AssessmentAction.APPROVE:
        assessments.set_state(session, viewer, new.unit_code, new.period, State.APPROVED)
    elif new.action in BACK_TO_DRAFT:
        assessments.set_state(session, viewer, new.unit_code, new.period, State.DRAFT)
        if isinstance(case.now, Assessment):
            assessments.store_assessments(session, viewer, [case.now], at=at)
        else:
            assessment_drafts.drop_drafts(session, viewer, new.period, [new.unit_code])


def _reason(action: AssessmentAction, text: str) -> str:
    told = typed_text(text)[:MAX_REASON]
    if action in NEEDS_REASON and not without_marks(told):
        raise InvalidValueError("Hãy ghi lý do, không phải tên người.")
    return told


def _decision(action: AssessmentAction, typed: Typed, case: Case) -> tuple[str, date | None]:
    if action not in NEEDS_DECISION:
        return "", None
    decision = typed_text(typed.decision)[:MAX_DECISION]
    if not without_marks(decision):
        raise InvalidValueError("Số quyết định: hãy ghi số, ký hiệu, ví dụ 1234/QĐ-UBND.")
    try:
        dated = parse_date(typed.decided_on, today=case.before.today)
    except UnreadableCellError as error:
        raise InvalidValueError(f"Ngày quyết định: {error}.") from None
    if dated is None or dated.precision is not DatePrecision.DAY:
        raise InvalidValueError("Ngày quyết định: hãy ghi đủ ngày, tháng và năm.")
    _require_possible(dated.on, case.period)
    return decision, dated.on


def _require_possible(day: date, period: Period) -> None:
    """Refuse a decision that is older than what it decides on, or than the rule set."""
    rules = ruleset_for(period)
    earliest = max(period.start, rules.valid_from)
    if day < earliest:
        why = "ngày đầu của kỳ" if earliest == period.start else f"ngày {rules.title} có hiệu lực"
        raise InvalidValueError(
            f"Ngày quyết định {day:%d/%m/%Y} ở trước {why} ({earliest:%d/%m/%Y}). Hãy kiểm tra lại."
        )


def _audit(session: Session, viewer: Viewer, new: NewStep, id: int, *, at: datetime) -> None:
    detail = {
        "step": id,
        "period": f"{new.period.start}/{new.period.end}",
        "state": new.state.value,
        "class": new.cls,
    }
    for name in ("reason", "decision", "decided_on"):
        if getattr(new, name):
            detail[name] = str(getattr(new, name))
    audit.record(
        session, viewer, f"assessment_{new.action}", f"{new.level}:{new.unit_code}", detail, at=at
    )
