"""Runs: stored whole with their clusters, read within the scope."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
import shapely

from geo.records import Cluster
from geo.terms import ClusterFlag
from models import runs
from models.errors import NotAllowedError
from models.runs import NewRun
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    UNLOCATED,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
)

HULL = shapely.to_wkb(shapely.box(108, 14, 108.01, 14.01))


def a_run(version_id: int, **changes: Any) -> NewRun:
    run = NewRun(
        as_of=date(2026, 6, 30),
        parameters={"eps_m": 300, "min_samples": 8, "window_days": None},
        data_stamp="ab" * 32,
        boundary_version_id=version_id,
        software_version="0.1.0",
        n_records=9,
        n_left_out=2,
        at=NOON,
    )
    return replace(run, **changes)


def a_cluster(number: int, members: tuple[int, ...]) -> Cluster:
    return Cluster(
        cluster_id=number,
        n=len(members),
        lon=108.005,
        lat=14.005,
        hull_wkb=HULL,
        first_date=date(2026, 1, 1),
        last_date=date(2026, 6, 1),
        flag=ClusterFlag.RE_EMERGING,
        nearest_hotspot="TD-1",
        nearest_m=123.25,
        members=members,
    )


def keep_run(database: Database) -> int:
    """Nine incidents in three clusters: across 51's communes, in 01, of nowhere."""
    codes = ["23401", "23402", "23402", "00004", "00004", "00004"]
    keep_incidents(
        database,
        *(an_incident(f"VV-{n}", placement=placed(code)) for n, code in enumerate(codes)),
        *(an_incident(f"XX-{n}", placement=UNLOCATED) for n in range(3)),
    )
    found = [a_cluster(0, (1, 2, 3)), a_cluster(1, (4, 5, 6)), a_cluster(2, (7, 8, 9))]
    with unit_of_work(database) as session:
        return runs.store_run(session, PLANNER, a_run(draw_map(session)), found)


def test_the_latest_run_comes_back_as_it_was(database: Database) -> None:
    with unit_of_work(database) as session:
        assert runs.latest_run(session, PLANNER) is None
        version_id = draw_map(session)
        runs.store_run(session, LOCAL_OPERATOR, a_run(version_id, n_records=1), [])
        number = runs.store_run(session, PLANNER, a_run(version_id), [])
        run = runs.latest_run(session, OFFICER)
    assert run is not None
    for field in fields(NewRun):
        assert getattr(run, field.name) == getattr(a_run(version_id), field.name), field.name
    assert (run.id, run.by_user, run.approximate) == (number, "planner", True)


def test_clusters_come_back_with_the_communes_of_their_members(database: Database) -> None:
    run_id = keep_run(database)
    with unit_of_work(database, read_only=True) as session:
        first, second, third = runs.run_clusters(session, PLANNER, run_id)
        members = runs.cluster_member_ids(session, PLANNER, run_id, 0)
    given = a_cluster(0, (1, 2, 3))
    for name in {field.name for field in fields(Cluster)} - {"members", "commune_codes"}:
        assert getattr(first, name) == getattr(given, name), name
    assert first.hull == shapely.from_wkb(HULL)
    assert first.commune_codes == ("23402", "23401")
    assert (first.commune_code, first.province_code) == ("23402", "51")
    assert (second.commune_codes, second.province_code) == (("00004",), "01")
    assert (third.commune_codes, third.commune_code, third.province_code) == ((), None, None)
    assert members == [1, 2, 3]


@pytest.mark.parametrize(
    ("viewer", "seen", "members"),
    [
        (PLANNER, [0, 1, 2], [1, 2, 3]),
        (ANALYST, [0, 1, 2], [1, 2, 3]),
        (PLANNER_51, [0], [1, 2, 3]),
        (PLANNER_01, [1], []),
        (OFFICER, [0], [1]),
        (ANONYMOUS, [], []),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_cluster_is_seen_by_those_who_see_a_record_of_it(
    database: Database, viewer: Viewer, seen: list[int], members: list[int]
) -> None:
    run_id = keep_run(database)
    with unit_of_work(database, read_only=True) as session:
        found = runs.run_clusters(session, viewer, run_id)
        of_51 = runs.run_clusters(session, viewer, run_id, province_code="51")
        assert runs.cluster_member_ids(session, viewer, run_id, 0) == members
    assert [cluster.cluster_id for cluster in found] == seen
    assert [cluster.cluster_id for cluster in of_51] == [n for n in seen if n == 0]


def test_clusters_belong_to_their_run(database: Database) -> None:
    first = keep_run(database)
    with unit_of_work(database) as session:
        version_id = draw_map(session)
        second = runs.store_run(session, PLANNER, a_run(version_id), [a_cluster(0, (4,))])
        assert len(runs.run_clusters(session, PLANNER, first)) == 3
        (only,) = runs.run_clusters(session, PLANNER, second)
        assert only.commune_codes == ("00004",)
        assert runs.run_clusters(session, PLANNER, 999) == []


@pytest.mark.parametrize("viewer", [ANALYST, OFFICER, PLANNER_51], ids=lambda viewer: viewer.name)
def test_a_run_is_stored_only_by_a_writer_who_saw_everything(
    sqlite_database: Database, viewer: Viewer
) -> None:
    with unit_of_work(sqlite_database) as session:
        version_id = draw_map(session)
        with pytest.raises(NotAllowedError):
            runs.store_run(session, viewer, a_run(version_id), [])
