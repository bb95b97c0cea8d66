"""The words of the map's scripts by code, and those that the map alone needs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from geo.terms import IncidentKind, Side
from webapp import labels
from webapp.standing_labels import CORRIDOR_MODES

SIDES: Mapping[str, str] = MappingProxyType(
    {Side.SUPPLY: "Phía cung", Side.DEMAND: "Phía cầu", Side.HARM: "Tác hại"}
)


def map_words() -> dict[str, dict[str, str]]:
    """Every label the map's scripts need, by code; of the sides those that incidents have."""
    sides = {kind.side for kind in IncidentKind}
    return {
        "classes": dict(labels.COMMUNE_CLASSES),
        "statuses": dict(labels.HOTSPOT_STATUSES),
        "hotspotKinds": dict(labels.HOTSPOT_KINDS),
        "events": dict(labels.EVENT_TYPES),
        "flags": dict(labels.CLUSTER_FLAGS),
        "lineages": dict(labels.LINEAGES),
        "incidentKinds": dict(labels.INCIDENT_KINDS),
        "substances": dict(labels.SUBSTANCES),
        "sides": {side: word for side, word in SIDES.items() if side in sides},
        "detectedBy": dict(labels.DETECTED_BY),
        "precisions": dict(labels.PRECISIONS),
        "neighbours": dict(labels.NEIGHBOURS),
        "gateKinds": dict(labels.GATE_KINDS),
        "routeModes": dict(CORRIDOR_MODES),
    }
