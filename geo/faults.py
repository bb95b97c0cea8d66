"""What is wrong between the communes of a coverage: gaps and overlaps, measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.commune_columns import areas_km2
from geo.polygons import Shapes, multipolygon, unmatched
from geo.sources import CommuneFrame

MIN_GAP_M2 = 100.0
MIN_OVERLAP_M2 = 1.0
"""What is smaller is rounding, not a fault of the drawing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole between communes; `lon`, `lat` is a point inside it."""

    lon: float
    lat: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two communes that cover the same ground."""

    code: str
    other_code: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class CoverageFaults:
    """What is wrong between neighbours; empty for a good coverage."""

    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    units_at_fault: int

    @property
    def edges_match(self) -> bool:
        """Whether every common edge is the same line on both sides."""
        return self.units_at_fault == 0


def find_faults(frame: CommuneFrame) -> CoverageFaults:
    """Gaps and overlaps between the communes of a frame, largest first.

    A gap is a hole that communes enclose; the open sea is none.
    """
    shapes = frame.geometry.to_numpy()
    at_fault = unmatched(shapes)
    match = not len(at_fault)
    whole = shapely.coverage_union_all(shapes) if match else shapely.union_all(shapes)
    overlaps = _overlaps(shapes[at_fault], frame["code"].to_numpy()[at_fault])
    return CoverageFaults(_gaps(whole), overlaps, len(at_fault))


def _gaps(whole: BaseGeometry) -> tuple[Gap, ...]:
    holes = [shapely.Polygon(r) for p in shapely.get_parts(whole) for r in p.interiors]
    areas_m2 = areas_km2(holes) * 1e6
    found = []
    for hole, area_m2 in zip(holes, areas_m2, strict=True):
        if area_m2 >= MIN_GAP_M2:
            inside = hole.representative_point()
            found.append(Gap(inside.x, inside.y, float(area_m2)))
    return tuple(sorted(found, key=lambda g: -g.area_m2))


def _overlaps(shapes: Shapes, codes: NDArray[Any]) -> tuple[Overlap, ...]:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    areas_m2 = areas_km2(
        [multipolygon(p) for p in shapely.intersection(shapes[left], shapes[right])]
    )
    areas_m2 = areas_m2 * 1e6
    found = [
        Overlap(str(codes[a]), str(codes[b]), float(m2))
        for a, b, m2 in zip(left, right, areas_m2, strict=True)
        if m2 >= MIN_OVERLAP_M2
    ]
    return tuple(sorted(found, key=lambda o: -o.area_m2))
