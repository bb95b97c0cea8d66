"""The page of one commune."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.security import Access, rule, viewer
from webapp.services import profiles
from webapp.views.context import site

places = Blueprint("places", __name__)


@places.get("/communes/<code>")
@rule(Access.SIGNED_IN)
def commune_page(code: str) -> str:
    """Show a commune: class, criteria, hotspots."""
    page = profiles.commune_profile(site().database, viewer(), code, site().today())
    return render_template("commune.html", page=page)
