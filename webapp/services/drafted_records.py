"""A drafted row and the place that was found for it become a record."""

from __future__ import annotations

from geo.facilities import Facility
from geo.facility_rows import FacilityDraft
from geo.readers import HotspotDraft, IncidentDraft
from geo.records import Hotspot, Incident, Placement

PlacedDraft = IncidentDraft | HotspotDraft | FacilityDraft
"""A row of a layer whose records have a place of their own."""

PlacedRecord = Incident | Hotspot | Facility
"""The record it becomes."""


def incident_of(draft: IncidentDraft, source: str, placement: Placement) -> Incident:
    """The incident of a row."""
    return Incident(
        ref=draft.ref,
        source=source,
        occurred_on=draft.occurred_on,
        date_precision=draft.date_precision,
        kind=draft.kind,
        detected_by=draft.detected_by,
        verified=draft.verified,
        address_text=draft.address_text,
        placement=placement,
        offenders=draft.offenders,
        seizures=draft.seizures,
        line=draft.line,
        place=draft.place,
    )


def hotspot_of(draft: HotspotDraft, source: str, placement: Placement) -> Hotspot:
    """The hotspot of a row."""
    return Hotspot(
        ref=draft.ref,
        source=source,
        name=draft.name,
        kind=draft.kind,
        placement=placement,
        events=draft.events,
        address_text=draft.address_text,
        is_dwelling=draft.is_dwelling,
        line=draft.line,
        place=draft.place,
    )


def facility_of(draft: FacilityDraft, source: str, placement: Placement) -> Facility:
    """The facility of a row."""
    return Facility(
        ref=draft.ref,
        source=source,
        name=draft.name,
        kind=draft.kind,
        placement=placement,
        address_text=draft.address_text,
        note=draft.note,
        line=draft.line,
        place=draft.place,
    )
