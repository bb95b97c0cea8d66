"""Vector tiles: the communes of the map, and incidents, hotspots and clusters as they stand."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from hashlib import sha256

from flask import Blueprint, Response, make_response, request

from geo.vector_tiles import MapTile
from models.session import Database
from models.viewers import Viewer
from webapp.security import Access, rule, viewer
from webapp.services import live_tiles
from webapp.services.commune_tiles import commune_tile
from webapp.services.overview import View
from webapp.views.context import asked_view, site

tiles = Blueprint("tiles", __name__)

MVT = "application/vnd.mapbox-vector-tile"

Making = Callable[[Database, Viewer, View, MapTile], bytes]


@tiles.get("/tiles/communes/<int:z>/<int:x>/<int:y>.mvt")
@rule(Access.SIGNED_IN)
def communes(z: int, x: int, y: int) -> Response:
    """Send one tile; empty where no commune lies."""
    found = commune_tile(site().database, viewer(), site().tiles, (z, x, y))
    return send_tile(found.content, found.tag)


@tiles.get("/tiles/incidents/<int:z>/<int:x>/<int:y>.mvt")
@rule(Access.SIGNED_IN)
def incidents(z: int, x: int, y: int) -> Response:
    """The incidents of a view: points, or counts by cell where they are many; by commune too."""
    return send_live_tile(live_tiles.incidents_in_tile, z, x, y)


@tiles.get("/tiles/hotspots/<int:z>/<int:x>/<int:y>.mvt")
@rule(Access.SIGNED_IN)
def hotspots(z: int, x: int, y: int) -> Response:
    """The hotspots of a view with their status on its last day."""
    return send_live_tile(live_tiles.hotspots_in_tile, z, x, y)


@tiles.get("/tiles/clusters/<int:z>/<int:x>/<int:y>.mvt")
@rule(Access.SIGNED_IN)
def clusters(z: int, x: int, y: int) -> Response:
    """The clusters of the latest run."""
    return send_live_tile(live_tiles.clusters_in_tile, z, x, y)


def send_live_tile(make: Making, z: int, x: int, y: int) -> Response:
    """Make a tile of the view that is asked for, and send it."""
    tile = live_tiles.tile_at(z, x, y)
    content = make(site().database, viewer(), asked_view(), tile)
    tag = sha256(content).hexdigest()[:24]
    return send_tile(gzip.compress(content, 4, mtime=0) if content else None, tag)


def send_tile(zipped: bytes | None, tag: str) -> Response:
    """Send a tile that is compressed with gzip, for this viewer alone; None: nothing is there."""
    if tag in request.if_none_match:
        response = make_response("", 304)
    elif zipped is None:
        response = make_response("", 204)
    elif request.accept_encodings.quality("gzip") > 0:
        response = make_response(zipped)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = make_response(gzip.decompress(zipped))
    response.headers["Content-Type"] = MVT
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(tag)
    return response
