"""The hotspots near facilities, as the viewer may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.spatial import cKDTree

from geo.crs import earth_xyz
from geo.terms import HotspotStatus
from models.hotspot_marks import hotspot_marks
from models.lifecycle import status_at
from models.session import Session
from models.viewers import Viewer

REACH_M = 5_000.0
"""A hotspot farther away is not named as the nearest."""


@dataclass(frozen=True, slots=True)
class NearSpot:
    """A hotspot with its status on a day and its distance in metres.

    `coarse`: shown by a square of 250 m alone, the distance is that of its middle.
    """

    ref: str
    source: str
    name: str
    status: HotspotStatus
    distance_m: float
    coarse: bool
    lon: float
    lat: float


def nearest_spots(
    session: Session, viewer: Viewer, points: Sequence[tuple[float, float]], day: date
) -> list[NearSpot | None]:
    """For each point in WGS 84 the nearest hotspot that stood in the register on a day."""
    spots = _spots(session, viewer, day)
    if not points or not spots:
        return [None] * len(points)
    tree = cKDTree(earth_xyz([s.lon for s in spots], [s.lat for s in spots]))
    here = earth_xyz(*np.array(points, dtype=np.float64).T)
    metres, at = tree.query(here, distance_upper_bound=REACH_M)
    return [
        _at(spots[int(index)], float(away_m)) if np.isfinite(away_m) else None
        for away_m, index in zip(metres, at, strict=True)
    ]


def spots_around(
    session: Session, viewer: Viewer, point: tuple[float, float], radius_m: float, day: date
) -> list[NearSpot]:
    """The hotspots within a radius of a point that stood on a day, nearest first."""
    spots = _spots(session, viewer, day)
    if not spots:
        return []
    there = earth_xyz([s.lon for s in spots], [s.lat for s in spots])
    (here,) = earth_xyz([point[0]], [point[1]])
    metres = np.linalg.norm(there - here, axis=1)
    near = [_at(s, float(m)) for s, m in zip(spots, metres, strict=True) if m <= radius_m]
    return sorted(near, key=lambda spot: spot.distance_m)


def _spots(session: Session, viewer: Viewer, day: date) -> list[NearSpot]:
    found = []
    for spot in hotspot_marks(session, viewer):
        status = status_at(spot.events, day)
        if status is None or status is HotspotStatus.DELISTED:
            continue
        if spot.lon is not None and spot.lat is not None:
            told = (spot.ref, spot.source, spot.name, status)
            found.append(NearSpot(*told, 0.0, spot.coarse, spot.lon, spot.lat))
    return found


def _at(spot: NearSpot, distance_m: float) -> NearSpot:
    parts = (spot.ref, spot.source, spot.name, spot.status, distance_m, spot.coarse)
    return NearSpot(*parts, spot.lon, spot.lat)
