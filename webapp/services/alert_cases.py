"""An alert with what a person needs to decide on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models import communes, hotspots
from models.alert_records import EvidenceRecord, evidence_records
from models.alerts import Alert
from models.hotspots import StoredHotspot
from models.session import Session
from models.viewers import Viewer
from webapp.services.alert_proposals import Proposal, propose


@dataclass(frozen=True, slots=True)
class Case:
    """An alert with its evidence; what the viewer does not see is absent.

    `records` come the latest first, withdrawn ones too; `hidden` says how many more
    lie outside the viewer's scope. `spot` is the place of the register that the alert
    speaks of, `place` the full name of its commune.
    """

    alert: Alert
    records: tuple[EvidenceRecord, ...]
    hidden: int
    spot: StoredHotspot | None
    place: str
    proposal: Proposal


def cases_of(session: Session, viewer: Viewer, found: Sequence[Alert], day: date) -> list[Case]:
    """Alerts with their records, their places of the register and what their forms propose."""
    records = evidence_records(session, viewer, {id_ for a in found for id_ in a.incident_ids})
    ids = [alert.hotspot_id for alert in found if alert.hotspot_id is not None]
    spots = hotspots.hotspots_by_id(session, viewer, ids) if ids else {}
    places = communes.names_of(session, viewer, [a.commune_code or "" for a in found])
    return [
        _case(
            alert,
            [records[id_] for id_ in set(alert.incident_ids) & records.keys()],
            spots.get(alert.hotspot_id or 0),
            places.get(alert.commune_code or "", ""),
            day,
        )
        for alert in found
    ]


def _case(
    alert: Alert,
    records: Sequence[EvidenceRecord],
    spot: StoredHotspot | None,
    place: str,
    day: date,
) -> Case:
    latest = tuple(sorted(records, key=lambda r: (r.occurred_on, r.id), reverse=True))
    proposal = propose(alert, latest, spot.events if spot else None, place, day)
    hidden = len(set(alert.incident_ids)) - len(latest)
    return Case(alert, latest, hidden, spot, place, proposal)
