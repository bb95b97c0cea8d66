"""How the pages look: light, dark, or as the reader's machine asks for.

The choice is a cookie, so that the page arrives in its colours and never flashes; the dark colours
are a style sheet of their own that is linked or not.
"""

from __future__ import annotations

from flask import Flask, request

AUTO, LIGHT, DARK = "auto", "light", "dark"
THEMES = (AUTO, LIGHT, DARK)
COOKIE = "diaban_theme"

_DARK_WHERE = {AUTO: "screen and (prefers-color-scheme: dark)", DARK: "screen", LIGHT: "not all"}


def install_themes(app: Flask) -> None:
    """Give templates the chosen theme."""
    app.jinja_env.globals.update(theme=theme, dark_media=dark_media)


def theme() -> str:
    """The theme of this request; as the machine asks for where nothing was chosen."""
    chosen = request.cookies.get(COOKIE, AUTO)
    return chosen if chosen in THEMES else AUTO


def dark_media() -> str:
    """Where the dark style sheet applies; on paper it never does."""
    return _DARK_WHERE[theme()]
