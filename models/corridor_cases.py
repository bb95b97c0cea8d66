"""Verified incidents that may lie beside a key route, and those that nobody can lay beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import Session

from geo.records import Period
from models.additions import chunks
from models.disclosure import widened
from models.home_points import shown_inside, shown_point
from models.incident_filters import IncidentFilter, conditions
from models.placements import Bbox, finer_than_commune
from models.tables import incidents
from models.viewers import Viewer

_MOST_BOXES = 30
_CELLS_DEG = (0.1, 0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class CasesAlong:
    """Incidents as parallel arrays, by id; WGS 84 degrees, `days` datetime64[D].

    Unknown offenders count as none.
    """

    ids: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    days: NDArray[np.datetime64]
    offenders: NDArray[np.int64]


def boxes_along(line: BaseGeometry, within_m: float) -> list[Bbox]:
    """Boxes in degrees that hold everything within some metres of a line (WGS 84).

    >>> boxes_along(shapely.LineString([(105.01, 10.05), (105.09, 10.05)]), 0)
    [(105.01, 10.05, 105.09, 10.05)]
    """
    for cell_deg in _CELLS_DEG:
        boxes = _boxes(line, cell_deg)
        if len(boxes) <= _MOST_BOXES:
            break
    return [widened(box, within_m) for box in boxes]


def cases_along(
    session: Session, viewer: Viewer, line: BaseGeometry, within_m: float, period: Period
) -> CasesAlong:
    """The verified incidents of a period with a point, in the boxes around a line (WGS 84).

    More than those within `within_m` metres: how far each lies is for the caller to measure.
    """
    c, at = incidents.c, shown_point(session, viewer)
    boxes = boxes_along(line, within_m)
    ids = [select(c.id).where(shown_inside(session, viewer, box)) for box in boxes]
    statement = (
        select(c.id, at.lon, at.lat, c.occurred_on, func.coalesce(c.offenders, 0))
        .where(finer_than_commune(incidents), *_that_count(session, viewer, period))
        .where(c.id.in_(union(*ids)))
        .order_by(c.id)
    )
    rows = session.execute(statement).all()
    id_, lons, lats, days, offenders = zip(*rows, strict=True) if rows else ((),) * 5
    return CasesAlong(
        ids=np.array(id_, dtype=np.int64),
        lons=np.array(lons, dtype=np.float64),
        lats=np.array(lats, dtype=np.float64),
        days=np.array(days, dtype="datetime64[D]"),
        offenders=np.array(offenders, dtype=np.int64),
    )


def cases_without_point(
    session: Session, viewer: Viewer, commune_codes: Sequence[str], period: Period
) -> int:
    """How many verified incidents of a period are known by their commune alone.

    Commune codes are those of the map in force.
    """
    c = incidents.c
    wanted = select(func.count()).where(
        ~finer_than_commune(incidents), *_that_count(session, viewer, period)
    )
    return sum(
        session.scalar(wanted.where(c.commune_code_now.in_(chunk))) or 0
        for chunk in chunks(list(commune_codes))
    )


def _that_count(session: Session, viewer: Viewer, period: Period) -> list[ColumnElement[bool]]:
    wanted = IncidentFilter(since=period.start, until=period.end, verified_only=True)
    return conditions(session, viewer, wanted)


def _boxes(line: BaseGeometry, cell_deg: float) -> list[Bbox]:
    """The boxes of the short pieces of a line whose middles share a cell of a grid."""
    parts = shapely.get_parts(shapely.segmentize(line, cell_deg / 2))
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    start, end = lonlat[:-1][joined], lonlat[1:][joined]
    cells = np.floor((start + end) / 2 / cell_deg).astype(np.int64)
    _, of = np.unique(cells, axis=0, return_inverse=True)
    low, high = np.minimum(start, end), np.maximum(start, end)
    return [
        (*low[of == n].min(axis=0).tolist(), *high[of == n].max(axis=0).tolist())
        for n in range(int(of.max()) + 1)
    ]
