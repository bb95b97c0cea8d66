"""ST-DBSCAN: clusters of records that are near in space and in time, exactly.

Of Birant and Kut (2007), "ST-DBSCAN: An algorithm for clustering
spatial-temporal data", the two radii are taken: neighbours are records within
`eps_m` metres and `eps_days` days of each other, both rims included. Its third
parameter, the largest difference Δε of a value from the mean of the cluster so
far, is left out: records of offences carry no such value, and a test against a
running mean makes the result depend on the order of the rows.

Otherwise this is `geo.clusters` with a third axis: distinct (point, day) with
weights; zones of UTM with a rim of two eps, joined through the cores they share;
clusters numbered by their lowest core (x, then y, then day); a border record
goes to the nearest core by distance, then by days, then to the lowest cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from geo.cluster_numbers import join_groups, number_cores
from geo.clusters import MAX_EPS_M, NOISE, Labels
from geo.crs import BoolArray, FloatArray, IntArray, PlanePatch, zone_patches
from geo.distinct_points import check_parameters, checked_points, merge_points
from geo.errors import ClusterError
from geo.space_time_boxes import Boxes, Radii, Records, is_core, linked, nearest_labels

BOXES = "boxes"
"""Name of the engine of space and time."""


def label_space_time(
    lons: ArrayLike,
    lats: ArrayLike,
    days: Sequence[date] | ArrayLike,
    *,
    eps_m: float,
    eps_days: int,
    min_samples: int,
    weights: ArrayLike | None = None,
) -> Labels:
    """Cluster WGS 84 points with a day, near by both radii.

    `days` are dates or `datetime64`, one per point: records without a day, or
    dated to the month or year only, are left out by the caller. `eps_days` are
    whole days, 0 for the same day; the rest is as for `geo.clusters.label_places`.

    Raises
    ------
    ClusterError
        If lengths differ, a value is missing, or a parameter makes no sense.
    CrsError
        If the coordinates are no degrees.

    >>> days = np.array(["2026-03-01", "2026-03-09", "2026-09-01"], dtype="datetime64[D]")
    >>> three = dict(lons=[105.8] * 3, lats=[21.0] * 3, days=days)
    >>> label_space_time(**three, eps_m=300, eps_days=30, min_samples=2).labels.tolist()
    [0, 0, -1]
    """
    _check_radii(eps_m, eps_days, min_samples)
    lon, lat, weight = checked_points(lons, lats, weights)
    day = _checked_days(days, lon.size)
    places = merge_points(lon, lat, None, min_samples)
    records = merge_points(places.inverse.astype(float), day.astype(float), weight, min_samples)
    at, day = records.first.astype(np.int64), records.second.astype(np.int64)
    planes = zone_patches(places.first[at], places.second[at], rim_m=2 * eps_m)
    found = _label_planes(planes, day, records.weights, Radii(eps_m, int(eps_days)), min_samples)
    return found.of_rows(records.inverse)


def _check_radii(eps_m: float, eps_days: int, min_samples: int) -> None:
    check_parameters(eps_m, min_samples)
    if eps_m > MAX_EPS_M:
        raise ClusterError(f"Bán kính {eps_m} m quá lớn; hãy chọn không quá {MAX_EPS_M:.0f} m.")
    if not (np.isfinite(eps_days) and eps_days >= 0 and eps_days == int(eps_days)):
        raise ClusterError(f"Số ngày {eps_days} không hợp lệ; hãy chọn số nguyên từ 0 trở lên.")


def _checked_days(days: Sequence[date] | ArrayLike, n: int) -> IntArray:
    day = np.asarray(days, dtype="datetime64[D]")
    if day.shape != (n,):
        raise ClusterError(f"Số phần tử không khớp: {n} điểm, {day.size} ngày.")
    missing = np.isnat(day)
    if missing.any():
        raise ClusterError(
            f"Có {int(missing.sum())} điểm không rõ ngày, đầu tiên là điểm thứ"
            f" {int(np.argmax(missing)) + 1}. Hãy bỏ các điểm này trước khi gom cụm theo thời gian."
        )
    return day.astype(np.int64)


def _label_planes(
    planes: Sequence[PlanePatch], day: IntArray, weights: FloatArray, radii: Radii, min_samples: int
) -> Labels:
    """Label distinct records laid out on one or more planes."""
    core = np.zeros(weights.size, dtype=bool)
    boxes, groups = [], []
    for plane in planes:
        held = Boxes(Records(plane.x_m, plane.y_m, day[plane.members]), radii)
        mask = is_core(held, weights[plane.members], min_samples)
        core[plane.members[plane.owned]] = mask[plane.owned]
        boxes.append(held)
        groups.append(_core_groups(held, mask))
    labels = np.full(weights.size, NOISE, dtype=np.int64)
    number_cores(planes, join_groups(planes, groups, core), core, labels)
    for plane, held in zip(planes, boxes, strict=True):
        nearest = nearest_labels(held, core[plane.members], labels[plane.members])
        rest = plane.owned & ~core[plane.members]
        labels[plane.members[rest]] = nearest[rest]
    return Labels(labels, core, BOXES)


def _core_groups(boxes: Boxes, core: BoolArray) -> IntArray:
    groups = np.full(core.size, NOISE, dtype=np.int64)
    if core.any():
        groups[core] = linked(Boxes(boxes.records.at(np.flatnonzero(core)), boxes.radii))
    return groups
