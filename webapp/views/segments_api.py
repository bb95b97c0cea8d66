"""Data of the border's segments for the map."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webapp.delivery import send_text
from webapp.english import en_seized
from webapp.languages import speaks_english
from webapp.queries import parse_view
from webapp.security import Access, rule, viewer
from webapp.services import border_layer, overview
from webapp.services.border_words import seized_words
from webapp.services.overview import View
from webapp.views.context import site

segments_api = Blueprint("segments_api", __name__, url_prefix="/api")


@segments_api.get("/segments")
@rule(Access.SIGNED_IN)
def segments() -> Response:
    """The segments of the border with their cases, seizures and hotspots by band."""

    def default() -> View:
        found = overview.default_view(site().database, viewer(), site().today())
        return View(None, found.since, found.until)

    view = parse_view(request.args, default)
    told = en_seized if speaks_english() else seized_words
    text = border_layer.segments_of(site().database, viewer(), view, told)
    return send_text(text, "application/json")
