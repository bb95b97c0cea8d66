"""A view against the period before: what changed for sure, what may be chance, what is unknown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from geo.records import Period
from geo.significance import daily_rate_change
from tests.webapp.conftest import SignIn
from webapp.services.map_change import Exposure, _change, base_period

DAYS = "from=2025-12-15&to=2026-06-14"
YEAR = Exposure(365, 365)


def fetch(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(0, 5, "unsure"), (0, 6, "up"), (6, 0, "down"), (5, 0, "unsure"), (30, 31, "unsure")],
)
def test_six_cases_against_none_are_the_fewest_that_tell(
    before: int, after: int, verdict: str
) -> None:
    assert _change(before, after, YEAR)["verdict"] == verdict


def test_nothing_in_both_periods_is_no_change() -> None:
    assert _change(0, 0, YEAR)["verdict"] == "none"


def test_without_data_of_one_period_nothing_is_compared() -> None:
    told = _change(0, 40, Exposure(0, 182))

    assert told["verdict"] == "no_data"
    assert "difference" not in told


def test_periods_of_which_fewer_days_are_known_are_compared_day_for_day() -> None:
    told = _change(10, 20, Exposure(90, 180))

    assert told["difference"] == 0
    assert told["verdict"] == "unsure"


@given(
    before=st.integers(0, 60),
    after=st.integers(0, 60),
    before_days=st.integers(1, 400),
    after_days=st.integers(1, 400),
)
def test_turning_the_periods_round_turns_the_interval_round(
    before: int, after: int, before_days: int, after_days: int
) -> None:
    low, high = daily_rate_change(before, after, before_days, after_days)
    back_low, back_high = daily_rate_change(after, before, after_days, before_days)

    assert back_low == pytest.approx(0 if high is None else 1 / high)
    assert (None if back_high is None else back_high) == (
        None if low == 0 else pytest.approx(1 / low)
    )


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 700))
def test_the_period_before_ends_right_before_and_is_as_long(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))
    before = base_period(period, "before")

    assert before.end == start - timedelta(days=1)
    assert abs((before.end - before.start).days - days) <= 3  # months are not of equal length


def test_a_view_is_held_against_the_half_year_before_or_the_year_before(
    planner: FlaskClient,
) -> None:
    assert fetch(planner, f"change?{DAYS}")["before"] == ["2025-06-15", "2025-12-14"]
    found = fetch(planner, f"change?base=year&{DAYS}")

    assert found["before"] == ["2024-12-15", "2025-06-14"]
    assert found["after"] == ["2025-12-15", "2026-06-14"]
    assert found["communes"]["23401"]["n"] == [1, 11]
    assert found["total"]["n"] == [1, 12]


def test_days_of_which_there_are_no_data_do_not_count_as_quiet(planner: FlaskClient) -> None:
    found = fetch(planner, f"change?base=year&province=51&{DAYS}")["communes"]["23401"]

    # The records of the province run from 05/03/2025 to 01/04/2026.
    assert found["days"] == [102, 108]


def test_a_province_without_earlier_data_is_not_compared(planner: FlaskClient) -> None:
    found = fetch(planner, f"change?{DAYS}")

    assert found["communes"]["24133"]["verdict"] == "no_data"
    assert sum(found["verdicts"].values()) == len(found["communes"]) == 12


def test_hotspots_tell_what_became_of_them(planner: FlaskClient) -> None:
    found = fetch(planner, f"change?{DAYS}")
    told = {spot["ref"]: (spot["was"], spot["now"], spot["change"]) for spot in found["hotspots"]}

    assert told["TĐ-002"] == ("active", "cleared", "closed")
    assert told["TĐ-003"] == ("active", "re_emerged", "same")
    later = fetch(planner, "change?from=2026-03-01&to=2026-06-14")["hotspots"]
    assert {spot["ref"]: spot["change"] for spot in later}["TĐ-003"] == "back"


def test_filters_cut_both_periods(planner: FlaskClient) -> None:
    found = fetch(planner, f"change?base=year&kind=transport&{DAYS}")

    assert found["total"]["n"] == [0, 0]


def test_communes_of_others_are_not_told(signed_in: SignIn) -> None:
    found = fetch(signed_in("province"), f"change?{DAYS}")

    assert {code[:2] for code in found["communes"]} <= {"24", "22"}
    assert [spot["ref"] for spot in found["hotspots"]] == ["TĐ-004"]


def test_an_unknown_base_is_named(planner: FlaskClient) -> None:
    answer = planner.get(f"/api/change?base=month&{DAYS}")

    assert answer.status_code == 400
    assert "base" in answer.get_json(force=True)["detail"]
