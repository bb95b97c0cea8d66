"""What holds for every kind of record that a person writes on the map and corrects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from geo.facilities import Facility
from geo.records import PlaceQuery
from geo.terms import FacilityKind, Precision
from models import audit, imports
from models.errors import NotAllowedError, NotFoundError
from models.hand_entries import id_of
from models.imports import NewImport
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import a_hotspot, an_incident
from tests.webapp.seeded_site import NOW, point
from webapp.services import hand_writing, import_undo
from webapp.services.drafted_records import PlacedRecord
from webapp.services.entered_places import PlaceForm
from webapp.services.facility_entry import FACILITIES, FacilityForm
from webapp.services.hand_imports import Outcome
from webapp.services.hand_writing import Register, Sent, find, stamp
from webapp.services.hotspot_entry import HOTSPOTS, HotspotForm
from webapp.services.incident_entry import INCIDENTS
from webapp.services.incident_form import IncidentForm
from webapp.services.storing import StoredFile, store_file

PLANNER = Viewer("planner", Role.PLANNER)
SOUTHERN = Viewer("province", Role.PLANNER, Scope.provinces("66"))
HERE = PlaceForm("14,631", "107,752", clicked=True)
SOUTH = replace(HERE, lat="14,55")
SENT_AT = point(107.85, 14.65, "23383", "51")


@dataclass(frozen=True)
class Kind:
    """One kind of record: a form, a change of one field to two values, a record of a file."""

    register: Register[Any, Any]
    form: Any
    field: str
    values: tuple[str, str]
    name: str
    record: PlacedRecord

    def said(self, stored: Any) -> str:
        """What the form says of the field that is changed."""
        return str(getattr(self.register.form_of(stored), self.field))


KINDS = (
    Kind(
        INCIDENTS,
        IncidentForm(on="10/06/2026", kind="possession", detected_by="commune", place=HERE),
        "offenders",
        ("5", "9"),
        "vụ",
        an_incident("HS-9", placement=SENT_AT),
    ),
    Kind(
        HOTSPOTS,
        HotspotForm(name="Quán vắng ven suối", kind="retail", place=HERE, on="01/06/2026"),
        "name",
        ("Quán bên cầu", "Quán cuối làng"),
        "điểm",
        a_hotspot("TD-9", placement=SENT_AT),
    ),
    Kind(
        FACILITIES,
        FacilityForm(name="Karaoke Hoa Ban", kind="karaoke", place=HERE),
        "note",
        ("Mở cửa đến 24 giờ", "Đã đổi biển hiệu"),
        "cơ sở",
        Facility("CS-9", "SỞ", "Trường Lê Lợi", FacilityKind.SCHOOL, SENT_AT, place=PlaceQuery()),
    ),
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.register.layer.value)


def enter(
    database: Database, kind: Kind, viewer: Viewer = PLANNER, /, **changes: object
) -> Outcome:
    sent = Sent(replace(kind.form, **changes))
    return hand_writing.enter(database, viewer, kind.register, sent, at=NOW)


def entered(database: Database, kind: Kind, viewer: Viewer = PLANNER, /, **changes: object) -> Any:
    done = enter(database, kind, viewer, **changes)
    assert done.id is not None, (done.errors, done.doubts)
    return stored(database, kind, done.id)


def correct(
    database: Database, kind: Kind, old: Any, viewer: Viewer = PLANNER, /, **changes: object
) -> Outcome:
    form = replace(kind.register.form_of(old), **changes)
    at = NOW + timedelta(hours=1)
    sent = Sent(form, seen=stamp(old))
    return hand_writing.correct(database, viewer, kind.register, old.id, sent, at=at)


def stored(database: Database, kind: Kind, id: int) -> Any:
    return find(database, LOCAL_OPERATOR, kind.register, id)


def changed(kind: Kind, n: int = 0) -> dict[str, object]:
    return {kind.field: kind.values[n]}


@every_kind
def test_a_click_is_stored_exactly_under_the_source_and_number_of_the_unit(
    seeded_database: Database, kind: Kind
) -> None:
    found = entered(seeded_database, kind)

    assert (found.ref, found.source) == ("BĐ-2026-0001", "Ghi trên bản đồ, Toàn quốc")
    place = found.placement
    assert (place.method, place.precision) == ("map_click", Precision.EXACT)
    assert (place.lon, place.lat, place.commune_code_now) == (107.752, 14.631, "23377")


@every_kind
def test_it_is_an_import_of_its_own_that_is_audited_and_can_be_undone(
    seeded_database: Database, kind: Kind
) -> None:
    found = entered(seeded_database, kind, SOUTHERN, place=SOUTH)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        brought = imports.find_import(session, SOUTHERN, found.import_id)
        last = audit.list_events(session, LOCAL_OPERATOR, 1)[0]

    assert brought.file_name == f"Ghi trên bản đồ: {kind.name} BĐ-2026-0001"
    assert brought.source == found.source == "Ghi trên bản đồ, Tỉnh Đắk Lắk"
    assert (brought.layer, brought.accepted) == (kind.register.layer, 1)
    assert (brought.by_user, brought.at) == ("province", NOW)
    assert (last.action, last.actor) == ("import", "province")
    import_undo.undo_import(seeded_database, SOUTHERN, found.import_id, at=NOW)
    with pytest.raises(NotFoundError):
        stored(seeded_database, kind, found.id)


@every_kind
def test_numbers_follow_one_another_and_none_is_used_twice(
    seeded_database: Database, kind: Kind
) -> None:
    first = entered(seeded_database, kind)
    import_undo.undo_import(seeded_database, PLANNER, first.import_id, at=NOW)

    assert (first.ref, entered(seeded_database, kind).ref) == ("BĐ-2026-0001", "BĐ-2026-0002")


@every_kind
def test_a_number_that_the_unit_has_already_is_refused(
    seeded_database: Database, kind: Kind
) -> None:
    entered(seeded_database, kind, ref="12/HS")
    again = enter(seeded_database, kind, ref="12/HS")

    assert again.id is None
    assert "đã có" in again.errors["ref"]


@every_kind
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ref": "Nguyễn Văn An"}, "ref"),
        ({"kind": ""}, "kind"),
        ({"place": PlaceForm()}, "place"),
        ({"place": PlaceForm("14,63", "")}, "place"),
        ({"place": PlaceForm("10", "110", clicked=True)}, "place"),  # at sea
        ({"place": PlaceForm(address="đầu làng")}, "place"),
    ],
)
def test_what_cannot_be_used_is_named_by_field_and_nothing_is_stored(
    seeded_database: Database, kind: Kind, changes: dict[str, object], field: str
) -> None:
    done = enter(seeded_database, kind, **changes)

    assert done.id is None
    assert list(done.errors) == [field]
    assert done.errors[field].endswith(".")
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        assert len(imports.list_imports(session, LOCAL_OPERATOR)) == 1


@every_kind
def test_the_same_thing_written_twice_is_asked_about(seeded_database: Database, kind: Kind) -> None:
    first = entered(seeded_database, kind)
    asked = enter(seeded_database, kind)

    assert asked.id is None
    assert first.ref in asked.doubts[0].text
    for confirmed, is_stored in (("something else", False), (asked.confirm, True)):
        sent = Sent(kind.form, confirmed=confirmed)
        done = hand_writing.enter(seeded_database, PLANNER, kind.register, sent, at=NOW)
        assert (done.id is not None) is is_stored


@every_kind
def test_a_correction_keeps_what_was_there_and_can_be_undone(
    seeded_database: Database, kind: Kind
) -> None:
    before = entered(seeded_database, kind)
    done = correct(seeded_database, kind, before, **changed(kind))
    after = stored(seeded_database, kind, before.id)

    assert done.import_id is not None
    assert kind.said(after) == kind.values[0]
    assert (after.ref, after.source) == (before.ref, before.source)
    assert after.placement == before.placement
    import_undo.undo_import(seeded_database, PLANNER, done.import_id, at=NOW)
    assert stored(seeded_database, kind, before.id) == before


@every_kind
def test_a_record_is_moved(seeded_database: Database, kind: Kind) -> None:
    before = entered(seeded_database, kind)
    moved = PlaceForm("14,65", "107,85", clicked=True)
    assert correct(seeded_database, kind, before, place=moved).changed
    place = stored(seeded_database, kind, before.id).placement

    assert (place.lon, place.lat, place.method) == (107.85, 14.65, "map_click")
    assert place.commune_code_now == "23383"


@every_kind
def test_saying_what_is_there_already_leaves_no_version(
    seeded_database: Database, kind: Kind
) -> None:
    before = entered(seeded_database, kind)
    done = correct(seeded_database, kind, before)

    assert (done.id, done.import_id, done.changed) == (before.id, None, False)


@every_kind
def test_what_somebody_changed_meanwhile_is_not_overwritten_unseen(
    seeded_database: Database, kind: Kind
) -> None:
    old = entered(seeded_database, kind)
    correct(seeded_database, kind, old, **changed(kind))
    done = correct(seeded_database, kind, old, **changed(kind, 1))
    assert done.is_conflict
    assert kind.said(stored(seeded_database, kind, old.id)) == kind.values[0]

    again = Sent(replace(kind.register.form_of(old), **changed(kind, 1)), done.seen)
    of = (seeded_database, PLANNER, kind.register, old.id, again)
    assert hand_writing.correct(*of, at=NOW).changed
    assert kind.said(stored(seeded_database, kind, old.id)) == kind.values[1]


@every_kind
def test_scope_and_role_hold(seeded_database: Database, kind: Kind) -> None:
    refused = enter(seeded_database, kind, SOUTHERN).errors["place"]
    assert "ngoài phạm vi" in refused
    assert "Tỉnh Quảng Ngãi" in refused
    northern = entered(seeded_database, kind)
    with pytest.raises(NotFoundError):
        correct(seeded_database, kind, northern, SOUTHERN)
    for viewer in (Viewer("a", Role.ANALYST), Viewer("c", Role.COMMUNE, Scope.commune("23401"))):
        with pytest.raises(NotAllowedError):
            enter(seeded_database, kind, viewer)
        with pytest.raises(NotAllowedError):
            correct(seeded_database, kind, northern, viewer)
    own = entered(seeded_database, kind, SOUTHERN, place=SOUTH)
    done = correct(seeded_database, kind, own, SOUTHERN, place=HERE)
    assert "ngoài phạm vi" in done.errors["place"]


@every_kind
def test_the_file_that_is_sent_again_does_not_revert_a_correction(
    seeded_database: Database, kind: Kind
) -> None:
    def send(record: PlacedRecord = kind.record) -> StoredFile:
        with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
            new = NewImport(kind.register.layer, "tep.xlsx", "a" * 64, record.source)
            return store_file(session, LOCAL_OPERATOR, new, [record], [])

    def standing() -> Any:
        with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
            key = (kind.register.layer, kind.record.source, kind.record.ref)
            found = id_of(session, LOCAL_OPERATOR, *key)
        assert found is not None
        return stored(seeded_database, kind, found)

    send()
    assert correct(seeded_database, kind, standing(), **changed(kind)).changed
    again = send()

    assert (again.unchanged, again.changed) == (1, 0)
    assert kind.record.ref in again.warnings[0]
    assert kind.said(standing()) == kind.values[0]
    value: Any = 8 if kind.field == "offenders" else "Nội dung khác hẳn"
    assert send(replace(kind.record, **{kind.field: value})).changed == 1
    assert kind.said(standing()) == str(value)
