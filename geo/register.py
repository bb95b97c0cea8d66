"""The hotspot register and the records as an analysis sees them on one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.records import Period
from geo.terms import HotspotStatus

DEFAULT_RADIUS_M = 300.0
"""How far from its point a hotspot reaches, in metres."""

MIN_NEW_INCIDENTS = 3
"""Verified incidents after a clearing without which nothing re-emerges."""

SAME_PLACE_M = 0.01
"""Distances closer than this are equal: an incident at two hotspots is nearer to neither."""

OPEN = frozenset({HotspotStatus.SUSPECTED, HotspotStatus.ACTIVE, HotspotStatus.RE_EMERGED})


@dataclass(frozen=True, slots=True)
class RegisteredPlace:
    """A hotspot as it stands on the day of the analysis.

    `id` is its number in the register, `lon` and `lat` are WGS 84 degrees.
    `cleared_on` is its last clearing up to that day, None if there was none.
    `data` are the days of which there are data in its province, None if not known.
    """

    id: int
    ref: str
    lon: float
    lat: float
    cleared_on: date | None
    status: HotspotStatus
    data: Period | None = None

    @property
    def is_open(self) -> bool:
        """Suspected, active or re-emerged, as opposed to cleared or delisted."""
        return self.status in OPEN


class LocatedRecords(Protocol):
    """Verified records finer than commune precision, as parallel arrays.

    WGS 84 degrees; `days` hold dates or `datetime64`, None or NaT if unknown.
    """

    @property
    def ids(self) -> Sequence[int] | NDArray[np.int64]: ...  # noqa: D102
    @property
    def lons(self) -> ArrayLike: ...  # noqa: D102
    @property
    def lats(self) -> ArrayLike: ...  # noqa: D102
    @property
    def days(self) -> Sequence[date | None] | ArrayLike: ...  # noqa: D102
