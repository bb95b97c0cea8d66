"""What the writing of incidents on the map needs besides `hand_writing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from geo.home_words import home_of
from geo.records import Incident
from geo.terms import DatePrecision, Layer
from models import incidents
from models.incidents import IncidentFilter, StoredIncident
from models.nearby import distances_m
from models.session import Session
from models.viewers import Viewer
from webapp.labels import INCIDENT_KINDS
from webapp.services.drafted_records import PlacedRecord
from webapp.services.entered_places import EnteredPlace
from webapp.services.hand_imports import Doubt
from webapp.services.hand_writing import Draft, Read, Register
from webapp.services.incident_form import IncidentForm, form_of, read_incident
from webapp.told import told

NEAR_M = 500.0
"""Records of one day and kind within this distance may be one case."""

_SHOWN = 5


def _read(form: IncidentForm, today: date, old: StoredIncident | None) -> Read:
    """The fields of a form; what was seized stays as it was stored where it was left so."""
    fields, errors = read_incident(form if old is None else replace(form, ref=""), today)
    if fields is None:
        return None, errors
    seizures = fields.seizures
    if old is not None and form.seizures_typed() == form_of(old).seizures_typed():
        seizures = old.seizures

    def record(ref: str, source: str, place: EnteredPlace) -> Incident:
        return Incident(
            ref=ref,
            source=source,
            occurred_on=fields.dated.on,
            date_precision=fields.dated.precision,
            kind=fields.kind,
            detected_by=fields.detected_by,
            verified=fields.verified,
            address_text=place.address,
            placement=place.placement,
            offenders=fields.offenders,
            seizures=seizures,
            place=place.query,
            home=fields.home or home_of(place.address),
        )

    return Draft(fields.ref, fields.dated.on.year, fields.dated.on, record), errors


def _may_be_known(
    session: Session, viewer: Viewer, record: PlacedRecord, today: date, id: int | None
) -> Sequence[Doubt]:
    """Other records of the same day and kind close by: perhaps the case is there already."""
    del today  # a case is known whenever it happened
    if not isinstance(record, Incident) or record.date_precision is not DatePrecision.DAY:
        return ()
    on, place = record.occurred_on, record.placement
    wanted = IncidentFilter(
        province_code=place.province_code, since=on, until=on, kinds=(record.kind,)
    )
    near = [
        (away, each)
        for each in incidents.find_incidents(session, viewer, wanted)
        if each.id != id and (away := _away(record, each)) is not None
    ]
    near.sort(key=lambda pair: pair[0])
    return tuple(_same_day(each, away) for away, each in near[:_SHOWN])


def _away(record: Incident, other: Incident) -> float | None:
    """Metres between two records, 0 in one commune without points; None where they are apart."""
    here, there = record.placement, other.placement
    if None not in (here.lon, here.lat, there.lon, there.lat):
        assert here.lon and here.lat and there.lon and there.lat  # noqa: S101 - told above
        (away,) = distances_m(here.lon, here.lat, [there.lon], [there.lat])
        return away if away <= NEAR_M else None
    return 0.0 if here.commune_code_now == there.commune_code_now else None


def _same_day(other: StoredIncident, away: float) -> Doubt:
    said = {"ref": other.ref, "kind": told(INCIDENT_KINDS[other.kind]), "on": other.occurred_on}
    if away:
        text = told(
            "Đã có vụ «{ref}» ({kind}, ngày {on}, cách {away_m} m): có thể là một vụ.",
            **said,
            away_m=away,
        )
    else:
        text = told("Đã có vụ «{ref}» ({kind}, ngày {on}, cùng xã): có thể là một vụ.", **said)
    return Doubt(text, f"/incidents/{other.id}")


INCIDENTS: Register[IncidentForm, StoredIncident] = Register(
    layer=Layer.INCIDENTS,
    written="vụ",
    corrected="sửa vụ",
    taken=lambda source: told(
        "Số hồ sơ này đã có ở «{source}». Hãy mở vụ việc ấy để sửa, hoặc ghi số khác.",
        source=source,
    ),
    same=(
        *("occurred_on", "date_precision", "kind", "detected_by", "verified", "offenders"),
        *("seizures", "address_text", "home", "place"),
    ),
    find=incidents.incident_by_id,
    form_of=form_of,
    read=_read,
    known=_may_be_known,
)
"""The writing of incidents."""
