"""In which language the pages speak: Vietnamese as written, English where the reader chose it.

The Vietnamese text is the key of every translation; the English ones stand in
`webapp/translations/en/`, a file for each part of the site, and are read as they are, so that
nothing has to be compiled.
Every page is English as a whole, but for what was written into records and for official papers.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, gettext
from markupsafe import Markup

from webapp import english, labels
from webapp.actors import actor
from webapp.assets import STATIC_DIR
from webapp.rule_words import known_words
from webapp.services.border_words import seized_words
from webapp.services.duplicates import told_seizures
from webapp.told import AS_WRITTEN, Speech, Told, counted, say

VIETNAMESE, ENGLISH = "vi", "en"
LANGUAGES = (VIETNAMESE, ENGLISH)
COOKIE = "diaban_language"
FOLDER = Path(__file__).parent / "translations" / ENGLISH

SCRIPT_WORDS = re.compile(r'(?<![\w.$])t\(\s*"((?:[^"\\]|\\.)+)"')
"""A text in a script, as `t("…")`: always in double quotes, so that it can be found."""

ENGLISH_SPEECH = Speech(
    gettext, english.en_number, english.en_date, english.en_moment, english.en_period
)

_AS_WRITTEN = NullTranslations()  # one for all: a page asks for it thousands of times
_VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


class OwnDomain(Domain):  # type: ignore[misc]
    """Translations out of our own files of them."""

    def get_translations(self) -> NullTranslations:
        """The translations for this request; Vietnamese needs none."""
        return english_translations() if speaks_english() else _AS_WRITTEN


def install_languages(app: Flask) -> None:
    """Give templates `_()`, numbers and dates in their language, and every request its own."""
    babel = Babel(app, default_locale=VIETNAMESE, locale_selector=language)
    babel.domain_instance = OwnDomain()
    app.jinja_env.filters.update(in_words=in_words, rule_words=rule_words)
    app.jinja_env.globals.update(
        _=_of_template,
        language=language,
        in_words=in_words,
        rule_words=rule_words,
        untold=untold,
        script_words=script_words,
        actor=lambda name: in_words(actor(name)),
        vn_number=_in_language(labels.vn_number, english.en_number),
        vn_date=_in_language(labels.vn_date, english.en_date),
        vn_moment=_in_language(labels.vn_moment, english.en_moment),
        vn_period=_in_language(labels.vn_period, english.en_period),
        seized_words=_in_language(seized_words, english.en_seized),
        told_seizures=_in_language(told_seizures, english.en_seized),
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
    whole = Catalog(locale=ENGLISH)
    for message in (each for part in catalogues().values() for each in part if each.id):
        whole.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    found = Translations(compiled)
    found._catalog[""] = ""  # nothing said is nothing said, and not the head of the file
    return found


def catalogues() -> dict[str, Catalog]:
    """The translations as they stand, by the name of their file."""
    found = {}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale=ENGLISH, abort_invalid=True)
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
    scripts = sorted((STATIC_DIR / "js").rglob("*.js"))
    found = [text for path in scripts for text in SCRIPT_WORDS.findall(path.read_text("utf-8"))]
    return {json.loads(f'"{text}"') for text in found}


def in_words(words: Any) -> Any:
    """Labels in the language of this request: a text, a sentence told, or what holds such values.

    For what is not written in a template itself: unlike `_` of a template it takes a text as it is,
    so that nothing in it is a pattern or markup.
    """
    if isinstance(words, Told):
        return say(words.pattern, words.values, ENGLISH_SPEECH) if speaks_english() else str(words)
    if isinstance(words, str):
        return gettext(words) if speaks_english() else words
    if isinstance(words, Mapping):
        return {key: in_words(value) for key, value in words.items()}
    if isinstance(words, list | tuple):
        return type(words)(in_words(value) for value in words)
    return words


def rule_words(text: str) -> str:
    """What a rule set or an evaluation says, in the language of this request."""
    if not speaks_english():
        return text
    known = known_words(text)
    return str(in_words(text if known.pattern == AS_WRITTEN else known))


def untold(text: str) -> bool:
    """Whether a text stays Vietnamese on an English page, for want of a translation."""
    return speaks_english() and bool(_VIETNAMESE.search(in_words(text)))


def _of_template(text: str, /, **values: Any) -> Markup:
    """What `_()` of a template says: values are escaped, English words follow their number."""
    said = gettext(text)
    said = counted(said, values) if "|" in said else said
    # Our own text is the markup, as it stands in the template; the values are escaped.
    return Markup(said) % values  # noqa: S704


def _in_language(
    vietnamese: Callable[..., str], english_form: Callable[..., str]
) -> Callable[..., str]:
    """Write in the language of the request."""

    def write(*args: Any, **options: Any) -> str:
        return (english_form if speaks_english() else vietnamese)(*args, **options)

    return write
