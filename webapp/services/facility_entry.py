"""What the writing of facilities needs besides `hand_writing`, and taking one off the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from geo.facilities import Facility
from geo.facility_rows import without_owner
from geo.terms import FacilityKind, Layer
from geo.text import fold
from geo.typed_text import typed_text, without_marks
from models import audit, facilities, imports
from models.additions import digest_of
from models.disclosure import widened
from models.errors import InvalidValueError
from models.facilities import FacilityFilter, StoredFacility
from models.facility_changes import withdraw_facility
from models.hand_entries import HAND_SOURCE
from models.imports import NewImport
from models.nearby import distances_m
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.facility_labels import FACILITY_KINDS
from webapp.services.drafted_records import PlacedRecord
from webapp.services.entered_places import EnteredPlace, PlaceForm, degrees_text
from webapp.services.hand_imports import Doubt, unit_source
from webapp.services.hand_writing import Draft, Read, Register
from webapp.services.named_places import named_errors, typed_name, typed_ref
from webapp.services.stamps import require_seen
from webapp.told import told

MAX_NOTE, MAX_REASON = 500, 300
NEAR_M = 200.0
"""A facility of the same kind within this distance may be the one that is written."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class FacilityForm:
    """What a person filled in, as typed."""

    ref: str = ""
    name: str = ""
    kind: str = ""
    place: PlaceForm = field(default_factory=PlaceForm)
    note: str = ""


def form_of(facility: StoredFacility) -> FacilityForm:
    """A form filled in with what is stored."""
    place = facility.placement
    return FacilityForm(
        ref=facility.ref,
        name=facility.name,
        kind=facility.kind.value,
        place=PlaceForm(degrees_text(place.lat), degrees_text(place.lon), facility.address_text),
        note=facility.note,
    )


@repeatable
def withdraw(
    database: Database,
    viewer: Viewer,
    id: int,
    reason: str,
    *,
    at: datetime,
    seen: str | None = None,
) -> int:
    """Take a facility off the list; the number of the import by whose undoing it comes back.

    Raises
    ------
    InvalidValueError
        If no reason is given.
    NotAllowedError, NotFoundError
        If the viewer may not write, or sees none of this number.
    """
    viewer.require_write()
    kept = typed_text(reason)[:MAX_REASON].strip()
    if not without_marks(kept):
        raise InvalidValueError(told("Hãy ghi lý do rút cơ sở này, không phải tên người."))
    with unit_of_work(database, viewer) as session:
        stored = facilities.facility_by_id(session, viewer, id)
        name = f"{HAND_SOURCE}: rút cơ sở {stored.ref}"
        digest = digest_of("withdraw", str(id), viewer.name, at.isoformat())
        new = NewImport(
            *(Layer.FACILITIES, name, digest, unit_source(session, viewer)),
            warnings=(f"Lý do rút: {kept}",),
        )
        import_id = imports.add_import(session, viewer, new, at=at)
        was = withdraw_facility(session, viewer, id, kept, import_id=import_id, at=at)
        require_seen(seen, was)  # held by now: nobody changes it any more
        imports.finish_import(
            session, viewer, import_id, accepted=0, unchanged=0, rejected=0, changed=1
        )
        detail = {"import_id": import_id, "reason": kept}
        audit.record(session, viewer, "withdraw_facility", f"facility:{id}", detail, at=at)
    return import_id


def _read(form: FacilityForm, today: date, old: StoredFacility | None) -> Read:
    errors = named_errors(form.name, form.ref if old is None else "")
    if form.kind not in set(FacilityKind):
        errors["kind"] = told("Hãy chọn loại cơ sở.")
    if errors:
        return None, errors
    kind = FacilityKind(form.kind)

    def record(ref: str, source: str, place: EnteredPlace) -> Facility:
        return Facility(
            ref=ref,
            source=source,
            name=without_owner(typed_name(form.name), kind),
            kind=kind,
            placement=place.placement,
            address_text=place.address,
            note=typed_text(form.note)[:MAX_NOTE].strip(),
            place=place.query,
        )

    return Draft(typed_ref(form.ref), today.year, None, record), errors


def _may_be_known(
    session: Session, viewer: Viewer, record: PlacedRecord, today: date, id: int | None
) -> Sequence[Doubt]:
    """Facilities of the same kind close by, or of the same name in the commune."""
    del today  # a facility has no day
    place = record.placement
    if id is not None or not isinstance(record, Facility):
        return ()
    same = FacilityFilter((record.kind,), commune_code=place.commune_code_now)
    found = {
        each.id: each
        for each in facilities.find_facilities(session, viewer, same)
        if fold(each.name) == fold(record.name)
    }
    if place.lon is not None and place.lat is not None:
        box = widened((place.lon, place.lat, place.lon, place.lat), NEAR_M)
        near = FacilityFilter((record.kind,), bbox=box)
        for each in facilities.find_facilities(session, viewer, near):
            if _away_m(record, each) <= NEAR_M:
                found[each.id] = each
    return tuple(map(_known, sorted(found.values(), key=lambda each: each.id)[:_SHOWN]))


def _away_m(record: Facility, other: StoredFacility) -> float:
    here, there = record.placement, other.placement
    if here.lon is None or here.lat is None or there.lon is None or there.lat is None:
        return float("inf")
    (away,) = distances_m(here.lon, here.lat, [there.lon], [there.lat])
    return away


def _known(other: StoredFacility) -> Doubt:
    text = told(
        "Đã có «{name}» (mã {ref}, {kind}) ở gần hoặc cùng tên trong xã: nếu là nơi ấy, hãy sửa "
        "cơ sở đã có.",
        name=other.name,
        ref=other.ref,
        kind=told(FACILITY_KINDS[other.kind]),
    )
    return Doubt(text, f"/facilities/{other.id}")


FACILITIES: Register[FacilityForm, StoredFacility] = Register(
    layer=Layer.FACILITIES,
    written="cơ sở",
    corrected="sửa cơ sở",
    taken=lambda source: told(
        "Mã này đã có ở «{source}». Hãy mở cơ sở ấy để sửa, hoặc ghi mã khác.", source=source
    ),
    same=("name", "kind", "address_text", "note", "place"),
    find=facilities.facility_by_id,
    form_of=form_of,
    read=_read,
    known=_may_be_known,
)
"""The writing of facilities."""
