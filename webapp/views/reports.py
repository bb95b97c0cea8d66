"""Reports: which are due and when, and a form that gives one as a file."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from geo.records import Period
from models.periods import period_name
from models.viewers import ScopeKind
from webapp.errors import BadParameterError
from webapp.queries import named, parse_choice, parse_code, parse_day, parse_term
from webapp.security import Access, rule, viewer
from webapp.services import overview, reports
from webapp.services.report_letter import Letter
from webapp.services.reports import ReportRequest
from webapp.views.context import site

papers = Blueprint("papers", __name__)

TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
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
        periods=[(reports.period_code(p), _title(p), p) for p in reports.period_choices(today)],
        usual=reports.period_code(reports.usual_period(today)),
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
        known_on=_known_on(),
        letter=Letter(_words("superior"), _words("issuer")),
    )
    made = reports.make_report(site().database, viewer(), wanted, suffix, site().now())
    response = make_response(made.content)
    response.headers["Content-Type"] = TYPES[suffix]
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _title(period: Period) -> str:
    name = period_name(period)
    return name[:1].upper() + name[1:]


def _known_on() -> date | None:
    day = parse_day(request.args, "known_on")
    if day is not None and day > site().today():
        raise BadParameterError(
            "known_on", f"{named('known_on')} không thể sau hôm nay. Hãy chọn ngày đã qua."
        )
    return day


def _words(name: str) -> str:
    """The name of a body, short and on one line."""
    return " ".join(request.args.get(name, "").split())[:_LONGEST_BODY]
