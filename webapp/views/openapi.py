"""The description of the API, for programs that read the site."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.delivery import send_json
from webapp.security import Access, rule
from webapp.services.openapi import describe_api

api_description = Blueprint("api_description", __name__)


@api_description.get("/openapi.json")
@rule(Access.SIGNED_IN)
def openapi() -> Response:
    """Describe every address that programs may read."""
    return send_json(describe_api())
