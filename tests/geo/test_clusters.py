"""DBSCAN: hand-drawn points, a brute-force reference, relations, the seam of zones."""

import math
import time
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_circles, make_moons

from geo.clusters import dbscan_labels, label_places
from geo.crs import to_degrees, to_metres
from geo.errors import ClusterError, CrsError
from geo.terms import ClusterFlag
from tests.brute_dbscan import brute_force, partition
from tests.geo.found_clusters import found_clusters

POINTS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40)
EPS = st.integers(1, 4)
MIN_SAMPLES = st.integers(1, 6)


def label(points, eps, min_samples, weights=None):
    x, y = [p[0] for p in points], [p[1] for p in points]
    found = dbscan_labels(x, y, eps_m=eps, min_samples=min_samples, weights=weights)
    return found.labels.tolist(), found.core.tolist()


def degrees_near(lon, lat, east_m, north_m):
    """Points given in metres around a place, as WGS 84 degrees."""
    (x,), (y,) = to_metres([lon], [lat], 32648)
    return to_degrees(x + np.asarray(east_m, float), y + np.asarray(north_m, float), 32648)


def test_two_clusters_and_noise_are_numbered_from_the_west():
    points = [(100, 0), (101, 0), (102, 0), (0, 0), (1, 0), (2, 0), (50, 50)]
    labels, core = label(points, 1, 3)
    assert labels == [1, 1, 1, 0, 0, 0, -1]
    assert core == [False, True, False, False, True, False, False]


def test_neighbourhood_includes_its_rim():
    assert label([(0, 0), (3, 4)], 5, 2)[0] == [0, 0]
    assert label([(0, 0), (3, 4.000001)], 5, 2)[0] == [-1, -1]


def test_border_point_goes_to_the_nearer_core():
    left = [(0, 0), (-1, 0), (-1, 1), (-1, -1)]
    right = [(7, 0), (8, 0), (8, 1), (8, -1)]
    labels, core = label([*left, *right, (4, 0)], 4, 5)
    assert not core[8]
    assert labels == [0, 0, 0, 0, 1, 1, 1, 1, 1]


def test_border_point_midway_goes_to_the_lower_cluster():
    right = [(6, 0), (7, 0), (7, 1), (7, -1)]
    left = [(0, 0), (-1, 0), (-1, 1), (-1, -1)]
    labels, core = label([*right, *left, (3, 0)], 3, 5)
    assert not core[8]
    assert labels[8] == labels[4] == 0


def test_chain_is_one_cluster():
    labels, _ = label([(i, 0) for i in range(50)], 1, 3)
    assert set(labels) == {0}


def test_everything_apart_is_noise():
    assert set(label([(10 * i, 0) for i in range(9)], 1, 2)[0]) == {-1}


def test_no_points_give_an_empty_answer():
    found = dbscan_labels([], [], eps_m=300, min_samples=8)
    assert found.labels.size == found.core.size == found.n_clusters == 0


def test_one_point_is_noise_or_a_cluster_of_its_own():
    assert label([(5, 5)], 300, 2) == ([-1], [False])
    assert label([(5, 5)], 300, 1) == ([0], [True])
    assert label([(5, 5)], 300, 8, [8]) == ([0], [True])


def test_two_points_are_a_cluster_of_two():
    assert label([(0, 0), (1, 1)], 2, 2) == ([0, 0], [True, True])


@pytest.mark.parametrize("engine", ["sklearn", "dbscan", "dask"])
def test_labels_name_the_engine_that_was_used(engine):
    found = dbscan_labels([0, 1, 2], [0, 0, 0], eps_m=1, min_samples=2, engine=engine)
    assert found.engine == engine
    assert found.labels.tolist() == [0, 0, 0]


def test_all_records_of_one_commune_are_one_cluster():
    lon, lat = degrees_near(105.85, 21.03, *np.random.default_rng(3).normal(0, 80, (2, 2000)))
    found = label_places(lon, lat)
    assert found.n_clusters == 1
    assert (found.labels == -1).mean() < 0.05


def test_tenths_add_up_to_one_in_any_order():
    labels, core = label([(0, 0), (1, 0)] * 5, 1, 1, [0.1] * 10)
    assert (set(labels), set(core)) == ({0}, {True})
    assert label([(0, 0)], 1, 1, [0.999]) == ([-1], [False])


def test_weights_beyond_measure_are_cores():
    assert label([(0, 0), (5, 0)], 1, 3, [1e308, 2.5]) == ([0, -1], [True, False])
    assert label([(0, 0), (0, 0)], 1, 3, [1e308, 1e308]) == ([0, 0], [True, True])


def test_turning_by_any_angle_keeps_the_partition():
    points = np.random.default_rng(8).uniform(0, 5000, (600, 2))
    labels, core = label(points.tolist(), 250, 5)
    for angle in (0.3, 1.1, 2.5):
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        turned, turned_core = label((points @ turn.T).tolist(), 250, 5)
        assert turned_core == core
        assert partition(turned) == partition(labels)


def test_many_border_points_midway_are_settled_at_once():
    east = np.arange(0, 40_000, 4)
    x = np.concatenate((east, east, east))
    y = np.repeat([0, 100, 200], east.size)  # every point of the middle row is tied
    weights = np.where(y == 100, 1, 9)
    started = time.perf_counter()
    found = dbscan_labels(x, y, eps_m=100, min_samples=70, weights=weights)
    assert time.perf_counter() - started < 5
    assert set(found.labels[y == 100].tolist()) == {0}


def test_twenty_thousand_records_on_one_point_are_instant():
    started = time.perf_counter()
    found = dbscan_labels(np.full(20_000, 500_000), np.full(20_000, 2e6), eps_m=300, min_samples=8)
    assert set(found.labels.tolist()) == {0}
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_coordinate_that_is_no_number_is_refused_with_its_row(bad):
    with pytest.raises(ClusterError, match="thứ 2"):
        dbscan_labels([0, bad, 1], [0, 0, 0], eps_m=1, min_samples=1)
    with pytest.raises(ClusterError, match="thứ 2"):
        label_places([105, 105, 105], [10, bad, 10])


@pytest.mark.parametrize(
    "wrong",
    [
        {"eps_m": 0},
        {"eps_m": -1},
        {"eps_m": math.nan},
        {"eps_m": math.inf},
        {"min_samples": 0},
        {"min_samples": 2.5},
        {"weights": [1.0]},
        {"weights": [1.0, 0.0]},
        {"weights": [1.0, math.nan]},
    ],
)
def test_senseless_parameters_are_refused(wrong):
    with pytest.raises(ClusterError):
        dbscan_labels([0.0, 1.0], [0.0, 1.0], **({"eps_m": 1, "min_samples": 1} | wrong))


def test_unequal_lengths_are_refused():
    with pytest.raises(ClusterError, match="không khớp"):
        dbscan_labels([0, 1], [0], eps_m=1, min_samples=1)


def test_degrees_are_refused_where_metres_are_needed():
    with pytest.raises(CrsError):
        dbscan_labels([105.85, 105.86], [21.03, 21.04], eps_m=300, min_samples=1)
    with pytest.raises(CrsError):
        label_places([587_000.0], [2_325_000.0])


@given(POINTS, EPS, MIN_SAMPLES)
def test_labels_are_those_of_the_definition(points, eps, min_samples):
    assert label(points, eps, min_samples) == brute_force(points, eps, min_samples)


@given(POINTS, EPS, MIN_SAMPLES, st.randoms(use_true_random=False))
def test_row_order_changes_no_label(points, eps, min_samples, random):
    order = list(range(len(points)))
    random.shuffle(order)
    labels, core = label(points, eps, min_samples)
    shuffled, shuffled_core = label([points[i] for i in order], eps, min_samples)
    assert shuffled == [labels[i] for i in order]
    assert shuffled_core == [core[i] for i in order]


@given(POINTS, EPS, MIN_SAMPLES, st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_moving_everything_changes_no_label(points, eps, min_samples, east, north):
    moved = [(x + east, y + north) for x, y in points]
    assert label(moved, eps, min_samples) == label(points, eps, min_samples)


@given(POINTS, EPS, MIN_SAMPLES)
def test_quarter_turn_keeps_cores_noise_and_their_partition(points, eps, min_samples):
    labels, core = label(points, eps, min_samples)
    turned, turned_core = label([(-y, x) for x, y in points], eps, min_samples)
    assert turned_core == core

    def cores_only(values):
        return partition([v if c else -1 for v, c in zip(values, core, strict=True)])

    assert cores_only(turned) == cores_only(labels)
    assert partition(turned)[1] == partition(labels)[1]


@given(POINTS, EPS, MIN_SAMPLES)
def test_two_rows_of_half_weight_are_one_row(points, eps, min_samples):
    labels, core = label(points, eps, min_samples)
    doubled, doubled_core = label(points * 2, eps, min_samples, [0.5] * (2 * len(points)))
    assert doubled == labels * 2
    assert doubled_core == core * 2


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 4)), max_size=15),
       EPS, MIN_SAMPLES)  # fmt: skip
def test_weight_is_as_good_as_repetition(rows, eps, min_samples):
    points, weights = [(x, y) for x, y, _ in rows], [w for *_, w in rows]
    weighted, _ = label(points, eps, min_samples, weights)
    repeated, _ = label([p for p, w in zip(points, weights, strict=True) for _ in range(w)],
                        eps, min_samples)  # fmt: skip
    assert [v for v, w in zip(weighted, weights, strict=True) for _ in range(w)] == repeated


@pytest.mark.parametrize(
    ("points", "eps", "expected"),
    [
        (make_moons(400, noise=0.05, random_state=1)[0] * 1000, 200, 2),
        (make_circles(400, noise=0.03, factor=0.4, random_state=2)[0] * 1000, 200, 2),
        (np.random.default_rng(4).normal(0, 1000, (500, 2)).round(-2), 150, None),
    ],
    ids=["moons", "rings", "duplicates"],
)
def test_partition_is_that_of_scikit_learn(points, eps, expected):
    labels, core = label(points.tolist(), eps, 5)
    reference = DBSCAN(eps=eps, min_samples=5, algorithm="kd_tree").fit(points)
    is_core = np.zeros(len(points), dtype=bool)
    is_core[reference.core_sample_indices_] = True
    assert core == is_core.tolist()
    ours, theirs = np.array(labels), reference.labels_
    assert ((ours == -1) == (theirs == -1)).all()
    assert partition(ours[is_core])[0] == partition(theirs[is_core])[0]
    assert expected in (None, max(labels) + 1)


def test_cluster_across_the_seam_of_two_zones_is_one():
    lon = np.linspace(107.99, 108.01, 30)  # about 75 m apart
    found = label_places(lon, np.full(30, 14.35), eps_m=100, min_samples=3)
    assert set(found.labels.tolist()) == {0}
    assert found.core.sum() == 28


def test_labels_do_not_depend_on_where_the_seam_lies():
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(-0.02, 0.02, 600), 15 + rng.uniform(-0.02, 0.02, 600)
    across = label_places(108 + lon, lat, eps_m=150, min_samples=4)
    inside = label_places(105 + lon, lat, eps_m=150 * 0.9996 / 1.000876, min_samples=4)
    assert across.n_clusters > 5
    assert (across.core == inside.core).all()
    cores = across.core
    assert partition(across.labels[cores])[0] == partition(inside.labels[cores])[0]
    assert ((across.labels == -1) == (inside.labels == -1)).all()


def test_far_away_record_changes_no_label():
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(106.6, 106.7, 300), rng.uniform(10.7, 10.8, 300)
    alone = label_places(lon, lat, eps_m=400)
    joined = label_places([*lon, 112.3], [*lat, 16.5], eps_m=400)
    assert joined.labels[:-1].tolist() == alone.labels.tolist()
    assert joined.labels[-1] == -1


def test_cluster_carries_its_records_dates_and_hull():
    lon, lat = degrees_near(105.85, 21.03, [0, 50, 0, 50, 25, 5000], [0, 0, 50, 50, 25, 0])
    days = [date(2026, 3, d) for d in (5, 1, 9, 4, 2, 8)]
    clusters, found = found_clusters(lon, lat, days, [60, 50, 40, 30, 20, 10], min_samples=5)
    (cluster,) = clusters
    assert found.labels.tolist() == [0, 0, 0, 0, 0, -1]
    assert (cluster.cluster_id, cluster.n) == (0, 5)
    assert cluster.members == (20, 30, 40, 50, 60)
    assert (cluster.first_date, cluster.last_date) == (date(2026, 3, 1), date(2026, 3, 9))
    assert (cluster.lon, cluster.lat) == pytest.approx((lon[4], lat[4]), abs=1e-6)
    assert cluster.flag is ClusterFlag.UNRECORDED
    hull = shapely.from_wkb(cluster.hull_wkb)
    assert hull.covers(shapely.MultiPoint(np.column_stack((lon[:5], lat[:5]))))
    assert not hull.covers(shapely.Point(lon[5], lat[5]))


@pytest.mark.parametrize(
    ("east", "north"),
    [([0] * 8, [0] * 8), ([0, 200] * 4, [0] * 8), (list(range(0, 80, 10)), [0] * 8)],
    ids=["one point", "two points", "a row"],
)
def test_hull_of_a_flat_cluster_has_an_area(east, north):
    lon, lat = degrees_near(105.85, 21.03, east, north)
    (cluster,), _ = found_clusters(lon, lat, None, range(8))
    hull = shapely.from_wkb(cluster.hull_wkb)
    assert hull.geom_type == "Polygon"
    assert hull.is_valid
    assert hull.exterior.is_ccw
    x, y = to_metres(*hull.exterior.coords.xy, 32648)
    assert shapely.Polygon(np.column_stack((x, y))).area > 75**2
    assert cluster.first_date is None


def test_middle_is_the_mean_of_the_cores_alone():
    lon, lat = degrees_near(105.85, 21.03, [0, 0, 0, 0, 90], [0] * 5)
    (cluster,), found = found_clusters(lon, lat, None, range(5), eps_m=100, min_samples=5)
    assert found.core.all()
    (lower,), found = found_clusters(
        [*lon, lon[4] + 0.0009], [*lat, lat[4]], None, range(6), eps_m=100, min_samples=5
    )
    assert found.core.tolist() == [True] * 5 + [False]
    assert lower.lon == pytest.approx(cluster.lon)
    assert lower.n == 6


def test_nothing_to_cluster_gives_no_clusters():
    clusters, found = found_clusters([], [], [], [])
    assert clusters == []
    assert found.labels.size == 0


def test_days_of_another_length_are_refused():
    with pytest.raises(ClusterError, match="không khớp"):
        found_clusters([105.0], [21.0], [], [1])


def test_unknown_days_are_left_out_of_first_and_last():
    days = np.array(["2026-02-01", "NaT", "2026-01-05"], dtype="datetime64[D]")
    (cluster,), _ = found_clusters([105.0] * 3, [21.0] * 3, days, range(3), min_samples=3)
    assert (cluster.first_date, cluster.last_date) == (date(2026, 1, 5), date(2026, 2, 1))
