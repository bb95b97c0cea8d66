"""Incidents as the border is counted: those with a place of their own, and what was seized.

Verified incidents only. One known by its commune alone has no distance to anything: it is
counted for its commune, apart. Which segment of the border a place belongs to is for
`geo.border_segments` to say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import SeizureUnit, Substance
from models.disclosure import visible
from models.home_points import shown_point
from models.incident_filters import IncidentFilter, conditions
from models.placements import finer_than_commune
from models.tables import incidents, indicators, seizures
from models.viewers import Viewer

SUBSTANCES = tuple(Substance)
UNITS = tuple(SeizureUnit)


@dataclass(frozen=True, slots=True, eq=False)
class PlacedCases:
    """Verified incidents with a point (WGS 84): arrays of one length.

    `offenders` is 0 where the number is unknown.
    """

    ids: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    offenders: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Seized:
    """What was seized in incidents with a point: arrays of one length, one row a seizure.

    `what` is a position in `SUBSTANCES`, `unit` one in `UNITS`.
    """

    incident_ids: NDArray[np.int64]
    what: NDArray[np.int64]
    unit: NDArray[np.int64]
    quantity: NDArray[np.float64]


def count_placing(session: Session, viewer: Viewer, wanted: IncidentFilter) -> tuple[int, int]:
    """How many verified incidents there are, and how many of them lie finer than their commune."""
    c = incidents.c
    fine = case((finer_than_commune(incidents), 1), else_=0)
    statement = (
        select(c.precision, func.count(), func.sum(fine))
        .where(c.verified.is_(True), *conditions(session, viewer, wanted))
        .group_by(c.precision)
    )
    rows = session.execute(statement).all()
    return sum(n for _, n, _ in rows), sum(n for *_, n in rows)


def placed_cases(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter,
    commune_codes: Collection[str] | None = None,
) -> PlacedCases:
    """The verified incidents that lie finer than their commune, by id.

    With `commune_codes` (of the map in force) those of these communes and of none: what is
    told of the border needs not read the whole country.
    """
    c, at = incidents.c, shown_point(session, viewer)
    statement = select(c.id, at.lon, at.lat, func.coalesce(c.offenders, 0)).where(
        *_placed(session, viewer, wanted, commune_codes)
    )
    table = _numbers(session, statement)
    table = table[np.argsort(table[:, 0])]
    return PlacedCases(
        table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3].astype(np.int64)
    )


def seized_in_placed(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter,
    commune_codes: Collection[str] | None = None,
) -> Seized:
    """What was seized in the incidents of `placed_cases`, in no order."""
    c, s = incidents.c, seizures.c
    kinds = {str(name): at for at, name in enumerate(SUBSTANCES)}
    units = {str(name): at for at, name in enumerate(UNITS)}
    statement = (
        select(
            s.incident_id,
            case(kinds, value=s.substance, else_=kinds[Substance.OTHER]),
            case(units, value=s.unit, else_=-1),
            s.quantity,
        )
        .join(incidents, c.id == s.incident_id)
        .where(*_placed(session, viewer, wanted, commune_codes))
    )
    table = _numbers(session, statement)
    ids, what, unit = (table[:, column].astype(np.int64) for column in range(3))
    return Seized(ids, what, unit, table[:, 3])


def residents_of(
    session: Session, viewer: Viewer, until: date, province_code: str | None = None
) -> tuple[Period | None, dict[str, int]]:
    """Residents by commune as declared for the latest period begun by a day, and that period.

    Communes without the figure, or with none living there, are absent.
    """
    c = indicators.c
    seen = [visible(viewer, indicators), c.period_start <= until, c.residents > 0]
    if province_code is not None:
        seen.append(c.province_code == province_code)
    latest = session.execute(
        select(c.period_start, c.period_end)
        .where(*seen)
        .order_by(c.period_end.desc(), c.period_start.desc())
        .limit(1)
    ).one_or_none()
    if latest is None:
        return None, {}
    period = Period(*latest)
    rows = session.execute(
        select(c.commune_code, c.residents).where(
            *seen, c.period_start == period.start, c.period_end == period.end
        )
    )
    return period, {code: int(n) for code, n in rows}


def _numbers(session: Session, statement: Select[Any]) -> NDArray[np.float64]:
    """The rows of four numbers each as one array: a tenth of the time of rows as objects."""
    cursor = session.connection().execute(statement).cursor
    rows = cursor.fetchall() if cursor is not None else []
    return np.array(rows, dtype=np.float64).reshape(len(rows), 4)


def _placed(
    session: Session, viewer: Viewer, wanted: IncidentFilter, codes: Collection[str] | None
) -> list[ColumnElement[bool]]:
    c = incidents.c
    found = [c.verified.is_(True), finer_than_commune(incidents)]
    if codes is not None:
        found.append(c.commune_code_now.in_(sorted(codes)) | c.commune_code_now.is_(None))
    return [*found, *conditions(session, viewer, wanted)]
