"""An alert with what a person needs to decide on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.register import DEFAULT_RADIUS_M
from models import communes, hotspots
from models.alert_records import EvidenceRecord, evidence_records
from models.alerts import Alert
from models.disclosure import sees_exactly
from models.hotspots import StoredHotspot
from models.runs import StoredCluster, run_clusters
from models.session import Session
from models.viewers import Viewer
from webapp.services.alert_proposals import Proposal, propose

_OF_THE_REST = ("expected", "p_value", "before", "after", "top_kind", "top_substance")
"""Figures that hold for all records of an alert, not for a part of them."""

_TO_A_HOTSPOT = ("nearest_m", "distance_m")
"""Distances that tell where a place of the register is."""

Clusters = dict[tuple[int, str], StoredCluster]


@dataclass(frozen=True, slots=True)
class Case:
    """An alert with its evidence; what the viewer does not see is absent.

    `records` come the latest first, withdrawn ones too; `hidden` says how many more
    lie outside the viewer's scope. `spot` is the place of the register that the alert
    speaks of, `place` the full name of its commune. `cluster` is its cluster and
    `exact` says that the viewer sees exactly where the place of the register is from
    which its evidence tells a distance.
    """

    alert: Alert
    records: tuple[EvidenceRecord, ...]
    hidden: int
    spot: StoredHotspot | None
    cluster: StoredCluster | None
    exact: bool
    place: str
    proposal: Proposal

    @property
    def radius_m(self) -> float:
        """How far the place of the register reaches."""
        return float(self.alert.evidence.get("radius_m") or DEFAULT_RADIUS_M)


def cases_of(session: Session, viewer: Viewer, found: Sequence[Alert], day: date) -> list[Case]:
    """Alerts with their records, their places of the register and what their forms propose."""
    records = evidence_records(session, viewer, {id_ for a in found for id_ in a.incident_ids})
    clusters = _clusters(session, viewer, found)
    near = [*(c.hotspot_id for c in clusters.values()), *(a.hotspot_id for a in found)]
    spots = hotspots.hotspots_by_id(session, viewer, sorted({id_ for id_ in near if id_}))
    places = communes.names_of(session, viewer, [a.commune_code or "" for a in found])
    cases = []
    for alert in found:
        cluster = clusters.get((alert.run_id, alert.cluster_id or ""))
        spot = spots.get(alert.hotspot_id or 0)
        told = spot or spots.get((cluster.hotspot_id if cluster else None) or 0)
        mine = {id_: records[id_] for id_ in alert.incident_ids if id_ in records}
        latest = tuple(sorted(mine.values(), key=lambda r: (r.occurred_on, r.id), reverse=True))
        place = places.get(alert.commune_code or "", "")
        cases.append(
            Case(
                alert=alert,
                records=latest,
                hidden=len(set(alert.incident_ids)) - len(latest),
                spot=spot,
                cluster=cluster,
                exact=told is not None and sees_exactly(viewer, told),
                place=place,
                proposal=propose(alert, latest, spot.events if spot else None, place, day),
            )
        )
    return cases


def seen_evidence(case: Case) -> Mapping[str, Any]:
    """The evidence as the viewer may see it.

    Of an alert that reaches beyond the scope, what lies inside; without distances to
    a place of the register that is out of scope or shown coarsely.
    """
    told = dict(case.alert.evidence)
    if not case.exact:
        told = {k: v for k, v in told.items() if k not in _TO_A_HOTSPOT or v is None}
    if not case.hidden:
        return told
    days = [record.occurred_on for record in case.records if record.stands]
    inside: dict[str, Any] = {"n": len(days), "n_after": len(days)}
    inside["first_date"] = min(days).isoformat() if days else None
    inside["last_date"] = max(days).isoformat() if days else None
    return {**told, **dict.fromkeys(_OF_THE_REST), **inside}


def _clusters(session: Session, viewer: Viewer, found: Sequence[Alert]) -> Clusters:
    """The clusters of alerts as the viewer sees them, by run and name."""
    named: dict[int, set[str]] = defaultdict(set)
    for alert in found:
        if alert.cluster_id is not None:
            named[alert.run_id].add(alert.cluster_id)
    return {
        (run_id, cluster.stable_id): cluster
        for run_id, names in named.items()
        for cluster in run_clusters(session, viewer, run_id, stable_ids=names)
    }
