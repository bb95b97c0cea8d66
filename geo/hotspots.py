"""Clusters held against the hotspot register: known, unrecorded, re-emerging, shifted.

Distances are between the hotspot's point and the cluster's nearest record, and
zero where the hotspot lies inside the cluster's hull. The flag is, in this order:

* `re_emerging`: within the radius there is a cleared or delisted hotspot around
  which at least three records of the cluster happened strictly after its
  clearing, within the radius of it and nearer to it than to any open hotspot;
* `known`: any hotspot lies within the radius (an open one; or a quiet one whose
  records are all older than its clearing, or too few since);
* `shifted`: between one and three radii away a hotspot was cleared before the
  cluster's first record;
* `unrecorded`: none of these.

The software only proposes: a person confirms what a flag says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.cluster_shapes import Days, as_days
from geo.crs import BoolArray, FloatArray, IntArray, earth_xyz
from geo.errors import ClusterError
from geo.records import Cluster
from geo.terms import ClusterFlag, HotspotStatus

DEFAULT_RADIUS_M = 300.0
MIN_NEW_INCIDENTS = 3
SHIFT_RADII = 3
_SAME_PLACE_M = 0.01
OPEN = frozenset({HotspotStatus.SUSPECTED, HotspotStatus.ACTIVE, HotspotStatus.RE_EMERGED})


@dataclass(frozen=True, slots=True)
class RegisteredPlace:
    """A hotspot as it stands on the day of the analysis.

    `cleared_on` is its last clearing up to that day, None if there was none.
    """

    ref: str
    lon: float
    lat: float
    cleared_on: date | None
    status: HotspotStatus

    @property
    def is_open(self) -> bool:
        """Suspected, active or re-emerged, as opposed to cleared or delisted."""
        return self.status in OPEN


class LocatedRecords(Protocol):
    """Verified records that took part in the clustering, as parallel arrays.

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


class _Pair(NamedTuple):
    """A hotspot close to a cluster: index, metres, records since the clearing."""

    hotspot: int
    distance_m: float
    new_incidents: int


@dataclass(frozen=True, eq=False)
class _Members:
    """Records of all clusters laid end to end; `cluster` is the index of each one's."""

    cluster: IntArray
    xyz: FloatArray
    days: Days


def flag_clusters(
    clusters: Sequence[Cluster],
    incidents: LocatedRecords,
    register: Sequence[RegisteredPlace],
    *,
    radius_m: float = DEFAULT_RADIUS_M,
) -> list[Cluster]:
    """Return the clusters with flag, nearest hotspot and distance to it in metres.

    `nearest_hotspot` is the hotspot the flag speaks of: the re-emerging one, the
    one shifted from, else simply the nearest of the register.

    Parameters
    ----------
    incidents
        All records that were clustered; the clusters' `members` are their ids.
    register
        Hotspots on the register on the day of the analysis, with a place.

    Raises
    ------
    ClusterError
        If the radius is not positive or a member is not among the incidents.
    """
    if not radius_m > 0:
        raise ClusterError(f"Bán kính {radius_m} m không hợp lệ; hãy chọn số lớn hơn 0.")
    if not clusters or not register:
        return [_unrecorded(cluster) for cluster in clusters]
    members = _members(clusters, incidents)
    hotspots_xyz = earth_xyz([p.lon for p in register], [p.lat for p in register])
    close = _close_pairs(clusters, members, register, hotspots_xyz, radius_m)
    nearest = _nearest(len(clusters), members, hotspots_xyz)
    return [
        _flagged(cluster, close[index] or [nearest[index]], register, radius_m)
        for index, cluster in enumerate(clusters)
    ]


def _unrecorded(cluster: Cluster) -> Cluster:
    return replace(cluster, flag=ClusterFlag.UNRECORDED, nearest_hotspot=None, nearest_m=None)


def _members(clusters: Sequence[Cluster], incidents: LocatedRecords) -> _Members:
    ids = np.asarray(incidents.ids, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    wanted = np.concatenate([np.asarray(c.members, dtype=np.int64) for c in clusters])
    at = np.searchsorted(ids, wanted, sorter=order)
    known = at < ids.size
    known[known] = ids[order[at[known]]] == wanted[known]
    if not known.all():
        raise ClusterError(f"Vụ việc {wanted[~known][0]} của một cụm không có trong dữ liệu.")
    rows = order[at]
    lons, lats = np.asarray(incidents.lons, dtype=float), np.asarray(incidents.lats, dtype=float)
    cluster = np.repeat(np.arange(len(clusters)), [len(c.members) for c in clusters])
    days = as_days(incidents.days, ids.size)[rows]
    return _Members(cluster, earth_xyz(lons[rows], lats[rows]), days)


def _close_pairs(
    clusters: Sequence[Cluster],
    members: _Members,
    register: Sequence[RegisteredPlace],
    hotspots_xyz: FloatArray,
    radius_m: float,
) -> list[list[_Pair]]:
    """Per cluster the hotspots within three radii of it."""
    reach = cKDTree(members.xyz).sparse_distance_matrix(
        cKDTree(hotspots_xyz), SHIFT_RADII * radius_m, output_type="ndarray"
    )
    hotspot, metres = reach["j"], reach["v"]
    is_new = _is_new(reach, members, register, hotspots_xyz) & (metres <= radius_m)
    distance: dict[tuple[int, int], float] = {}
    new: dict[tuple[int, int], int] = {}
    pairs = zip(members.cluster[reach["i"]].tolist(), hotspot.tolist(), strict=True)
    for pair, d, counts in zip(pairs, metres.tolist(), is_new.tolist(), strict=True):
        distance[pair] = min(d, distance.get(pair, d))
        new[pair] = new.get(pair, 0) + counts
    for pair in _inside_hulls(clusters, register):
        distance[pair] = 0.0
    close: list[list[_Pair]] = [[] for _ in clusters]
    for (cluster, place), d in distance.items():
        close[cluster].append(_Pair(place, d, new.get((cluster, place), 0)))
    return close


def _is_new(
    reach: NDArray[np.void],
    members: _Members,
    register: Sequence[RegisteredPlace],
    hotspots_xyz: FloatArray,
) -> BoolArray:
    """Whether the record of each pair (i, j, v metres) speaks for hotspot j re-emerging."""
    record, hotspot = reach["i"], reach["j"]
    is_open = np.array([place.is_open for place in register])
    cleared = as_days([place.cleared_on for place in register], len(register))
    later = members.days[record] > cleared[hotspot]  # false where either is unknown
    to_open = np.full(members.cluster.size, np.inf)
    if is_open.any():
        to_open = cKDTree(hotspots_xyz[is_open]).query(members.xyz)[0]
    nearer = reach["v"] < to_open[record] - _SAME_PLACE_M
    result: BoolArray = later & ~is_open[hotspot] & nearer
    return result


def _inside_hulls(
    clusters: Sequence[Cluster], register: Sequence[RegisteredPlace]
) -> list[tuple[int, int]]:
    points = shapely.points([place.lon for place in register], [place.lat for place in register])
    hulls = shapely.from_wkb(np.array([c.hull_wkb for c in clusters], dtype=object))
    hotspot, cluster = shapely.STRtree(hulls).query(points, predicate="intersects")
    return list(zip(cluster.tolist(), hotspot.tolist(), strict=True))


def _nearest(n_clusters: int, members: _Members, hotspots_xyz: FloatArray) -> list[_Pair]:
    """The nearest hotspot of every cluster, however far."""
    metres, hotspot = cKDTree(hotspots_xyz).query(members.xyz)
    order = np.lexsort((metres, members.cluster))
    first = order[np.searchsorted(members.cluster[order], np.arange(n_clusters))]
    return [_Pair(int(hotspot[at]), float(metres[at]), 0) for at in first]


def _flagged(
    cluster: Cluster,
    pairs: Sequence[_Pair],
    register: Sequence[RegisteredPlace],
    radius_m: float,
) -> Cluster:
    ranked = sorted(pairs, key=lambda pair: (pair.distance_m, register[pair.hotspot].ref))
    flag, pair = _verdict(cluster, ranked, register, radius_m)
    place = register[pair.hotspot]
    return replace(cluster, flag=flag, nearest_hotspot=place.ref, nearest_m=pair.distance_m)


def _verdict(
    cluster: Cluster,
    ranked: Sequence[_Pair],
    register: Sequence[RegisteredPlace],
    radius_m: float,
) -> tuple[ClusterFlag, _Pair]:
    within = [pair for pair in ranked if pair.distance_m <= radius_m]
    renewed = max(within, key=lambda pair: pair.new_incidents, default=None)
    if renewed and renewed.new_incidents >= MIN_NEW_INCIDENTS:
        return ClusterFlag.RE_EMERGING, renewed
    if within:
        return ClusterFlag.KNOWN, within[0]
    begun = cluster.first_date
    for pair in ranked:
        cleared_on = None if register[pair.hotspot].is_open else register[pair.hotspot].cleared_on
        in_reach = pair.distance_m <= SHIFT_RADII * radius_m
        if in_reach and begun and cleared_on and begun > cleared_on:
            return ClusterFlag.SHIFTED, pair
    return ClusterFlag.UNRECORDED, ranked[0]
