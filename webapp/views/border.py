"""The land border: its segments, bands, distances and gates; the segments as a file."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from webapp.delivery import CSV, send_download
from webapp.labels import vn_date
from webapp.queries import parse_choice, parse_view
from webapp.security import Access, rule, viewer
from webapp.services import border_page, border_words, overview
from webapp.services.border_page import BANDS_KM, USUAL_BAND_KM, BorderPage
from webapp.services.border_rows import write_segments
from webapp.services.overview import View
from webapp.views.context import marks, site
from webapp.views.day_fields import sent_days

border_pages = Blueprint("border_pages", __name__)


@border_pages.get("/border")
@rule(Access.SIGNED_IN)
def border() -> Response | tuple[str, int]:
    """Show the border of a period, of the nation or a province."""
    days = sent_days("from", "to")
    if days.address:
        return redirect(days.address)
    page = _opened(days.args)
    shown = render_template(
        "border.html",
        page=page,
        periods=overview.list_periods(site().database, viewer(), site().today()),
        query=_query(page),
        words=border_words,
        bands=BANDS_KM,
        days=days,
    )
    return shown, days.status


@border_pages.get("/border/segments.csv")
@rule(Access.SIGNED_IN)
def segments_file() -> Response:
    """Send the segments with their figures for a spreadsheet."""
    page = _opened(request.args)
    segments = [each for part in page.parts for each in part.segments]
    days = f"{vn_date(page.view.since)} – {vn_date(page.view.until)}"
    title = f"Biên giới theo đoạn 10 km, {page.province_name or 'cả nước'}, {days}{_marks()}"
    name = f"bien-gioi-{page.view.province_code or 'ca-nuoc'}-{page.view.until.isoformat()}.csv"
    return send_download(write_segments(title, segments), name, CSV)


def _opened(args: Mapping[str, str]) -> BorderPage:
    choice = parse_choice(args, "band", tuple(map(str, BANDS_KM)))
    depth_km = USUAL_BAND_KM if choice is None else int(choice)
    return border_page.open_border(site().database, viewer(), _view(args), depth_km)


def _view(args: Mapping[str, str]) -> View:
    def default() -> View:
        return overview.default_view(site().database, viewer(), site().today())

    return parse_view(args, default)


def _query(page: BorderPage) -> dict[str, str]:
    """The address of this view, so that its links keep what was chosen."""
    return {
        "province": page.view.province_code or "",
        "from": page.view.since.isoformat(),
        "to": page.view.until.isoformat(),
        "band": str(page.depth_km),
    }


def _marks() -> str:
    found = marks()
    said = [
        *(["ranh giới gần đúng"] if found.approximate else []),
        *(["dữ liệu mô phỏng"] if found.simulated else []),
    ]
    return f" ({'; '.join(said)})" if said else ""
