"""The k-distance curve, its knee, and trials of eps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from geo.clusters import label_places
from geo.crs import FloatArray, to_degrees
from geo.errors import ClusterError
from geo.parameters import k_distance_curve, parameter_help, whole_tiles

ZONE = "EPSG:32648"


def degrees(x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    return to_degrees(500_000 + x_m, 2_325_000 + y_m, ZONE)


def gathered(scale: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """Forty places of 40 records within 60 m, and 800 records scattered over 60 km."""
    random = np.random.default_rng(7)
    centres = random.uniform(0, 60_000, (40, 2))
    near = np.repeat(centres, 40, axis=0) + random.normal(0, 60, (1600, 2))
    all_m = np.vstack((near, random.uniform(0, 60_000, (800, 2)))) * scale
    return degrees(all_m[:, 0], all_m[:, 1])


def test_distances_on_a_line_are_those_measured_by_hand() -> None:
    lons, lats = degrees(np.array([0.0, 100, 200, 300, 400]), np.zeros(5))
    curve = k_distance_curve(lons, lats, min_samples=3)
    # The ends reach two records to one side, the others one to each.
    assert_allclose(curve.distances_m[:3], [100, 100, 100], rtol=1e-3)
    assert curve.n_records == 5


def test_the_record_itself_counts() -> None:
    lons, lats = degrees(np.array([0.0, 100]), np.zeros(2))
    assert k_distance_curve(lons, lats, min_samples=1).distances_m[0] == 0
    assert_allclose(k_distance_curve(lons, lats, min_samples=2).distances_m[0], 100, rtol=1e-3)


def test_records_on_one_point_have_each_other_at_no_distance() -> None:
    lons, lats = degrees(np.array([0.0] * 8 + [500.0] * 2), np.zeros(10))
    curve = k_distance_curve(lons, lats, min_samples=8)
    assert curve.n_points == 2
    assert curve.distances_m[0] == 0
    assert curve.shares[0] == 0.8


def test_the_knee_lies_between_gathered_and_scattered() -> None:
    curve = k_distance_curve(*gathered(), min_samples=8)
    assert curve.knee_m is not None
    assert curve.knee_share is not None
    assert 60 < curve.knee_m < 400
    assert 0.55 < curve.knee_share < 0.8
    found = label_places(*gathered(), eps_m=curve.knee_m, min_samples=8)
    assert 36 <= found.n_clusters <= 41


def test_the_knee_grows_with_the_distances() -> None:
    small = k_distance_curve(*gathered(), max_reach_m=1_000)
    large = k_distance_curve(*gathered(2.0), max_reach_m=2_000)
    assert small.knee_m is not None
    assert large.knee_m is not None
    assert_allclose(large.knee_m, 2 * small.knee_m, rtol=2e-3)


def test_order_of_rows_does_not_matter() -> None:
    lons, lats = gathered()
    turned = np.random.default_rng(1).permutation(lons.size)
    assert k_distance_curve(lons, lats) == k_distance_curve(lons[turned], lats[turned])


def test_points_without_a_pattern_have_no_knee() -> None:
    random = np.random.default_rng(11)
    x_m, y_m = random.uniform(0, 20_000, (2, 4000))
    assert k_distance_curve(*degrees(x_m, y_m)).knee_m is None


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_too_few_records_give_an_empty_curve(n: int) -> None:
    curve = k_distance_curve(*degrees(np.arange(n) * 10.0, np.zeros(n)), min_samples=8)
    assert curve.distances_m == ()
    assert curve.knee_m is None
    assert parameter_help([], []).trials[0].n_clusters == 0


def test_of_many_points_a_part_is_measured_and_that_is_said() -> None:
    whole = k_distance_curve(*gathered())
    part = k_distance_curve(*gathered(), max_measured=600)
    assert part.sampled
    assert not whole.sampled
    assert part.n_measured <= 600
    assert whole.knee_m is not None
    assert part.knee_m is not None
    assert 0.7 < part.knee_m / whole.knee_m < 1.4


def test_trials_say_what_each_eps_would_give() -> None:
    lons, lats = gathered()
    found = parameter_help(lons, lats, eps_m=(100.0, 300.0))
    assert [trial.eps_m for trial in found.trials] == [100.0, 300.0]
    wide = found.trials[1]
    labels = label_places(lons, lats, eps_m=300, min_samples=8).labels
    assert wide.n_clusters == labels.max() + 1
    assert wide.n_clustered == (labels >= 0).sum()
    assert wide.largest == np.bincount(labels[labels >= 0]).max()
    assert_allclose(wide.noise_share, (labels < 0).mean())


def test_whole_tiles_keep_what_lies_together() -> None:
    random = np.random.default_rng(3)
    lons, lats = random.uniform(105, 107, 4000), random.uniform(20, 22, 4000)
    rows = whole_tiles(lons, lats, 1000)
    assert 1000 <= rows.size < 1300
    tile = np.floor(lons * 4) * 1000 + np.floor(lats * 4)
    assert not set(tile[rows]) & set(np.delete(tile, rows))
    assert whole_tiles(lons, lats, 4000).size == 4000


def test_min_samples_below_one_is_refused() -> None:
    with pytest.raises(ClusterError, match="từ 1"):
        k_distance_curve([105.0], [21.0], min_samples=0)
