"""Classes of earlier periods on the map of today, and the periods that have classes.

The classes come from the caller (`webapp.services.standing`: signed before drafts), the
old communes from the crosswalk. The map and the classes of all communes are everybody's.
"""

# ruff: noqa: ARG001 - who asks is named so that this can change in one place

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Text, func, or_, select, true, type_coerce, union
from sqlalchemy.orm import Session

from geo.carried import Carried, carry_all
from geo.records import Period
from geo.terms import CommuneClass, Layer
from models.session import beyond_scope
from models.tables import (
    assessment_steps,
    assessments,
    boundary_versions,
    commune_changes,
    communes,
    imports,
    indicators,
    record_versions,
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


@beyond_scope
def class_periods(
    session: Session,
    viewer: Viewer,
    *,
    province_code: str | None = None,
    known_at: datetime | None = None,
) -> list[Period]:
    """Periods for which some commune (of a province) has a class, the earliest first.

    With `known_at` (UTC) those of which by then something had been calculated, declared or
    signed.
    """
    made, signed = assessments.c, assessment_steps.c
    drafts = select(made.period_start, made.period_end).where(
        _of(made.province_code, province_code)
    )
    steps = select(signed.period_start, signed.period_end).where(
        signed.level == "commune", _of(signed.province_code, province_code)
    )
    if known_at is not None:
        drafts = drafts.where(made.assessed_at <= known_at)
        steps = steps.where(signed.at <= known_at)
    found = {Period(*days) for days in session.execute(union(drafts.distinct(), steps.distinct()))}
    if known_at is not None:
        found.update(_declared_then(session, province_code, known_at))
    return sorted(found, key=lambda period: (period.end, period.start))


def _of(column: ColumnElement[str | None], province_code: str | None) -> ColumnElement[bool]:
    """Rows of a province, and those of communes of which the province is not known."""
    return true() if province_code is None else or_(column == province_code, column.is_(None))


def _declared_then(
    session: Session, province_code: str | None, known_at: datetime
) -> Iterator[Period]:
    """Periods that communes had declared figures for by a moment."""
    by_then = imports.c.at <= known_at
    now, old = indicators.c, record_versions.c
    stand = select(now.period_start, now.period_end).join(imports, imports.c.id == now.import_id)
    stand = stand.where(by_then, _of(now.province_code, province_code))
    for start, end in session.execute(stand.distinct()):
        yield Period(start, end)
    # A key of a declaration ends in its two days, of ten signs each (`indicator_key`).
    days = func.substr(old.record_key, func.length(old.record_key) - _DAYS + 1)
    replaced = (
        select(days)
        .join(imports, imports.c.id == old.import_id)
        .where(old.layer == Layer.INDICATORS.value, by_then, old.replaced_at > known_at)
    )
    if province_code is not None:
        said = f'"province_code": "{province_code}"'
        replaced = replaced.where(type_coerce(old.content, Text).contains(said))
    for text in session.scalars(replaced.distinct()):
        start, _space, end = text.partition(" ")
        yield Period(date.fromisoformat(start), date.fromisoformat(end))


_DAYS = len("2025-12-15 2026-12-14")
