"""Of which days there are data, by province, as a viewer may be told."""

from __future__ import annotations

from datetime import date

import pytest

from geo.records import Period
from geo.terms import DatePrecision
from models.data_ends import DataEnds, data_ends, ends_of_run, kept_ends, last_day
from models.session import Database, unit_of_work
from models.tables import incidents
from models.viewers import LOCAL_OPERATOR, Scope, Viewer
from tests.models.specimens import (
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
    somewhere_in,
)

LATE = date(2026, 11, 22)


def ends_for(database: Database, viewer: Viewer = PLANNER, until: date = LATE) -> DataEnds:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return data_ends(session, viewer, until)


def test_the_days_run_from_the_first_to_the_last_record_of_each_province(
    database: Database,
) -> None:
    keep_incidents(
        database,
        an_incident("first", occurred_on=date(2025, 1, 5)),
        an_incident("no point", occurred_on=date(2026, 6, 13), placement=somewhere_in("23402")),
        an_incident("a tip", occurred_on=date(2026, 9, 1), verified=False),
        an_incident("elsewhere", occurred_on=date(2026, 8, 2), placement=placed("00004")),
    )
    ends = ends_for(database)
    assert ends.span("51") == Period(date(2025, 1, 5), date(2026, 6, 13))
    assert ends.of("01") == ends.of(None) == date(2026, 8, 2)
    assert ends.of("66") is None
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert set(data_ends(session, PLANNER, LATE, "51").provinces) == {"51"}
    assert ends.nation == Period(date(2025, 1, 5), date(2026, 8, 2))


def test_a_month_lasts_to_its_end_and_a_year_tells_nothing(database: Database) -> None:
    month, year = DatePrecision.MONTH, DatePrecision.YEAR
    keep_incidents(
        database,
        an_incident("day", occurred_on=date(2026, 1, 20)),
        an_incident("month", occurred_on=date(2026, 2, 1), date_precision=month),
        an_incident("year", occurred_on=date(2026, 1, 1), date_precision=year),
    )
    assert ends_for(database).span("51") == Period(date(2026, 1, 20), date(2026, 2, 28))
    assert ends_for(database, until=date(2026, 2, 10)).of("51") == date(2026, 2, 10)


def test_records_after_a_day_show_that_the_data_reach_it(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("early", occurred_on=date(2026, 1, 20)),
        an_incident("late", occurred_on=date(2026, 5, 1)),
    )
    assert ends_for(database, until=date(2026, 3, 1)).of("51") == date(2026, 3, 1)
    assert ends_for(database, until=date(2025, 3, 1)).of("51") is None


def test_what_was_withdrawn_is_no_data(database: Database) -> None:
    keep_incidents(database, an_incident("gone", occurred_on=date(2026, 5, 1)))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(incidents.update().values(withdrawn="wrong"))
    assert ends_for(database) == DataEnds(None, {})


@pytest.mark.parametrize(
    ("viewer", "told"),
    [(PLANNER, {"01", "51"}), (PLANNER_51, {"51"}), (PLANNER_01, {"01"}), (OFFICER, {"51"})],
    ids=lambda value: getattr(value, "name", ""),
)
def test_each_viewer_is_told_of_the_own_provinces(
    database: Database, viewer: Viewer, told: set[str]
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    keep_incidents(
        database,
        an_incident("next commune", placement=placed("23402")),
        an_incident("elsewhere", placement=placed("00004")),
    )
    assert set(ends_for(database, viewer).provinces) == told


def test_a_run_keeps_the_days_and_one_of_before_has_them_all() -> None:
    ends = DataEnds(
        Period(date(2025, 1, 1), date(2026, 6, 13)),
        {"51": Period(date(2025, 1, 1), date(2026, 6, 13))},
    )
    kept = kept_ends(ends)
    assert kept["data_until"] == "2026-06-13"
    assert ends_of_run(kept, LATE) == ends
    assert ends_of_run({}, LATE).of("51") == ends_of_run({}, LATE).of(None) == LATE


def test_the_last_day_is_that_of_the_viewers_own_area(database: Database) -> None:
    year = DatePrecision.YEAR
    keep_incidents(
        database,
        an_incident("here", occurred_on=date(2026, 3, 4)),
        an_incident("a tip", occurred_on=date(2026, 9, 1), verified=False),
        an_incident("a year", occurred_on=date(2027, 1, 1), date_precision=year),
        an_incident("next door", occurred_on=date(2026, 5, 6), placement=somewhere_in("23402")),
        an_incident("elsewhere", occurred_on=date(2026, 8, 2), placement=placed("00004")),
    )
    days = {PLANNER: date(2026, 8, 2), PLANNER_51: date(2026, 5, 6), OFFICER: date(2026, 3, 4)}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert {viewer: last_day(session, viewer) for viewer in days} == days
        assert last_day(session, Viewer("other", PLANNER.role, Scope.provinces("66"))) is None
