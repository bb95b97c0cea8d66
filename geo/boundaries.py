"""A coverage of communes, cleaned and simplified without gaps.

Degrees are WGS 84. Lengths and areas are taken on the ellipsoid, never in degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import shapely

from geo.commune_columns import WGS84
from geo.coverage import Coverage
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


def coverage_from_frame(frame: CommuneFrame, tolerance_m: float) -> Coverage:
    """The coverage of a frame read from a source."""
    return Coverage(list(frame["code"]), list(frame.geometry), tolerance_m)
