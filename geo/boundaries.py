"""A coverage of communes: cleaned, simplified without gaps, and asked where a point lies.

Degrees are WGS 84. Lengths and areas are taken on the ellipsoid, never in degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.commune_columns import WGS84
from geo.errors import BoundaryError
from geo.faults import CoverageFaults, Gap, Overlap, find_faults
from geo.polygons import Shapes, as_polygons, match_edges, unmatched
from geo.sources import CommuneFrame

SNAP_DEG = 1e-6
"""Vertices nearer than this (0.1 m) are one vertex of two neighbours' common edge."""

GAP_WIDTH_DEG = 1e-4
"""Slivers narrower than this (11 m) between neighbours are drawing errors and are closed."""

PROVINCE_TOLERANCE_DEG = 0.0005
NATION_TOLERANCE_DEG = 0.003
"""`coverage_simplify` removes triangles of up to the square of this: some 55 m and 330 m."""

_geod = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class PreparedCoverage:
    """A coverage ready to store.

    `frame` is a `CommuneFrame` with the further geometry columns
    `geom_province` and `geom_nation`; `gaps` and `overlaps` are those left after
    cleaning, `faults_before` those of the source; `repaired` counts the
    communes whose edges did not match their neighbours'.
    """

    frame: CommuneFrame
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    repaired: int
    faults_before: CoverageFaults


def prepare_coverage(frame: CommuneFrame) -> PreparedCoverage:
    """Clean a coverage and simplify it for a province and for the nation.

    Neighbours share every edge at every level: there is no gap and no overlap
    that the source did not draw as a hole on purpose.

    Raises
    ------
    BoundaryError
        If a commune does not survive the cleaning; the message names it.
    """
    source = frame.geometry.to_numpy()
    before = find_faults(frame)
    shapes, after, repaired = source, before, 0
    if not before.edges_match:
        shapes = clean(frame)
        repaired = before.units_at_fault
        after = find_faults(frame.set_geometry(gpd.GeoSeries(shapes, crs=WGS84)))
    levels = frame.assign(
        geom_province=simplify(shapes, PROVINCE_TOLERANCE_DEG),
        geom_nation=simplify(shapes, NATION_TOLERANCE_DEG),
    )
    levels = levels.set_geometry(gpd.GeoSeries(shapes, crs=WGS84))
    return PreparedCoverage(levels, after.gaps, after.overlaps, repaired, before)


def clean(frame: CommuneFrame) -> Shapes:
    """Polygons of a coverage with overlaps resolved, slivers closed, edges matched."""
    # Common ground goes to the smaller unit, which it could swallow otherwise.
    shapes = match_edges(
        frame.geometry.to_numpy(), snap=SNAP_DEG, gap_width=GAP_WIDTH_DEG, winner="min_area"
    )
    lost = shapely.is_empty(shapes) | ~shapely.is_valid(shapes)
    if lost.any():
        named = ", ".join(
            f"{n} ({c})" for n, c in zip(frame["full_name"][lost], frame["code"][lost], strict=True)
        )
        raise BoundaryError(
            f"Đơn vị không còn hình hợp lệ sau khi làm sạch (thường do trùng với đơn vị khác): "
            f"{named}. Hãy sửa hình trong tệp nguồn rồi cài lại."
        )
    wrong = unmatched(shapes)
    if len(wrong):
        named = ", ".join(frame["code"].iloc[wrong])
        raise BoundaryError(
            f"Ranh giới giữa các đơn vị {named} không khớp sau khi làm sạch. "
            "Hãy sửa các đơn vị này trong tệp nguồn rồi cài lại."
        )
    return shapes


def simplify(shapes: Shapes, tolerance_deg: float) -> Shapes:
    """Simplify a clean coverage as a whole; no unit and no island is lost.

    Raises
    ------
    BoundaryError
        If the result is no coverage.
    """
    simple = as_polygons(shapely.coverage_simplify(shapes, tolerance_deg))
    if shapely.is_empty(simple).any() or len(unmatched(simple)):
        raise BoundaryError(
            "Không đơn giản hóa được ranh giới mà vẫn giữ các cạnh chung. "
            "Hãy kiểm tra tệp nguồn bằng QGIS (công cụ kiểm tra tô-pô)."
        )
    return simple


class Coverage:
    """Communes that can be asked where a point lies.

    `tolerance_m` says how far outside a commune a point may lie and still be
    believed to be of it; what to do with such a point is the caller's choice.
    """

    def __init__(
        self, codes: Sequence[str], geometries: Sequence[BaseGeometry], tolerance_m: float
    ) -> None:
        order = np.argsort(np.asarray(codes, dtype=str), kind="stable")
        self.codes: NDArray[Any] = np.asarray(codes, dtype=object)[order]
        self.tolerance_m = tolerance_m
        self._shapes: Shapes = np.asarray(geometries, dtype=object)[order]
        self._row = {code: i for i, code in enumerate(self.codes)}
        self._tree = shapely.STRtree(self._shapes)
        shapely.prepare(self._shapes)

    def __contains__(self, code: str) -> bool:
        return code in self._row

    def __len__(self) -> int:
        return len(self.codes)

    def geometry(self, code: str) -> BaseGeometry:
        """The polygon of a commune, WGS 84."""
        shape: BaseGeometry = self._shapes[self._row[code]]
        return shape

    def locate(self, lon: float, lat: float) -> str | None:
        """Code of the commune a point lies in, or None.

        >>> from shapely import box
        >>> unit = Coverage(["00001"], [box(105, 21, 106, 22)], tolerance_m=50)
        >>> unit.locate(105.5, 21.5), unit.locate(104.9, 21.5)
        ('00001', None)
        """
        code: str | None = self.locate_many([lon], [lat])[0]
        return code

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> NDArray[Any]:
        """Code of the commune of each point, None outside every commune.

        Parameters
        ----------
        lons, lats : array-like, shape (n,)
            Degrees, WGS 84; a point that is not finite lies nowhere.

        Returns
        -------
        ndarray of object, shape (n,)
            On a common edge the lower code.
        """
        x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        found = np.full(len(x), None, dtype=object)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        point, row = self._tree.query(shapely.points(x[known], y[known]))
        if not len(row):
            return found
        by_row = np.lexsort((point, row))
        point, row = known[point[by_row]], row[by_row]
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        # Highest code first, so that the lower one stays on a common edge.
        for block, i in zip(np.split(point, starts[1:])[::-1], row[starts][::-1], strict=True):
            inside = shapely.intersects_xy(self._shapes[i], x[block], y[block])
            found[block[inside]] = self.codes[i]
        return found

    def distance_m(self, code: str, lon: float, lat: float) -> float:
        """Metres on the ellipsoid from a point to a commune, 0 inside.

        The nearest place is sought in a plane scaled to the point's parallel,
        the distance to it is geodesic.

        Raises
        ------
        KeyError
            If the coverage has no such commune.
        """
        shape = self._shapes[self._row[code]]
        if shapely.intersects_xy(shape, lon, lat):
            return 0.0
        shrink = np.array([np.cos(np.radians(lat)), 1.0])
        flat = shapely.transform(shape, lambda lonlat: lonlat * shrink)
        here = shapely.Point(lon * shrink[0], lat)
        near_lon, near_lat = shapely.get_coordinates(shapely.shortest_line(here, flat))[1] / shrink
        return float(_geod.inv(lon, lat, near_lon, near_lat)[2])


def coverage_from_rows(
    codes: Sequence[str], geometries: Sequence[BaseGeometry], tolerance_m: float
) -> Coverage:
    """The coverage of stored communes."""
    return Coverage(codes, geometries, tolerance_m)


def coverage_from_frame(frame: CommuneFrame, tolerance_m: float) -> Coverage:
    """The coverage of a frame read from a source."""
    return Coverage(list(frame["code"]), list(frame.geometry), tolerance_m)
