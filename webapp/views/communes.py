"""Pages of one commune and of one hotspot."""

from __future__ import annotations

from flask import Blueprint, render_template

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


@places.get("/hotspots/<path:ref>")
@rule(Access.SIGNED_IN)
def hotspot_page(ref: str) -> str:
    """Show a hotspot and its history."""
    page = registers.hotspot_profile(site().database, viewer(), ref, site().today())
    return render_template("hotspot.html", page=page)
