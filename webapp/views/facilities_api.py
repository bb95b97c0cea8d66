"""Facilities as JSON for the planner's map."""

from __future__ import annotations

from flask import Blueprint, Response, request

from geo.terms import FacilityKind
from webapp.delivery import send_json
from webapp.queries import parse_box, parse_code, parse_path_number, parse_view, parse_words
from webapp.security import Access, rule, viewer
from webapp.services import facility_layer, overview
from webapp.told import told
from webapp.views.context import site

facilities_api = Blueprint("facilities_api", __name__, url_prefix="/api")


@facilities_api.get("/facilities")
@rule(Access.SIGNED_IN)
def facilities() -> Response:
    """Facilities of the kinds in `kinds`, as points or as numbers by commune."""
    kinds = parse_words(request.args, "kinds", FacilityKind)
    province, box = parse_code(request.args, "province"), parse_box(request.args)
    return send_json(facility_layer.facilities_of(site().database, viewer(), kinds, province, box))


@facilities_api.get("/facilities/<number>")
@rule(Access.SIGNED_IN)
def facility(number: str) -> Response:
    """One facility with the incidents of the view around it."""
    id_ = parse_path_number(number, told("cơ sở, địa điểm"))
    view = parse_view(
        request.args,
        lambda: overview.default_view(site().database, viewer(), site().today()),
    )
    return send_json(facility_layer.facility_card(site().database, viewer(), id_, view))
