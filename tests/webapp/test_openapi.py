"""The description of the API: whole, valid, and true of what is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.conftest import SignIn
from webapp.security import rule_of
from webapp.services.api_routes import API_ROUTES, ApiRoute, Sends
from webapp.services.openapi import describe_api
from webapp.token_access import LAYER_OF, layer_of

CATCH_ALL = "/api/{rest}"
ROUTES = {route.path: route for route in API_ROUTES}
NARROW = {path for path, route in ROUTES.items() if route.access != "signed_in"}


def openapi_path(rule: str) -> str:
    """The path of a route as OpenAPI writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Every address of data that is read with GET, as OpenAPI writes it, and its endpoint."""
    for each in app.url_map.iter_rules():
        path = openapi_path(each.rule)
        is_data = path.startswith(("/api/", "/tiles/", "/openapi.json")) or path.endswith(".csv")
        if "GET" in (each.methods or ()) and is_data and path != CATCH_ALL:
            yield path, each.endpoint


def test_every_address_of_data_is_described_and_no_other(app: Flask) -> None:
    assert sorted(path for path, _ in addresses(app)) == sorted(ROUTES)


def test_who_may_ask_is_described(app: Flask) -> None:
    for path, endpoint in addresses(app):
        assert rule_of(app, endpoint) == ROUTES[path].access, path


PRINTED = {"/map/print.pdf", "/map/print.png", "/reports/file"}
"""Files for people, which a token fetches too."""


def test_what_a_token_opens_is_described_and_what_it_does_not_is_marked(app: Flask) -> None:
    paths = describe_api()["paths"]
    rules = [each for each in app.url_map.iter_rules() if "GET" in (each.methods or ())]
    opened = {openapi_path(each.rule) for each in rules if layer_of(each.rule) is not None}
    public = {path for path, operation in paths.items() if "security" not in operation["get"]}

    described_apart = {path for path in opened if path.startswith(("/ogc", "/export/"))}
    assert {path for path in opened if path != CATCH_ALL} - PRINTED - described_apart == public
    assert {LAYER_OF.get(path) for path in PRINTED} == {"reports"}
    closed = [
        operation["get"]["security"] for path, operation in paths.items() if path not in public
    ]
    assert closed == [[{"session": []}]] * len(NARROW)


def test_how_to_come_in_and_what_a_refusal_looks_like_are_described() -> None:
    told = describe_api()
    schemes = told["components"]["securitySchemes"]

    assert (schemes["token"]["type"], schemes["token"]["scheme"]) == ("http", "bearer")
    assert told["security"] == [{"token": []}, {"session": []}]
    for path, operation in told["paths"].items():
        answers = operation["get"]["responses"]
        refused = {status for status in answers if status >= "400"}
        assert {"401", "403", "429", "503"} <= refused, path
        for status in refused:
            problem = answers[status]["content"]["application/problem+json"]["schema"]
            assert problem == {"$ref": "#/components/schemas/Problem"}, (path, status)


def test_the_description_keeps_to_the_grammar_of_openapi() -> None:
    schemathesis.openapi.from_dict(describe_api()).validate()


def test_the_parts_of_a_path_are_parameters() -> None:
    for route in API_ROUTES:
        named = re.findall(r"{(\w+)}", route.path)
        assert named == [p.name for p in route.parameters if p.place == "path"], route.path


def test_names_of_operations_and_parameters_are_unique() -> None:
    assert len({route.name for route in API_ROUTES}) == len(API_ROUTES)
    for route in API_ROUTES:
        names = [(p.place, p.name) for p in route.parameters]
        assert len(set(names)) == len(names), route.path


def test_every_shape_is_a_valid_schema() -> None:
    for route in API_ROUTES:
        for shape in [p.shape for p in route.parameters] + ([route.shape] if route.shape else []):
            jsonschema_rs.validator_for(shape)


def test_the_description_is_sent_to_whoever_is_signed_in(signed_in: SignIn, app: Flask) -> None:
    found = signed_in("commune").get("/openapi.json")

    assert found.status_code == 200
    assert found.get_json() == describe_api()
    assert app.test_client().get("/openapi.json").status_code == 401


EXAMPLES: dict[str, Any] = {
    "code": "23401",
    "number": "1",
    "stable_id": "none",
    "z": "7",
    "x": "102",
    "y": "58",
    "lat": "14.65",
    "lon": "107.65",
    "province": "51",
    "period": "2025",
}


def asked(client: FlaskClient, route: ApiRoute, **query: str) -> Any:
    """An address asked with what it cannot do without."""
    examples = EXAMPLES | ({"code": "51"} if "/provinces/" in route.path else {})
    needed = {p.name: examples[p.name] for p in route.parameters if p.required}
    query = {n: v for n, v in needed.items() if f"{{{n}}}" not in route.path} | query
    return client.get(route.path.format(**needed), query_string=query)


@pytest.mark.parametrize("name", ["admin", "commune"])
def test_an_answer_has_the_shape_that_is_described(signed_in: SignIn, name: str) -> None:
    client = signed_in(name)
    refused = {403: [], 404: []}  # type: dict[int, list[str]]
    for route in API_ROUTES:
        answer = asked(client, route)
        if answer.status_code in refused:
            refused[answer.status_code].append(route.path)
            continue
        assert answer.status_code in (200, 204), (route.path, answer.text[:300])
        assert answer.mimetype == route.sends.value
        if route.shape is not None:
            told = answer.get_json(force=True)
            errors = jsonschema_rs.validator_for(route.shape).iter_errors(told)
            assert not [f"{route.path}: {each}" for each in errors]
    missing = {route.path for route in API_ROUTES if route.may_miss}
    assert set(refused[404]) <= missing
    assert set(refused[403]) <= NARROW if name == "commune" else not refused[403]


NONSENSE = {
    "array": "nonsense",
    "integer": "nonsense",
    "number": "nonsense",
    "string": "nonsense%",
}
ANY_TEXT = {"q", "actor", "object", "address"}
"""Any text may be searched for; what is too long is cut."""


def test_a_value_that_cannot_be_used_is_named(signed_in: SignIn) -> None:
    client = signed_in("admin")
    for route in API_ROUTES:
        for parameter in route.parameters:
            if parameter.place == "path" or parameter.name in ANY_TEXT:
                continue
            answer = asked(client, route, **{parameter.name: NONSENSE[parameter.shape["type"]]})
            asked_for = (route.path, parameter.name)
            assert answer.status_code == 400, (asked_for, answer.text[:200])
            if answer.content_type == "application/problem+json":
                assert answer.get_json()["parameter"] == parameter.name, asked_for
            else:
                assert route.sends is Sends.CSV, asked_for
