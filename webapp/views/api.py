"""Data of the map page as JSON; every answer is filtered to the viewer's scope."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, request
from flask_babel import gettext

from models.errors import NotFoundError
from webapp.delivery import send_json, send_text
from webapp.queries import parse_box, parse_choice, parse_code, parse_zoom
from webapp.security import Access, rule, viewer
from webapp.services import (
    cluster_card,
    commune_card,
    filter_counts,
    map_layers,
    overview,
    search_names,
    view_figures,
)
from webapp.views.context import asked_view, site

api = Blueprint("api", __name__, url_prefix="/api")

GEOJSON = "application/geo+json"
LEVELS = ("nation", "province", "full")
MOST_TYPED = 80
"""Letters of a search that are read."""


@api.get("/communes")
@rule(Access.SIGNED_IN)
def communes() -> Response:
    """Communes with their class, of one province or of the nation."""
    view = asked_view()
    province = parse_code(request.args, "province")
    fitting = "province" if province else "nation"
    level = parse_choice(request.args, "level", LEVELS) or fitting
    if level == "full" and province is None:
        level = "nation"
    text = map_layers.communes_geojson(site().database, viewer(), view, province, level)
    return send_text(text, GEOJSON)


@api.get("/communes/<code>")
@rule(Access.SIGNED_IN)
def commune(code: str) -> Response:
    """Figures of one commune for the card beside the map."""
    return send_json(commune_card.commune_figures(site().database, viewer(), code, asked_view()))


@api.get("/classes")
@rule(Access.SIGNED_IN)
def classes() -> Response:
    """Class of every assessed commune on the last day of the view."""
    until, today = asked_view().until, site().today()
    return send_json(overview.commune_classes(site().database, viewer(), until, today))


@api.get("/provinces")
@rule(Access.SIGNED_IN)
def provinces() -> Response:
    """Outlines of the provinces, or of one in more detail."""
    province = parse_code(request.args, "province")
    return send_text(map_layers.provinces_geojson(site().database, viewer(), province), GEOJSON)


@api.get("/border")
@rule(Access.SIGNED_IN)
def border() -> Response:
    """Border lines, 10 km band and gates."""
    return send_text(map_layers.border_layer(site().database, viewer()), "application/json")


@api.get("/hotspots")
@rule(Access.SIGNED_IN)
def hotspots() -> Response:
    """Hotspots with their status on the last day of the view."""
    return send_json({"hotspots": map_layers.hotspots_of(site().database, viewer(), asked_view())})


@api.get("/clusters")
@rule(Access.SIGNED_IN)
def clusters() -> Response:
    """Clusters of the latest run."""
    return send_json(map_layers.clusters_of(site().database, viewer(), asked_view()))


@api.get("/clusters/<stable_id>")
@rule(Access.SIGNED_IN)
def cluster(stable_id: str) -> Response:
    """What the card of a cluster tells of the clearing of its hotspot."""
    return send_json(cluster_card.cluster_clearing(site().database, viewer(), stable_id))


@api.get("/incidents")
@rule(Access.SIGNED_IN)
def incidents() -> Response:
    """Incidents in a box as density or as points, and counts by commune."""
    box, zoom = parse_box(request.args), parse_zoom(request.args)
    return send_json(map_layers.incidents_of(site().database, viewer(), asked_view(), box, zoom))


@api.get("/summary")
@rule(Access.SIGNED_IN)
def summary() -> Response:
    """The figures of the view, or with `part=cases` those that filters of incidents change.

    With `bbox` they are those of a box: what a map that is zoomed in shows.
    """
    part, box = parse_choice(request.args, "part", ("cases",)), parse_box(request.args)
    if box is not None:
        framed = view_figures.frame_cases if part else view_figures.frame_figures
        return send_json(asdict(framed(site().database, viewer(), asked_view(), box)))
    figures = view_figures.summarise_cases if part else view_figures.summarise
    return send_json(asdict(figures(site().database, viewer(), asked_view())))


@api.get("/filters")
@rule(Access.SIGNED_IN)
def filters() -> Response:
    """How many each choice of the filters would leave."""
    return send_json(filter_counts.filter_counts(site().database, viewer(), asked_view()))


@api.get("/names")
@rule(Access.SIGNED_IN)
def names() -> Response:
    """Names and boxes of all communes, to be searched."""
    return send_text(search_names.commune_names(site().database, viewer()), "application/json")


@api.get("/search")
@rule(Access.SIGNED_IN)
def search() -> Response:
    """Hotspots of the viewer's whole scope by name or code, without diacritics if need be."""
    text = request.args.get("q", "")[:MOST_TYPED]
    found = search_names.find_hotspots(site().database, viewer(), asked_view(), text)
    return send_json({"hotspots": found})


@api.get("/months")
@rule(Access.SIGNED_IN)
def months() -> Response:
    """Incidents of the view's filters by month, over all time."""
    return send_json({"months": overview.months_of(site().database, viewer(), asked_view())})


@api.route("/<path:rest>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
@rule(Access.SIGNED_IN)
def nothing_here(rest: str) -> Response:
    """Answer an unknown address under /api in the shape of its errors."""
    raise NotFoundError(gettext("Không có địa chỉ «%(path)s».", path=f"/api/{rest[:60]}"))
