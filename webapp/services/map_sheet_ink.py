"""Fills, lines and textures of a printed map: told apart in colour and in grey.

Classes that are alike in grey have a texture too: dots for what is affected, level lines for type
III, slanting lines for what is unknown. Textures are drawn as lines and points of their
own, since tiled patterns show their seams in some programs that open PDF.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.terms import ClusterFlag, CommuneClass

SEA, LAND, LAND_LINE = "#EDF1F2", "#FBFAF7", "#C9C5B8"
INK, MUTED, CASING = "#1F252B", "#5B6670", "#FFFFFF"
PROVINCE_LINE, COMMUNE_LINE, UNKNOWN_LINE = "#2F3A42", "#FFFFFF", "#C3C8CA"
BORDER_DASH = ' stroke-dasharray="12 4 2 4"'
BAND, GATE, DOT, WATER = "#6A78C8", "#2B3A8C", "#33272A", "#2F6482"

CLASS_FILLS: Mapping[CommuneClass, str] = MappingProxyType(
    {
        CommuneClass.DRUG_FREE: "#CDE7DA",
        CommuneClass.AFFECTED: "#F5EDC9",
        CommuneClass.TYPE_3: "#F7CF9B",
        CommuneClass.TYPE_2: "#E8935A",
        CommuneClass.TYPE_1: "#B8402F",
        CommuneClass.UNKNOWN: "#F1F0EC",
    }
)

FLAG_LINES: Mapping[ClusterFlag, tuple[str, float, str]] = MappingProxyType(
    {
        ClusterFlag.KNOWN: ("#465461", 2.4, ""),
        ClusterFlag.UNRECORDED: ("#C2500A", 2.4, "7 5"),
        ClusterFlag.RE_EMERGING: ("#A61E6D", 4.4, ""),
        ClusterFlag.SHIFTED: ("#6741A8", 2.4, "10 4 2 4"),
    }
)
"""Colour, width and dash of the outline of a cluster; that of a re-emerging one is double."""

_DOT_STEP, _LINE_STEP, _SLANT_STEP = 8.0, 7.0, 7.5
TEXTURE_LINES = {
    CommuneClass.AFFECTED: ("#AC9440", 1.7),
    CommuneClass.TYPE_3: ("#D2964F", 0.9),
    CommuneClass.UNKNOWN: ("#B9BFC3", 1.0),
}


def area_path(geometries: Sequence[BaseGeometry]) -> str:
    """Polygons in units of the drawing as the data of a path, to be filled by `evenodd`.

    >>> area_path([shapely.box(0, 0, 1, 2)])
    'M1 0L1 2L0 2L0 0Z'
    """
    parts = shapely.get_parts(np.array(geometries, dtype=object))
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return "".join(f"M{points}Z" for points in _points(rings, drop_last=True))


def line_path(geometries: Sequence[BaseGeometry]) -> str:
    """Lines in units of the drawing as the data of a path."""
    parts = shapely.get_parts(np.array(geometries, dtype=object))
    lines = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return "".join(f"M{points}" for points in _points(lines))


def filled(path: str, fill: str, more: str = "") -> str:
    """A filled path, nothing where it is empty."""
    return f'<path d="{path}" fill="{fill}" fill-rule="evenodd"{more}/>' if path else ""


def stroked(path: str, colour: str, width: float, more: str = "") -> str:
    """The line of a path, nothing where it is empty."""
    if not path:
        return ""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"'
        f' stroke-linejoin="round"{more}/>'
    )


def texture(cls: CommuneClass, area: BaseGeometry) -> str:
    """The texture of a class on an area in units of the drawing, empty where it has none."""
    if cls not in TEXTURE_LINES or area.is_empty:
        return ""
    colour, width = TEXTURE_LINES[cls]
    if cls is CommuneClass.AFFECTED:
        path = "".join(f"M{x:g} {y:g}h0" for x, y in _dots(area))
        return stroked(path, colour, width, ' stroke-linecap="round"')
    lines = _level(area) if cls is CommuneClass.TYPE_3 else _slanting(area)
    inside = shapely.intersection(area, shapely.MultiLineString(lines))
    return stroked(line_path([inside]), colour, width)


def hatch(area: BaseGeometry, colour: str, strength: float) -> str:
    """Slanting lines over an area, so that the fill below still tells."""
    if area.is_empty:
        return ""
    inside = shapely.intersection(area, shapely.MultiLineString(_slanting(area)))
    return stroked(line_path([inside]), colour, 1.0, f' stroke-opacity="{strength:g}"')


def ruled(area: BaseGeometry, colour: str, strength: float) -> str:
    """Level lines over an area, so that the fill below still tells."""
    if area.is_empty:
        return ""
    inside = shapely.intersection(area, shapely.MultiLineString(_level(area)))
    return stroked(line_path([inside]), colour, 0.8, f' stroke-opacity="{strength:g}"')


def _points(lines: Any, *, drop_last: bool = False) -> list[str]:
    """The points of each line as text; lines that rounding makes a point are left out."""
    found = []
    for line in lines:
        points = np.round(shapely.get_coordinates(line), 1)
        moves = np.ones(len(points), dtype=bool)
        moves[1:] = np.any(points[1:] != points[:-1], axis=1)
        kept = points[moves][: -1 if drop_last else None].tolist()
        if len(kept) > 1:
            found.append("L".join(f"{x:g} {y:g}" for x, y in kept))
    return found


def _dots(area: BaseGeometry) -> list[tuple[float, float]]:
    """Points of a grid, every other row shifted, that lie inside."""
    west, top, east, bottom = area.bounds
    rows = np.arange(np.ceil(top / _DOT_STEP), np.floor(bottom / _DOT_STEP) + 1)
    columns = np.arange(np.ceil(west / _DOT_STEP) - 1, np.floor(east / _DOT_STEP) + 1)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    x = (x + 0.5 * (y % 2)) * _DOT_STEP
    y = y * _DOT_STEP
    shapely.prepare(area)
    inside = shapely.contains_xy(area, x.ravel(), y.ravel())
    return list(zip(x.ravel()[inside].tolist(), y.ravel()[inside].tolist(), strict=True))


def _level(area: BaseGeometry) -> list[list[tuple[float, float]]]:
    west, top, east, bottom = area.bounds
    first = np.ceil(top / _LINE_STEP) * _LINE_STEP
    return [[(west, y), (east, y)] for y in np.arange(first, bottom + 1, _LINE_STEP)]


def _slanting(area: BaseGeometry) -> list[list[tuple[float, float]]]:
    west, top, east, bottom = area.bounds
    step = _SLANT_STEP * 2**0.5
    first = np.floor((west - bottom) / step) * step
    shifts = np.arange(first, east - top + step, step)
    return [[(shift + top, top), (shift + bottom, bottom)] for shift in shifts]
