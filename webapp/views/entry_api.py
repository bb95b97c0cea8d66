"""What the map asks while somebody chooses a place on it."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, request

from webapp.delivery import send_json
from webapp.queries import parse_degrees
from webapp.security import Access, rule, viewer
from webapp.services import entered_places
from webapp.views.context import site

entry_api = Blueprint("entry_api", __name__, url_prefix="/api")


@entry_api.get("/place")
@rule(Access.WRITERS)
def place() -> Response:
    """The commune of a point and whether the account may write there; null off the map."""
    lat, lon = (parse_degrees(request.args, name) for name in ("lat", "lon"))
    found = entered_places.place_at(site().database, viewer(), lon, lat)
    return send_json({"place": asdict(found) if found else None})
