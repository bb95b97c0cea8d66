from enum import StrEnum

import pytest

from geo.terms import (
    ClusterFlag,
    CommuneClass,
    DetectedBy,
    EventType,
    HotspotKind,
    HotspotStatus,
    IncidentKind,
    Layer,
    Precision,
    Verdict,
)
from models.viewers import Role, ScopeKind
from webapp import labels
from webapp.services.campaigns import BRIEF


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (CommuneClass, labels.COMMUNE_CLASSES),
        (HotspotStatus, labels.HOTSPOT_STATUSES),
        (HotspotKind, labels.HOTSPOT_KINDS),
        (EventType, labels.EVENT_TYPES),
        (ClusterFlag, labels.CLUSTER_FLAGS),
        (IncidentKind, labels.INCIDENT_KINDS),
        (DetectedBy, labels.DETECTED_BY),
        (Precision, labels.PRECISIONS),
        (Layer, labels.LAYERS),
        (Role, labels.ROLES),
        (ScopeKind, labels.SCOPES),
        (Verdict, labels.VERDICTS),
        (Verdict, BRIEF),
    ],
)
def test_every_code_has_a_word(codes: type[StrEnum], words: dict[str, str]) -> None:
    assert {str(code) for code in codes} == {str(code) for code in words}
    assert all(words.values())
