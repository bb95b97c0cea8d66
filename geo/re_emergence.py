"""Places that were cleared and are complex again: the evidence around each.

A cleared or delisted hotspot re-emerges where, strictly after its last clearing,

* at least three verified incidents lie within the radius of it and nearer to it
  than to any open hotspot, and
* that is more than the background of the surrounding communes explains: the
  exact comparison of two Poisson rates gives p < 0.05.

The background is what the surrounding communes (`geo.surroundings`) had in the
same days outside the circle: m incidents located there, those known only by
commune among them (as if none of these had happened in the circle, which can only
raise the bar). Both counts are Poisson, so the exact test is the conditional
binomial of Przyborowski and Wilenski (1940): of n + m records, n fell into the
circle, which has the share `circle / (circle + outside)` of the area. It asks for
more than a test against a rate taken as known, as it should where m is small, and
it needs no made-up rate where nothing happened outside: with m = 0 and the area
of at least four circles outside, three incidents give p < 0.01.

The ratio of after to before, in equal windows of days of which there are data, is shown
beside and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from geo.cluster_shapes import Days, as_days
from geo.crs import BoolArray, FloatArray, IntArray, earth_xyz
from geo.errors import ClusterError
from geo.records import CountChange
from geo.register import (
    DEFAULT_RADIUS_M,
    MIN_NEW_INCIDENTS,
    SAME_PLACE_M,
    LocatedRecords,
    RegisteredPlace,
)
from geo.significance import count_change, rate_excess_p
from geo.surroundings import Region, Surroundings, circle_m2, find_regions
from geo.windows import days_within, equal_windows

MAX_P = 0.05
"""Level of the test: above the background means a p below this."""


@dataclass(frozen=True, slots=True)
class ReEmergence:
    """What speaks for a cleared or delisted hotspot being complex again.

    `incident_ids` are the `n_after` verified incidents after `cleared_on` within
    `radius_m` metres, `expected` how many the background would put there in the
    same days, `p_value` the exact probability of so many or more by chance.
    `change` compares equal windows before and after the clearing (of 0 days where
    nothing was recorded before). `holds` tells whether the rule is met.
    """

    hotspot_id: int
    ref: str
    cleared_on: date
    radius_m: float
    incident_ids: tuple[int, ...]
    n_after: int
    expected: float
    p_value: float
    change: CountChange
    holds: bool


def re_emergences(
    register: Sequence[RegisteredPlace],
    incidents: LocatedRecords,
    surroundings: Surroundings,
    *,
    as_of: date,
    radius_m: float = DEFAULT_RADIUS_M,
) -> list[ReEmergence]:
    """Weigh every cleared or delisted hotspot of the register, in its order.

    Open ones and those never cleared are passed over; `holds` tells the rest apart.

    Parameters
    ----------
    incidents
        All verified incidents finer than commune precision, whatever window is
        clustered; those after `as_of` or without a day do not count.

    Raises
    ------
    ClusterError, CrsError
        If the radius is not positive; if coordinates are no degrees.
    """
    if not 0 < radius_m < float("inf"):
        raise ClusterError(f"Bán kính {radius_m} m không hợp lệ; hãy chọn số lớn hơn 0.")
    closed = _closed(register, as_of)
    if not closed:
        return []
    field = _field(incidents, register, as_of)
    lons, lats = [place.lon for place, _ in closed], [place.lat for place, _ in closed]
    regions = find_regions(lons, lats, (field.lons, field.lats), surroundings.shapes, radius_m)
    balls = cKDTree(field.xyz).query_ball_point(earth_xyz(lons, lats), radius_m)
    found = []
    for (place, cleared_on), rows, region in zip(closed, balls, regions, strict=True):
        within = np.asarray(rows, dtype=np.int64)
        others = _background(cleared_on, within, region, field, surroundings)
        setting = _Setting(radius_m, others, circle_m2(radius_m) / region.outside_m2)
        own = _own_rows(place, within, field)
        found.append(_weighed(place, cleared_on, own, field, setting))
    return found


def _closed(register: Sequence[RegisteredPlace], day: date) -> list[tuple[RegisteredPlace, date]]:
    """The hotspots that are closed and the day each was cleared on."""
    return [
        (place, place.cleared_on)
        for place in register
        if place.cleared_on and place.cleared_on <= day and not place.is_open
    ]


class _Setting(NamedTuple):
    """A circle and its background: incidents outside it, its area as a share of theirs."""

    radius_m: float
    others: int
    exposure: float


@dataclass(frozen=True, eq=False)
class _Field:
    """The dated incidents up to `as_of`; `to_open_m` is how far the next open hotspot is."""

    ids: IntArray
    lons: FloatArray
    lats: FloatArray
    days: Days
    xyz: FloatArray
    to_open_m: FloatArray
    as_of: date

    def since(self, day: date, days: Days) -> BoolArray:
        """Which of some days lie after a day, up to `as_of`."""
        found: BoolArray = (days > np.datetime64(day)) & (days <= np.datetime64(self.as_of))
        return found


def _field(incidents: LocatedRecords, register: Sequence[RegisteredPlace], as_of: date) -> _Field:
    ids = np.asarray(incidents.ids, dtype=np.int64)
    days = as_days(incidents.days, ids.size)
    known = days <= np.datetime64(as_of)  # false where unknown
    lons = np.asarray(incidents.lons, dtype=float)[known]
    lats = np.asarray(incidents.lats, dtype=float)[known]
    xyz = earth_xyz(lons, lats)
    to_open_m = np.full(lons.size, np.inf)
    opened = [place for place in register if place.is_open]
    if opened:
        tree = cKDTree(earth_xyz([place.lon for place in opened], [place.lat for place in opened]))
        to_open_m = tree.query(xyz)[0]
    return _Field(ids[known], lons, lats, days[known], xyz, to_open_m, as_of)


def _own_rows(place: RegisteredPlace, within: IntArray, field: _Field) -> IntArray:
    """Rows of the incidents within the circle that are nearer to no open hotspot."""
    here = earth_xyz([place.lon], [place.lat])
    distance_m = np.linalg.norm(field.xyz[within] - here, axis=1)
    own: IntArray = within[distance_m < field.to_open_m[within] - SAME_PLACE_M]
    return own


def _weighed(
    place: RegisteredPlace, cleared_on: date, own: IntArray, field: _Field, setting: _Setting
) -> ReEmergence:
    new = own[field.since(cleared_on, field.days[own])]
    share = setting.exposure / (1 + setting.exposure)
    p_value = rate_excess_p(new.size, setting.others, share)
    return ReEmergence(
        hotspot_id=place.id,
        ref=place.ref,
        cleared_on=cleared_on,
        radius_m=setting.radius_m,
        incident_ids=tuple(np.sort(field.ids[new]).tolist()),
        n_after=int(new.size),
        expected=setting.others * setting.exposure,
        p_value=p_value,
        change=_change(place, cleared_on, field.days[own], field),
        holds=new.size >= MIN_NEW_INCIDENTS and p_value < MAX_P,
    )


def _background(
    cleared_on: date, within: IntArray, region: Region, field: _Field, surroundings: Surroundings
) -> int:
    """Incidents of the surroundings after a clearing, outside the circle."""
    located = np.setdiff1d(region.located, within, assume_unique=True)
    vague = np.isin(surroundings.vague, region.communes)
    return int(
        field.since(cleared_on, field.days[located]).sum()
        + field.since(cleared_on, surroundings.vague_days[vague]).sum()
    )


def _change(place: RegisteredPlace, cleared_on: date, days: Days, field: _Field) -> CountChange:
    """Before and after of a place whose incidents happened on some days.

    The windows lie in the days of which there are data, all records' where the place
    does not say.
    """
    first_day = field.days.min().item() if field.days.size else cleared_on
    last_day = field.as_of
    if place.data is not None:
        first_day, last_day = place.data.start, min(last_day, place.data.end)
    try:
        before, after = equal_windows(cleared_on, last_day, None, first_day=first_day)
    except ClusterError:
        return count_change(0, 0, 0)
    n_days = (before.end - before.start).days + 1
    early, late = days_within(days, before), days_within(days, after)
    return count_change(int(early.sum()), int(late.sum()), n_days)
