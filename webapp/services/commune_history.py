"""The standings of a commune over its periods, read for the drawing of its trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from geo.carried import MAP_SINCE, Carried
from geo.records import Period
from geo.terms import CommuneClass
from models.assessments import assessment_of
from models.carried_history import carried_history
from models.periods import evaluation_year, is_provisional
from models.ruleset import ruleset_for
from models.session import Session
from models.viewers import Viewer
from webapp.services.commune_checks import used_figures
from webapp.services.commune_standing import Question, standing_of
from webapp.services.commune_trend import LAST_PERIODS, PeriodStanding, Trend, draw_trend


def read_trend(
    session: Session, viewer: Viewer, asked: Question, known: Sequence[Period], *, in_scope: bool
) -> Trend | None:
    """The last periods like the one asked, up to it; None where there are not two of them.

    `known` are the periods that have classes.
    """
    alike = [
        period
        for period in known
        if _is_year(period) == _is_year(asked.period) and period.end <= asked.period.end
    ]
    periods = sorted({*alike, asked.period}, key=lambda p: (p.end, p.start))[-LAST_PERIODS:]
    old = [period for period in periods if period.end < MAP_SINCE]
    place = (asked.code, asked.unit.province_code)
    carried = carried_history(session, viewer, *place, old)
    standings = [
        _of_old_map(session, viewer, asked, period, carried.get(period), in_scope=in_scope)
        if period.end < MAP_SINCE
        else _standing(session, viewer, asked, period, in_scope=in_scope)
        for period in periods
    ]
    return draw_trend(
        _without_blank_start(standings), asked.period, ruleset_for(asked.period).commune
    )


def _is_year(period: Period) -> bool:
    return evaluation_year(period) is not None


def _without_blank_start(standings: Sequence[PeriodStanding]) -> list[PeriodStanding]:
    """From the first period on of which something is known."""
    known = [n for n, s in enumerate(standings) if s.cls is not CommuneClass.UNKNOWN or s.parts]
    return list(standings[known[0] :]) if known else []


def _standing(
    session: Session, viewer: Viewer, asked: Question, period: Period, *, in_scope: bool
) -> PeriodStanding:
    question = replace(asked, period=period)
    standing = standing_of(session, viewer, question)
    return PeriodStanding(
        period=period,
        cls=CommuneClass(standing.cls) if standing else CommuneClass.UNKNOWN,
        provisional=is_provisional(period, asked.day),
        figures=_figures(session, viewer, asked.code, period) if in_scope else None,
    )


def _of_old_map(
    session: Session,
    viewer: Viewer,
    asked: Question,
    period: Period,
    carried: Carried | None,
    *,
    in_scope: bool,
) -> PeriodStanding:
    """A period that knew the old communes: figures only where it was one of them alone."""
    if carried is None:
        return PeriodStanding(period, CommuneClass.UNKNOWN, False, None)
    alone = carried.parts == (asked.code,)
    parts = "" if alone else f"{carried.n_drug_free}/{carried.n_parts}"
    return PeriodStanding(
        period=period,
        cls=carried.cls or CommuneClass.UNKNOWN,
        provisional=False,
        figures=_figures(session, viewer, asked.code, period) if in_scope and alone else None,
        parts=parts,
    )


def _figures(
    session: Session, viewer: Viewer, code: str, period: Period
) -> dict[str, int | float | bool | None] | None:
    stored = assessment_of(session, viewer, code, period)
    return used_figures(stored) if stored else None
