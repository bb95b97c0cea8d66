"""The one answer to which class a commune has in a period.

What was self-assessed or approved shows the class that was signed, whatever the data
say by now; anything else shows the draft of the last calculation. With `known_at` (UTC)
both are as they were known at that moment. Classes and states are everybody's, so
classes outside the viewer's scope are evaluated by the site itself, and nothing but the
class is told of them; whether a signed class still fits is told inside the scope only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from geo.records import Period
from geo.standing_terms import AssessmentState, UnitLevel
from geo.terms import CommuneClass
from models import assessment_lists, assessment_steps, assessments
from models.assessment_flow import UNKNOWN, ClassList
from models.assessment_lists import Listing
from models.assessment_steps import StepHead
from models.periods import is_provisional
from models.periods import today as day_of
from models.session import Session, acting_for
from models.viewers import SITE, ScopeKind, Viewer
from webapp.services.evaluations import Evaluations
from webapp.services.signed_evaluations import AnyAssessment, same_as_signed


@dataclass(frozen=True, slots=True)
class Standing:
    """How a commune stands in a period.

    `cls` is the code of its class, `provisional` while the period runs ("tạm tính");
    `at` when the last step was taken (UTC), None where nobody took one; `listed` the
    list it is on by `decision`; `frozen` tells that the class is the signed one;
    `differs_from_now` that the data now say something else: None where it was not
    asked, nothing is signed, or the unit lies outside the viewer's scope. `step_id` is
    the last step, 0 for none.
    """

    code: str
    cls: str
    state: AssessmentState
    provisional: bool
    at: datetime | None
    listed: ClassList | None
    decision: str
    decided_on: date | None
    frozen: bool
    differs_from_now: bool | None
    step_id: int


def commune_standings(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
    today: date,
    compare: bool = False,
    anew: bool = False,
    evaluations: Evaluations | None = None,
) -> dict[str, Standing]:
    """How communes stand, by code; those that nothing is known of are absent.

    `compare` evaluates the signed ones anew to tell `differs_from_now`; `evaluations` are
    those made already in a transaction that only reads. `anew` evaluates what nobody signed,
    as is always done with `known_at`, in the place of reading the stored drafts.
    """
    anew = anew or known_at is not None
    area: dict[str, Any] = {"province_code": province_code, "known_at": known_at}
    heads, lists = _steps(
        session, viewer, UnitLevel.COMMUNE, period, unit_code=commune_code, **area
    )
    now: Mapping[str, AnyAssessment] = {}
    if anew or (compare and any(map(assessment_steps.is_signed, heads.values()))):
        inside = _sees_all(viewer, province_code, commune_code)
        made = evaluations if evaluations and inside else Evaluations(session, SITE)
        last = last_day(today, known_at)
        with acting_for(session, SITE):
            now = made.of(period, commune_code=commune_code, until=last, **area)
    drafts = {code: result.cls.value for code, result in now.items()}
    if not anew:
        drafts = _drafts(session, viewer, period, province_code, commune_code)
    differs = _differing(session, viewer, heads, now) if compare else {}
    return _all(heads, drafts, lists, differs, provisional=is_provisional(period, today))


def commune_classes(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    known_at: datetime | None = None,
    today: date,
) -> dict[str, CommuneClass]:
    """The class that stands for communes, by code: signed ones before calculated ones."""
    found = commune_standings(
        session, viewer, period, province_code=province_code, known_at=known_at, today=today
    )
    return {code: CommuneClass(standing.cls) for code, standing in found.items()}


def _sees_all(viewer: Viewer, province_code: str | None, commune_code: str | None) -> bool:
    """Whether nothing of an area lies outside the viewer's scope."""
    is_area = province_code is not None or commune_code is not None
    nation = viewer.scope.kind is ScopeKind.NATION
    return nation or (is_area and viewer.scope.covers(province_code, commune_code))


def _all(
    heads: Mapping[str, StepHead],
    drafts: Mapping[str, str],
    lists: Mapping[str, Listing],
    differs: Mapping[str, bool],
    *,
    provisional: bool,
) -> dict[str, Standing]:
    return {
        code: _standing(
            code,
            heads.get(code),
            drafts.get(code, UNKNOWN),
            lists.get(code),
            differs.get(code),
            provisional=provisional,
        )
        for code in sorted({*heads, *drafts, *lists})
    }


def last_day(today: date, known_at: datetime | None) -> date:
    """The last day that can count: today, or the day of an earlier moment (UTC)."""
    return today if known_at is None else min(today, day_of(known_at))


def _steps(
    session: Session,
    viewer: Viewer,
    level: UnitLevel,
    period: Period,
    *,
    province_code: str | None = None,
    unit_code: str | None,
    known_at: datetime | None,
) -> tuple[dict[str, StepHead], dict[str, Listing]]:
    """The latest step and the list by unit."""
    heads = assessment_steps.latest_steps(
        session,
        viewer,
        level,
        period,
        province_code=province_code,
        unit_code=unit_code,
        known_at=known_at,
    )
    lists = assessment_lists.listings(
        session,
        viewer,
        level,
        period,
        province_code=province_code,
        unit_code=unit_code,
        known_at=known_at,
    )
    return heads, lists


def _drafts(
    session: Session,
    viewer: Viewer,
    period: Period,
    province_code: str | None,
    commune_code: str | None,
) -> dict[str, str]:
    found = assessments.classes(
        session, viewer, period, province_code=province_code, commune_code=commune_code
    )
    return {code: cls.value for code, cls in found.items()}


def _differing(
    session: Session,
    viewer: Viewer,
    heads: Mapping[str, StepHead],
    now: Mapping[str, AnyAssessment],
) -> dict[str, bool]:
    """By unit inside the scope whether the data say something else than what was signed."""
    signed = [head.id for head in heads.values() if assessment_steps.is_signed(head)]
    contents = assessment_steps.signed_contents(session, viewer, signed)
    return {code: not same_as_signed(content, now.get(code)) for code, content in contents.items()}


def _standing(
    code: str,
    head: StepHead | None,
    draft: str,
    listing: Listing | None,
    differs: bool | None,
    *,
    provisional: bool,
) -> Standing:
    is_frozen = head is not None and assessment_steps.is_signed(head)
    return Standing(
        code=code,
        cls=head.cls if head is not None and is_frozen else draft,
        state=AssessmentState.DRAFT if head is None else head.state,
        provisional=provisional,
        at=None if head is None else head.at,
        listed=None if listing is None else listing.list,
        decision="" if listing is None else listing.decision,
        decided_on=None if listing is None else listing.decided_on,
        frozen=is_frozen,
        differs_from_now=differs,
        step_id=0 if head is None else head.id,
    )
