"""DBSCAN in parts: what the parts say together is what one plane says."""

import tempfile
from pathlib import Path

import dask
import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.distributed_clusters import _cut, _local_workers, core_groups
from geo.engines import plane_groups
from geo.errors import ClusterError

SQUARE = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60)
LINE = st.lists(st.tuples(st.integers(0, 80), st.just(0)), min_size=1, max_size=50)
CROWD = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=60)
EPS = st.integers(1, 4)
MIN_SAMPLES = st.integers(1, 5)
PER_PART = st.integers(1, 9)
UNHURRIED = settings(deadline=None)  # some dozen runs of an engine an example


@pytest.fixture(autouse=True, scope="module")
def engine_is_loaded():
    plane_groups(np.zeros(1), np.zeros(1), np.ones(1), 1, 1)


@pytest.fixture(autouse=True)
def parts_in_this_process():
    with dask.config.set(scheduler="synchronous"):
        yield


def distinct(points):
    """Distinct points and how often each occurs."""
    xy, weights = np.unique(np.array(points, dtype=float), axis=0, return_counts=True)
    return xy[:, 0].copy(), xy[:, 1].copy(), weights.astype(float)


def brute_force(x, y, weights, eps, min_samples):
    """Partition of the cores straight from the definition."""
    near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= eps * eps
    core = near @ weights >= min_samples
    groups, left = set(), set(np.flatnonzero(core).tolist())
    while left:
        group, stack = set(), [left.pop()]
        while stack:
            group.add(i := stack.pop())
            linked = left & set(np.flatnonzero(near[i]).tolist())
            left -= linked
            stack += linked
        groups.add(frozenset(group))
    return groups


def partition(groups):
    return {
        frozenset(np.flatnonzero(groups == group).tolist())
        for group in np.unique(groups[groups >= 0])
    }


def towns(n):
    """Points of different density, some of them shared by many records."""
    rng = np.random.default_rng(8)
    centres = rng.uniform(0, 40_000, (30, 2))
    spread = rng.choice([80, 400, 3_000], n)[:, None]
    x, y = (centres[rng.integers(0, 30, n)] + rng.normal(0, 1, (n, 2)) * spread).T.copy()
    weights = np.ones(n)
    weights[: n // 50] = 30
    return x, y, weights


def local_files():
    return set(Path(tempfile.gettempdir()).glob("diaban-*/dask-scratch-space"))


def workers():
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


@UNHURRIED
@given(SQUARE, EPS, MIN_SAMPLES, PER_PART)
def test_parts_give_the_partition_of_the_definition(points, eps, min_samples, per_part):
    x, y, weights = distinct(points)
    found = core_groups(x, y, weights, eps, min_samples, points_per_part=per_part)
    assert partition(found) == brute_force(x, y, weights, eps, min_samples)


@UNHURRIED
@given(LINE, EPS, MIN_SAMPLES, PER_PART)
@example([(i, 0) for i in range(60)], 1, 3, 1)
def test_points_in_a_row_are_cut_without_loss(points, eps, min_samples, per_part):
    x, y, weights = distinct(points)
    expected = brute_force(x, y, weights, eps, min_samples)
    assert partition(core_groups(x, y, weights, eps, min_samples, points_per_part=per_part)) == (
        expected
    )
    assert partition(core_groups(y, x, weights, eps, min_samples, points_per_part=per_part)) == (
        expected
    )


@UNHURRIED
@given(CROWD, EPS, MIN_SAMPLES)
def test_crowd_of_shared_points_is_clustered_exactly(points, eps, min_samples):
    x, y, weights = distinct(points)
    found = core_groups(x, y, weights, eps, min_samples, points_per_part=1)
    assert partition(found) == brute_force(x, y, weights, eps, min_samples)


@UNHURRIED
@given(SQUARE, st.integers(1, 2), PER_PART)
def test_every_point_is_owned_once_and_sees_two_eps_around(points, eps, per_part):
    x, y, _ = distinct(points)
    parts = list(_cut((x, y), eps, per_part))
    assert sorted(np.concatenate([part.own for part in parts]).tolist()) == list(range(x.size))
    for part in parts:
        apart = (x[:, None] - x[part.own]) ** 2 + (y[:, None] - y[part.own]) ** 2
        needed = set(np.flatnonzero((apart <= 4 * eps * eps).any(axis=1)).tolist())
        assert needed <= {*part.own.tolist(), *part.rim.tolist()}
        assert not set(part.own.tolist()) & set(part.rim.tolist())


def test_chain_over_many_parts_is_one_group():
    x = np.arange(0.0, 600.0)
    found = core_groups(x, np.zeros(600), np.ones(600), 1, 3, points_per_part=20)
    assert found[0] == found[-1] == -1
    assert set(found[1:-1].tolist()) == {0}


def test_points_of_equal_coordinate_fall_into_parts_of_equal_size():
    x = np.repeat([0.0, 1.0, 2.0], [10, 1000, 10])
    y = np.concatenate([np.arange(count, dtype=float) for count in (10, 1000, 10)])
    assert {part.own.size for part in _cut((x, y), 1, 128)} <= {127, 128}


def test_crowd_within_eps_is_not_cut():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 100, (2, 1000))
    assert len(list(_cut((x, y), 100, 10))) == 1


def test_part_that_a_worker_would_get_is_clustered_as_it_is():
    x, y, weights = towns(2_000)
    whole = core_groups(x, y, weights, 200, 10)
    assert whole.tolist() == plane_groups(x, y, weights, 200, 10).tolist()


def test_parts_agree_with_the_engine_of_one_machine():
    x, y, weights = towns(20_000)
    found = core_groups(x, y, weights, 200, 10, points_per_part=1_500)
    assert len(list(_cut((x, y), 200, 1_500))) > 8
    assert partition(found) == partition(plane_groups(x, y, weights, 200, 10))


def test_no_point_has_no_group():
    nothing = np.empty(0)
    assert core_groups(nothing, nothing, nothing, 200, 10).size == 0


def test_worker_processes_agree_and_leave_nothing_behind():
    x, y, weights = towns(20_000)
    with dask.config.set(scheduler=None):
        found = core_groups(x, y, weights, 200, 10, points_per_part=5_000)
    assert partition(found) == partition(plane_groups(x, y, weights, 200, 10))
    assert not workers()
    assert not local_files()


def test_worker_processes_listen_to_this_machine_alone_and_end_with_an_error():
    heard = []
    with pytest.raises(RuntimeError, match="stopped"), _local_workers(1) as cluster:
        assert cluster.scheduler_address.startswith("tls://127.0.0.1:")
        assert len(workers()) == 1
        for process in (psutil.Process(), *workers()):
            heard += [
                connection.laddr.ip
                for connection in process.net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            ]
        raise RuntimeError("stopped")
    assert set(heard) == {"127.0.0.1"}
    assert not workers()
    assert not local_files()


def test_current_client_is_used_and_left_alone():
    x, y, weights = towns(4_000)
    expected = partition(plane_groups(x, y, weights, 200, 10))
    with (
        LocalCluster(n_workers=2, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
        dask.config.set(scheduler=None),
    ):
        assert partition(core_groups(x, y, weights, 200, 10, points_per_part=900)) == expected
        assert not workers()
        assert client.status == "running"


def test_scheduler_that_the_settings_name_is_used():
    x, y, weights = towns(4_000)
    expected = partition(plane_groups(x, y, weights, 200, 10))
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
        dask.config.set({"scheduler": None, "scheduler-address": cluster.scheduler_address}),
    ):
        assert partition(core_groups(x, y, weights, 200, 10, points_per_part=900)) == expected
        assert not workers()


def test_scheduler_that_does_not_answer_is_told_in_words():
    x, y, weights = towns(2_000)
    settings = {
        "scheduler": None,
        "scheduler-address": "tcp://127.0.0.1:1",
        "distributed.comm.timeouts.connect": "200ms",
    }
    with dask.config.set(settings), pytest.raises(ClusterError, match="Không liên lạc được"):
        core_groups(x, y, weights, 200, 10, points_per_part=500)
