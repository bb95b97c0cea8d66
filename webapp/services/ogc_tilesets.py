"""What `/ogc` tells of its vector tiles: the grid, and the sets of tiles of a collection."""

from __future__ import annotations

import math
from typing import Any

from geo import tiles, vector_tiles
from models.errors import NotFoundError
from webapp.services.ogc_documents import (
    JSON,
    MVT,
    TILED,
    Document,
    itself,
    layer_of_collection,
    link,
)
from webapp.told import told

GRID = "WebMercatorQuad"
_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_HALF_M = math.pi * 6_378_137
_SIDE = 256
"""Pixels of a tile as the grid counts them."""
_PIXEL_M = 0.00028
"""The pixel that scales are told by."""

_ZOOMS = {
    "communes": (tiles.MIN_ZOOM, tiles.MAX_ZOOM),
    "clusters": (0, vector_tiles.MAX_ZOOM),
}
_LAYERS = {
    "communes": (("communes", 2),),
    "clusters": (("clusters", 2), ("cluster_points", 0)),
}


def grids(root: str) -> Document:
    """The grids that tiles are cut by: there is one."""
    return {
        "tileMatrixSets": [
            {
                "id": GRID,
                "title": "Web Mercator",
                "uri": _URI,
                "crs": _CRS,
                "links": itself(f"{root}/tileMatrixSets/{GRID}"),
            }
        ],
        "links": itself(f"{root}/tileMatrixSets"),
    }


def grid(name: str) -> Document:
    """A grid, as OGC's Two Dimensional Tile Matrix Set 2.0 writes it."""
    _require(name)
    return {
        "id": GRID,
        "title": "Web Mercator",
        "uri": _URI,
        "crs": _CRS,
        "orderedAxes": ["E", "N"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(z) for z in range(vector_tiles.MAX_ZOOM + 1)],
    }


def tilesets(root: str, name: str) -> Document:
    """The sets of tiles of a collection."""
    _require_tiled(name)
    address = f"{root}/collections/{name}/tiles"
    told_of = {
        "title": str(layer_of_collection(name).title),
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _URI,
        "links": itself(f"{address}/{GRID}"),
    }
    return {"tilesets": [told_of], "links": itself(address)}


def tileset(root: str, name: str, grid_name: str) -> Document:
    """A set of tiles: where the tiles are, and which there are."""
    _require_tiled(name)
    _require(grid_name)
    address = f"{root}/collections/{name}/tiles/{GRID}"
    title = str(layer_of_collection(name).title)
    tile = link(f"{address}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", MVT, "Các ô")
    first, last = _ZOOMS[name]
    return {
        "title": title,
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _URI,
        "links": [
            *itself(address),
            link(f"{root}/tileMatrixSets/{GRID}", _SCHEME, JSON, "Lưới ô"),
            tile | {"templated": True},
        ],
        "tileMatrixSetLimits": [
            {
                "tileMatrix": str(z),
                **{"minTileRow": 0, "maxTileRow": 2**z - 1},
                **{"minTileCol": 0, "maxTileCol": 2**z - 1},
            }
            for z in range(first, last + 1)
        ],
        "layers": [
            {"id": layer, "dataType": "vector", "geometryDimension": dimension}
            for layer, dimension in _LAYERS[name]
        ],
    }


def require_tile(name: str, grid_name: str) -> None:
    """Refuse a tile of a collection that has none, or of another grid.

    Raises
    ------
    NotFoundError
    """
    _require_tiled(name)
    _require(grid_name)


def _matrix(z: int) -> dict[str, Any]:
    cell_m = 2 * _HALF_M / _SIDE / 2**z
    return {
        "id": str(z),
        "scaleDenominator": cell_m / _PIXEL_M,
        "cellSize": cell_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-_HALF_M, _HALF_M],
        "tileWidth": _SIDE,
        "tileHeight": _SIDE,
        "matrixWidth": 2**z,
        "matrixHeight": 2**z,
    }


def _require(grid_name: str) -> None:
    if grid_name != GRID:
        raise NotFoundError(
            told("Không có lưới ô «{name}»; có: {known}.", name=grid_name[:60], known=GRID)
        )


def _require_tiled(name: str) -> None:
    layer_of_collection(name)
    if name not in TILED:
        known = ", ".join(TILED)
        raise NotFoundError(
            told("Lớp «{name}» không có ô bản đồ; có: {known}.", name=name[:60], known=known)
        )
