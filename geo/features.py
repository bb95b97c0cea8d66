"""GeoJSON features become raw rows: the properties, then `lon` and `lat` where points are told.

Where there are outlines or lines a last column `geometry` holds them as they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geo.errors import UnusableFileError

MAX_CORNERS = 2_000_000
"""Corners that the shapes of one file may have together, whatever its format."""

CROWDED = "có quá nhiều đỉnh: giản lược hình rồi xuất lại"


def feature_rows(path: Path) -> list[list[Any]]:
    """The features of a collection as rows, the first naming the columns.

    Raises
    ------
    UnusableFileError
        When it is no FeatureCollection in WGS 84 or has more than `MAX_CORNERS`; the message
        says what to do.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _refused(path, "không phải JSON hợp lệ: xuất lại GeoJSON (UTF-8)") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise _refused(path, "không phải GeoJSON FeatureCollection: xuất lại lớp dữ liệu")
    if not re.search("CRS84|4326|^None$", str(document.get("crs"))):
        raise _refused(path, "không ở hệ WGS 84: xuất lại với EPSG:4326")
    if sum(_corners(feature.get("geometry")) for feature in features) > MAX_CORNERS:
        raise _refused(path, CROWDED)
    return rows_of_features(features)


def rows_of_features(features: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Features as rows, the first naming the columns; shapes are those of GeoJSON, WGS 84.

    >>> rows_of_features([{"properties": {"a": 1}, "geometry": None}])
    [['a'], [1]]
    """
    bags = [found if isinstance(found := f.get("properties"), dict) else {} for f in features]
    names = list(dict.fromkeys(str(name) for bag in bags for name in bag))
    told = [name for name in names if name not in ("lon", "lat")]
    rows: list[list[Any]] = [told, *([_plain(bag.get(name)) for name in told] for bag in bags)]
    points = [
        _point(feature.get("geometry")) or (bag.get("lon"), bag.get("lat"))
        for feature, bag in zip(features, bags, strict=True)
    ]
    if not told or any(point != (None, None) for point in points):
        rows = [[*row, *point] for row, point in zip(rows, [("lon", "lat"), *points], strict=True)]
    outlines: list[Any] = [_outline(feature.get("geometry")) for feature in features]
    if not any(outlines):
        return rows
    return [[*row, last] for row, last in zip(rows, ["geometry", *outlines], strict=True)]


def _corners(shape: Any) -> int:
    """How many corners a geometry of GeoJSON names, in whatever depth.

    >>> _corners({"type": "LineString", "coordinates": [[105, 10], [105, 11]]})
    2
    >>> _corners({"geometries": [{"coordinates": [105, 10]}, {"coordinates": [[[105, 10]]]}]})
    2
    """
    n, left = 0, [shape]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            left += [part.get("coordinates"), part.get("geometries")]
        elif isinstance(part, list) and part:
            if isinstance(part[0], (list, dict)):
                left += part
            else:
                n += 1
    return n


def _refused(path: Path, what: str) -> UnusableFileError:
    return UnusableFileError(f"Tệp «{path.name}» {what}.")


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def _outline(geometry: Any) -> dict[str, Any] | None:
    """A geometry that covers ground or runs along it, as it stands."""
    kinds = ("Polygon", "MultiPolygon", "GeometryCollection", "LineString", "MultiLineString")
    return geometry if isinstance(geometry, dict) and geometry.get("type") in kinds else None


def _point(geometry: Any) -> tuple[Any, Any] | None:
    """Longitude and latitude of a point, or of a set that holds one alone."""
    if not isinstance(geometry, dict):
        return None
    match geometry.get("type"), geometry.get("coordinates"):
        case "Point", [float() | int() | str() as lon, float() | int() | str() as lat, *_]:
            return lon, lat
        case "MultiPoint", [[float() | int() as lon, float() | int() as lat, *_]]:
            return lon, lat
    return None
