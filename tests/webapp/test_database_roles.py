"""The command that prints what a superuser of PostgreSQL runs, and the warning at the start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, text

from models import schema
from models.errors import NotAllowedError, SchemaError
from models.roles import statements
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.conftest import migrated_outside
from tests.postgis import OWNER, SERVING, PostgisServer
from webapp.cli import commands
from webapp.cli.roles import warn_of_role
from webapp.config import load_settings


@pytest.fixture
def above(postgis_server: PostgisServer, postgis_database: Database) -> Iterator[Database]:
    """A site's database, opened by a superuser."""
    database = open_database(postgis_server.url(postgis_database.postgis_name, "postgres"))
    yield database
    database.close()


def told(env: dict[str, str], *arguments: str) -> str:
    """What the command prints."""
    done = CliRunner(env=env).invoke(commands, ["database-roles", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_commands_are_printed_with_what_to_set_afterwards(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    env = {"DIABAN_DATA_DIR": str(tmp_path_factory.mktemp("var"))}
    env["DIABAN_DATABASE_URL"] = "postgresql://tinh@may/diaban_tinh"
    page = told(env, "--owner", "chu_bang", "--serving", "phuc_vu")
    for command in statements("diaban_tinh", "chu_bang", "phuc_vu"):
        assert f"{command};\n" in page
    assert "DIABAN_MIGRATION_URL=postgresql://chu_bang:...@máy/diaban_tinh" in page
    assert "DIABAN_DATABASE_URL=postgresql://phuc_vu:...@máy/diaban_tinh" in page


@pytest.mark.postgis
def test_a_role_above_the_rules_is_warned_of_and_the_serving_role_is_not(
    above: Database,
    postgis_server: PostgisServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    serving = open_database(postgis_server.url(above.postgis_name, SERVING))
    warn_of_role(serving)
    serving.close()
    assert caplog.messages == []
    warn_of_role(above)
    assert "superuser" in caplog.text
    assert "DIABAN_MIGRATION_URL" in caplog.text


def test_a_file_has_no_roles_to_warn_of(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    warn_of_role(sqlite_database)
    assert caplog.messages == []


@pytest.mark.postgis
def test_the_owner_makes_the_tables_and_the_serving_role_serves(
    postgis_server: PostgisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    postgis_server.create_database("two_roles")
    env = {
        "DIABAN_DATA_DIR": str(tmp_path_factory.mktemp("var")),
        "DIABAN_MIGRATION_URL": postgis_server.url("two_roles"),
        "DIABAN_DATABASE_URL": postgis_server.url("two_roles", SERVING),
    }
    migrated_outside(load_settings(env).owner_url)
    assert "đúng là vai trò phục vụ" in told(env, "--check")
    listed = CliRunner(env=env).invoke(commands, ["imports", "list"])
    assert listed.exit_code == 0, listed.output


# ------------------------------------------ what makes tables, asked by a role that may not


@pytest.fixture
def kept(sqlite_database: Database, tmp_path: Path) -> Path:
    """A backup of an empty site."""
    path, env = tmp_path / "kept.zip", {"DIABAN_DATABASE_URL": sqlite_database.url}
    done = CliRunner(env=env | {"DIABAN_DATA_DIR": str(tmp_path)}).invoke(
        commands, ["backup", str(path)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return path


def state(database: Database) -> list[object]:
    """The schema with how many rows each of its tables holds."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        names = sorted(set(inspect(session.connection()).get_table_names()) - {"spatial_ref_sys"})
        counts = [session.scalar(text(f"SELECT count(*) FROM {name}")) for name in names]
    return [schema.current_revision(database), *zip(names, counts, strict=True)]


@pytest.mark.postgis
@pytest.mark.parametrize(
    ("command", "revision"),
    [
        *((command, None) for command in ("init", "restore", "copy")),
        *((command, "0009") for command in ("init", "restore", "copy")),
        *((command, "head") for command in ("restore", "copy")),
    ],
)
def test_the_serving_role_is_told_to_let_the_owner_do_it(
    postgis_owned_database: Database,
    postgis_server: PostgisServer,
    kept: Path,
    command: str,
    revision: str | None,
) -> None:
    schema.move_to(postgis_owned_database, revision or "base")
    if revision is None:
        with unit_of_work(postgis_owned_database, LOCAL_OPERATOR) as session:
            session.execute(text("DROP TABLE alembic_version"))
    before = state(postgis_owned_database)
    url = postgis_server.url(postgis_owned_database.postgis_name, SERVING)
    env = {"DIABAN_DATABASE_URL": url, "DIABAN_DATA_DIR": str(kept.parent)}
    source = f"sqlite:///{kept.parent / 'diaban.db'}"
    more = {"restore": [str(kept)], "copy": ["--from", source, "--to", url]}
    done = CliRunner(env=env).invoke(commands, [command, *more.get(command, [])])
    assert isinstance(done.exception, NotAllowedError), done.output
    assert f"«{SERVING}» không được tạo, đổi bảng" in str(done.exception)
    assert "chưa thay đổi gì" in str(done.exception)
    assert "DIABAN_MIGRATION_URL" in str(done.exception)
    assert (OWNER in str(done.exception)) == (revision is not None)
    assert state(postgis_owned_database) == before


@pytest.mark.postgis
def test_the_refusal_is_one_line_and_exit_code_2(
    postgis_owned_database: Database, postgis_server: PostgisServer, kept: Path, tmp_path: Path
) -> None:
    url = postgis_server.url(postgis_owned_database.postgis_name, SERVING)
    env = {"DIABAN_DATABASE_URL": url, "DIABAN_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "webapp", "restore", str(kept)],
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Lỗi: Vai trò PostgreSQL «")
    assert done.stderr.count("\n") == 1


@pytest.mark.postgis
def test_the_serving_role_may_begin_with_init_where_nothing_is_to_do(
    postgis_database: Database, tmp_path: Path
) -> None:
    env = {"DIABAN_DATABASE_URL": postgis_database.url, "DIABAN_DATA_DIR": str(tmp_path)}
    for _again in range(2):
        done = CliRunner(env=env).invoke(commands, ["init"], catch_exceptions=False)
        assert done.exit_code == 0


@pytest.mark.postgis
def test_a_role_without_any_grant_is_told_of_both_roles(
    postgis_owned_database: Database, postgis_server: PostgisServer, tmp_path: Path
) -> None:
    name = postgis_owned_database.postgis_name
    granted = (
        f"GRANT CONNECT ON DATABASE {name} TO nobody",
        "GRANT USAGE ON SCHEMA public TO nobody",
    )
    postgis_server.execute("CREATE ROLE nobody LOGIN", *granted, name=name)
    env = {"DIABAN_DATABASE_URL": postgis_server.url(name, "nobody")}
    try:
        for command in (["init"], ["imports", "list"]):
            done = CliRunner(env=env | {"DIABAN_DATA_DIR": str(tmp_path)}).invoke(commands, command)
            assert isinstance(done.exception, SchemaError), done.output
            assert "không được đọc" in str(done.exception)
            assert "database-roles" in str(done.exception)
    finally:
        postgis_server.execute("DROP OWNED BY nobody", "DROP ROLE nobody", name=name)
