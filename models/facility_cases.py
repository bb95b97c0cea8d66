"""How many verified incidents lie around facilities, and which: by distance, in a period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from geo.crs import earth_xyz
from models.disclosure import widened
from models.facility_nearness import numbers_of
from models.home_points import shown_inside, shown_point
from models.incident_filters import IncidentFilter, conditions
from models.placements import finer_than_commune
from models.tables import incidents
from models.viewers import Viewer

RADII_M = (100.0, 200.0, 500.0, 1000.0)
"""Distances, in metres, within which incidents are counted."""

_MOST_BOXES = 30
"""More points than this are looked for in one box around them all."""

Point = tuple[float, float]
"""Longitude and latitude in degrees of WGS 84."""


def counts_around(
    session: Session,
    viewer: Viewer,
    points: Sequence[Point],
    wanted: IncidentFilter,
    radii_m: Sequence[float] = RADII_M,
) -> NDArray[np.int64]:
    """Incidents of a filter within each radius of each point: a row a point, a column a radius.

    Incidents known by their commune alone have no point and are in none.
    """
    counts = np.zeros((len(points), len(radii_m)), dtype=np.int64)
    at = shown_point(session, viewer)
    statement = select(at.lon, at.lat).where(
        finer_than_commune(incidents),
        *conditions(session, viewer, wanted),
        _around(session, viewer, points, max(radii_m)),
    )
    there = numbers_of(session.execute(statement).all(), 2)
    if not len(points) or not len(there):
        return counts
    tree = cKDTree(earth_xyz(*there.T))
    here = earth_xyz(*np.array(points, dtype=np.float64).T)
    for column, radius_m in enumerate(radii_m):
        counts[:, column] = tree.query_ball_point(here, radius_m, return_length=True)
    return counts


def _around(
    session: Session, viewer: Viewer, points: Sequence[Point], within_m: float
) -> ColumnElement[bool]:
    """That an incident may lie within a distance of a point, found by the spatial index.

    A box for each of a few points, else one around all: the distance itself is told here,
    since the two databases do not measure alike.
    """
    if not points:
        return true()
    boxes = {widened((lon, lat, lon, lat), within_m) for lon, lat in points}
    if len(boxes) > _MOST_BOXES:
        lons, lats = zip(*points, strict=True)
        boxes = {widened((min(lons), min(lats), max(lons), max(lats)), within_m)}
    return or_(*(shown_inside(session, viewer, box) for box in sorted(boxes)))


def pointless_count(session: Session, viewer: Viewer, wanted: IncidentFilter) -> int:
    """How many incidents of a filter have no point: they may lie near a facility or not."""
    statement = select(func.count()).where(
        ~finer_than_commune(incidents), *conditions(session, viewer, wanted)
    )
    return session.scalar(statement) or 0
