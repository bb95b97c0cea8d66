"""Days are typed as an official writes them; the address keeps them as 2026-06-14."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from models.session import Database
from tests.webapp.conftest import SignIn, csrf_token
from tests.webapp.test_facility_pages import a_facility, bring

PAGES = ("/border", "/facilities")
every_page = pytest.mark.parametrize("path", PAGES)


@pytest.fixture
def planner(signed_in: SignIn, seeded_database: Database) -> FlaskClient:
    bring(seeded_database, a_facility("TH-1"))
    return signed_in("planner")


@every_page
def test_a_day_as_an_official_writes_it_becomes_an_address(planner: FlaskClient, path: str) -> None:
    answer = planner.get(f"{path}?province=&from=01/02/2026&to=14/6/2026")

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{path}?province=&from=2026-02-01&to=2026-06-14"
    page = planner.get(answer.headers["Location"])
    assert page.status_code == 200
    assert 'name="from" value="01/02/2026"' in page.text
    assert 'name="to" value="14/06/2026"' in page.text
    assert 'type="date"' not in page.text


@every_page
@pytest.mark.parametrize(
    ("days", "field", "typed"),
    [
        ("from=31/02/2026&to=14/06/2026", "from", "31/02/2026"),
        ("from=2026-01-01&to=mai", "to", "mai"),
        ("from=2026-06-14&to=2026-01-01", "to", "2026-01-01"),
        ("from=%3Cb%3E", "from", "&lt;b&gt;"),
    ],
)
def test_a_day_that_cannot_be_used_is_told_beside_its_field(
    planner: FlaskClient, path: str, days: str, field: str, typed: str
) -> None:
    page = planner.get(f"{path}?{days}")

    assert page.status_code == 400
    assert f'id="fault-{field}"' in page.text
    assert f'value="{typed}"' in page.text


def test_without_days_nothing_is_moved(planner: FlaskClient) -> None:
    for path in PAGES:
        assert planner.get(path).status_code == 200


SINGLE_DAYS = (
    ("/hotspots", "on"),
    ("/hotspots/T%C4%90-002", "on"),
    ("/progress", "known_on"),
    ("/runs/new", "as_of"),
)
every_single_day = pytest.mark.parametrize(("path", "field"), SINGLE_DAYS)


@every_single_day
def test_a_page_of_one_day_reads_it_as_an_official_writes_it(
    planner: FlaskClient, path: str, field: str
) -> None:
    answer = planner.get(f"{path}?{field}=1/6/2026")

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{path}?{field}=2026-06-01"
    page = planner.get(answer.headers["Location"])
    assert page.status_code == 200
    assert f'name="{field}" value="01/06/2026"' in page.text
    assert 'type="date"' not in page.text


@every_single_day
def test_a_page_of_one_day_tells_beside_the_field_what_is_none(
    planner: FlaskClient, path: str, field: str
) -> None:
    page = planner.get(f"{path}?{field}=31/02/2026")

    assert page.status_code == 400
    assert f'id="fault-{field}"' in page.text
    assert 'value="31/02/2026"' in page.text


def test_a_sign_in_a_ref_stays_in_the_address(planner: FlaskClient) -> None:
    answer = planner.get("/hotspots/a%3Fb?on=1/6/2026")

    assert answer.headers["Location"] == "/hotspots/a%3Fb?on=2026-06-01"


def test_an_analysis_of_a_day_that_is_none_comes_back_to_its_form(planner: FlaskClient) -> None:
    token = csrf_token(planner.get("/runs/new").text)
    data = {"csrf_token": token, "as_of": "31/02/2026", "min_samples": "7"}
    answer = planner.post("/runs", data=data)

    assert answer.status_code == 303
    page = planner.get(answer.headers["Location"])
    assert page.status_code == 400
    assert 'id="fault-as_of"' in page.text
    assert 'name="min_samples" min="1" max="1000" value="7"' in page.text
