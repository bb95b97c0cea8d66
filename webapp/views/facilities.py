"""Facilities: the list with the incidents around each, and the page of one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from geo.records import Period
from geo.terms import FacilityKind
from models.facility_cases import RADII_M
from webapp import facility_labels
from webapp.delivery import CSV, send_download
from webapp.errors import BadParameterError
from webapp.queries import parse_choice, parse_code, parse_page, parse_path_number, parse_view
from webapp.security import Access, rule, viewer
from webapp.services import facility_list, facility_page, overview
from webapp.services.facility_list import FacilityQuery
from webapp.services.overview import View
from webapp.told import told
from webapp.views.context import site
from webapp.views.day_fields import sent_days

facility_pages = Blueprint("facility_pages", __name__)

_ASKED = ("kind", "province", "commune", "q", "from", "to", "sort")
_LONGEST_TEXT = 120


@facility_pages.get("/facilities")
@rule(Access.SIGNED_IN)
def facilities_page() -> Response | tuple[str, int]:
    """List the facilities, those with most incidents around them first."""
    days = sent_days("from", "to")
    if days.address:
        return redirect(days.address)
    page = facility_list.open_list(site().database, viewer(), _query(days.args))
    shown = render_template(
        "facilities.html",
        page=page,
        query=_asked(days.args),
        words=facility_labels,
        radii=RADII_M,
        today=site().today(),
        may_write=viewer().may_write,
        days=days,
    )
    return shown, days.status


@facility_pages.get("/facilities.csv")
@rule(Access.SIGNED_IN)
def facilities_csv() -> Response:
    """The whole list that the filters leave, for a spreadsheet."""
    wanted = _query(request.args)
    content = facility_list.write_list(site().database, viewer(), wanted)
    return send_download(content, f"co-so-den-{wanted.until.isoformat()}.csv", CSV)


@facility_pages.get("/facilities/<number>")
@rule(Access.SIGNED_IN)
def facility_details(number: str) -> Response | tuple[str, int]:
    """Show a facility with what lies around it."""
    return show_facility(number)


def show_facility(number: str, typed: str = "") -> Response | tuple[str, int]:
    """The page of a facility, with the reason that was typed and could not be used."""
    id_, days = parse_path_number(number, told("cơ sở, địa điểm")), sent_days("from", "to")
    if days.address:
        return redirect(days.address)
    view = _view(days.args)
    period = Period(view.since, view.until)
    page = facility_page.open_facility(site().database, viewer(), id_, period)
    shown = render_template(
        "facility.html",
        page=page,
        days=days,
        words=facility_labels,
        radii=RADII_M,
        today=site().today(),
        may_write=viewer().may_write,
        typed=typed,
    )
    return shown, days.status


def _view(args: Mapping[str, str]) -> View:
    """Province and days as on the map, so that a link leads to the same figures."""
    return parse_view(
        args,
        lambda: overview.default_view(site().database, viewer(), site().today()),
    )


def _query(args: Mapping[str, str]) -> FacilityQuery:
    view = _view_of_days(args)
    sort = args.get("sort", "").strip()
    if sort and sort.removeprefix("-") not in facility_list.SORTS:
        known = ", ".join(facility_list.SORTS)
        raise BadParameterError("sort", f"«thứ tự xếp» (sort) cần một trong: {known}.")
    kind = parse_choice(args, "kind", tuple(each.value for each in FacilityKind))
    return FacilityQuery(
        since=view.since,
        until=view.until,
        kind=None if kind is None else FacilityKind(kind),
        province_code=parse_code(args, "province"),
        commune_code=parse_code(args, "commune"),
        text=args.get("q", "").strip()[:_LONGEST_TEXT],
        sort=sort.removeprefix("-") or "n500",
        downward=sort.startswith("-") or not sort,
        page=parse_page(args),
    )


def _view_of_days(args: Mapping[str, str]) -> View:
    """The days asked for; what else a map view is cut to does not cut the list."""
    days = {name: value for name in ("from", "to") if (value := args.get(name, ""))}
    return parse_view(
        {**days, "province": ""},
        lambda: overview.default_view(site().database, viewer(), site().today()),
    )


def _asked(args: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name in _ASKED if (value := args.get(name, "").strip())}
