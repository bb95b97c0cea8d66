"""The table of the access matrix: a line for every route of the site.

A line says who may ask, the addresses it is asked under, and what it answers to somebody whom the
rule admits and whose scope does not cover what the address names (`elsewhere`). Addresses and
forms may name `{code}`, `{province}`, `{word}`, `{cluster}` of a commune and the numbers of its
records. **A new route gets its line here.**
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.security import Access

SIGNED_IN, RECORDS, PUBLIC = Access.SIGNED_IN, Access.RECORDS, Access.PUBLIC
DECLARERS, WRITERS, ADMINS = Access.DECLARERS, Access.WRITERS, Access.ADMINS

VIEW = "province=&from=2025-12-15&to=2026-06-14"
BOX = "bbox=107.0,14.0,109.0,15.0"
AROUND = "bbox={lon}1,{lat}1,{lon}9,{lat}9"
TEXT = "q={word}"
OGC = (
    *("incidents", "hotspots", "clusters", "communes", "provinces", "corridors"),
    *("border_segments", "facilities"),
)


@dataclass(frozen=True)
class Line:
    """A row of the matrix; `form` is what a POST sends besides the guard."""

    access: Access
    paths: tuple[str, ...] = ()
    inside: int = 200
    elsewhere: int = 200
    form: tuple[tuple[str, str], ...] | None = None


def read(access: Access, *paths: str, elsewhere: int = 200, inside: int = 200) -> Line:
    """A route that is read: 200 for everybody unless told otherwise."""
    return Line(access, paths, inside, elsewhere)


def record(access: Access, *paths: str) -> Line:
    """A record of its own: whoever may not see it learns not even that it is there."""
    return Line(access, paths, elsewhere=404)


def write(access: Access, *paths: str, elsewhere: int = 404, **form: str) -> Line:
    """A route that changes something; it is sent only by those who may not."""
    return Line(access, paths, elsewhere=elsewhere, form=tuple(form.items()))


SKIPPED = Line(PUBLIC)
"""Files of the site itself, signing in: nothing in them depends on who asks."""

ROUTES: dict[str, Line] = {
    **{f"files.{name}": SKIPPED for name in ("favicon", "font_file", "static_file")},
    **{f"files.{name}": SKIPPED for name in ("vendor_file", "healthz", "readyz")},
    "preferences.choose": SKIPPED,
    "account.login": SKIPPED,
    "account.login_page": SKIPPED,
    "account.account_page": read(SIGNED_IN, "/account"),
    "account.logout": Line(SIGNED_IN),
    "account.code_page": SKIPPED,
    "account.send_code": SKIPPED,
    "account.end_one": Line(SIGNED_IN),
    "account.end_others": Line(SIGNED_IN),
    "own_security.password_page": read(SIGNED_IN, "/account/password"),
    "own_security.second_factor_page": read(SIGNED_IN, "/account/second-factor"),
    **{
        f"own_security.{name}": Line(SIGNED_IN)
        for name in ("change_password", "begin_second_factor", "confirm_second_factor")
    },
    **{f"own_security.{name}": Line(SIGNED_IN) for name in ("renew_codes", "turn_off")},
    "own_tokens.make_token": Line(SIGNED_IN),
    "own_tokens.revoke_token": write(SIGNED_IN, "/account/tokens/abcdefgh/revoke"),
    # administrators
    "admin_pages.accounts_page": read(ADMINS, "/admin", "/admin?q={word}"),
    "admin_pages.tokens_page": read(ADMINS, "/admin/tokens"),
    "admin_pages.revoke_token": write(ADMINS, "/admin/tokens/abcdefgh/revoke"),
    "admin_pages.new_account": read(ADMINS, "/admin/accounts/new"),
    "admin_pages.add_account": Line(ADMINS),
    "admin_pages.account_page": read(
        ADMINS, "/admin/accounts/nobody-{code}", inside=404, elsewhere=404
    ),
    "admin_pages.change_account": Line(ADMINS),
    "admin_pages.disable_account": Line(ADMINS),
    "admin_pages.enable_account": Line(ADMINS),
    "admin_pages.reset_factor": Line(ADMINS),
    "admin_pages.reset_password": Line(ADMINS),
    "audit_pages.trail_page": read(ADMINS, "/admin/audit", "/admin/audit?object=import"),
    "audit_pages.trail_file": read(ADMINS, "/admin/audit.csv"),
    # the map and its data
    "planner.home": read(SIGNED_IN, "/", inside=302, elsewhere=302),
    "planner.map_page": read(SIGNED_IN, "/map", f"/map?{VIEW}"),
    "map_prints.map_pdf": read(
        SIGNED_IN,
        f"/map/print.pdf?{VIEW}",
        f"/map/print.pdf?{VIEW}&{BOX}&cmp=diff",
        f"/map/print.pdf?{VIEW}&{AROUND}&off=none",
    ),
    "map_prints.map_png": read(SIGNED_IN, f"/map/print.png?{VIEW}&{BOX}"),
    "api.border": read(SIGNED_IN, "/api/border"),
    "api.classes": read(SIGNED_IN, f"/api/classes?{VIEW}"),
    "api.cluster": record(SIGNED_IN, "/api/clusters/{cluster}"),
    "api.clusters": read(SIGNED_IN, f"/api/clusters?{VIEW}"),
    "api.commune": read(SIGNED_IN, f"/api/communes/{{code}}?{VIEW}"),
    "api.communes": read(
        SIGNED_IN, f"/api/communes?{VIEW}", "/api/communes?province={province}&level=full"
    ),
    "api.filters": read(
        SIGNED_IN, f"/api/filters?{VIEW}", "/api/filters?province={province}&kind=trading"
    ),
    "api.hotspots": read(SIGNED_IN, f"/api/hotspots?{VIEW}"),
    "api.incidents": read(
        SIGNED_IN,
        *(f"/api/incidents?{VIEW}&{BOX}&zoom={zoom}" for zoom in (6, 10, 14)),
        f"/api/incidents?{VIEW}&{AROUND}&zoom=17",
        f"/api/incidents?{VIEW}&{BOX}&zoom=14&near=school:500",
    ),
    "api.months": read(SIGNED_IN, f"/api/months?{VIEW}"),
    "api.names": read(SIGNED_IN, "/api/names"),
    "api.nothing_here": read(SIGNED_IN, "/api/none-{code}", inside=404, elsewhere=404),
    "api.provinces": read(SIGNED_IN, "/api/provinces?province={province}"),
    "api.search": read(
        SIGNED_IN, f"/api/search?{VIEW}&{TEXT}", f"/api/search?{VIEW}&q={{home_word}}"
    ),
    "api.summary": read(
        SIGNED_IN,
        f"/api/summary?{VIEW}",
        f"/api/summary?{VIEW}&{BOX}",
        f"/api/summary?{VIEW}&{AROUND}&part=cases",
    ),
    "story_data.change": read(SIGNED_IN, f"/api/change?{VIEW}", f"/api/change?{VIEW}&base=year"),
    "story_data.story": read(SIGNED_IN, f"/api/story?{VIEW}&{BOX}&zoom=14"),
    "segments_api.segments": read(SIGNED_IN, f"/api/segments?{VIEW}"),
    "routes_api.routes": read(SIGNED_IN, f"/api/routes?{VIEW}"),
    "routes_api.route": read(SIGNED_IN, f"/api/routes/{{corridor}}?{VIEW}"),
    "routes_api.lay_route": Line(WRITERS),
    "facilities_api.facilities": read(
        SIGNED_IN, f"/api/facilities?{BOX}", f"/api/facilities?kinds=school&{AROUND}"
    ),
    "facilities_api.facility": record(SIGNED_IN, f"/api/facilities/{{facility}}?{VIEW}"),
    "entry_api.place": read(WRITERS, "/api/place?lon={lon}&lat={lat}"),
    "tiles.communes": read(
        SIGNED_IN, "/tiles/communes/6/51/29.mvt", "/tiles/communes/10/818/470.mvt"
    ),
    **{
        f"tiles.{layer}": read(
            SIGNED_IN,
            f"/tiles/{layer}/10/818/469.mvt?{VIEW}",
            f"/tiles/{layer}/{{tile}}.mvt?{VIEW}",
            f"/tiles/{layer}/{{home_tile}}.mvt?{VIEW}",
        )
        for layer in ("incidents", "hotspots", "clusters")
    },
    "api_description.openapi": read(SIGNED_IN, "/openapi.json"),
    # OGC API
    "exports.export_form": read(
        SIGNED_IN, "/export", "/export?layer=communes&province={province}&format=xlsx"
    ),
    "exports.layer_file": read(
        SIGNED_IN,
        *(f"/export/{layer}.{format}" for layer in OGC for format in ("geojson", "csv")),
        "/export/incidents.gpkg",
        "/export/hotspots.xlsx",
        "/export/facilities.kml",
        "/export/incidents.geojson?filter=commune_code_now='{code}'",
        "/export/hotspots.csv?filter=name%20LIKE%20'%25{word}%25'",
    ),
    "exports.layer_archive": read(SIGNED_IN, "/export/clusters.geojson.zip"),
    "exports.layer_description": read(
        SIGNED_IN, *(f"/export/{layer}.csv.meta.json" for layer in OGC)
    ),
    "exports.run_archive": read(SIGNED_IN, "/export/run/1.zip"),
    "ogc.landing": read(SIGNED_IN, "/ogc", "/ogc?f=html"),
    "ogc.conformance": read(SIGNED_IN, "/ogc/conformance", "/ogc/conformance?f=html"),
    "ogc.description": read(SIGNED_IN, "/ogc/api", "/ogc/api?f=html"),
    "ogc.collections": read(SIGNED_IN, "/ogc/collections", "/ogc/collections?f=html"),
    "ogc.collection": read(
        SIGNED_IN,
        *(f"/ogc/collections/{layer}" for layer in OGC),
        "/ogc/collections/incidents?f=html",
    ),
    "ogc.queryables": read(
        SIGNED_IN, *(f"/ogc/collections/hotspots/queryables{form}" for form in ("", "?f=html"))
    ),
    "ogc.schema": read(
        SIGNED_IN, *(f"/ogc/collections/hotspots/schema{form}" for form in ("", "?f=html"))
    ),
    "ogc_features.items": read(
        SIGNED_IN,
        *(f"/ogc/collections/{layer}/items?limit=10000" for layer in OGC),
        *(f"/ogc/collections/{layer}/items?f=html" for layer in OGC),
        *(f"/ogc/collections/{layer}/items?{AROUND}" for layer in OGC),
        "/ogc/collections/incidents/items?filter=commune_code_now='{code}'",
        "/ogc/collections/hotspots/items?filter=name%20LIKE%20'%25{word}%25'",
        "/ogc/collections/hotspots/items?filter=name%20LIKE%20'%25{home_word}%25'",
    ),
    "ogc_features.item": record(
        SIGNED_IN,
        *(
            f"/ogc/collections/{layer}/items/{number}{form}"
            for layer, number in (
                ("incidents", "{incident}"),
                ("hotspots", "{hotspot}"),
                ("facilities", "{facility}"),
                ("clusters", "{cluster}"),
            )
            for form in ("", "?f=html")
        ),
    ),
    "ogc_tiles.grids": read(SIGNED_IN, "/ogc/tileMatrixSets", "/ogc/tileMatrixSets?f=html"),
    "ogc_tiles.grid": read(SIGNED_IN, "/ogc/tileMatrixSets/WebMercatorQuad"),
    "ogc_tiles.tilesets": read(SIGNED_IN, "/ogc/collections/clusters/tiles"),
    "ogc_tiles.tileset": read(SIGNED_IN, "/ogc/collections/clusters/tiles/WebMercatorQuad"),
    "ogc_tiles.tile": read(
        SIGNED_IN,
        "/ogc/collections/clusters/tiles/WebMercatorQuad/10/469/818",
        "/ogc/collections/communes/tiles/WebMercatorQuad/6/29/51",
    ),
    # records
    "cases.incident_page": record(SIGNED_IN, "/incidents/{incident}"),
    "cases.new": read(WRITERS, "/incidents/new", "/incidents/new?commune={code}"),
    "cases.enter": write(WRITERS, "/incidents/new", elsewhere=400, commune="{code}"),
    "cases.edit": record(WRITERS, "/incidents/{incident}/edit"),
    "cases.correct": write(WRITERS, "/incidents/{incident}/edit", ref="{word}-1"),
    "register.register_page": read(
        SIGNED_IN, "/hotspots", f"/hotspots?{TEXT}", "/hotspots?province={province}"
    ),
    "register.hotspot_page": record(SIGNED_IN, "/hotspots/TD-{word}"),
    "register.write_event": write(
        WRITERS, "/hotspots/events", hotspot="{hotspot}", type="note", on="2026-06-01", note="x"
    ),
    "register.remove_event": write(
        WRITERS, "/hotspots/events/{event}/remove", hotspot="{hotspot}", note="nhầm"
    ),
    "register.undo_event": write(WRITERS, "/hotspots/events/{event}/undo", hotspot="{hotspot}"),
    "spot_forms.new": read(WRITERS, "/hotspots/new?commune={code}"),
    "spot_forms.enter": write(WRITERS, "/hotspots/new", elsewhere=400, commune="{code}"),
    "spot_forms.edit": record(WRITERS, "/hotspots/{hotspot}/edit", "/hotspots/{home}/edit"),
    "spot_forms.correct": write(WRITERS, "/hotspots/{home}/edit", ref="{word}"),
    "facility_pages.facilities_page": read(
        SIGNED_IN, "/facilities", f"/facilities?{TEXT}", "/facilities?commune={code}"
    ),
    "facility_pages.facilities_csv": read(
        SIGNED_IN, "/facilities.csv", "/facilities.csv?commune={code}"
    ),
    "facility_pages.facility_details": record(SIGNED_IN, "/facilities/{facility}"),
    "facility_forms.new": read(WRITERS, "/facilities/new"),
    "facility_forms.enter": write(WRITERS, "/facilities/new", elsewhere=400, commune="{code}"),
    "facility_forms.edit": record(WRITERS, "/facilities/{facility}/edit"),
    "facility_forms.correct": write(WRITERS, "/facilities/{facility}/edit", ref="{word}"),
    "facility_forms.withdraw_facility": write(
        WRITERS, "/facilities/{facility}/withdraw", reason="đóng cửa"
    ),
    # findings
    "alert_pages.alerts_page": read(
        SIGNED_IN, "/alerts", "/alerts?province={province}", "/alerts?kind=re_emerging"
    ),
    "alert_pages.alert_page": record(SIGNED_IN, "/alerts/{alert}"),
    "alert_pages.confirm": write(WRITERS, "/alerts/{alert}/confirm", note="x"),
    "alert_pages.dismiss": write(WRITERS, "/alerts/{alert}/dismiss", reason="x"),
    "alert_pages.undo": write(WRITERS, "/alerts/{alert}/undo"),
    "found_clusters.clusters_page": read(
        SIGNED_IN, "/clusters", "/clusters?province={province}", "/clusters?run={run}"
    ),
    "found_clusters.cluster_page": record(SIGNED_IN, "/clusters/{cluster}"),
    "found_clusters.runs_page": read(RECORDS, "/runs"),
    "found_clusters.new_run_page": read(WRITERS, "/runs/new?x={file}", elsewhere=403),
    "found_clusters.start_run": Line(WRITERS),
    "found_clusters.repeat": Line(WRITERS),
    # communes, provinces, progress
    "places.commune_page": read(
        SIGNED_IN,
        "/communes/{code}",
        "/communes/{code}?period=2025",
        "/communes/{code}?period=2025&known_on=2026-06-01",
    ),
    "assessment_pages.commune_assessment": read(
        SIGNED_IN,
        "/communes/{code}/assessment?period=2025",
        "/communes/{code}/assessment?period=2026&known_on=2026-06-01",
    ),
    "assessment_pages.act_on_commune": write(
        *(DECLARERS, "/communes/{code}/assessment"),
        elsewhere=403,
        **{"period": "2025", "action": "self_assess", "seen": "0"},
    ),
    "assessment_pages.declare_page": read(
        DECLARERS, "/communes/{code}/declare?period=2025", elsewhere=403
    ),
    "assessment_pages.declare_figures": write(
        DECLARERS, "/communes/{code}/declare", elsewhere=403, period="2025", residents="1"
    ),
    "provinces.provinces_page": read(SIGNED_IN, "/provinces"),
    "provinces.province": read(
        SIGNED_IN,
        "/provinces/{province}?period=2025",
        "/provinces/{province}?period=2026",
        "/provinces/{province}?period=2025&known_on=2026-06-01",
    ),
    "provinces.communes_file": read(
        SIGNED_IN,
        "/provinces/{province}/communes.csv?period=2025",
        "/provinces/{province}/communes.csv?period=2026H1",
    ),
    "assessment_pages.province_assessment": read(
        SIGNED_IN, "/provinces/{province}/assessment?period=2025"
    ),
    "assessment_pages.act_on_province": write(
        *(WRITERS, "/provinces/{province}/assessment"),
        elsewhere=403,
        **{"period": "2025", "action": "self_assess", "seen": "0"},
    ),
    "assessment_pages.approve_communes": write(
        WRITERS, "/provinces/{province}/approvals", elsewhere=403, period="2025"
    ),
    "assessment_pages.set_due_date": write(
        *(WRITERS, "/provinces/{province}/due-date"),
        elsewhere=403,
        **{"period": "2025", "due_on": "2025-12-16"},
    ),
    "cells_data.cells": read(
        SIGNED_IN,
        *(f"/api/cells?province={{province}}&period={period}" for period in ("2025", "2025H1")),
    ),
    "cells_data.cells_file": read(SIGNED_IN, "/provinces/{province}/cells.csv?period=2025"),
    "progress_pages.progress_page": read(
        SIGNED_IN, "/progress", "/progress?province={province}", "/progress?known_on=2026-06-01"
    ),
    "progress_pages.years_file": read(SIGNED_IN, "/progress/years.csv?province={province}"),
    "progress_pages.provinces_file": read(SIGNED_IN, "/progress/provinces.csv"),
    "progress_pages.enter_roadmap": write(
        *(WRITERS, "/progress"),
        elsewhere=403,
        **{"province": "{province}", "share-2026": "10", "decision": "1/QĐ", "seen": "0"},
    ),
    # hamlets, campaigns, routes, the border
    "sub_unit_lists.sub_units_page": read(
        SIGNED_IN, "/communes/{code}/sub-units?period=2026Q1", "/communes/{code}/sub-units"
    ),
    "sub_unit_lists.add_sub_unit": write(
        DECLARERS, "/communes/{code}/sub-units/new", elsewhere=403, name="Thôn Mới"
    ),
    "sub_unit_lists.rename_sub_unit": write(
        *(DECLARERS, "/communes/{code}/sub-units/{sub_unit}/rename"),
        new_name="Thôn Mới",
    ),
    "sub_unit_lists.take_off_sub_unit": write(
        *(DECLARERS, "/communes/{code}/sub-units/{sub_unit}/take-off"),
        reason="nhầm",
    ),
    "sub_unit_lists.bring_back_sub_unit": write(
        DECLARERS, "/communes/{code}/sub-units/{sub_unit}/bring-back"
    ),
    "sub_unit_lists.review_sub_units": write(
        *(DECLARERS, "/communes/{code}/sub-units/review"),
        elsewhere=403,
        **{"period": "2026Q1", "answer-{sub_unit}": "yes", "note-{sub_unit}": ""},
    ),
    "drives.campaigns_page": read(SIGNED_IN, "/campaigns"),
    "drives.campaign_page": record(SIGNED_IN, "/campaigns/{campaign}"),
    "drives.new_campaign": read(WRITERS, "/campaigns/new"),
    "drives.enter_campaign": write(WRITERS, "/campaigns/new", elsewhere=400, name="Đợt mới"),
    "drives.edit_campaign": record(WRITERS, "/campaigns/{campaign}/edit"),
    "drives.change_campaign": write(WRITERS, "/campaigns/{campaign}/edit", name="Đợt khác"),
    "drives.withdraw_campaign": write(WRITERS, "/campaigns/{campaign}/withdraw", reason="nhầm"),
    "drives.restore_campaign": write(WRITERS, "/campaigns/{campaign}/restore"),
    "routes.corridors_page": read(SIGNED_IN, "/corridors", "/corridors?period=2026"),
    "routes.corridor_page": read(SIGNED_IN, "/corridors/{corridor}"),
    "routes.kilometres": read(SIGNED_IN, "/corridors/{corridor}/kilometres.csv"),
    "routes.new_corridor": read(WRITERS, "/corridors/new"),
    "routes.enter_corridor": write(WRITERS, "/corridors/new", elsewhere=400, name="Tuyến mới"),
    "routes.edit_corridor": read(WRITERS, "/corridors/{corridor}/edit"),
    "routes.change_corridor": write(
        WRITERS, "/corridors/{corridor}/edit", elsewhere=409, name="Tuyến khác"
    ),
    "routes.withdraw_corridor": write(
        WRITERS, "/corridors/{corridor}/withdraw", elsewhere=409, reason="nhầm"
    ),
    "routes.restore_corridor": write(WRITERS, "/corridors/{corridor}/restore", elsewhere=409),
    "routes.take_line": Line(WRITERS),
    "border_pages.border": read(SIGNED_IN, f"/border?{VIEW}", "/border?province={province}"),
    "border_pages.segments_file": read(SIGNED_IN, f"/border/segments.csv?{VIEW}"),
    # files, duplicates, places to look at, reports
    "arrivals.imports_page": read(RECORDS, "/imports"),
    "arrivals.import_page": record(RECORDS, "/imports/{file}"),
    "arrivals.rejects_file": record(WRITERS, "/imports/{file}/rejects.xlsx"),
    "arrivals.template_file": read(SIGNED_IN, "/imports/template/incidents.xlsx?commune=23401"),
    "sending.send_file": Line(WRITERS),
    "sending.upload_page": Line(WRITERS),
    "sending.store_upload": Line(WRITERS),
    "sending.drop_upload": Line(WRITERS),
    "sending.undo_page": record(DECLARERS, "/imports/{file}/undo"),
    "sending.undo": write(DECLARERS, "/imports/{file}/undo", seen="0"),
    "duplicate_cases.duplicates_page": read(WRITERS, "/duplicates"),
    "duplicate_cases.merge": write(WRITERS, "/duplicates/{duplicate}/merge"),
    "duplicate_cases.separate": write(WRITERS, "/duplicates/{duplicate}/separate"),
    "duplicate_cases.undo": write(WRITERS, "/duplicates/{duplicate}/undo"),
    "review.review_page": read(WRITERS, "/review", "/review?q={word}"),
    "review.more_questions": read(WRITERS, "/review/list"),
    "review.question": Line(WRITERS),
    "review.decided": read(WRITERS, "/review/log"),
    "review.communes_by_name": read(WRITERS, "/api/review/communes?q=Dak"),
    "review.decide_by_form": Line(WRITERS),
    "review.decide_by_script": Line(WRITERS),
    "review.undo_by_form": Line(WRITERS),
    "review.undo_by_script": Line(WRITERS),
    "papers.reports_page": read(RECORDS, "/reports"),
    "papers.report_file": read(
        RECORDS,
        "/reports/file?period=2025&province={province}&format=docx",
        *(
            f"/reports/file?period=2026H1&province={{province}}&format={suffix}"
            for suffix in ("docx", "pdf", "xlsx")
        ),
        elsewhere=403,
    ),
}
