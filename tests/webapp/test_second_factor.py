"""The second factor: enrolled, asked for, guessed, lost, taken away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import second_factors, users
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from tests.webapp.conftest import csrf_token, let_in, post_login
from tests.webapp.entering import actions, entered, posted
from tests.webapp.seeded_site import PASSWORD, Clock, settings
from webapp.app import create_app
from webapp.services import second_factor


@pytest.fixture
def strict_site(seeded_database: Database, tmp_path: Path, turned: Clock) -> Flask:
    strict = replace(settings(tmp_path), require_2fa=True)
    return create_app(strict, seeded_database, now=turned)


def code_at(letters: str, at: datetime) -> str:
    return pyotp.TOTP(letters.replace(" ", "")).at(int(at.timestamp()))


def enrolled(client: FlaskClient, at: datetime) -> tuple[str, list[str]]:
    """Turn the second factor on: the secret and the recovery codes."""
    page = "/account/second-factor"
    posted(client, f"{page}/begin", page)
    found = re.search(r'factor-letters">([A-Z2-7 ]+)<', client.get(page).text)
    assert found is not None
    letters = found[1]
    shown = posted(client, f"{page}/confirm", page, password=PASSWORD, code=code_at(letters, at))
    codes = re.findall(r"<code>([A-Z2-9-]{19})</code>", shown.text)
    assert shown.status_code == 200, shown.text
    assert len(set(codes)) == 10
    return letters, codes


def test_a_second_factor_is_enrolled_and_asked_for(
    turned_site: Flask, turned: Clock, seeded_database: Database
) -> None:
    client, elsewhere = let_in(turned_site, "planner"), let_in(turned_site, "planner")
    letters, _ = enrolled(client, turned())
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    turned.turn(seconds=30)

    fresh = turned_site.test_client()
    answer = post_login(fresh, "planner", PASSWORD, "?next=/map")
    assert answer.location == "/login/code?next=/map"
    assert fresh.get("/account").status_code == 302
    wrong = posted(fresh, "/login/code", "/login/code", code="000000")
    assert wrong.status_code == 401
    code = code_at(letters, turned())
    opened = posted(fresh, "/login/code?next=/map", "/login/code", code=f"{code[:3]} {code[3:]}")
    assert opened.location == "/map"
    assert fresh.get("/account").status_code == 200
    assert actions(seeded_database, 3)[0] == "sign_in"


def test_a_code_opens_once(turned_site: Flask, turned: Clock) -> None:
    letters, _ = enrolled(let_in(turned_site, "planner"), turned())
    turned.turn(minutes=5)
    code = code_at(letters, turned())
    answers = []
    for _ in range(2):
        client = entered(turned_site, "planner")
        answers.append(posted(client, "/login/code", "/login/code", code=code).status_code)

    assert answers == [302, 401]


@pytest.mark.parametrize(("late_s", "status"), [(-30, 302), (0, 302), (30, 302), (90, 401)])
def test_a_telephone_may_be_half_a_minute_off(
    turned_site: Flask, turned: Clock, late_s: int, status: int
) -> None:
    letters, _ = enrolled(let_in(turned_site, "planner"), turned())
    turned.turn(minutes=5)
    code = code_at(letters, turned() + timedelta(seconds=late_s))
    client = entered(turned_site, "planner")

    assert posted(client, "/login/code", "/login/code", code=code).status_code == status


def test_a_recovery_code_opens_once(turned_site: Flask, turned: Clock) -> None:
    _, codes = enrolled(let_in(turned_site, "planner"), turned())
    answers = []
    for _ in range(2):
        client = entered(turned_site, "planner")
        typed = codes[3].lower().replace("-", " ")
        answers.append(posted(client, "/login/code", "/login/code", code=typed).status_code)

    assert answers == [302, 401]


def test_codes_cannot_be_guessed_in_a_row(turned_site: Flask, turned: Clock) -> None:
    letters, _ = enrolled(let_in(turned_site, "planner"), turned())
    client = entered(turned_site, "planner")
    guesses = [posted(client, "/login/code", "/login/code", code=f"{n:06}") for n in range(6)]
    assert [each.status_code for each in guesses] == [401] * 5 + [429]
    turned.turn(minutes=1, seconds=1)
    code = code_at(letters, turned())
    assert posted(client, "/login/code", "/login/code", code=code).status_code == 302


def test_a_password_does_not_wait_for_its_code_for_long(turned_site: Flask, turned: Clock) -> None:
    letters, _ = enrolled(let_in(turned_site, "planner"), turned())
    client = entered(turned_site, "planner")
    guard = csrf_token(client.get("/login/code").text)
    turned.turn(minutes=11)
    data = {"code": code_at(letters, turned()), "csrf_token": guard}

    assert client.post("/login/code", data=data).status_code == 401
    assert client.get("/login/code").location == "/login"


def test_nothing_of_the_second_factor_is_legible_in_the_database(
    turned_site: Flask, turned: Clock, seeded_database: Database
) -> None:
    letters, codes = enrolled(let_in(turned_site, "planner"), turned())
    raw = Path(seeded_database.engine.url.database or "").read_bytes()
    raw += Path(f"{seeded_database.engine.url.database}-wal").read_bytes()

    for secret in (letters.replace(" ", ""), codes[0], codes[0].replace("-", "")):
        assert secret.encode() not in raw


def test_a_changed_secret_of_the_site_is_told_and_recovery_codes_still_open(
    turned_site: Flask, seeded_database: Database, tmp_path: Path, turned: Clock
) -> None:
    letters, codes = enrolled(let_in(turned_site, "planner"), turned())
    turned.turn(minutes=5)
    moved = create_app(
        replace(settings(tmp_path), secret_key="z" * 40), seeded_database, now=turned
    )
    client = entered(moved, "planner")
    told = posted(client, "/login/code", "/login/code", code=code_at(letters, turned()))
    assert told.status_code == 409
    assert "khóa bí mật" in told.text
    assert posted(client, "/login/code", "/login/code", code=codes[0]).status_code == 302


def test_where_it_is_required_nothing_else_is_open_before(
    strict_site: Flask, turned: Clock
) -> None:
    client = let_in(strict_site, "planner")
    assert client.get("/map").location == "/account/second-factor"
    assert client.get("/api/summary").status_code == 403
    enrolled(client, turned())
    assert client.get("/map").status_code == 200
    page = "/account/second-factor"
    assert posted(client, f"{page}/off", page, password=PASSWORD).status_code == 403

    for other in ("analyst", "commune"):
        assert let_in(strict_site, other).get("/map").status_code == 200


def test_turning_it_off_and_new_codes_take_the_password(turned_site: Flask, turned: Clock) -> None:
    client = let_in(turned_site, "planner")
    _, codes = enrolled(client, turned())
    page = "/account/second-factor"
    for act in ("off", "codes"):
        assert posted(client, f"{page}/{act}", page, password="nope").status_code == 400
    again = posted(client, f"{page}/codes", page, password=PASSWORD)
    assert not set(codes) & set(re.findall(r"<code>([A-Z2-9-]{19})</code>", again.text))
    assert posted(client, f"{page}/off", page, password=PASSWORD).status_code == 302
    assert entered(turned_site, "planner").get("/account").status_code == 200


def test_an_administrator_takes_a_lost_one_away(
    turned_site: Flask, turned: Clock, seeded_database: Database
) -> None:
    client = let_in(turned_site, "planner")
    enrolled(client, turned())
    second_factor.reset(seeded_database, LOCAL_OPERATOR, "Planner", turned())

    assert client.get("/account").status_code == 302
    assert entered(turned_site, "planner").get("/account").status_code == 200
    assert "second_factor_reset" in actions(seeded_database)


def test_nobody_else_reads_or_changes_a_second_factor(seeded_database: Database) -> None:
    analyst = Viewer("analyst", Role.ANALYST)
    with unit_of_work(seeded_database, analyst) as session:
        other = users.find_account(session, "planner")
        assert other is not None
        for act in (
            lambda: second_factors.find(session, analyst, other.id),
            lambda: second_factors.remove(session, analyst, other.id),
            lambda: users.end_sign_ins(session, analyst, "planner"),
        ):
            with pytest.raises(NotAllowedError):
                act()
