"""Moving a site, backing it up, restoring it: nothing lost, or nothing done."""

from __future__ import annotations

import json
import re
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, text

from geo.errors import UnusableFileError
from models import audit, schema, transfer
from models.errors import ConflictError, SchemaError
from models.incidents import find_incidents
from models.session import Database, open_database, unit_of_work
from models.tables import metadata
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import an_incident, draw_map, keep_incidents
from tests.postgis import PostgisServer
from tests.webapp.every_table import fill_every_table
from webapp.cli import commands
from webapp.services import backups
from webapp.services.backup_file import Manifest, read_manifest
from webapp.services.site_copy import Copied, copy_site

AT = datetime(2026, 6, 14, 3, 0, tzinfo=UTC)
ENDED = ("sign_ins", "api_tokens")


@pytest.fixture
def other(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the other kind: no schema in it yet, on SQLite not even a file."""
    if database.is_postgis:
        opened = open_database(f"sqlite:///{tmp_path / 'new' / 'other.db'}")
        yield opened
        opened.close()
        return
    server: PostgisServer = request.getfixturevalue("postgis_server")
    server.create_database("diaban_other")
    opened = open_database(server.url("diaban_other"))
    yield opened
    opened.close()
    server.execute("DROP DATABASE diaban_other WITH (FORCE)")


def _copy(source: Database, target: Database) -> Copied:
    return copy_site(source, target, LOCAL_OPERATOR, at=AT, progress=_quietly)


def _back_up(database: Database, path: Path) -> Manifest:
    return backups.back_up(database, LOCAL_OPERATOR, path, at=AT, progress=_quietly)


def _restore(database: Database, path: Path) -> Manifest:
    return backups.restore(database, LOCAL_OPERATOR, path, at=AT, progress=_quietly)[0]


def _quietly(_done: int, _total: int) -> None:
    """Nobody looks."""


def _sums(database: Database) -> dict[str, str]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return {
            shape.name: transfer.sum_of(session, LOCAL_OPERATOR, shape).sha256
            for shape in transfer.contents(session, LOCAL_OPERATOR).tables
        }


def _rows(database: Database) -> int:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        tables = transfer.contents(session, LOCAL_OPERATOR).tables
        return sum(transfer.count_rows(session, LOCAL_OPERATOR, shape) for shape in tables)


def _actions(database: Database) -> list[str]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [event.action for event in audit.list_events(session, LOCAL_OPERATOR)]


def _without_trail(sums: dict[str, str], *ended: str) -> dict[str, str]:
    """Both sides write down that they were copied, each for itself; the site notes the last.

    A restore ends sign-ins and tokens besides.
    """
    mine = {name for name in sums if name.startswith("audit_")} | {"site", *ended}
    return {name: sum_ for name, sum_ in sums.items() if name not in mine}


def test_every_table_comes_through_there_and_back(
    database: Database, other: Database, tmp_path: Path
) -> None:
    fill_every_table(database)
    before = _sums(database)
    copied = _copy(database, other)
    assert {table.name: table.sha256 for table in copied.tables} == before
    assert set(before) == set(metadata.tables)
    assert all(table.rows == 2 for table in copied.tables)
    assert _without_trail(_sums(other)) == _without_trail(before)
    made = _back_up(other, tmp_path / "back.zip")
    home = open_database(f"sqlite:///{tmp_path / 'home.db'}")
    assert _restore(home, tmp_path / "back.zip") == made
    assert _without_trail(_sums(home), *ENDED) == _without_trail(before, *ENDED)
    home.close()


def test_new_records_get_numbers_of_their_own_after_the_move(
    database: Database, other: Database
) -> None:
    keep_incidents(database, *(an_incident(f"VV-{n}") for n in range(5)))
    _copy(database, other)
    keep_incidents(other, an_incident("VV-MỚI"))
    with unit_of_work(other, LOCAL_OPERATOR, read_only=True) as session:
        found = find_incidents(session, LOCAL_OPERATOR)
        assert sorted(record.id for record in found) == [1, 2, 3, 4, 5, 6]
        assert len(inspect(session.connection()).get_table_names()) > len(metadata.tables)


def test_both_sides_write_down_that_the_site_was_moved(database: Database, other: Database) -> None:
    _copy(database, other)
    assert _actions(database)[0] == _actions(other)[0] == "copy"


def test_a_target_with_data_is_refused_and_stays_as_it_is(
    database: Database, other: Database
) -> None:
    schema.create_or_upgrade(other)
    keep_incidents(other, an_incident("CỦA TÔI"))
    before = _sums(other)
    with pytest.raises(ConflictError, match=r"đã có dữ liệu \(bảng «imports»\); không thay đổi gì"):
        _copy(database, other)
    assert _sums(other) == before


@pytest.mark.postgis
def test_what_init_puts_into_a_new_database_gives_way(
    sqlite_database: Database, postgis_owned_database: Database
) -> None:
    keep_incidents(sqlite_database, an_incident())
    with unit_of_work(postgis_owned_database, LOCAL_OPERATOR) as session:
        shipped = draw_map(session)
        audit.record(session, LOCAL_OPERATOR, "boundaries-install", f"boundaries:{shipped}")
    copied = _copy(sqlite_database, postgis_owned_database)
    assert {t.name: t.rows for t in copied.tables}["communes"] == 0
    assert _without_trail(_sums(postgis_owned_database)) == _without_trail(_sums(sqlite_database))


def test_a_copy_that_fails_half_way_leaves_the_target_empty(
    database: Database, other: Database
) -> None:
    keep_incidents(database, an_incident())

    def fail(done: int, _total: int) -> None:
        raise RuntimeError("pulled out")

    with pytest.raises(RuntimeError, match="pulled out"):
        copy_site(database, other, LOCAL_OPERATOR, at=AT, progress=fail)
    assert _rows(other) == 0
    _copy(database, other)
    assert _rows(other) > 0


def test_a_source_of_another_schema_or_without_one_is_not_copied(
    other: Database, tmp_path: Path
) -> None:
    nothing = open_database(f"sqlite:///{tmp_path / 'nothing.db'}")
    with pytest.raises(SchemaError, match="Chưa có cơ sở dữ liệu"):
        _copy(nothing, other)
    with pytest.raises(SchemaError, match="Chưa có cơ sở dữ liệu"):
        _back_up(nothing, tmp_path / "x.zip")
    assert list(tmp_path.glob("*x.zip*")) == list(tmp_path.glob("nothing*")) == []
    nothing.close()


def test_a_backup_while_others_write_is_one_state_and_restores_on_the_other_kind(
    database: Database, other: Database, tmp_path: Path
) -> None:
    keep_incidents(database, *(an_incident(f"VV-{n}") for n in range(50)))
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            # The import and its record in one transaction: a backup has both or neither.
            keep_incidents(database, an_incident(f"SAU-{len(written)}"))
            written.append(1)

    def look(done: int, total: int) -> None:
        before, deadline = len(written), threading.Event()
        for _ in range(200):
            if len(written) > before:
                return
            deadline.wait(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        path = tmp_path / "site.zip"
        made = backups.back_up(database, LOCAL_OPERATOR, path, at=AT, progress=look)
    finally:
        stop.set()
        writer.join(30)
    assert written
    _restore(other, path)
    rows = {entry.name: entry.rows for entry in made.tables}
    assert rows["incidents"] - 50 == rows["imports"] - 1
    assert _without_trail(_sums(other)) == _without_trail(
        {entry.name: entry.sha256 for entry in made.tables}
    )
    assert _actions(other)[0] == "restore"
    assert "backup" in _actions(database)


def test_a_backup_of_the_schema_of_before_is_restored_and_brought_up(
    owned_database: Database, tmp_path: Path
) -> None:
    keep_incidents(owned_database, an_incident())
    schema.move_to(owned_database, "0009")
    made = _back_up(owned_database, tmp_path / "old.zip")
    assert made.schema_revision == "0009"
    new = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    _restore(new, tmp_path / "old.zip")
    schema.check(new)
    with unit_of_work(new, LOCAL_OPERATOR, read_only=True) as session:
        assert [r.ref for r in find_incidents(session, LOCAL_OPERATOR)] == ["VV-1"]
    new.close()


# ------------------------------------------------------------------ the file


@pytest.fixture
def kept(sqlite_database: Database, tmp_path: Path) -> Path:
    """A backup of a site with an incident."""
    keep_incidents(sqlite_database, an_incident())
    path = tmp_path / "kept.zip"
    _back_up(sqlite_database, path)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """Where a restored site may go."""
    database = open_database(f"sqlite:///{tmp_path / 'empty' / 'site.db'}")
    yield database
    database.close()


def _rewritten(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return changed


def _told(key: str, value: object) -> Callable[[dict[str, bytes]], object]:
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest[key] = value
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


def _other_row(members: dict[str, bytes]) -> None:
    name = "tables/incidents.jsonl"
    members[name] = members[name].replace(b"VV-1", b"VV-2")


def _table_of_another_path(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["tables"][0]["name"] = "../../etc/passwd"
    members["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_other_row, "mã kiểm tra của bảng incidents"),
        (lambda m: m.pop("tables/site.jsonl"), "thiếu hoặc thừa thành phần"),
        (lambda m: m.update({"../evil.txt": b"x"}), "thiếu hoặc thừa thành phần"),
        (lambda m: m.update({"tables/site.jsonl": b"[" * 2_000_000}), "kích thước"),
        (lambda m: m.pop("manifest.json"), "không phải bản sao lưu"),
        (lambda m: m.update({"manifest.json": b"[1]"}), "không phải bản sao lưu"),
        (lambda m: m.update({"manifest.json": b"[" * 100_000}), "không phải bản sao lưu"),
        (_told("format", "mysqldump"), "không phải bản sao lưu"),
        (_told("format_version", 2), "phiên bản phần mềm mới hơn"),
        (_told("schema_revision", "9999"), "phiên bản phần mềm mới hơn"),
        (_told("tables", []), "bản kê không khớp"),
        (_told("tables", 7), "bản kê không khớp"),
        (_told("checksum", "0" * 64), "bản kê không khớp"),
        (_table_of_another_path, "bản kê không khớp"),
    ],
)
def test_a_changed_backup_is_refused_before_anything_is_made(
    kept: Path, empty: Database, change: Callable[[dict[str, bytes]], object], words: str
) -> None:
    changed = _rewritten(kept, change)
    with pytest.raises(UnusableFileError, match=rf"{words}.*[Kk]hông|{words}"):
        _restore(empty, changed)
    assert not (kept.parent / "empty").exists()
    assert not (kept.parent / "evil.txt").exists()


def test_a_cut_or_flipped_backup_is_refused(kept: Path, empty: Database) -> None:
    whole = kept.read_bytes()
    broken = kept.with_name("broken.zip")
    for content in (whole[: len(whole) // 2], b"", b"PK\x03\x04", b"SQLite format 3\x00" * 9):
        broken.write_bytes(content)
        with pytest.raises(UnusableFileError):
            _restore(empty, broken)
    for place in range(40, len(whole) - 22, max(1, len(whole) // 12)):
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            _restore(empty, broken)
        except UnusableFileError:
            assert not (kept.parent / "empty").exists()
        else:  # what was flipped is nothing that is read, such as the time of a member
            empty.close()
            shutil.rmtree(kept.parent / "empty")


def test_a_backup_is_for_its_owner_only_and_holds_no_secret(kept: Path) -> None:
    assert kept.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(kept) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"manifest.json", "tables"}
    assert [path.name for path in kept.parent.glob(".*")] == []


def test_only_a_backup_gives_way_to_a_backup(sqlite_database: Database, kept: Path) -> None:
    before = read_manifest(kept).checksum
    assert _back_up(sqlite_database, kept).checksum != before
    mine = kept.with_name("luan_van.docx")
    mine.write_bytes(b"mine")
    with pytest.raises(UnusableFileError, match="không phải bản sao lưu"):
        _back_up(sqlite_database, mine)
    assert mine.read_bytes() == b"mine"


def test_a_backup_that_fails_leaves_the_one_before(sqlite_database: Database, kept: Path) -> None:
    before = kept.read_bytes()

    def fail(_done: int, _total: int) -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        backups.back_up(sqlite_database, LOCAL_OPERATOR, kept, at=AT, progress=fail)
    assert kept.read_bytes() == before
    assert list(kept.parent.glob(".*")) == []


def test_a_restored_database_takes_no_second_restore(kept: Path, empty: Database) -> None:
    _restore(empty, kept)
    with pytest.raises(ConflictError, match="đã có dữ liệu"):
        _restore(empty, kept)


def test_a_stranger_in_the_database_is_not_asked_for(sqlite_database: Database) -> None:
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        session.execute(text("CREATE TABLE of_somebody_else (n INTEGER)"))
    assert set(_sums(sqlite_database)) == set(metadata.tables)


def test_the_commands_tell_counts_and_checksums_and_one_for_all(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_incidents(sqlite_database, an_incident())
    monkeypatch.setenv("DIABAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DIABAN_DATABASE_URL", sqlite_database.url)
    kept = str(tmp_path / "kept.zip")
    made = _told_by("backup", kept)
    assert re.search(r"^incidents: 1 dòng, [0-9a-f]{64}$", made, re.MULTILINE)
    monkeypatch.setenv("DIABAN_DATABASE_URL", f"sqlite:///{tmp_path / 'again.db'}")
    again = _told_by("restore", kept)
    checksum = re.compile(r"Mã kiểm tra chung: ([0-9a-f]{64})")
    assert checksum.findall(made) == checksum.findall(again) != []
    moved = _told_by(
        *("copy", "--from", sqlite_database.url, "--to", f"sqlite:///{tmp_path / 'c.db'}")
    )
    assert "hai bên giống nhau" in moved


def _told_by(*arguments: str) -> str:
    done = CliRunner().invoke(commands, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output
