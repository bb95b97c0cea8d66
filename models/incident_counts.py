"""Incidents in numbers: density, counts, and what clustering takes.

Unverified tips never count: every number here is of verified incidents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, and_, cast, func, not_, select
from sqlalchemy.orm import Session

from geo.cluster_facts import kind_numbers, substance_numbers
from geo.terms import DatePrecision, Precision
from models.additions import digest_of
from models.disclosure import visible
from models.home_points import shown_point
from models.incident_filters import EVERYTHING, IncidentFilter, conditions
from models.placements import finer_than_commune, whole_below
from models.tables import incidents, seizures
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class DensityCell:
    """A square of a grid in degrees by its centre, with the incidents in it."""

    lon: float
    lat: float
    n: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Cases and offenders; an unknown number of offenders adds none."""

    cases: int
    offenders: int


@dataclass(frozen=True, slots=True, eq=False)
class ClusterInput:
    """What clustering takes, by id: arrays of one length; `days` are datetime64[D].

    `day_known` is false where only the month or year is known; `kinds` are positions
    in `geo.cluster_facts.KINDS`; `province_codes` are empty where unknown. `seized_ids`
    and `seized` name each record and substance (position in `SUBSTANCES`) once.
    `left_out` counts verified incidents not placed finer than their commune,
    `unverified` those that nobody confirmed, wherever they are.
    """

    ids: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    days: NDArray[np.datetime64]
    day_known: NDArray[np.bool_]
    kinds: NDArray[np.int8]
    province_codes: NDArray[np.str_]
    seized_ids: NDArray[np.int64]
    seized: NDArray[np.int8]
    left_out: int
    unverified: int

    def dated(self) -> ClusterInput:
        """Those of which the day is known."""
        held = self.day_known
        columns = ("ids", "lons", "lats", "days", "day_known", "kinds", "province_codes")
        return replace(self, **{name: getattr(self, name)[held] for name in columns})


def incident_density(
    session: Session, viewer: Viewer, wanted: IncidentFilter, cell_deg: float
) -> list[DensityCell]:
    """Incidents with a point of their own, counted on a grid of `cell_deg` degrees.

    Cells come from south to north, west to east, and only where there is something.
    """
    at = shown_point(session, viewer)
    across = whole_below(session, at.lon / cell_deg).label("across")
    up = whole_below(session, at.lat / cell_deg).label("up")
    statement = (
        select(across, up, func.count())
        .where(finer_than_commune(incidents), *_counted(session, viewer, wanted))
        .group_by(across, up)
        .order_by(up, across)
    )
    return [
        DensityCell(_centre(i, cell_deg), _centre(j, cell_deg), n)
        for i, j, n in session.execute(statement)
    ]


def counts_by_commune(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter = EVERYTHING,
    *,
    commune_precision_only: bool = False,
) -> dict[str, int]:
    """Incidents per commune of the map in force.

    With `commune_precision_only` those that are known to lie in the commune, or
    in one of its sub-units, but not where: the ones no point on the map stands for.
    """
    c = incidents.c
    found = [c.commune_code_now.is_not(None), *_counted(session, viewer, wanted)]
    found += placed_vaguely() if commune_precision_only else _any_precision(wanted)
    statement = (
        select(c.commune_code_now, func.count())
        .where(*found)
        .group_by(c.commune_code_now)
        .order_by(c.commune_code_now)
    )
    return dict(session.execute(statement).all())


def vague_totals(
    session: Session, viewer: Viewer, wanted: IncidentFilter = EVERYTHING
) -> dict[str, Totals]:
    """By commune of the map in force: cases known to lie there but not where, and offenders."""
    c = incidents.c
    statement = (
        select(c.commune_code_now, func.count(), func.coalesce(func.sum(c.offenders), 0))
        .where(
            c.commune_code_now.is_not(None), *placed_vaguely(), *_counted(session, viewer, wanted)
        )
        .group_by(c.commune_code_now)
    )
    rows = session.execute(statement)
    return {code: Totals(cases, int(offenders)) for code, cases, offenders in rows}


def monthly_counts(
    session: Session, viewer: Viewer, wanted: IncidentFilter = EVERYTHING
) -> list[tuple[date, int]]:
    """Incidents per month, by the first of the month, without the months that had none.

    Incidents of which only the year is known belong to no month.
    """
    c = incidents.c
    statement = (
        select(c.occurred_on, func.count())
        .where(c.date_precision != DatePrecision.YEAR, *_counted(session, viewer, wanted))
        .group_by(c.occurred_on)
    )
    months: Counter[date] = Counter()
    for day, n in session.execute(statement):
        months[day.replace(day=1)] += n
    return sorted(months.items())


def totals(session: Session, viewer: Viewer, wanted: IncidentFilter = EVERYTHING) -> Totals:
    """How many cases and offenders."""
    statement = select(func.count(), func.coalesce(func.sum(incidents.c.offenders), 0)).where(
        *_counted(session, viewer, wanted), *_any_precision(wanted)
    )
    cases, offenders = session.execute(statement).one()
    return Totals(cases, int(offenders))


def any_incident(session: Session, viewer: Viewer, wanted: IncidentFilter = EVERYTHING) -> bool:
    """Whether there is one at all."""
    statement = select(incidents.c.id).where(*_counted(session, viewer, wanted)).limit(1)
    return session.scalar(statement) is not None


def clustering_input(
    session: Session, viewer: Viewer, wanted: IncidentFilter = EVERYTHING
) -> ClusterInput:
    """The verified incidents finer than commune precision, by id."""
    c = incidents.c
    counted = and_(*_counted(session, viewer, wanted))
    fine = finer_than_commune(incidents)
    province = func.coalesce(c.province_code, "")
    at = shown_point(session, viewer)
    columns = (c.id, at.lon, at.lat, c.occurred_on, c.date_precision, c.kind, province)
    rows = session.execute(select(*columns).where(fine, counted).order_by(c.id)).all()
    ids, lons, lats, days, precisions, kinds, areas = zip(*rows, strict=True) if rows else ((),) * 7
    seized_ids, seized = _seized(session, and_(fine, counted))
    left_out = session.scalar(select(func.count()).where(not_(fine), counted))
    others = and_(c.verified.is_(False), *conditions(session, viewer, wanted))
    unverified = session.scalar(select(func.count()).where(others))
    return ClusterInput(
        ids=np.array(ids, dtype=np.int64),
        lons=np.array(lons, dtype=np.float64),
        lats=np.array(lats, dtype=np.float64),
        days=np.array(days, dtype="datetime64[D]"),
        day_known=np.array([p == DatePrecision.DAY for p in precisions], dtype=bool),
        kinds=kind_numbers(kinds),
        province_codes=np.array(areas, dtype=np.str_),
        seized_ids=seized_ids,
        seized=seized,
        left_out=left_out or 0,
        unverified=unverified or 0,
    )


def vague_incidents(session: Session, viewer: Viewer, until: date) -> list[tuple[str, date]]:
    """Commune of today and day of the verified incidents known to lie there but not where.

    Those of which the day is known: the others lie on no side of a clearing.
    """
    c = incidents.c
    counted = _counted(session, viewer, IncidentFilter(until=until))
    statement = select(c.commune_code_now, c.occurred_on).where(
        c.commune_code_now.is_not(None),
        c.date_precision == DatePrecision.DAY,
        *placed_vaguely(),
        *counted,
    )
    return [(code, day) for code, day in session.execute(statement)]


def crowded_communes(
    session: Session, viewer: Viewer, since: date | None, until: date, at_least: int
) -> list[tuple[str, int]]:
    """Communes with many verified incidents known to lie there but not where, most first.

    They are listed beside the clusters: no place can be drawn for their incidents.
    """
    wanted = IncidentFilter(since=since, until=until)
    counts = counts_by_commune(session, viewer, wanted, commune_precision_only=True)
    many = [(code, n) for code, n in counts.items() if n >= at_least]
    return sorted(many, key=lambda each: (-each[1], each[0]))


def data_stamp(session: Session, viewer: Viewer) -> str:
    """A mark that changes when the viewer's incidents do.

    By addition, withdrawal, new placement, or another day, verification or
    number of offenders.
    """
    c = incidents.c
    lons = func.sum(whole_below(session, c.lon * 1e6))
    lats = func.sum(whole_below(session, c.lat * 1e6))
    days = func.sum(_day_number(session, c.occurred_on))
    statement = (
        select(
            *(c.precision, c.verified, func.count(), func.max(c.id), lons, lats),
            *(days, func.sum(c.offenders)),
        )
        .where(visible(viewer, incidents))
        .group_by(c.precision, c.verified)
        .order_by(c.precision, c.verified)
    )
    return digest_of(*(tuple(row) for row in session.execute(statement)))


def _seized(
    session: Session, wanted: ColumnElement[bool]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Incident and substance, each pair once."""
    s = seizures.c
    statement = (
        select(s.incident_id, s.substance)
        .join(incidents, incidents.c.id == s.incident_id)
        .where(wanted)
        .distinct()
    )
    rows = session.execute(statement).all()
    ids, names = zip(*rows, strict=True) if rows else ((), ())
    return np.array(ids, dtype=np.int64), substance_numbers(names)


def placed_vaguely() -> list[ColumnElement[bool]]:
    """Known to lie in a commune or one of its sub-units, but not where."""
    c = incidents.c
    return [c.precision.in_((Precision.COMMUNE, Precision.SUB_UNIT)), c.lon.is_(None)]


def _counted(session: Session, viewer: Viewer, wanted: IncidentFilter) -> Sequence[Any]:
    return [incidents.c.verified.is_(True), *conditions(session, viewer, wanted)]


def _any_precision(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    """True of every incident: named so that days are found by `ix_incidents_counting`."""
    by_days = wanted.since is not None or wanted.until is not None
    return [incidents.c.precision.in_(Precision)] if by_days else []


def _day_number(session: Session, day: ColumnElement[date]) -> ColumnElement[int]:
    """A day as a whole number of days."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(day - date(2000, 1, 1), Integer)
    return cast(func.julianday(day), Integer)


def _centre(index: int, cell_deg: float) -> float:
    return round((index + 0.5) * cell_deg, 9)
