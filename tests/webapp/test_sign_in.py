"""Signing in as a stranger, an owner and an attacker meet it: waits, codes, passwords, ends."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import audit, users
from models.errors import ConflictError, InvalidValueError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.conftest import csrf_token, post_login
from tests.webapp.seeded_site import NOW, PASSWORD, settings
from webapp.app import create_app
from webapp.services import accounts, second_factor
from webapp.services.passwords import hash_password, require_usable

NEW = "bốn con voi qua sông Hậu"


@dataclass
class Clock:
    """A clock that tests turn."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def turned() -> Clock:
    return Clock()


@pytest.fixture
def site(seeded_database: Database, tmp_path: Path, turned: Clock) -> Flask:
    return create_app(settings(tmp_path), seeded_database, now=turned)


@pytest.fixture
def strict_site(seeded_database: Database, tmp_path: Path, turned: Clock) -> Flask:
    strict = replace(settings(tmp_path), require_2fa=True)
    return create_app(strict, seeded_database, now=turned)


def entered(app: Flask, username: str, password: str = PASSWORD) -> FlaskClient:
    client = app.test_client()
    answer = post_login(client, username, password)
    assert answer.status_code == 302, answer.text
    return client


def posted(client: FlaskClient, path: str, page: str, **data: str) -> Any:
    guard = csrf_token(client.get(page).text)
    return client.post(path, data={**data, "csrf_token": guard})


def actions(database: Database, most: int = 10) -> list[str]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [e.action for e in audit.list_events(session, LOCAL_OPERATOR, most)]


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


# How long a sign-in lasts.


def test_a_sign_in_ends_after_its_hours_however_much_it_is_used(
    seeded_database: Database, tmp_path: Path, turned: Clock
) -> None:
    short = replace(settings(tmp_path), session_hours=1)
    client = entered(create_app(short, seeded_database, now=turned), "planner")
    for _ in range(2):
        turned.turn(minutes=20)
        assert client.get("/account").status_code == 200
    turned.turn(minutes=20)

    assert client.get("/account").status_code == 302


def test_a_sign_in_left_idle_ends(site: Flask, turned: Clock) -> None:
    client = entered(site, "planner")
    turned.turn(minutes=29)
    assert client.get("/account").status_code == 200
    turned.turn(minutes=30)

    assert client.get("/account").status_code == 302


def test_other_sign_ins_can_be_seen_and_ended(site: Flask) -> None:
    here, there, third = (entered(site, "planner") for _ in range(3))
    stranger = entered(site, "analyst")
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


# Who fails waits.


def test_after_five_failures_the_right_password_has_to_wait_too(
    site: Flask, turned: Clock, seeded_database: Database
) -> None:
    client = site.test_client()
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
    site: Flask, seeded_database: Database, name: str
) -> None:
    accounts.disable_account(seeded_database, LOCAL_OPERATOR, "analyst")
    client = site.test_client()
    answers = [post_login(client, name, "nope") for _ in range(7)]
    strip = re.compile(r'nonce="[^"]*"|value="[^"]*"')
    texts = {strip.sub("", answer.text).replace(name, "") for answer in answers[:5]}

    assert [a.status_code for a in answers] == [401] * 5 + [429] * 2
    assert len(texts) == 1


def test_many_at_once_get_no_more_tries_than_one_after_the_other(
    site: Flask, seeded_database: Database
) -> None:
    def attempt(_: int) -> int:
        return post_login(site.test_client(), "planner", "nope").status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(9)))

    assert answers.count(401) == 5
    assert answers.count(429) == 4


def test_waits_are_shared_between_processes(
    site: Flask, seeded_database: Database, tmp_path: Path, turned: Clock
) -> None:
    other = create_app(settings(tmp_path), seeded_database, now=turned)
    for n in range(5):
        post_login((site, other)[n % 2].test_client(), "planner", "nope")

    assert post_login(site.test_client(), "planner", PASSWORD).status_code == 429
    assert post_login(other.test_client(), "planner", PASSWORD).status_code == 429


# The second factor.


def test_a_second_factor_is_enrolled_and_asked_for(
    site: Flask, turned: Clock, seeded_database: Database
) -> None:
    client, elsewhere = entered(site, "planner"), entered(site, "planner")
    letters, _ = enrolled(client, turned())
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    turned.turn(seconds=30)

    fresh = site.test_client()
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


def test_a_code_opens_once(site: Flask, turned: Clock) -> None:
    letters, _ = enrolled(entered(site, "planner"), turned())
    turned.turn(minutes=5)
    code = code_at(letters, turned())
    answers = []
    for _ in range(2):
        client = entered(site, "planner")
        answers.append(posted(client, "/login/code", "/login/code", code=code).status_code)

    assert answers == [302, 401]


@pytest.mark.parametrize(("late_s", "status"), [(-30, 302), (0, 302), (30, 302), (90, 401)])
def test_a_telephone_may_be_half_a_minute_off(
    site: Flask, turned: Clock, late_s: int, status: int
) -> None:
    letters, _ = enrolled(entered(site, "planner"), turned())
    turned.turn(minutes=5)
    code = code_at(letters, turned() + timedelta(seconds=late_s))
    client = entered(site, "planner")

    assert posted(client, "/login/code", "/login/code", code=code).status_code == status


def test_a_recovery_code_opens_once(site: Flask, turned: Clock) -> None:
    _, codes = enrolled(entered(site, "planner"), turned())
    answers = []
    for _ in range(2):
        client = entered(site, "planner")
        typed = codes[3].lower().replace("-", " ")
        answers.append(posted(client, "/login/code", "/login/code", code=typed).status_code)

    assert answers == [302, 401]


def test_codes_cannot_be_guessed_in_a_row(site: Flask, turned: Clock) -> None:
    letters, _ = enrolled(entered(site, "planner"), turned())
    client = entered(site, "planner")
    guesses = [posted(client, "/login/code", "/login/code", code=f"{n:06}") for n in range(6)]
    assert [each.status_code for each in guesses] == [401] * 5 + [429]
    turned.turn(minutes=1, seconds=1)
    code = code_at(letters, turned())
    assert posted(client, "/login/code", "/login/code", code=code).status_code == 302


def test_a_password_does_not_wait_for_its_code_for_long(site: Flask, turned: Clock) -> None:
    letters, _ = enrolled(entered(site, "planner"), turned())
    client = entered(site, "planner")
    guard = csrf_token(client.get("/login/code").text)
    turned.turn(minutes=11)
    data = {"code": code_at(letters, turned()), "csrf_token": guard}

    assert client.post("/login/code", data=data).status_code == 401
    assert client.get("/login/code").location == "/login"


def test_nothing_of_the_second_factor_is_legible_in_the_database(
    site: Flask, turned: Clock, seeded_database: Database
) -> None:
    letters, codes = enrolled(entered(site, "planner"), turned())
    raw = Path(seeded_database.engine.url.database or "").read_bytes()
    raw += Path(f"{seeded_database.engine.url.database}-wal").read_bytes()

    for secret in (letters.replace(" ", ""), codes[0], codes[0].replace("-", "")):
        assert secret.encode() not in raw


def test_a_changed_secret_of_the_site_is_told_and_recovery_codes_still_open(
    site: Flask, seeded_database: Database, tmp_path: Path, turned: Clock
) -> None:
    letters, codes = enrolled(entered(site, "planner"), turned())
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
    client = entered(strict_site, "planner")
    assert client.get("/map").location == "/account/second-factor"
    assert client.get("/api/summary").status_code == 403
    enrolled(client, turned())
    assert client.get("/map").status_code == 200
    page = "/account/second-factor"
    assert posted(client, f"{page}/off", page, password=PASSWORD).status_code == 403

    for other in ("analyst", "commune"):
        assert entered(strict_site, other).get("/map").status_code == 200


def test_turning_it_off_and_new_codes_take_the_password(site: Flask, turned: Clock) -> None:
    client = entered(site, "planner")
    _, codes = enrolled(client, turned())
    page = "/account/second-factor"
    for act in ("off", "codes"):
        assert posted(client, f"{page}/{act}", page, password="nope").status_code == 400
    again = posted(client, f"{page}/codes", page, password=PASSWORD)
    assert not set(codes) & set(re.findall(r"<code>([A-Z2-9-]{19})</code>", again.text))
    assert posted(client, f"{page}/off", page, password=PASSWORD).status_code == 302
    assert entered(site, "planner").get("/account").status_code == 200


def test_an_administrator_takes_a_lost_one_away(
    site: Flask, turned: Clock, seeded_database: Database
) -> None:
    client = entered(site, "planner")
    enrolled(client, turned())
    second_factor.reset(seeded_database, LOCAL_OPERATOR, "Planner", turned())

    assert client.get("/account").status_code == 302
    assert entered(site, "planner").get("/account").status_code == 200
    assert "second_factor_reset" in actions(seeded_database)


# Passwords.


def changed(client: FlaskClient, current: str, new: str, again: str | None = None) -> Any:
    page = "/account/password"
    return posted(client, page, page, current=current, new=new, again=again or new)


def test_a_changed_password_ends_every_other_sign_in(site: Flask) -> None:
    client, other = entered(site, "planner"), entered(site, "planner")
    mark = client.get_cookie("diaban")
    assert changed(client, PASSWORD, NEW).status_code == 302

    assert client.get("/account").status_code == 200
    assert client.get_cookie("diaban") != mark
    assert other.get("/account").status_code == 302
    assert post_login(site.test_client(), "planner", PASSWORD).status_code == 401
    entered(site, "planner", NEW)


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
    site: Flask, current: str, new: str, again: str, words: str
) -> None:
    client = entered(site, "planner")
    answer = changed(client, current, new, again)

    assert answer.status_code == 400
    assert words in answer.text
    entered(site, "planner")


def test_the_old_password_cannot_be_guessed_on_an_open_screen(site: Flask) -> None:
    client = entered(site, "planner")
    answers = [changed(client, f"nope {n}", NEW).status_code for n in range(6)]

    assert answers == [400] * 5 + [429]


def test_a_password_given_by_an_administrator_is_for_once(
    site: Flask, seeded_database: Database, turned: Clock
) -> None:
    given = accounts.reset_password(seeded_database, LOCAL_OPERATOR, "planner", turned())
    client = entered(site, "planner", given)
    assert client.get("/map").location == "/account/password"
    assert client.get("/account/second-factor").location == "/account/password"
    assert changed(client, given, given).status_code == 400
    assert changed(client, given, NEW).status_code == 302
    assert client.get("/map").status_code == 200

    late = accounts.reset_password(seeded_database, LOCAL_OPERATOR, "planner", turned())
    turned.turn(days=8)
    assert post_login(site.test_client(), "planner", late).status_code == 401


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
    site: Flask, seeded_database: Database
) -> None:
    import unicodedata

    accounts.set_password(seeded_database, LOCAL_OPERATOR, "planner", NEW, NOW)
    entered(site, "planner", unicodedata.normalize("NFD", NEW))


def test_a_hash_of_former_parameters_is_renewed_at_signing_in(
    site: Flask, seeded_database: Database
) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        users.set_password_hash(session, LOCAL_OPERATOR, "planner", old)
    client = entered(site, "planner")
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        account = users.find_account(session, "planner")

    assert account is not None
    assert account.password_hash.split("$")[3] == hash_password("x").split("$")[3]
    assert client.get("/account").status_code == 200


# The first and the last administrator.


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


def test_nobody_else_reads_or_changes_a_second_factor(seeded_database: Database) -> None:
    from models import second_factors
    from models.errors import NotAllowedError

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
