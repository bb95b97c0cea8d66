"""The command that prints what a superuser of PostgreSQL runs, and the warning at the start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from models.roles import statements
from models.session import Database, open_database
from tests.conftest import migrated_outside
from tests.postgis import SERVING, PostgisServer
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
