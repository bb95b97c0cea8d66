"""How `/ogc` answers: as JSON or as a page, whichever is asked for, and never twice the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

from flask import Response, abort, json, make_response, render_template, request

from webapp.errors import BadParameterError
from webapp.parameter_words import named, with_words
from webapp.security import viewer
from webapp.services.ogc_documents import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from webapp.told import told
from webapp.views.context import site

FORMS = ("json", "html")
_READ_AS_JSON = (JSON, GEOJSON, SCHEMA, OPENAPI.partition(";")[0], "application/problem+json")
_VARY = ("Accept", "Authorization", "Cookie")
_MOST_SEEN = 4096


@dataclass(frozen=True, slots=True)
class _Seen:
    """Since when an address answers what it answers, for those asked for lately."""

    tags: OrderedDict[str, tuple[str, datetime]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def since(self, asked: str, tag: str, now: datetime) -> datetime:
        """The moment, in whole seconds, at which this answer was first given in a row."""
        with self.lock:
            before, moment = self.tags.pop(asked, ("", None))
            if before != tag or moment is None:
                at = now.astimezone(UTC).replace(microsecond=0)
                moment = at if moment is None else max(at, moment + timedelta(seconds=1))
            self.tags[asked] = (tag, moment)
            if len(self.tags) > _MOST_SEEN:
                self.tags.popitem(last=False)
            return moment


_SEEN = _Seen()


def root() -> str:
    """The address of `/ogc` as it was asked for."""
    return request.url_root.rstrip("/") + "/ogc"


def wants_page(media_type: str = JSON) -> bool:
    """Whether a page is asked for and not JSON: by `f`, else by `Accept`.

    Raises
    ------
    BadParameterError
        If `f` is another form.
    NotAcceptable
        If neither would be accepted.
    """
    form = request.args.get("f")
    if form is not None:
        if form not in FORMS:
            raise not_one_of("f", form, FORMS)
        return form == "html"
    if not request.accept_mimetypes:
        return False
    best = request.accept_mimetypes.best_match((media_type, *_READ_AS_JSON, HTML))
    if best is None:
        abort(406)
    return bool(best == HTML)


def not_one_of(parameter: str, given: str, choices: Collection[str]) -> BadParameterError:
    """The refusal of a word that is none of a few."""
    why = told(
        "{name} không nhận «{given}»; nhận: {choices}.",
        name=named(parameter),
        given=with_words(given[:60]),
        choices=", ".join(choices),
    )
    return BadParameterError(parameter, why)


def require_known(*known: str) -> None:
    """Refuse a parameter that the address does not take, or that is given twice.

    Raises
    ------
    BadParameterError
    """
    for name, values in request.args.lists():
        if name not in known and name != "f":
            choices = ", ".join(sorted({*known, "f"}))
            why = told(
                "Địa chỉ này không có tham số {name}; có: {choices}.",
                name=named(name[:60]),
                choices=choices,
            )
            raise BadParameterError(name[:60], why)
        if len(values) > 1:
            raise BadParameterError(name, told("{name} được ghi hai lần.", name=named(name)))


def send_document(
    document: Mapping[str, Any],
    template: str,
    media_type: str = JSON,
    **words: Any,
) -> Response:
    """Send a document as it is asked for; the page is handed it as `document`."""
    if wants_page(media_type):
        return send_page(template, document=document, **words)
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return send_tagged(text, media_type, text)


def send_page(template: str, **words: Any) -> Response:
    """Send a page; never kept, as it bears the language and the account."""
    return varied(make_response(render_template(template, **words)))


def send_tagged(body: bytes, media_type: str, tagged: bytes) -> Response:
    """Send a body whose tag is made of what it tells, the moment of the answer apart.

    It says since when this process knows it to be as it is. When the records were last written
    would tell of what lies outside the viewer's scope.
    """
    tag = sha256(tagged).hexdigest()[:24]
    since = _SEEN.since(_asked(media_type), tag, site().now())
    response = make_response("" if _is_known(tag, since) else body)
    response.status_code = 200 if response.data or not body else 304
    response.headers["Content-Type"] = media_type
    response.headers["Cache-Control"] = "private, no-cache"
    response.last_modified = since
    response.set_etag(tag, weak=True)
    return varied(response)


def _is_known(tag: str, since: datetime) -> bool:
    """Whether who asks has this answer already (RFC 9110, 13.2.2)."""
    if request.if_none_match:
        return request.if_none_match.contains_weak(tag)
    # A moment that this process did not tell says nothing of what was answered then.
    return request.if_modified_since == since


def _asked(media_type: str) -> str:
    who = viewer()
    asked = (site().database.url, who.name, who.role, who.scope, media_type, request.full_path)
    return sha256(repr(asked).encode()).hexdigest()


def varied(response: Response) -> Response:
    """Say what an answer depends on besides its address."""
    for name in _VARY:
        response.headers.add("Vary", name)
    return response
