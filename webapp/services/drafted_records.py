"""A drafted row and the place that was found for it become a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType

from geo.facilities import Facility
from geo.facility_rows import FacilityDraft
from geo.readers import HotspotDraft, IncidentDraft
from geo.records import Hotspot, Incident, Placement

PlacedDraft = IncidentDraft | HotspotDraft | FacilityDraft
"""A row of a layer whose records have a place of their own."""

PlacedRecord = Incident | Hotspot | Facility
"""The record it becomes."""


_RECORD_OF: Mapping[type[PlacedDraft], type[PlacedRecord]] = MappingProxyType(
    {IncidentDraft: Incident, HotspotDraft: Hotspot, FacilityDraft: Facility}
)


def record_of(draft: PlacedDraft, source: str, placement: Placement) -> PlacedRecord:
    """The record of a row: what the draft says, from a source, at a place."""
    said = {each.name: getattr(draft, each.name) for each in fields(draft)}
    return _RECORD_OF[type(draft)](source=source, placement=placement, **said)
