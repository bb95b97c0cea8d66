"""Fixtures that every test may ask for.

Policy. Tests use real parts: a real SQLite file and a scratch PostGIS, never
a stand-in. `database` runs a test once on each; `sqlite_database` is for tests
about something else than storage. A test gets its database with the schema in
place and nothing in it, and no other test sees what it writes: both copy a
template that was migrated once. On PostGIS it gets it as the role that serves
a site; `owned_database` is for tests that make or change tables, as their
owner. The PostGIS server is started when first asked for, on a socket in a
folder of its own, and is gone afterwards. Where it cannot be started the tests
that need it are skipped with the reason; under CI (`CI=true`) that is a
failure instead. `shared_dir` is the folder of shared material, for tests that
read it where it is present. Builders of records live beside the tests that
need them, not here.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from models import schema
from models.session import Database, open_database
from tests.postgis import SERVING, PostgisServer, PostgisUnavailableError, start_postgis

TEMPLATE = "diaban_template"
ROOT = Path(__file__).parents[1]
hypothesis.settings.register_profile("unhurried", deadline=None)  # timings are no tests
hypothesis.settings.load_profile("unhurried")

BOTH = ["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)]


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[PostgisServer]:
    """A scratch PostGIS with an empty database of our schema as template."""
    try:
        server = start_postgis()
    except PostgisUnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"under CI nothing is skipped for a missing tool: {error}")
        pytest.skip(f"no scratch PostGIS: {error}")
    try:
        server.create_database(TEMPLATE)
        migrated_outside(server.url(TEMPLATE))
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file of our schema."""
    path = tmp_path_factory.mktemp("template") / "diaban.db"
    migrated_outside(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database."""
    path = tmp_path / "diaban.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


_numbers = itertools.count(1)


@pytest.fixture
def postgis_owned_database(postgis_server: PostgisServer) -> Iterator[Database]:
    """An empty PostGIS database, opened by the owner of its tables."""
    name = f"diaban_{next(_numbers)}"
    postgis_server.create_database(name, TEMPLATE)
    database = open_database(postgis_server.url(name))
    yield database
    database.close()
    postgis_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgis_database(
    postgis_server: PostgisServer, postgis_owned_database: Database
) -> Iterator[Database]:
    """An empty PostGIS database, opened by the role that serves it."""
    database = open_database(postgis_server.url(postgis_owned_database.postgis_name, SERVING))
    yield database
    database.close()


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database, once of each kind, as the site is served from it."""
    opened: Database = request.getfixturevalue(f"{request.param}_database")
    return opened


@pytest.fixture(params=["sqlite", pytest.param("postgis_owned", marks=pytest.mark.postgis)])
def owned_database(request: pytest.FixtureRequest) -> Database:
    """An empty database, once of each kind, whose tables may be made and changed."""
    opened: Database = request.getfixturevalue(f"{request.param}_database")
    return opened


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of shared material; the test is skipped where there is none."""
    path = Path(os.environ.get("DIABAN_SHARED", ROOT.parent / "shared"))
    if not (path / "README.md").exists():
        pytest.skip(f"no shared material at {path}; set DIABAN_SHARED to its folder")
    return path


def migrated_outside(url: str) -> None:
    """Bring the database at an address to the schema and let go of it."""
    database = open_database(url)
    schema.create_or_upgrade(database)
    database.close()
