"""An assessment before a step: the unit, its steps, what the data say now, where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from geo.records import Period
from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from models import assessment_flow, assessment_lists, assessment_steps, communes
from models.assessment_flow import Situation
from models.assessment_steps import Step
from models.errors import NotFoundError
from models.periods import today as day_of
from models.session import Session
from models.viewers import Viewer
from webapp.services.evaluations import Evaluations
from webapp.services.signed_evaluations import AnyAssessment, same_as_signed


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune or province of the map in force."""

    level: UnitLevel
    code: str
    province_code: str
    name: str


@dataclass(frozen=True, slots=True)
class Case:
    """An assessment before a step: its steps, what the data say now, and where it stands."""

    unit: Unit
    period: Period
    steps: tuple[Step, ...]
    now: AnyAssessment | None
    before: Situation

    @property
    def last(self) -> Step | None:
        """The last step, None before the first."""
        return self.steps[-1] if self.steps else None


def find_unit(session: Session, viewer: Viewer, level: UnitLevel, code: str) -> Unit:
    """A commune or province by code; `NotFoundError` if the map in force has none."""
    if level is UnitLevel.COMMUNE:
        found = communes.find_commune(session, viewer, code)
        return Unit(level, code, found.province_code, found.full_name)
    for province in communes.provinces(session, viewer):
        if province.code == code:
            return Unit(level, code, code, province.name)
    raise NotFoundError(f"Không có tỉnh, thành phố mang mã «{code[:20]}».")


def read_case(
    session: Session,
    viewer: Viewer,
    unit: Unit,
    period: Period,
    *,
    today: date,
    known_at: datetime | None = None,
    evaluations: Evaluations | None = None,
) -> Case:
    """An assessment as it stands, or stood at a moment; the data as the viewer may see them.

    `evaluations` are those made already in a transaction that only reads.
    """
    made = evaluations or Evaluations(session, viewer)
    now = _evaluated(made, unit, period, today=today, known_at=known_at)
    return case_of(session, viewer, unit, period, now, today=today, known_at=known_at)


def case_of(
    session: Session,
    viewer: Viewer,
    unit: Unit,
    period: Period,
    now: AnyAssessment | None,
    *,
    today: date,
    known_at: datetime | None = None,
) -> Case:
    """The same where it is known already what the data say."""
    steps = tuple(
        assessment_steps.steps_of(session, viewer, unit.level, unit.code, period, known_at=known_at)
    )
    listed, decided_for = assessment_lists.listing_of(
        session, viewer, unit.level, unit.code, period, known_at=known_at
    )
    state = steps[-1].state if steps else AssessmentState.DRAFT
    signing = signed_step(steps)
    cls = now.cls.value if now is not None else assessment_flow.UNKNOWN
    before = Situation(state, cls, period, today, list_decided_for=decided_for)
    if listed is not None:
        before = replace(before, listed=listed.list, listed_in=listed.period)
    if signing is not None:
        moved = not same_as_signed(signing.content, now)
        before = replace(before, cls=signing.cls, moved=moved, signed_on=day_of(signing.at))
    return Case(unit, period, steps, now, before)


def signed_step(steps: tuple[Step, ...]) -> Step | None:
    """The self-assessment that counts by now, None where none does."""
    if not steps or steps[-1].state not in assessment_flow.SIGNED:
        return None
    return next(s for s in reversed(steps) if s.action is AssessmentAction.SELF_ASSESS)


def _evaluated(
    made: Evaluations,
    unit: Unit,
    period: Period,
    *,
    today: date,
    known_at: datetime | None,
) -> AnyAssessment | None:
    until = today if known_at is None else min(today, day_of(known_at))
    if unit.level is UnitLevel.COMMUNE:
        found = made.of(period, commune_code=unit.code, known_at=known_at, until=until)
        return found.get(unit.code)
    if not made.viewer.scope.covers(unit.province_code, None):
        return None
    return made.of_province(unit.code, period, known_at=known_at, until=until)
