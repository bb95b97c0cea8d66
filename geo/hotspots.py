"""Clusters held against the hotspot register: known, unrecorded, re-emerging, shifted.

Distances are between the hotspot's point and the cluster's nearest record, and
zero where the hotspot lies inside the cluster's hull; only of a shift are they
those of the cluster's middle. The flag is, in this order:

* `re_emerging`: it holds at least three of the incidents that prove a cleared or
  delisted hotspot complex again (`geo.re_emergence`); of several such hotspots it
  speaks of the one it holds most evidence of, then of the nearest;
* `known`: a hotspot lies within the radius: an open one, or a quiet one it is as
  old as, whose place it covers or around which it has its middle;
* `shifted`: it began after a hotspot was cleared, and its middle lies more than one
  radius and at most three radii away from it, however near a single record comes;
* `unrecorded`: none of these.

A cluster next to a place that re-emerged has its own flag by the same order: the
evidence lies in another cluster, so it may well have shifted from there.

A cluster began after a clearing if no record is older, or if those older are
strays: at most a tenth of its records, and fewer than its own constant rate
would have put before the clearing (exact, p < 0.05).

The software only proposes: a person confirms what a flag says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.cluster_shapes import Days, as_days
from geo.crs import FloatArray, IntArray, earth_xyz
from geo.errors import ClusterError
from geo.members import member_rows
from geo.re_emergence import MAX_P, ReEmergence
from geo.records import Cluster
from geo.register import DEFAULT_RADIUS_M, MIN_NEW_INCIDENTS, LocatedRecords, RegisteredPlace
from geo.significance import rate_excess_p
from geo.terms import ClusterFlag

SHIFT_RADII = 3
"""How far a cluster may have shifted, in radii."""

_NO_DAY = np.datetime64("NaT", "D")

MAX_STRAYS = 0.1
"""Share of older records that a cluster begun after a clearing may hold."""


class _Pair(NamedTuple):
    """A hotspot close to a cluster: index, metres to its nearest record and to its middle.

    `evidence` is how many of the cluster's records prove the hotspot complex again,
    `is_newer` whether the cluster began after the hotspot was cleared.
    """

    hotspot: int
    distance_m: float
    middle_m: float
    evidence: int
    is_newer: bool


@dataclass(frozen=True, eq=False)
class _Members:
    """Records of all clusters laid end to end; `cluster` is the index of each one's.

    `first` and `last` are the first and last day of all incidents, NaT without any.
    """

    cluster: IntArray
    xyz: FloatArray
    days: Days
    first: np.datetime64
    last: np.datetime64

    def days_of(self, index: int) -> Days:
        """The known days of one cluster's records."""
        start, end = np.searchsorted(self.cluster, [index, index + 1])
        days = self.days[start:end]
        known: Days = days[~np.isnat(days)]
        return known


def flag_clusters(
    clusters: Sequence[Cluster],
    incidents: LocatedRecords,
    register: Sequence[RegisteredPlace],
    evidence: Sequence[ReEmergence],
    *,
    radius_m: float = DEFAULT_RADIUS_M,
) -> list[Cluster]:
    """Return the clusters with flag, nearest hotspot and distance to it in metres.

    `nearest_hotspot` and `hotspot_id` are the hotspot the flag speaks of: the
    re-emerging one, the one shifted from (`nearest_m` is then the distance to the
    cluster's middle, by which the rule goes), else simply the nearest of the register.

    Parameters
    ----------
    incidents
        All records that were clustered; the clusters' `members` are their ids.
    register
        Hotspots on the register on the day of the analysis, with a place.
    evidence
        What `re_emergences` found with the same radius; what does not hold is ignored.

    Raises
    ------
    ClusterError
        If the radius is not positive or a member is not among the incidents.
    """
    if not radius_m > 0:
        raise ClusterError(f"Bán kính {radius_m} m không hợp lệ; hãy chọn số lớn hơn 0.")
    if not clusters or not register:
        return [_unrecorded(cluster) for cluster in clusters]
    ranked = _ranked(clusters, _members(clusters, incidents), register, evidence, radius_m)
    return [
        _flagged(cluster, *_verdict(pairs, radius_m), register)
        for cluster, pairs in zip(clusters, ranked, strict=True)
    ]


def _flagged(
    cluster: Cluster, flag: ClusterFlag, pair: _Pair, register: Sequence[RegisteredPlace]
) -> Cluster:
    place = register[pair.hotspot]
    return replace(
        cluster,
        flag=flag,
        nearest_hotspot=place.ref,
        hotspot_id=place.id,
        nearest_m=pair.middle_m if flag is ClusterFlag.SHIFTED else pair.distance_m,
    )


def _unrecorded(cluster: Cluster) -> Cluster:
    return replace(
        cluster,
        flag=ClusterFlag.UNRECORDED,
        nearest_hotspot=None,
        hotspot_id=None,
        nearest_m=None,
    )


def _members(clusters: Sequence[Cluster], incidents: LocatedRecords) -> _Members:
    ids = np.asarray(incidents.ids, dtype=np.int64)
    rows, cluster = member_rows(clusters, ids)
    lons, lats = np.asarray(incidents.lons, dtype=float), np.asarray(incidents.lats, dtype=float)
    days = as_days(incidents.days, ids.size)
    dated = days[~np.isnat(days)]
    first, last = (dated.min(), dated.max()) if dated.size else (_NO_DAY, _NO_DAY)
    return _Members(cluster, earth_xyz(lons[rows], lats[rows]), days[rows], first, last)


def _ranked(
    clusters: Sequence[Cluster],
    members: _Members,
    register: Sequence[RegisteredPlace],
    evidence: Sequence[ReEmergence],
    radius_m: float,
) -> list[list[_Pair]]:
    """Per cluster the hotspots within three radii, else the nearest one, by distance."""
    hotspots_xyz = earth_xyz([p.lon for p in register], [p.lat for p in register])
    close = _close_pairs(clusters, members, register, hotspots_xyz, SHIFT_RADII * radius_m)
    nearest = _nearest(len(clusters), members, hotspots_xyz)
    proven = _proven(clusters, register, evidence)
    middles = earth_xyz([c.lon for c in clusters], [c.lat for c in clusters])
    ranked = []
    for index, middle in enumerate(middles):
        far_m = np.linalg.norm(hotspots_xyz - middle, axis=1)
        pairs = [
            _Pair(
                spot,
                metres,
                float(far_m[spot]),
                proven[index, spot],
                _began_after(members, index, register[spot]),
            )
            for spot, metres in (close[index] or nearest[index]).items()
        ]
        ranked.append(sorted(pairs, key=lambda p: (p.distance_m, register[p.hotspot].ref)))
    return ranked


def _close_pairs(
    clusters: Sequence[Cluster],
    members: _Members,
    register: Sequence[RegisteredPlace],
    hotspots_xyz: FloatArray,
    reach_m: float,
) -> list[dict[int, float]]:
    """Per cluster the hotspots within reach and how far they are."""
    reach = cKDTree(members.xyz).sparse_distance_matrix(
        cKDTree(hotspots_xyz), reach_m, output_type="ndarray"
    )
    close: list[dict[int, float]] = [{} for _ in clusters]
    owners, spots = members.cluster[reach["i"]].tolist(), reach["j"].tolist()
    for cluster, hotspot, metres in zip(owners, spots, reach["v"].tolist(), strict=True):
        close[cluster][hotspot] = min(metres, close[cluster].get(hotspot, metres))
    for cluster, hotspot in _inside_hulls(clusters, register):
        close[cluster][hotspot] = 0.0
    return close


def _proven(
    clusters: Sequence[Cluster],
    register: Sequence[RegisteredPlace],
    evidence: Sequence[ReEmergence],
) -> Counter[tuple[int, int]]:
    """How many records of a cluster prove a hotspot complex again, by their positions."""
    owner = {member: at for at, cluster in enumerate(clusters) for member in cluster.members}
    spots = {place.id: at for at, place in enumerate(register)}
    return Counter(
        (owner[member], spots[found.hotspot_id])
        for found in evidence
        if found.holds and found.hotspot_id in spots
        for member in found.incident_ids
        if member in owner
    )


def _inside_hulls(
    clusters: Sequence[Cluster], register: Sequence[RegisteredPlace]
) -> list[tuple[int, int]]:
    points = shapely.points([place.lon for place in register], [place.lat for place in register])
    hulls = shapely.from_wkb(np.array([c.hull_wkb for c in clusters], dtype=object))
    hotspot, cluster = shapely.STRtree(hulls).query(points, predicate="intersects")
    return list(zip(cluster.tolist(), hotspot.tolist(), strict=True))


def _nearest(
    n_clusters: int, members: _Members, hotspots_xyz: FloatArray
) -> list[dict[int, float]]:
    """The nearest hotspot of every cluster, however far."""
    metres, hotspot = cKDTree(hotspots_xyz).query(members.xyz)
    order = np.lexsort((metres, members.cluster))
    first = order[np.searchsorted(members.cluster[order], np.arange(n_clusters))]
    return [{int(hotspot[at]): float(metres[at])} for at in first]


def _verdict(ranked: Sequence[_Pair], radius_m: float) -> tuple[ClusterFlag, _Pair]:
    """Flag of a cluster and the hotspot it speaks of; hotspots ranked by distance."""
    renewed = max(ranked, key=lambda pair: pair.evidence)
    if renewed.evidence >= MIN_NEW_INCIDENTS:
        return ClusterFlag.RE_EMERGING, renewed
    apart = [p for p in ranked if p.is_newer and p.distance_m > 0 and p.middle_m > radius_m]
    for pair in ranked:
        if pair.distance_m <= radius_m and pair not in apart:
            return ClusterFlag.KNOWN, pair
    left = [p for p in apart if p.middle_m <= SHIFT_RADII * radius_m]
    if not left:
        return ClusterFlag.UNRECORDED, ranked[0]
    return ClusterFlag.SHIFTED, min(left, key=lambda pair: pair.middle_m)


def _began_after(members: _Members, index: int, place: RegisteredPlace) -> bool:
    """Whether a cluster began after a place was cleared, strays aside."""
    if place.is_open or place.cleared_on is None:
        return False
    cleared = np.datetime64(place.cleared_on)
    days = members.days_of(index)
    older, later = int((days <= cleared).sum()), int((days > cleared).sum())
    if older == 0 or later == 0:
        return later > 0
    span_days = int((members.last - members.first).astype(int)) + 1
    share = int((members.last - cleared).astype(int)) / span_days
    return older <= MAX_STRAYS * days.size and rate_excess_p(later, older, share) < MAX_P
