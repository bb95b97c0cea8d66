"""Signing in: how long it lasts, who fails waits, the first and the last administrator."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from models.errors import ConflictError
from models.session import Database
from models.viewers import LOCAL_OPERATOR, Role, Scope
from tests.webapp.conftest import let_in, post_login
from tests.webapp.entering import NEW, actions, posted
from tests.webapp.seeded_site import NOW, PASSWORD, Clock, settings
from webapp.app import create_app
from webapp.services import accounts
from webapp.services.passwords import hash_password


def test_a_sign_in_ends_after_its_hours_however_much_it_is_used(
    seeded_database: Database, tmp_path: Path, turned: Clock
) -> None:
    short = replace(settings(tmp_path), session_hours=1)
    client = let_in(create_app(short, seeded_database, now=turned), "planner")
    for _ in range(2):
        turned.turn(minutes=20)
        assert client.get("/account").status_code == 200
    turned.turn(minutes=20)

    assert client.get("/account").status_code == 302


def test_a_sign_in_left_idle_ends(turned_site: Flask, turned: Clock) -> None:
    client = let_in(turned_site, "planner")
    turned.turn(minutes=29)
    assert client.get("/account").status_code == 200
    turned.turn(minutes=30)

    assert client.get("/account").status_code == 302


def test_other_sign_ins_can_be_seen_and_ended(turned_site: Flask) -> None:
    here, there, third = (let_in(turned_site, "planner") for _ in range(3))
    stranger = let_in(turned_site, "analyst")
    page = here.get("/account").text
    numbers = re.findall(r"/account/sign-ins/(\d+)/end", page)
    assert len(numbers) == 2
    posted(stranger, f"/account/sign-ins/{numbers[0]}/end", "/account")
    assert (there.get("/account").status_code, third.get("/account").status_code) == (200, 200)

    posted(here, f"/account/sign-ins/{numbers[0]}/end", "/account")
    left = sorted(client.get("/account").status_code for client in (there, third))
    assert left == [200, 302]
    posted(here, "/account/sign-ins/end-others", "/account")
    assert {client.get("/account").status_code for client in (there, third)} == {302}
    assert here.get("/account").status_code == 200


def test_after_five_failures_the_right_password_has_to_wait_too(
    turned_site: Flask, turned: Clock, seeded_database: Database
) -> None:
    client = turned_site.test_client()
    assert [post_login(client, "planner", "nope").status_code for _ in range(5)] == [401] * 5
    refused = post_login(client, "planner", PASSWORD)
    assert refused.status_code == 429
    assert "Hãy chờ 15 giây" in refused.text
    assert int(refused.headers["Retry-After"]) <= 16
    assert "locked" in actions(seeded_database)
    turned.turn(seconds=16)
    assert post_login(client, "planner", PASSWORD).status_code == 302


@pytest.mark.parametrize("name", ["planner", "nobody", "analyst"])
def test_what_is_answered_does_not_tell_which_accounts_exist(
    turned_site: Flask, seeded_database: Database, name: str
) -> None:
    accounts.disable_account(seeded_database, LOCAL_OPERATOR, "analyst")
    client = turned_site.test_client()
    answers = [post_login(client, name, "nope") for _ in range(7)]
    strip = re.compile(r'nonce="[^"]*"|value="[^"]*"')
    texts = {strip.sub("", answer.text).replace(name, "") for answer in answers[:5]}

    assert [a.status_code for a in answers] == [401] * 5 + [429] * 2
    assert len(texts) == 1


def test_many_at_once_get_no_more_tries_than_one_after_the_other(
    turned_site: Flask, seeded_database: Database
) -> None:
    def attempt(_: int) -> int:
        return post_login(turned_site.test_client(), "planner", "nope").status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(9)))

    assert answers.count(401) == 5
    assert answers.count(429) == 4


def test_waits_are_shared_between_processes(
    turned_site: Flask, seeded_database: Database, tmp_path: Path, turned: Clock
) -> None:
    other = create_app(settings(tmp_path), seeded_database, now=turned)
    for n in range(5):
        post_login((turned_site, other)[n % 2].test_client(), "planner", "nope")

    assert post_login(turned_site.test_client(), "planner", PASSWORD).status_code == 429
    assert post_login(other.test_client(), "planner", PASSWORD).status_code == 429


def test_without_an_administrator_the_gate_says_how_to_make_one(
    sqlite_database: Database, tmp_path: Path
) -> None:
    client = create_app(settings(tmp_path), sqlite_database).test_client()
    assert "python -m webapp user add" in client.get("/login").text
    accounts.add_account(
        sqlite_database,
        LOCAL_OPERATOR,
        username="quantri",
        display_name="",
        password=NEW,
        role=Role.ADMIN,
        scope=Scope.nation(),
        at=NOW,
        hash_password=hash_password,
    )
    assert "python -m webapp user add" not in client.get("/login").text


def test_the_last_administrator_stays(seeded_database: Database) -> None:
    with pytest.raises(ConflictError, match="duy nhất"):
        accounts.disable_account(seeded_database, LOCAL_OPERATOR, "admin")
