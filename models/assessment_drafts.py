"""Drafts of assessments that are calculated again or go, and the periods that have classes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from geo.records import Period
from models.additions import chunks, keep_others_from_writing
from models.assessments import State
from models.disclosure import visible
from models.session import beyond_scope
from models.tables import assessments
from models.viewers import Viewer


def keep_others_from_assessing(session: Session, viewer: Viewer) -> None:
    """Until the transaction ends nobody else stores assessments.

    To be called before an evaluation is made that is to be stored: who waits here then
    sees the records that the other brought.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare.
    """
    viewer.require_declarer()
    keep_others_from_writing(session, assessments)


def drop_drafts(session: Session, viewer: Viewer, period: Period, codes: Collection[str]) -> None:
    """Remove the drafts of communes that nothing is known of any more, inside the scope.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare.
    """
    viewer.require_declarer()
    c = assessments.c
    days = (c.period_start == period.start, c.period_end == period.end)
    mine = and_(visible(viewer, assessments), c.state == State.DRAFT, *days)
    for chunk in chunks(sorted(codes)):
        session.execute(delete(assessments).where(mine, c.commune_code.in_(chunk)))


@beyond_scope
def assessed_periods(session: Session, viewer: Viewer) -> list[Period]:  # noqa: ARG001
    """The periods in which some commune has a class, the latest first."""
    c = assessments.c
    statement = select(c.period_start, c.period_end).distinct()
    latest = statement.order_by(c.period_end.desc(), c.period_start.desc())
    return [Period(start, end) for start, end in session.execute(latest)]
