"""Incidents by pieces of months: nothing lost, nothing twice, on both databases alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from math import floor

from models import incident_story
from models.incident_counts import incident_density
from models.incident_filters import EVERYTHING, IncidentFilter
from models.incident_story import piece_start
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import PLANNER, an_incident, keep_incidents, placed, somewhere_in
from tests.models.test_incident_counts import scattered

CUT = date(2025, 12, 15)
STARTS = sorted(
    {CUT, *(date(year, month, 1) for year in range(2019, 2028) for month in range(1, 13))}
)


def test_pieces_of_cells_add_up_to_the_density(database: Database) -> None:
    keep_incidents(database, *scattered(300))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        pieces = incident_story.density_counts(session, PLANNER, EVERYTHING, STARTS, 0.25)
        cells = incident_density(session, PLANNER, EVERYTHING, 0.25)

    sums: Counter[tuple[int, int]] = Counter()
    for _, column, row, n in pieces.tolist():
        sums[column, row] += n
    assert sums == {(floor(c.lon / 0.25), floor(c.lat / 0.25)): c.n for c in cells}


def test_every_piece_begins_with_its_month_or_with_the_cut(database: Database) -> None:
    records = scattered(300)
    keep_incidents(database, *records)
    vague = [r for r in records if r.placement.lon is None]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = incident_story.vague_counts(session, PLANNER, EVERYTHING, CUT)

    expected = Counter(
        (r.placement.commune_code_now, piece_start(r.occurred_on, CUT)) for r in vague
    )
    assert {(each.commune_code, each.starts): each.n for each in found} == expected
    assert {CUT, CUT.replace(day=1)} <= {each.starts for each in found}


def test_days_add_up_and_tips_do_not_count(database: Database) -> None:
    tip = replace(an_incident("T", placement=placed("23401", 108.0, 14.0)), verified=False)
    day = date(2026, 1, 5)
    keep_incidents(
        database,
        tip,
        replace(an_incident("A", placement=somewhere_in("23401")), occurred_on=day, offenders=3),
        replace(an_incident("B", placement=somewhere_in("23401")), occurred_on=day, offenders=None),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        totals = incident_story.daily_totals(session, PLANNER, EVERYTHING)
        points = incident_story.dated_points(session, PLANNER, EVERYTHING)

    assert totals == [(day, 2, 3)]
    assert points == []


def test_points_are_too_many_from_one_more_than_the_limit(database: Database) -> None:
    keep_incidents(database, *scattered(40))
    wanted = IncidentFilter(since=date(2025, 1, 1))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        n = len(incident_story.dated_points(session, PLANNER, wanted))
        few, many = (
            incident_story.too_many_points(session, PLANNER, wanted, limit) for limit in (n, n - 1)
        )
    assert (few, many) == (False, True)


def test_each_cell_tells_the_pieces_of_its_incidents(database: Database) -> None:
    records = scattered(300)
    keep_incidents(database, *records)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = incident_story.density_counts(session, PLANNER, EVERYTHING, STARTS, 0.125)
        points = incident_story.dated_points(session, PLANNER, EVERYTHING)

    expected = Counter(
        (STARTS.index(piece_start(day, CUT)), floor(lon / 0.125), floor(lat / 0.125))
        for lon, lat, day in points
    )
    assert [tuple(row) for row in found.tolist()] == sorted((*k, n) for k, n in expected.items())


def test_cells_west_and_south_of_zero_are_told(database: Database) -> None:
    keep_incidents(database, an_incident("W", placement=placed("23401", -0.1, -14.0)))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = incident_story.density_counts(session, PLANNER, EVERYTHING, STARTS, 2.0**-10)

    assert found[:, 1:].tolist() == [[floor(-0.1 * 1024), -14 * 1024, 1]]
