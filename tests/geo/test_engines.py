"""Engines: each gives the labels of the definition, on any input; guards of the package."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_circles, make_moons

from geo.clusters import dbscan_labels
from geo.crs import PlanePatch
from geo.engines import (
    DASK_FROM,
    PACKAGE_FROM,
    chosen_engine,
    package_groups,
    plane_groups,
    sklearn_groups,
)
from geo.errors import ClusterError
from tests.brute_dbscan import brute_force, partition

ENGINES = ("sklearn", "dbscan", "dask")
POINTS = st.lists(st.tuples(st.integers(-6, 9), st.integers(-6, 9)), max_size=40)
EPS, MIN_SAMPLES = st.integers(1, 4), st.integers(1, 6)


def label(points, eps, min_samples, engine, weights=None):
    x, y = [p[0] for p in points], [p[1] for p in points]
    found = dbscan_labels(x, y, eps_m=eps, min_samples=min_samples, weights=weights, engine=engine)
    return found.labels.tolist(), found.core.tolist()


def plane(x, y=None):
    x = np.asarray(x, dtype=float)
    y = x if y is None else np.asarray(y, dtype=float)
    return PlanePatch(np.arange(x.size), x, y, np.ones(x.size, dtype=bool))


def like(groups):
    """Groups with numbers in the order of their first point."""
    seen = {}
    return [-1 if g < 0 else seen.setdefault(g, len(seen)) for g in groups.tolist()]


@pytest.mark.parametrize("engine", ENGINES)
@settings(deadline=None)  # the first call loads a library
@given(POINTS, EPS, MIN_SAMPLES)
def test_every_engine_labels_as_the_definition_says(engine, points, eps, min_samples):
    assert label(points, eps, min_samples, engine) == brute_force(points, eps, min_samples)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([0.25, 0.5, 1, 3, 100])),
        max_size=20,
    ),
    EPS,
    MIN_SAMPLES,
)
def test_every_engine_weighs_as_the_definition_says(engine, rows, eps, min_samples):
    points, weights = [(x, y) for x, y, _ in rows], [w for *_, w in rows]
    expected = brute_force(points, eps, min_samples, weights)
    assert label(points, eps, min_samples, engine, weights) == expected


@pytest.mark.parametrize("seed", range(150))
def test_engines_agree_on_the_rim_far_from_the_origin(seed):
    rng = np.random.default_rng(seed)
    side, step = rng.integers(3, 40), rng.choice([0.1, 1.0, 12.5, 250.0])
    xy = np.unique(rng.integers(0, side, (rng.integers(1, 300), 2)), axis=0) * step
    x, y = (xy + rng.choice([0, 1]) * np.array([587_000.3, 2_325_000.7])).T
    eps = float(step * rng.choice([1, 2, 5, np.sqrt(2), np.sqrt(8), np.sqrt(5)]))
    given_ = (x, y, np.ones(x.size), eps, int(rng.integers(1, 9)))
    assert like(package_groups(*given_)) == like(sklearn_groups(*given_))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("points", "eps"),
    [
        (make_moons(3000, noise=0.05, random_state=1)[0] * 1000 + 500_000, 60),
        (make_circles(3000, noise=0.03, factor=0.4, random_state=2)[0] * -1000, 60),
        (np.column_stack((np.arange(3000.0), np.zeros(3000))), 2),
        (np.random.default_rng(4).normal(0, 1000, (4000, 2)).round(-2), 150),
        (np.random.default_rng(5).uniform(0, 1e6, (3000, 2)), 30),
        (np.random.default_rng(6).uniform(0, 100, (3000, 2)), 500),
    ],
    ids=["moons", "rings", "chain", "duplicates", "all noise", "one heap"],
)
def test_partition_is_that_of_scikit_learn(engine, points, eps):
    labels, core = label(points.tolist(), eps, 5, engine)
    reference = DBSCAN(eps=eps, min_samples=5, algorithm="kd_tree").fit(points)
    is_core = np.zeros(len(points), dtype=bool)
    is_core[reference.core_sample_indices_] = True
    assert core == is_core.tolist()
    ours, theirs = np.array(labels), reference.labels_
    assert ((ours == -1) == (theirs == -1)).all()
    assert partition(ours[is_core])[0] == partition(theirs[is_core])[0]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], []),
        ([(5, 5)], [-1]),
        ([(5, 5), (6, 5)], [0, 0]),
        ([(5, 5), (60, 5)], [-1, -1]),
        ([(-5, -5)] * 5000, [0] * 5000),
    ],
    ids=["none", "one", "two near", "two apart", "all on one point"],
)
def test_smallest_sets_crash_no_engine(engine, points, expected):
    assert label(points, 1, 2, engine)[0] == expected


@pytest.mark.parametrize("engine", ["dbscan", "auto"])
def test_grid_of_an_eps_of_one_metre_over_the_nation_is_no_trouble(engine):
    rng = np.random.default_rng(7)
    x, y = rng.uniform(-2e6, 2e6, (2, 5000))
    x, y = np.append(x, x + 0.4), np.append(y, y + 0.4)
    found = dbscan_labels(x, y, eps_m=1, min_samples=2, engine=engine)
    assert found.engine == "dbscan"
    assert found.n_clusters == 5000


@pytest.mark.parametrize("eps", [1e-3, 1e-9])
def test_package_gives_way_where_its_grid_would_overflow(eps):
    x = np.array([0, 0, 2e6, 2e6 + eps * 4])
    found = dbscan_labels(x, x * 0, eps_m=eps, min_samples=2, engine="dbscan")
    assert found.engine == "sklearn"
    assert found.labels.tolist() == [0, 0, -1, -1]


def test_heavy_points_are_not_copied():
    rng = np.random.default_rng(9)
    x, y = rng.uniform(0, 40_000, (2, 3000))
    weights = rng.integers(1, 10**9, 3000).astype(float)
    given_ = (x, y, weights, 300.0, 10**9)
    assert like(package_groups(*given_)) == like(sklearn_groups(*given_))


def test_crowds_of_many_points_hide_nothing():
    rng = np.random.default_rng(10)
    heaps = rng.uniform(-1e5, 1e5, (60, 2))[rng.integers(0, 60, 20_000)]
    xy = np.vstack((heaps + rng.normal(0, 200, heaps.shape), rng.uniform(-1e5, 1e5, (20_000, 2))))
    weights = rng.choice([1.0, 2.0, 0.5], len(xy))
    for given_ in ((xy[:, 0], xy[:, 1], w, 150.0, 8) for w in (np.ones(len(xy)), weights)):
        assert like(package_groups(*given_)) == like(sklearn_groups(*given_))


def test_nothing_to_gain_from_many_points_apart_is_all_noise():
    x = np.arange(30_000) * 1000.0
    found = dbscan_labels(x, -x, eps_m=200, min_samples=2, engine="dbscan")
    assert set(found.labels.tolist()) == {-1}
    found = dbscan_labels(x, -x, eps_m=200, min_samples=1, engine="dbscan")
    assert found.labels.tolist() == list(range(30_000))


def test_auto_goes_by_the_number_of_distinct_points():
    assert chosen_engine("auto", [plane(np.arange(PACKAGE_FROM - 1))], 5) == "sklearn"
    assert chosen_engine("auto", [plane(np.arange(PACKAGE_FROM))], 5) == "dbscan"
    one, owned = np.broadcast_to(1.0, DASK_FROM), np.broadcast_to(True, DASK_FROM)
    assert chosen_engine("auto", [PlanePatch(one, one, one, owned)], 5) == "dask"
    on_few_points = np.repeat([0, 9], 5000)
    assert dbscan_labels(on_few_points, on_few_points, eps_m=1, min_samples=2).engine == "sklearn"


def test_engine_nobody_knows_is_refused():
    with pytest.raises(ClusterError, match="optics"):
        dbscan_labels([0], [0], eps_m=1, min_samples=1, engine="optics")


def test_package_leaves_no_thread_behind():
    x, y = np.random.default_rng(1).uniform(0, 1e4, (2, 5000))

    def n_threads():
        return len(list(Path("/proc/self/task").iterdir()))

    before = n_threads()
    for _ in range(3):
        package_groups(x, y, np.ones(5000), 100.0, 5)
    assert n_threads() == before


def test_package_answers_several_threads():
    x, y = np.random.default_rng(1).uniform(0, 1e4, (2, 5000))
    expected = like(plane_groups(x, y, np.ones(5000), 100.0, 5))
    answers = []

    def ask():
        answers.extend(like(plane_groups(x, y, np.ones(5000), 100.0, 5)) for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 20


def test_heavy_libraries_are_loaded_when_asked_for():
    words = (
        "import sys, numpy; from geo.clusters import dbscan_labels;"
        "x = numpy.arange(5000.);"
        "assert dbscan_labels(x, x, eps_m=9, min_samples=2, engine='dbscan').n_clusters == 1;"
        "print(sorted({'sklearn', 'dask'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["[]"]
