"""Geometries as compact GeoJSON text, rounded to what a screen can show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

NATION_DECIMALS = 3
"""About 110 m: less than a pixel until zoom 10."""

PROVINCE_DECIMALS = 4
"""About 11 m."""


def geometry_texts(geometries: Sequence[BaseGeometry], decimals: int) -> list[str]:
    """GeoJSON geometries with coordinates in degrees rounded to `decimals`.

    Shared edges stay shared, since equal vertices are rounded alike. Rings that
    the rounding makes smaller than a triangle are left out, but never the
    largest part of a geometry.

    >>> geometry_texts([shapely.Point(105.84047, 21.05015)], 3)
    ['{"type":"Point","coordinates":[105.84,21.05]}']
    >>> geometry_texts([shapely.box(1, 2, 3.00001, 4)], 3)
    ['{"type":"MultiPolygon","coordinates":[[[[3,2],[3,4],[1,4],[1,2],[3,2]]]]}']
    """
    return [_text(geometry, decimals) for geometry in geometries]


def geometry_values(geometries: Sequence[BaseGeometry], decimals: int) -> list[dict[str, Any]]:
    """The same as values, where they go into a greater answer.

    >>> geometry_values([shapely.Polygon([(1, 2), (3, 2), (3, 4)])], 3)[0]["coordinates"]
    [[[[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 2.0]]]]
    """
    lonlat, owner = shapely.get_coordinates(list(geometries), return_index=True)
    starts = np.searchsorted(owner, np.arange(len(geometries) + 1))
    rounded = np.round(lonlat, decimals).tolist()
    plain = (shapely.get_type_id(list(geometries)) == shapely.GeometryType.POLYGON) & (
        shapely.get_num_interior_rings(list(geometries)) == 0
    )
    told = []
    for geometry, is_plain, start, end in zip(geometries, plain, starts, starts[1:], strict=False):
        ring = [here for here, _ in groupby(rounded[start:end])]
        if is_plain and len(ring) >= 4:
            told.append({"type": "MultiPolygon", "coordinates": [[ring]]})
        else:
            told.append(json.loads(_text(geometry, decimals)))
    return told


def _text(geometry: BaseGeometry, decimals: int) -> str:
    parts = shapely.get_parts(geometry)
    kind = shapely.get_type_id(parts[0]) if len(parts) else -1
    if kind == shapely.GeometryType.POLYGON:
        polygons = [_polygon(part, decimals) for part in parts]
        drawn = [text for text in polygons if text] or [_polygon(_largest_part(geometry), 6)]
        return f'{{"type":"MultiPolygon","coordinates":[{",".join(drawn)}]}}'
    if kind == shapely.GeometryType.LINESTRING:
        lines = [_positions(part, decimals) for part in parts]
        drawn = [f"[{','.join(line)}]" for line in lines if len(line) > 1]
        return f'{{"type":"MultiLineString","coordinates":[{",".join(drawn)}]}}'
    if kind == shapely.GeometryType.POINT and len(parts) == 1:
        return f'{{"type":"Point","coordinates":{_positions(geometry, decimals)[0]}}}'
    return '{"type":"GeometryCollection","geometries":[]}'


def _polygon(polygon: BaseGeometry, decimals: int) -> str:
    """Rings of a polygon, empty where its outer ring vanishes."""
    rings = [_positions(ring, decimals) for ring in shapely.get_rings(polygon)]
    if len(rings[0]) < 4:
        return ""
    return "[" + ",".join(f"[{','.join(ring)}]" for ring in rings if len(ring) >= 4) + "]"


def _positions(line: BaseGeometry, decimals: int) -> list[str]:
    """Positions as text, each differing from the one before."""
    lonlat = np.round(shapely.get_coordinates(line), decimals)
    moves = np.ones(len(lonlat), dtype=bool)
    moves[1:] = np.any(lonlat[1:] != lonlat[:-1], axis=1)
    return [f"[{lon:.10g},{lat:.10g}]" for lon, lat in lonlat[moves].tolist()]


def feature_text(geometry: str, properties: dict[str, Any]) -> str:
    """One GeoJSON feature from a geometry that is text already."""
    facts = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","properties":{facts},"geometry":{geometry}}}'


def collection_text(features: Sequence[str]) -> str:
    """A GeoJSON collection from features that are text already.

    >>> collection_text([])
    '{"type":"FeatureCollection","features":[]}'
    """
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def label_points(geometries: Sequence[BaseGeometry]) -> list[tuple[float, float]]:
    """A point inside each geometry's largest part, where its name may stand."""
    largest = [_largest_part(geometry) for geometry in geometries]
    if not largest:
        return []
    points = shapely.point_on_surface(np.array(largest))
    return [(round(float(p.x), 4), round(float(p.y), 4)) for p in points]


def _largest_part(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(geometry)
    if len(parts) == 1:
        return geometry
    part: BaseGeometry = parts[int(np.argmax(shapely.area(parts)))]
    return part
