"""Programs that read with a token: which addresses one opens, and how it is refused.

A token is taken from `Authorization` alone, as `Bearer …` or as the password of `Basic …`, for
reading data alone: an address that is in no table here is closed to every token, whatever its
owner may do on the pages. A request with a token is answered by the token's rights even where it
also carries a cookie; none is ever set.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, current_app, g, request
from flask_login import UserMixin

from models.errors import NotAllowedError
from models.session import Database
from webapp.errors import MACHINE_PATHS, bearer_token
from webapp.security import Access, rule_of
from webapp.services.tokens import TokenAccount, read_with
from webapp.told import told

LAYER_OF = {
    "/api/border": "border",
    "/api/cells": "incidents",
    "/api/change": "incidents",
    "/api/classes": "communes",
    "/api/clusters": "clusters",
    "/api/communes": "communes",
    "/api/facilities": "facilities",
    "/api/filters": "incidents",
    "/api/hotspots": "hotspots",
    "/api/incidents": "incidents",
    "/api/months": "incidents",
    "/api/names": "communes",
    "/api/provinces": "communes",
    "/api/routes": "corridors",
    "/api/search": "hotspots",
    "/api/segments": "border",
    "/api/story": "incidents",
    "/api/summary": "incidents",
    "/tiles/clusters": "clusters",
    "/tiles/communes": "communes",
    "/tiles/hotspots": "hotspots",
    "/tiles/incidents": "incidents",
    "/border/segments.csv": "border",
    "/facilities.csv": "facilities",
    "/map/print.pdf": "reports",
    "/map/print.png": "reports",
    "/progress/provinces.csv": "progress",
    "/progress/years.csv": "progress",
    "/reports/file": "reports",
    "/openapi.json": "",
    "/ogc/collections/border_segments": "border",
    "/ogc/collections/clusters": "clusters",
    "/ogc/collections/communes": "communes",
    "/ogc/collections/corridors": "corridors",
    "/ogc/collections/facilities": "facilities",
    "/ogc/collections/hotspots": "hotspots",
    "/ogc/collections/incidents": "incidents",
    "/ogc/collections/provinces": "communes",
    "/ogc": "",
    "/export/run": "incidents",
}
"""The layer of every address that a token opens, also of what lies below it; "" is in all."""

TABLES = {"cells.csv": "incidents", "communes.csv": "communes", "kilometres.csv": "corridors"}
"""The layer of the tables that lie below pages; the pages stay closed."""

TOLD_TOO = {"/api/story": "hotspots", "/facilities.csv": "hotspots"}
"""The other layer of what an address tells of: a token cut to layers needs both."""

CLOSED = frozenset({"/api/place", "/api/review", "/api/routes/lay"})
"""Data for the forms of the pages: no token opens them."""

_FILE = re.compile(r"/export/([a-z_]+)\.[^/]+")

READING = frozenset({"GET", "HEAD"})

_CLOSED_HERE = told("Mã truy cập chỉ đọc dữ liệu; địa chỉ này chỉ mở cho người đã đăng nhập.")


class TokenReader(UserMixin):  # type: ignore[misc]
    """A program that reads with a token, in the place of who is signed in."""

    def __init__(self, account: TokenAccount) -> None:
        self.account = account

    def get_id(self) -> str:
        """Never kept in a cookie; said for the extension's sake."""
        return f"token:{self.account.short_id}"


def install_tokens(app: Flask, database: Database, now: Callable[[], datetime]) -> None:
    """Let tokens in before anything asks who is signed in."""

    def read_token() -> None:
        text = bearer_token()
        if text is None or _is_free():
            return
        layer = layer_of(request.path)
        if layer is None or request.method not in READING:
            raise NotAllowedError(_CLOSED_HERE)
        account = read_with(database, text, request.remote_addr or "", now())
        for each in (layer, _told_too(request.path)):
            if not account.opens(each):
                raise NotAllowedError(
                    told("Mã truy cập không được giao lớp «{layer}».", layer=each)
                )
        g._login_user = TokenReader(account)  # where Flask-Login looks first

    app.before_request(read_token)
    app.after_request(_tell_how)


def layer_of(path: str) -> str | None:
    """The layer of an address, None where it is closed to tokens.

    >>> layer_of("/api/communes/23401"), layer_of("/provinces/51/communes.csv")
    ('communes', 'communes')
    >>> layer_of("/export/border_segments.gpkg.zip"), layer_of("/export/run/3.zip")
    ('border', 'incidents')
    >>> layer_of("/provinces/51"), layer_of("/api/review/communes"), layer_of("/account")
    (None, None, None)
    """
    if any(_lies_below(path, closed) for closed in CLOSED):
        return None
    file = _FILE.fullmatch(path)
    if file:  # the same layers, by the same names; what is none is told so by the page itself
        return LAYER_OF.get(f"/ogc/collections/{file[1]}", "")
    for prefix, layer in LAYER_OF.items():
        if _lies_below(path, prefix):
            return layer
    return TABLES.get(path.rpartition("/")[2])


def _told_too(path: str) -> str:
    return "clusters" if _lies_below(path, "/export/run") else TOLD_TOO.get(path, "")


def _lies_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _is_free() -> bool:
    """Whether the request needs nobody to be known: unknown addresses, files, signing in."""
    if request.endpoint is None:
        return True
    return rule_of(current_app, request.endpoint) is Access.PUBLIC


def _tell_how(response: Response) -> Response:
    """Say to a program how to come in (RFC 6750)."""
    sent = bearer_token() is not None
    told_of = {401: ', error="invalid_token"', 403: ', error="insufficient_scope"'}
    if response.status_code == 401 and not sent:
        if request.path.startswith(MACHINE_PATHS):
            response.headers["WWW-Authenticate"] = 'Bearer realm="diaban"'
    elif sent and response.status_code in told_of:
        error = told_of[response.status_code]
        response.headers["WWW-Authenticate"] = f'Bearer realm="diaban"{error}'
    return response
