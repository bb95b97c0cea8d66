"""Numbers over incidents: parts add up to the whole, on both databases alike."""

from __future__ import annotations

from datetime import date, timedelta
from math import floor

import numpy as np
import pytest

from geo.records import Incident
from geo.terms import DatePrecision
from models import incidents
from models.incidents import EVERYTHING, IncidentFilter, Totals
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import (
    PLANNER,
    UNLOCATED,
    an_incident,
    keep_incidents,
    placed,
    somewhere_in,
)


def scattered(n: int, seed: int = 1) -> list[Incident]:
    """Incidents at random points and days, one in five known by commune only."""
    random = np.random.default_rng(seed)
    codes = ("23401", "23402", "00004")
    found = []
    for i in range(n):
        code = codes[random.integers(3)]
        lon, lat = random.uniform(102, 110), random.uniform(8, 23)
        placement = somewhere_in(code) if i % 5 == 0 else placed(code, lon, lat)
        day = date(2025, 1, 1) + timedelta(days=int(random.integers(500)))
        found.append(an_incident(f"R-{i}", placement=placement, occurred_on=day))
    return found


@pytest.mark.parametrize("cell_deg", [0.05, 0.1, 0.25, 1.0, 3.0])
def test_density_counts_every_point_in_its_cell(database: Database, cell_deg: float) -> None:
    records = scattered(300)
    keep_incidents(database, *records)
    expected: dict[tuple[int, int], int] = {}
    for place in (record.placement for record in records):
        if place.lon is not None and place.lat is not None:
            key = floor(place.lat / cell_deg), floor(place.lon / cell_deg)
            expected[key] = expected.get(key, 0) + 1
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        cells = incidents.incident_density(session, PLANNER, EVERYTHING, cell_deg)
    found = {(floor(c.lat / cell_deg), floor(c.lon / cell_deg)): c.n for c in cells}
    assert found == expected
    assert list(found) == sorted(expected)


def test_a_cell_is_named_by_its_centre(database: Database) -> None:
    keep_incidents(
        database,
        *(an_incident(f"W{n}", placement=placed("23401", 108.01, 14.01)) for n in range(3)),
        an_incident("E", placement=placed("23401", 108.11, 14.0)),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        cells = incidents.incident_density(session, PLANNER, EVERYTHING, 0.1)
    assert [(c.lon, c.lat, c.n) for c in cells] == [(108.05, 14.05, 3), (108.15, 14.05, 1)]


@pytest.mark.parametrize(("lon", "centre"), [(-0.01, -0.05), (-0.1, -0.05), (-0.11, -0.15)])
def test_a_cell_lies_around_its_points_west_of_greenwich_too(
    database: Database, lon: float, centre: float
) -> None:
    keep_incidents(database, an_incident(placement=placed("23401", lon, 14.0)))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (cell,) = incidents.incident_density(session, PLANNER, EVERYTHING, 0.1)
    assert cell.lon == pytest.approx(centre)


@pytest.mark.parametrize("east", [107.3, 109.5])
def test_density_within_a_box_is_the_density_of_its_points(database: Database, east: float) -> None:
    records = scattered(300)
    keep_incidents(database, *records)
    wanted = IncidentFilter(bbox=(104, 10, east, 20.2))
    places = [(r.placement.lon or 0, r.placement.lat or 0) for r in records]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        cells = incidents.incident_density(session, PLANNER, wanted, 0.5)
        points = incidents.incident_points(session, PLANNER, wanted)
    inside = sum(104 <= lon <= east and 10 <= lat <= 20.2 for lon, lat in places)
    assert sum(cell.n for cell in cells) == len(points) == inside > 0


def test_communes_add_up_to_the_whole(database: Database) -> None:
    keep_incidents(database, *scattered(200), an_incident("nowhere", placement=UNLOCATED))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        everything = incidents.counts_by_commune(session, PLANNER)
        not_known_where = incidents.counts_by_commune(session, PLANNER, commune_precision_only=True)
        points = incidents.incident_points(session, PLANNER)
    assert sum(everything.values()) == 200
    assert sum(not_known_where.values()) == 40
    assert sum(everything.values()) - sum(not_known_where.values()) == len(points)
    assert list(everything) == ["00004", "23401", "23402"]


def test_months_add_up_and_a_year_alone_belongs_to_none(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("a", occurred_on=date(2026, 1, 31)),
        an_incident("b", occurred_on=date(2026, 2, 1)),
        an_incident("c", occurred_on=date(2026, 2, 28)),
        an_incident("month", occurred_on=date(2026, 4, 1), date_precision=DatePrecision.MONTH),
        an_incident("year", occurred_on=date(2026, 1, 1), date_precision=DatePrecision.YEAR),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert incidents.monthly_counts(session, PLANNER) == [
            (date(2026, 1, 1), 1),
            (date(2026, 2, 1), 2),
            (date(2026, 4, 1), 1),
        ]


def test_unverified_tips_never_count(database: Database) -> None:
    keep_incidents(database, an_incident("sure"), an_incident("tip", verified=False))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert incidents.totals(session, PLANNER) == Totals(1, 2)
        assert incidents.counts_by_commune(session, PLANNER) == {"23401": 1}
        assert incidents.monthly_counts(session, PLANNER) == [(date(2026, 3, 1), 1)]
        (cell,) = incidents.incident_density(session, PLANNER, EVERYTHING, 1)
        given = incidents.clustering_input(session, PLANNER)
    assert cell.n == 1
    assert (given.ids.tolist(), given.left_out) == ([1], 0)


def test_an_unknown_number_of_offenders_adds_none(database: Database) -> None:
    keep_incidents(database, an_incident("a", offenders=None), an_incident("b", offenders=3))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert incidents.totals(session, PLANNER) == Totals(2, 3)


def test_nothing_stored_is_nothing_counted(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert incidents.totals(session, PLANNER) == Totals(0, 0)
        assert incidents.counts_by_commune(session, PLANNER) == {}
        assert incidents.monthly_counts(session, PLANNER) == []
        assert incidents.incident_density(session, PLANNER, EVERYTHING, 0.1) == []
        given = incidents.clustering_input(session, PLANNER)
    assert (given.ids.size, given.lons.size, given.days.size, given.left_out) == (0, 0, 0, 0)
    assert (given.ids.dtype, given.days.dtype) == (np.int64, np.dtype("datetime64[D]"))


def test_clustering_takes_arrays_of_one_length_by_id(database: Database) -> None:
    records = scattered(50)
    keep_incidents(database, *records)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        given = incidents.clustering_input(session, PLANNER)
    fine = [record for record in records if record.placement.lon is not None]
    assert given.lons.tolist() == [record.placement.lon for record in fine]
    assert given.lats.tolist() == [record.placement.lat for record in fine]
    assert given.days.tolist() == [record.occurred_on for record in fine]
    assert given.ids.tolist() == sorted(given.ids.tolist())
    assert given.left_out == len(records) - len(fine) == 10


def test_the_stamp_stays_while_the_data_do(database: Database) -> None:
    keep_incidents(database, *scattered(20))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        first = incidents.data_stamp(session, PLANNER)
        assert incidents.data_stamp(session, PLANNER) == first
    keep_incidents(database, an_incident("one more"))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert incidents.data_stamp(session, PLANNER) != first
