"""How far from a cluster a hotspot lies, told to each viewer as much as the register tells."""

from __future__ import annotations

import pytest

from geo.crs import earth_xyz
from models import runs
from models.disclosure import GRID_M, snap_to_grid
from models.session import Database, unit_of_work
from models.tables import clusters, hotspots
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    OFFICER,
    PLANNER,
    PLANNER_51,
    a_hotspot,
    an_incident,
    draw_map,
    keep_hotspots,
    keep_incidents,
    placed,
)
from tests.models.test_runs import a_cluster, a_run

EXACT_M = 123.25


def keep(database: Database, *codes: str, is_dwelling: bool = True) -> int:
    """A cluster of incidents in some communes, near a hotspot; the run."""
    keep_hotspots(database, a_hotspot(is_dwelling=is_dwelling))
    keep_incidents(
        database, *(an_incident(f"VV-{n}", placement=placed(code)) for n, code in enumerate(codes))
    )
    members = tuple(range(1, len(codes) + 1))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return runs.store_run(session, PLANNER, a_run(draw_map(session)), [a_cluster(0, members)])


def seen(database: Database, viewer: Viewer, run_id: int) -> runs.StoredCluster:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (cluster,) = runs.run_clusters(session, viewer, run_id)
        assert runs.find_cluster(session, viewer, "C-000001") == cluster
        assert runs.cluster_history(session, viewer, "C-000001") == [cluster]
    return cluster


@pytest.mark.parametrize("viewer", [PLANNER, PLANNER_51, OFFICER], ids=lambda v: v.name)
def test_those_who_act_on_a_dwelling_know_how_far_it_is(database: Database, viewer: Viewer) -> None:
    run_id = keep(database, "23401", "23401")
    assert seen(database, viewer, run_id).nearest_m == EXACT_M


def test_an_analyst_of_the_nation_is_told_whole_squares(database: Database) -> None:
    run_id = keep(database, "23401", "23401")
    cluster = seen(database, ANALYST, run_id)
    assert (cluster.nearest_hotspot, cluster.hotspot_source) == ("TD-1", "CÔNG AN TỈNH A")
    assert cluster.nearest_m is not None
    assert cluster.nearest_m % GRID_M == 0 < cluster.nearest_m


def test_wherever_in_its_square_a_dwelling_lies_it_is_told_as_far(database: Database) -> None:
    run_id = keep(database, "23401", "23401")
    told = set()
    for lon, lat in [(108.0301, 14.0301), (108.0303, 14.0304), (108.0308, 14.0309)]:
        assert snap_to_grid(lon, lat) == snap_to_grid(108.0301, 14.0301)
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            session.execute(hotspots.update().values(lon=lon, lat=lat))
            session.execute(clusters.update().values(nearest_m=100 * lat))
        told.add(seen(database, ANALYST, run_id).nearest_m)
    assert len(told) == 1


def test_a_place_that_is_no_dwelling_is_told_exactly(database: Database) -> None:
    run_id = keep(database, "23401", is_dwelling=False)
    assert seen(database, ANALYST, run_id).nearest_m == EXACT_M


def test_of_a_cut_cluster_the_distance_is_that_of_the_part_inside(database: Database) -> None:
    run_id = keep(database, "23401", "00004", is_dwelling=False)
    cluster = seen(database, PLANNER_51, run_id)
    assert cluster.partial
    ((x, y, z),) = earth_xyz([108.00123], [14.00456])
    ((a, b, c),) = earth_xyz([cluster.lon], [cluster.lat])
    middle_m = ((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2) ** 0.5
    assert cluster.nearest_m == pytest.approx(middle_m - 75, abs=3)


def test_of_a_run_that_kept_no_number_a_nation_without_dwellings_is_told_no_distance(
    database: Database,
) -> None:
    run_id = keep(database, "23401")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(clusters.update().values(hotspot_id=None))
    assert seen(database, ANALYST, run_id).nearest_m is None
    assert seen(database, PLANNER, run_id).nearest_m == EXACT_M


def test_the_history_is_that_of_the_latest_runs(database: Database) -> None:
    keep(database, "23401")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        version_id = draw_map(session)
        for _ in range(3):
            again = a_cluster(0, (1,))
            last = runs.store_run(session, PLANNER, a_run(version_id), [again])
        history = runs.cluster_history(session, PLANNER, "C-000001", 2)
    assert [cluster.run_id for cluster in history] == [last, last - 1]
