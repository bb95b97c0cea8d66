"""The land border as one measured line per neighbour, taken from the coverage itself.

The line that ships is generalised (Natural Earth 1:10 million) and says only whose
border runs where. The outer edge of the installed communes that runs along it is the
line that is measured: it is as exact as the map in force, and the communes lie on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.corridors import BORDER_TOLERANCE_M, PIECE_M, border_lines
from geo.crs import BORDER_CRS, to_degrees, to_metres
from geo.records import BorderLine

GAP_M = 25_000.0
"""The edge may leave the generalised line for as long as this and still be the border."""

LEAST_M = 15_000.0
"""A shorter stretch is where the coast or a corner comes near a line."""

BESIDE_SHARE = 0.3
"""A part that runs along this share of what another part has is no border."""

ISLAND_SHARE = 0.02
"""Land smaller than this share of the largest piece is an island: it has coasts alone."""

MEASURED_SHARE = 0.7
"""Where less of a neighbour's line than this is found on the coverage, the line itself stands."""

NOWHERE = -1

MEASURED = "Mép ngoài của bản đồ xã"
"""How the source of a line begins that was taken from the coverage."""

Points = NDArray[np.float64]
Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class MeasuredLine:
    """The border with one neighbour: a MultiLineString in WGS 84, from the coverage or not."""

    geometry: BaseGeometry
    is_measured: bool


def measured_lines(
    shapes: Sequence[BaseGeometry], guides: Mapping[str, BaseGeometry]
) -> dict[str, MeasuredLine]:
    """The outer edge of a coverage along the border, by neighbour.

    An edge belongs to the neighbour whose line is nearest and within
    `BORDER_TOLERANCE_M`; what lies beyond the free end of a line is coast. Where the
    edge leaves the line for less than `GAP_M` and comes back to the same neighbour's, it
    is still the border.

    Parameters
    ----------
    shapes : sequence of polygons
        A valid coverage, WGS 84.
    guides : mapping
        Generalised line by neighbour, WGS 84.

    Returns
    -------
    dict
        Line by neighbour, its parts in order from the north-western end of the border with
        that neighbour: as the boundary markers are numbered. The guide itself, so ordered,
        where the coverage does not reach along it.
    """
    names = sorted(guides)
    metric = [_in_metres(guides[name]) for name in names]
    found: dict[str, list[BaseGeometry]] = {name: [] for name in names}
    ends = _free_ends(metric)
    for ring in _outer_rings(shapes):
        for label, xy in _runs(ring, metric):
            found[names[label]].append(shapely.LineString(_trimmed(xy, ends)))
    return {
        name: _line_of(found[name], guide, guides[name])
        for name, guide in zip(names, metric, strict=True)
    }


def measured_border(
    guides: Mapping[str, BaseGeometry], shapes: Sequence[BaseGeometry], source: str
) -> list[BorderLine]:
    """As `geo.corridors.border_lines`, with the lines taken from the coverage itself.

    The source of a line that was begins with `MEASURED`; `source` is that of the guides.
    """
    found = measured_lines(shapes, guides)
    lines = border_lines({name: line.geometry for name, line in found.items()}, shapes, source)
    return [
        replace(line, source=f"{MEASURED} đang dùng; hướng tuyến theo {source}")
        if found[line.neighbour].is_measured
        else line
        for line in lines
    ]


def _line_of(parts: list[BaseGeometry], guide: BaseGeometry, given: BaseGeometry) -> MeasuredLine:
    """The parts in order along the guide; the guide where they are too little of it."""
    if not parts or sum(part.length for part in parts) < MEASURED_SHARE * guide.length:
        whole = _one_way(shapely.line_merge(given))
        return MeasuredLine(_ordered(list(shapely.get_parts(whole)), whole), is_measured=False)
    ordered = _ordered(parts, _one_way(shapely.line_merge(guide)))
    return MeasuredLine(_in_degrees(ordered), is_measured=True)


def _ordered(parts: list[BaseGeometry], along: BaseGeometry) -> BaseGeometry:
    """Parts as they follow each other from the north-western end, all in one direction.

    A part beside a stretch of the line that a longer one has already is the coast next to
    it, and left out.
    """
    kept: list[tuple[float, float, Any]] = []
    for part in sorted(parts, key=lambda part: -part.length):
        first, last = _places(part, along)
        low, high = min(first, last), max(first, last)
        beside = sum(max(min(high, h) - max(low, b), 0.0) for b, h, _ in kept)
        if not kept or beside < BESIDE_SHARE * (high - low):
            kept.append((low, high, part if first <= last else shapely.reverse(part)))
    return shapely.MultiLineString([part for *_, part in sorted(kept, key=lambda each: each[:2])])


def _places(part: BaseGeometry, along: BaseGeometry) -> tuple[float, float]:
    """How far along a line the first and the last point of a part lie."""
    ends = shapely.get_point(part, [0, -1])
    done, least, at = 0.0, [np.inf, np.inf], [0.0, 0.0]
    for line in shapely.get_parts(along):
        for k in range(2):
            away = float(shapely.distance(line, ends[k]))
            if away < least[k]:
                least[k], at[k] = away, done + float(shapely.line_locate_point(line, ends[k]))
        done += float(line.length)
    return at[0], at[1]


def _one_way(line: BaseGeometry) -> BaseGeometry:
    """A line whose parts begin at their north-western ends, the most north-western first."""
    parts = [
        part if _north_west(part, 0) >= _north_west(part, -1) else shapely.reverse(part)
        for part in shapely.get_parts(line)
    ]
    parts.sort(key=lambda part: -_north_west(part, 0))
    return shapely.MultiLineString(parts)


def _north_west(line: BaseGeometry, end: int) -> float:
    x, y = shapely.get_coordinates(shapely.get_point(line, end))[0]
    return float(y - x)


def _outer_rings(shapes: Sequence[BaseGeometry]) -> Iterator[Points]:
    """Vertices in metres of the outer rings of the land, islands left out."""
    parts = shapely.get_parts(shapely.coverage_union_all(np.asarray(shapes, dtype=object)))
    size = shapely.area(parts)
    for part in parts[size >= ISLAND_SHARE * size.max(initial=0.0)]:
        yield _xy(shapely.get_exterior_ring(part))


def _runs(ring: Points, guides: Sequence[BaseGeometry]) -> Iterator[tuple[int, Points]]:
    """The stretches of a ring that are a border: whose (position in `guides`), and vertices."""
    xy = _cut(ring)
    labels = _closed(*_labels(xy, guides))
    starts = np.flatnonzero(labels != np.roll(labels, 1))
    if starts.size == 0:
        return
    # The ring is turned so that no stretch goes over its seam.
    labels, pieces = np.roll(labels, -starts[0]), np.roll(xy[:-1], -starts[0], axis=0)
    pieces = np.vstack([pieces, pieces[:1]])
    bounds = [*(starts - starts[0]).tolist(), len(labels)]
    for first, last in pairwise(bounds):
        stretch = pieces[first : last + 1]
        if labels[first] != NOWHERE and _length_m(stretch) >= LEAST_M:
            yield int(labels[first]), stretch


def _cut(ring: Points) -> Points:
    """The vertices of a ring with more between them, at most `PIECE_M` apart."""
    cut: Points = shapely.get_coordinates(shapely.segmentize(shapely.LineString(ring), PIECE_M))
    return cut


def _labels(xy: Points, guides: Sequence[BaseGeometry]) -> tuple[Labels, NDArray[np.float64]]:
    """Nearest guide of each piece, `NOWHERE` if too far or beyond a free end; lengths."""
    middle = (xy[:-1] + xy[1:]) / 2
    segments, guide = _segments(guides)
    (row, segment), away_m = shapely.STRtree(segments).query_nearest(
        shapely.points(middle),
        max_distance=BORDER_TOLERANCE_M,
        return_distance=True,
        all_matches=False,
    )
    labels = np.full(len(middle), NOWHERE, dtype=np.intp)
    labels[row] = guide[segment]
    for end in _free_ends(guides):
        labels[row[np.hypot(*(middle[row] - end).T) <= away_m + 1.0]] = NOWHERE
    return labels, np.hypot(*(xy[1:] - xy[:-1]).T)


def _segments(lines: Sequence[BaseGeometry]) -> tuple[NDArray[Any], Labels]:
    """The straight segments of lines, and the position of the line each belongs to."""
    parts, of_line = shapely.get_parts(np.asarray(lines, dtype=object), return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    segments: NDArray[Any] = np.asarray(
        shapely.linestrings(np.stack([xy[:-1][joined], xy[1:][joined]], axis=1)), dtype=object
    )
    return segments, np.asarray(of_line[part[:-1][joined]], dtype=np.intp)


def _free_ends(guides: Sequence[BaseGeometry]) -> list[Points]:
    """Ends of the lines at which no other line ends: there the coast begins."""
    lines = [part for guide in guides for part in shapely.get_parts(shapely.line_merge(guide))]
    ends = [shapely.get_point(line, at) for line in lines for at in (0, -1)]
    return [
        shapely.get_coordinates(end)[0]
        for k, end in enumerate(ends)
        if all(other.distance(end) > BORDER_TOLERANCE_M for n, other in enumerate(ends) if n != k)
    ]


def _trimmed(stretch: Points, ends: Sequence[Points]) -> Points:
    """A stretch without the coast it goes on along beyond the free end of a line.

    The border ends where its edge is nearest to that end.
    """
    for end in ends:
        away_m = np.hypot(*(stretch - end).T)
        at = int(np.argmin(away_m))
        if away_m[at] <= BORDER_TOLERANCE_M and 0 < at < len(stretch) - 1:
            before, after = stretch[: at + 1], stretch[at:]
            stretch = before if _length_m(before) >= _length_m(after) else after
    return stretch


def _closed(labels: Labels, length_m: NDArray[np.float64]) -> Labels:
    """Labels with short leaves of absence between two stretches of one neighbour closed."""
    runs = np.flatnonzero(labels != np.roll(labels, 1))
    closed = labels.copy()
    if runs.size < 2:
        return closed
    total = len(labels)
    for k, first in enumerate(runs.tolist()):
        after = int(runs[(k + 1) % runs.size])
        rows = np.arange(first, after if after > first else after + total) % total
        before = labels[first - 1]
        if labels[first] != NOWHERE or before == NOWHERE or before != labels[after]:
            continue
        if length_m[rows].sum() <= GAP_M:
            closed[rows] = before
    return closed


def _length_m(xy: Points) -> float:
    return float(np.hypot(*(xy[1:] - xy[:-1]).T).sum())


def _xy(line: BaseGeometry) -> Points:
    lonlat = shapely.get_coordinates(line)
    return np.column_stack(to_metres(lonlat[:, 0], lonlat[:, 1], BORDER_CRS))


def _in_metres(line: BaseGeometry) -> BaseGeometry:
    parts = [shapely.LineString(_xy(part)) for part in shapely.get_parts(line)]
    return shapely.MultiLineString(parts)


def _in_degrees(line: BaseGeometry) -> BaseGeometry:
    def moved(xy: Points) -> Points:
        return np.column_stack(to_degrees(xy[:, 0], xy[:, 1], BORDER_CRS))

    back: BaseGeometry = shapely.transform(line, moved)
    return back
