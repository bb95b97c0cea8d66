import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound

from geo import errors as geo_errors
from models import errors as model_errors
from models.errors import NotAllowedError, NotFoundError, SchemaError
from tests.webapp.conftest import SignIn
from webapp.errors import BadParameterError, describe, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("x"), 404),
        (NotAllowedError("x"), 403),
        (SchemaError("x"), 503),
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
                assert 400 <= status_of(kind("x")) < 600, name


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
    assert "Về trang đầu" in answer.text


def test_an_unknown_address_is_a_page_or_a_problem(visitor: FlaskClient) -> None:
    assert visitor.get("/nowhere").content_type.startswith("text/html")
    assert visitor.get("/api/nowhere").content_type == "application/problem+json"
