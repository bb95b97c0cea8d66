"""Incidents around a point and those of a province, verified and with a point of their own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from geo.records import Period
from geo.terms import DatePrecision
from models import nearby
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
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

METRE = 1 / 111_320
"""Degrees of latitude, near enough."""


BOTH = Viewer("both", Role.ANALYST, Scope.provinces("01", "51"))
"""All provinces of the drawn map, where each commune is the same square."""


def north(metres: float) -> tuple[str, float, float]:
    """So many metres north of the point asked about."""
    return "23401", 108.0, 14.0 + metres * METRE


@pytest.fixture
def scattered(database: Database) -> Database:
    keep_incidents(
        database,
        an_incident("here", occurred_on=date(2026, 1, 5)),
        an_incident("near", occurred_on=date(2026, 3, 1), placement=placed(*north(290))),
        an_incident("past the edge", placement=placed(*north(310))),
        an_incident("next commune", placement=placed("23402", 108.001, 14.0)),
        an_incident("next province", placement=placed("00004", 108.0, 14.001)),
        an_incident("a tip", verified=False),
        an_incident("somewhere", placement=somewhere_in("23401")),
        an_incident("that year", date_precision=DatePrecision.YEAR),
        an_incident("that month", date_precision=DatePrecision.MONTH, occurred_on=date(2026, 2, 1)),
    )
    return database


@pytest.mark.parametrize(
    ("viewer", "found"),
    [
        (PLANNER, {"here", "near", "next commune", "next province"}),
        (PLANNER_51, {"here", "near", "next commune"}),
        (OFFICER, {"here", "near"}),
        (PLANNER_01, {"next province"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_those_around_a_point_are_verified_placed_and_in_the_scope(
    scattered: Database, viewer: Viewer, found: set[str]
) -> None:
    with unit_of_work(scattered, LOCAL_OPERATOR, read_only=True) as session:
        near = nearby.incidents_near(session, viewer, 108.0, 14.0, 300)
    assert {each.ref for each in near} == found
    assert [each.occurred_on for each in near] == sorted(
        (each.occurred_on for each in near), reverse=True
    )


def test_distances_are_metres_and_days_are_included(scattered: Database) -> None:
    with unit_of_work(scattered, LOCAL_OPERATOR, read_only=True) as session:
        (near,) = nearby.incidents_near(
            *(session, OFFICER, 108.0, 14.0, 300),
            since=date(2026, 3, 1),
            until=date(2026, 3, 1),
        )
    assert near.ref == "near"
    assert near.distance_m == pytest.approx(290, rel=0.01)


def test_those_of_a_province_come_as_arrays(scattered: Database) -> None:
    with unit_of_work(scattered, LOCAL_OPERATOR, read_only=True) as session:
        found = nearby.located_incidents(session, PLANNER, "51", date(2026, 1, 1), None)
        none = nearby.located_incidents(session, PLANNER_01, "51", None, None)
        span = nearby.located_span(session, PLANNER, "51")
        nothing = nearby.located_span(session, PLANNER_01, "51")
    assert found.ids.tolist() == [1, 2, 3, 4]
    assert found.days.dtype == np.dtype("datetime64[D]")
    assert found.lons.shape == found.lats.shape == found.days.shape == (4,)
    assert none.ids.size == 0
    assert span == Period(date(2026, 1, 5), date(2026, 3, 8))
    assert nothing is None


@pytest.mark.parametrize("viewer", [PLANNER, PLANNER_51, OFFICER, PLANNER_01])
def test_the_latest_days_of_many_points_are_those_of_each(
    scattered: Database, viewer: Viewer
) -> None:
    asked = [(108.0, 14.0), (108.0, 14.0 + 300 * METRE), (108.001, 14.0), (107.0, 12.0)]
    until = date(2026, 3, 5)
    with unit_of_work(scattered, LOCAL_OPERATOR, read_only=True) as session:
        found = nearby.latest_days_near(session, viewer, asked, 300, until=until)
        each = [nearby.incidents_near(session, viewer, *point, 300, until=until) for point in asked]
    assert found == [near[0].occurred_on if near else None for near in each]
    assert found[-1] is None
    assert viewer is not PLANNER or found[0] == date(2026, 3, 1)


def test_no_points_have_no_latest_day(sqlite_database: Database) -> None:
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        found = nearby.latest_days_near(session, PLANNER, [], 300, until=date(2026, 3, 5))
    assert found == []


@pytest.mark.parametrize(
    ("viewer", "beyond"),
    [(PLANNER, False), (PLANNER_51, True), (BOTH, False), (OFFICER, True)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_an_area_reaches_beyond_a_scope_where_a_commune_outside_it_begins(
    database: Database, viewer: Viewer, *, beyond: bool
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        across = nearby.reaches_beyond_scope(session, viewer, shapely.box(107.9, 14.2, 108.1, 14.3))
        beside = nearby.reaches_beyond_scope(session, viewer, shapely.box(107.8, 14.2, 107.9, 14.3))
    assert (across, beside) == (beyond, False)


def test_those_without_a_day_last_to_the_end_of_their_month_or_year(scattered: Database) -> None:
    with unit_of_work(scattered, LOCAL_OPERATOR, read_only=True) as session:
        found = nearby.undated_incidents(session, OFFICER, date(2026, 12, 31))
        early = nearby.undated_incidents(session, OFFICER, date(2025, 12, 31))
        dated = nearby.located_incidents(session, OFFICER, None, None, date(2026, 6, 30))
    assert found.ids.tolist() == [8, 9]
    assert found.last_days.tolist() == [date(2026, 12, 31), date(2026, 2, 28)]
    assert early.ids.size == early.last_days.size == 0
    (days,) = nearby.days_around([(108.0, 14.0)], 300.0, dated, found, date(2026, 6, 30))
    assert date(2026, 6, 30) in days
    assert date(2026, 2, 28) in days
    assert nearby.days_around([], 300.0, dated, found, date(2026, 6, 30)) == []
