"""How many each choice of the map's filters would leave, for the panel."""

from __future__ import annotations

from collections import Counter

from models.hotspot_marks import hotspot_marks
from models.incident_choices import count_choices
from models.lifecycle import status_at
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.overview import View, filter_of


def filter_counts(database: Database, viewer: Viewer, view: View) -> dict[str, dict[str, int]]:
    """By the name of a filter: choice and number; a choice that would leave nothing is absent.

    Incidents are counted by kind, side, force and substance, each under what the others
    say; hotspots by kind, those known by the last day of the view.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        found = count_choices(session, viewer, filter_of(view))
        spots = hotspot_marks(session, viewer, view.province_code)
    kinds = Counter(s.kind.value for s in spots if status_at(s.events, view.until) is not None)
    return {
        "kind": {kind.value: n for kind, n in found.kinds.items()},
        "side": {side.value: n for side, n in found.sides.items()},
        "detected": {force.value: n for force, n in found.detected_by.items()},
        "substance": {substance.value: n for substance, n in found.substances.items()},
        "hkind": dict(kinds),
    }
