"""The planner's map."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from models.viewers import Role, ScopeKind
from webapp.assets import STATIC_DIR
from webapp.facility_labels import FACILITY_KINDS
from webapp.languages import in_words
from webapp.map_labels import map_words
from webapp.maps import OFF_AT_FIRST, planner_map, render_frame
from webapp.queries import parse_view
from webapp.security import Access, csp_nonce, rule, viewer
from webapp.services import facility_layer, import_undo, overview
from webapp.services.map_legend import ROUTE_LINES
from webapp.views.context import marks, scope_name, site
from webapp.views.map_print import parse_place

planner = Blueprint("planner", __name__)

FIGURES = (
    ("cases", "vụ việc"),
    ("offenders", "đối tượng"),
    ("active", "điểm đang hoạt động"),
    ("re_emerged", "điểm tái phức tạp"),
    ("cleared", "điểm đã triệt xóa"),
    ("drug_free", "xã không ma túy"),
)


@planner.get("/")
@rule(Access.SIGNED_IN)
def home() -> Response:
    """Go where the account works: its commune, or the map."""
    who = viewer()
    if who.role is Role.COMMUNE and who.scope.kind is ScopeKind.COMMUNE and who.scope.codes:
        return redirect(f"/communes/{min(who.scope.codes)}")
    return redirect("/map")


@planner.get("/map")
@rule(Access.SIGNED_IN)
def map_page() -> str:
    """Show the map; its data is fetched by the page."""
    database, today = site().database, site().today()
    default = overview.default_view(database, viewer(), today)
    asked = parse_view(request.args, lambda: default)
    parse_place(request.args)
    offered = overview.offered_provinces(database, viewer(), asked.province_code)
    return render_template(
        "map.html",
        frame=render_frame(planner_map(), csp_nonce()),
        provinces=offered,
        periods=overview.list_periods(database, viewer(), today),
        figures=FIGURES,
        scripts=_scripts(),
        main_script="/static/js/main.js",
        shapes=_shapes(asked.province_code),
        page_data=_page_data(default, today.isoformat()),
    )


def _page_data(default: overview.View, today: str) -> dict[str, Any]:
    return {
        "today": today,
        "may_enter": viewer().may_write,
        "scope": _scope(),
        "words": in_words(map_words()),
        "view": {
            "province": default.province_code,
            "from": default.since.isoformat(),
            "to": default.until.isoformat(),
            "off": list(OFF_AT_FIRST),
        },
        "facilities": {
            kind: {"name": in_words(FACILITY_KINDS[kind]), "n": n}
            for kind, n in facility_layer.kinds_known(site().database, viewer()).items()
        },
        "route_dashes": {mode: dash for mode, (dash, _) in ROUTE_LINES.items()},
        "marks": {
            "simulated": marks().simulated,
            "approximate": marks().approximate,
            "source": marks().boundary_source,
            "stale": import_undo.stale_run(site().database, viewer()) is not None,
        },
    }


def _scope() -> dict[str, Any]:
    """The name of an account's area (none: the nation) and the provinces it sees whole."""
    scope = viewer().scope
    return {
        "name": "" if scope.kind is ScopeKind.NATION else scope_name(),
        "provinces": sorted(scope.codes) if scope.kind is ScopeKind.PROVINCES else [],
    }


def _shapes(province: str | None) -> str:
    """Where the script gets the communes: the browser asks while it still reads the scripts."""
    wanted = {"province": province, "level": "province"} if province else {"level": "nation"}
    return f"/api/communes?{urlencode(wanted)}"


def _scripts() -> list[str]:
    return [f"/static/js/{path.name}" for path in sorted((STATIC_DIR / "js").glob("*.js"))]
