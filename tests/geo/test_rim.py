"""Pairs on the rim within rounding: found, and the same to every engine."""

import numpy as np
import pytest

from geo.clusters import dbscan_labels
from geo.engines import package_groups
from geo.rim import MAX_POINTS, exact_groups, is_doubtful
from tests.brute_dbscan import brute_force

X, Y = 0.3 + 0.1, 0.4 + 0.1
"""Half a metre from (0.1, 0.1) but for the last bit, which is too much."""


def two_crowds():
    rng = np.random.default_rng(0)
    near = 0.1 - rng.uniform(0, 0.05, (40, 2))
    far = np.add((X, Y), rng.uniform(0, 0.05, (40, 2)))
    return np.vstack(([(0.1, 0.1)], near, [(X, Y)], far))


def test_package_alone_would_join_what_lies_a_last_bit_apart():
    x, y = two_crowds().T
    assert (X - 0.1) ** 2 + (Y - 0.1) ** 2 > 0.25
    assert package_groups(x, y, np.ones(x.size), 0.5, 3).max() == 0


@pytest.mark.parametrize("engine", ["sklearn", "dbscan", "dask"])
def test_every_engine_keeps_them_apart(engine):
    points = two_crowds()
    assert is_doubtful(*points.T, 0.5)
    found = dbscan_labels(*points.T, eps_m=0.5, min_samples=3, engine=engine)
    labels, core = brute_force([tuple(point) for point in points.tolist()], 0.5, 3)
    assert (found.labels.tolist(), found.core.tolist()) == (labels, core)
    assert max(labels) == 1


@pytest.mark.parametrize("seed", range(40))
def test_exact_groups_are_those_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    side, n = (12, rng.integers(1, 60)) if seed % 10 else (40, 500)
    points = np.unique(rng.integers(0, side, (n, 2)), axis=0) * 0.1
    eps, least = float(rng.choice([0.1, 0.5, 0.1 * np.sqrt(2)])), int(rng.integers(1, 6))
    x, y = points.T
    groups = exact_groups(x, y, np.ones(x.size), eps, least)
    labels, core = brute_force([tuple(point) for point in points.tolist()], eps, least)
    assert (groups >= 0).tolist() == core
    pairs = {(g, v) for g, v, c in zip(groups.tolist(), labels, core, strict=True) if c}
    assert len(pairs) == len({g for g, _ in pairs}) == len({v for _, v in pairs})


def test_whole_metres_and_projected_points_are_beyond_doubt():
    x, y = (side.ravel().astype(float) for side in np.meshgrid(range(60), range(60)))
    assert not is_doubtful(x, y, 5.0)
    projected = np.random.default_rng(1).uniform(0, 1, (2, 4000)) * 1e4 + 2_325_000
    assert not is_doubtful(*projected, 300.0)
    assert not is_doubtful(x[:1], y[:1], 5.0)


def test_diagonal_of_a_grid_is_in_doubt():
    x, y = (side.ravel().astype(float) for side in np.meshgrid(range(9), range(9)))
    assert is_doubtful(x, y, float(np.sqrt(2)))


def test_many_points_are_not_looked_through():
    x = np.arange(MAX_POINTS + 1) / 10
    assert not is_doubtful(x, x, float(np.sqrt(2)) / 10)
