"""Progress towards the target: the nation or a province, its roadmap, both tables as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug import Response as Redirect

from models.errors import ConflictError, InvalidValueError, NotAllowedError
from models.viewers import ScopeKind
from webapp.delivery import CSV, send_download
from webapp.errors import BadParameterError
from webapp.forms import told_of_blanks
from webapp.labels import vn_date
from webapp.languages import in_words
from webapp.parameter_words import named
from webapp.queries import legible_number, parse_code, parse_known_on
from webapp.security import Access, rule, viewer
from webapp.services import progress, roadmap_entry
from webapp.services.progress import ProgressPage
from webapp.services.progress_table import LINE_ALONE, write_provinces, write_years
from webapp.services.roadmap import RoadmapDoubtError, gap_words, share_words
from webapp.told import told
from webapp.views.context import site
from webapp.views.day_fields import sent_days

progress_pages = Blueprint("progress_pages", __name__)


@progress_pages.get("/progress")
@rule(Access.SIGNED_IN)
def progress_page() -> Redirect | tuple[str, int]:
    """Show the share of drug-free communes against target and roadmap."""
    days = sent_days("known_on")
    if days.address:
        return redirect(days.address)
    return _page(_opened(days.args), {}, ""), days.status


@progress_pages.post("/progress")
@rule(Access.WRITERS)
def enter_roadmap() -> Redirect | tuple[str, int]:
    """Store the roadmap of a province or the nation, or show the form again."""
    code, form = parse_code(request.form, "province"), request.form
    typed = {key: value[:20] for key, value in form.items() if key.startswith("share-")}
    by_year = ((legible_number(key[6:]), value) for key, value in typed.items())
    shares = {year: value for year, value in by_year if year is not None}
    decision, seen = form.get("decision", ""), legible_number(form.get("seen"))
    try:
        n = roadmap_entry.save_roadmap(
            site().database,
            viewer(),
            code,
            shares,
            decision,
            at=site().now(),
            seen=_NEVER_SHOWN if seen is None else seen,
            confirmed="confirmed" in form,
        )
    except (ConflictError, InvalidValueError, NotAllowedError) as error:
        page = progress.open_progress(site().database, viewer(), site().today(), code)
        typed |= {"decision": decision}
        doubtful = isinstance(error, RoadmapDoubtError)
        return _page(page, typed, str(error), doubtful=doubtful), _status(error)
    saved = told("Không có gì khác lộ trình đã lưu.")
    if n:
        saved = told("Đã lưu lộ trình: {n} năm có thay đổi.", n=n)
    flash(f"{in_words(saved)}{in_words(told_of_blanks(decision))}", "done")
    return redirect("/progress" + (f"?province={code}" if code else ""), 303)


@progress_pages.get("/progress/years.csv")
@rule(Access.SIGNED_IN)
def years_file() -> Response:
    """Send the table by year for a spreadsheet."""
    page = _opened(request.args)
    title = f"Tiến độ xã không ma túy: {page.progress.name}{_known(page)}"
    name = f"tien-do-{page.progress.code or 'ca-nuoc'}.csv"
    return send_download(write_years(title, page.lines), name, CSV)


@progress_pages.get("/progress/provinces.csv")
@rule(Access.SIGNED_IN)
def provinces_file() -> Response:
    """Send the table by province for a spreadsheet."""
    page = _read(None, request.args)
    title = f"Tiến độ xã không ma túy theo tỉnh, thành phố, năm {page.year or '–'}{_known(page)}"
    content = write_provinces(title, page.provinces, provisional=page.year_provisional)
    return send_download(content, f"tien-do-theo-tinh-{page.year or 'trong'}.csv", CSV)


_NEVER_SHOWN = -1
"""Stands for a form that does not tell which roadmap it was filled in beside."""


def _status(error: Exception) -> int:
    if isinstance(error, NotAllowedError):
        return 403
    return 409 if isinstance(error, ConflictError) else 400


def _opened(args: Mapping[str, str]) -> ProgressPage:
    return _read(parse_code(args, "province"), args)


def _read(code: str | None, args: Mapping[str, str]) -> ProgressPage:
    today = site().today()
    known_on = parse_known_on(args, today)
    return progress.open_progress(
        site().database, viewer(), today, code, _year(), known_on=known_on
    )


def _page(
    page: ProgressPage, typed: Mapping[str, str], error: str, *, doubtful: bool = False
) -> str:
    scope = viewer().scope
    own = sorted(scope.codes) if scope.kind is ScopeKind.PROVINCES else []
    return render_template(
        "progress.html",
        days=sent_days("known_on"),
        page=page,
        today=site().today(),
        typed=typed,
        error=error,
        doubtful=doubtful,
        own=[(code, name) for code, name in page.choices if code in own],
        address=_address,
        share_words=share_words,
        gap_words=gap_words,
        line_alone=LINE_ALONE,
    )


def _known(page: ProgressPage) -> str:
    return f", như biết đến ngày {vn_date(page.known_on)}" if page.known_on else ""


def _address(path: str, **query: Any) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return path + ("?" + urlencode(given) if given else "")


def _year() -> int | None:
    text = request.args.get("year", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise BadParameterError("year", f"{named('year')} cần một năm, nhận «{text[:20]}».")
    return int(text)
