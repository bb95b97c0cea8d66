"""Provinces: all of them with their communes by class, and the page of one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from geo.standing_terms import AssessmentState
from geo.terms import CommuneClass
from models.periods import period_code
from webapp.delivery import CSV, send_download
from webapp.errors import BadParameterError
from webapp.parameter_words import named
from webapp.queries import parse_choice, parse_known_on, parse_term
from webapp.security import Access, rule, viewer
from webapp.services import commune_table, province_index, province_page, roadmap
from webapp.services.commune_checks import SHORT_TITLES
from webapp.services.commune_table import NO_STATE, TableQuery
from webapp.services.figure_words import share_text
from webapp.services.province_page import ProvinceQuery
from webapp.views.context import site

provinces = Blueprint("provinces", __name__)

_STATES = (NO_STATE, *(state.value for state in AssessmentState))
_NAMES = ("period", "known_on", "class", "state", "q", "sort")
_LONGEST_TEXT = 60


@provinces.get("/provinces")
@rule(Access.SIGNED_IN)
def provinces_page() -> str:
    """List all provinces with their communes by class."""
    sort = parse_choice(request.args, "sort", province_index.SORTS) or province_index.SORTS[0]
    page = province_index.open_index(
        site().database, viewer(), parse_term(request.args), sort, site().today()
    )
    return _render("provinces.html", page=page, sort=sort)


@provinces.get("/provinces/<code>")
@rule(Access.SIGNED_IN)
def province(code: str) -> str:
    """Show a province: its class, the classes of its communes and what is to be done."""
    today = site().today()
    page = province_page.open_province(site().database, viewer(), _wanted(code), today)
    return _render(
        "province.html",
        page=page,
        today=today,
        table=commune_table,
        evidence=province_page.evidence_by_group(page.block),
        free_titles=SHORT_TITLES,
    )


@provinces.get("/provinces/<code>/communes.csv")
@rule(Access.SIGNED_IN)
def communes_file(code: str) -> Response:
    """Send the table of communes, as it is filtered and sorted, for a spreadsheet."""
    page = province_page.open_province(site().database, viewer(), _wanted(code), site().today())
    content = commune_table.write_table(province_page.title_of(page), page.lines)
    name = f"phan-loai-xa-{page.code}-{page.period.end.isoformat()}.csv"
    return send_download(content, name, CSV)


def _render(template: str, **facts: object) -> str:
    shares = {"percent": share_text, "cut_percent": roadmap.share_words}
    words = {"term_code": period_code, "short": commune_table.SHORT} | shares
    return render_template(template, query=_query(), **words, **facts)


def _wanted(code: str) -> ProvinceQuery:
    args = request.args
    return ProvinceQuery(
        code=code,
        period=parse_term(args),
        known_on=parse_known_on(args, site().today()),
        table=_table(args),
    )


def _table(args: Mapping[str, str]) -> TableQuery:
    sort = args.get("sort", "").strip()
    known = sort.removeprefix("-")
    if sort and known not in commune_table.SORTS:
        wanted = ", ".join(commune_table.SORTS)
        raise BadParameterError(
            "sort", f"{named('sort')} cần một trong: {wanted}; nhận «{sort[:40]}»."
        )
    cls = parse_choice(args, "class", tuple(CommuneClass))
    return TableQuery(
        cls=CommuneClass(cls) if cls else None,
        state=parse_choice(args, "state", _STATES),
        text=args.get("q", "")[:_LONGEST_TEXT],
        sort=known or "class",
        downward=sort.startswith("-"),
    )


def _query() -> dict[str, str]:
    """What of the address is given, for the links of the page."""
    return {name: request.args[name] for name in _NAMES if request.args.get(name)}
