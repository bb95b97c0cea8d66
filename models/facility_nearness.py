"""Incidents within a distance of facilities, as a condition: "within 500 m of a school".

Distances are told by neither database alike, so the points are compared here and the
numbers of those that lie near go into the question. Incidents and facilities without a
point of their own are near nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy import false as nothing
from sqlalchemy.orm import Session

from geo.crs import earth_xyz
from geo.terms import FacilityKind
from models.disclosure import visible, widened
from models.home_points import shown_point
from models.placements import Bbox, finer_than_commune, inside
from models.tables import facilities, incidents
from models.viewers import Viewer

Points = NDArray[np.float64]
"""Longitude and latitude in WGS 84, one row a point."""


@dataclass(frozen=True, slots=True)
class Near:
    """Near a facility: of any of these kinds, within the metres that stand beside the kind."""

    kinds: tuple[tuple[FacilityKind, float], ...]

    @property
    def farthest_m(self) -> float:
        """The greatest of the distances."""
        return max(within_m for _, within_m in self.kinds)


def near_condition(
    session: Session, viewer: Viewer, near: Near, conditions: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """The condition that an incident lies near a facility that the viewer sees.

    `conditions` are all others that the incidents meet: no more are compared than need be.
    """
    c, at = incidents.c, shown_point(session, viewer)
    statement = select(c.id, at.lon, at.lat).where(finer_than_commune(incidents), *conditions)
    rows = numbers_of(session.execute(statement).all(), 3)
    if not len(rows):
        return nothing()
    places = rows[:, 1:]
    there = _facility_points(session, viewer, near, _extent(places))
    close = np.zeros(len(rows), dtype=bool)
    for kind, within_m in near.kinds:
        if len(there[kind]):
            close |= within(places, there[kind], within_m)
    return c.id.in_(_listed(session, rows[close, 0].astype(np.int64)))


def _facility_points(
    session: Session, viewer: Viewer, near: Near, extent: Bbox
) -> dict[str, Points]:
    """By kind the points of the facilities meant that may be near something in an extent."""
    c = facilities.c
    statement = select(c.kind, c.lon, c.lat).where(
        visible(viewer, facilities),
        c.kind.in_([kind.value for kind, _ in near.kinds]),
        finer_than_commune(facilities),
        inside(session, facilities, widened(extent, near.farthest_m)),
    )
    found: dict[str, list[tuple[float, float]]] = {kind.value: [] for kind, _ in near.kinds}
    for kind, lon, lat in session.execute(statement):
        found[kind].append((lon, lat))
    return {kind: np.array(at, dtype=np.float64).reshape(-1, 2) for kind, at in found.items()}


def within(points: Points, others: Points, within_m: float) -> NDArray[np.bool_]:
    """Which points lie within a distance in metres of some other point, that distance included.

    >>> here = np.array([[105.85, 21.02], [105.86, 21.02]])
    >>> within(here, np.array([[105.8501, 21.02]]), 500.0).tolist()
    [True, False]
    """
    tree = cKDTree(earth_xyz(*others.T))
    away_m, _ = tree.query(earth_xyz(*points.T), distance_upper_bound=np.nextafter(within_m, 1e9))
    return np.asarray(away_m <= within_m)


def numbers_of(rows: Sequence[Iterable[Any]], width: int) -> NDArray[np.float64]:
    """Rows of `width` numbers as an array; far quicker than letting NumPy look into each row."""
    flat = np.fromiter(chain.from_iterable(rows), np.float64, width * len(rows))
    return flat.reshape(-1, width)


def _extent(points: Points) -> Bbox:
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _listed(session: Session, ids: NDArray[np.int64]) -> Select[tuple[int]]:
    """Numbers as one parameter, however many they are."""
    given = bindparam(None, json.dumps(ids.tolist()), type_=Text)
    if session.get_bind().dialect.name == "postgresql":
        each = func.json_array_elements_text(cast(given, JSON)).table_valued("value")
    else:
        each = func.json_each(given).table_valued("value")
    return select(cast(each.c.value, Integer))
