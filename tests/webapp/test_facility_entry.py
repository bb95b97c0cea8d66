"""What only facilities know among the records that a person writes: kinds, owners, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from geo.facilities import Facility
from geo.records import PlaceQuery
from geo.terms import FacilityKind, Layer
from models import audit, facilities
from models.errors import InvalidValueError, NotAllowedError, NotFoundError
from models.facilities import StoredFacility
from models.imports import NewImport
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import NOW, point
from webapp.services import facility_entry, hand_writing, import_undo
from webapp.services.entered_places import PlaceForm
from webapp.services.facility_entry import FACILITIES, FacilityForm
from webapp.services.hand_writing import Sent, find, stamp
from webapp.services.storing import StoredFile, store_file

PLANNER = Viewer("planner", Role.PLANNER)
SOUTHERN = Viewer("province", Role.PLANNER, Scope.provinces("66"))
FORM = FacilityForm(
    name="Karaoke Hoa Ban", kind="karaoke", place=PlaceForm("14,631", "107,752", clicked=True)
)
OF_FILE = Facility(
    *("CS-9", "SỞ GIÁO DỤC", "Trường Lê Lợi", FacilityKind.SCHOOL),
    point(107.85, 14.65, "23383", "51"),
    place=PlaceQuery(),
)


def entered(database: Database, form: FacilityForm = FORM) -> StoredFacility:
    done = hand_writing.enter(database, PLANNER, FACILITIES, Sent(form), at=NOW)
    assert done.id is not None, (done.errors, done.doubts)
    return find(database, LOCAL_OPERATOR, FACILITIES, done.id)


def send(database: Database, *records: Facility) -> StoredFile:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.FACILITIES, "co_so.xlsx", "a" * 64, "SỞ GIÁO DỤC")
        return store_file(session, LOCAL_OPERATOR, new, records, [])


def listed(database: Database) -> Sequence[StoredFacility]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return facilities.find_facilities(session, LOCAL_OPERATOR)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"name": "Nguyễn Văn An"}, "name"), ({"kind": "casino"}, "kind")],
)
def test_a_facility_needs_a_name_of_its_own_and_a_known_kind(
    seeded_database: Database, changes: dict[str, str], field: str
) -> None:
    sent = Sent(replace(FORM, **changes))  # type: ignore[arg-type]
    done = hand_writing.enter(seeded_database, PLANNER, FACILITIES, sent, at=NOW)

    assert list(done.errors) == [field]


def test_who_owns_a_business_is_not_kept(seeded_database: Database) -> None:
    found = entered(seeded_database, replace(FORM, name="Karaoke Nguyễn Văn Tèo"))

    assert "Tèo" not in found.name
    assert found.name.startswith("Karaoke")


def test_another_kind_close_by_is_no_doubt(seeded_database: Database) -> None:
    entered(seeded_database)

    assert entered(seeded_database, replace(FORM, name="Quán bar Hoa Ban", kind="bar"))


def test_a_withdrawn_facility_is_off_the_list_until_that_is_undone(
    seeded_database: Database,
) -> None:
    before = entered(seeded_database)
    done = facility_entry.withdraw(
        seeded_database, PLANNER, before.id, "Đã đóng cửa, gọi anh Hùng", at=NOW
    )
    assert listed(seeded_database) == []
    with pytest.raises(NotFoundError):
        facility_entry.withdraw(seeded_database, PLANNER, before.id, "Lần nữa", at=NOW)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        last = audit.list_events(session, LOCAL_OPERATOR, 1)[0]
    assert (last.action, last.object) == ("withdraw_facility", f"facility:{before.id}")
    assert last.detail["import_id"] == done
    assert "Hùng" not in last.detail["reason"]

    import_undo.undo_import(seeded_database, PLANNER, done, at=NOW)
    assert listed(seeded_database) == [before]


def test_what_a_person_withdrew_no_file_brings_back(seeded_database: Database) -> None:
    send(seeded_database, OF_FILE)
    (brought,) = listed(seeded_database)
    done = facility_entry.withdraw(seeded_database, PLANNER, brought.id, "Ghi trùng", at=NOW)

    for record in (OF_FILE, replace(OF_FILE, note="Khác")):
        again = send(seeded_database, record)
        assert (again.accepted, again.changed) == (0, 0)
        assert "đã được một người rút" in again.refused[0].reason
    assert listed(seeded_database) == []
    import_undo.undo_import(seeded_database, PLANNER, done, at=NOW)
    assert send(seeded_database, OF_FILE).unchanged == 1


def test_only_who_may_write_there_withdraws_and_with_a_reason(seeded_database: Database) -> None:
    found = entered(seeded_database)
    with pytest.raises(NotFoundError):
        facility_entry.withdraw(seeded_database, SOUTHERN, found.id, "Đã đóng cửa", at=NOW)
    with pytest.raises(NotAllowedError):
        analyst = Viewer("a", Role.ANALYST)
        facility_entry.withdraw(seeded_database, analyst, found.id, "Đã đóng cửa", at=NOW)
    with pytest.raises(InvalidValueError):
        facility_entry.withdraw(seeded_database, PLANNER, found.id, "Nguyễn Văn An", at=NOW)
    assert listed(seeded_database) == [found]


def test_a_correction_that_was_seen_before_a_withdrawal_finds_nothing(
    seeded_database: Database,
) -> None:
    old = entered(seeded_database)
    facility_entry.withdraw(seeded_database, PLANNER, old.id, "Đã đóng cửa", at=NOW)
    sent = Sent(replace(FORM, note="Mới"), stamp(old))
    with pytest.raises(NotFoundError):
        hand_writing.correct(seeded_database, PLANNER, FACILITIES, old.id, sent, at=NOW)
