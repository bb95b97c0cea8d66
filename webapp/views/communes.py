"""The page of one commune."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from models.errors import NotFoundError
from models.periods import period_code, period_name
from webapp.errors import BadParameterError
from webapp.queries import named, parse_day, parse_term
from webapp.security import Access, rule, viewer
from webapp.services.commune_checks import SHORT_TITLES, class_words
from webapp.services.commune_page import CommuneQuery, open_commune
from webapp.services.commune_trend import SHORT_CLASSES
from webapp.services.figure_lines import share_text
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
    wanted = CommuneQuery(code, parse_term(request.args), _known_on(today))
    try:
        page = open_commune(site().database, viewer(), wanted, today)
    except NotFoundError:
        told = tell_unknown(site().database, viewer(), code)
        return make_response(render_template("commune_unknown.html", told=told), 404)
    return make_response(render_template("commune.html", page=page, today=today, **_WORDS))


def _known_on(today: date) -> date | None:
    """The day whose knowledge is asked for; today's is the present one.

    Raises
    ------
    BadParameterError
        If it is no day, or one that is yet to come.
    """
    day = parse_day(request.args, "known_on")
    if day is not None and day > today:
        raise BadParameterError(
            "known_on", f"{named('known_on')} không thể sau hôm nay. Hãy chọn ngày đã qua."
        )
    return None if day == today else day
