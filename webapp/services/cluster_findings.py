"""What a run asks a person to look at, as findings with their evidence.

A finding speaks of a cluster (`C-…`) or of a hotspot (`H-` and its number). Its
evidence holds plain figures; days are ISO text, distances metres, and a figure
that is not known is null. Every finding carries `as_of`, the day of the run.

=============  ===========  =============================================================
kind           subject      further keys of `evidence`
=============  ===========  =============================================================
re_emerging    ``H-57``     ``cleared_on``, ``radius_m``, ``n_after`` (verified incidents
                            after the clearing within the radius), ``expected`` (of them
                            by the background), ``p_value``, ``first_date``,
                            ``last_date`` (of those incidents), and *the change*
unrecorded     ``C-000123`` *the cluster*, ``nearest_m`` (metres to the nearest recorded
                            hotspot), and *the change*
shifted        ``C-000123`` *the cluster*, ``cleared_on``, ``distance_m`` (from the place
                            that was cleared), ``radius_m``, and *the change*
rising         ``C-000123`` *the cluster*, ``n_compared`` (clusters with a change), *the change*
delisting      ``H-57``     ``cleared_on``, ``watch_ends_on``, ``quiet_days`` (from the
                            clearing to ``data_until``, the last day of which there
                            are data), ``data_until``, ``radius_m``
=============  ===========  =============================================================

*The change* is ``before``, ``after`` (counts), ``days`` (length of each window),
``ratio`` (null if nothing came before), ``low``, ``high`` (exact 95 % interval of the
ratio; ``high`` null where it has no upper bound); all null if nothing can be compared.
Around a hotspot the windows meet at its clearing; in a cluster they end with `as_of`, or
with ``data_until`` if the data of its province end before, which is null otherwise.

*The cluster* is ``n``, ``first_date``, ``last_date``, ``top_kind``, ``top_kind_n``,
``top_substance``, ``top_substance_n`` (codes and how many records have them),
``border_m``, ``border_with``, ``flag`` (the cluster's flag).

`hotspot_id` is set for re_emerging, delisting and shifted (the place it moved from);
`cluster_id` for the three kinds of clusters, and for re_emerging where a cluster of
the run lies there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from geo.cluster_facts import ChangeWindow
from geo.cluster_shapes import as_days
from geo.findings import Finding
from geo.re_emergence import ReEmergence
from geo.records import Cluster, CountChange
from geo.register import LocatedRecords
from geo.terms import AlertKind, ClusterFlag
from models.alerts import WATCH_ENDS_ON
from models.data_ends import DataEnds
from models.hotspots import StoredHotspot
from models.lifecycle import delisting_due, last_cleared_on, watch_at
from models.nearby import UndatedIncidents, days_around

Evidence = dict[str, int | float | str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a run came to: its clusters with names and facts, the register, the records.

    `communes` gives the commune of each cluster by `cluster_id`; `incidents` are all
    verified records with a point and a known day up to `as_of`, in ascending order of
    id, `undated` those of which only the month or year is known. `windows` are those
    of the changes by `cluster_id`; `ends` tells of which days there are data.
    """

    as_of: date
    radius_m: float
    clusters: Sequence[Cluster]
    communes: Mapping[int, str | None]
    spots: Sequence[StoredHotspot]
    re_emergences: Sequence[ReEmergence]
    incidents: LocatedRecords
    undated: UndatedIncidents
    windows: Mapping[int, ChangeWindow]
    ends: DataEnds


def findings_of(run: Judged) -> list[Finding]:
    """Everything of a run that a person should look at, hotspots first."""
    return [
        *_re_emerging(run),
        *_delisting(run),
        *_of_clusters(run, AlertKind.UNRECORDED),
        *_of_clusters(run, AlertKind.SHIFTED),
        *_of_clusters(run, AlertKind.RISING),
    ]


def _re_emerging(run: Judged) -> list[Finding]:
    spots = {spot.id: spot for spot in run.spots}
    cluster_of = {id_: c.stable_id for c in run.clusters for id_ in c.members}
    found = []
    for each in run.re_emergences:
        if not each.holds:
            continue
        there = Counter(cluster_of[id_] for id_ in each.incident_ids if id_ in cluster_of)
        first, last = _first_and_last(run.incidents, each.incident_ids)
        evidence: Evidence = {
            "as_of": run.as_of.isoformat(),
            "cleared_on": each.cleared_on.isoformat(),
            "radius_m": each.radius_m,
            "n_after": each.n_after,
            "expected": each.expected,
            "p_value": each.p_value,
            "first_date": first,
            "last_date": last,
            **_change(each.change),
        }
        cluster_id = min(there, key=lambda name: (-there[name], name), default=None)
        found.append(
            _of_hotspot(
                AlertKind.RE_EMERGING,
                spots[each.hotspot_id],
                evidence,
                incident_ids=each.incident_ids,
                cluster_id=cluster_id,
            )
        )
    return found


def _delisting(run: Judged) -> list[Finding]:
    """Hotspots whose watch is over and whose surroundings were quiet all through.

    A record of a month or year that ends after the clearing may have come after it:
    then nobody can say that it was quiet.
    """
    watched = []
    for spot in run.spots:
        watch = watch_at(spot.events, run.as_of)
        if watch is not None and watch.is_over and spot.placement.lon is not None:
            watched.append((spot, watch))
    found = []
    at = [(spot.placement.lon, spot.placement.lat) for spot, _ in watched]
    days_near = days_around(at, run.radius_m, run.incidents, run.undated, run.as_of)
    for (spot, watch), days in zip(watched, days_near, strict=True):
        data_until = run.ends.of(spot.placement.province_code)
        due = delisting_due(spot.events, run.as_of, days, data_until=data_until)
        if data_until is None or not due:
            continue
        evidence: Evidence = {
            "as_of": run.as_of.isoformat(),
            "cleared_on": watch.cleared_on.isoformat(),
            WATCH_ENDS_ON: watch.ends_on.isoformat(),
            "quiet_days": (data_until - watch.cleared_on).days,
            "data_until": data_until.isoformat(),
            "radius_m": run.radius_m,
        }
        found.append(_of_hotspot(AlertKind.DELISTING, spot, evidence))
    return found


def _of_hotspot(
    kind: AlertKind,
    spot: StoredHotspot,
    evidence: Evidence,
    *,
    incident_ids: tuple[int, ...] = (),
    cluster_id: str | None = None,
) -> Finding:
    place = spot.placement
    if place.lon is None or place.lat is None:
        raise ValueError(f"the hotspot {spot.ref} has no point")
    return Finding(
        kind=kind,
        subject=f"H-{spot.id}",
        lon=place.lon,
        lat=place.lat,
        commune_code=place.commune_code_now,
        incident_ids=incident_ids,
        evidence=evidence,
        cluster_id=cluster_id,
        hotspot_id=spot.id,
    )


def _of_clusters(run: Judged, kind: AlertKind) -> list[Finding]:
    """Findings of one of the kinds that speak of clusters."""
    tell = {
        AlertKind.UNRECORDED: _if_unrecorded,
        AlertKind.SHIFTED: _if_shifted,
        AlertKind.RISING: _if_rising,
    }[kind]
    found = []
    for cluster in run.clusters:
        told = tell(run, cluster)
        if told is None:
            continue
        own: Evidence = {"as_of": run.as_of.isoformat(), **_cluster(cluster), **told}
        found.append(
            Finding(
                kind=kind,
                subject=cluster.stable_id,
                lon=cluster.lon,
                lat=cluster.lat,
                commune_code=run.communes.get(cluster.cluster_id),
                incident_ids=_speaking(run, cluster, kind),
                evidence=own | _change(cluster.change) | _data_until(run, cluster),
                cluster_id=cluster.stable_id,
                hotspot_id=cluster.hotspot_id if kind is AlertKind.SHIFTED else None,
            )
        )
    return found


def _if_unrecorded(_run: Judged, cluster: Cluster) -> Evidence | None:
    if cluster.flag is not ClusterFlag.UNRECORDED:
        return None
    return {"nearest_m": cluster.nearest_m}


def _if_shifted(run: Judged, cluster: Cluster) -> Evidence | None:
    if cluster.flag is not ClusterFlag.SHIFTED:
        return None
    left = next((spot for spot in run.spots if spot.id == cluster.hotspot_id), None)
    cleared_on = None if left is None else last_cleared_on(left.events, run.as_of)
    return {
        "cleared_on": None if cleared_on is None else cleared_on.isoformat(),
        "distance_m": cluster.nearest_m,
        "radius_m": run.radius_m,
    }


def _if_rising(run: Judged, cluster: Cluster) -> Evidence | None:
    if cluster.change is None or cluster.change.low <= 1:
        return None
    return {"n_compared": sum(each.change is not None for each in run.clusters)}


def _speaking(run: Judged, cluster: Cluster, kind: AlertKind) -> tuple[int, ...]:
    """The records that speak for a finding: of a rising cluster those of the last window."""
    if kind is not AlertKind.RISING or cluster.change is None:
        return cluster.members
    ids, days = _days_of(run.incidents, cluster.members)
    until = run.windows[cluster.cluster_id].until
    age = (np.datetime64(until, "D") - days).astype(int)
    return tuple(ids[(age >= 0) & (age < cluster.change.days)].tolist())


def _cluster(cluster: Cluster) -> Evidence:
    return {
        "n": cluster.n,
        "first_date": _iso(cluster.first_date),
        "last_date": _iso(cluster.last_date),
        "top_kind": cluster.top_kind,
        "top_kind_n": cluster.top_kind_n,
        "top_substance": cluster.top_substance,
        "top_substance_n": cluster.top_substance_n,
        "border_m": cluster.border_m,
        "border_with": cluster.border_with,
        "flag": cluster.flag,
    }


def _change(change: CountChange | None) -> Evidence:
    names = ("before", "after", "days", "ratio", "low", "high")
    if change is None or change.days == 0:
        return dict.fromkeys(names)
    return {name: getattr(change, name) for name in names}


def _data_until(run: Judged, cluster: Cluster) -> Evidence:
    """The last day of the data, where that is why a change ends before the day of the run."""
    window = run.windows[cluster.cluster_id]
    ends_before = cluster.change is not None and window.until < run.as_of
    return {"data_until": window.until.isoformat() if ends_before else None}


def _first_and_last(
    incidents: LocatedRecords, ids: tuple[int, ...]
) -> tuple[str | None, str | None]:
    _, days = _days_of(incidents, ids)
    if not days.size:
        return None, None
    return _iso(days.min().item()), _iso(days.max().item())


def _days_of(incidents: LocatedRecords, ids: Iterable[int]) -> tuple[Any, Any]:
    """Those of some ids that are there, and their days."""
    known = np.asarray(incidents.ids, dtype=np.int64)
    rows = np.flatnonzero(np.isin(known, list(ids)))
    return known[rows], as_days(incidents.days, known.size)[rows]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
