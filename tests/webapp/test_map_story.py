"""The story of the time bar: its pieces add up to what the other answers say of the same days."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import HOSTILE_REF

DAYS = "from=2025-12-15&to=2026-06-14"


def fetch(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def total(story: dict[str, Any], what: str, since: str, until: str) -> int:
    """The pieces that begin within some days, added up as the page adds them."""
    inside = [since <= first <= until for first in story["pieces"]]
    return sum(n for n, held in zip(story[what], inside, strict=True) if held)


def points(story: dict[str, Any]) -> list[tuple[int, int, int]]:
    flat = story["points"]
    return [tuple(flat[row : row + 3]) for row in range(0, len(flat), 3)]


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


@pytest.mark.parametrize("province", ["", "51", "66"])
@pytest.mark.parametrize("until", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-06-14"])
def test_pieces_add_up_to_the_figures_of_any_month(
    planner: FlaskClient, province: str, until: str
) -> None:
    story = fetch(planner, f"story?province={province}&{DAYS}")
    figures = fetch(planner, f"summary?province={province}&from=2025-12-15&to={until}")

    assert total(story, "cases", "2025-12-15", until) == figures["cases"]
    assert total(story, "offenders", "2025-12-15", until) == figures["offenders"]
    statuses = [
        max((change for change in spot["changes"] if change[0] <= until), default=["", None])[1]
        for spot in story["hotspots"]
    ]
    for status in ("active", "cleared", "re_emerged"):
        assert statuses.count(status) == figures[status], status


def test_the_month_in_which_the_view_begins_is_cut_in_two(planner: FlaskClient) -> None:
    story = fetch(planner, f"story?province=51&{DAYS}")

    at = story["pieces"].index("2025-12-15")
    assert story["pieces"][at - 1 : at + 2] == ["2025-12-01", "2025-12-15", "2026-01-01"]
    assert story["days"] == ["2020-07-01", "2026-06-14"]


def test_a_story_reaches_back_to_the_first_day_of_an_old_view(planner: FlaskClient) -> None:
    story = fetch(planner, "story?province=51&from=2015-03-10&to=2026-06-14")

    assert story["pieces"][:3] == ["2015-03-01", "2015-03-10", "2015-04-01"]


def test_points_are_told_by_piece_and_vague_ones_by_commune(planner: FlaskClient) -> None:
    story = fetch(planner, f"story?province=51&{DAYS}")
    pieces = [piece for piece, _, _ in points(story)]

    assert story["mode"] == "points"
    assert pieces == sorted(pieces)
    assert {(lon, lat) for _, lon, lat in points(story)} >= {(1_076_400, 146_500)}
    assert story["vague"] == [["23401", story["pieces"].index("2026-04-01"), 1]]


def test_many_points_become_cells_of_the_screen(
    planner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.map_story.MAX_POINTS", 3)
    box = "bbox=107.6,14.6,107.7,14.7"
    story = fetch(planner, f"story?province=&zoom=7&{box}&{DAYS}")
    rows = [story["cells"][row : row + 4] for row in range(0, len(story["cells"]), 4)]

    assert story["mode"] == "cells"
    assert story["box"] == [107.6, 14.6, 107.7, 14.7]
    assert sum(n for *_, n in rows) == 11
    assert all((i + 0.5) * 0.125 == pytest.approx(107.64, abs=0.1) for _, i, _, _ in rows)
    assert [piece for piece, *_ in rows] == sorted(piece for piece, *_ in rows)


def test_a_box_with_few_points_in_a_crowded_area_has_them_as_points(
    planner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.map_story.MAX_POINTS", 3)
    story = fetch(planner, f"story?province=&zoom=12&bbox=107.6,14.5,107.7,14.6&{DAYS}")

    assert (story["mode"], len(points(story))) == ("points", 1)


def test_hotspots_are_those_that_can_be_corrected(planner: FlaskClient) -> None:
    story = fetch(planner, f"story?province=&{DAYS}")
    listed = fetch(planner, f"hotspots?province=&{DAYS}")["hotspots"]

    assert {spot["ref"]: spot["id"] for spot in story["hotspots"]} == {
        spot["ref"]: spot["id"] for spot in listed
    }


def test_hotspots_bring_the_days_on_which_their_status_changed(planner: FlaskClient) -> None:
    story = fetch(planner, f"story?province=&{DAYS}")
    changes = {spot["ref"]: spot["changes"] for spot in story["hotspots"]}

    assert changes["TĐ-003"] == [
        ["2025-01-10", "active"],
        ["2026-02-01", "cleared"],
        ["2026-05-02", "re_emerged"],
    ]
    assert changes[HOSTILE_REF] == [["2025-01-10", "active"]]


def test_classes_come_by_the_month_from_which_they_hold(planner: FlaskClient) -> None:
    story = fetch(planner, f"story?province=51&{DAYS}")
    told = [(each["on"], each["codes"]) for each in story["classes"]]

    assert told[0][1] == {}
    assert told[-1] == ("2025-12-31", {"drug_free": ["23377"], "type_2": ["23401"]})


def test_filters_cut_the_story(planner: FlaskClient) -> None:
    story = fetch(planner, f"story?province=&kind=transport&hkind=point&{DAYS}")

    assert sum(story["cases"]) == 0
    assert (story["points"], story["vague"], story["hotspots"]) == ([], [], [])


def test_a_province_account_is_told_of_its_province_alone(signed_in: SignIn) -> None:
    story = fetch(signed_in("province"), f"story?province=&{DAYS}")

    assert sum(story["cases"]) == 1
    assert [spot["ref"] for spot in story["hotspots"]] == ["TĐ-004"]
    assert points(story)[0][1:] == (1_076_500, 145_500)


def test_the_story_asks_for_a_sign_in(visitor: FlaskClient) -> None:
    assert visitor.get("/api/story").status_code == 401
