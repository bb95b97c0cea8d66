"""Classes of earlier periods on the map of today, and the periods that have classes.

The classes come from the caller (`webapp.services.standing`: signed before drafts), the
old communes from the crosswalk. The map and the classes of all communes are everybody's.
"""

# ruff: noqa: ARG001 - who asks is named so that this can change in one place

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from geo.carried import Carried, carry_all
from geo.records import Period
from geo.terms import CommuneClass
from models.tables import (
    assessment_steps,
    assessments,
    boundary_versions,
    commune_changes,
    communes,
)
from models.viewers import Viewer


def carried_classes(
    session: Session,
    viewer: Viewer,
    period: Period,
    classes: Mapping[str, CommuneClass],
    *,
    province_code: str | None = None,
) -> dict[str, Carried]:
    """Every commune of the map in force (of a province of it) in a period, by code.

    Parameters
    ----------
    classes
        Class by code of the map of the period; absent is unknown. Those of other
        provinces do no harm, so that all old codes may be given.
    """
    codes = commune_provinces(session, viewer, province_code=province_code)
    return carry_all(codes, parts_by_commune(session, viewer), classes, period.end)


def commune_provinces(
    session: Session, viewer: Viewer, *, province_code: str | None = None
) -> dict[str, str]:
    """Province by commune of the map in force; none where there is no map."""
    c = communes.c
    statement = (
        select(c.code, c.province_code)
        .join(boundary_versions, boundary_versions.c.id == c.version_id)
        .where(boundary_versions.c.is_current.is_(True))
        .order_by(c.code)
    )
    if province_code is not None:
        statement = statement.where(c.province_code == province_code)
    return dict(session.execute(statement).all())


def parts_by_commune(session: Session, viewer: Viewer) -> dict[str, tuple[str, ...]]:
    """The old communes of which a commune of today holds a part, by its code."""
    c = commune_changes.c
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = session.execute(select(c.new_code, c.old_code).order_by(c.old_code)).all()
    for new, old in rows:
        found[new].append(old)
    return {new: tuple(old) for new, old in found.items()}


def class_periods(session: Session, viewer: Viewer) -> list[Period]:
    """Periods for which some commune has a class, the earliest first."""
    made, signed = assessments.c, assessment_steps.c
    statement = union(
        select(made.period_start, made.period_end).distinct(),
        select(signed.period_start, signed.period_end).where(signed.level == "commune").distinct(),
    )
    found = [Period(start, end) for start, end in session.execute(statement)]
    return sorted(found, key=lambda period: (period.end, period.start))
