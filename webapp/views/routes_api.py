"""Data about key routes as JSON: for the planner's map, and for the form that draws one."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webapp.delivery import send_json
from webapp.forms import sent_json
from webapp.queries import parse_choice, parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import corridor_entry, corridor_layer
from webapp.services.corridor_entry import CorridorForm
from webapp.services.corridor_layer import LEVELS, RouteView
from webapp.told import told
from webapp.views.context import asked_view, site

routes_api = Blueprint("routes_api", __name__, url_prefix="/api")


@routes_api.get("/routes")
@rule(Access.SIGNED_IN)
def routes() -> Response:
    """Routes in force in the view, with their lines."""
    level = parse_choice(request.args, "level", LEVELS) or "nation"
    found = corridor_layer.routes_of(site().database, viewer(), _view(), level)
    return send_json({"routes": found})


@routes_api.get("/routes/<number>")
@rule(Access.SIGNED_IN)
def route(number: str) -> Response:
    """Figures of one route for the card beside the map."""
    id_ = parse_path_number(number, told("tuyến trọng điểm"))
    return send_json(corridor_layer.route_figures(site().database, viewer(), id_, _view()))


@routes_api.post("/routes/lay")
@rule(Access.WRITERS)
def lay_route() -> Response:
    """Tell the communes that a drawn line runs through; nothing is stored."""
    asked = sent_json()
    form = CorridorForm(points=str(asked.get("points", "")), width=str(asked.get("width", "")))
    laid = corridor_entry.lay(site().database, viewer(), form)
    return send_json(
        {
            "length_km": round(laid.length_km, 2),
            "communes": [[code, name, round(km, 2)] for code, name, km in laid.communes],
            "provinces": list(laid.provinces),
        }
    )


def _view() -> RouteView:
    view = asked_view()
    return RouteView(view.province_code, view.since, view.until)
