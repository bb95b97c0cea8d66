"""Reporting windows, reading them from text, and the day in Viet Nam."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.records import Period
from models.periods import (
    PeriodError,
    custom_period,
    due_dates,
    evaluation_period,
    evaluation_year,
    half_year_period,
    is_running,
    month_period,
    parse_period,
    period_name,
    period_of,
    quarter_period,
    today,
)

YEAR_2026 = Period(date(2025, 12, 15), date(2026, 12, 14))
HALF_2026 = Period(date(2025, 12, 15), date(2026, 6, 14))


def test_evaluation_year_runs_from_15_to_14_december():
    assert evaluation_period(2026) == YEAR_2026


def test_half_year_runs_to_14_june():
    assert half_year_period(2026) == HALF_2026
    assert half_year_period(2026, 2) == Period(date(2026, 6, 15), date(2026, 12, 14))


@pytest.mark.parametrize(
    "parts",
    [
        [half_year_period(2024, n) for n in (1, 2)],
        [quarter_period(2024, n) for n in (1, 2, 3, 4)],
        [month_period(2024, n) for n in range(1, 13)],
    ],
    ids=["halves", "quarters", "months"],
)
def test_parts_of_a_year_add_up_to_it(parts):
    assert (parts[0].start, parts[-1].end) == (date(2023, 12, 15), date(2024, 12, 14))
    for before, after in pairwise(parts):
        assert after.start == before.end + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2025, 12, 14), 2025),
        (date(2025, 12, 15), 2026),
        (date(2026, 1, 1), 2026),
        (date(2026, 12, 14), 2026),
        (date(2026, 12, 31), 2027),
        (date(2024, 2, 29), 2024),
    ],
)
def test_day_falls_in_its_evaluation_year(day, year):
    assert period_of(day) == evaluation_period(year)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_every_day_lies_in_exactly_one_evaluation_year(day):
    own = period_of(day)
    assert own.contains(day)
    assert 365 <= (own.end - own.start).days + 1 <= 366
    assert not evaluation_period(own.end.year + 1).contains(day)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026", YEAR_2026),
        (" 2026 ", YEAR_2026),
        ("2026H1", HALF_2026),
        ("2026-H1", HALF_2026),
        ("2026h2", half_year_period(2026, 2)),
        ("2026Q1", quarter_period(2026, 1)),
        ("2026-Q4", quarter_period(2026, 4)),
        ("2026-06", month_period(2026, 6)),
        ("15/12/2025 - 14/12/2026", YEAR_2026),
        ("15/12/2025-14/12/2026", YEAR_2026),
        ("15/12/2025 – 14/12/2026", YEAR_2026),
        ("15.12.2025 đến 14.12.2026", YEAR_2026),
        ("từ ngày 15/12/2025 đến ngày 14/6/2026", HALF_2026),
        ("từ 15/12/2025 đến hết ngày 14/06/2026", HALF_2026),
        ("2025-12-15..2026-12-14", YEAR_2026),
        ("2025-12-15/2026-12-14", YEAR_2026),
        ("BIỂU SỐ LIỆU CẤP XÃ (MÔ PHỎNG) kỳ 15/12/2025 - 14/12/2026", YEAR_2026),
        ("(Kèm theo Công văn ngày 10/01/2027) kỳ 15/12/2025 - 14/12/2026", YEAR_2026),
        ("Báo cáo 6 tháng đầu năm 2026", HALF_2026),
        ("BÁO CÁO 6 THÁNG CUỐI NĂM 2026", half_year_period(2026, 2)),
        ("Số liệu quý II năm 2026", quarter_period(2026, 2)),
        ("Số liệu quý IV/2026", quarter_period(2026, 4)),
        ("Số liệu tháng 3 năm 2026", month_period(2026, 3)),
        ("Tổng hợp số liệu năm 2026", YEAR_2026),
        (unicodedata.normalize("NFD", "Tổng hợp số liệu năm 2026"), YEAR_2026),
        ("Kỳ 01/03/2026 - 31/03/2026", Period(date(2026, 3, 1), date(2026, 3, 31))),
    ],
)
def test_period_is_read_from_text(text, period):
    assert parse_period(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kỳ này",
        "2026H3",
        "2026Q5",
        "2026-13",
        "0001",
        "14/12/2026 - 15/12/2025",
        "30/02/2026 - 14/12/2026",
        "Quyết định số 28/2025/QĐ-TTg",
        "ngày 15/12/2025",
        "tháng 13 năm 2026",
    ],
)
def test_text_without_a_period_is_refused(text):
    with pytest.raises(PeriodError):
        parse_period(text)


@pytest.mark.parametrize(
    "period",
    [
        evaluation_period(2024),
        half_year_period(2026, 2),
        quarter_period(2026, 3),
        month_period(2026, 2),
        custom_period(date(2024, 2, 29), date(2024, 3, 1)),
    ],
)
def test_name_of_a_period_reads_back(period):
    assert parse_period(period_name(period)) == period


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 14, 16, 59, 59, tzinfo=UTC), date(2026, 12, 14)),
        (datetime(2026, 12, 14, 17, 0, tzinfo=UTC), date(2026, 12, 15)),
        (datetime(2024, 2, 28, 17, 0, tzinfo=UTC), date(2024, 2, 29)),
        (datetime(2026, 12, 14, 23, 0, tzinfo=timezone(timedelta(hours=7))), date(2026, 12, 14)),
        (datetime(2026, 12, 14, 8, 0, tzinfo=timezone(timedelta(hours=-10))), date(2026, 12, 15)),
    ],
)
def test_today_is_the_day_in_viet_nam(moment, day):
    assert today(moment) == day


def test_moment_without_time_zone_is_refused():
    with pytest.raises(PeriodError):
        today(datetime(2026, 1, 1))  # noqa: DTZ001


def test_due_dates_of_a_year_and_of_a_first_half():
    assert [due.before for due in due_dates(YEAR_2026)] == [date(2026, 12, 20), date(2026, 12, 30)]
    assert [due.before for due in due_dates(HALF_2026)] == [date(2026, 6, 20)]
    assert due_dates(half_year_period(2026, 2)) == ()


def test_only_an_evaluation_year_has_an_evaluation_year():
    assert evaluation_year(YEAR_2026) == 2026
    assert evaluation_year(HALF_2026) is None


def test_figures_are_provisional_while_the_period_runs():
    assert is_running(YEAR_2026, date(2026, 12, 14))
    assert not is_running(YEAR_2026, date(2026, 12, 15))


@pytest.mark.parametrize(
    ("cut", "numbers"),
    [
        (quarter_period, (2026, 0)),
        (month_period, (2026, 13)),
        (half_year_period, (2026, 3)),
        (evaluation_period, (1,)),
    ],
)
def test_part_that_does_not_exist_is_refused(cut, numbers):
    with pytest.raises(PeriodError):
        cut(*numbers)
