"""OGC API – Tiles: the vector tiles of communes and clusters, row before column."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webapp.security import Access, rule, viewer
from webapp.services import live_tiles, ogc_tilesets
from webapp.services.commune_tiles import commune_tile
from webapp.views.context import site
from webapp.views.ogc_answers import not_one_of, require_known, root, send_document, varied
from webapp.views.tiles import send_live_tile, send_tile

ogc_tiles = Blueprint("ogc_tiles", __name__, url_prefix="/ogc")


@ogc_tiles.get("/tileMatrixSets")
@rule(Access.SIGNED_IN)
def grids() -> Response:
    """List the grids that tiles are cut by."""
    require_known()
    return send_document(ogc_tilesets.grids(root()), "ogc_document.html", title="Tile matrix sets")


@ogc_tiles.get("/tileMatrixSets/<grid>")
@rule(Access.SIGNED_IN)
def grid(grid: str) -> Response:
    """Describe a grid."""
    require_known()
    return send_document(ogc_tilesets.grid(grid), "ogc_document.html", title=grid)


@ogc_tiles.get("/collections/<name>/tiles")
@rule(Access.SIGNED_IN)
def tilesets(name: str) -> Response:
    """List the sets of tiles of a collection."""
    require_known()
    return send_document(ogc_tilesets.tilesets(root(), name), "ogc_document.html", title="Tiles")


@ogc_tiles.get("/collections/<name>/tiles/<grid>")
@rule(Access.SIGNED_IN)
def tileset(name: str, grid: str) -> Response:
    """Describe a set of tiles."""
    require_known()
    return send_document(
        ogc_tilesets.tileset(root(), name, grid), "ogc_document.html", title="Tiles"
    )


@ogc_tiles.get("/collections/<name>/tiles/<grid>/<int:z>/<int:row>/<int:col>")
@rule(Access.SIGNED_IN)
def tile(name: str, grid: str, z: int, row: int, col: int) -> Response:
    """Send a tile."""
    ogc_tilesets.require_tile(name, grid)
    require_known()
    if (form := request.args.get("f", "mvt")) != "mvt":
        raise not_one_of("f", form, ("mvt",))
    if name == "communes":
        found = commune_tile(site().database, viewer(), site().tiles, (z, col, row))
        return varied(send_tile(found.content, found.tag))
    return varied(send_live_tile(live_tiles.clusters_in_tile, z, col, row))
