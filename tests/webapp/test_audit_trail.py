"""The audit trail from the command line and by the clock: verified, written down, relieved."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from models import audit
from models.audit_hashes import Link
from models.errors import InvalidValueError
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from webapp.cli.auditing import audit as commands
from webapp.services.audit_trail import (
    Act,
    SeenLately,
    expire,
    expire_daily,
    noted_hourly,
    read_link,
    verify_trail,
)

NOW = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
OLD = datetime(2020, 7, 1, tzinfo=UTC)


def write(database: Database, at: datetime) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, LOCAL_OPERATOR, "import", "import:1", at=at)


def events(database: Database) -> list[audit.AuditEvent]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return audit.list_events(session, LOCAL_OPERATOR)


def test_old_names_are_erased_once_and_that_is_written_down(database: Database) -> None:
    write(database, OLD)
    write(database, NOW - timedelta(days=729))
    assert expire(database, LOCAL_OPERATOR, 730, NOW) == 1
    assert expire(database, LOCAL_OPERATOR, 730, NOW) == 0
    last, *_, first = events(database)
    assert (last.action, last.detail["erased"]) == ("audit_expire", 1)
    assert (first.erased, first.actor) == (True, "")
    told = verify_trail(database, LOCAL_OPERATOR)
    assert (told.fault, told.erased, told.events) == (None, 1, 3)


def test_the_site_erases_by_itself(sqlite_database: Database) -> None:
    write(sqlite_database, OLD)
    stopped = Event()
    stopped.set()
    expire_daily(sqlite_database, 730, lambda: NOW, stopped=stopped)
    assert [event.erased for event in events(sqlite_database)] == [False, True]


ONE, OTHER = Act("view", "incident:1", {}), Act("view", "incident:2", {})


def test_a_view_is_written_once_an_hour_whichever_process_answers(database: Database) -> None:
    for minutes, lately in ((0, SeenLately()), (5, SeenLately()), (29, SeenLately())):
        noted_hourly(database, LOCAL_OPERATOR, ONE, NOW + timedelta(minutes=minutes), lately)
    noted_hourly(database, LOCAL_OPERATOR, OTHER, NOW, SeenLately())
    noted_hourly(database, LOCAL_OPERATOR, ONE, NOW + timedelta(minutes=30), SeenLately())
    assert [event.object for event in events(database)] == [
        "incident:1",
        "incident:2",
        "incident:1",
    ]


def test_what_was_seen_lately_is_forgotten_when_it_is_too_much() -> None:
    lately = SeenLately()
    for n in range(20_001):
        lately.remember((str(n),))
    assert not lately.knows(("0",))
    assert lately.knows(("20000",))


@pytest.mark.parametrize("text", ["", "7", "7:ab", "x:" + "ab" * 32, "7:" + "zz" * 32, "-1:0"])
def test_what_is_no_end_of_a_chain_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="audit head"):
        read_link(text)


def test_an_end_is_read_as_it_is_printed() -> None:
    link = Link(7, "ab" * 32)
    assert read_link(f" {link}\n") == link


def test_details_are_json_that_both_databases_keep_alike(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        told = {"b": [1, 2.5, None, True], "a": {"ở": "Huế"}}
        audit.record(session, LOCAL_OPERATOR, "import", "x", told)
    assert json.dumps(events(database)[0].detail, ensure_ascii=False) == (
        '{"a": {"ở": "Huế"}, "b": [1, 2.5, null, true]}'
    )
    assert verify_trail(database, LOCAL_OPERATOR).fault is None


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path) -> Path:
    """A data folder with three events, two of them old."""
    shutil.copyfile(sqlite_template, tmp_path / "diaban.sqlite")
    database = open_database(f"sqlite:///{tmp_path / 'diaban.sqlite'}")
    for at in (OLD, OLD, datetime.now(UTC)):
        write(database, at)
    database.close()
    return tmp_path


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(commands, words, env={"DIABAN_DATA_DIR": str(folder)})


def test_the_commands_verify_print_the_end_and_erase(folder: Path) -> None:
    end = run(folder, "head").output.strip()
    assert end.startswith("3:")
    done = run(folder, "verify", "--head", end)
    assert (done.exit_code, end in done.output) == (0, True)
    assert "2 sự kiện cũ hơn 730 ngày" in run(folder, "expire").output
    assert "2 sự kiện đã xóa người thực hiện" in run(folder, "verify", "--head", end).output
    listed = run(folder, "list").output.splitlines()
    assert [line.split("\t")[1:3] for line in listed] == [
        ["local-operator", "audit_expire"],
        ["local-operator", "import"],
        ["(đã xóa theo thời hạn lưu)", "import"],
        ["(đã xóa theo thời hạn lưu)", "import"],
    ]


def test_the_command_names_the_first_fault(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'diaban.sqlite'}")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(text("DROP TRIGGER audit_events_no_update"))
        session.execute(text("UPDATE audit_events SET object = 'import:9' WHERE id = 2"))
    database.close()
    done = run(folder, "verify")
    assert done.exit_code == 1
    assert "mục 2 của chuỗi (sự kiện 2) đã bị sửa hoặc đổi chỗ" in done.output


def test_an_end_that_none_is_is_refused_before_anything_is_read(folder: Path) -> None:
    done = run(folder, "verify", "--head", "7")
    assert done.exit_code == 2
    assert "SỐ:MÃ" in done.output
