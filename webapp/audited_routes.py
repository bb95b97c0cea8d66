"""Which routes leave what in the audit trail: one table, and the guard that sees to it.

A route that shows records in detail leaves a view (once an hour for each viewer and object), one
that gives out a table an export (each time: who, with which filter, how many rows). What changes
data writes its own line; should it not, the guard writes that the route was called, so that no
write can go unnoticed. What is refused to somebody signed in leaves a line once an hour for each
viewer and route. A test holds the table against all routes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from typing import Any

from flask import Flask, Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.audit import recordings
from models.session import Database
from webapp.security import Access, rule_of, viewer
from webapp.services.audit_trail import Act, SeenLately, noted, noted_hourly

VIEWS: Mapping[str, str] = {
    "alert_pages.alert_page": "alert",
    "alert_pages.alerts_page": "alerts",
    "api.cluster": "cluster",
    "api.commune": "commune",
    "api.hotspots": "hotspots",
    "api.incidents": "incidents",
    "api.search": "search",
    "arrivals.import_page": "import",
    "assessment_pages.commune_assessment": "commune",
    "audit_pages.trail_page": "audit",
    "assessment_pages.declare_page": "commune",
    "assessment_pages.province_assessment": "province",
    "cases.edit": "incident",
    "cases.incident_page": "incident",
    "drives.campaign_page": "campaign",
    "drives.edit_campaign": "campaign",
    "duplicate_cases.duplicates_page": "duplicates",
    "facilities_api.facility": "facility",
    "facility_forms.edit": "facility",
    "facility_pages.facilities_page": "facilities",
    "facility_pages.facility_details": "facility",
    "found_clusters.cluster_page": "cluster",
    "ogc_features.item": "layer",
    "ogc_features.items": "layer",
    "ogc_tiles.tile": "layer",
    "places.commune_page": "commune",
    "register.hotspot_page": "hotspot",
    "register.register_page": "hotspots",
    "review.decided": "review",
    "review.more_questions": "review",
    "review.question": "question",
    "review.review_page": "review",
    "routes.corridor_page": "corridor",
    "routes.edit_corridor": "corridor",
    "routes_api.route": "corridor",
    "sending.undo_page": "import",
    "spot_forms.edit": "hotspot",
    "story_data.story": "hotspots",
    "sub_unit_lists.sub_units_page": "commune",
    "tiles.clusters": "clusters",
    "tiles.hotspots": "hotspots",
    "tiles.incidents": "incidents",
}
"""Routes that show records in detail, and what kind of object each shows.

The object is the kind with what the address names, or with the province of the view.
"""

EXPORTS: Mapping[str, str] = {
    "arrivals.rejects_file": "rejects",
    "audit_pages.trail_file": "audit",
    "border_pages.segments_file": "border",
    "cells_data.cells_file": "cells",
    "facility_pages.facilities_csv": "facilities",
    "progress_pages.provinces_file": "progress",
    "progress_pages.years_file": "progress",
    "provinces.communes_file": "classes",
    "routes.kilometres": "corridor",
}
"""Routes that give out a table, and its name."""

SELF_WRITTEN = frozenset(
    {
        *("exports.layer_archive", "exports.layer_file", "exports.run_archive"),
        *("map_prints.map_pdf", "map_prints.map_png", "papers.report_file"),
    }
)
"""Routes that only read, whose service writes its own line each time."""

PLAIN = frozenset(
    {
        *("account.code_page", "own_security.password_page", "own_security.second_factor_page"),
        *("admin_pages.account_page", "admin_pages.accounts_page", "admin_pages.new_account"),
        *("admin_pages.tokens_page",),
        "api_description.openapi",
        *("account.account_page", "account.login_page", "api.border", "api.classes"),
        *("api.clusters", "api.communes", "api.filters", "api.months"),
        *("api.names", "api.nothing_here", "api.provinces", "api.summary"),
        *("arrivals.imports_page", "arrivals.template_file", "border_pages.border"),
        *("cases.new", "cells_data.cells", "drives.campaigns_page"),
        *("drives.new_campaign", "entry_api.place"),
        *("exports.export_form", "exports.layer_description"),
        *("facilities_api.facilities", "facility_forms.new"),
        *("files.favicon", "files.font_file", "files.healthz", "files.readyz"),
        *("files.static_file", "files.vendor_file", "found_clusters.clusters_page"),
        *("ogc.collection", "ogc.collections", "ogc.conformance", "ogc.description"),
        *("ogc.landing", "ogc.queryables", "ogc.schema", "ogc_tiles.grid", "ogc_tiles.grids"),
        *("ogc_tiles.tileset", "ogc_tiles.tilesets"),
        *("found_clusters.new_run_page", "found_clusters.runs_page", "papers.reports_page"),
        *("planner.home", "planner.map_page", "progress_pages.progress_page"),
        *("provinces.province", "provinces.provinces_page", "review.communes_by_name"),
        *("routes.corridors_page", "routes.new_corridor", "routes_api.routes"),
        *("segments_api.segments", "sending.upload_page", "spot_forms.new"),
        *("story_data.change", "tiles.communes"),
    }
)
"""Routes that show no record in detail: counts, classes, shapes, names of units, empty forms,
the progress of one's own upload."""

QUIET = frozenset({"api.nothing_here", "preferences.choose", "routes_api.lay_route"})
"""Routes that are posted to and change nothing that is kept."""

_CODE = re.compile(r"[A-Za-z0-9_.,:/-]{0,60}")
_MOST_ARGUMENTS = 40
_REFUSED = 400
_SHUT = (403, 404)
_KEY = "audited_object"
_ROWS = "audited_rows"


@dataclass(frozen=True, slots=True)
class _Trail:
    database: Database
    now: Callable[[], datetime]
    lately: SeenLately


def saw(object: str, rows: int | None = None) -> None:
    """Say from inside a view what it showed, where the address does not tell."""
    setattr(g, _KEY, object)
    setattr(g, _ROWS, rows)


def install_audit(app: Flask, database: Database, now: Callable[[], datetime]) -> None:
    """Put the guard around every route; after all routes are there."""
    trail = _Trail(database, now, SeenLately())
    app.extensions["audited_lately"] = trail.lately
    app.after_request(partial(_note_refusal, trail))
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = _guarded(endpoint, view, trail)


def _guarded(endpoint: str, view: Callable[..., Any], trail: _Trail) -> Callable[..., Any]:
    write = _writer(endpoint)

    @wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        before = recordings()
        answered: ResponseReturnValue = view(**values)
        if not current_user.is_authenticated:
            return answered
        if write is None and (endpoint in QUIET or request.method in ("GET", "HEAD")):
            return answered
        response = make_response(answered)
        if response.status_code < _REFUSED:
            (write or partial(_note_write, endpoint, before))(trail, response, values)
        return response

    return guarded


def _writer(endpoint: str) -> Callable[[_Trail, Response, Mapping[str, Any]], None] | None:
    if endpoint in VIEWS:
        return partial(_note_view, VIEWS[endpoint])
    if endpoint in EXPORTS:
        return partial(_note_export, EXPORTS[endpoint])
    return None


def _note_refusal(trail: _Trail, response: Response) -> Response:
    """A route that was shut to somebody signed in: by its rule, or for a record out of scope.

    The latter answers as a record that is not there; so what is not there is written down too.
    """
    endpoint = request.endpoint
    if response.status_code not in _SHUT or endpoint is None:
        return response
    if rule_of(current_app, endpoint) is not Access.PUBLIC and current_user.is_authenticated:
        act = Act("refused", str(request.url_rule), {"answer": response.status_code})
        noted_hourly(trail.database, viewer(), act, trail.now(), trail.lately)
    return response


def _note_view(kind: str, trail: _Trail, response: Response, values: Mapping[str, Any]) -> None:
    if "Location" not in response.headers:  # a redirect shows nothing
        act = Act("view", _object(kind, values), {})
        noted_hourly(trail.database, viewer(), act, trail.now(), trail.lately)


def _note_export(kind: str, trail: _Trail, response: Response, values: Mapping[str, Any]) -> None:
    rows = g.get(_ROWS)
    detail = {"filter": _filter(), "rows": _rows(response) if rows is None else rows}
    act = Act("export", _object(kind, values), detail)
    noted(trail.database, viewer(), act, trail.now())


def _note_write(
    endpoint: str, before: int, trail: _Trail, _response: Response, values: Mapping[str, Any]
) -> None:
    if recordings() == before:
        named = {key: told for key, value in values.items() if (told := _code(value)) is not None}
        noted(trail.database, viewer(), Act("request", endpoint, named), trail.now())


def _object(kind: str, values: Mapping[str, Any]) -> str:
    if said := g.get(_KEY):
        return str(said)
    told = [value for value in values.values() if not isinstance(value, int)]  # no tile numbers
    named = [_code(value) for value in told] or [_code(request.args.get("province") or "nation")]
    return ":".join((kind, *(name or "?" for name in named)))


def _code(value: object) -> str | None:
    text = str(value)
    return text if _CODE.fullmatch(text) else None


def _filter() -> dict[str, Any]:
    """What was asked for: codes and days as they are, other words only as a digest."""
    told: dict[str, Any] = {}
    for key, value in list(request.args.items(multi=True))[:_MOST_ARGUMENTS]:
        name = _code(key) or "?"
        kept = None if key == "q" else _code(value)
        told.setdefault(name, []).append({"text": value} if kept is None else kept)
    return told


def _rows(response: Response) -> int | None:
    """Rows of a table below its heading; None for what is no table of text."""
    if response.mimetype != "text/csv":
        return None
    lines = csv.reader(io.StringIO(response.get_data(as_text=True)))
    return max(sum(1 for line in lines if line) - 1, 0)
