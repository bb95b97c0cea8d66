"""What the border is counted from: cases with a place, seizures, residents; both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from geo.records import Indicators, Seizure
from geo.terms import SeizureUnit, Substance
from models import indicators
from models.border_counts import (
    SUBSTANCES,
    UNITS,
    count_placing,
    placed_cases,
    residents_of,
    seized_in_placed,
)
from models.incident_filters import IncidentFilter
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import (
    EARLIER,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_01,
    an_import,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
    somewhere_in,
)

ALL = IncidentFilter()


def test_only_verified_cases_with_a_place_of_their_own_are_taken(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("A", placement=placed("23401", 107.5, 14.5), offenders=3),
        an_incident("B", placement=placed("00004", 105.5, 21.5), offenders=None),
        an_incident("C", placement=somewhere_in("23401")),
        an_incident("D", verified=False),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        cases = placed_cases(session, PLANNER, ALL)
        assert count_placing(session, PLANNER, ALL) == (3, 2)

    assert cases.lons.tolist() == [107.5, 105.5]
    assert cases.offenders.tolist() == [3, 0]
    assert (np.diff(cases.ids) > 0).all()


def test_cases_can_be_cut_to_communes_and_those_of_none_come_along(database: Database) -> None:
    nowhere = replace(placed("23401", 107.1, 14.1), commune_code=None, commune_code_now=None)
    keep_incidents(
        database,
        an_incident("A", placement=placed("23401")),
        an_incident("B", placement=placed("00004")),
        an_incident("C", placement=nowhere),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert placed_cases(session, PLANNER, ALL, {"23401"}).ids.size == 2
        assert placed_cases(session, PLANNER_01, ALL).ids.size == 1
        assert placed_cases(session, PLANNER, IncidentFilter(since=date(2027, 1, 1))).ids.size == 0


def test_every_seizure_is_a_row_of_its_case(database: Database) -> None:
    seized = (
        Seizure(Substance.SYNTHETIC, 200.0, SeizureUnit.TABLET),
        Seizure(Substance.HEROIN, 0.35, SeizureUnit.KG),
    )
    keep_incidents(
        database,
        an_incident("A", seizures=seized),
        an_incident("B", placement=somewhere_in("23401")),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = seized_in_placed(session, PLANNER, ALL)
        (id_,) = placed_cases(session, PLANNER, ALL).ids.tolist()

    rows = {(SUBSTANCES[w], UNITS[u]) for w, u in zip(found.what, found.unit, strict=True)}
    assert rows == {(s.substance, s.unit) for s in seized}
    assert sorted(found.quantity.tolist()) == [0.35, 200.0]
    assert set(found.incident_ids.tolist()) == {id_}


def test_residents_come_from_the_latest_period_begun(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        rows = [
            Indicators("23401", EARLIER, residents=8_000),
            Indicators("23401", PERIOD, residents=9_000),
            Indicators("23402", PERIOD),
            Indicators("00004", PERIOD, residents=0),
        ]
        indicators.add_indicators(session, PLANNER, rows, an_import(session))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert residents_of(session, PLANNER, PERIOD.end) == (PERIOD, {"23401": 9_000})
        assert residents_of(session, PLANNER, EARLIER.end) == (EARLIER, {"23401": 8_000})
        assert residents_of(session, PLANNER, date(2020, 1, 1)) == (None, {})
        assert residents_of(session, PLANNER, PERIOD.end, "01") == (None, {})
        assert residents_of(session, OFFICER, PERIOD.end)[1] == {"23401": 9_000}
