"""The demo enters by the front door, and what was planted is found again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from geo.readers import read_hotspots, read_incidents, read_indicators, read_table
from geo.simulation import Fate, Simulation
from geo.standing_terms import CorridorReach
from geo.terms import ClusterFlag, CommuneClass, HotspotStatus, Layer
from models import assessments, corridors, hotspots, incidents, indicators, runs, schema, site
from models.corridor_crossings import provinces_on
from models.errors import ConflictError
from models.incidents import IncidentFilter
from models.lifecycle import status_at
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role
from tests.geo.test_simulation import PERIODS, TODAY, draw, grid_of_communes
from webapp.services.boundaries import ensure_shipped
from webapp.services.simulate import PROVINCES, SITE_KEY, DemoAccount, build_demo, demo_periods
from webapp.services.simulated_files import N_FUTURE_DATES, N_IMPOSSIBLE_DATES, write_files

GRID = grid_of_communes()
MOMENT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> Simulation:
    return draw()


def test_the_files_are_read_back_as_what_happened(world: Simulation, tmp_path: Path) -> None:
    files = write_files(world, GRID, tmp_path, np.random.default_rng(1), TODAY)

    cases = read_incidents(read_table(files.incidents, Layer.INCIDENTS), today=TODAY)
    assert [c.ref for c in cases.accepted] == [i.ref for i in world.incidents]
    for case, incident in zip(cases.accepted, world.incidents, strict=True):
        assert (case.occurred_on, case.kind) == (incident.occurred_on, incident.kind)
        assert (case.detected_by, case.verified) == (incident.detected_by, incident.verified)
        assert case.offenders == incident.offenders
        assert [s.substance for s in case.seizures] == (
            [incident.seizure.substance] if incident.seizure else []
        )
    assert len(cases.rejected) == N_FUTURE_DATES + N_IMPOSSIBLE_DATES

    register = read_hotspots(read_table(files.hotspots, Layer.HOTSPOTS), today=TODAY)
    recorded = [p for p in world.places if p.events]
    assert register.rejected == []
    assert [d.events for d in register.accepted] == [p.events for p in recorded]
    assert [d.is_dwelling for d in register.accepted] == [p.is_dwelling for p in recorded]

    for path, rows in zip(files.indicators, world.indicators.values(), strict=True):
        table = read_table(path, Layer.INDICATORS)
        read = read_indicators(table, period=None)
        assert read.rejected == []
        assert [(r.commune_code, r.period, r.residents) for r in read.accepted] == [
            (r.commune_code, r.period, r.residents) for r in rows
        ]


def test_the_column_of_names_holds_no_name_and_is_refused(
    world: Simulation, tmp_path: Path
) -> None:
    files = write_files(world, GRID, tmp_path, np.random.default_rng(1), TODAY)
    with closing(load_workbook(files.incidents, read_only=True)) as book:
        cells = book["Vụ việc"].iter_rows(min_row=7, min_col=9, max_col=9, values_only=True)
        names = {name for row in cells for name in row}

    assert names <= {"NGƯỜI MÔ PHỎNG", None}
    table = read_table(files.incidents, Layer.INCIDENTS)
    assert table.dropped_columns == ("Họ và tên đối tượng",)


def test_the_periods_of_the_demo_end_with_the_one_that_holds_today() -> None:
    assert demo_periods(TODAY) == PERIODS


# ------------------------------------------------------------------ the whole demo


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Database, list[DemoAccount]]]:
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    database = open_database(f"sqlite:///{path}")
    schema.create_or_upgrade(database)
    ensure_shipped(database, LOCAL_OPERATOR)
    accounts = build_demo(
        database,
        LOCAL_OPERATOR,
        seed=1,
        at=MOMENT,
        hash_password=lambda password: f"hash of {password}",
        new_password=lambda: "kx9-qm2-vt7z",
    )
    yield database, accounts
    database.close()


def test_the_demo_has_an_account_of_every_role(
    demo: tuple[Database, list[DemoAccount]],
) -> None:
    _database, accounts = demo

    assert [a.role for a in accounts] == list(Role)
    assert all(a.password == "kx9-qm2-vt7z" for a in accounts)


def test_a_database_in_use_is_not_turned_into_a_demo(
    demo: tuple[Database, list[DemoAccount]],
) -> None:
    database, _accounts = demo
    with pytest.raises(ConflictError, match="DIABAN_DATA_DIR"):
        build_demo(database, LOCAL_OPERATOR, seed=2, at=MOMENT, hash_password=str, new_password=str)


def test_the_demo_is_marked_and_keeps_the_truth(demo: tuple[Database, list[DemoAccount]]) -> None:
    database, _accounts = demo
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        fact = site.get(session, LOCAL_OPERATOR, SITE_KEY)

    assert fact["seed"] == 1
    assert {t["fate"] for t in fact["truth"]} == {fate.value for fate in Fate}


def test_every_incident_of_the_demo_is_placed_in_its_province(
    demo: tuple[Database, list[DemoAccount]],
) -> None:
    database, _accounts = demo
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        stored = incidents.find_incidents(session, LOCAL_OPERATOR, IncidentFilter())
    provinces = Counter(s.placement.province_code for s in stored)
    right = sum(s.placement.province_code == s.ref[:2] for s in stored)

    assert len(stored) == 3_000
    assert set(provinces) <= {*PROVINCES, None}
    assert right >= 0.98 * len(stored)


def test_the_analysis_finds_what_was_planted(demo: tuple[Database, list[DemoAccount]]) -> None:
    database, _accounts = demo
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        truth = site.get(session, LOCAL_OPERATOR, SITE_KEY)["truth"]
        run = runs.latest_run(session, LOCAL_OPERATOR)
        assert run is not None
        found = runs.run_clusters(session, LOCAL_OPERATOR, run.id)
    by_fate: dict[str, list[ClusterFlag | None]] = {}
    for place in (t for t in truth if t["n"]):
        near = [
            c
            for c in found
            if abs(c.lon - place["lon"]) < 0.002 and abs(c.lat - place["lat"]) < 0.002
        ]
        by_fate.setdefault(place["fate"], []).append(near[0].flag if near else None)

    assert set(by_fate["unrecorded"]) == {ClusterFlag.UNRECORDED}
    assert set(by_fate["re_emerged"]) <= {ClusterFlag.RE_EMERGING, ClusterFlag.KNOWN}
    assert by_fate["re_emerged"].count(ClusterFlag.RE_EMERGING) >= 5
    assert set(by_fate["active"]) == {ClusterFlag.KNOWN}


def test_the_register_of_the_demo_shows_every_status(
    demo: tuple[Database, list[DemoAccount]],
) -> None:
    database, _accounts = demo
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        spots = hotspots.find_hotspots(session, LOCAL_OPERATOR)

    assert {status_at(s.events, TODAY) for s in spots} == set(HotspotStatus)


def test_the_demo_declares_two_periods_with_every_class_in_sight(
    demo: tuple[Database, list[DemoAccount]],
) -> None:
    database, _accounts = demo
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        periods = indicators.periods(session, LOCAL_OPERATOR)
        classes = [assessments.classes(session, LOCAL_OPERATOR, p) for p in periods]

    assert len(periods) == 2
    assert {c for period in classes for c in period.values()} == set(CommuneClass)


def test_the_routes_of_the_demo_stay_in_the_provinces_they_name(
    demo: tuple[Database, list[DemoAccount]],
) -> None:
    database, _accounts = demo
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        routes = corridors.find_corridors(session, LOCAL_OPERATOR)
        along = corridors.communes_on(session, LOCAL_OPERATOR, routes)
    inter = [route for route in routes if route.reach is CorridorReach.INTER]

    assert [route.ref for route in sorted(routes, key=lambda r: r.ref)] == [
        f"TD-{n:02d}" for n in range(1, 7)
    ]
    assert sum(route.valid_to is not None for route in routes) == 1
    assert all(len(along[route.id]) >= 5 for route in routes)
    assert {len(provinces_on(along[r.id])) for r in routes if r not in inter} == {1}
    assert min(len(provinces_on(along[route.id])) for route in inter) >= 2
