"""Where incidents lie, as the viewer may know: one in a home is in the middle of its square.

Whoever may not see homes is answered as if such an incident had happened in the middle of
its square of 250 m: what is drawn, counted, found in a box or measured follows from that point
alone, so that no question tells more. One of which nobody knows whether it was in a home
counts as one where it is placed finer than the street.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, literal, or_, select
from sqlalchemy.orm import Session

from geo.records import Placement
from geo.terms import AtHome, Precision
from models.disclosure import (
    BANDS,
    DEGREE_M,
    GRID_M,
    coarse,
    lon_step_of,
    sees_homes,
    visible,
    widened,
)
from models.placements import WIDE_DEG, Bbox, inside, placement_of, whole_below
from models.tables import cluster_members, incidents
from models.viewers import Viewer

_STEP = GRID_M / DEGREE_M


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """The point of an incident as columns, WGS 84 degrees, and how fine it is."""

    lon: ColumnElement[Any]
    lat: ColumnElement[Any]
    precision: ColumnElement[Any]


def shown_point(session: Session, viewer: Viewer) -> ShownPoint:
    """Longitude, latitude and precision of incidents as the viewer may know them."""
    c = incidents.c
    if sees_homes(viewer):
        return ShownPoint(c.lon, c.lat, c.precision)
    lat = (whole_below(session, c.lat / _STEP) + 0.5) * _STEP
    step = _lon_step()
    lon = (whole_below(session, c.lon / step) + 0.5) * step
    return ShownPoint(
        lon=case((_hidden(), lon), else_=c.lon).label("lon"),
        lat=case((_hidden(), lat), else_=c.lat).label("lat"),
        precision=case((_hidden(), Precision.SUB_UNIT.value), else_=c.precision).label("precision"),
    )


def shown_inside(session: Session, viewer: Viewer, bbox: Bbox) -> ColumnElement[bool]:
    """The condition that incidents, where the viewer may know them to be, lie in a box."""
    if sees_homes(viewer):
        return inside(session, incidents, bbox)
    west, south, east, north = bbox
    point = shown_point(session, viewer)
    at_edge = and_(point.lon.between(west, east), point.lat.between(south, north))
    there = or_(well_inside(bbox), at_edge)
    if min(east - west, north - south) > WIDE_DEG:
        return there
    return and_(inside(session, incidents, widened(bbox, GRID_M)), there)


def well_inside(bbox: Bbox) -> ColumnElement[bool]:
    """Which incidents lie so far inside a box that their squares do: told without the squares."""
    west, south, east, north = widened(bbox, -GRID_M)
    return and_(incidents.c.lon.between(west, east), incidents.c.lat.between(south, north))


def in_square(viewer: Viewer) -> ColumnElement[bool]:
    """Which incidents stand in the middle of their square for the viewer."""
    return literal(value=False) if sees_homes(viewer) else _hidden()


def clusters_with_homes(
    session: Session, viewer: Viewer, run_id: int, few: Sequence[int] | None
) -> set[int]:
    """Clusters with an incident that stands in the middle of its square for the viewer."""
    if sees_homes(viewer):
        return set()
    m = cluster_members.c
    wanted = [m.run_id == run_id, visible(viewer, incidents), in_square(viewer)]
    if few is not None:
        wanted.append(m.cluster_id.in_(few))
    statement = select(m.cluster_id).join(incidents, incidents.c.id == m.incident_id)
    return set(session.scalars(statement.where(*wanted).distinct()))


def is_in_square(viewer: Viewer, row: Row[Any]) -> bool:
    """The same of a row with `home`, `precision` and `lon`."""
    if sees_homes(viewer) or row.lon is None:
        return False
    doubted = row.home == AtHome.UNKNOWN and row.precision == Precision.EXACT
    return bool(row.home == AtHome.HOME or doubted)


def shown_placement(viewer: Viewer, row: Row[Any]) -> Placement:
    """The placement of an incident as the viewer may know it."""
    placement = placement_of(row)
    return coarse(placement) if is_in_square(viewer, row) else placement


def shown_at(viewer: Viewer, row: Row[Any]) -> Placement:
    """The same of a row with `home`, `precision`, `lon` and `lat` alone."""
    placement = Placement(Precision(row.precision), lon=row.lon, lat=row.lat)
    return coarse(placement) if is_in_square(viewer, row) else placement


def _hidden() -> ColumnElement[bool]:
    c = incidents.c
    doubted = and_(c.home == AtHome.UNKNOWN.value, c.precision == Precision.EXACT.value)
    return and_(c.lon.is_not(None), or_(c.home == AtHome.HOME.value, doubted))


def _lon_step() -> ColumnElement[float]:
    """`lon_step_of` the row of squares that an incident lies in, as SQL."""
    steps = []
    for band in BANDS[:-1]:
        row = math.ceil((band + 1) / _STEP - 0.5)  # the first whose middle lies in the next band
        steps.append((incidents.c.lat < row * _STEP, lon_step_of(band)))
    return case(*steps, else_=lon_step_of(BANDS[-1]))
