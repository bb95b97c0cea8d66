"""Which periods have classes, now and as it was known at a moment."""

from __future__ import annotations

from datetime import UTC, datetime

from geo.records import Indicators
from geo.terms import Layer
from models import imports, indicators
from models.assessments import store_assessments
from models.carried_classes import class_periods
from models.criteria import assess, load_ruleset
from models.imports import NewImport
from models.periods import evaluation_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import PLANNER, draw_map

FIRST, SECOND = evaluation_period(2025), evaluation_period(2026)


def on(day: int) -> datetime:
    return datetime(2026, 6, day, 3, tzinfo=UTC)


def declare(database: Database, row: Indicators, at: datetime) -> None:
    """Declare and calculate, as the site does."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INDICATORS, "chi_tieu.xlsx", "0" * 64, "XÃ ĐẮK PLÔ")
        import_id = imports.add_import(session, PLANNER, new, at=at)
        indicators.add_indicators(session, PLANNER, [row], import_id)
        store_assessments(session, PLANNER, [assess(load_ruleset(), row)], at=at)


def test_periods_of_a_moment_are_those_declared_by_then(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    declare(database, Indicators("23401", FIRST, residents=9_000), on(1))
    declare(database, Indicators("00004", SECOND, residents=8_000), on(5))

    def told(day: int, province: str | None = None) -> list[int]:
        with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
            found = class_periods(session, PLANNER, province_code=province, known_at=on(day))
        return [period.end.year for period in found]

    assert (told(1), told(4), told(5)) == ([2025], [2025], [2025, 2026])
    assert (told(5, "51"), told(5, "01")) == ([2025], [2026])
    declare(database, Indicators("00004", SECOND, residents=7_000), on(9))
    assert (told(4), told(6), told(6, "01")) == ([2025], [2025, 2026], [2026])
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert class_periods(session, PLANNER) == [FIRST, SECOND]
