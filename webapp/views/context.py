"""What every route and template of a site can reach: its database, clock and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, request
from flask_login import current_user

from models.periods import today as day_in_vietnam
from models.session import Database
from models.viewers import ANONYMOUS, Role, ScopeKind
from webapp import labels, standing_labels
from webapp.actors import actor
from webapp.assets import static_address
from webapp.queries import parse_view
from webapp.security import ROLES, Access, viewer
from webapp.services import alerts, duplicates, overview, registers, review_list
from webapp.services.declared_figures import in_sentence
from webapp.services.guarded_reading import DEFAULT_ALLOWANCE, Allowance
from webapp.services.stamps import stamp_of

_KEY = "diaban_site"


@dataclass(frozen=True, slots=True)
class Site:
    """A running site: where its records are, what day it is, where sent files wait."""

    database: Database
    now: Callable[[], datetime]
    uploads: Path
    allowance: Allowance = DEFAULT_ALLOWANCE

    @property
    def tiles(self) -> Path:
        """Where the tiles of the map are kept."""
        return self.uploads.with_name("tiles")

    def today(self) -> date:
        """The calendar day in Viet Nam."""
        return day_in_vietnam(self.now())


def install_site(
    app: Flask,
    database: Database,
    now: Callable[[], datetime] | None,
    uploads: Path,
    allowance: Allowance = DEFAULT_ALLOWANCE,
) -> None:
    """Give an application its database and clock, and templates their words."""
    app.extensions[_KEY] = Site(database, now or (lambda: datetime.now(UTC)), uploads, allowance)
    app.jinja_env.globals.update(
        labels=labels,
        standing=standing_labels,
        actor=actor,
        vn_number=labels.vn_number,
        vn_date=labels.vn_date,
        vn_moment=labels.vn_moment,
        vn_period=labels.vn_period,
        static_address=static_address,
        hotspot_address=hotspot_address,
        navigation=navigation,
        scope_name=scope_name,
        marks=marks,
        may_see_imports=may_see_imports,
        stamp_of=stamp_of,
    )
    # The filter `capitalize` makes the rest small: of "quý III" it would leave "Quý iii".
    app.jinja_env.filters["first_upper"] = in_sentence


def site() -> Site:
    """The site that answers this request."""
    found: Site = current_app.extensions[_KEY]
    return found


def marks() -> overview.Marks:
    """The marks of this site, read once a request."""
    if "site_marks" not in g:
        who = viewer() if current_user.is_authenticated else ANONYMOUS
        g.site_marks = overview.site_marks(site().database, who)
    found: overview.Marks = g.site_marks
    return found


def may_see_imports() -> bool:
    """Whether the signed-in account may open the pages about imports."""
    return viewer().role in ROLES[Access.RECORDS]


def navigation() -> list[dict[str, Any]]:
    """The pages named in the bar for the signed-in account."""
    items = [
        ("/map", "Bản đồ"),
        ("/alerts", "Cảnh báo"),
        ("/clusters", "Cụm"),
        ("/hotspots", "Điểm, tụ điểm"),
    ]
    items += [
        ("/progress", "Tiến độ"),
        ("/provinces", "Tỉnh, thành phố"),
        ("/corridors", "Tuyến trọng điểm"),
        ("/border", "Biên giới"),
        ("/facilities", "Cơ sở, địa điểm"),
        ("/campaigns", "Đợt cao điểm"),
    ]
    who = viewer()
    if may_see_imports():
        items.append(("/reports", "Báo cáo"))
    if who.role is Role.COMMUNE and who.scope.kind is ScopeKind.COMMUNE:
        items = [(f"/communes/{code}", "Xã của tôi") for code in sorted(who.scope.codes)] + items
    if may_see_imports():
        items.append(("/imports", "Nhập dữ liệu"))
    if who.may_write:
        items += [("/review", "Rà soát"), ("/duplicates", "Vụ trùng")]
    return [
        {
            "path": path,
            "label": label,
            "here": request.path.startswith(path),
            "count": waiting_count(path),
            "counted": _COUNTED_AS.get(path, ""),
            "group": _GROUPS.get(path, ""),
        }
        for path, label in items
    ]


_AREAS, _DATA = "Địa bàn", "Dữ liệu"
_GROUPS = {
    **dict.fromkeys(
        (
            *("/progress", "/provinces", "/corridors", "/border", "/facilities", "/campaigns"),
            "/reports",
        ),
        _AREAS,
    ),
    **dict.fromkeys(("/imports", "/review", "/duplicates"), _DATA),
}
"""Pages that the bar keeps together under one word."""

_COUNTED_AS = {
    "/review": "Số dòng chờ rà soát",
    "/duplicates": "Số cặp chờ quyết định",
    "/alerts": "Số cảnh báo chờ quyết định",
}
_COUNTED = {
    "/review": review_list.waiting_count,
    "/duplicates": duplicates.waiting_count,
    "/alerts": alerts.waiting_count,
}


def waiting_count(path: str) -> int:
    """How much waits on a page for the signed-in account, counted once a request."""
    if path not in _COUNTED:
        return 0
    if "waiting" not in g:
        g.waiting = {}
    waiting: dict[str, int] = g.waiting
    if path not in waiting:
        waiting[path] = _COUNTED[path](site().database, viewer())
    return waiting[path]


def scope_name() -> str:
    """The area of the signed-in account in words."""
    if not current_user.is_authenticated:
        return ""
    if "scope_name" not in g:
        g.scope_name = registers.scope_name(site().database, viewer())
    return g.scope_name or labels.SCOPES[viewer().scope.kind]


def hotspot_address(ref: str, source: str = "") -> str:
    """The page of a hotspot; a ref may hold any character.

    A slash or a lone dot in a path is changed on the way by browsers and
    servers, and `new` is the form: such a ref travels in the query.

    >>> hotspot_address("TĐ-1"), hotspot_address("/etc", "A")
    ('/hotspots/T%C4%90-1', '/hotspots?ref=%2Fetc&source=A')
    """
    query = {"source": source} if source else {}
    if "/" in ref or ref.strip(".") == "" or ref == "new":
        return "/hotspots?" + urlencode({"ref": ref} | query)
    return "/hotspots/" + quote(ref, safe="") + ("?" + urlencode(query) if query else "")


def asked_view() -> overview.View:
    """The view asked for; without days the default period, without province the nation.

    Raises
    ------
    BadParameterError
        If a part of the address cannot be read.
    """

    def default() -> overview.View:
        found = overview.default_view(site().database, viewer(), site().today())
        return overview.View(None, found.since, found.until)

    return parse_view(request.args, default)
