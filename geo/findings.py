"""What an analysis asks a person to look at: travels from the analysis to the alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geo.terms import AlertKind


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, with its evidence.

    `subject` is what it speaks of: `C-…`, the stable id of a cluster, or `H-` and the
    number of a hotspot. `lon`, `lat` in WGS 84 degrees is where to look. `incident_ids`
    are the records that speak for it. `evidence` holds figures that JSON can hold;
    its keys by kind are told in the documentation of clusters.
    """

    kind: AlertKind
    subject: str
    lon: float
    lat: float
    commune_code: str | None
    incident_ids: tuple[int, ...]
    evidence: Mapping[str, int | float | str | None]
    cluster_id: str | None = None
    hotspot_id: int | None = None
