"""What is due when, in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.periods import evaluation_period, half_year_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.assessed_commune import AT, PLANNER, YEAR
from webapp.services import due_dates

DAY = date(2025, 12, 16)


def test_the_days_of_a_year_come_in_their_order(seeded_database: Database) -> None:
    set_day = due_dates.set_due_date
    set_day(seeded_database, PLANNER, "51", YEAR, "2025-12-10", at=AT - timedelta(days=40))
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        found = due_dates.due_dates(session, PLANNER, "51", YEAR, date(2025, 12, 8))
        other = due_dates.due_dates(session, PLANNER, "66", YEAR, date(2025, 12, 8))

    assert [(due.code, due.on, due.countdown) for due in found] == [
        ("self_assessment", date(2025, 12, 10), "còn 2 ngày"),
        ("quarter", date(2025, 12, 14), "còn 6 ngày"),
        ("law", date(2025, 12, 20), "còn 12 ngày"),
        ("law", date(2025, 12, 30), "còn 22 ngày"),
    ]
    assert [due.code for due in other] == ["quarter", "law", "law"]


def test_the_first_half_is_due_before_20_june(seeded_database: Database) -> None:
    half = half_year_period(2026)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        (due,) = due_dates.due_dates(session, PLANNER, "51", half, date(2026, 6, 20))
    assert (due.on, due.countdown, due.is_past) == (
        date(2026, 6, 20),
        "đã hết hạn hôm nay",
        True,
    )


@pytest.mark.parametrize(
    ("today", "is_before", "said"),
    [
        (date(2025, 12, 15), False, "còn 1 ngày"),
        (date(2025, 12, 16), False, "hôm nay là ngày cuối"),
        (date(2025, 12, 17), False, "đã quá hạn 1 ngày"),
        (date(2025, 12, 16), True, "đã hết hạn hôm nay"),
    ],
)
def test_a_countdown_in_words(today: date, is_before: bool, said: str) -> None:
    assert due_dates.countdown(DAY, today, is_before=is_before) == said


def test_a_day_taken_back_is_due_no_more(seeded_database: Database) -> None:
    for day in ("2025-12-16", ""):
        due_dates.set_due_date(seeded_database, PLANNER, "51", YEAR, day, at=AT)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        year = evaluation_period(2026)
        found = due_dates.due_dates(session, PLANNER, "51", year, date(2026, 12, 31))
    assert {due.code for due in found} == {"law"}
