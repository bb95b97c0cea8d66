"""Runs: stored whole with their clusters, read within the scope."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from geo.records import Cluster
from geo.significance import count_change
from geo.terms import ClusterFlag, IncidentKind, Lineage, Substance
from models import runs
from models.cluster_names import name_clusters, previous_members
from models.errors import NotAllowedError, NotFoundError
from models.runs import NewRun
from models.session import Database, unit_of_work
from models.tables import incidents
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    UNLOCATED,
    a_hotspot,
    an_incident,
    draw_map,
    keep_hotspots,
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
        stable_id=f"C-{number + 1:06d}",
        lineage=Lineage.SPLIT,
        parents=("C-000090",),
        hotspot_id=1,
        top_kind=IncidentKind.TRADING,
        top_kind_n=2,
        top_substance=Substance.HEROIN,
        top_substance_n=1,
        change=count_change(1, 4, 90),
        border_m=1234.5,
        border_with="LAO",
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
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return runs.store_run(session, PLANNER, a_run(draw_map(session)), found)


def test_the_latest_run_comes_back_as_it_was(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
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
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
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
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = runs.run_clusters(session, viewer, run_id)
        of_51 = runs.run_clusters(session, viewer, run_id, province_code="51")
        assert runs.cluster_member_ids(session, viewer, run_id, 0) == members
    assert [cluster.cluster_id for cluster in found] == seen
    assert [cluster.cluster_id for cluster in of_51] == [n for n in seen if n == 0]


def test_clusters_belong_to_their_run(database: Database) -> None:
    first = keep_run(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
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
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        version_id = draw_map(session)
        with pytest.raises(NotAllowedError):
            runs.store_run(session, viewer, a_run(version_id), [])


def keep_crossing_run(database: Database) -> int:
    """One cluster of six records: two in 23401, two in 23402, two in 00004, west to east."""
    codes = ["23401", "23401", "23402", "23402", "00004", "00004"]
    days = [date(2026, 6, day) for day in (1, 2, 3, 4, 5, 6)]
    kinds = [IncidentKind.USE] * 3 + [IncidentKind.TRADING] * 3
    keep_incidents(
        database,
        *(
            an_incident(
                f"VV-{n}",
                placement=placed(code, 108 + n / 1000),
                occurred_on=day,
                kind=kind,
            )
            for n, (code, day, kind) in enumerate(zip(codes, days, kinds, strict=True))
        ),
    )
    keep_hotspots(database, a_hotspot())
    cluster = replace(a_cluster(0, tuple(range(1, 7))), lon=108.0025, lat=14.0)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return runs.store_run(session, PLANNER, a_run(draw_map(session)), [cluster])


def test_of_a_cluster_beyond_the_scope_only_what_lies_inside_is_told(database: Database) -> None:
    run_id = keep_crossing_run(database)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (whole,) = runs.run_clusters(session, PLANNER, run_id)
        (of_51,) = runs.run_clusters(session, PLANNER_51, run_id)
        (of_commune,) = runs.run_clusters(session, OFFICER, run_id)
    assert (whole.n, whole.partial, whole.commune_codes) == (6, False, ("00004", "23401", "23402"))
    assert (of_51.n, of_51.partial, of_51.commune_codes) == (4, True, ("23401", "23402"))
    assert (of_51.first_date, of_51.last_date) == (date(2026, 6, 1), date(2026, 6, 4))
    assert (of_51.top_kind, of_51.top_kind_n) == (IncidentKind.USE, 3)
    assert (of_51.top_substance, of_51.top_substance_n) == (Substance.HEROIN, 4)
    assert of_51.change == count_change(0, 4, 90)
    assert (of_51.lon, of_51.lat) == pytest.approx((108.0015, 14.0))
    assert (of_commune.n, of_commune.commune_code) == (2, "23401")
    assert of_commune.stable_id == whole.stable_id


def test_no_point_of_the_hull_comes_from_a_record_outside_the_scope(database: Database) -> None:
    """A margin of 75 m stays around the records of the scope; the next one lies 108 m on."""
    run_id = keep_crossing_run(database)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (cut,) = runs.run_clusters(session, OFFICER, run_id)
    assert cut.hull.bounds[2] < 108.002
    assert cut.hull.covers(shapely.Point(108.001, 14.0))


def test_a_cluster_whose_records_of_the_scope_are_gone_is_not_there(database: Database) -> None:
    run_id = keep_crossing_run(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        gone = incidents.update().where(incidents.c.commune_code_now == "23401")
        session.execute(gone.values(withdrawn="undone"))
        assert runs.run_clusters(session, OFFICER, run_id) == []


def test_the_nearest_hotspot_is_named_to_those_who_see_it(database: Database) -> None:
    run_id = keep_crossing_run(database)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (seen,) = runs.run_clusters(session, PLANNER_51, run_id)
        (hidden,) = runs.run_clusters(session, PLANNER_01, run_id)
    assert (seen.nearest_hotspot, seen.hotspot_id) == ("TD-1", 1)
    assert (hidden.nearest_hotspot, hidden.nearest_m, hidden.hotspot_id) == (None, None, None)


def test_runs_are_listed_the_latest_first_and_found_by_number(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        version_id = draw_map(session)
        first, second = (
            runs.store_run(session, PLANNER, a_run(version_id, n_records=n), []) for n in (1, 2)
        )
        assert [run.id for run in runs.list_runs(session, OFFICER)] == [second, first]
        assert [run.id for run in runs.list_runs(session, OFFICER, 1)] == [second]
        assert runs.run_by_id(session, OFFICER, first).n_records == 1
        with pytest.raises(NotFoundError, match="77"):
            runs.run_by_id(session, OFFICER, 77)


def test_a_cluster_is_found_by_its_name_in_the_last_run_that_has_it(database: Database) -> None:
    first = keep_run(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        grown = replace(a_cluster(0, (1, 2, 3, 4)), stable_id="C-000001")
        second = runs.store_run(session, PLANNER, a_run(draw_map(session)), [grown])
        found = runs.find_cluster(session, PLANNER, "C-000001")
        history = runs.cluster_history(session, PLANNER, "C-000001")
        assert (found.run_id, found.n) == (second, 4)
        assert [(c.run_id, c.n) for c in history] == [(second, 4), (first, 3)]
        assert runs.find_cluster(session, PLANNER, "C-000002").run_id == first
        with pytest.raises(NotFoundError, match="C-000002"):
            runs.find_cluster(session, OFFICER, "C-000002")


def _named(database: Database, *groups: tuple[int, ...], read: int = 9) -> list[Cluster]:
    """A further run with these clusters, named and stored."""
    found = [replace(a_cluster(n, ids), stable_id="") for n, ids in enumerate(groups)]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        named = name_clusters(session, PLANNER, found, np.arange(1, read + 1))
        runs.store_run(session, PLANNER, a_run(draw_map(session)), named)
    return named


def test_names_are_kept_over_runs_and_numbers_never_given_twice(database: Database) -> None:
    keep_run(database)
    again = _named(database, (1, 2, 3), (4, 5, 6), (7, 8, 9))
    assert [(c.stable_id, c.lineage) for c in again] == [
        (f"C-{n:06d}", Lineage.SAME) for n in (1, 2, 3)
    ]
    merged, split = _named(database, (1, 2, 3, 4, 5, 6), (7,))[:2]
    assert (merged.stable_id, merged.lineage) == ("C-000001", Lineage.MERGED)
    assert merged.parents == ("C-000001", "C-000002")
    assert split.stable_id == "C-000003"
    parted = _named(database, (1, 2, 3), (4, 5, 6), (8, 9))
    assert [c.stable_id for c in parted] == ["C-000001", "C-000002", "C-000004"]


def test_the_last_form_of_every_name_is_known(database: Database) -> None:
    keep_run(database)
    _named(database, (1, 2, 3, 4, 5, 6))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        known = {k.stable_id: k for k in previous_members(session, PLANNER)}
        with pytest.raises(NotAllowedError):
            previous_members(session, PLANNER_51)
    assert known["C-000001"].members.tolist() == [1, 2, 3, 4, 5, 6]
    assert [known[f"C-{n:06d}"].is_latest for n in (1, 2, 3)] == [True, False, False]
