"""Land and land border of Vietnam from a TopoJSON file of countries.

The file is `countries-10m.json` of the npm package `world-atlas` 2.0.2: Natural
Earth 1:10 million, public domain, coordinates quantised to some 200-400 m.
Countries share arcs, so the arcs Vietnam shares with a neighbour are exactly
their common land border.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import BoundaryError
from geo.polygons import multipolygon

VIETNAM = "704"
NEIGHBOURS = {"156": "CHN", "418": "LAO", "116": "KHM"}
"""ISO 3166 numeric codes, as the file has them, and alpha-3, as this project does."""

Arc = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outline:
    """Land of Vietnam, of its neighbours, and the border lines; all WGS 84."""

    land: BaseGeometry
    neighbours: BaseGeometry
    border: dict[str, BaseGeometry]


def read_outline(path: Path) -> Outline:
    """Read the outline of Vietnam from a TopoJSON file with an object `countries`.

    Raises
    ------
    BoundaryError
        If Vietnam or a neighbour is not in the file.
    """
    topology = json.loads(path.read_text(encoding="utf-8"))
    arcs = decode_arcs(topology)
    countries = {g.get("id"): g for g in topology["objects"]["countries"]["geometries"]}
    missing = [code for code in (VIETNAM, *NEIGHBOURS) if code not in countries]
    if missing:
        raise BoundaryError(f"Tệp «{path.name}» thiếu quốc gia {', '.join(missing)}.")
    own = arc_numbers(countries[VIETNAM])
    border = {
        name: _lines(sorted(own & arc_numbers(countries[code])), arcs)
        for code, name in NEIGHBOURS.items()
    }
    others = shapely.union_all([polygons(countries[code], arcs) for code in NEIGHBOURS])
    return Outline(polygons(countries[VIETNAM], arcs), others, border)


def decode_arcs(topology: dict[str, Any]) -> list[Arc]:
    """Arcs of a quantised topology as arrays of lon, lat.

    >>> topology = {"transform": {"scale": [0.5, 0.5], "translate": [100, 0]},
    ...             "arcs": [[[2, 2], [1, 0]]]}
    >>> decode_arcs(topology)[0].tolist()
    [[101.0, 1.0], [101.5, 1.0]]
    """
    scale = np.asarray(topology["transform"]["scale"], dtype=float)
    origin = np.asarray(topology["transform"]["translate"], dtype=float)
    return [
        np.cumsum(np.asarray(a, dtype=float), axis=0) * scale + origin for a in topology["arcs"]
    ]


def arc_numbers(geometry: dict[str, Any]) -> set[int]:
    """Numbers of the arcs a geometry runs along, whatever the direction.

    >>> sorted(arc_numbers({"type": "Polygon", "arcs": [[0, -3]]}))
    [0, 2]
    """
    return {a if a >= 0 else ~a for part in _parts(geometry) for ring in part for a in ring}


def polygons(geometry: dict[str, Any], arcs: list[Arc]) -> BaseGeometry:
    """The valid multipolygon of a TopoJSON geometry."""
    parts = [
        shapely.Polygon(_ring(rings[0], arcs), [_ring(r, arcs) for r in rings[1:]])
        for rings in _parts(geometry)
    ]
    return multipolygon(shapely.make_valid(shapely.MultiPolygon(parts)))


def _parts(geometry: dict[str, Any]) -> list[list[list[int]]]:
    arcs = geometry["arcs"]
    return list(arcs) if geometry["type"] == "MultiPolygon" else [arcs]


def _ring(numbers: list[int], arcs: list[Arc]) -> Arc:
    pieces = [arcs[a] if a >= 0 else arcs[~a][::-1] for a in numbers]
    # Each arc begins where the one before ended.
    return np.vstack([pieces[0], *(p[1:] for p in pieces[1:])])


def _lines(numbers: list[int], arcs: list[Arc]) -> BaseGeometry:
    merged = shapely.line_merge(shapely.MultiLineString([arcs[n] for n in numbers]))
    return shapely.MultiLineString(list(shapely.get_parts(merged)))
