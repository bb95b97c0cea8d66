"""Pages of one commune and of one hotspot."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from models.errors import ConflictError
from webapp.security import Access, rule, viewer
from webapp.services import profiles, registers
from webapp.views.context import site

places = Blueprint("places", __name__)


@places.get("/communes/<code>")
@rule(Access.SIGNED_IN)
def commune_page(code: str) -> str:
    """Show a commune: class, criteria, hotspots."""
    page = profiles.commune_profile(site().database, viewer(), code, site().today())
    return render_template("commune.html", page=page)


@places.get("/hotspots")
@rule(Access.SIGNED_IN)
def hotspot_by_query() -> Response:
    """Show the hotspot whose ref is in the query: there a ref may hold any character."""
    return _hotspot_page(request.args.get("ref", ""))


@places.get("/hotspots/<path:ref>", merge_slashes=False)
@rule(Access.SIGNED_IN)
def hotspot_page(ref: str) -> Response:
    """Show a hotspot and its history."""
    return _hotspot_page(ref)


def _hotspot_page(ref: str) -> Response:
    """The page of a hotspot; a ref that several bodies issued asks which one is meant."""
    database, source = site().database, request.args.get("source") or None
    try:
        page = registers.hotspot_profile(database, viewer(), ref, site().today(), source)
    except ConflictError:
        found = registers.namesakes(database, viewer(), ref)
        return make_response(render_template("hotspot_choice.html", ref=ref, found=found), 409)
    return make_response(render_template("hotspot.html", page=page))
