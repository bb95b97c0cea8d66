"""The day a province sets for its communes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models.errors import InvalidValueError, NotAllowedError
from models.periods import evaluation_period
from models.session import Database, unit_of_work
from models.unit_due_dates import due_date_of, set_due_date
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer

YEAR = evaluation_period(2026)
AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
PLANNER = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))


def test_the_day_set_last_stands_and_an_earlier_moment_shows_the_earlier_one(
    database: Database,
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert due_date_of(session, PLANNER, "51", YEAR) is None
        for n, day in enumerate((date(2026, 12, 10), date(2026, 12, 16), None)):
            set_due_date(session, PLANNER, "51", YEAR, day, at=AT + timedelta(days=n))

        latest = due_date_of(session, PLANNER, "51", YEAR)
        before = due_date_of(session, PLANNER, "51", YEAR, known_at=AT + timedelta(days=1.5))

    assert latest is not None
    assert (latest.due_on, latest.by_user) == (None, "tinh")
    assert before is not None
    assert before.due_on == date(2026, 12, 16)


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer("khac", Role.PLANNER, Scope.provinces("66")),
        Viewer("xa", Role.COMMUNE, Scope.commune("23401")),
        Viewer("pt", Role.ANALYST),
        Viewer("kh-xa", Role.PLANNER, Scope.commune("23401")),
    ],
)
def test_only_planners_of_the_province_set_it(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        set_due_date(session, viewer, "51", YEAR, date(2026, 12, 16), at=AT)


@pytest.mark.parametrize("day", [date(2025, 12, 14), date(2029, 1, 1)])
def test_a_day_far_from_the_period_is_a_slip(database: Database, day: date) -> None:
    with (
        unit_of_work(database, LOCAL_OPERATOR) as session,
        pytest.raises(InvalidValueError, match="Hạn"),
    ):
        set_due_date(session, PLANNER, "51", YEAR, day, at=AT)
