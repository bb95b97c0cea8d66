"""The finished year of a simulated world, assessed as the law asks: signed, sent back, approved.

A few communes are late and a few were sent back; the rest is approved before 20 December, as
Decision 28/2025/QĐ-TTg asks.
"""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np

from geo.records import Period
from geo.standing_terms import AssessmentAction
from models import assessments
from models.periods import VIETNAM_TIME
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.assessment_actions import Typed
from webapp.services.assessment_batches import take_steps

LATE, SENT_BACK = 0.03, 0.03
"""Shares of communes that sign nothing, and whose signature was sent back."""

REASON = "Số đối tượng bị bắt khai báo thấp hơn số trong hồ sơ; đề nghị kiểm tra lại."


def assess_finished_year(
    database: Database,
    viewer: Viewer,
    rng: np.random.Generator,
    period: Period,
    province: str,
) -> None:
    """Take the steps of a province's communes for one finished evaluation year."""
    with unit_of_work(database, viewer) as session:
        codes = sorted(assessments.classes(session, viewer, period, province_code=province))
        drawn = rng.random(len(codes))
        signed = [code for code, x in zip(codes, drawn, strict=True) if x >= LATE]
        sent_back = {
            code for code, x in zip(codes, drawn, strict=True) if LATE <= x < LATE + SENT_BACK
        }
        approved = [code for code in signed if code not in sent_back]
        for action, units, day, reason in (
            (AssessmentAction.SELF_ASSESS, signed, 16, ""),
            (AssessmentAction.SEND_BACK, sorted(sent_back), 18, REASON),
            (AssessmentAction.APPROVE, approved, 19, ""),
        ):
            take_steps(
                session,
                viewer,
                province,
                period,
                action=action,
                codes=units,
                typed=Typed(reason=reason),
                at=datetime.combine(date(period.end.year, 12, day), time(9), VIETNAM_TIME),
            )
