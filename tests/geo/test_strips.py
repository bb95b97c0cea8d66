"""Strips: the groups, labels and weights of the other engines; what they decline."""

import numpy as np
import pytest

from geo.clusters import dbscan_labels, label_places
from geo.engines import sklearn_groups
from geo.strips import border_pairs, lay_strips, strip_groups

FAR = np.array([587_000.3, 2_325_000.7])


def like(groups):
    """Groups with numbers in the order of their first point."""
    seen = {}
    return [-1 if g < 0 else seen.setdefault(g, len(seen)) for g in groups.tolist()]


def same_labels(one, other):
    return (one.labels == other.labels).all() and (one.core == other.core).all()


def commune_like(rng, n, places):
    """Points of which a third lie close to a place, a third around it, a third anywhere."""
    centres = rng.uniform(0, 200_000, (places, 2))[rng.integers(0, places, n)]
    return centres + rng.normal(0, 1, (n, 2)) * rng.choice([80, 400, 9000], (n, 1))


@pytest.mark.parametrize("seed", range(120))
def test_groups_and_borders_are_those_of_scikit_learn_on_any_small_set(seed):
    rng = np.random.default_rng(seed)
    step, side = rng.choice([0.1, 1.0, 12.5, 250.0]), int(rng.integers(3, 60))
    xy = np.unique(rng.integers(0, side, (rng.integers(1, 300), 2)), axis=0) * step
    xy += rng.choice([0, 1]) * FAR + rng.choice([0, 1]) * rng.normal(0, step, xy.shape)
    weights = rng.choice([0.25, 1, 1, 1, 3], len(xy)) if seed % 2 else np.ones(len(xy))
    eps, least = float(step * rng.choice([1, 1.5, np.sqrt(2), np.sqrt(5)])), int(rng.integers(1, 7))
    strips = lay_strips(*xy.T, weights, eps)
    assert strips is not None
    groups = strip_groups(strips, least)
    near = np.square(xy[:, None] - xy).sum(axis=2) <= eps * eps
    assert ((groups >= 0) == (near @ weights >= least)).all()
    if not seed % 3:  # on lattices scikit-learn may differ in the last bit
        xy += rng.normal(0, step, xy.shape)
        strips = lay_strips(*xy.T, weights, eps)
        groups = strip_groups(strips, least)
        assert like(groups) == like(sklearn_groups(*xy.T, weights, eps, least))
        near = np.square(xy[:, None] - xy).sum(axis=2) <= eps * eps
    core = groups >= 0
    expected = zip(*np.nonzero(near & core & ~core[:, None]), strict=True)
    assert sorted(zip(*border_pairs(strips, core), strict=True)) == sorted(expected)


@pytest.mark.parametrize("places", [40, 400])
def test_auto_takes_strips_and_labels_as_the_others(places):
    rng = np.random.default_rng(places)
    x, y = commune_like(rng, 12_000, places).T
    weights = rng.choice([0.5, 1, 1, 1, 2], x.size)
    for more in ({}, {"weights": weights}):
        given = {"eps_m": 60.0, "min_samples": 5, **more}
        auto = dbscan_labels(x, y, **given)
        assert auto.engine == "strips"
        assert auto.n_clusters > 20
        assert same_labels(auto, dbscan_labels(x, y, engine="dbscan", **given))
        assert same_labels(auto, dbscan_labels(x, y, engine="sklearn", **given))


def test_lattice_with_ties_gets_the_same_labels():
    x, y = np.random.default_rng(9).integers(0, 120, (2, 25_000)) * 100.0
    auto = dbscan_labels(x, y, eps_m=100, min_samples=5)
    assert auto.engine == "strips"
    assert same_labels(auto, dbscan_labels(x, y, eps_m=100, min_samples=5, engine="sklearn"))


@pytest.mark.parametrize("turn", [1, -1])
def test_chain_of_any_length_is_one_cluster(turn):
    found = dbscan_labels(*(np.arange(30_000.0), np.zeros(30_000))[::turn], eps_m=1, min_samples=3)
    assert (found.engine, found.n_clusters) == ("strips", 1)
    assert found.core.sum() == 29_998


def test_zones_are_joined_from_strips_of_each():
    rng = np.random.default_rng(2)
    lon, lat = 108 + rng.uniform(-0.5, 0.5, 30_000), 15 + rng.uniform(-0.5, 0.5, 30_000)
    found = label_places(lon, lat, eps_m=500, min_samples=4)
    assert found.engine == "strips"
    assert same_labels(found, label_places(lon, lat, eps_m=500, min_samples=4, engine="sklearn"))


def test_crowds_and_boundless_extents_are_declined():
    x, y = np.random.default_rng(3).uniform(0, 1000, (2, 12_000))
    assert lay_strips(x, y, np.ones(12_000), 300.0) is None
    assert lay_strips(x, y, np.ones(12_000), 1e-6) is None
    assert lay_strips(x[:0], y[:0], x[:0], 1.0) is None
    assert dbscan_labels(x, y, eps_m=300, min_samples=9).engine == "dbscan"


def test_heap_on_one_point_weighs_as_many_as_it_holds():
    x, y = np.random.default_rng(4).uniform(0, 1e6, (2, 14_000))
    x[:2000], y[:2000] = 500, 500
    found = dbscan_labels(x, y, eps_m=5, min_samples=2000)
    assert found.engine == "strips"
    assert set(found.labels[:2000].tolist()) == {0}
    assert set(found.labels[2000:].tolist()) == {-1}
