"""Passwords: changed, given for once, refused where they are easily guessed, renewed hashes."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from models import users
from models.errors import InvalidValueError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import let_in, post_login
from tests.webapp.entering import NEW, entered, posted
from tests.webapp.seeded_site import NOW, PASSWORD, Clock
from webapp.services import accounts
from webapp.services.passwords import hash_password, require_usable


def changed(client: FlaskClient, current: str, new: str, again: str | None = None) -> Any:
    page = "/account/password"
    return posted(client, page, page, current=current, new=new, again=again or new)


def test_a_changed_password_ends_every_other_sign_in(turned_site: Flask) -> None:
    client, other = let_in(turned_site, "planner"), let_in(turned_site, "planner")
    mark = client.get_cookie("diaban")
    assert changed(client, PASSWORD, NEW).status_code == 302

    assert client.get("/account").status_code == 200
    assert client.get_cookie("diaban") != mark
    assert other.get("/account").status_code == 302
    assert post_login(turned_site.test_client(), "planner", PASSWORD).status_code == 401
    entered(turned_site, "planner", NEW)


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("nope", NEW, NEW, "Mật khẩu hiện tại chưa đúng"),
        (PASSWORD, NEW, NEW + "x", "không giống nhau"),
        (PASSWORD, "ngắn quá", "ngắn quá", "ít nhất 12 ký tự"),
        (PASSWORD, "matkhau12345", "matkhau12345", "dễ đoán"),
        (PASSWORD, "x" * 300, "x" * 300, "dài nhất"),
    ],
)
def test_a_password_that_cannot_be_taken_is_told(
    turned_site: Flask, current: str, new: str, again: str, words: str
) -> None:
    client = let_in(turned_site, "planner")
    answer = changed(client, current, new, again)

    assert answer.status_code == 400
    assert words in answer.text
    entered(turned_site, "planner")


def test_the_old_password_cannot_be_guessed_on_an_open_screen(turned_site: Flask) -> None:
    client = let_in(turned_site, "planner")
    answers = [changed(client, f"nope {n}", NEW).status_code for n in range(6)]

    assert answers == [400] * 5 + [429]


def test_a_password_given_by_an_administrator_is_for_once(
    turned_site: Flask, seeded_database: Database, turned: Clock
) -> None:
    given = accounts.reset_password(seeded_database, LOCAL_OPERATOR, "planner", turned())
    client = entered(turned_site, "planner", given)
    assert client.get("/map").location == "/account/password"
    assert client.get("/account/second-factor").location == "/account/password"
    assert changed(client, given, given).status_code == 400
    assert changed(client, given, NEW).status_code == 302
    assert client.get("/map").status_code == 200

    late = accounts.reset_password(seeded_database, LOCAL_OPERATOR, "planner", turned())
    turned.turn(days=8)
    assert post_login(turned_site.test_client(), "planner", late).status_code == 401


@pytest.mark.parametrize(
    "weak",
    [
        *("matkhau12345", "Mật khẩu 2026", "123456789012", "qwertyuiop12", "abcabcabcabc"),
        *("iloveyou12345", "P@ssw0rd1234", "lan.nguyen2026", "NguyenThiLan12", "diabanmatuy2026"),
        *("xxxxxxxxxxxxxxxx", "anhyeuem12345", "Công an xã 2026", "14/06/2026 14/06"),
    ],
)
def test_what_is_easily_guessed_is_refused_in_words(weak: str) -> None:
    with pytest.raises(InvalidValueError, match="dễ đoán"):
        require_usable(weak, ("lan.nguyen", "Nguyễn Thị Lan"))


@pytest.mark.parametrize(
    "good",
    [NEW, "kx9qm2vt7zpwq", "sông xanh núi đỏ mây", "một con vịt xòe cánh", "đò" * 3 + NEW],
)
def test_length_is_enough_whatever_the_characters(good: str) -> None:
    require_usable(good, ("lan.nguyen", "Nguyễn Thị Lan"))


def test_letters_composed_in_another_way_are_the_same_password(
    turned_site: Flask, seeded_database: Database
) -> None:
    accounts.set_password(seeded_database, LOCAL_OPERATOR, "planner", NEW, NOW)
    entered(turned_site, "planner", unicodedata.normalize("NFD", NEW))


def test_a_hash_of_former_parameters_is_renewed_at_signing_in(
    turned_site: Flask, seeded_database: Database
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        users.set_password_hash(session, LOCAL_OPERATOR, "planner", old)
    client = entered(turned_site, "planner")
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        account = users.find_account(session, "planner")

    assert account is not None
    assert account.password_hash.split("$")[3] == hash_password("x").split("$")[3]
    assert client.get("/account").status_code == 200
