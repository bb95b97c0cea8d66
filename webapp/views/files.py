"""Files of the pages, and whether the site is up."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from models import schema
from webapp.assets import Asset, font_asset, static_asset, vendor_asset
from webapp.delivery import send_asset, send_json
from webapp.security import Access, rule
from webapp.views.context import site

files = Blueprint("files", __name__)


@files.get("/static/<path:name>")
@rule(Access.PUBLIC)
def static_file(name: str) -> Response:
    """Send one of our own files; for good when the address names its content."""
    asset = static_asset(name)
    named = asset is not None and request.args.get("v") == asset.digest
    return _send(asset, immutable=named)


@files.get("/vendor/<name>")
@rule(Access.PUBLIC)
def vendor_file(name: str) -> Response:
    """Send Leaflet or one of its plugins; the address names the content."""
    return _send(vendor_asset(name), immutable=True)


@files.get("/vendor/fonts/<name>")
@rule(Access.PUBLIC)
def font_file(name: str) -> Response:
    """Send a weight of the interface font."""
    return _send(font_asset(name), immutable=True)


@files.get("/favicon.ico")
@rule(Access.PUBLIC)
def favicon() -> Response:
    """Send the mark of the site to browsers that guess its address."""
    return _send(static_asset("favicon.svg"), immutable=False)


@files.get("/healthz")
@rule(Access.PUBLIC)
def healthz() -> Response:
    """Say that the process answers."""
    return send_json({"status": "ok"})


@files.get("/readyz")
@rule(Access.PUBLIC)
def readyz() -> Response:
    """Say that the database is there and of the right version, else 503."""
    schema.check(site().database)
    return send_json({"status": "ready"})


def _send(asset: Asset | None, *, immutable: bool) -> Response:
    if asset is None:
        abort(404)
    return send_asset(asset, immutable=immutable)
