"""The fixed cells read from the store: what counts, when a cell exists, the same for everybody."""

from __future__ import annotations

from datetime import date

import pytest

from geo.records import Incident
from geo.terms import IncidentKind, Side
from models.cell_suppression import Shown
from models.errors import NotFoundError
from models.fixed_cells import FixedCells, fixed_cells
from models.periods import evaluation_period, half_year_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ANALYST_51,
    OFFICER,
    PLANNER,
    PLANNER_01,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
    somewhere_in,
)

HALF, YEAR = half_year_period(2025), evaluation_period(2025)
AFTER = date(2025, 12, 15)
ELSEWHERE = Viewer("officer-01", Role.COMMUNE, Scope.commune("00004"))


@pytest.fixture
def site(database: Database) -> Database:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    keep_incidents(
        database,
        *cases("A", 9, date(2025, 3, 1)),
        *cases("B", 2, date(2025, 6, 14)),
        *cases("C", 4, date(2025, 6, 15), kind=IncidentKind.USE),
        *cases("D", 3, date(2025, 3, 2), placement=placed("23402")),
        *cases("T", 50, date(2025, 3, 3), verified=False),
        *cases("P", 8, date(2024, 12, 14)),
        *cases("N", 7, date(2025, 12, 15)),
        *cases("V", 1, date(2024, 12, 15), placement=somewhere_in("23401")),
    )
    return database


def cases(letter: str, n: int, on: date, **changes: object) -> list[Incident]:
    return [an_incident(f"{letter}-{k}", occurred_on=on, **changes) for k in range(n)]


def read(
    site: Database, viewer: Viewer = ELSEWHERE, province: str = "51", today: date = AFTER
) -> FixedCells:
    with unit_of_work(site, viewer, read_only=True) as session:
        return fixed_cells(session, viewer, province, 2025, today=today)


def test_verified_cases_of_the_days_count_by_commune_and_side(site: Database) -> None:
    cells = read(site)

    assert cells.commune_codes == ("23401", "23402")
    counts = {
        (side, period): column.counts
        for side in (Side.SUPPLY, Side.DEMAND)
        for period in (HALF, YEAR)
        if (column := cells.column(side, period))
    }
    assert counts == {
        (Side.SUPPLY, HALF): (12, 3),
        (Side.SUPPLY, YEAR): (12, 3),
        (Side.DEMAND, HALF): (0, 0),
        (Side.DEMAND, YEAR): (4, 0),
    }


def test_a_small_count_that_one_officer_could_work_out_is_not_given_away(site: Database) -> None:
    """Who knows 23401 would subtract it from the sum: the sum is hidden."""
    supply = read(site).column(Side.SUPPLY, HALF)

    assert supply is not None
    assert supply.shown == (Shown.OPEN, Shown.FEW)
    assert not supply.total_open


def test_every_viewer_is_told_the_same(site: Database) -> None:
    viewers = (PLANNER, OFFICER, ANALYST_51, PLANNER_01, ELSEWHERE)

    assert {str(read(site, viewer)) for viewer in viewers} == {str(read(site))}


@pytest.mark.parametrize(
    ("today", "half", "year"),
    [
        (date(2025, 6, 14), False, False),
        (date(2025, 6, 15), True, False),
        (date(2025, 12, 14), True, False),
        (date(2025, 12, 15), True, True),
    ],
)
def test_only_a_period_that_has_ended_has_cells(
    sqlite_database: Database, today: date, half: bool, year: bool
) -> None:
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        draw_map(session)

    cells = read(sqlite_database, today=today)

    assert (cells.column(Side.SUPPLY, HALF) is not None) is half
    assert (cells.column(Side.SUPPLY, YEAR) is not None) is year


def test_a_province_that_the_map_lacks_has_no_cells(site: Database) -> None:
    with pytest.raises(NotFoundError):
        read(site, province="99")
