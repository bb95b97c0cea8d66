"""Language and theme, kept in the reader's browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from webapp import languages, themes
from webapp.security import Access, rule, safe_next

preferences = Blueprint("preferences", __name__)

KEPT_S = 365 * 24 * 3600

CHOICES = {
    "language": (languages.COOKIE, languages.LANGUAGES),
    "theme": (themes.COOKIE, themes.THEMES),
}


@preferences.post("/preferences")
@rule(Access.PUBLIC)
def choose() -> Response:
    """Keep what was chosen and go back to the page it was chosen on."""
    response = redirect(_page_before())
    for name, (cookie, choices) in CHOICES.items():
        chosen = request.form.get(name)
        if chosen in choices:
            response.set_cookie(
                cookie,
                chosen,
                max_age=KEPT_S,
                httponly=True,
                samesite="Lax",
                secure=current_app.config["SESSION_COOKIE_SECURE"],
            )
    return response


def _page_before() -> str:
    """The page that sent the form as its address stood, "/" where it cannot be opened again."""
    try:
        told = urlsplit(request.referrer or "")
    except ValueError:  # such as "http://["
        return "/"
    if told.netloc != request.host:
        return "/"
    path = safe_next(told.path + (f"?{told.query}" if told.query else ""))
    try:
        current_app.url_map.bind(request.host).match(told.path or "/", "GET")
    except HTTPException:
        return "/"
    return path
