"""The pages about key routes, alerts and campaigns in English, and their days as they are typed."""

import pytest
from flask.testing import FlaskClient

from models.session import Database
from tests.webapp.conftest import SignIn, csrf_token
from tests.webapp.english_pages import assert_page_is_english, names_stored, speak_english
from tests.webapp.raised_alerts import raise_one_of_each
from tests.webapp.test_campaign_pages import CIRCLE, enter
from tests.webapp.test_corridor_pages import keep
from webapp.languages import COOKIE

POINTS = "107.61 14.65\n107.85 14.65"


@pytest.fixture
def planner(seeded_database: Database, signed_in: SignIn) -> FlaskClient:
    keep(seeded_database)
    raise_one_of_each(seeded_database)
    enter(seeded_database)
    enter(seeded_database, CIRCLE)
    return speak_english(signed_in("planner"))


@pytest.fixture
def names(planner: FlaskClient, seeded_database: Database) -> set[str]:
    """Whatever is stored once the planner's records are."""
    return names_stored(seeded_database)


PAGES = (
    "/corridors",
    "/corridors?on=2026-06-14&mode=air",
    "/corridors/1",
    "/corridors/1?from=2026-01-01&to=2026-03-31&within=5000",
    "/corridors/2",
    "/corridors/new",
    "/corridors/1/edit",
    "/alerts",
    "/alerts?kind=delisting",
    *(f"/alerts/{number}" for number in range(1, 7)),
    "/campaigns",
    "/campaigns/1",
    "/campaigns/2",
    "/campaigns/new",
    "/campaigns/2/edit",
)
WRONG = (
    ("/corridors/new", {"name": "", "points": POINTS}, "The name of the route is empty"),
    ("/corridors/new", {"name": "QL 24", "points": ""}, "In force from: enter a day"),
    ("/corridors/line", {"name": "QL 24"}, "Choose a file that holds the line"),
    ("/campaigns/new", {"name": ""}, "enter what the campaign is called"),
    ("/campaigns/new", {"name": "Mùa hè", "starts_on": ""}, ": enter a day."),
    ("/alerts/1/dismiss", {"reason": "x"}, "Give the reason for dismissing: at least 10"),
)


def test_the_pages_are_english(planner: FlaskClient, names: set[str]) -> None:
    for address in PAGES:
        answer = planner.get(address)
        assert answer.status_code == 200, address
        assert_page_is_english(answer.text, names)


def test_what_is_wrong_is_told_in_english(planner: FlaskClient, names: set[str]) -> None:
    token = csrf_token(planner.get("/corridors/new").text)
    for address, sent, told in WRONG:
        answer = planner.post(address, data={"csrf_token": token, **sent})
        assert answer.status_code == 400, (address, sent)
        assert told in answer.text
        assert_page_is_english(answer.text, names | set(sent.values()))


def test_what_was_done_is_told_in_english(planner: FlaskClient, names: set[str]) -> None:
    token = csrf_token(planner.get("/corridors/new").text)
    form = {"name": "Quốc lộ 24", "points": POINTS, "valid_from": "01/02/2026"}
    stored = planner.post("/corridors/new", data={"csrf_token": token, **form})
    page = planner.get(stored.location).text

    assert "The key route was saved." in page
    assert "1 Feb 2026" in page
    assert_page_is_english(page, names | {"Quốc lộ 24"})


def test_an_emptied_name_of_a_route_is_asked_for(signed_in: SignIn) -> None:
    client = signed_in("planner")
    token = csrf_token(client.get("/corridors/new").text)
    page = client.post("/corridors/new", data={"csrf_token": token, "points": POINTS}).text

    assert "Tên tuyến còn trống: hãy ghi tên gọi của tuyến." in page


def test_days_are_filled_in_as_they_are_typed(planner: FlaskClient) -> None:
    assert 'name="valid_from" value="01/01/2026"' in planner.get("/corridors/1/edit").text
    assert 'name="starts_on" value="01/03/2026"' in planner.get("/campaigns/1/edit").text
    page = planner.get("/corridors/1?from=2026-01-01&to=31/03/2026", follow_redirects=True).text
    assert 'name="from" value="01/01/2026"' in page
    assert 'name="to" value="31/03/2026"' in page
    assert 'name="on" value=""' in planner.get("/corridors").text


def test_a_day_that_is_none_is_told_beside_its_field(planner: FlaskClient) -> None:
    for address in ("/corridors?on=31/02/2026", "/corridors/1?from=yesterday"):
        answer = planner.get(address)
        assert answer.status_code == 400
        assert "aria-invalid" in answer.text


def test_a_route_without_chosen_days_shows_the_running_evaluation_year(
    planner: FlaskClient,
) -> None:
    planner.delete_cookie(COOKIE)

    running = "năm đánh giá đang chạy: 15/12/2025 – 14/12/2026"
    assert running in planner.get("/corridors/1").text
    assert running not in planner.get("/corridors/1?from=2026-01-01").text
