"""Whether a page that was asked for in English is English, all but what stays as it was written.

Names of places and of records are never translated: whatever short text stands in the database
counts as a name. All else in Vietnamese has to stand in an element with `lang="vi"`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from flask.testing import FlaskClient
from sqlalchemy import String, Text, select

from models.columns import JsonColumn
from models.session import Database, unit_of_work
from models.tables import metadata
from models.viewers import LOCAL_OPERATOR
from webapp.languages import COOKIE

LONGEST_NAME = 120
"""Stored texts longer than this are prose, which has to be marked."""

UNTRANSLATED = ("Địa Bàn", "Quần đảo Hoàng Sa", "Quần đảo Trường Sa", "Hoàng Sa", "Trường Sa")

_LETTERS = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_VIETNAMESE = re.compile(f"[{_LETTERS}]", re.IGNORECASE)
_RANKS = "(?:xã|phường|đặc khu|tỉnh|thành phố|tp\\.?)"
_SPOKEN = ("title", "aria-label", "aria-description", "placeholder", "alt", "data-label", "label")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
_SILENT = {"script", "style", "template"}


def speak_english(client: FlaskClient) -> FlaskClient:
    """Let a client ask for English pages from now on."""
    client.set_cookie(COOKIE, "en")
    return client


def assert_page_is_english(html: str, names: Iterable[str] = ()) -> None:
    """Fail with every text of a page that is Vietnamese, is no name, and is not marked as such."""
    assert '<html lang="en"' in html, "the page was not asked for in English"
    left = [text for text in vietnamese_texts(html, names) if text]
    assert not left, f"Vietnamese on an English page: {left[:20]}"


def vietnamese_texts(html: str, names: Iterable[str] = ()) -> list[str]:
    """Texts and spoken attributes in Vietnamese, outside of elements marked so and of names."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    known = _pattern([*UNTRANSLATED, *names])
    return [text for text in reader.found if _VIETNAMESE.search(known.sub(" ", text))]


def names_stored(database: Database) -> set[str]:
    """Every short text that the database holds, in columns of text and inside of JSON."""
    found: set[str] = set()
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, String | Text | JsonColumn):
                    values = session.execute(select(column).distinct()).scalars()
                    found |= {text for value in values for text in _texts(value)}
    return {" ".join(text.split()) for text in found if len(text) <= LONGEST_NAME} - {""}


def _texts(value: object) -> Iterator[str]:
    match value:
        case str() if value[:1] in ("{", "["):
            try:
                yield from _texts(json.loads(value))
            except ValueError:
                yield value
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    kept = {name for name in names if len(name) > 1 and _VIETNAMESE.search(name)}
    longest_first = sorted(kept, key=len, reverse=True)
    whole = "|".join(re.escape(name) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{_RANKS} )?(?:{whole})(?!\w)", re.IGNORECASE)


class _Reader(HTMLParser):
    """Collects what a reader sees or hears, outside of elements marked as Vietnamese."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        passed = bool(self.open) and self.open[-1][1]
        marked = passed or tag in _SILENT
        if "lang" in given and tag != "html":
            marked = tag in _SILENT or given["lang"] == "vi"
        if not marked:
            self.found += [_plain(given[name] or "") for name in _SPOKEN if name in given]
            if tag == "input" and given.get("type") in ("submit", "button", "reset"):
                self.found.append(_plain(given.get("value") or ""))
        if tag not in _VOID:
            self.open.append((tag, marked))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while tag in [name for name, _ in self.open] and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = [name for name, _ in self.open]
        if "textarea" in inside or (self.open and self.open[-1][1]):
            return
        self.found.append(_plain(data))


def _plain(text: str) -> str:
    return " ".join(text.split())
