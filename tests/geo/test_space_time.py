"""ST-DBSCAN: hand-drawn waves, a brute-force reference, relations, the seam of zones."""

import math
import time
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geo.space_time_boxes
from geo.clusters import label_places
from geo.crs import to_degrees, to_metres
from geo.errors import ClusterError, CrsError
from geo.space_time import label_space_time
from geo.space_time_boxes import Boxes, Radii, Records, is_core, linked, nearest_labels
from tests.brute_dbscan import brute_force_in_time

EPOCH = np.datetime64("2026-01-01")
RECORDS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40
)
SMALL = {"eps_m": 3, "eps_days": 2, "min_samples": 3}
HERE = {"eps_m": 300, "eps_days": 30, "min_samples": 3}


@pytest.fixture(autouse=True, scope="module")
def engines_are_loaded():
    label_places([105.0], [21.0])


def on_a_plane(records, eps_m, eps_days, min_samples, weights=None):
    """Cores, partition of the cores, and labels of the rest from the boxes of one plane."""
    x, y, day = (np.array(column) for column in zip(*records, strict=True))
    boxes = Boxes(Records(x.astype(float), y.astype(float), day), Radii(eps_m, eps_days))
    core = is_core(boxes, np.ones(x.size) if weights is None else np.array(weights), min_samples)
    group = np.full(x.size, -1)
    if core.any():
        group[core] = linked(Boxes(boxes.records.at(np.flatnonzero(core)), boxes.radii))
    return boxes, core, group


def partition(labels, core):
    groups = {}
    for row in np.flatnonzero(core):
        groups.setdefault(labels[row], set()).add(int(row))
    return {frozenset(group) for group in groups.values()}


def agrees_with_the_definition(records, eps_m, eps_days, min_samples, weights=None):
    expected, expected_core = brute_force_in_time(records, eps_m, eps_days, min_samples, weights)
    boxes, core, group = on_a_plane(records, eps_m, eps_days, min_samples, weights)
    assert core.tolist() == expected_core
    assert partition(group, core) == partition(expected, core)
    labels = np.where(core, expected, -1)
    nearest = nearest_labels(boxes, core, labels)
    assert np.where(core, labels, nearest).tolist() == expected


def near(east_m, north_m, lon=105.85, lat=21.03):
    """Points given in metres around a place, as WGS 84 degrees."""
    (x,), (y,) = to_metres([lon], [lat], 32648)
    return to_degrees(x + np.asarray(east_m, float), y + np.asarray(north_m, float), 32648)


def label(east, north, day, **parameters):
    lon, lat = near(east, north)
    found = label_space_time(lon, lat, EPOCH + np.asarray(day), **HERE | parameters)
    return found.labels.tolist(), found.core.tolist()


def test_two_waves_at_one_place_are_two_clusters():
    labels, core = label([0] * 6, [0] * 6, [200, 210, 220, 0, 10, 20])
    assert labels == [1, 1, 1, 0, 0, 0]
    assert all(core)


def test_two_places_at_one_time_are_two_clusters():
    assert label([1000, 1100, 1200, 0, 100, 200], [0] * 6, [5] * 6)[0] == [1, 1, 1, 0, 0, 0]


def test_unbroken_activity_is_one_cluster_however_long():
    assert set(label([0] * 60, [0] * 60, range(0, 1800, 30))[0]) == {0}


def test_a_place_that_wanders_is_one_cluster():
    assert set(label(range(0, 4000, 200), [0] * 20, range(0, 600, 30))[0]) == {0}


def test_rims_of_both_radii_are_included():
    at_rim = {"eps_m": 3, "eps_days": 2, "min_samples": 2}
    agrees_with_the_definition([(0, 0, 0), (3, 0, 2)], **at_rim)
    assert brute_force_in_time([(0, 0, 0), (3, 0, 2)], **at_rim)[0] == [0, 0]
    assert brute_force_in_time([(0, 0, 0), (3, 0, 3)], **at_rim)[0] == [-1, -1]
    agrees_with_the_definition([(0, 0, 0), (3, 0, 3)], **at_rim)


def between_two_waves(late_day, late_east=0):
    """Label of a record on day 30 that cores of day 0 and of a later wave can claim."""
    late = [late_day, late_day + 21, late_day + 22, late_day + 23]
    east, days = [0] * 5 + [late_east] * 4, [30, 0, -20, -21, -22, *late]
    labels, core = label(east, [0] * 9, days, min_samples=5)
    assert core == [False, True, False, False, False, True, False, False, False]
    assert labels[1:] == [0] * 4 + [1] * 4
    return labels[0]


def test_border_record_goes_to_the_core_nearer_in_time():
    assert between_two_waves(59) == 1


def test_border_record_midway_in_time_goes_to_the_lower_cluster():
    assert between_two_waves(60) == 0


def test_border_record_goes_by_distance_before_days():
    assert between_two_waves(59, late_east=100) == 0


def test_records_of_one_day_share_their_weight():
    labels, core = label([0, 0, 0], [0, 0, 0], [4, 4, 4], eps_days=0)
    assert (labels, core) == ([0, 0, 0], [True] * 3)
    assert label([0, 0, 0], [0, 0, 0], [4, 5, 6], eps_days=0)[0] == [-1] * 3


def test_nothing_gives_an_empty_answer_and_one_record_is_noise():
    assert label_space_time([], [], [], **HERE).labels.size == 0
    assert label([0], [0], [0]) == ([-1], [False])
    assert label([0], [0], [0], min_samples=1) == ([0], [True])


def test_dates_are_taken_as_well_as_numbers_of_numpy():
    days = [date(2026, 3, 1) + timedelta(d) for d in (0, 1, 2)]
    assert label_space_time([105.0] * 3, [21.0] * 3, days, **HERE).labels.tolist() == [0, 0, 0]


@pytest.mark.parametrize("days", [[EPOCH, np.datetime64("NaT")], [EPOCH.item(), None]])
def test_missing_day_is_refused_with_its_row(days):
    with pytest.raises(ClusterError, match=r"không rõ ngày.*thứ 2"):
        label_space_time([105.0] * 2, [21.0] * 2, days, **HERE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"eps_m": 0},
        {"eps_m": 1e6},
        {"eps_days": -1},
        {"eps_days": 1.5},
        {"eps_days": math.nan},
        {"eps_days": math.inf},
        {"min_samples": 0},
        {"weights": [1.0]},
        {"weights": [0.0, 1.0]},
    ],
)
def test_senseless_parameters_are_refused(wrong):
    with pytest.raises(ClusterError):
        label_space_time([105.0] * 2, [21.0] * 2, [EPOCH] * 2, **HERE | wrong)


def test_days_of_another_length_and_metres_are_refused():
    with pytest.raises(ClusterError, match="không khớp"):
        label_space_time([105.0] * 2, [21.0] * 2, [EPOCH], **HERE)
    with pytest.raises(CrsError):
        label_space_time([587_000.0], [2_325_000.0], [EPOCH], **HERE)


@given(RECORDS, st.integers(1, 4), st.integers(0, 4), st.integers(1, 8))
def test_labels_are_those_of_the_definition(records, eps_m, eps_days, min_samples):
    distinct = sorted(set(records))
    weights = [records.count(record) for record in distinct]
    agrees_with_the_definition(distinct, eps_m, eps_days, min_samples, weights)


@given(RECORDS, st.sampled_from([1, 7, 40]))
def test_labels_do_not_depend_on_how_many_pairs_are_looked_at_at_once(records, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geo.space_time_boxes, "_PAIRS_AT_ONCE", at_once)
        agrees_with_the_definition(sorted(set(records)), **SMALL)


@given(RECORDS, st.randoms(use_true_random=False))
def test_degrees_are_labelled_as_the_definition_says_in_any_row_order(records, random):
    random.shuffle(records)
    lon, lat = near(*([100 * r[axis] for r in records] for axis in (0, 1)))
    day = EPOCH + np.array([r[2] for r in records])
    found = label_space_time(lon, lat, day, eps_m=230, eps_days=2, min_samples=3)
    x, y = to_metres(lon, lat, 32648)
    rounded = zip(x, y, (r[2] for r in records), strict=True)
    labels, core = brute_force_in_time(list(rounded), 230, 2, 3)
    assert found.core.tolist() == core
    assert partition(found.labels, found.core) == partition(labels, core)
    assert (found.labels == -1).tolist() == [v == -1 for v in labels]


@given(RECORDS, st.integers(-20_000, 20_000))
def test_shifting_all_days_changes_nothing(records, shift):
    east, north, day = (np.array(column) for column in zip(*records, strict=True))
    assert label(100 * east, 100 * north, day + shift, eps_days=2) == label(
        100 * east, 100 * north, day, eps_days=2
    )


@given(RECORDS, st.integers(10, 10**6))
def test_days_without_limit_are_clusters_in_space_alone(records, eps_days):
    east, north, day = (100.0 * np.array(column) for column in zip(*records, strict=True))
    lon, lat = near(east, north)
    found = label_space_time(
        lon, lat, EPOCH + (day / 100).astype(int), eps_m=210, eps_days=eps_days, min_samples=3
    )
    places = label_places(lon, lat, eps_m=210, min_samples=3)
    assert found.labels.tolist() == places.labels.tolist()
    assert found.core.tolist() == places.core.tolist()


@given(RECORDS)
def test_two_rows_of_half_weight_are_one_row(records):
    east, north, day = (np.array(column) for column in zip(*records, strict=True))
    labels, core = label(100 * east, 100 * north, day, eps_days=2)
    twice = [np.tile(column, 2) for column in (100 * east, 100 * north, day)]
    halves = label(*twice, eps_days=2, weights=np.full(2 * len(records), 0.5))
    assert halves == (labels * 2, core * 2)


def test_cluster_across_the_seam_of_two_zones_is_one():
    lon = np.linspace(107.99, 108.01, 30)  # about 75 m apart
    found = label_space_time(
        lon, np.full(30, 14.35), EPOCH + np.arange(30), eps_m=100, eps_days=1, min_samples=3
    )
    assert set(found.labels.tolist()) == {0}
    assert found.core.sum() == 28


def test_labels_do_not_depend_on_where_the_seam_lies():
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(-0.02, 0.02, 1500), 15 + rng.uniform(-0.02, 0.02, 1500)
    day = EPOCH + rng.integers(0, 100, 1500)
    across = label_space_time(108 + lon, lat, day, eps_m=150, eps_days=20, min_samples=4)
    inside = label_space_time(
        105 + lon, lat, day, eps_m=150 * 0.9996 / 1.000876, eps_days=20, min_samples=4
    )
    assert across.n_clusters > 5
    assert (across.core == inside.core).all()
    assert partition(across.labels, across.core) == partition(inside.labels, inside.core)
    assert ((across.labels == -1) == (inside.labels == -1)).all()


def test_many_records_on_few_points_take_seconds():
    rng = np.random.default_rng(3)
    places = rng.integers(0, 50, 20_000) ** 2 % 40
    lon, lat = near(60.0 * places, 40.0 * (places % 7))
    day = EPOCH + rng.integers(0, 1826, 20_000)
    started = time.perf_counter()
    found = label_space_time(lon, lat, day, eps_m=300, eps_days=90, min_samples=8)
    assert time.perf_counter() - started < 5
    assert found.n_clusters >= 1
