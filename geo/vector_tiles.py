"""Vector tiles made when they are asked for: which square of the world, what lies where in it.

Tiles are Mapbox Vector Tiles (version 2) of Web Mercator (EPSG:3857), 4096 units a side, y
downwards. A point belongs to the one tile whose square holds it, west and north edge included:
the tiles of a zoom together hold every point once, and no tile has a margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

EXTENT = 4096
"""Units on a side of a tile."""

MAX_ZOOM = 20
"""A unit is below a millimetre there: nothing is gained further in."""

CELLS_ACROSS = 64
"""Cells of counts from west to east of a tile: eight pixels each where a tile is drawn at 512."""

_MARGIN = 64
"""Units that a polygon reaches over the edge, so that no edge of a tile is drawn as its own."""

Box = tuple[float, float, float, float]
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class MapTile:
    """A square of the world by zoom, column from the west and row from the north.

    >>> MapTile(1, 1, 0).holds(105.85, 21.02), MapTile(1, 0, 0).holds(105.85, 21.02)
    (True, False)
    """

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether there is such a tile anywhere.

        >>> MapTile(3, 7, 7).exists, MapTile(3, 8, 0).exists
        (True, False)
        """
        return 0 <= self.z <= MAX_ZOOM and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    @property
    def box(self) -> Box:
        """West, south, east and north of the tile in degrees of WGS 84.

        Tiles side by side share the very number of their edge.
        """
        west, north = self._corner(self.x, self.y)
        east, south = self._corner(self.x + 1, self.y + 1)
        return west, south, east, north

    @property
    def cell_deg(self) -> float:
        """Side of a cell of counts in degrees, `CELLS_ACROSS` to a tile from west to east."""
        return float(360.0 / CELLS_ACROSS / 2.0**self.z)

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point of WGS 84 lies in the tile, the west and north edge included."""
        west, south, east, north = self.box
        return west <= lon < east and south < lat <= north

    def position(self, lon: float, lat: float) -> tuple[int, int]:
        """The unit of the tile that a point of WGS 84 lies in, or the nearest one of its edge.

        >>> MapTile(0, 0, 0).position(0.0, 0.0)
        (2048, 2048)
        """
        columns, rows = self.units_across
        across = math.floor((lon + 180.0) * columns - self.x * EXTENT)
        up = math.asinh(math.tan(math.radians(lat)))
        down = math.floor((1.0 - up / math.pi) * rows - self.y * EXTENT)
        return min(max(across, 0), EXTENT - 1), min(max(down, 0), EXTENT - 1)

    @property
    def units_across(self) -> tuple[float, float]:
        """Units of this zoom in a degree of longitude, and from the equator to the pole's edge."""
        return 2.0**self.z * EXTENT / 360.0, 2.0**self.z * EXTENT / 2.0

    def _corner(self, column: int, row: int) -> tuple[float, float]:
        tiles = 2.0**self.z
        lat = math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * row / tiles))))
        return column / tiles * 360.0 - 180.0, lat

    def drawn(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape of WGS 84 in units of the tile, cut a little outside its edges; maybe empty."""
        there = shapely.transform(shape, self._units)
        return shapely.clip_by_rect(there, -_MARGIN, -_MARGIN, EXTENT + _MARGIN, EXTENT + _MARGIN)

    def _units(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        columns, rows = self.units_across
        up = np.arcsinh(np.tan(np.radians(places[:, 1])))
        across = (places[:, 0] + 180.0) * columns - self.x * EXTENT
        return np.column_stack([across, (1.0 - up / np.pi) * rows - self.y * EXTENT])


@dataclass(frozen=True, slots=True)
class TileFeature:
    """What a layer holds at one place: `shape` in units of the tile, values that are not None."""

    id: int
    shape: BaseGeometry
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class TileLayer:
    """A named layer of a tile."""

    name: str
    features: Sequence[TileFeature] = field(default_factory=tuple)


def encode_tile(layers: Iterable[TileLayer]) -> bytes:
    """The layers as one tile, those without features left out; empty when nothing is left.

    >>> encode_tile([TileLayer("nothing")])
    b''
    """
    told = [
        {"name": layer.name, "features": [_feature(each) for each in layer.features]}
        for layer in layers
        if layer.features
    ]
    if not told:
        return b""
    options = {"y_coord_down": True, "extents": EXTENT}
    return bytes(mapbox_vector_tile.encode(told, default_options=options))


def _feature(feature: TileFeature) -> dict[str, object]:
    return {"id": feature.id, "geometry": feature.shape, "properties": dict(feature.values)}
