"""The page of one commune."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from models.errors import NotFoundError
from models.periods import period_code, period_name
from webapp.queries import parse_known_on, parse_term
from webapp.security import Access, rule, viewer
from webapp.services.commune_checks import SHORT_TITLES, class_words
from webapp.services.commune_page import CommuneQuery, open_commune
from webapp.services.commune_trend import SHORT_CLASSES
from webapp.services.figure_words import share_text
from webapp.services.unknown_communes import tell_unknown
from webapp.views.context import site

places = Blueprint("places", __name__)

_WORDS = {
    "class_words": class_words,
    "percent": share_text,
    "period_code": period_code,
    "period_name": period_name,
    "short_classes": SHORT_CLASSES,
    "short_titles": tuple(SHORT_TITLES.values()),
}


@places.get("/communes/<code>")
@rule(Access.SIGNED_IN)
def commune_page(code: str) -> Response:
    """Show a commune: its class, why, what is missing and what is recorded there."""
    today = site().today()
    wanted = CommuneQuery(code, parse_term(request.args), parse_known_on(request.args, today))
    try:
        page = open_commune(site().database, viewer(), wanted, today)
    except NotFoundError:
        told = tell_unknown(site().database, viewer(), code)
        return make_response(render_template("commune_unknown.html", told=told), 404)
    return make_response(render_template("commune.html", page=page, today=today, **_WORDS))
