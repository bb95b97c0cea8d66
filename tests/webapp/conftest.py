"""A seeded site and its visitors, for tests of the pages.

The site is built once and copied: tests of pages read, and those that write
(sign-ins are audited) have a file of their own.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.session import Database, open_database
from tests.webapp.seeded_site import PASSWORD, clock, seed_site, settings
from webapp.app import create_app

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
def visitor(app: Flask) -> FlaskClient:
    """Somebody who has not signed in."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask) -> SignIn:
    """Make a client that is signed in under a name."""

    def enter(username: str) -> FlaskClient:
        client = app.test_client()
        answer = post_login(client, username, PASSWORD)
        assert answer.status_code == 302, answer.text
        return client

    return enter


def post_login(client: FlaskClient, username: str, password: str, query: str = ""):  # type: ignore[no-untyped-def]
    """Fill in and send the sign-in form."""
    token = csrf_token(client.get("/login").text)
    data = {"username": username, "password": password, "csrf_token": token}
    return client.post("/login" + query, data=data)


def csrf_token(page: str) -> str:
    """The forgery guard of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page carries no forgery guard"
    return found.group(1)
