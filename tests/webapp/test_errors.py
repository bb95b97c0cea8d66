from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound

from geo import errors as geo_errors
from models import errors as model_errors
from models.errors import BusyError, NotAllowedError, NotFoundError, SchemaError
from models.session import Database, open_database
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import clock, settings
from webapp.app import create_app
from webapp.errors import BadParameterError, describe, status_of
from webapp.security import Access, rule


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("x"), 404),
        (NotAllowedError("x"), 403),
        (SchemaError("x"), 503),
        (BusyError("x"), 503),
        (BadParameterError("from", "x"), 400),
        (NotFound(), 404),
        (ValueError("x"), 500),
    ],
)
def test_the_table_gives_the_status(error: Exception, status: int) -> None:
    assert status_of(error) == status


def test_every_error_of_the_lower_packages_has_a_status_by_the_table() -> None:
    for module in (geo_errors, model_errors):
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, Exception):
                assert 400 <= status_of(kind.__new__(kind, "x")) < 600, name


def test_nothing_internal_is_told() -> None:
    assert "secret detail" not in describe(ValueError("secret detail")).detail


def test_api_errors_are_problem_details(signed_in: SignIn) -> None:
    answer = signed_in("planner").get("/api/summary?from=yesterday")

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    body = answer.get_json()
    assert body["status"] == 400
    assert body["parameter"] == "from"
    assert body["instance"] == "/api/summary"
    assert {"type", "title", "detail"} <= body.keys()


def test_page_errors_say_what_to_do(signed_in: SignIn) -> None:
    answer = signed_in("planner").get("/communes/99999")

    assert answer.status_code == 404
    assert "99999" in answer.text
    assert "Hãy kiểm tra lại mã, hoặc tìm xã theo tên" in answer.text


def test_an_unknown_address_is_a_page_or_a_problem(visitor: FlaskClient) -> None:
    assert visitor.get("/nowhere").content_type.startswith("text/html")
    assert visitor.get("/api/nowhere").content_type == "application/problem+json"


def test_a_busy_database_asks_for_patience(app: Flask) -> None:
    @rule(Access.PUBLIC)
    def busy() -> str:
        raise BusyError("database is locked")

    app.add_url_rule("/api/busy", "busy_api", busy)
    app.add_url_rule("/busy", "busy_page", busy)
    client = app.test_client()
    sentence = "Hệ thống đang ghi dữ liệu lớn; hãy thử lại sau ít phút."
    for path in ("/api/busy", "/busy"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        told = answer.get_json()["detail"] if path.startswith("/api") else answer.text
        assert sentence in told
        assert "webapp init" not in told


def test_error_pages_carry_the_marks(signed_in: SignIn, visitor: FlaskClient) -> None:
    page = signed_in("planner").get("/communes/99999").text

    assert "DỮ LIỆU MÔ PHỎNG" in page
    assert "Ranh giới gần đúng" in page
    assert "DỮ LIỆU MÔ PHỎNG" in visitor.get("/nowhere").text


def test_an_error_page_needs_no_database(signed_in: SignIn, tmp_path: Path) -> None:
    client = signed_in("planner")
    cookie = client.get_cookie("diaban")
    assert cookie is not None
    database = open_database(f"sqlite:///{tmp_path / 'nothing.db'}")
    broken = create_app(settings(tmp_path), database, now=clock).test_client()
    broken.set_cookie("diaban", cookie.value)
    answer = broken.get("/map")

    assert answer.status_code == 500
    assert "Hệ thống gặp lỗi" in answer.text
    assert "DỮ LIỆU MÔ PHỎNG" not in answer.text
    database.close()


def test_a_template_is_compiled_once_in_a_process(
    app: Flask, seeded_database: Database, tmp_path: Path
) -> None:
    another = create_app(settings(tmp_path), seeded_database, now=clock)
    codes = [
        made.jinja_env.get_template("error_bare.html").root_render_func.__code__
        for made in (app, another)
    ]
    assert codes[0] is codes[1]
