"""In which language the pages speak: Vietnamese as written, English where the reader chose it.

The Vietnamese text is the key of every translation; the English ones stand in
`webapp/translations/en.po` and are read as they are, so that nothing has to be compiled.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, g, request
from flask_babel import Babel

VIETNAMESE, ENGLISH = "vi", "en"
LANGUAGES = (VIETNAMESE, ENGLISH)
COOKIE = "diaban_language"
FOLDER = Path(__file__).parent / "translations"


def install_languages(app: Flask) -> None:
    """Give templates `_()` and every request its language."""
    Babel(app, default_locale=VIETNAMESE, locale_selector=language)


def language() -> str:
    """The language of this request: what the reader chose before, else Vietnamese."""
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, VIETNAMESE)
        g.language = chosen if chosen in LANGUAGES else VIETNAMESE
    found: str = g.language
    return found
