"""Polygons made valid one by one, and matched edge to edge as one coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Shapes = NDArray[np.object_]
"""Shapely geometries, shape (n,)."""

Winner = Literal["longest_border", "max_area", "min_area", "min_index"]


def as_polygons(shapes: Sequence[BaseGeometry] | Shapes) -> Shapes:
    """Valid multipolygons of shapes; lines and points left by a repair are dropped.

    >>> from shapely import Polygon
    >>> as_polygons([Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])])[0].geom_type
    'MultiPolygon'
    """
    flat: Any = shapely.force_2d(np.asarray(shapes, dtype=object))
    broken = ~shapely.is_valid(flat)
    if broken.any():
        flat[broken] = shapely.make_valid(flat[broken], method="structure", keep_collapsed=False)
    made: Shapes = np.empty(len(flat), dtype=object)
    made[:] = [multipolygon(shape) for shape in flat]
    return made


def multipolygon(shape: BaseGeometry) -> shapely.MultiPolygon:
    """The polygons of a shape as one multipolygon, empty where it has none."""
    parts: Any = shapely.get_parts(shapely.get_parts(shape))
    areas = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    return shapely.MultiPolygon(list(parts[areas]))


def match_edges(
    shapes: Shapes,
    *,
    snap: float,
    gap_width: float = 0.0,
    winner: Winner = "longest_border",
) -> Shapes:
    """Resolve overlaps, close narrow gaps and give neighbours the same edges.

    Parameters
    ----------
    shapes : ndarray, shape (n,)
        Valid polygons.
    snap, gap_width : float
        In the unit of the coordinates: vertices nearer than `snap` become one;
        gaps narrower than `gap_width` are closed.
    winner : str
        Which neighbour gets the ground that several cover.
    """
    # The stubs end at shapely 2.1; coverage_clean came with 2.2.
    matched = shapely.coverage_clean(  # type: ignore[attr-defined]
        shapes, snapping_distance=snap, gap_width=gap_width, merge_strategy=winner
    )
    return as_polygons(matched)


def unmatched(shapes: Shapes) -> NDArray[np.intp]:
    """Rows of the polygons whose edges do not match a neighbour's."""
    return np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
