"""What a cluster is made of: kind and substance, recent change, distance to the border."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.cluster_shapes import Days
from geo.crs import BORDER_CRS, FloatArray, IntArray, to_degrees, to_metres
from geo.members import member_rows, rows_among
from geo.records import Cluster, CountChange, Period
from geo.significance import count_change
from geo.terms import IncidentKind, Substance

CHANGE_DAYS = 90
KINDS = tuple(IncidentKind)
SUBSTANCES = tuple(Substance)

_FACTS = (
    *("top_kind", "top_kind_n", "top_substance", "top_substance_n"),
    *("change", "border_m", "border_with"),
)
_KIND_NUMBERS = {kind.value: number for number, kind in enumerate(KINDS)}
_SUBSTANCE_NUMBERS = {substance.value: number for number, substance in enumerate(SUBSTANCES)}

C = TypeVar("C", bound=Cluster)
_geod = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, eq=False)
class RecordFacts:
    """What is known of records, as parallel arrays in ascending order of `ids`.

    `days` are `datetime64[D]`, NaT where the day is not known; `kinds` are positions
    in `KINDS`. `seized_ids` and `seized` name each record and substance (position in
    `SUBSTANCES`) once.
    """

    ids: IntArray
    days: Days
    kinds: NDArray[np.int8]
    seized_ids: IntArray
    seized: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class ChangeWindow:
    """The last window of a change: its last day and its length in days, 0 for none."""

    until: date
    days: int = CHANGE_DAYS


def kind_numbers(codes: Iterable[str]) -> NDArray[np.int8]:
    """Positions in `KINDS` of kinds given by their codes.

    >>> kind_numbers(["production", "cultivation"]).tolist()
    [1, 0]
    """
    return np.array([_KIND_NUMBERS[code] for code in codes], dtype=np.int8)


def substance_numbers(codes: Iterable[str]) -> NDArray[np.int8]:
    """Positions in `SUBSTANCES` of substances given by their codes."""
    return np.array([_SUBSTANCE_NUMBERS[code] for code in codes], dtype=np.int8)


def with_facts(
    clusters: Sequence[C],
    records: RecordFacts,
    border: Mapping[str, BaseGeometry],
    *,
    windows: Sequence[ChangeWindow],
) -> list[C]:
    """Return the clusters with top kind, top substance, change and distance to the border.

    Of kinds that are equally frequent the first by the order of the code list
    counts. The change compares the members of the last window with those of as many
    days before; with a window of 0 days there is none.

    Parameters
    ----------
    records
        The members of all clusters, others do no harm.
    border
        Border line by neighbour, WGS 84; without any there is no distance.
    windows
        The last window of each cluster.

    Raises
    ------
    ClusterError
        If a member is not among the records.
    """
    if not clusters:
        return []
    rows, of = member_rows(clusters, records.ids)
    n = len(clusters)
    kinds = _tops(n, of, records.kinds[rows], KINDS)
    substances = _tops(n, *_seized_of(of, records.ids[rows], records), SUBSTANCES)
    changes = _changes(of, records.days[rows], windows)
    far = border_distances([c.lon for c in clusters], [c.lat for c in clusters], border)
    told = zip(kinds, substances, changes, *far, strict=True)
    return [
        _with(cluster, *kind, *substance, *rest)
        for cluster, (kind, substance, *rest) in zip(clusters, told, strict=True)
    ]


def change_window(since: date | None, as_of: date, data: Period | None) -> ChangeWindow:
    """Return the last window of a run from `since` to `as_of` where there are `data`.

    It ends with the last day of which there are data, and it has `CHANGE_DAYS` days,
    or half of a shorter run: records that the run did not read are no lack of
    incidents. Where the window before would begin ahead of the data there is none.

    >>> data = Period(date(2025, 1, 1), date(2026, 6, 14))
    >>> change_window(None, date(2026, 11, 22), data)
    ChangeWindow(until=datetime.date(2026, 6, 14), days=90)
    >>> change_window(date(2026, 3, 17), date(2026, 6, 14), data).days
    45
    >>> change_window(None, date(2025, 6, 1), data).days
    0
    """
    if data is None:
        return ChangeWindow(as_of, 0)
    until = min(as_of, data.end)
    days = CHANGE_DAYS
    if since is not None:
        days = max(0, min(days, ((until - since).days + 1) // 2))
    covered = (until - data.start).days + 1
    return ChangeWindow(until, days if 2 * days <= covered else 0)


def border_distances(
    lons: ArrayLike, lats: ArrayLike, border: Mapping[str, BaseGeometry]
) -> tuple[list[float | None], list[str]]:
    """Metres on the ellipsoid from points (WGS 84) to the nearest border line, and whose it is.

    None and an empty name where no line is installed. The nearest place of the
    line is found on the plane of the border (UTM 48N).
    """
    lon, lat = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
    if not border:
        return [None] * lon.size, [""] * lon.size
    names = sorted(border)
    lines = [_in_metres(border[name]) for name in names]
    segments, owner = _segments(lines)
    points = np.asarray(shapely.points(*to_metres(lon, lat, BORDER_CRS)), dtype=object)
    point, segment = shapely.STRtree(segments).query_nearest(points, all_matches=False)
    links = shapely.shortest_line(points[point], segments[segment])
    ends = shapely.get_coordinates(links)[1::2]
    to_lon, to_lat = to_degrees(ends[:, 0], ends[:, 1], BORDER_CRS)
    metres = _geod.inv(lon[point], lat[point], to_lon, to_lat)[2]
    return np.asarray(metres).tolist(), [names[at] for at in owner[segment].tolist()]


def _with(cluster: C, *facts: Any) -> C:
    """The cluster with facts in the order of `_FACTS`."""
    named: dict[str, Any] = dict(zip(_FACTS, facts, strict=True))
    return replace(cluster, **named)


def _seized_of(
    of: IntArray, members: IntArray, records: RecordFacts
) -> tuple[IntArray, NDArray[np.int8]]:
    """Cluster and substance of every record and substance that belongs to a cluster."""
    rows, inside = rows_among(members, records.seized_ids)
    return of[rows], records.seized[inside]


E = TypeVar("E", bound=StrEnum)


def _tops(
    n: int, of: IntArray, codes: NDArray[np.int8], names: Sequence[E]
) -> list[tuple[E | None, int]]:
    """The most frequent code of each of `n` clusters and how often it occurs."""
    counts = np.bincount(of * len(names) + codes, minlength=n * len(names))
    table = counts.reshape(n, len(names))
    best, most = table.argmax(axis=1).tolist(), table.max(axis=1).tolist()
    return [(names[b] if m else None, m) for b, m in zip(best, most, strict=True)]


def _changes(of: IntArray, days: Days, windows: Sequence[ChangeWindow]) -> list[CountChange | None]:
    n = len(windows)
    until = np.array([window.until for window in windows], dtype="datetime64[D]")[of]
    length = np.array([window.days for window in windows], dtype=np.int64)[of]
    age = (until - days).astype(float)  # NaN where the day is not known
    age[np.isnat(days)] = np.nan
    after = np.bincount(of[(age >= 0) & (age < length)], minlength=n).tolist()
    before = np.bincount(of[(age >= length) & (age < 2 * length)], minlength=n).tolist()
    return [
        count_change(b, a, window.days) if window.days else None
        for b, a, window in zip(before, after, windows, strict=True)
    ]


def _in_metres(line: BaseGeometry) -> BaseGeometry:
    def forth(lonlat: FloatArray) -> FloatArray:
        return np.column_stack(to_metres(lonlat[:, 0], lonlat[:, 1], BORDER_CRS))

    moved: BaseGeometry = shapely.transform(line, forth)
    return moved


def _segments(lines: Sequence[BaseGeometry]) -> tuple[NDArray[Any], IntArray]:
    """All lines cut at their vertices, and the position of the line of each piece."""
    parts, of_line = shapely.get_parts(np.asarray(lines, dtype=object), return_index=True)
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    ends = np.stack([vertices[:-1][joined], vertices[1:][joined]], axis=1)
    return np.asarray(shapely.linestrings(ends)), of_line[part[:-1][joined]]
