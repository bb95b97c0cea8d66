"""Incidents that a person writes on the map, and corrections of those that are there.

Both are stored by the road of files: an import of their own that can be undone, with the
earlier content kept as a version. What looks wrong is said before anything is stored, and
stored only when the person says that it is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from geo.records import Incident
from geo.terms import DatePrecision, Layer
from models import incidents
from models.additions import digest_of
from models.errors import InvalidValueError
from models.hand_entries import hold_refs, is_taken, next_ref
from models.incidents import IncidentFilter, StoredIncident
from models.nearby import distances_m
from models.periods import today as day_of
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import INCIDENT_KINDS, vn_date, vn_number
from webapp.services.entered_places import EnteredPlace, place_again, place_entered
from webapp.services.hand_imports import Doubt, Outcome, asked, store_by_hand, unit_source
from webapp.services.incident_form import IncidentFields, IncidentForm, form_of, read_incident

NEAR_M = 500.0
"""Records of one day and kind within this distance may be one case."""

_SHOWN = 5
_TAKEN = "Số hồ sơ này đã có ở {source}. Hãy mở vụ việc ấy để sửa, hoặc ghi số khác."
_MEANWHILE = (
    "Vụ việc vừa được sửa ở nơi khác sau khi đồng chí mở trang này; chưa lưu gì. Bấm «Lưu» lần nữa "
    "thì nội dung dưới đây thay bản ấy."
)
_SAME = (
    *("occurred_on", "date_precision", "kind", "detected_by", "verified", "offenders"),
    *("seizures", "address_text", "place"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent; `seen` marks the content that was on the screen, `confirmed` the doubts."""

    form: IncidentForm
    seen: str = ""
    confirmed: str = ""


def enter(database: Database, viewer: Viewer, sent: Sent, *, at: datetime) -> Outcome:
    """Store an incident that a person wrote, or say what is wrong or doubtful.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If no boundaries are installed.
    """
    viewer.require_write()
    fields, place, errors = _read(database, viewer, sent.form, day_of(at))
    if fields is None or place is None:
        return Outcome(errors=errors)
    with unit_of_work(database) as session:
        hold_refs(session, viewer, Layer.INCIDENTS)
        source = unit_source(session, viewer)
        if fields.ref and is_taken(session, viewer, Layer.INCIDENTS, source, fields.ref):
            return Outcome(errors={"ref": _TAKEN.format(source=f"«{source}»")})
        year = fields.dated.on.year
        ref = fields.ref or next_ref(session, viewer, Layer.INCIDENTS, source, year)
        record = _record(ref, source, fields, place)
        doubts = (*map(Doubt, place.told), *_may_be_known(session, viewer, record))
        if again := asked(doubts, sent.confirmed):
            return again
        stored = store_by_hand(session, viewer, Layer.INCIDENTS, record, "vụ", at=at)
        (new,) = incidents.incidents_of_import(session, viewer, stored.import_id)
    return Outcome(new.id, stored.import_id)


def correct(database: Database, viewer: Viewer, id: int, sent: Sent, *, at: datetime) -> Outcome:
    """Give an incident other content, the one it had is kept; or say what hinders it.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If the viewer sees no such incident, or no boundaries are installed.
    """
    viewer.require_write()
    old = find_incident(database, viewer, id)
    fields, place, errors = _read(database, viewer, sent.form, day_of(at), old)
    if fields is None or place is None:
        return Outcome(errors=errors, seen=sent.seen)
    with unit_of_work(database) as session:
        hold_refs(session, viewer, Layer.INCIDENTS)
        now = incidents.incident_by_id(session, viewer, id)
        if stamp(now) != sent.seen:
            return Outcome(errors={"": _MEANWHILE}, seen=stamp(now), is_conflict=True)
        record = _record(old.ref, old.source, fields, place)
        if all(getattr(record, name) == getattr(now, name) for name in _SAME):
            return Outcome(id, changed=False)
        doubts = (*map(Doubt, place.told), *_may_be_known(session, viewer, record, id))
        if again := asked(doubts, sent.confirmed):
            return replace(again, seen=sent.seen)
        stored = store_by_hand(session, viewer, Layer.INCIDENTS, record, "sửa vụ", at=at)
    return Outcome(id, stored.import_id)


def find_incident(database: Database, viewer: Viewer, id: int) -> StoredIncident:
    """One incident; `NotFoundError` if the viewer sees none of this number."""
    with unit_of_work(database, read_only=True) as session:
        return incidents.incident_by_id(session, viewer, id)


def stamp(incident: StoredIncident) -> str:
    """What marks the content of an incident: it differs when anything of it does."""
    return digest_of(repr(incident))[:16]


def _read(
    database: Database,
    viewer: Viewer,
    form: IncidentForm,
    today: date,
    old: StoredIncident | None = None,
) -> tuple[IncidentFields | None, EnteredPlace | None, Mapping[str, str]]:
    """Fields and place of a form; what was left as it is stays as it was stored."""
    fields, errors = read_incident(form if old is None else replace(form, ref=""), today)
    before = form_of(old) if old is not None else None
    if old is not None and before is not None and fields is not None:
        same = form.seizures_typed() == before.seizures_typed()
        fields = replace(fields, seizures=old.seizures) if same else fields
    on = fields.dated.on if fields is not None else today
    if old is not None and before is not None and form.place.says_as(before.place):
        query, placement = place_again(old.place, old.placement, on)
        return fields, EnteredPlace(query, placement, old.address_text), errors
    try:
        return fields, place_entered(database, viewer, form.place, on), errors
    except InvalidValueError as error:
        return fields, None, {**errors, "place": str(error)}


def _record(ref: str, source: str, fields: IncidentFields, place: EnteredPlace) -> Incident:
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
        seizures=fields.seizures,
        place=place.query,
    )


def _may_be_known(
    session: Session, viewer: Viewer, record: Incident, id: int | None = None
) -> Sequence[Doubt]:
    """Other records of the same day and kind close by: perhaps the case is there already."""
    if record.date_precision is not DatePrecision.DAY:
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
    where = f"cách {vn_number(away)} m" if away else "cùng xã"
    told = f"{INCIDENT_KINDS[other.kind]}, ngày {vn_date(other.occurred_on)}"
    return Doubt(
        f"Đã có vụ «{other.ref}» ({told}, {where}): có thể là một vụ.", f"/incidents/{other.id}"
    )
