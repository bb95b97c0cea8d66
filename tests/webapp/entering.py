"""Signing in by the form, as tests about signing in do it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from models import audit
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import csrf_token, post_login
from tests.webapp.seeded_site import PASSWORD

NEW = "bốn con voi qua sông Hậu"
"""A password that may be chosen."""


def entered(app: Flask, username: str, password: str = PASSWORD) -> FlaskClient:
    """A client that gave the right password; it may still wait for its code."""
    client = app.test_client()
    answer = post_login(client, username, password)
    assert answer.status_code == 302, answer.text
    return client


def posted(client: FlaskClient, path: str, page: str, **data: str) -> Any:
    """The answer to a form of a page."""
    guard = csrf_token(client.get(page).text)
    return client.post(path, data={**data, "csrf_token": guard})


def actions(database: Database, most: int = 10) -> list[str]:
    """What the trail says was done, the latest first."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [e.action for e in audit.list_events(session, LOCAL_OPERATOR, most)]
