"""Days of a period of which there are records: the same now, then, and for a commune."""

from __future__ import annotations

from datetime import UTC, date, datetime

from geo.records import Period
from geo.terms import DatePrecision, Layer
from models import imports, incidents
from models.imports import NewImport
from models.known import known_incidents
from models.record_days import days_of_province, days_told, told_by
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    OFFICER,
    PERIOD,
    PLANNER,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
)


def told(database: Database, viewer: Viewer = PLANNER, **asked: object) -> Period | None:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return days_of_province(session, viewer, PERIOD, **asked)  # type: ignore[arg-type]


def test_days_of_a_province_are_the_same_for_all_who_ask(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    keep_incidents(
        database,
        an_incident("A", occurred_on=date(2026, 2, 3)),
        an_incident("B", occurred_on=date(2026, 4, 9), placement=placed("23402")),
        an_incident("C", occurred_on=date(2026, 5, 1), placement=placed("00004")),
        an_incident("D", occurred_on=date(2026, 6, 1), verified=False),
    )
    then = datetime.now(UTC)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = known_incidents(session, PLANNER, PERIOD, province_code="51")
    days = Period(date(2026, 2, 3), date(2026, 4, 9))
    assert days_told(told_by(found), PERIOD) == days
    for viewer in (PLANNER, OFFICER):
        assert told(database, viewer, province_code="51") == days
        assert told(database, viewer, province_code="51", known_at=then) == days
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        later = imports.add_import(
            session, PLANNER, NewImport(Layer.INCIDENTS, "tep.xlsx", "0" * 64, "x")
        )
        late = an_incident("E", occurred_on=date(2026, 6, 5))
        incidents.add_incidents(session, PLANNER, [late], later)
    assert told(database, province_code="51", known_at=then) == days
    assert told(database, province_code="51") == Period(days.start, date(2026, 6, 5))
    assert told(database) == Period(days.start, date(2026, 6, 5))
    assert told(database, province_code="66") is None


def test_a_month_lasts_to_its_end_and_a_year_tells_of_its_first_day() -> None:
    months = [(date(2026, 3, 1), DatePrecision.MONTH), (date(2026, 2, 9), DatePrecision.DAY)]
    assert days_told(months, PERIOD) == Period(date(2026, 2, 9), date(2026, 3, 31))
    assert days_told(months, Period(PERIOD.start, date(2026, 3, 10))) == Period(
        date(2026, 2, 9), date(2026, 3, 10)
    )
    year = [(date(2026, 1, 1), DatePrecision.YEAR)]
    assert days_told(year, PERIOD) == Period(date(2026, 1, 1), date(2026, 1, 1))
    assert days_told([(date(2025, 12, 1), DatePrecision.MONTH)], PERIOD) is None
