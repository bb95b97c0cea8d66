"""Reports: which are due and when, and a form that gives one as a file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from geo.records import Period
from models.periods import period_code, period_name
from models.viewers import ScopeKind
from webapp.delivery import XLSX, send_download
from webapp.queries import parse_choice, parse_code, parse_known_on, parse_term
from webapp.security import Access, rule, viewer
from webapp.services import overview, reports
from webapp.services.report_letter import Letter
from webapp.services.reports import ReportRequest
from webapp.views.context import site

papers = Blueprint("papers", __name__)

TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".xlsx": XLSX,
}
FORMATS = tuple(suffix.lstrip(".") for suffix in TYPES)
_LONGEST_BODY = 80


@papers.get("/reports")
@rule(Access.RECORDS)
def reports_page() -> str:
    """Show what is due and the form of a report."""
    today, who = site().today(), viewer()
    provinces = overview.list_provinces(site().database, who)
    return render_template(
        "reports.html",
        due=reports.due_reports(today),
        periods=[(period_code(p), _title(p), p) for p in reports.period_choices(today)],
        usual=period_code(reports.usual_period(today)),
        provinces=[p for p in provinces if who.scope.covers(p.code, None)],
        nation=who.scope.kind is ScopeKind.NATION,
        today=today,
        longest=_LONGEST_BODY,
    )


@papers.get("/reports/file")
@rule(Access.RECORDS)
def report_file() -> Response:
    """Give a report as a file."""
    suffix = "." + (parse_choice(request.args, "format", FORMATS) or FORMATS[0])
    wanted = ReportRequest(
        period=parse_term(request.args) or reports.usual_period(site().today()),
        province_code=parse_code(request.args, "province"),
        known_on=parse_known_on(request.args, site().today()),
        letter=Letter(_words("superior"), _words("issuer")),
    )
    made = reports.make_report(site().database, viewer(), wanted, suffix, site().now())
    return send_download(made.content, made.name, TYPES[suffix])


def _title(period: Period) -> str:
    name = period_name(period)
    return name[:1].upper() + name[1:]


def _words(name: str) -> str:
    """The name of a body, short and on one line."""
    return " ".join(request.args.get(name, "").split())[:_LONGEST_BODY]
