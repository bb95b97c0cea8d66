"""Several people at once: nothing that one wrote is lost, and no deadlock is shown to anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from geo.records import HotspotEvent
from geo.terms import EventType, Layer
from models.errors import BusyError, CollisionError, ConflictError
from models.hotspots import history_of
from models.incidents import find_incidents
from models.repeating import TIMES, repeatable
from models.session import Database, unit_of_work
from models.tables import imports, incidents, record_versions
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import a_hotspot, keep_hotspots
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    gathering,
    install_small_map,
    write_workbook,
)
from webapp.errors import BUSY_RETRY_S, describe
from webapp.services import hotspot_events
from webapp.services.hand_writing import Outcome, Sent, correct, stamp
from webapp.services.incident_entry import INCIDENTS
from webapp.services.ingest import ImportReport, import_file

AT = datetime(2026, 6, 14, 3, 0, tzinfo=UTC)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Database:
    """A site with a map."""
    install_small_map(database, tmp_path)
    return database


def _import(database: Database, path: Path, source: str = "CÔNG AN TỈNH A") -> ImportReport:
    return import_file(database, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY, source=source)


def _at_once(*works: Callable[[], object]) -> list[object]:
    """Each in a thread of its own, begun together; what each gave or raised."""
    ready = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        ready.wait(30)
        try:
            return work()
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(len(works)) as threads:
        return [done.result(120) for done in [threads.submit(begin, work) for work in works]]


def _changed(path: Path, prefix: str, offenders: int) -> Path:
    rows = [[*row[:6], offenders, *row[7:]] for row in gathering(12, prefix)]
    return write_workbook(path, [INCIDENT_HEADINGS, *rows])


def test_imports_and_edits_at_once_lose_nothing(site: Database, tmp_path: Path) -> None:
    _import(site, write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, *gathering(12)]))
    more = _changed(tmp_path / "b.xlsx", "VV", 7)
    others = _changed(tmp_path / "c.xlsx", "KH", 3)

    def edit(id_: int) -> Callable[[], Outcome]:
        def work() -> Outcome:
            for _ in range(20):
                with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
                    old = INCIDENTS.find(session, LOCAL_OPERATOR, id_)
                form = INCIDENTS.form_of(old)
                sent = Sent(_with_offenders(form, 40 + id_), stamp(old), confirmed="")
                done = correct(site, LOCAL_OPERATOR, INCIDENTS, id_, sent, at=AT)
                if done.doubts:
                    sent = Sent(sent.form, sent.seen, done.confirm)
                    done = correct(site, LOCAL_OPERATOR, INCIDENTS, id_, sent, at=AT)
                if done.import_id is not None:
                    return done
            raise AssertionError("never got through")

        return work

    done = _at_once(
        lambda: _import(site, more),
        lambda: _import(site, others, "CÔNG AN TỈNH B"),
        edit(1),
        edit(2),
    )
    assert not [each for each in done if isinstance(each, Exception)]
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = {record.id: record for record in find_incidents(session, LOCAL_OPERATOR)}
        versions = session.execute(select(record_versions.c.record_key, record_versions.c.content))
        kept = {(int(key), content["offenders"]) for key, content in versions}
        n_imports = session.scalar(select(func.count()).select_from(imports)) or 0
    assert len(found) == 24
    assert n_imports == 5
    # Whoever came last stands; what the other had written is kept as the content before it.
    for id_ in (1, 2):
        assert {(id_, found[id_].offenders)} | kept >= {(id_, 2), (id_, 7), (id_, 40 + id_)}
    assert all(found[id_].offenders == 7 and (id_, 2) in kept for id_ in range(3, 13))


def _with_offenders(form, n: int):  # type: ignore[no-untyped-def]
    return replace(form, offenders=str(n))


def test_of_two_corrections_of_what_both_had_open_the_second_sees_the_first(
    site: Database, tmp_path: Path
) -> None:
    _import(site, write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, *gathering(1)]))
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        old = INCIDENTS.find(session, LOCAL_OPERATOR, 1)

    def edit(n: int) -> Callable[[], Outcome]:
        sent = Sent(_with_offenders(INCIDENTS.form_of(old), n), stamp(old))
        return lambda: correct(site, LOCAL_OPERATOR, INCIDENTS, 1, sent, at=AT)

    done = _at_once(edit(5), edit(6), edit(8))
    assert sorted(each.is_conflict for each in done) == [False, True, True]


def test_of_two_events_written_on_the_same_history_one_is_refused(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        seen = max(each.id for each in history_of(session, LOCAL_OPERATOR, 1))

    def write(kind: EventType) -> Callable[[], object]:
        event = HotspotEvent(kind, date(2026, 6, 1), "")
        return lambda: hotspot_events.record_event(
            database, LOCAL_OPERATOR, 1, event, at=AT, seen=seen
        )

    done = _at_once(write(EventType.CLEARED), write(EventType.RE_EMERGED))
    (refused,) = [each for each in done if isinstance(each, ConflictError)]
    assert "Chưa lưu gì" in str(refused)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert len([e for e in history_of(session, LOCAL_OPERATOR, 1) if e.id > seen]) == 1


def test_notes_that_several_write_at_once_are_all_kept(database: Database) -> None:
    keep_hotspots(database, a_hotspot())

    def write(n: int) -> Callable[[], object]:
        event = HotspotEvent(EventType.NOTE, date(2026, 6, 1), f"Đã họp tổ dân phố lần {n}")
        return lambda: hotspot_events.record_event(
            database, LOCAL_OPERATOR, 1, event, at=AT, seen=1
        )

    done = _at_once(*map(write, range(8)))
    assert not [each for each in done if isinstance(each, Exception)]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        notes = {e.event.note for e in history_of(session, LOCAL_OPERATOR, 1)}
    assert notes >= {f"Đã họp tổ dân phố lần {n}" for n in range(8)}


@pytest.mark.postgis
def test_transactions_that_wait_for_each_other_are_repeated_and_both_come_through(
    postgis_database: Database,
) -> None:
    first, second = ("incidents", "hotspots"), ("hotspots", "incidents")
    met, tries = threading.Barrier(2), []

    def hold(tables: tuple[str, str]) -> Callable[[], object]:
        @repeatable
        def work() -> bool:
            tries.append(1)
            with unit_of_work(postgis_database, LOCAL_OPERATOR) as session:
                for n, table in enumerate(tables):
                    session.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
                    if n == 0 and len(tries) <= 2:
                        met.wait(30)
            return True

        return work

    assert _at_once(hold(first), hold(second)) == [True, True]
    assert len(tries) == 3


@pytest.mark.postgis
def test_what_collides_again_and_again_is_told_as_busy(postgis_database: Database) -> None:
    tries = []

    @repeatable
    def work() -> None:
        tries.append(1)
        with unit_of_work(postgis_database, LOCAL_OPERATOR) as session:
            session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$"))

    with pytest.raises(CollisionError) as raised:
        work()
    assert isinstance(raised.value, BusyError)
    assert len(tries) == TIMES
    told = describe(raised.value)
    assert (told.status, told.retry_after_s) == (503, BUSY_RETRY_S)


def test_a_record_is_not_written_twice_by_what_is_repeated(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    tries = []

    @repeatable
    def work() -> None:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            session.execute(text("INSERT INTO site (key, value) VALUES ('once', '1')"))
            tries.append(1)
            if len(tries) < 3:
                raise CollisionError("…")

    work()
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert session.scalar(select(func.count()).select_from(incidents)) == 0
        assert session.scalar(text("SELECT count(*) FROM site WHERE key = 'once'")) == 1
