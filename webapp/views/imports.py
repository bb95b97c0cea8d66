"""Pages about what was imported and what was rejected."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from geo.terms import Layer
from models.undo_plans import may_undo
from webapp.audited_routes import saw
from webapp.delivery import send_workbook
from webapp.queries import parse_code, parse_import_number, parse_template_layer, parse_term
from webapp.security import Access, rule, viewer
from webapp.services import guarded_reading, import_undo, registers, uploads
from webapp.services.rejects import rejects_workbook
from webapp.services.template_columns import COLUMNS
from webapp.services.template_workbooks import commune_template, template_workbook
from webapp.views.context import site

arrivals = Blueprint("arrivals", __name__)


@arrivals.get("/imports")
@rule(Access.RECORDS)
def imports_page() -> str:
    """List the imports, the latest first."""
    uploads.sweep(site().uploads, site().now())
    if viewer().may_write:
        guarded_reading.prepare()
    return render_template(
        "imports.html",
        rows=registers.list_imports(site().database, viewer()),
        templates=tuple(COLUMNS),
        layers=tuple(Layer),
        may_import=viewer().may_write,
        source_example="CÔNG AN TỈNH ĐẮK LẮK",
        max_mb=site().allowance.file_bytes // 2**20,
        stale_run=import_undo.stale_run(site().database, viewer()),
    )


@arrivals.get("/imports/<number>")
@rule(Access.RECORDS)
def import_page(number: str) -> str:
    """Show one import with its rejected rows and what it changed."""
    database, import_id = site().database, parse_import_number(number)
    detail = registers.import_detail(database, viewer(), import_id)
    return render_template(
        "import.html",
        page=detail.stored,
        rejected=detail.rejected_rows,
        changes=registers.import_changes(database, viewer(), import_id),
        may_undo=may_undo(viewer(), detail.stored),
        stale_run=import_undo.stale_run(database, viewer()),
    )


@arrivals.get("/imports/<number>/rejects.xlsx")
@rule(Access.WRITERS)
def rejects_file(number: str) -> Response:
    """Give the rejected rows of an import back, to be mended and imported again."""
    detail = registers.import_detail(site().database, viewer(), parse_import_number(number))
    stored = detail.stored
    saw(f"rejects:{stored.id}", rows=len(detail.rejected_rows))
    content = rejects_workbook(detail.rejected_rows, titles=stored.titles, headings=stored.headings)
    return send_workbook(content, f"dong_bi_loai_{stored.id}.xlsx")


@arrivals.get("/imports/template/<layer>.xlsx")
@rule(Access.SIGNED_IN)
def template_file(layer: str) -> Response:
    """Give the blank workbook of a layer, with a commune and a period where asked for."""
    wanted = parse_template_layer(layer)
    code, period = parse_code(request.args, "commune"), parse_term(request.args)
    if code is None:
        content = template_workbook(wanted, period=period)
    else:
        content = commune_template(site().database, viewer(), wanted, code.zfill(5), period)
    name = "_".join(filter(None, ("mau", wanted.value, code)))
    return send_workbook(content, f"{name}.xlsx")
