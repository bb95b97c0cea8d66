import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import audit, users
from models.session import Database, unit_of_work
from models.tables import sign_ins
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token, post_login
from tests.webapp.seeded_site import ACCOUNTS, PASSWORD, clock, settings
from webapp.app import create_app
from webapp.security import Access, rule_of
from webapp.services.sign_in import plain_name

PUBLIC = {
    "preferences.choose",
    *("account.login", "account.login_page", "account.code_page", "account.send_code"),
    *("files.static_file", "files.vendor_file", "files.font_file", "files.favicon"),
    *("files.healthz", "files.readyz"),
}


def actions(database: Database) -> list[tuple[str, str]]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [(e.action, e.object) for e in audit.list_events(session, LOCAL_OPERATOR)]


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    rules = {r.endpoint: rule_of(app, r.endpoint) for r in app.url_map.iter_rules()}

    assert [endpoint for endpoint, access in rules.items() if access is None] == []
    assert {e for e, access in rules.items() if access is Access.PUBLIC} == PUBLIC


def test_a_route_without_a_rule_is_refused(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    answer = app.test_client().get("/forgotten")

    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_a_stranger_is_asked_to_sign_in_and_brought_back(visitor: FlaskClient) -> None:
    answer = visitor.get("/map?province=51")

    assert answer.status_code == 302
    assert answer.location == "/login?next=%2Fmap%3Fprovince%3D51"
    signed = post_login(visitor, "planner", PASSWORD, "?next=%2Fmap%3Fprovince%3D51")
    assert signed.location == "/map?province=51"


def test_a_strange_script_gets_no_page(visitor: FlaskClient) -> None:
    assert visitor.get("/api/summary").status_code == 401


@pytest.mark.parametrize("target", ["//evil.example/", "/\\evil.example", "https://evil.example"])
def test_signing_in_never_leads_off_the_site(visitor: FlaskClient, target: str) -> None:
    answer = post_login(visitor, "planner", PASSWORD, f"?next={target}")

    assert answer.location == "/"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(visitor: FlaskClient) -> None:
    wrong_password = post_login(visitor, "planner", "nope")
    wrong_name = post_login(visitor, "nobody", "nope")

    assert wrong_password.status_code == wrong_name.status_code == 401
    strip = re.compile(r'nonce="[^"]*"|value="[^"]*"')
    assert strip.sub("", wrong_password.text) == strip.sub("", wrong_name.text)


def test_sign_ins_and_failures_are_audited(visitor: FlaskClient, seeded_database: Database) -> None:
    post_login(visitor, "planner", "nope")
    post_login(visitor, "planner", PASSWORD)
    visitor.post("/logout", data={"csrf_token": csrf_token(visitor.get("/account").text)})

    assert actions(seeded_database)[:3] == [
        ("sign_out", "planner"),
        ("sign_in", "planner"),
        ("sign_in_failed", "planner"),
    ]


def test_a_form_without_its_guard_is_refused(visitor: FlaskClient) -> None:
    answer = visitor.post("/login", data={"username": "planner", "password": PASSWORD})

    assert answer.status_code == 400
    assert visitor.get("/map").status_code == 302


def test_signing_out_takes_a_form_with_its_guard(signed_in: SignIn) -> None:
    client = signed_in("planner")

    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    client.post("/logout", data={"csrf_token": csrf_token(client.get("/account").text)})
    assert client.get("/account").status_code == 302


def test_a_disabled_account_is_out_at_once(signed_in: SignIn, seeded_database: Database) -> None:
    client = signed_in("analyst")
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        users.disable_user(session, LOCAL_OPERATOR, "analyst")

    assert client.get("/map").status_code == 302
    assert post_login(client, "analyst", PASSWORD).status_code == 401


def test_a_new_password_ends_old_sign_ins(signed_in: SignIn, seeded_database: Database) -> None:
    client = signed_in("analyst")
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        users.set_password_hash(session, LOCAL_OPERATOR, "analyst", "another hash")

    assert client.get("/account").status_code == 302


def test_too_many_attempts_are_refused(seeded_database: Database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    strict = replace(settings(tmp_path), login_limit="3 per minute")
    client = create_app(strict, seeded_database, now=clock).test_client()
    answers = [post_login(client, "planner", "nope").status_code for _ in range(4)]

    assert answers == [401, 401, 401, 429]


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("commune", "/imports", 403),
        ("commune", "/communes/23401", 200),
        ("commune", "/map", 200),
        ("analyst", "/imports", 200),
        ("province", "/imports", 200),
        ("admin", "/imports", 200),
    ],
)
def test_roles_open_what_their_rule_allows(
    signed_in: SignIn, username: str, path: str, status: int
) -> None:
    assert signed_in(username).get(path).status_code == status


@pytest.mark.parametrize("username", sorted(ACCOUNTS))
def test_every_role_has_a_home(signed_in: SignIn, username: str) -> None:
    answer = signed_in(username).get("/", follow_redirects=True)

    assert answer.status_code == 200


def test_pages_allow_nothing_but_this_site(signed_in: SignIn) -> None:
    answer = signed_in("planner").get("/map")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)

    assert nonce is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == {nonce.group(1)}
    assert not re.search(r"\son\w+=|\sstyle=", re.sub(r"<script.*?</script>", "", answer.text))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_nonces_are_not_used_twice(signed_in: SignIn) -> None:
    client = signed_in("planner")
    policies = {client.get("/account").headers["Content-Security-Policy"] for _ in range(5)}

    assert len(policies) == 5


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    visitor: FlaskClient,
) -> None:
    cookie = post_login(visitor, "planner", PASSWORD).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_forged_name_leaves_one_plain_line_in_the_audit_trail(
    visitor: FlaskClient, seeded_database: Database
) -> None:
    post_login(visitor, "x\nadmin\tsign_in\x00\x1b[2J\u202e", "nope")

    assert actions(seeded_database)[0] == ("sign_in_failed", "xadminsign_in[2j")
    assert len(plain_name("a" * 200)) == 64


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, signed_in: SignIn) -> None:
    client, other = signed_in("planner"), signed_in("planner")
    cookie = client.get_cookie("diaban")
    assert cookie is not None
    client.post("/logout", data={"csrf_token": csrf_token(client.get("/account").text)})
    thief = app.test_client()
    thief.set_cookie("diaban", cookie.value)

    assert thief.get("/account").status_code == 302
    assert other.get("/account").status_code == 200


def test_an_ended_sign_in_is_ended_in_every_process(
    signed_in: SignIn, seeded_database: Database, tmp_path: Path
) -> None:
    client = signed_in("planner")
    cookie = client.get_cookie("diaban")
    assert cookie is not None
    elsewhere = create_app(settings(tmp_path), seeded_database, now=clock).test_client()
    elsewhere.set_cookie("diaban", cookie.value)
    assert elsewhere.get("/account").status_code == 200
    client.post("/logout", data={"csrf_token": csrf_token(client.get("/account").text)})
    elsewhere.set_cookie("diaban", cookie.value)

    assert elsewhere.get("/account").status_code == 302


def test_the_cookie_holds_a_random_mark_and_the_database_its_digest(
    signed_in: SignIn, seeded_database: Database
) -> None:
    client = signed_in("planner")
    with client.session_transaction() as session:
        token = session["_user_id"]
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as database_session:
        kept = str(database_session.execute(select(sign_ins)).all())

    assert len(token) >= 43
    assert token not in kept
    assert sha256(token.encode()).hexdigest() in kept


def test_signing_in_gives_another_mark_each_time(signed_in: SignIn) -> None:
    marks = set()
    for _ in range(3):
        with signed_in("planner").session_transaction() as session:
            marks.add(session["_user_id"])

    assert len(marks) == 3


def _writing_routes(app: Flask) -> list[tuple[str, str]]:
    found = []
    for each in app.url_map.iter_rules():
        if methods := (each.methods or set()) - READING:
            values = dict.fromkeys(each.arguments, "1")
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(each.endpoint, values, method=None)
            found += [(method, path) for method in methods]
    return sorted(found)


READING = {"GET", "HEAD", "OPTIONS"}


def test_every_route_that_is_posted_to_refuses_what_carries_no_guard(
    app: Flask, signed_in: SignIn
) -> None:
    client = signed_in("admin")
    answers = {
        (method, path): [
            client.open(path, method=method, data={}).status_code,
            client.open(path, method=method, json={}).status_code,
        ]
        for method, path in _writing_routes(app)
    }

    assert len(answers) > 40
    assert {each: told for each, told in answers.items() if told != [400, 400]} == {}
    assert client.get("/account").status_code == 200


def test_every_cookie_is_out_of_reach_and_behind_tls_stays_there(
    seeded_database: Database, tmp_path: Path
) -> None:
    behind_tls = replace(settings(tmp_path), secure_cookies=True)
    client = create_app(behind_tls, seeded_database, now=clock).test_client()
    page = client.get("/login", base_url="https://localhost")
    guard = csrf_token(page.text)
    data = {"username": "planner", "password": PASSWORD, "csrf_token": guard}
    referrer = {"Referer": "https://localhost/login"}
    entered = client.post("/login", base_url="https://localhost", data=data, headers=referrer)
    chosen = client.post(
        "/preferences",
        base_url="https://localhost",
        data={"theme": "dark", "csrf_token": _guard_of(client)},
        headers=referrer,
    )
    cookies = [
        c for answer in (page, entered, chosen) for c in answer.headers.getlist("Set-Cookie")
    ]

    assert len(cookies) >= 3
    for cookie in cookies:
        assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie
    assert any(cookie.startswith("__Host-diaban=") for cookie in cookies)


def _guard_of(client: FlaskClient) -> str:
    return csrf_token(client.get("/account", base_url="https://localhost").text)


def test_looking_at_a_page_does_not_prolong_the_sign_in(signed_in: SignIn) -> None:
    client = signed_in("planner")
    client.get("/account")

    assert "Set-Cookie" not in client.get("/account").headers
