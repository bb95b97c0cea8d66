"""A few questions made up by schemathesis out of `/ogc/api`, asked of the site itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.webapp.api_fuzz import CHECKS
from tests.webapp.conftest import SignIn
from webapp.services.ogc_description import describe

EXAMPLES = 4
THERE = {"featureId": "1", "tileMatrix": 6, "tileRow": 29, "tileCol": 51}
"""Parts of paths that lead somewhere on the seeded site."""


def questions() -> Any:
    """The description as schemathesis reads it; without it made-up tokens would be sent."""
    told = describe("http://localhost/ogc")
    del told["security"], told["components"]["securitySchemes"]
    return schemathesis.openapi.from_dict(told)


def test_the_description_keeps_to_the_grammar_of_openapi() -> None:
    questions().validate()


@pytest.mark.parametrize("name", ["planner", "commune"])
def test_made_up_questions_are_answered_as_described(
    app: Flask, signed_in: SignIn, name: str
) -> None:
    cookies = {each.key: each.value for each in signed_in(name)._cookies.values()}
    schema, tally = questions(), Counter[int]()
    for path in describe("")["paths"]:

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=schema[path]["GET"].as_strategy(), is_there=st.booleans())
        def ask(case: Any, is_there: bool) -> None:
            if is_there:
                told = case.path_parameters or {}
                case.path_parameters = {part: THERE.get(part, told[part]) for part in told}
            answer = case.call(app=app, cookies=cookies, headers={"Accept-Encoding": "identity"})
            tally[answer.status_code] += 1
            case.validate_response(answer, checks=[*CHECKS, response_schema_conformance])

        ask()
    assert tally[200] > 50
    assert tally[400] > 10
