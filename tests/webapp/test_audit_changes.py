"""What was changed stands in the audit trail before and after: codes plainly, words as digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from geo.terms import FacilityKind
from models import audit
from models.audit_fields import MOST_RECORDS, told_changes, told_fields, told_last
from models.record_changes import FieldChange, RecordChange
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.seeded_site import NOW
from tests.webapp.test_facility_entry import FORM, OF_FILE, PLANNER, entered, send
from webapp.services import hand_writing
from webapp.services.facility_entry import FACILITIES
from webapp.services.hand_writing import Sent, stamp


def last(database: Database) -> audit.AuditEvent:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return audit.list_events(session, LOCAL_OPERATOR, 1, action="import")[0]


def a_change(*fields: FieldChange, key: str = "7") -> RecordChange:
    layer = FACILITIES.layer
    return RecordChange(layer, key, "CS-1", "SỞ", None, 1, NOW, "planner", fields)


def test_a_correction_by_hand_says_every_field(seeded_database: Database) -> None:
    old = entered(seeded_database)
    assert "records" not in last(seeded_database).detail
    sent = Sent(replace(FORM, name="Karaoke Mây Trắng", kind="bar"), stamp(old))
    done = hand_writing.correct(seeded_database, PLANNER, FACILITIES, old.id, sent, at=NOW)
    assert not done.errors
    event = last(seeded_database)
    assert event.object == f"import:{done.import_id}"
    assert event.detail["layer"] == "facilities"
    fields = event.detail["records"][f"facilities:{old.id}"]
    assert fields["kind"] == {"before": "karaoke", "after": "bar"}
    assert set(fields["name"]["before"]["text"]) == {"sha256"}
    assert "Mây" not in str(event.detail)


def test_a_file_that_changes_a_record_says_so(seeded_database: Database) -> None:
    send(seeded_database, OF_FILE)
    send(seeded_database, replace(OF_FILE, kind=FacilityKind.LODGING))
    ((_, fields),) = last(seeded_database).detail["records"].items()
    assert fields == {"kind": {"before": "school", "after": "lodging"}}


def test_of_very_many_changes_only_the_number_is_told() -> None:
    change = FieldChange("kind", "school", "treatment")
    many = [a_change(change, key=str(n)) for n in range(MOST_RECORDS + 1)]
    assert told_changes(many) == {}
    assert len(told_changes(many[1:])["records"]) == MOST_RECORDS
    assert told_changes([]) == told_last([]) == {}
    assert told_last(many) == {"fields": {"kind": {"before": "school", "after": "treatment"}}}


def test_numbers_days_and_flags_are_told_and_words_are_not() -> None:
    fields = told_fields(
        (
            FieldChange("offenders", 2, None),
            FieldChange("verified", False, True),
            FieldChange("occurred_on", "2026-06-01", date(2026, 6, 2).isoformat()),
            FieldChange("source", "CÔNG AN TỈNH A", "x"),
            FieldChange("events", [], [{"note": "bà Lan"}]),
            FieldChange("written.commune_name", "Dak", ""),
        )
    )
    assert fields["offenders"] == {"before": 2, "after": None}
    assert fields["verified"] == {"before": False, "after": True}
    assert fields["occurred_on"]["after"] == "2026-06-02"
    assert fields["source"] == {"before": {"text": "CÔNG AN TỈNH A"}, "after": "x"}
    assert set(fields["events"]["after"]) == {"text"}
    assert fields["events"]["before"] == []
    assert fields["written.commune_name"] == {"before": {"text": "Dak"}, "after": ""}
