"""What a page loads besides data: our own files, Leaflet and its plugins, the font.

Third-party text is taken from the packages `folium-offline` and
`fontpkg-be-vietnam-pro` and served from this site under `/vendor`; none of it is
kept in the project. Everything is compressed once and kept in memory.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import fontpkg_be_vietnam_pro

STATIC_DIR = Path(__file__).parent / "static"

FONT_WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600}

_URL = re.compile(r"url\(\s*(['\"]?)(?!data:)[^)]*?\1\s*\)", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"(?m)^[/*]+#\s*sourceMappingURL=.*$")


class MissingAssetError(Exception):
    """A page asked for third-party code that this site does not carry."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: body, the same compressed, its type and its digest."""

    body: bytes
    zipped: bytes
    media_type: str
    digest: str

    @classmethod
    def of(cls, body: bytes, media_type: str) -> Asset:
        """Compress and digest a body."""
        return cls(
            body=body,
            zipped=gzip.compress(body, 9, mtime=0),
            media_type=media_type,
            digest=sha256(body).hexdigest()[:16],
        )


def vendor_address(url: str) -> str:
    """The address on this site of what folium would load from a CDN.

    Raises
    ------
    MissingAssetError
        If the package that carries folium's assets lacks the address.

    >>> vendor_address("https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js")[:8]
    '/vendor/'
    """
    if url not in _texts():
        raise MissingAssetError(f"{url} is not carried by folium-offline")
    suffix = ".css" if ".css" in url.rsplit("/", 1)[-1] else ".js"
    return f"/vendor/{_key(url)}{suffix}"


def vendor_asset(name: str) -> Asset | None:
    """A third-party script or style sheet by the last part of its address."""
    url = _urls_by_name().get(name)
    return None if url is None else _load_vendor(url)


def font_asset(name: str) -> Asset | None:
    """One of the weights of the interface font."""
    if name not in {f"{weight}.ttf" for weight in FONT_WEIGHTS}:
        return None
    return _load_font(name)


def static_asset(name: str) -> Asset | None:
    """One of our own files, by its path below the static directory."""
    return _static_assets().get(name)


@cache
def static_address(name: str) -> str:
    """The address of one of our own files, new whenever its content is.

    Raises
    ------
    KeyError
        If there is no such file.
    """
    return f"/static/{name}?v={_static_assets()[name].digest}"


def without_foreign_urls(css: str) -> str:
    """Blank every `url()` that is not inline data; pages load nothing by it.

    >>> without_foreign_urls("a{background:url(x.png)} b{background:url(data:image/png;base64,A)}")
    'a{background:none} b{background:url(data:image/png;base64,A)}'
    """
    return _URL.sub("none", css)


@cache
def _texts() -> Mapping[str, str]:
    with warnings.catch_warnings():
        # Its strings carry escapes that newer Pythons frown upon.
        warnings.simplefilter("ignore")
        from offlinefolium.elements import _res  # noqa: PLC0415 (7 MB: only when serving)
    texts: Mapping[str, str] = _res
    return texts


def _key(url: str) -> str:
    return sha256((url + "\n" + _texts()[url]).encode()).hexdigest()[:20]


@cache
def _urls_by_name() -> Mapping[str, str]:
    return {vendor_address(url).rsplit("/", 1)[-1]: url for url in _texts()}


@cache
def _load_vendor(url: str) -> Asset:
    text = _SOURCE_MAP.sub("", _texts()[url])
    if ".css" in url.rsplit("/", 1)[-1]:
        return Asset.of(without_foreign_urls(text).encode(), "text/css; charset=utf-8")
    return Asset.of(text.encode(), "text/javascript; charset=utf-8")


@cache
def _load_font(name: str) -> Asset:
    path = Path(fontpkg_be_vietnam_pro.ROOT) / "files" / f"BeVietnamPro-{name}"
    return Asset.of(path.read_bytes(), "font/ttf")


@cache
def _static_assets() -> Mapping[str, Asset]:
    return {
        path.relative_to(STATIC_DIR).as_posix(): Asset.of(path.read_bytes(), _media_type(path))
        for path in sorted(STATIC_DIR.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _media_type(path: Path) -> str:
    if path.suffix == ".js":
        return "text/javascript; charset=utf-8"
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed
