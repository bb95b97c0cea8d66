"""What the forms of records with a place have in common: the fields of the place, the answer."""

from __future__ import annotations

from flask import request

from webapp.errors import BadParameterError
from webapp.queries import parse_degrees
from webapp.security import viewer
from webapp.services import entered_places
from webapp.services.entered_places import PlaceForm, PlaceHere, degrees_text
from webapp.services.hand_imports import Outcome
from webapp.views.context import site

_LONGEST = 400


def place_of_query(address: str = "") -> PlaceForm:
    """The point in the query of a form's address, as a click on the map gives it."""
    if "lat" not in request.args:
        return PlaceForm(address=address)
    lat, lon = (parse_degrees(request.args, name) for name in ("lat", "lon"))
    return PlaceForm(degrees_text(lat), degrees_text(lon), address, clicked=True)


def sent_place() -> PlaceForm:
    """The fields of a place in what was sent."""
    sent = request.form
    lat, lon, address = (sent.get(name, "")[:_LONGEST] for name in ("lat", "lon", "address"))
    return PlaceForm(lat, lon, address, sent.get("clicked") == "1")


def place_named(form: PlaceForm) -> PlaceHere | None:
    """The commune of the point in a form, to be shown beside it; None where there is no point."""
    typed = {name: getattr(form, name).strip().replace(",", ".") for name in ("lat", "lon")}
    try:
        lat, lon = (parse_degrees(typed, name) for name in ("lat", "lon"))
    except BadParameterError:
        return None
    return entered_places.place_at(site().database, viewer(), lon, lat)


def again_status(done: Outcome) -> int:
    """The status with which a form is shown again."""
    return 409 if done.is_conflict else 400 if done.errors else 200
