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
from tests.models.specimens import PLANNER, an_incident, keep_incidents, placed, somewhere_in
from tests.models.test_incident_counts import scattered

CUT = date(2025, 12, 15)


def test_pieces_of_cells_add_up_to_the_density(database: Database) -> None:
    keep_incidents(database, *scattered(300))
    with unit_of_work(database, read_only=True) as session:
        pieces = incident_story.density_counts(session, PLANNER, EVERYTHING, CUT, 0.25)
        cells = incident_density(session, PLANNER, EVERYTHING, 0.25)

    sums: Counter[tuple[int, int]] = Counter()
    for each in pieces:
        sums[each.key] += each.n
    assert sums == {(floor(c.lon / 0.25), floor(c.lat / 0.25)): c.n for c in cells}


def test_every_piece_begins_with_its_month_or_with_the_cut(database: Database) -> None:
    records = scattered(300)
    keep_incidents(database, *records)
    vague = [r for r in records if r.placement.lon is None]
    with unit_of_work(database, read_only=True) as session:
        found = incident_story.vague_counts(session, PLANNER, EVERYTHING, CUT)

    expected = Counter(
        (r.placement.commune_code_now, piece_start(r.occurred_on, CUT)) for r in vague
    )
    assert {(each.key, each.starts): each.n for each in found} == expected
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
    with unit_of_work(database, read_only=True) as session:
        totals = incident_story.daily_totals(session, PLANNER, EVERYTHING)
        points = incident_story.dated_points(session, PLANNER, EVERYTHING, 10)

    assert totals == [(day, 2, 3)]
    assert points == []


def test_no_more_points_than_asked_for(database: Database) -> None:
    keep_incidents(database, *scattered(40))
    wanted = IncidentFilter(since=date(2025, 1, 1))
    with unit_of_work(database, read_only=True) as session:
        assert len(incident_story.dated_points(session, PLANNER, wanted, 5)) == 5
