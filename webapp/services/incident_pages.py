"""What the page of an incident shows: what is known of it, where, since when, and who said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from geo.records import Placement
from models import duplicates, hotspots, imports, incidents
from models.disclosure import sees_exactly, widened
from models.duplicates import Pair
from models.errors import NotFoundError
from models.hand_entries import HAND_SOURCE
from models.imports import StoredImport
from models.incidents import StoredIncident
from models.lifecycle import status_at
from models.nearby import distances_m
from models.record_changes import changes_of_incident
from models.session import Database, Session, unit_of_work
from models.undo_plans import may_undo
from models.viewers import Viewer
from webapp.services.import_changes import ToldChange, tell_changes
from webapp.services.registers import find_commune

NEAR_M = 500.0
"""Places of the register within this distance are named on the page."""


@dataclass(frozen=True, slots=True)
class NearSpot:
    """A place of the register near an incident, with its status today."""

    ref: str
    source: str
    name: str
    status: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """The page of an incident.

    `entry` is the writing on the map that brought its present content, where the viewer
    may undo it. `changes` are its versions, the oldest first; `pairs` other reports that may
    be, or were found to be, the same case.
    """

    incident: StoredIncident
    commune_code: str | None
    commune_name: str | None
    province_name: str | None
    near: tuple[NearSpot, ...]
    pairs: tuple[Pair, ...]
    changes: tuple[ToldChange, ...]
    entry: StoredImport | None
    map_address: str


def open_incident(database: Database, viewer: Viewer, id: int, today: date) -> IncidentPage:
    """The page of an incident.

    Raises
    ------
    NotFoundError
        If the viewer sees none of this number.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        found = incidents.incident_by_id(session, viewer, id)
        commune = find_commune(session, viewer, found.placement.commune_code_now)
        return IncidentPage(
            incident=found,
            commune_code=commune.code if commune else None,
            commune_name=commune.full_name if commune else None,
            province_name=commune.province_name if commune else None,
            near=() if found.in_square else _near(session, viewer, found.placement, today),
            pairs=tuple(duplicates.pairs_with(session, viewer, id)),
            changes=tell_changes(session, viewer, changes_of_incident(session, viewer, id)),
            entry=_entry(session, viewer, found.import_id),
            map_address=_map_address(found),
        )


def _near(session: Session, viewer: Viewer, place: Placement, today: date) -> tuple[NearSpot, ...]:
    """Places of the register around a point; homes that the viewer sees coarsely are left out."""
    lon, lat = place.lon, place.lat
    if lon is None or lat is None:
        return ()
    box = widened((lon, lat, lon, lat), NEAR_M)
    found = []
    for spot in hotspots.find_hotspots(session, viewer, bbox=box):
        at, status = spot.placement, status_at(spot.events, today)
        if status is None or at.lon is None or at.lat is None or not sees_exactly(viewer, spot):
            continue
        (away,) = distances_m(lon, lat, [at.lon], [at.lat])
        if away <= NEAR_M:
            found.append(NearSpot(spot.ref, spot.source, spot.name, status.value, away))
    return tuple(sorted(found, key=lambda each: each.distance_m))


def _entry(session: Session, viewer: Viewer, import_id: int) -> StoredImport | None:
    try:
        stored = imports.find_import(session, viewer, import_id)
    except NotFoundError:
        return None
    mine = stored.source.startswith(HAND_SOURCE) and stored.undone_at is None
    return stored if mine and may_undo(viewer, stored) else None


def _map_address(incident: StoredIncident) -> str:
    """The map where an incident is drawn, on its year; empty where it has no point."""
    place = incident.placement
    if place.lon is None or place.lat is None:
        return ""
    year = incident.occurred_on.year
    query = {
        "province": place.province_code or "",
        "from": f"{year}-01-01",
        "to": f"{year}-12-31",
        "at": f"{place.lat:.4f},{place.lon:.4f},14",
        "pick": f"i:{incident.id}",
    }
    return "/map?" + urlencode(query, safe=",:")
