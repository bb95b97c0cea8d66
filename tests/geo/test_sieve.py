"""The quick look sets aside only what cannot matter."""

import numpy as np
import pytest

from geo.sieve import may_matter, may_reach


@pytest.mark.parametrize("seed", range(40))
def test_cores_and_their_neighbours_are_kept(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-30, 30, (2, rng.integers(1, 200))) * rng.choice([1.0, 0.1])
    weights = rng.choice([0.5, 1, 3], x.size)
    eps, least = float(rng.choice([0.3, 1, 2, 5])), int(rng.integers(1, 9))
    near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= eps * eps
    core = near @ weights >= least
    matter = near[:, core].any(axis=1)
    assert may_matter(x, y, weights, eps, least)[matter].all()
    assert may_reach(x, y, core, eps)[matter].all()


def test_most_of_the_noise_is_set_aside():
    x, y = np.random.default_rng(1).uniform(0, 1e6, (2, 50_000))
    assert may_matter(x, y, np.ones(x.size), 300.0, 8).mean() < 0.05


@pytest.mark.parametrize("eps", [1e-12, 1e-300])
def test_grid_beyond_measure_sets_nothing_aside(eps):
    x = np.array([0.0, 1e300, -1e300])
    assert may_matter(x, x, np.ones(3), eps, 2).all()
    assert may_reach(x, x, x > 0, eps).all()
