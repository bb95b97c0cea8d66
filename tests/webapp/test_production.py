"""A site in production starts only when nothing is unsafe; secrets are shown nowhere."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from models import site
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token
from tests.webapp.seeded_site import clock, settings
from webapp.app import create_app
from webapp.cli.serving import serve
from webapp.config import SettingError, Settings, load_settings
from webapp.production import ACCOUNTS_FILE, refuse_unsafe
from webapp.secret_values import is_weak

STRONG = "q7Vn2kXw9RbT4mZc8LpD1sHf6GyJ3uEaWx5N"


@pytest.fixture
def safe(tmp_path: Path) -> Settings:
    return replace(
        settings(tmp_path),
        secret_key=STRONG,
        production=True,
        secure_cookies=True,
        hostnames=("diaban.tinh.gov.vn",),
    )


def refused(found: Settings, *faults: str, env: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingError) as told:
        refuse_unsafe(found, faults, env or {})
    return str(told.value)


def test_a_safe_site_starts(safe: Settings) -> None:
    refuse_unsafe(safe, (), {})


def test_everything_unsafe_is_named_at_once(safe: Settings) -> None:
    unsafe = replace(safe, secret_key="a" * 40, secure_cookies=False, hostnames=(), host="0.0.0.0")
    (safe.data_dir / ACCOUNTS_FILE).write_text("x")
    (safe.data_dir / "secret_key").write_text("x")
    (safe.data_dir / "secret_key").chmod(0o644)
    told = refused(unsafe, "Vai trò là superuser.", env={"FLASK_DEBUG": "1"})
    for word in ("SECRET_KEY: khóa", "SECURE_COOKIES", "HOSTNAMES", "0.0.0.0", ACCOUNTS_FILE):
        assert word in told
    for word in ("chmod 600", "superuser", "FLASK_DEBUG"):
        assert word in told


def test_a_demo_that_was_copied_is_not_served_in_production(
    sqlite_database: Database, safe: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        site.put(session, LOCAL_OPERATOR, "simulated", True)
    for name, value in {
        "DATABASE_URL": sqlite_database.url,
        "DATA_DIR": str(safe.data_dir),
        "SECRET_KEY": STRONG,
        "SECURE_COOKIES": "1",
        "HOSTNAMES": "diaban.tinh.gov.vn",
        "PRODUCTION": "1",
    }.items():
        monkeypatch.setenv(f"DIABAN_{name}", value)
    told = CliRunner().invoke(serve)
    assert isinstance(told.exception, SettingError)
    assert "dữ liệu mô phỏng" in str(told.exception)


def test_a_site_for_trying_out_may_be_unsafe(safe: Settings) -> None:
    refuse_unsafe(replace(safe, production=False, secret_key="a" * 40), ("superuser",), {})


@pytest.mark.parametrize(
    "secret",
    [
        "a" * 40,
        "0123456789abcdef" * 4,
        "abcdefghijklmnopqrstuvwxyz012345",
        "change-me-please-change-me-please",
        "ThisIsMySecretKeyForProduction!!",
        "matkhau-cua-tinh-dak-lak-nam-2026",
        "1212121212121212121212121212121212",
    ],
)
def test_a_secret_that_can_be_guessed_is_weak(secret: str) -> None:
    assert is_weak(secret)


def test_generated_secrets_are_not_weak(tmp_path: Path) -> None:
    for n in range(20):
        folder = tmp_path / str(n)
        assert not is_weak(load_settings({"DIABAN_DATA_DIR": str(folder)}).secret_key)


def test_serve_refuses_before_it_opens_a_port(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "diaban.sqlite").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("DIABAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DIABAN_PRODUCTION", "1")
    found = CliRunner().invoke(serve, [])
    assert isinstance(found.exception, SettingError)
    assert "DIABAN_PRODUCTION=1" in str(found.exception)


# --- secrets -----------------------------------------------------------------


def test_secrets_come_out_of_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(STRONG + "\n")
    (tmp_path / "url").write_text("postgresql://u:geheim@h/d\n")
    env = {
        "DIABAN_DATA_DIR": str(tmp_path),
        "DIABAN_SECRET_KEY_FILE": str(tmp_path / "key"),
        "DIABAN_DATABASE_URL_FILE": str(tmp_path / "url"),
    }
    found = load_settings(env)
    assert found.secret_key == STRONG
    assert found.database_url == "postgresql://u:geheim@h/d"
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("content", "given", "told"),
    [(None, "", "không đọc được"), ("", "", "trống"), (STRONG, STRONG, "chỉ giữ một")],
)
def test_a_secret_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: str | None, given: str, told: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    env = {"DIABAN_DATA_DIR": str(tmp_path), "DIABAN_SECRET_KEY_FILE": str(tmp_path / "key")}
    with pytest.raises(SettingError, match=told) as error:
        load_settings(env | {"DIABAN_SECRET_KEY": given})
    assert STRONG not in str(error.value)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
def test_production_takes_no_secret_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(STRONG)
    (tmp_path / "key").chmod(0o640)
    env = {"DIABAN_DATA_DIR": str(tmp_path), "DIABAN_SECRET_KEY_FILE": str(tmp_path / "key")}
    load_settings(env)
    with pytest.raises(SettingError, match="chmod 600"):
        load_settings(env | {"DIABAN_PRODUCTION": "1"})


def test_no_secret_is_shown_with_settings_or_databases(tmp_path: Path) -> None:
    url = "postgresql://u:geheim@127.0.0.1/d"
    found = load_settings(
        {
            "DIABAN_DATA_DIR": str(tmp_path),
            "DIABAN_DATABASE_URL": url,
            "DIABAN_MIGRATION_URL": url,
            "DIABAN_SECRET_KEY": STRONG,
        }
    )
    database = open_database(url)
    shown = f"{found!r} {found} {database!r} {database.engine!r}"
    database.close()
    assert "geheim" not in shown
    assert STRONG not in shown


def test_an_error_tells_neither_page_nor_log_a_secret(
    app: Flask, signed_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> str:
        raise RuntimeError("hỏng")

    broken.access_rule = app.view_functions["planner.map_page"].access_rule  # type: ignore[attr-defined]
    app.view_functions["planner.map_page"] = broken
    with caplog.at_level(logging.DEBUG):
        answer = signed_in("planner").get("/map")
    assert answer.status_code == 500
    for word in ("Traceback", "RuntimeError", "hỏng", "/work", ".py"):
        assert word not in answer.text
    key = app.config["SECRET_KEY"]
    assert key not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_values_of_records_stay_out_of_database_errors(sqlite_database: Database) -> None:
    with (
        pytest.raises(Exception, match="no such table") as error,
        sqlite_database.engine.begin() as c,
    ):
        c.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("Nguyễn Văn A",))
    assert "Nguyễn" not in str(error.value)


# --- answers -----------------------------------------------------------------


@pytest.fixture
def named(seeded_database: Database, safe: Settings) -> FlaskClient:
    """A visitor of a site in production."""
    return create_app(safe, seeded_database, now=clock).test_client()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("diaban.tinh.gov.vn", 200),
        ("127.0.0.1", 200),
        ("evil.example", 400),
        ("diaban.tinh.gov.vn.evil.example", 400),
        ("a@diaban.tinh.gov.vn", 400),
    ],
)
def test_only_names_of_the_site_are_answered(named: FlaskClient, host: str, status: int) -> None:
    answer = named.get("/login", headers={"Host": host})
    assert answer.status_code == status
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PROPFIND", "DEBUG"])
@pytest.mark.parametrize("path", ["/login", "/map", "/api/view", "/static/nothing"])
def test_other_methods_are_refused(visitor: FlaskClient, method: str, path: str) -> None:
    answer = visitor.open(path, method=method)
    assert answer.status_code in (302, 400, 401, 404, 405, 501)
    assert "Cookie" not in answer.text


def test_https_is_held_on_to(named: FlaskClient) -> None:
    answer = named.get("/login", headers={"Host": "diaban.tinh.gov.vn"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers.get("Set-Cookie", "")
    assert {"Secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}
    assert "SameSite=" in cookie


def test_plain_http_gets_no_promise_of_https(visitor: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in visitor.get("/login").headers


def test_a_proxy_that_is_believed_tells_of_https(seeded_database: Database, tmp_path: Path) -> None:
    app = create_app(replace(settings(tmp_path), proxy_hops=1), seeded_database, now=clock)
    answer = app.test_client().get("/login", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" in answer.headers


def test_a_proxy_that_is_not_believed_changes_nothing(visitor: FlaskClient) -> None:
    answer = visitor.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["/login", "/map", "/api/view", "/static/nothing", "/nothing"])
def test_every_answer_keeps_browsers_in_bounds(visitor: FlaskClient, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/HEAD", "/.env", "/static/", "/static/../app.py", "/static/%2e%2e/app.py"),
        *("/var/", "/server-status", "/console", "/static/..%5capp.py", "/debug", "/metrics"),
    ],
)
def test_nothing_beside_the_site_is_served(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code in (302, 404)


def test_a_body_too_large_is_refused(visitor: FlaskClient) -> None:
    assert visitor.post("/login", data=b"x" * (2 * 2**20)).status_code == 413


def test_a_form_of_too_many_fields_is_refused(visitor: FlaskClient) -> None:
    parts = {f"f{n}": "x" for n in range(1_500)}
    answer = visitor.post("/login", data=parts, content_type="multipart/form-data")
    assert answer.status_code in (400, 413)


def test_signing_out_clears_what_the_browser_kept(signed_in: SignIn) -> None:
    client = signed_in("planner")
    token = csrf_token(client.get("/account").text)
    answer = client.post("/logout", data={"csrf_token": token})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/login").headers
