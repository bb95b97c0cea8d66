"""Declarations of communes: missing is not zero, stored once, read within the scope."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.records import Indicators
from geo.terms import Layer
from models import indicators
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    EARLIER,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    an_import,
    draw_map,
)

FULL = Indicators(
    "23401",
    PERIOD,
    residents=12_345,
    dependents=0,
    users=3,
    substitution=1,
    home_rehab=0,
    post_rehab=2,
    use_dens=1,
    offenders_arrested=4,
    resident_offenders=2,
    fugitives=0,
    plants=120,
    plant_area_m2=31.5,
    on_key_route=False,
    line=9,
)
SPARSE = Indicators("23402", PERIOD, residents=900)
ELSEWHERE = Indicators("00004", EARLIER, residents=50_000, on_key_route=True)


def keep(database: Database, *rows: Indicators) -> None:
    """Store declarations over a map."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        import_id = an_import(session, Layer.INDICATORS)
        indicators.add_indicators(session, PLANNER, rows, import_id)


def test_declarations_come_back_and_missing_stays_missing(database: Database) -> None:
    keep(database, FULL, SPARSE, ELSEWHERE)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert indicators.find_indicators(session, PLANNER) == [ELSEWHERE, FULL, SPARSE]


def test_one_period_or_one_commune_can_be_asked_for(database: Database) -> None:
    keep(database, FULL, SPARSE, replace(FULL, period=EARLIER))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        of_period = indicators.find_indicators(session, PLANNER, period=PERIOD)
        of_commune = indicators.find_indicators(session, PLANNER, commune_code="23401")
        assert indicators.find_indicators(session, PLANNER, EARLIER, "23402") == []
    assert of_period == [FULL, SPARSE]
    assert of_commune == [replace(FULL, period=EARLIER), FULL]


def test_the_latest_period_comes_first(database: Database) -> None:
    keep(database, ELSEWHERE, FULL, SPARSE)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert indicators.periods(session, PLANNER) == [PERIOD, EARLIER]
        assert indicators.periods(session, PLANNER_51) == [PERIOD]
        assert indicators.periods(session, ANONYMOUS) == []


def test_a_second_declaration_is_unchanged_or_takes_the_place_of_the_first(
    database: Database,
) -> None:
    keep(database, FULL, SPARSE)
    zero = replace(SPARSE, dependents=0)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.INDICATORS)
        rows = [replace(FULL, line=77), zero, replace(FULL, period=EARLIER)]
        added = indicators.add_indicators(session, PLANNER, rows, import_id)
        found = indicators.find_indicators(session, PLANNER, PERIOD)
    assert (added.added, added.unchanged, added.changed, added.conflicts) == (1, 1, 1, ())
    assert found == [FULL, zero]


def test_a_commune_twice_in_one_file_counts_once(database: Database) -> None:
    other = replace(FULL, users=99)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        import_id = an_import(session, Layer.INDICATORS)
        added = indicators.add_indicators(session, PLANNER, [FULL, FULL, other], import_id)
    assert (added.added, added.unchanged, added.conflicts) == (1, 1, (other,))


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (PLANNER, ["00004", "23401", "23402", "99999"]),
        (PLANNER_51, ["23401", "23402"]),
        (PLANNER_01, ["00004"]),
        (OFFICER, ["23401"]),
        (ANONYMOUS, []),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_read_stays_inside_the_scope(
    database: Database, viewer: Viewer, seen: list[str]
) -> None:
    unknown = replace(SPARSE, commune_code="99999")
    keep(database, FULL, SPARSE, ELSEWHERE, unknown)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = indicators.find_indicators(session, viewer)
        assert set(indicators.find_indicators(session, viewer, EARLIER)) <= set(found)
    assert [row.commune_code for row in found] == seen


def test_nobody_declares_for_a_commune_outside_the_scope(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        import_id = an_import(session, Layer.INDICATORS)
        indicators.add_indicators(session, PLANNER_51, [FULL], import_id)
        with pytest.raises(NotAllowedError, match="00004"):
            indicators.add_indicators(session, PLANNER_51, [ELSEWHERE], import_id)
        for viewer in (ANALYST, OFFICER):
            with pytest.raises(NotAllowedError):
                indicators.add_indicators(session, viewer, [SPARSE], import_id)
