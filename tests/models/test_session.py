"""Transactions: what a unit of work promises on both databases."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from models import site
from models.errors import InvalidValueError
from models.session import Database, open_database, unit_of_work
from models.tables import site as site_table
from models.viewers import LOCAL_OPERATOR


def _get(database: Database, key: str) -> object:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return site.get(session, LOCAL_OPERATOR, key)


def _put(database: Database, key: str, value: object) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        site.put(session, LOCAL_OPERATOR, key, value)


def _count_up(database: Database) -> None:
    """Read, think, write: loses updates unless writers wait for one another."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        if database.is_postgis:
            session.execute(text("LOCK TABLE site IN SHARE ROW EXCLUSIVE MODE"))
        found = session.execute(select(site_table.c.value).where(site_table.c.key == "n"))
        changed = update(site_table).where(site_table.c.key == "n")
        session.execute(changed.values(value=found.scalar_one() + 1))


def _count_up_elsewhere(url: str, times: int) -> None:
    database = open_database(url)
    for _ in range(times):
        _count_up(database)
    database.close()


def test_a_unit_that_ends_well_is_kept(database: Database) -> None:
    _put(database, "n", 1)
    assert _get(database, "n") == 1


def test_a_unit_that_raises_leaves_nothing(database: Database) -> None:
    def fail_after_writing() -> None:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            site.put(session, LOCAL_OPERATOR, "n", 1)
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_after_writing()
    assert _get(database, "n") is None


def test_a_unit_rolled_back_inside_ends_quietly_and_leaves_nothing(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        site.put(session, LOCAL_OPERATOR, "n", 1)
        session.rollback()
    assert _get(database, "n") is None


def test_a_read_only_unit_cannot_write(database: Database) -> None:
    with (
        pytest.raises(DBAPIError, match=r"readonly|read-only"),
        unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session,
    ):
        site.put(session, LOCAL_OPERATOR, "n", 1)
    _put(database, "n", 2)
    assert _get(database, "n") == 2


def test_a_read_only_unit_sees_one_state_throughout(database: Database) -> None:
    _put(database, "n", 1)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        before = site.get(session, LOCAL_OPERATOR, "n")
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(_put, database, "n", 2).result()
        assert site.get(session, LOCAL_OPERATOR, "n") == before == 1
    assert _get(database, "n") == 2


def test_threads_that_read_then_write_lose_no_update(database: Database) -> None:
    _put(database, "n", 0)
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(_count_up, database) for _ in range(60)]:
            done.result()
    assert _get(database, "n") == 60


def test_processes_that_read_then_write_lose_no_update(database: Database) -> None:
    _put(database, "n", 0)
    start = multiprocessing.get_context("spawn")
    others = [start.Process(target=_count_up_elsewhere, args=(database.url, 20)) for _ in range(2)]
    for other in others:
        other.start()
    for _ in range(20):
        _count_up(database)
    for other in others:
        other.join(30)
    assert [other.exitcode for other in others] == [0, 0]
    assert _get(database, "n") == 60


def test_readers_are_not_held_up_by_a_writer(database: Database) -> None:
    _put(database, "n", 1)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        site.put(session, LOCAL_OPERATOR, "n", 2)
        with ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(_get, database, "n").result(timeout=5) == 1


def test_sqlite_writers_wait_in_line_even_to_read(sqlite_database: Database) -> None:
    entered = threading.Event()

    def enter() -> None:
        with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
            site.get(session, LOCAL_OPERATOR, "n")
            entered.set()

    with ThreadPoolExecutor(1) as elsewhere:
        with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
            site.get(session, LOCAL_OPERATOR, "n")
            waiting = elsewhere.submit(enter)
            assert not entered.wait(0.2)
        waiting.result(timeout=5)
    assert entered.is_set()


def test_sqlite_is_in_wal_mode_with_foreign_keys(sqlite_database: Database) -> None:
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA busy_timeout")) >= 10_000


def test_a_database_in_memory_works_within_one_thread() -> None:
    database = open_database("sqlite://")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(text("CREATE TABLE t (n INTEGER)"))
        session.execute(text("INSERT INTO t VALUES (1)"))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert session.scalar(text("SELECT n FROM t")) == 1
    database.close()


@pytest.mark.postgis
def test_a_text_that_postgresql_cannot_take_is_refused_in_words(
    postgis_database: Database,
) -> None:
    with (
        unit_of_work(postgis_database, LOCAL_OPERATOR) as session,
        pytest.raises(InvalidValueError, match="mã 0"),
    ):
        session.execute(select(site_table).where(site_table.c.key == "a\x00b"))


def test_a_plain_postgresql_address_means_psycopg2() -> None:
    for url in ("postgresql://u@h/d", "postgres://u@h/d"):
        database = open_database(url)
        assert database.engine.driver == "psycopg2"
        database.close()


def test_a_database_that_is_not_there_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("empty") / "no" / "such" / "folder.db"
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(OperationalError), unit_of_work(database, LOCAL_OPERATOR) as session:
        site.get(session, LOCAL_OPERATOR, "n")
    database.close()
