"""Vector tiles of the communes, for the map and for whoever reads MVT."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, make_response, request

from webapp.security import Access, rule, viewer
from webapp.services.commune_tiles import commune_tile
from webapp.views.context import site

tiles = Blueprint("tiles", __name__)

MVT = "application/vnd.mapbox-vector-tile"


@tiles.get("/tiles/communes/<int:z>/<int:x>/<int:y>.mvt")
@rule(Access.SIGNED_IN)
def communes(z: int, x: int, y: int) -> Response:
    """Send one tile; empty where no commune lies."""
    found = commune_tile(site().database, viewer(), site().tiles, (z, x, y))
    if found.tag in request.if_none_match:
        response = make_response("", 304)
    elif found.content is None:
        response = make_response("", 204)
    elif request.accept_encodings.quality("gzip") > 0:
        response = make_response(found.content)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = make_response(gzip.decompress(found.content))
    response.headers["Content-Type"] = MVT
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(found.tag)
    return response
