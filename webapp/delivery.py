"""How answers travel: compressed, and not at all when the browser has them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from functools import lru_cache
from hashlib import sha256
from typing import Self

from flask import Flask, Response, json, make_response, request

from webapp.assets import Asset

MIN_COMPRESSED_BYTES = 1_000
YEAR_S = 365 * 24 * 3600

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COMPRESSIBLE = ("text/", "application/json", "application/geo+json", "application/problem+json")


class UntilTaken:
    """Chunks of an answer, and what has to be let go once they were taken or nobody wants them.

    A generator alone would not do: one that was never begun runs nothing when it is closed.
    """

    def __init__(self, chunks: Iterator[bytes], held: ExitStack) -> None:
        self._chunks = chunks
        self._held = held

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        """The next chunk."""
        try:
            return next(self._chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let everything go; more than once does no harm."""
        self._held.close()


def install_compression(app: Flask) -> None:
    """Compress every text answer of a kilobyte or more for browsers that can."""
    app.after_request(_compress)


def send_asset(asset: Asset, *, immutable: bool) -> Response:
    """Send a file kept in memory; for a year when its address names its content."""
    if asset.digest in request.if_none_match:
        response = make_response("", 304)
    elif _accepts_gzip():
        response = make_response(asset.zipped)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = make_response(asset.body)
    response.headers["Content-Type"] = asset.media_type
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR_S}, immutable" if immutable else "no-cache"
    )
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(asset.digest)
    return response


def send_json(payload: object, media_type: str = "application/json") -> Response:
    """Send JSON with a tag, so that an unchanged answer is not sent twice."""
    return send_text(json.dumps(payload, separators=(",", ":")), media_type)


def send_text(text: str, media_type: str) -> Response:
    """Send text that is already JSON, with a tag."""
    body = text.encode()
    tag = sha256(body).hexdigest()[:24]
    known = tag in request.if_none_match
    response = make_response("", 304) if known else make_response(body)
    response.headers["Content-Type"] = media_type
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(tag)
    return response


def send_workbook(content: bytes, name: str) -> Response:
    """Send a spreadsheet to be saved under a name."""
    return send_download(content, name, XLSX)


def send_download(content: str | bytes, name: str, media_type: str) -> Response:
    """Send a file to be saved under a name, and kept by nobody on the way."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _accepts_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _compress(response: Response) -> Response:
    headers = response.headers
    if not headers.get("Content-Type", "").startswith(_COMPRESSIBLE):
        return response
    headers.add("Vary", "Accept-Encoding")
    skip = "Content-Encoding" in headers or response.direct_passthrough
    if skip or response.is_streamed or not _accepts_gzip():
        return response
    body = response.get_data()
    if len(body) < MIN_COMPRESSED_BYTES:
        return response
    tag = response.get_etag()[0]
    response.set_data(_zip_tagged(tag, body) if tag else gzip.compress(body, 5, mtime=0))
    headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=32)
def _zip_tagged(_tag: str, body: bytes) -> bytes:
    # A tagged answer is likely to be asked for again, by others too.
    return gzip.compress(body, 6, mtime=0)
