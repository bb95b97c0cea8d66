"""Questions that schemathesis makes up from the description, asked of the site itself.

Answers are held against the description: no failure of the server, the described status, media
type and shape. That a value which cannot be used is named is tested one by one elsewhere: an
address tells no difference between a parameter that is empty and one that is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import hypothesis
import jsonschema_rs
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    status_code_conformance,
)

from webapp.services.api_routes import ApiRoute
from webapp.services.openapi import describe_api

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


THERE = {"code": "23401", "number": 1, "z": 7, "x": 102, "y": 58}
"""Parts of paths that lead somewhere on the seeded site; made-up ones hardly ever do."""


@dataclass
class Tally:
    """What was asked and what came back."""

    by_status: dict[int, int] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """How many questions."""
        return sum(self.by_status.values())


def questions() -> Any:
    """The description as schemathesis reads it.

    Without the shapes of answers, which it takes for those of an older JSON Schema, where
    rows of a table (`prefixItems`) are written otherwise: they are checked here.
    """
    told = describe_api()
    del told["security"], told["components"]["securitySchemes"]  # else it makes up tokens, too
    for path in told["paths"].values():
        path["get"].pop("security", None)
        for answer in path["get"]["responses"].values():
            for content in answer.get("content", {}).values():
                content.pop("schema", None)
    return schemathesis.openapi.from_dict(told)


def fuzz(
    app: Flask, client: FlaskClient, schema: Any, route: ApiRoute, examples: int, tally: Tally
) -> None:
    """Ask one address as the person whom a client is signed in as."""
    cookies = {each.key: each.value for each in client._cookies.values()}
    shape = route.shape and jsonschema_rs.validator_for(route.shape)

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=schema[route.path]["GET"].as_strategy(), is_there=st.booleans())
    def ask(case: Any, is_there: bool) -> None:
        if is_there:
            there = THERE | ({"code": "51"} if "/provinces/" in route.path else {})
            named = {name: there.get(name, value) for name, value in case.path_parameters.items()}
            case.path_parameters = named
        response = case.call(app=app, cookies=cookies, headers={"Accept-Encoding": "identity"})
        tally.by_status[response.status_code] = tally.by_status.get(response.status_code, 0) + 1
        case.validate_response(response, checks=CHECKS)
        if shape and response.status_code == 200:
            shape.validate(response.json())

    ask()
