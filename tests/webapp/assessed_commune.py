"""Steps of the seeded site's communes: who acts, and the figures that they declare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from geo.records import Period
from geo.standing_terms import AssessmentAction, UnitLevel
from models.assessment_steps import Step, steps_of
from models.periods import evaluation_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from webapp.services import assessment_actions, declare
from webapp.services.assessment_actions import Typed
from webapp.services.declare import Declared, Sent

CODE, QUIET_CODE = "23401", "23377"
YEAR = evaluation_period(2025)
AT = datetime(2025, 12, 16, 3, 0, tzinfo=UTC)
OFFICER = Viewer("commune", Role.COMMUNE, Scope.commune(CODE))
QUIET_OFFICER = Viewer("xa-khac", Role.COMMUNE, Scope.commune(QUIET_CODE))
PLANNER = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
NATION = Viewer("planner", Role.PLANNER)

CLEAN = {
    **{"residents": "9.000", "dependents": "0", "users": "0", "substitution": "0"},
    **{"home_rehab": "0", "post_rehab": "0", "use_dens": "0", "offenders_arrested": "0"},
    **{"resident_offenders": "0", "fugitives": "0", "plants": "0", "plant_area_m2": "0"},
    "on_key_route": "không",
}


def declared(
    database: Database,
    viewer: Viewer = QUIET_OFFICER,
    code: str = QUIET_CODE,
    *,
    period: Period = YEAR,
    at: datetime = AT,
    confirmed: bool = False,
    **changes: str,
) -> Declared:
    """Declare clean figures with some changes, as the form does that was just opened."""
    form = declare.open_form(database, viewer, code, period, at.date())
    sent = Sent({**CLEAN, **changes}, form.seen, confirmed)
    return declare.declare(database, viewer, code, period, sent, at=at)


def act(
    database: Database,
    viewer: Viewer,
    action: AssessmentAction,
    code: str = QUIET_CODE,
    *,
    level: UnitLevel = UnitLevel.COMMUNE,
    period: Period = YEAR,
    at: datetime = AT,
    **typed: Any,
) -> Step:
    """Take a step with the last one on the screen."""
    typed.setdefault("seen", last_step(database, level, code, period))
    return assessment_actions.act(
        database, viewer, level, code, period, action=action, typed=Typed(**typed), at=at
    )


def last_step(
    database: Database, level: UnitLevel, code: str = QUIET_CODE, period: Period = YEAR
) -> int:
    """The number of the last step, 0 for none."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        steps = steps_of(session, NATION, level, code, period)
    return steps[-1].id if steps else 0


def later(**by: float) -> datetime:
    """A moment after `AT`."""
    return AT + timedelta(**by)
