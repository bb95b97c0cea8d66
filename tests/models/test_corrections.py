"""Events recorded by hand and corrections: later rows that take the place of earlier ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.records import Hotspot, HotspotEvent
from geo.terms import EventType, HotspotStatus, Layer
from models import hotspots
from models.corrections import RecordedEvent, effective_events
from models.errors import (
    ConflictError,
    InvalidValueError,
    ModelError,
    NotAllowedError,
    NotFoundError,
)
from models.hotspot_events import add_event, histories_of
from models.lifecycle import status_at
from models.record_changes import changes_by_import, changes_of_hotspot
from models.session import Database, unit_of_work
from models.undo_plans import plan_undo
from models.undone_imports import undo_import
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    a_hotspot,
    an_import,
    keep_hotspots,
)

LATER = datetime(2026, 8, 1, 4, tzinfo=UTC)
OPENED, CLEARED = a_hotspot().events


def event(type_: str, day: str, note: str = "") -> HotspotEvent:
    return HotspotEvent(EventType(type_), date.fromisoformat(day), note)


def write(
    database: Database,
    new: HotspotEvent,
    corrects_id: int | None = None,
    *,
    viewer: Viewer = PLANNER,
    at: datetime = LATER,
) -> int:
    """Record an event of hotspot 1 by hand."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return add_event(session, viewer, 1, new, at=at, corrects_id=corrects_id)


def history(database: Database) -> list[tuple[str, str]]:
    """Type and day of the events that stand."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = hotspots.find_hotspots(session, PLANNER)
    return [(e.type.value, e.on.isoformat()) for spot in found for e in spot.events]


def recorded(database: Database) -> list[RecordedEvent]:
    """Everything that was ever recorded of hotspot 1."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return hotspots.history_of(session, PLANNER, 1)


def bring(database: Database, record: Hotspot) -> int:
    """Import a hotspot once more; the number of the import."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.HOTSPOTS)
        hotspots.add_hotspots(session, PLANNER, [record], import_id)
    return import_id


# --- adding


def test_an_event_by_hand_is_recorded_with_its_hour_and_hand(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    number = write(database, event("re_emerged", "2026-07-20", "3 vụ trong bán kính 300 m"))
    assert history(database)[-1] == ("re_emerged", "2026-07-20")
    last = recorded(database)[-1]
    assert (last.id, last.recorded_at, last.recorded_by) == (number, LATER, "planner")
    assert (last.corrects_id, last.event.note) == (None, "3 vụ trong bán kính 300 m")


def test_the_note_of_an_event_names_nobody(sqlite_database: Database) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    write(sqlite_database, event("note", "2026-07-20", "gặp bà Nguyễn Thị Bích, 0912345678"))
    (note,) = (e.event.note for e in recorded(sqlite_database) if e.event.type == "note")
    assert "Bích" not in note
    assert "0912345678" not in note


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (event("cleared", "2026-08-02"), "02/08/2026"),
        (event("cleared", "1989-12-31"), "01/01/1990"),
        (event("note", "2026-07-01", "  "), "để trống"),
    ],
    ids=["future", "long ago", "empty note"],
)
def test_an_unsound_event_is_refused(
    sqlite_database: Database, new: HotspotEvent, error: str
) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    with pytest.raises(InvalidValueError, match=error):
        write(sqlite_database, new)


def test_the_day_is_that_of_viet_nam(sqlite_database: Database) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    evening = datetime(2026, 8, 1, 17, 30, tzinfo=UTC)
    write(sqlite_database, event("re_emerged", "2026-08-02"), at=evening)
    assert history(sqlite_database)[-1] == ("re_emerged", "2026-08-02")


def test_what_stands_already_is_not_recorded_twice(sqlite_database: Database) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    with pytest.raises(ConflictError, match="09/01/2026"):
        write(sqlite_database, event("cleared", "2026-01-09", "lần nữa"))
    write(sqlite_database, event("note", "2026-07-01", "một"))
    write(sqlite_database, event("note", "2026-07-01", "hai"))
    with pytest.raises(ConflictError):
        write(sqlite_database, event("note", "2026-07-01", "một"))


@pytest.mark.parametrize(
    ("viewer", "error"),
    [(ANALYST, NotAllowedError), (OFFICER, NotAllowedError), (PLANNER_01, NotFoundError)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_only_who_may_write_there_records_an_event(
    sqlite_database: Database, viewer: Viewer, error: type[ModelError]
) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    with pytest.raises(error):
        write(sqlite_database, event("re_emerged", "2026-07-20"), viewer=viewer)
    write(sqlite_database, event("re_emerged", "2026-07-20"), viewer=PLANNER_51)


# --- correcting


def test_a_correction_takes_the_place_of_the_event_it_names(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    wrong = recorded(database)[1]
    right = write(database, event("cleared", "2026-02-09", "chép nhầm tháng"), wrong.id)
    assert history(database) == [("opened", "2025-05-01"), ("cleared", "2026-02-09")]
    latest = write(database, event("cleared", "2026-02-10"), right)
    assert history(database)[-1] == ("cleared", "2026-02-10")
    kept = recorded(database)
    assert [(e.id, e.corrects_id) for e in kept] == [
        *((1, None), (wrong.id, None), (right, wrong.id), (latest, right)),
    ]
    assert kept[1] == wrong


def test_a_note_that_corrects_takes_the_event_out(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    gone = write(database, event("note", "2026-01-09", "của điểm khác"), 2)
    assert history(database) == [("opened", "2025-05-01")]
    back = write(database, CLEARED, gone)
    assert history(database)[-1] == ("cleared", "2026-01-09")
    assert recorded(database)[-1].id == back


def test_an_event_is_corrected_once(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    write(database, event("cleared", "2026-02-09"), 2)
    with pytest.raises(ConflictError, match="đã được sửa"):
        write(database, event("cleared", "2026-03-09"), 2)
    assert history(database)[-1] == ("cleared", "2026-02-09")


def test_a_correction_names_an_event_of_the_same_hotspot(sqlite_database: Database) -> None:
    keep_hotspots(sqlite_database, a_hotspot(), a_hotspot("TD-2"))
    for number in (3, 99):
        with pytest.raises(ConflictError, match=str(number)):
            write(sqlite_database, event("cleared", "2026-02-09"), number)
    gone = write(sqlite_database, event("note", "2026-01-09", "nhầm"), 2)
    with pytest.raises(InvalidValueError, match="để trống"):
        write(sqlite_database, event("note", "2026-01-09"), 1)
    assert gone == 5


def test_a_correction_that_changes_nothing_is_refused(sqlite_database: Database) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    with pytest.raises(InvalidValueError, match="Chưa có gì thay đổi"):
        write(sqlite_database, CLEARED, 2)
    with pytest.raises(ConflictError, match="01/05/2025"):
        write(sqlite_database, OPENED, 2)


def test_the_status_follows_the_correction_at_every_date(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    write(database, event("cleared", "2026-02-09"), 2)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (spot,) = hotspots.find_hotspots(session, PLANNER)
    assert status_at(spot.events, date(2026, 1, 20)) is HotspotStatus.ACTIVE
    assert status_at(spot.events, date(2026, 2, 9)) is HotspotStatus.CLEARED


def test_a_day_is_also_seen_as_it_was_known_then(sqlite_database: Database) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    write(sqlite_database, event("cleared", "2026-02-09"), 2)
    told = recorded(sqlite_database)
    assert [e.id for e in effective_events(told, known_on=date(2026, 6, 30))] == []
    assert [e.id for e in effective_events(told, known_on=date(2026, 7, 1))] == [1, 2]
    assert [e.id for e in effective_events(told, known_on=date(2026, 7, 31))] == [1, 2]
    assert [e.id for e in effective_events(told, known_on=date(2026, 8, 1))] == [1, 3]


steps = st.lists(
    st.tuples(
        st.sampled_from(["opened", "cleared", "re_emerged", "note"]),
        st.integers(0, 9),
        st.integers(0, 30),
        st.booleans(),
    ),
    max_size=12,
)


def a_history(given_steps: list[tuple[str, int, int, bool]]) -> list[RecordedEvent]:
    """Events recorded a day apart; each corrects the oldest uncorrected one, or none."""
    told: list[RecordedEvent] = []
    for number, (type_, target, day, corrects) in enumerate(given_steps, start=1):
        named = {e.corrects_id for e in told}
        open_ids = [e.id for e in told if e.id not in named]
        on = date(2026, 1, 1) + timedelta(days=day)
        told.append(
            RecordedEvent(
                number,
                HotspotEvent(EventType(type_), on, "vì"),
                datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number),
                "a",
                open_ids[target % len(open_ids)] if corrects and open_ids else None,
            )
        )
    return told


@given(steps)
def test_a_correction_never_adds_an_event_and_its_order_does_not_matter(
    given_steps: list[tuple[str, int, int, bool]],
) -> None:
    told = a_history(given_steps)
    standing = effective_events(told)
    assert len(standing) <= sum(e.corrects_id is None for e in told)
    assert effective_events(told[::-1]) == standing
    assert not {e.id for e in standing} & {e.corrects_id for e in told}


@given(steps, st.integers(0, 12))
def test_what_was_known_on_a_day_does_not_depend_on_what_came_later(
    given_steps: list[tuple[str, int, int, bool]], n: int
) -> None:
    told = a_history(given_steps)
    known_on = date(2026, 3, 1) + timedelta(days=n)
    assert effective_events(told, known_on) == effective_events(told[:n])


# --- corrections and imports


def test_a_corrected_event_does_not_come_back_with_its_file(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    write(database, event("cleared", "2026-02-09"), 2)
    write(database, event("note", "2025-05-01", "chưa từng xác lập"), 1)
    import_id = bring(database, a_hotspot(name="Tên khác"))
    assert history(database) == [("cleared", "2026-02-09")]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (change,) = changes_by_import(session, PLANNER, import_id)
    assert [field.name for field in change.fields] == ["name"]
    assert change.kept_events == (("cleared", "2026-02-09"),)


def test_an_import_is_undone_with_the_corrections_of_its_events(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    back = event("re_emerged", "2026-03-01")
    import_id = bring(database, a_hotspot(events=(*a_hotspot().events, back)))
    (added,) = (e.id for e in recorded(database) if e.event == back)
    first = write(database, event("re_emerged", "2026-03-05"), added)
    write(database, event("re_emerged", "2026-03-06"), first)
    write(database, event("cleared", "2026-01-10"), 2)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert plan_undo(session, PLANNER, import_id).corrected == ("TD-1",)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undo_import(session, PLANNER, import_id)
    assert history(database) == [("opened", "2025-05-01"), ("cleared", "2026-01-10")]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        last = changes_of_hotspot(session, PLANNER, 1)[-1]
    (events,) = (field for field in last.fields if field.name == "events")
    assert ["re_emerged", "2026-03-06", ""] in events.before
    assert ["re_emerged", "2026-03-06", ""] not in events.after


def test_an_import_is_not_told_to_have_written_what_persons_wrote(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    import_id = bring(database, a_hotspot(name="Tên khác"))
    write(database, event("re_emerged", "2026-07-20"))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (change,) = changes_by_import(session, PLANNER, import_id)
    assert [field.name for field in change.fields] == ["name"]


def test_corrections_are_put_back_with_the_events_they_name(database: Database) -> None:
    """A hotspot is withdrawn, brought again and withdrawn again: its history is whole."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = an_import(session, Layer.HOTSPOTS)
        hotspots.add_hotspots(session, PLANNER, [a_hotspot()], first, at=NOON)
    write(database, event("cleared", "2026-02-09"), 2)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undo_import(session, PLANNER, first)
    before = effective(database)
    again = bring(database, a_hotspot())
    assert history(database) == [("opened", "2025-05-01"), ("cleared", "2026-01-09")]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undo_import(session, PLANNER, again)
    assert effective(database) == before == [OPENED, event("cleared", "2026-02-09")]


def effective(database: Database) -> list[HotspotEvent]:
    """What stands of hotspot 1, withdrawn or not."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        told = histories_of(session, [1])[1]
    return [each.event for each in effective_events(told)]


def test_the_notes_of_a_home_are_kept_from_those_who_do_not_see_it(
    sqlite_database: Database,
) -> None:
    keep_hotspots(sqlite_database, a_hotspot(is_dwelling=True))
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        whole = hotspots.history_of(session, PLANNER, 1)
        coarse = hotspots.history_of(session, ANALYST, 1)
        with pytest.raises(NotFoundError):
            hotspots.history_of(session, PLANNER_01, 1)
    assert whole[1].event == CLEARED
    assert [(e.event.on, e.event.note, e.recorded_by) for e in coarse] == [
        *((OPENED.on, "", ""), (CLEARED.on, "", "")),
    ]
