"""OGC API: what there is, described for programs and, as pages, for people."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response
from flask_login import current_user

from webapp.security import Access, rule, viewer
from webapp.services import ogc_documents as documents
from webapp.services.ogc_description import describe
from webapp.token_access import LAYER_OF
from webapp.views.context import site
from webapp.views.ogc_answers import require_known, root, send_document

ogc = Blueprint("ogc", __name__, url_prefix="/ogc")


@ogc.get("", strict_slashes=False)
@rule(Access.SIGNED_IN)
def landing() -> Response:
    """Show where everything is."""
    require_known()
    return send_document(documents.landing(root()), "ogc_landing.html")


@ogc.get("/conformance")
@rule(Access.SIGNED_IN)
def conformance() -> Response:
    """List the conformance classes that are met."""
    require_known()
    return send_document(documents.conformance(root()), "ogc_document.html", title="Conformance")


@ogc.get("/api")
@rule(Access.SIGNED_IN)
def description() -> Response:
    """Describe every address below /ogc by OpenAPI 3.0."""
    require_known()
    return send_document(describe(root()), "ogc_api.html", documents.OPENAPI)


@ogc.get("/collections")
@rule(Access.SIGNED_IN)
def collections() -> Response:
    """List the collections that the account or the token may open."""
    require_known()
    found = documents.collections(site().database, viewer(), root(), site().today(), _opens)
    return send_document(found, "ogc_collections.html")


@ogc.get("/collections/<name>")
@rule(Access.SIGNED_IN)
def collection(name: str) -> Response:
    """Describe one collection."""
    require_known()
    found = documents.collection(site().database, viewer(), root(), name, site().today())
    [ends] = found["extent"].get("temporal", {}).get("interval", [[]])
    days = [moment and date.fromisoformat(moment[:10]) for moment in ends]
    layer = documents.layer_of_collection(name)
    return send_document(found, "ogc_collection.html", layer=layer, days=days)


@ogc.get("/collections/<name>/queryables")
@rule(Access.SIGNED_IN)
def queryables(name: str) -> Response:
    """Tell what a filter may name."""
    require_known()
    found = documents.queryables(root(), name)
    layer = documents.layer_of_collection(name)
    fields = documents.queryable_fields(layer)
    words = {"layer": layer, "fields": fields, "is_filter": True}
    return send_document(found, "ogc_fields.html", documents.SCHEMA, **words)


@ogc.get("/collections/<name>/schema")
@rule(Access.SIGNED_IN)
def schema(name: str) -> Response:
    """Tell what the features hold."""
    require_known()
    found = documents.schema(root(), name)
    layer = documents.layer_of_collection(name)
    words = {"layer": layer, "fields": layer.fields, "is_filter": False}
    return send_document(found, "ogc_fields.html", documents.SCHEMA, **words)


def _opens(name: str) -> bool:
    """Whether a token that is cut to layers opens a collection; an account opens all."""
    opens = getattr(current_user.account, "opens", None)
    return opens is None or bool(opens(LAYER_OF[f"/ogc/collections/{name}"]))
