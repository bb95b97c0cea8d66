"""The card of a commune beside the map."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from models import communes, hotspots, incident_counts
from models.lifecycle import status_at
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.overview import View, filter_of


def commune_figures(database: Database, viewer: Viewer, code: str, view: View) -> dict[str, Any]:
    """Figures of a commune for the card beside the map, null outside the viewer's scope."""
    with unit_of_work(database, viewer, read_only=True) as session:
        unit = communes.find_commune(session, viewer, code)
        wanted = replace(filter_of(view), province_code=None, commune_code=code)
        totals = incident_counts.totals(session, viewer, wanted)
        kinds = view.hotspot_kinds
        spots = hotspots.find_hotspots(session, viewer, commune_code=code, kinds=kinds)
    statuses = (status_at(spot.events, view.until) for spot in spots)
    counts = Counter(status.value for status in statuses if status is not None)
    in_scope = viewer.scope.covers(unit.province_code, code)
    return {
        "code": code,
        "name": unit.full_name,
        "in_scope": in_scope,
        "cases": totals.cases if in_scope else None,
        "offenders": totals.offenders if in_scope else None,
        "hotspots": dict(counts) if in_scope else None,
    }
