"""After a restore nothing that may have been ended since the backup opens the site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import text

from models import api_tokens, audit, schema
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role
from tests.webapp.conftest import SignIn
from tests.webapp.killed_work import Moment, is_killed, restoring
from tests.webapp.seeded_site import NOW, clock, settings
from webapp.app import create_app
from webapp.cli import commands
from webapp.services import backups, site_copy, tokens
from webapp.services.tokens import WantedToken

SESSION = "SESSION_COOKIE_NAME"


@pytest.fixture
def token(seeded_database: Database) -> str:
    """A token that works when the backup is made."""
    wanted = WantedToken("QGIS của phòng", Role.ANALYST)
    return tokens.add_token(seeded_database, LOCAL_OPERATOR, "analyst", wanted, NOW)


@pytest.fixture
def visitors(signed_in: SignIn) -> list[FlaskClient]:
    """Two who were signed in when the backup was made."""
    return [signed_in("planner"), signed_in("commune")]


@pytest.fixture
def kept(
    visitors: list[FlaskClient], token: str, seeded_database: Database, tmp_path: Path
) -> Path:
    """A backup of a site at which people and a program are at work."""
    path = tmp_path / "kept.zip"
    backups.back_up(seeded_database, LOCAL_OPERATOR, path, at=NOW, progress=_quietly)
    return path


def _quietly(_done: int, _total: int) -> None:
    """Nobody looks."""


def restored(kept: Path, *options: str) -> tuple[str, Result]:
    """Where the backup was restored to, and what the command said."""
    url = f"sqlite:///{kept.parent / 'again.db'}"
    env = {"DIABAN_DATA_DIR": str(kept.parent), "DIABAN_DATABASE_URL": url}
    told = CliRunner(env=env).invoke(commands, ["restore", str(kept), *options])
    assert told.exit_code == 0, told.output
    return url, told


def asked(database: Database, folder: Path, visitors: list[FlaskClient], token: str) -> list[int]:
    """What the site answers from a database to those who had a cookie, and to a token."""
    app = create_app(settings(folder), database, now=clock)
    found = []
    for visitor in visitors:
        cookie = visitor.get_cookie(app.config[SESSION])
        assert cookie is not None
        client = app.test_client()
        client.set_cookie(cookie.key, cookie.value)
        found.append(client.get("/account").status_code)
    program = {"Authorization": f"Bearer {token}"}
    return [*found, app.test_client().get("/api/classes", headers=program).status_code]


def last_restore(database: Database) -> dict[str, object]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (event,) = audit.list_events(session, LOCAL_OPERATOR, action="restore")
    return event.detail


def test_sign_ins_and_tokens_of_the_day_of_the_backup_open_nothing(
    kept: Path, visitors: list[FlaskClient], token: str, seeded_database: Database
) -> None:
    assert asked(seeded_database, kept.parent, visitors, token) == [200, 200, 200]
    url, told = restored(kept)
    database = open_database(url)
    assert asked(database, kept.parent, visitors, token) == [302, 302, 401]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (one,) = api_tokens.list_tokens(session, LOCAL_OPERATOR)
    assert one.revoked_by == LOCAL_OPERATOR.name
    assert "Đã kết thúc 2 lần đăng nhập" in told.output
    assert "đã thu hồi 1 mã truy cập" in told.output
    assert last_restore(database).items() >= {"sign_ins_ended": 2, "tokens_revoked": 1}.items()
    database.close()


def test_tokens_may_be_kept_and_sign_ins_not(
    kept: Path, visitors: list[FlaskClient], token: str
) -> None:
    url, told = restored(kept, "--keep-tokens")
    database = open_database(url)
    assert asked(database, kept.parent, visitors, token) == [302, 302, 200]
    assert "Mã truy cập giữ như trong bản sao lưu" in told.output
    assert last_restore(database)["tokens_revoked"] is None
    database.close()


def test_what_was_restored_was_found_equal_before_anything_was_ended(kept: Path) -> None:
    _, told = restored(kept)
    made = backups.read_manifest(kept)
    sums = dict(re.findall(r"^(\w+): \d+ dòng, ([0-9a-f]{64})$", told.output, re.MULTILINE))
    assert sums == {entry.name: entry.sha256 for entry in made.tables}
    assert f"Mã kiểm tra chung: {made.checksum}" in told.output


def test_no_crash_leaves_a_restored_site_open(kept: Path) -> None:
    for n in range(1, 30):
        target = f"sqlite:///{kept.parent / f'killed-{n}.db'}"
        whole = not is_killed(target, restoring, kept, Moment("commit", n))
        database = open_database(target)
        assert _open_doors(database) == 0
        database.close()
        if whole:
            break
    assert n > 3


def _open_doors(database: Database) -> int:
    """Sign-ins and tokens that open something; a database without a schema has none."""
    if schema.current_revision(database) is None:
        return 0
    doors = (
        "SELECT count(*) FROM sign_ins",
        "SELECT count(*) FROM api_tokens WHERE revoked_at IS NULL",
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return sum(session.scalar(text(door)) or 0 for door in doors)


def test_a_backup_of_an_older_schema_has_its_sign_ins_ended_with_it(
    kept: Path, seeded_database: Database
) -> None:
    schema.move_to(seeded_database, "0011")
    backups.back_up(seeded_database, LOCAL_OPERATOR, kept, at=NOW, progress=_quietly)
    url, told = restored(kept)
    database = open_database(url)
    assert _open_doors(database) == 0
    assert "Đã kết thúc 2 lần đăng nhập" in told.output
    assert last_restore(database).items() >= {"sign_ins_ended": 2, "tokens_revoked": 0}.items()
    database.close()


def test_a_move_keeps_who_is_at_work(
    visitors: list[FlaskClient], token: str, seeded_database: Database, tmp_path: Path
) -> None:
    target = open_database(f"sqlite:///{tmp_path / 'moved.db'}")
    site_copy.copy_site(seeded_database, target, LOCAL_OPERATOR, at=NOW, progress=_quietly)
    assert asked(target, tmp_path, visitors, token) == [200, 200, 200]
    target.close()
