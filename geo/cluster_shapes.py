"""What a cluster looks like: its hull, its middle, its first and last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import BoolArray, FloatArray, IntArray, to_degrees, to_metres, utm_epsg, utm_zones
from geo.errors import ClusterError
from geo.records import Cluster

HULL_RATIO = 0.3
"""Concaveness given to GEOS: 1 is the convex hull, 0 follows every bay."""

Days = NDArray[np.datetime64]


def describe_clusters(
    lons: FloatArray,
    lats: FloatArray,
    *,
    days: Sequence[date | None] | ArrayLike | None,
    ids: IntArray,
    labels: IntArray,
    core: BoolArray,
    margin_m: float,
) -> list[Cluster]:
    """Describe every cluster of a labelling, in the order of the labels.

    Parameters
    ----------
    lons, lats
        WGS 84 degrees, shape (n,), as `days`, `ids`, `labels` and `core`.
    days
        Dates or `datetime64`; None or NaT where unknown.
    margin_m
        Metres by which the concave hull of the members is widened, so that
        even one point or a row of points has a hull with an area.

    Raises
    ------
    ClusterError
        If the arrays are not of one length.
    """
    known_days = as_days(days, lons.size)
    if not lons.size == lats.size == ids.size == labels.size == known_days.size:
        raise ClusterError(
            f"Số phần tử không khớp: {lons.size} điểm, {ids.size} mã, {known_days.size} ngày."
        )
    groups = _rows_by_label(labels)
    centres = [rows[core[rows]] for rows in groups]
    middle = [(float(lons[rows].mean()), float(lats[rows].mean())) for rows in centres]
    hulls = _hulls(lons, lats, groups, [lon for lon, _ in middle], margin_m)
    return [
        _cluster(label, middle[label], hulls[label], known_days[rows], ids[rows])
        for label, rows in enumerate(groups)
    ]


def as_days(days: Sequence[date | None] | ArrayLike | None, n: int) -> Days:
    """Days as `datetime64[D]`, NaT where unknown.

    >>> as_days([date(2026, 6, 14), None], 2).tolist()
    [datetime.date(2026, 6, 14), None]
    """
    if days is None:
        return np.full(n, np.datetime64("NaT"), dtype="datetime64[D]")
    return np.asarray(days, dtype="datetime64[D]")


def _rows_by_label(labels: IntArray) -> list[IntArray]:
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(int(labels.max(initial=-1)) + 2))
    return [order[a:b] for a, b in pairwise(starts)]


def _cluster(
    label: int, middle: tuple[float, float], hull_wkb: bytes, days: Days, ids: IntArray
) -> Cluster:
    known = days[~np.isnat(days)]
    return Cluster(
        cluster_id=label,
        n=int(ids.size),
        lon=middle[0],
        lat=middle[1],
        hull_wkb=hull_wkb,
        first_date=known.min().item() if known.size else None,
        last_date=known.max().item() if known.size else None,
        members=tuple(np.sort(ids).tolist()),
    )


def _hulls(
    lons: FloatArray,
    lats: FloatArray,
    groups: Sequence[IntArray],
    middle_lons: Sequence[float],
    margin_m: float,
) -> list[bytes]:
    """WKB polygons in WGS 84, each drawn in the UTM zone of its cluster's middle."""
    hulls = [b""] * len(groups)
    zones = utm_zones(np.asarray(middle_lons, dtype=float))
    for zone in np.unique(zones):
        epsg = utm_epsg(int(zone))
        held = np.flatnonzero(zones == zone).tolist()
        rows = [groups[label] for label in held]
        x_m, y_m = to_metres(lons[np.concatenate(rows)], lats[np.concatenate(rows)], epsg)
        ends = np.cumsum([part.size for part in rows])[:-1]
        parts = zip(np.split(x_m, ends), np.split(y_m, ends), strict=True)
        drawn = _in_degrees([_hull_m(x, y, margin_m) for x, y in parts], epsg)
        for label, hull in zip(held, drawn, strict=True):
            hulls[label] = hull
    return hulls


def _hull_m(x_m: FloatArray, y_m: FloatArray, margin_m: float) -> shapely.Polygon:
    """Concave hull of points in metres, widened, without holes."""
    points = shapely.MultiPoint(np.unique(np.column_stack((x_m, y_m)), axis=0))
    widened = shapely.concave_hull(points, ratio=HULL_RATIO).buffer(margin_m, quad_segs=4)
    return shapely.Polygon(shapely.get_exterior_ring(widened))


def _in_degrees(hulls: Sequence[shapely.Polygon], epsg: int) -> list[bytes]:
    def back(xy: FloatArray) -> FloatArray:
        return np.column_stack(to_degrees(xy[:, 0], xy[:, 1], epsg))

    moved = shapely.transform(np.asarray(hulls, dtype=object), back)
    return [shapely.to_wkb(hull) for hull in shapely.orient_polygons(moved)]
