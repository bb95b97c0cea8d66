"""The class of one commune in the periods that knew the communes before 1 July 2025.

The classes of all communes are everybody's, so these are not cut to a scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.carried import Carried, carry_all
from geo.records import Period
from geo.terms import CommuneClass
from models.additions import chunks
from models.assessments import State
from models.carried_classes import commune_provinces
from models.ruleset import ruleset_for
from models.session import beyond_scope
from models.tables import assessments, commune_changes
from models.viewers import Viewer


def carried_history(
    session: Session, viewer: Viewer, code: str, province_code: str, periods: Sequence[Period]
) -> dict[Period, Carried]:
    """A commune of today in some earlier periods by the classes of its old parts.

    Periods without any class of it or of a part of it are absent. Whether the figures of a
    period were restated for today's communes is told by its whole province.
    """
    if not periods:
        return {}
    mine = commune_provinces(session, viewer, province_code=province_code)
    parts = _parts_of(session, list(mine))
    own = {code, *parts.get(code, ())}
    wanted = sorted({*mine, *(old for each in parts.values() for old in each)})
    classes = _classes(session, wanted, periods)
    return {
        period: carry_all(mine, parts, found, period.end)[code]
        for period, found in classes.items()
        if code in mine and own.intersection(found)
    }


def _parts_of(session: Session, codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    c = commune_changes.c
    found: defaultdict[str, list[str]] = defaultdict(list)
    for chunk in chunks(codes):
        statement = select(c.new_code, c.old_code).where(c.new_code.in_(chunk))
        for new, old in session.execute(statement.order_by(c.old_code)):
            found[new].append(old)
    return {new: tuple(old) for new, old in found.items()}


@beyond_scope
def _classes(
    session: Session, codes: Sequence[str], periods: Sequence[Period]
) -> dict[Period, dict[str, CommuneClass]]:
    """By period and commune the signed class, else the draft by the rule set of the period."""
    c = assessments.c
    days = {(period.start, period.end): period for period in periods}
    found: defaultdict[Period, dict[str, CommuneClass]] = defaultdict(dict)
    for chunk in chunks(codes):
        statement = (
            select(c.commune_code, c.period_start, c.period_end, c["class"], c.state, c.ruleset)
            .where(c.commune_code.in_(chunk), c.period_end.in_(sorted({end for _, end in days})))
            .order_by(c.state != State.DRAFT, c.assessed_at, c.id)
        )
        for old, start, end, cls, state, ruleset in session.execute(statement):
            period = days.get((start, end))
            if period and (state != State.DRAFT or ruleset == ruleset_for(period).name):
                found[period][old] = CommuneClass(cls)
    return found
