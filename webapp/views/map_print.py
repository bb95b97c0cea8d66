"""The planner's map on paper: a page in landscape that this site renders itself."""

from __future__ import annotations

import math
from collections.abc import Mapping

from flask import Blueprint, Response, request

from webapp.delivery import send_download
from webapp.errors import BadParameterError
from webapp.maps import OFF_AT_FIRST
from webapp.queries import parse_box, parse_choice, parse_view
from webapp.security import Access, rule, viewer
from webapp.services import map_change, map_sheet, overview
from webapp.services.map_sheet_facts import SheetRequest
from webapp.services.map_sheet_paper import PAPERS, MapPlace
from webapp.turns import OneEach
from webapp.views.context import site

map_prints = Blueprint("map_prints", __name__)

_MOST_KEYS = 200


SHEETS = OneEach()
"""A sheet is seconds of work of the whole server, and its address is quickly asked again."""


@map_prints.get("/map/print.pdf")
@rule(Access.SIGNED_IN)
def map_pdf() -> Response:
    """Give the map view as PDF."""
    return _sheet(".pdf", "application/pdf")


@map_prints.get("/map/print.png")
@rule(Access.SIGNED_IN)
def map_png() -> Response:
    """Give the map view as a picture."""
    return _sheet(".png", "image/png")


def _sheet(suffix: str, media_type: str) -> Response:
    wanted = _wanted()
    with SHEETS.held(viewer().name):
        made = map_sheet.make_sheet(site().database, viewer(), wanted, suffix, site().now())
    return send_download(made.content, made.name, media_type)


def _wanted() -> SheetRequest:
    """The view of the query, the same as that of the map page."""
    database, args = site().database, request.args
    usual = parse_view(args, lambda: overview.default_view(database, viewer(), site().today()))
    off = args.get("off")
    keys = OFF_AT_FIRST if off is None else tuple(off.split(",")[:_MOST_KEYS])
    return SheetRequest(
        view=usual,
        paper=PAPERS[parse_choice(args, "size", tuple(PAPERS)) or "a4"],
        box=parse_box(args),
        place=parse_place(args),
        off=frozenset(keys),
        pick=args.get("pick", ""),
        base=_base(args),
        whole_figures=args.get("figures") == "area",
    )


def _base(args: Mapping[str, str]) -> str:
    """What a comparison on the map is held against, empty where there is none."""
    if parse_choice(args, "cmp", ("diff", "side")) is None:
        return ""
    return parse_choice(args, "base", map_change.BASES) or map_change.BASES[0]


def parse_place(args: Mapping[str, str]) -> MapPlace | None:
    """`at=lat,lon,zoom` of a link to the map, None when absent.

    >>> parse_place({"at": "14.5,108.2,9"})
    MapPlace(lat=14.5, lon=108.2, zoom=9.0)

    Raises
    ------
    BadParameterError
        If it is no place on a map.
    """
    text = args.get("at", "").strip()
    if not text:
        return None
    try:
        lat, lon, zoom = (float(part) for part in text.split(","))
    except ValueError:
        lat = lon = zoom = math.nan
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 <= zoom <= 22):
        raise BadParameterError(
            "at",
            "«vị trí» (at) cần vĩ độ, kinh độ và mức phóng, ví dụ 14.5,108.2,9; "
            f"nhận «{text[:40]}».",
        )
    return MapPlace(lat, lon, zoom)
