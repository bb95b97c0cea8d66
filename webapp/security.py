"""Who may open what: sign-in, one access rule per route, forged requests, headers.

A route without a rule is refused. `rule` is the only way to give it one, and a
test walks every route of the application.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, g, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFProtect

from models.session import Database
from models.sign_ins import RunningSignIn
from models.viewers import Role, Viewer
from webapp.errors import is_for_machines
from webapp.services.passwords import hash_password
from webapp.services.running_sign_ins import (
    Duty,
    Gate,
    SignedInAccount,
    SignInPolicy,
    find_signed_in,
)

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


_OPEN_ON_DUTY: dict[Duty, frozenset[str]] = {
    Duty.PASSWORD: frozenset({"own_security.password_page", "own_security.change_password"}),
    Duty.SECOND_FACTOR: frozenset(
        {
            *("own_security.second_factor_page", "own_security.begin_second_factor"),
            *("own_security.confirm_second_factor", "own_security.password_page"),
            "own_security.change_password",
        }
    ),
}
"""What is open to an account that has something to do first, next to leaving."""


@dataclass(frozen=True, slots=True)
class _Guards:
    database: Database
    policy: SignInPolicy
    now: Callable[[], datetime]


class SignedIn(UserMixin):  # type: ignore[misc]
    """The signed-in account as Flask-Login wants it, and the sign-in it came by."""

    def __init__(self, account: SignedInAccount, running: RunningSignIn, token: str) -> None:
        self.account = account
        self.running = running
        self._token = token

    def get_id(self) -> str:
        """What the signed cookie says: the random mark of the sign-in, nothing else."""
        return self._token


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
    return replace(account.viewer, address=request.remote_addr or "")


def install_security(
    app: Flask, database: Database, policy: SignInPolicy, now: Callable[[], datetime]
) -> None:
    """Attach sign-in, access rules, forgery guard and headers."""
    CSRF.init_app(app)
    app.extensions["diaban_guards"] = _Guards(database, policy, now)
    manager = LoginManager(app)
    manager.session_protection = None  # a telephone's address changes; the mark is the proof
    manager.user_loader(_load_user)
    app.before_request(_check_rule)
    app.after_request(_set_headers)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # a sign-in ends when it said it would


def gate() -> Gate:
    """This request as the sign-in sees it."""
    guards: _Guards = current_app.extensions["diaban_guards"]
    address = request.remote_addr or ""
    agent = browser_of(request.headers.get("User-Agent", ""))
    return Gate(guards.database, guards.policy, guards.now(), address, agent)


def enter(token: str) -> None:
    """Let whoever sent this request be signed in with a new mark; the session starts afresh."""
    session.clear()
    session.permanent = True
    user = _load_user(token)
    if user is not None:
        login_user(user)


def browser_of(agent: str) -> str:
    """What a browser calls itself, in two words: enough to know one's own.

    >>> browser_of("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/131.0 Safari/537.36 Edg/131.0")
    'Edge · Windows'
    >>> browser_of("curl/8.5")
    ''
    """
    found = (next((name for mark, name in marks if mark in agent), "") for marks in _BROWSERS)
    return " · ".join(filter(None, found))


_BROWSERS = (
    (
        *(("coc_coc", "Cốc Cốc"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox")),
        *(("SamsungBrowser", "Samsung Internet"), ("CriOS", "Chrome"), ("Chrome/", "Chrome")),
        ("Safari/", "Safari"),
    ),
    (
        *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
        *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
    ),
)


def _load_user(token: str) -> SignedIn | None:
    found = find_signed_in(gate(), token)
    return None if found is None else SignedIn(*found, token)


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
    return _ask_for_duty(request.endpoint)


def _ask_for_duty(endpoint: str) -> Response | None:
    """Lead to what the account has to do before all else, as choosing its own password."""
    duty: Duty | None = getattr(current_user.account, "duty", None)
    if duty is None or endpoint == "account.logout" or endpoint in _OPEN_ON_DUTY[duty]:
        return None
    if is_for_machines():
        abort(403)
    return redirect(f"/account/{duty}")  # type: ignore[return-value]


def _ask_to_sign_in() -> Response:
    if is_for_machines():
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
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint == "account.logout" and response.status_code < 400:
        headers["Clear-Site-Data"] = '"cache"'  # on a machine that others use too
    if current_app.config["SESSION_COOKIE_SECURE"] or request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
