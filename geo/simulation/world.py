"""The stage: who lives where, which communes are clean when, points to draw on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.records import Period

GEOD = Geod(ellps="WGS84")

CLEAN_SHARE = 0.27
"""Share of communes that start free of drugs."""


@dataclass(frozen=True, slots=True)
class SimulatedCommune:
    """A commune to draw in; `old_addresses` are names of units that went into it."""

    code: str
    full_name: str
    province_code: str
    province_name: str
    geometry: BaseGeometry
    is_border: bool = False
    old_addresses: tuple[str, ...] = ()

    @property
    def is_urban(self) -> bool:
        """Whether addresses in it go by street rather than by hamlet."""
        return self.full_name.lower().startswith("phường")


@dataclass(frozen=True, slots=True)
class World:
    """The stage before anything happens: who lives where, what is clean when.

    `clean` holds one row of flags per period of `periods` (oldest first), in
    the order of `communes`; `residents` is in the same order.
    """

    communes: tuple[SimulatedCommune, ...]
    periods: tuple[Period, ...]
    today: date
    residents: NDArray[np.int64]
    clean: NDArray[np.bool_]

    @property
    def start(self) -> date:
        """First day on which anything happens."""
        return self.periods[0].start

    @property
    def n_days(self) -> int:
        """Days from the start to today, both included."""
        return (self.today - self.start).days + 1

    def period_index(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of the period in which days since the start fall."""
        starts = [(p.start - self.start).days for p in self.periods]
        return np.searchsorted(starts, days, side="right") - 1

    def dirty_communes(self) -> NDArray[np.int64]:
        """Indices of communes that are clean in no period."""
        return np.flatnonzero(~self.clean.any(axis=0))


def draw_world(
    rng: np.random.Generator,
    communes: Sequence[SimulatedCommune],
    periods: Sequence[Period],
    today: date,
) -> World:
    """Draw residents and which communes are clean in which period.

    From one period to the next a part of the clean communes is lost and some
    of the others become clean, so that the share grows a little.
    """
    median = np.array([26_000 if c.is_urban else 17_000 for c in communes])
    residents = np.maximum(900, median * rng.lognormal(0.0, 0.45, len(communes))).astype(np.int64)
    clean = np.empty((len(periods), len(communes)), dtype=bool)
    border = np.array([c.is_border for c in communes])
    clean[0] = rng.random(len(communes)) < CLEAN_SHARE * np.where(border, 0.5, 1.05)
    for i in range(1, len(periods)):
        chance = rng.random(len(communes))
        clean[i] = np.where(clean[i - 1], chance > 0.09, chance < 0.055)
    return World(tuple(communes), tuple(periods), today, residents, clean)


def points_within(
    rng: np.random.Generator, geometry: BaseGeometry, n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw `n` points evenly inside a polygon: arrays of longitudes and latitudes."""
    west, south, east, north = geometry.bounds
    lons = np.empty(0)
    lats = np.empty(0)
    while len(lons) < n:
        x, y = rng.uniform(west, east, 4 * n + 16), rng.uniform(south, north, 4 * n + 16)
        inside = shapely.contains_xy(geometry, x, y)
        lons, lats = np.append(lons, x[inside]), np.append(lats, y[inside])
    return lons[:n], lats[:n]


def points_around(
    rng: np.random.Generator,
    geometry: BaseGeometry,
    centre: tuple[float, float],
    spread_m: float,
    n: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw `n` points about a centre, normally spread and inside the polygon.

    The centre itself must lie inside, else no draw would ever end.
    """
    lons = np.empty(0)
    lats = np.empty(0)
    while len(lons) < n:
        size = 4 * n + 8
        distance_m = spread_m * np.sqrt(-2.0 * np.log(1.0 - rng.random(size)))
        azimuth = rng.uniform(0.0, 360.0, size)
        x, y, _ = GEOD.fwd([centre[0]] * size, [centre[1]] * size, azimuth, distance_m)
        inside = shapely.contains_xy(geometry, x, y)
        lons, lats = np.append(lons, np.asarray(x)[inside]), np.append(lats, np.asarray(y)[inside])
    return lons[:n], lats[:n]
