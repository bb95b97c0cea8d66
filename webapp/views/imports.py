"""Pages about what was imported and what was rejected."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.queries import parse_import_number
from webapp.security import Access, rule, viewer
from webapp.services import registers
from webapp.views.context import site

arrivals = Blueprint("arrivals", __name__)


@arrivals.get("/imports")
@rule(Access.RECORDS)
def imports_page() -> str:
    """List the imports, the latest first."""
    return render_template("imports.html", rows=registers.list_imports(site().database, viewer()))


@arrivals.get("/imports/<number>")
@rule(Access.RECORDS)
def import_page(number: str) -> str:
    """Show one import with its rejected rows."""
    detail = registers.import_detail(site().database, viewer(), parse_import_number(number))
    return render_template("import.html", page=detail.stored, rejected=detail.rejected_rows)
