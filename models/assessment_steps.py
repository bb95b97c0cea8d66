"""What people did with assessments of communes and provinces: steps that only grow in number.

The class and state after every step are everybody's, as classes are; reasons, names
and what was signed are read within the scope. Content is JSON: `assessment` holds the
evaluation whole, as `models.assessments` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, true
from sqlalchemy.orm import Session

from geo.records import Period
from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from models.additions import chunks, keep_others_from_writing
from models.assessment_flow import SIGNED, require_may_act
from models.errors import ConflictError
from models.session import beyond_scope
from models.tables import assessment_steps, indicators
from models.viewers import ScopeKind, Viewer

STALE = (
    "Đã có người ghi một bước khác sau khi đồng chí mở trang này, hoặc nút được bấm hai lần. "
    "Lần bấm này không ghi gì thêm; hãy xem bản mới bên dưới rồi quyết định."
)


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step about to be written; `state` and `cls` (a code) are those after it."""

    level: UnitLevel
    unit_code: str
    province_code: str | None
    period: Period
    ruleset: str
    action: AssessmentAction
    state: AssessmentState
    cls: str
    reason: str = ""
    decision: str = ""
    decided_on: date | None = None
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StepHead:
    """What everybody may know of a step; `at` is UTC."""

    id: int
    unit_code: str
    province_code: str | None
    period: Period
    ruleset: str
    action: AssessmentAction
    state: AssessmentState
    cls: str
    decision: str
    decided_on: date | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(StepHead):
    """A step with its reason, who took it and the evaluation that was signed."""

    reason: str
    by_user: str
    content: dict[str, Any]


def keep_others_from_acting(session: Session, viewer: Viewer) -> None:
    """Until the transaction ends nobody else takes a step or declares.

    To be called before anything is read that a step is decided by: steps, lists and the
    declarations that are signed.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare.
    """
    viewer.require_declarer()
    keep_others_from_writing(session, assessment_steps)
    keep_others_from_writing(session, indicators)


def record_step(
    session: Session, viewer: Viewer, new: NewStep, *, seen: int | None, at: datetime
) -> int:
    """Write a step; its number. Whether it may follow is said by `assessment_flow`.

    `seen` is the number of the last step on the screen of who decides, 0 for none; None
    asks no such thing.

    Raises
    ------
    NotAllowedError
        If role and scope of the viewer do not give this action.
    ConflictError
        If another step was taken since.
    """
    require_may_act(viewer, new.level, new.action, new.province_code, new.unit_code)
    keep_others_from_writing(session, assessment_steps)
    last = _last_id(session, new.level, new.unit_code, new.period)
    if seen is not None and last != seen:
        raise ConflictError(STALE)
    statement = insert(assessment_steps).values(_values(new, viewer, at))
    return int(session.execute(statement.returning(assessment_steps.c.id)).scalar_one())


def steps_of(
    session: Session,
    viewer: Viewer,
    level: UnitLevel,
    unit_code: str,
    period: Period,
    *,
    known_at: datetime | None = None,
) -> list[Step]:
    """The steps of one assessment, the first first; none outside the viewer's scope.

    With `known_at` (UTC) those that had been taken by then.
    """
    c = assessment_steps.c
    statement = (
        _of_period(select(assessment_steps), level, period, known_at)
        .where(c.unit_code == unit_code, _readable(viewer))
        .order_by(c.id)
    )
    return [_step(row) for row in session.execute(statement)]


@beyond_scope
def latest_steps(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - state and class are everybody's
    level: UnitLevel,
    period: Period,
    *,
    province_code: str | None = None,
    unit_code: str | None = None,
    known_at: datetime | None = None,
) -> dict[str, StepHead]:
    """The latest step by unit for one period; with `known_at` (UTC) as recorded by then."""
    c = assessment_steps.c
    statement = _of_period(select(*HEAD), level, period, known_at).order_by(c.unit_code, c.id)
    statement = narrowed(statement, province_code, unit_code)
    return {row.unit_code: head_of(row) for row in session.execute(statement)}


def signed_contents(
    session: Session, viewer: Viewer, ids: Sequence[int]
) -> dict[str, dict[str, Any]]:
    """What was signed by unit, for numbers of steps; those inside the viewer's scope."""
    c = assessment_steps.c
    found: dict[str, dict[str, Any]] = {}
    for chunk in chunks(ids):
        statement = select(c.unit_code, c.content).where(c.id.in_(chunk), _readable(viewer))
        found |= dict(session.execute(statement).all())
    return found


_C = assessment_steps.c
HEAD = (
    *(_C.id, _C.unit_code, _C.province_code, _C.period_start, _C.period_end, _C.ruleset),
    *(_C.action, _C.state, _C["class"], _C.decision, _C.decided_on, _C.at),
)
"""The columns that `head_of` reads."""


def is_signed(head: StepHead | None) -> bool:
    """Whether after this step the class is the signed one."""
    return head is not None and head.state in SIGNED


def _readable(viewer: Viewer) -> ColumnElement[bool]:
    """The scope: a commune's own steps, and those on its province by provincial viewers."""
    scope, c = viewer.scope, assessment_steps.c
    if scope.kind is ScopeKind.NATION:
        return true()
    if scope.kind is ScopeKind.PROVINCES:
        return c.province_code.in_(sorted(scope.codes))
    return (c.level == UnitLevel.COMMUNE.value) & c.unit_code.in_(sorted(scope.codes))


def known_by(known_at: datetime | None) -> ColumnElement[bool]:
    """Steps that had been taken by a moment (UTC); None: all."""
    return true() if known_at is None else assessment_steps.c.at <= known_at


def _of_period(
    statement: Select[Any], level: UnitLevel, period: Period, known_at: datetime | None
) -> Select[Any]:
    c = assessment_steps.c
    days = (c.period_start == period.start, c.period_end == period.end)
    return statement.where(c.level == level.value, *days, known_by(known_at))


def narrowed(
    statement: Select[Any], province_code: str | None, unit_code: str | None
) -> Select[Any]:
    """The same of one province, of one unit."""
    c = assessment_steps.c
    if province_code is not None:
        statement = statement.where(c.province_code == province_code)
    if unit_code is not None:
        statement = statement.where(c.unit_code == unit_code)
    return statement


@beyond_scope
def _last_id(session: Session, level: UnitLevel, unit_code: str, period: Period) -> int:
    c = assessment_steps.c
    statement = _of_period(select(func.max(c.id)), level, period, None)
    return session.scalar(statement.where(c.unit_code == unit_code)) or 0


def _values(new: NewStep, viewer: Viewer, at: datetime) -> dict[str, Any]:
    return {
        "level": new.level.value,
        "unit_code": new.unit_code,
        "province_code": new.province_code,
        "period_start": new.period.start,
        "period_end": new.period.end,
        "ruleset": new.ruleset,
        "action": new.action.value,
        "state": new.state.value,
        "class": new.cls,
        "reason": new.reason,
        "decision": new.decision,
        "decided_on": new.decided_on,
        "content": dict(new.content or {}),
        "at": at,
        "by_user": viewer.name,
    }


def _parts(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "unit_code": row.unit_code,
        "province_code": row.province_code,
        "period": Period(row.period_start, row.period_end),
        "ruleset": row.ruleset,
        "action": AssessmentAction(row.action),
        "state": AssessmentState(row.state),
        "cls": row._mapping["class"],
        "decision": row.decision,
        "decided_on": row.decided_on,
        "at": row.at,
    }


def head_of(row: Row[Any]) -> StepHead:
    """A step without its reason and content, from a row of the columns `HEAD`."""
    return StepHead(**_parts(row))


def _step(row: Row[Any]) -> Step:
    return Step(**_parts(row), reason=row.reason, by_user=row.by_user, content=row.content)
