"""A seeded site and its visitors, for tests of the pages.

The site is built once and copied: tests of pages read, and those that write
(sign-ins are audited) have a file of their own.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import audit, users
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.seeded_site import Clock, clock, seed_site, settings
from webapp.app import create_app
from webapp.services.running_sign_ins import Gate, begin

if TYPE_CHECKING:
    from tests.webapp.access_sweep import CanarySite

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(scope="session")
def seeded_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the seeded site."""
    folder = tmp_path_factory.mktemp("seeded")
    path = folder / "site.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    seed_site(database)
    database.close()
    return path


@pytest.fixture
def seeded_database(seeded_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The seeded site in a file of this test's own."""
    path = tmp_path / "site.db"
    shutil.copyfile(seeded_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def app(seeded_database: Database, tmp_path: Path) -> Flask:
    """The application over the seeded site."""
    return create_app(settings(tmp_path), seeded_database, now=clock)


@pytest.fixture
def turned() -> Clock:
    """A clock that the test turns."""
    return Clock()


@pytest.fixture
def turned_site(seeded_database: Database, tmp_path: Path, turned: Clock) -> Flask:
    """The application over the seeded site, with a clock that is turned."""
    return create_app(settings(tmp_path), seeded_database, now=turned)


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Somebody who has not signed in."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask) -> SignIn:
    """Make a client that is signed in under a name."""
    return lambda username: let_in(app, username)


@pytest.fixture(scope="session")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CanarySite]:
    """The site of the access matrix: it is read, and what would write is refused."""
    from tests.webapp.access_sweep import build_site  # it signs people in with what stands here

    built = build_site(sqlite_template, tmp_path_factory.mktemp("canaries"))
    yield built
    built.database.close()


def let_in(app: Flask, username: str) -> FlaskClient:
    """A client whose sign-in began past the form.

    It is what signing in leaves, the line in the trail too; but to check a password takes a
    fifth of a second by design, so that only tests about passwords do it.
    """
    guards = app.extensions["diaban_guards"]
    gate = Gate(guards.database, guards.policy, guards.now(), "127.0.0.1")
    token = secrets.token_urlsafe(32)
    with unit_of_work(gate.database, LOCAL_OPERATOR) as session:
        account = users.find_account(session, username)
        assert account is not None
        begin(session, gate, account, token, waits=False)
        viewer = replace(account.viewer, address=gate.address)
        audit.record(session, viewer, "sign_in", username, at=gate.at)
    client = app.test_client()
    with client.session_transaction() as kept:
        kept.permanent = True
        kept["_user_id"], kept["_fresh"] = token, True
    return client


def post_login(client: FlaskClient, username: str, password: str, query: str = ""):  # type: ignore[no-untyped-def]
    """Fill in and send the sign-in form."""
    token = csrf_token(client.get("/login").text)
    data = {"username": username, "password": password, "csrf_token": token}
    return client.post("/login" + query, data=data)


def seen_in(page: str, action: str = "") -> dict[str, str]:
    """What the form of an address, or any, says was on the screen: its field, or nothing."""
    forms = [each.partition("</form")[0] for each in page.split("<form")[1:]]
    stamps = re.compile(r'name="seen" value="([^"]*)"')
    meant = [each for each in forms if f'action="{action}' in each.partition(">")[0]]
    for found in filter(None, map(stamps.search, [*meant, *forms])):
        return {"seen": found.group(1)}
    return {}


def csrf_token(page: str) -> str:
    """The forgery guard of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page carries no forgery guard"
    return found.group(1)
