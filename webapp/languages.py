"""In which language the pages speak: Vietnamese as written, English where the reader chose it.

The Vietnamese text is the key of every translation; the English ones stand in
`webapp/translations/en.po` and are read as they are, so that nothing has to be compiled.
A page is English as a whole or not at all: its template says so by `{% set in_english = true %}`
at its top. Of the others only the bar is English, and the page says that it is not.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, gettext
from jinja2 import pass_context
from jinja2.runtime import Context

from webapp import english, labels
from webapp.assets import STATIC_DIR
from webapp.services.border_words import seized_words
from webapp.services.duplicates import told_seizures

VIETNAMESE, ENGLISH = "vi", "en"
LANGUAGES = (VIETNAMESE, ENGLISH)
COOKIE = "diaban_language"
FOLDER = Path(__file__).parent / "translations"

SCRIPT_WORDS = re.compile(r'(?<![\w.$])t\(\s*"((?:[^"\\]|\\.)+)"')
"""A text in a script, as `t("…")`: always in double quotes, so that it can be found."""

_VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


class OwnDomain(Domain):  # type: ignore[misc]
    """Translations out of our one file of them."""

    def get_translations(self) -> NullTranslations:
        """The translations for this request; Vietnamese needs none."""
        return english_translations() if speaks_english() else NullTranslations()


def install_languages(app: Flask) -> None:
    """Give templates `_()`, numbers and dates in their language, and every request its own."""
    babel = Babel(app, default_locale=VIETNAMESE, locale_selector=language)
    babel.domain_instance = OwnDomain()
    app.jinja_env.globals.update(
        language=language,
        in_words=in_words,
        untold=untold,
        script_words=script_words,
        vn_number=_in_language_of_page(labels.vn_number, english.en_number),
        vn_date=_in_language_of_page(labels.vn_date, english.en_date),
        vn_moment=_in_language_of_page(labels.vn_moment, english.en_moment),
        vn_period=_in_language_of_page(labels.vn_period, english.en_period),
        seized_words=_in_language_of_page(seized_words, english.en_seized),
        told_seizures=_in_language_of_page(told_seizures, english.en_seized),
    )


def language() -> str:
    """The language of this request: what the reader chose before, else Vietnamese."""
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, VIETNAMESE)
        g.language = chosen if chosen in LANGUAGES else VIETNAMESE
    found: str = g.language
    return found


def speaks_english() -> bool:
    """Whether this request is answered in English."""
    return language() == ENGLISH


@cache
def english_translations() -> Translations:
    """The English texts by their Vietnamese ones."""
    with (FOLDER / "en.po").open("rb") as file:
        catalogue = read_po(file, locale=ENGLISH, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    found = Translations(compiled)
    found._catalog[""] = ""  # nothing said is nothing said, and not the head of the file
    return found


def script_words() -> Mapping[str, str]:
    """The English of every text of the scripts, nothing where the reader has Vietnamese."""
    return _english_of_scripts() if speaks_english() else {}


@cache
def _english_of_scripts() -> Mapping[str, str]:
    told = english_translations()
    return {text: told.ugettext(text) for text in sorted(texts_of_scripts())}


def texts_of_scripts() -> set[str]:
    """Every text that a script hands to `t`."""
    scripts = sorted((STATIC_DIR / "js").glob("*.js"))
    found = [text for path in scripts for text in SCRIPT_WORDS.findall(path.read_text("utf-8"))]
    return {json.loads(f'"{text}"') for text in found}


def in_words(words: Any) -> Any:
    """Labels in the language of this request: a text, or whatever holds texts as values.

    For what is not written in a template itself: unlike `_` of a template it takes a text as it is,
    so that nothing in it is a pattern or markup.
    """
    if isinstance(words, str):
        return gettext(words)
    if isinstance(words, Mapping):
        return {key: in_words(value) for key, value in words.items()}
    if isinstance(words, list | tuple):
        return type(words)(in_words(value) for value in words)
    return words


def untold(text: str) -> bool:
    """Whether a text stays Vietnamese on an English page, for want of a translation."""
    return speaks_english() and bool(_VIETNAMESE.search(gettext(text)))


def _in_language_of_page(
    vietnamese: Callable[..., str], english_form: Callable[..., str]
) -> Callable[..., str]:
    """Write as a page speaks: in English only where its template is English."""

    @pass_context
    def write(context: Context, *args: Any, **options: Any) -> str:
        spoken = english_form if context.get("in_english") and speaks_english() else vietnamese
        return spoken(*args, **options)

    return write
