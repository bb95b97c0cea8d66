"""The audit trail as a chain: what breaks it is found; names may go, and it still holds."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models import audit, audit_chain, schema
from models.audit_chain import FaultKind, Verdict
from models.audit_hashes import (
    GENESIS,
    START,
    KeptEvent,
    Link,
    Person,
    commitment,
    linked,
    netstrings,
    text_digest,
)
from models.errors import NotAllowedError
from models.session import Database, Session, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Scope, Viewer
from tests.models.specimens import ADMIN, ANALYST, NOON, PLANNER, draw_map

LONG_AGO = datetime(2020, 6, 14, 12, tzinfo=UTC)
HERE = replace(PLANNER, address="10.0.0.7")


def write(database: Database, *objects: str, at: datetime = NOON, by: Viewer = HERE) -> None:
    """One event for each object, each in a transaction of its own."""
    for name in objects:
        with unit_of_work(database, by) as session:
            audit.record(session, by, "import", name, {"n": 1.5, "tỉnh": ["51"]}, at=at)


def verdict(database: Database, *written_down: Link) -> Verdict:
    with unit_of_work(database, ADMIN, read_only=True) as session:
        return audit_chain.verify(session, ADMIN, written_down)


def found(database: Database, *written_down: Link) -> tuple[FaultKind, int] | None:
    fault = verdict(database, *written_down).fault
    return None if fault is None else (fault.kind, fault.number)


def end(database: Database) -> Link:
    with unit_of_work(database, ADMIN, read_only=True) as session:
        return audit_chain.head(session, ADMIN)


def tamper(database: Database, *statements: str) -> None:
    """What somebody can do who may take the guards of the tables away."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for guard in _guards(session):
            session.execute(text(guard))
        for statement in statements:
            session.execute(text(statement))


def _guards(session: Session) -> list[str]:
    tables = ("audit_events", "audit_links", "audit_persons")
    if session.get_bind().dialect.name == "postgresql":
        return [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_{act}"
        for table in tables
        for act in ("update", "delete")
    ]


def test_a_trail_that_nobody_touched_holds(database: Database) -> None:
    write(database, "a", "b", "c")
    told = verdict(database)
    assert (told.fault, told.events, told.erased) == (None, 3, 0)
    assert told.head == end(database) == Link(3, told.head.sha256)


def test_an_empty_trail_holds(database: Database) -> None:
    told = verdict(database)
    assert (told.fault, told.events, str(told.head)) == (None, 0, f"0:{GENESIS}")


def test_events_of_one_transaction_follow_each_other(database: Database) -> None:
    with unit_of_work(database, HERE) as session:
        for name in ("a", "b", "c"):
            audit.record(session, HERE, "import", name)
    assert verdict(database).events == 3
    assert found(database) is None


def test_what_was_rolled_back_is_neither_event_nor_link(database: Database) -> None:
    write(database, "a")
    with pytest.raises(RuntimeError), unit_of_work(database, HERE) as session:
        audit.record(session, HERE, "import", "b")
        raise RuntimeError
    with unit_of_work(database, HERE) as session:
        audit.record(session, HERE, "import", "c")
        with pytest.raises(RuntimeError), session.begin_nested():
            audit.record(session, HERE, "import", "d")
            raise RuntimeError
        with session.begin_nested():
            audit.record(session, HERE, "import", "e")
    told = verdict(database)
    assert (told.fault, told.events) == (None, 3)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ("UPDATE audit_events SET at = '2026-01-01 00:00:00' WHERE {second}", "changed"),
        ("UPDATE audit_events SET role = 'admin' WHERE {second}", "changed"),
        ("UPDATE audit_events SET scope = 'nation:1' WHERE {second}", "changed"),
        ("UPDATE audit_events SET action = 'x' WHERE {second}", "changed"),
        ("UPDATE audit_events SET object = 'x' WHERE {second}", "changed"),
        ("UPDATE audit_events SET detail = '{{}}' WHERE {second}", "changed"),
        ("UPDATE audit_events SET commitment = 'x' WHERE {second}", "changed"),
        ("UPDATE audit_links SET sha256 = 'x' WHERE number = 2", "changed"),
        ("UPDATE audit_persons SET actor = 'khac' WHERE {second_event}", "person_changed"),
        ("UPDATE audit_persons SET address = '' WHERE {second_event}", "person_changed"),
        ("UPDATE audit_persons SET account = 'x' WHERE {second_event}", "person_changed"),
        ("UPDATE audit_persons SET salt = '00' WHERE {second_event}", "person_changed"),
        ("DELETE FROM audit_persons WHERE {second_event}", "person_missing"),
        ("DELETE FROM audit_links WHERE number = 2", "missing"),
        ("UPDATE audit_links SET number = 9 WHERE number = 2", "missing"),
    ],
)
def test_what_was_changed_is_found_where_it_was(
    owned_database: Database, changed: str, kind: str
) -> None:
    write(owned_database, "a", "b", "c")
    second = "(SELECT event_id FROM audit_links WHERE number = 2)"
    tamper(
        owned_database, changed.format(second=f"id = {second}", second_event=f"event_id = {second}")
    )
    assert found(owned_database) == (FaultKind(kind), 2)


def test_events_that_changed_places_are_found(owned_database: Database) -> None:
    write(owned_database, "a", "b", "c")
    tamper(
        owned_database,
        "UPDATE audit_links SET number = -number WHERE number > 1",
        "UPDATE audit_links SET number = 5 + number WHERE number < 0",
    )
    assert found(owned_database) == (FaultKind.CHANGED, 2)


def test_an_event_written_past_the_chain_is_found(database: Database) -> None:
    write(database, "a")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(
            text(
                "INSERT INTO audit_events (id, at, role, scope, action, object, detail, commitment)"
                " SELECT id + 70, at, role, scope, action, object, detail, commitment "
                "FROM audit_events"
            )
        )
    fault = verdict(database).fault
    assert fault is not None
    assert (fault.kind, fault.event_id) == (FaultKind.UNLINKED, 71)


LATER = "SELECT event_id FROM audit_links WHERE number > 1"
CUT = (
    f"DELETE FROM audit_persons WHERE event_id IN ({LATER})",
    "DELETE FROM audit_links WHERE number > 1",
    "DELETE FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_links)",
)


def test_a_tail_that_was_cut_off_is_found_and_stays_found(owned_database: Database) -> None:
    write(owned_database, "a", "b", "c")
    tamper(owned_database, *CUT)
    assert found(owned_database) == (FaultKind.CUT_OFF, 2)
    write(owned_database, "d")
    assert found(owned_database) == (FaultKind.MISSING, 2)


def test_a_tail_cut_off_with_its_head_is_found_by_what_was_written_down(
    owned_database: Database,
) -> None:
    write(owned_database, "a")
    first = end(owned_database)
    write(owned_database, "b", "c")
    last = end(owned_database)
    value = f'[1, "{first.sha256}"]'
    head = f"UPDATE site SET value = '{value}' WHERE key = 'audit_head'"
    tamper(owned_database, *CUT, head)
    assert found(owned_database) is None  # nothing in the database can tell
    assert found(owned_database, first) is None
    assert found(owned_database, first, last) == (FaultKind.CUT_OFF, 3)


def test_a_chain_that_was_written_anew_is_found_by_what_was_written_down(
    database: Database,
) -> None:
    write(database, "a", "b")
    before = end(database)
    forged = Link(2, "ab" * 32)
    assert found(database, before) is None
    assert found(database, forged) == (FaultKind.HEAD_CHANGED, 2)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM site WHERE key = 'audit_head'", FaultKind.HEAD_UNKNOWN),
        ("UPDATE site SET value = '[2, \"x\"]' WHERE key = 'audit_head'", FaultKind.HEAD_CHANGED),
        ("UPDATE site SET value = '[1, \"x\"]' WHERE key = 'audit_head'", FaultKind.HEAD_CHANGED),
    ],
)
def test_a_head_that_does_not_fit_is_found(
    owned_database: Database, statement: str, kind: FaultKind
) -> None:
    write(owned_database, "a", "b")
    tamper(owned_database, statement)
    assert found(owned_database) == (kind, 2)


def test_writers_at_once_make_one_chain(database: Database) -> None:
    def work(name: str) -> None:
        for n in range(8):
            write(database, f"{name}{n}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = verdict(database)
    assert (told.fault, told.events) == (None, 32)


def test_a_writer_at_work_holds_up_nobody_who_writes_meanwhile(postgis_database: Database) -> None:
    with unit_of_work(postgis_database, HERE) as session:
        audit.record(session, HERE, "import", "long")
        write(postgis_database, "short")
        assert found(postgis_database) is None
    told = verdict(postgis_database)
    assert (told.fault, told.events) == (None, 2)


def test_names_go_when_they_are_due_and_the_chain_holds(database: Database) -> None:
    write(database, "old", at=LONG_AGO)
    with unit_of_work(database, ADMIN) as session:
        audit.record(session, ADMIN, "user-add", "lan.nguyen", at=LONG_AGO)
    write(database, "new", at=datetime.now(UTC))
    with unit_of_work(database, ADMIN) as session:
        before = LONG_AGO + timedelta(days=1)
        assert audit_chain.erase_persons(session, ADMIN, before) == 2
        audit.record(session, ADMIN, audit_chain.ERASED, "persons", {"before": before.isoformat()})
    told = verdict(database)
    assert (told.fault, told.erased, told.events) == (None, 2, 4)
    with unit_of_work(database, ADMIN, read_only=True) as session:
        *_, account, old = audit.list_events(session, ADMIN)
        assert (old.actor, old.address, old.object, old.erased) == ("", "", "old", True)
        assert (account.object, account.erased) == ("", True)
        assert len(audit.list_events(session, ADMIN, actor=HERE.name)) == 1


def test_young_names_are_given_up_by_no_writer(database: Database) -> None:
    write(database, "new", at=datetime.now(UTC))
    with (
        pytest.raises(IntegrityError, match="too young"),
        unit_of_work(database, ADMIN) as session,
    ):
        audit_chain.erase_persons(session, ADMIN, datetime.now(UTC) + timedelta(days=1))


def test_an_erasure_that_says_it_may_take_young_names_excuses_nothing(
    owned_database: Database,
) -> None:
    write(owned_database, "a")
    with unit_of_work(owned_database, ADMIN) as session:
        beyond = {"before": (NOON + timedelta(days=9)).isoformat()}
        audit.record(session, ADMIN, audit_chain.ERASED, "persons", beyond, at=NOON)
    tamper(owned_database, "DELETE FROM audit_persons")
    assert found(owned_database) == (FaultKind.PERSON_MISSING, 1)


@pytest.mark.parametrize("viewer", [PLANNER, ANALYST, ANONYMOUS])
def test_only_administrators_verify_and_erase(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database, viewer, read_only=True) as session:
        for act in (audit_chain.head, audit_chain.verify):
            with pytest.raises(NotAllowedError):
                act(session, viewer)
        with pytest.raises(NotAllowedError):
            audit_chain.erase_persons(session, viewer, NOON)


def test_older_events_are_chained_by_the_migration_and_told_again_below_it(
    owned_database: Database,
) -> None:
    schema.move_to(owned_database, "0011")
    rows = "(1, '2026-01-02 03:04:05.000006', 'lan', 'admin', 'import', 'x', '{\"n\": 1}'), "
    rows += "(5, '2026-01-02 03:04:05', 'lan', 'admin', 'user-add', 'hoa', '{}')"
    with unit_of_work(owned_database, LOCAL_OPERATOR) as session:
        columns = "id, at, actor, role, action, object, detail"
        session.execute(text(f"INSERT INTO audit_events ({columns}) VALUES {rows}"))
    schema.create_or_upgrade(owned_database)
    write(owned_database, "y")
    told = verdict(owned_database)
    assert (told.fault, told.events) == (None, 3)
    with unit_of_work(owned_database, ADMIN, read_only=True) as session:
        newest, account, import_ = audit.list_events(session, ADMIN)
    assert newest.id == 6
    assert (account.actor, account.object) == ("lan", "hoa")
    assert (import_.object, import_.detail) == ("x", {"n": 1})
    schema.move_to(owned_database, "0011")
    with unit_of_work(owned_database, LOCAL_OPERATOR, read_only=True) as session:
        kept = session.execute(text("SELECT id, actor, object FROM audit_events ORDER BY id"))
        assert [tuple(row) for row in kept] == [
            (1, "lan", "x"),
            (5, "lan", "hoa"),
            (6, HERE.name, "y"),
        ]


def test_an_administrator_of_a_province_reads_what_was_done_there(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    provincial = Viewer("tinh", ADMIN.role, Scope.provinces("51"))
    for by in (
        Viewer("cả nước", PLANNER.role),
        Viewer("trong tỉnh", PLANNER.role, Scope.provinces("51")),
        Viewer("trong xã", PLANNER.role, Scope.commune("23401")),
        Viewer("tỉnh khác", PLANNER.role, Scope.provinces("52")),
        Viewer("hai tỉnh", PLANNER.role, Scope.provinces("51", "52")),
        ANONYMOUS,
    ):
        write(database, "a", by=by)
    with unit_of_work(database, provincial, read_only=True) as session:
        actors = {event.actor for event in audit.list_events(session, provincial)}
    assert actors == {"trong tỉnh", "trong xã"}


def test_free_words_are_kept_as_a_digest_only(database: Database) -> None:
    with unit_of_work(database, ADMIN) as session:
        told = {"reason": "bà Lan khai", "after": {"note": "ông Hùng", "type": "cleared"}, "n": 2}
        audit.record(session, ADMIN, "hotspot_event", "hotspot:1", told)
        (event,) = audit.list_events(session, ADMIN)
    assert "Lan" not in str(event.detail)
    assert "Hùng" not in str(event.detail)
    assert event.detail["after"]["type"] == "cleared"
    assert len(event.detail["reason"]["sha256"]) == 32


def test_the_hash_is_that_of_the_written_form() -> None:
    """The rows of docs/audit.md, written out here by hand and hashed with nothing of ours."""
    person = b"21:diaban.audit.person.1,4:00ff,4:l\xc3\xa2n,8:10.0.0.7,-,"
    promised = sha256(person).hexdigest()
    assert commitment(Person("lân", "10.0.0.7", None, "00ff")) == promised
    row = (
        b"20:diaban.audit.event.1,1:1,1:7,27:2026-06-14T05:00:00.250000Z,5:admin,6:nation,"
        b'6:import,8:import:1,16:{"t\xe1\xbb\x89nh": "51"},64:%b,64:%b,'
    ) % (promised.encode(), b"0" * 64)
    at = datetime(2026, 6, 14, 12, 0, 0, 250_000, timezone(timedelta(hours=7)))
    said = ("admin", "nation", "import", "import:1", '{"tỉnh": "51"}', promised)
    assert linked(KeptEvent(7, at, *said), START) == Link(1, sha256(row).hexdigest())
    assert (
        sha256(row).hexdigest()
        == "13182b0131c6e82730858de7fe178b0b2ab38e0ca6ec7b3de56bb46ab004916a"
    )
    words = sha256(b"20:diaban.audit.words.1,2:00,6:l\xc3\xbd do,").hexdigest()
    assert text_digest("00", "lý do") == words[:32]


@given(st.lists(st.none() | st.text(), max_size=5), st.lists(st.none() | st.text(), max_size=5))
def test_two_rows_of_values_never_read_the_same(
    one: list[str | None], other: list[str | None]
) -> None:
    assert (netstrings(tuple(one)) == netstrings(tuple(other))) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "bc"), ("ab", "c")),
        (("", None), (None, "")),
        (("-", ""), (None, "")),
        (("1:a,",), ("a",)),
        (("â",), ("a\u0302",)),
    ],
)
def test_values_that_look_alike_read_differently(
    one: tuple[str | None, ...], other: tuple[str | None, ...]
) -> None:
    assert netstrings(one) != netstrings(other)


def test_the_chain_is_verified_by_the_program_of_the_manual(sqlite_database: Database) -> None:
    write(sqlite_database, "import:1", "chợ Đông Ba", at=LONG_AGO)
    with unit_of_work(sqlite_database, ADMIN) as session:
        audit.record(session, ADMIN, "user-add", "lan.nguyen", {"số": 1.5, "ghi": [None, True]})
        before = LONG_AGO + timedelta(days=1)
        assert audit_chain.erase_persons(session, ADMIN, before) == 2
    manual = Path(__file__).parents[2].joinpath("docs/audit.md").read_text("utf-8")
    [program] = re.findall(r"```python\n(.*?)```", manual, re.DOTALL)
    address = str(sqlite_database.engine.url.database)

    def told() -> str:
        command = [sys.executable, "-c", program, address]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    assert told() == str(end(sqlite_database))
    tamper(sqlite_database, "UPDATE audit_events SET role = 'admin' WHERE id = 2")
    assert told() == "2: changed"
