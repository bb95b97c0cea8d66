"""Who may open what: sign-in, one access rule per route, forged requests, headers.

A route without a rule is refused. `rule` is the only way to give it one, and a
test walks every route of the application.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, g, redirect, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect

from models.session import Database
from models.viewers import Role, Viewer
from webapp.services.sign_in import SignedInAccount, find_signed_in, hash_password

__all__ = ["Access", "SignedIn", "hash_password", "install_security", "rule", "viewer"]

P = ParamSpec("P")
R = TypeVar("R")


class Access(StrEnum):
    """Who may call a route."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    RECORDS = "records"
    DECLARERS = "declarers"
    WRITERS = "writers"
    ADMINS = "admins"


ROLES: dict[Access, frozenset[Role]] = {
    Access.SIGNED_IN: frozenset(Role),
    Access.RECORDS: frozenset({Role.PLANNER, Role.ANALYST, Role.ADMIN}),
    Access.DECLARERS: frozenset({Role.COMMUNE, Role.PLANNER, Role.ADMIN}),
    Access.WRITERS: frozenset({Role.PLANNER, Role.ADMIN}),
    Access.ADMINS: frozenset({Role.ADMIN}),
}

CSRF = CSRFProtect()


@dataclass(frozen=True, slots=True)
class _Guards:
    database: Database
    limiter: Limiter


class SignedIn(UserMixin):  # type: ignore[misc]
    """The signed-in account as Flask-Login wants it; `began` in seconds since 1970."""

    def __init__(
        self, account: SignedInAccount, token: str | None = None, began: int | None = None
    ) -> None:
        self.account = account
        self.token = secrets.token_urlsafe(16) if token is None else token
        self.began = int(time.time()) if began is None else began

    def get_id(self) -> str:
        """What the signed cookie says: whose sign-in this is, which one and since when.

        The stamp changes with the password, so that a new one ends old sign-ins.
        """
        return f"{self.account.stamp}:{self.token}:{self.began}:{self.account.username}"

    @property
    def ends_at(self) -> float:
        """When the sign-in ends by itself, in seconds since 1970."""
        return self.began + current_app.permanent_session_lifetime.total_seconds()


def rule(access: Access) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare who may call a view function."""

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        view.access_rule = access  # type: ignore[attr-defined]
        return view

    return declare


def rule_of(app: Flask, endpoint: str) -> Access | None:
    """The declared rule of an endpoint, None when it has none."""
    return getattr(app.view_functions.get(endpoint), "access_rule", None)


def viewer() -> Viewer:
    """Who asks, for the data functions."""
    account: SignedInAccount = current_user.account
    return account.viewer


def install_security(app: Flask, database: Database, login_limit: str) -> None:
    """Attach sign-in, access rules, forgery guard, attempt limit and headers."""
    CSRF.init_app(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    app.extensions["diaban_guards"] = _Guards(database, limiter)
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(_load_user)
    app.before_request(_check_rule)
    app.after_request(_set_headers)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})
    app.config["LOGIN_LIMIT"] = login_limit
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # a sign-in ends when it said it would


def limit_attempts(app: Flask, endpoint: str) -> None:
    """Limit how often one address may post to an endpoint."""
    guards: _Guards = app.extensions["diaban_guards"]
    limited = guards.limiter.limit(app.config["LOGIN_LIMIT"], methods=["POST"])
    view: Any = limited(app.view_functions[endpoint])
    app.view_functions[endpoint] = view


def _load_user(user_id: str) -> SignedIn | None:
    stamp, token, began, username = ([*user_id.split(":", 3), "", "", ""])[:4]
    if not began.isdigit():
        return None
    guards: _Guards = current_app.extensions["diaban_guards"]
    account = find_signed_in(guards.database, username, stamp, token)
    found = None if account is None else SignedIn(account, token, int(began))
    return found if found is not None and time.time() < found.ends_at else None


def _check_rule() -> Response | None:
    if request.endpoint is None:
        return None  # no such route: the error page answers
    access = rule_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access is Access.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if viewer().role not in ROLES[access]:
        abort(403)
    return None


def _ask_to_sign_in() -> Response:
    if request.path.startswith("/api/"):
        abort(401)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    target = "/login" if wanted == "/" else "/login?" + urlencode({"next": wanted})
    return redirect(target)  # type: ignore[return-value]


def safe_next(target: str | None) -> str:
    """A path inside this site to go to after signing in.

    >>> safe_next("/map?province=51"), safe_next("//evil.example"), safe_next("https://e.x/")
    ('/map?province=51', '/', '/')
    """
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return "/"
    return target if target.isprintable() else "/"


def csp_nonce() -> str:
    """The nonce of this response, made when first asked for."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def content_security_policy(nonce: str) -> str:
    """Nothing but this site, and no inline script or style without the nonce."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


def _set_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = content_security_policy(csp_nonce())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
