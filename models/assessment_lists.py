"""The lists of drug-free and of key areas, as decisions put units on them and take them off.

A unit is on at most one list. The lists are public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.standing_terms import AssessmentAction, UnitLevel
from models.assessment_flow import ClassList, list_of
from models.assessment_steps import HEAD, StepHead, head_of, known_by, narrowed
from models.session import beyond_scope
from models.tables import assessment_steps
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Listing:
    """The list a unit is on: by which decision, from the assessment of which period."""

    list: ClassList
    decision: str
    decided_on: date | None
    period: Period
    at: datetime


@beyond_scope
def listings(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - the lists are public
    level: UnitLevel,
    period: Period,
    *,
    province_code: str | None = None,
    unit_code: str | None = None,
    known_at: datetime | None = None,
) -> dict[str, Listing]:
    """The list each unit is on, by decisions on the assessments of this period and earlier ones.

    Of two decisions the one on the later period stands, of one period the last one taken.
    """
    by_then = _decisions(level, known_at).where(assessment_steps.c.period_end <= period.end)
    found: dict[str, Listing] = {}
    for row in session.execute(narrowed(by_then, province_code, unit_code)):
        step = head_of(row)
        found.pop(step.unit_code, None)
        if (listing := _listing(step)) is not None:
            found[step.unit_code] = listing
    return found


@beyond_scope
def listing_of(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - the lists are public
    level: UnitLevel,
    unit_code: str,
    period: Period,
    *,
    known_at: datetime | None = None,
) -> tuple[Listing | None, Period | None]:
    """The list of one unit as `listings` tells it, and the last period decided on at all.

    The second is that of the decision about a list on the latest period, also one after
    this period; None where nothing was ever decided.
    """
    decided = session.execute(narrowed(_decisions(level, known_at), None, unit_code))
    steps = [head_of(row) for row in decided]
    by_then = [step for step in steps if step.period.end <= period.end]
    return _listing(by_then[-1]) if by_then else None, steps[-1].period if steps else None


def _decisions(level: UnitLevel, known_at: datetime | None) -> Select[Any]:
    """What was decided about lists, the later period last."""
    c = assessment_steps.c
    wanted = (AssessmentAction.LIST.value, AssessmentAction.DELIST.value)
    return (
        select(*HEAD)
        .where(c.level == level.value, c.action.in_(wanted), known_by(known_at))
        .order_by(c.period_end, c.id)
    )


def _listing(step: StepHead) -> Listing | None:
    """Where a decision leaves the unit: the list it is on, None if off."""
    on = list_of(step.cls)
    if step.action is not AssessmentAction.LIST or on is None:
        return None
    return Listing(on, step.decision, step.decided_on, step.period, step.at)
