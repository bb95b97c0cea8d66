"""The same step with many communes of a province at once: what can be taken is taken.

A province approves some hundred communes in a few days. The data are read once; an
assessment that no longer says what the data say, or cannot take the step, is left as it
is and named with the reason.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from geo.records import Period
from geo.standing_terms import AssessmentAction, UnitLevel
from models import assessment_flow, assessment_steps, communes
from models.assessment_steps import StepHead
from models.errors import ConflictError
from models.periods import today as day_of
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services import classify
from webapp.services.assessment_actions import Typed, take_step
from webapp.services.assessment_cases import Unit, case_of
from webapp.services.stamps import STALE
from webapp.told import told

MOVED = (
    "Số liệu hiện nay đã khác bản tự đánh giá; hãy xem trên trang của xã rồi duyệt hoặc trả lại."
)
SIGNED_SINCE = told(
    "Xã đã ký bản này sau khi đồng chí mở trang; hãy xem bản mới trên trang của xã rồi duyệt."
)
_NOTHING = Typed()


@dataclass(frozen=True, slots=True)
class Left:
    """A commune that the step was not taken with, and why."""

    code: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes of the communes that the step was taken with, and those left."""

    taken: tuple[str, ...]
    left: tuple[Left, ...]


@repeatable
def approve_signed(
    database: Database,
    viewer: Viewer,
    province_code: str,
    period: Period,
    *,
    at: datetime,
    seen: int | None = None,
) -> Batch:
    """Approve every self-assessment of a province that waits and still holds.

    `seen` is the latest step of the province's communes that was on the screen: what was
    signed after it is left.

    Raises
    ------
    ConflictError
        If `seen` is no number of a step.
    NotAllowedError
        If role and scope do not give this.
    """
    with unit_of_work(database, viewer) as session:
        assessment_steps.keep_others_from_acting(session, viewer)
        heads = assessment_steps.latest_steps(
            session, viewer, UnitLevel.COMMUNE, period, province_code=province_code
        )
        waiting = {code: head.id for code, head in heads.items() if _waits(head)}
        shown = [code for code, id_ in waiting.items() if seen is None or id_ <= seen]
        action = AssessmentAction.APPROVE
        done = take_steps(session, viewer, province_code, period, action=action, codes=shown, at=at)
        if seen is not None and seen < 0:
            raise ConflictError(STALE)
        names = communes.names_of(session, viewer, waiting.keys() - shown)
    since = (Left(code, names.get(code, code), SIGNED_SINCE) for code in sorted(names))
    return Batch(done.taken, (*done.left, *since))


def take_steps(
    session: Session,
    viewer: Viewer,
    province_code: str,
    period: Period,
    *,
    action: AssessmentAction,
    codes: Collection[str],
    typed: Typed = _NOTHING,
    at: datetime,
) -> Batch:
    """Take a step with some communes of a province, in the caller's transaction."""
    assessment_steps.keep_others_from_acting(session, viewer)
    names = communes.names_of(session, viewer, codes)
    assessment_flow.require_may_act(viewer, UnitLevel.COMMUNE, action, province_code, "")
    today = day_of(at)
    now = classify.evaluate(session, viewer, period, province_code=province_code, until=today)
    taken: list[str] = []
    left: list[Left] = []
    for code in sorted(codes):
        unit = Unit(UnitLevel.COMMUNE, code, province_code, names.get(code, code))
        case = case_of(session, viewer, unit, period, now.get(code), today=today)
        try:
            if action is AssessmentAction.APPROVE and case.before.moved:
                raise ConflictError(MOVED)
            take_step(session, viewer, case, action=action, typed=typed, at=at)
            taken.append(code)
        except ConflictError as hindered:
            left.append(Left(code, unit.name, str(hindered)))
    return Batch(tuple(taken), tuple(left))


def _waits(head: StepHead) -> bool:
    return head.action is AssessmentAction.SELF_ASSESS
