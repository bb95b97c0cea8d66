"""Days are typed as an official writes them; the address keeps them as 2026-06-14."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from models.session import Database
from tests.webapp.conftest import SignIn
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
