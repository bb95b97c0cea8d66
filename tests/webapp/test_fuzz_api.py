"""A few questions made up by schemathesis for every address; `tests.bench.fuzz_api` asks more."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.api_fuzz import Tally, fuzz, questions
from tests.webapp.conftest import SignIn
from webapp.services.api_routes import API_ROUTES

EXAMPLES = 3


@pytest.mark.parametrize("name", ["planner", "commune"])
def test_made_up_questions_are_answered_as_described(
    app: Flask, signed_in: SignIn, name: str
) -> None:
    client, tally, schema = signed_in(name), Tally(), questions()
    for route in API_ROUTES:
        fuzz(app, client, schema, route, EXAMPLES, tally)

    assert tally.asked > len(API_ROUTES)
    assert tally.by_status[200] > 10
