"""OGC API – Features: the features of a collection, page by page, and one by its id."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import urlencode

from flask import Blueprint, Response, json, request

from geo.errors import CrsError
from geo.ogc_crs import Reference
from webapp.errors import BadParameterError
from webapp.ogc_parameters import asked_item, asked_items, item_parameters
from webapp.security import Access, rule, viewer
from webapp.services.ogc_documents import (
    GEOJSON,
    HTML,
    JSON,
    Document,
    layer_of_collection,
    link,
    shared_parameters,
)
from webapp.services.ogc_items import ItemsPage, read_item, read_items
from webapp.views.context import site
from webapp.views.ogc_answers import require_known, root, send_page, send_tagged, wants_page

ogc_features = Blueprint("ogc_features", __name__, url_prefix="/ogc")


@ogc_features.get("/collections/<name>/items")
@rule(Access.SIGNED_IN)
def items(name: str) -> Response:
    """Send a page of features."""
    layer = layer_of_collection(name)
    require_known(*item_parameters(layer))
    as_page = wants_page(GEOJSON)
    asked = asked_items(layer, request.args, site().today())
    page = read_items(site().database, viewer(), asked.query, asked.limit)
    links = _links(name, page)
    if as_page:
        words = {"layer": layer, "page": page, "asked": asked, "links": _by_rel(links)}
        return _with_links(send_page("ogc_items.html", **words), links)
    return _with_links(_send_collection(page, links, asked.reference), links)


@ogc_features.get("/collections/<name>/items/<number>")
@rule(Access.SIGNED_IN)
def item(name: str, number: str) -> Response:
    """Send one feature."""
    layer = layer_of_collection(name)
    require_known("crs", *shared_parameters(layer))
    as_page = wants_page(GEOJSON)
    asked = asked_item(layer, request.args, site().today())
    page = read_item(site().database, viewer(), asked.query, number)
    links = [
        *_forms(),
        link(f"{root()}/collections/{name}", "collection", JSON, str(layer.title)),
    ]
    if as_page:
        words = {"layer": layer, "page": page, "number": number, "links": _by_rel(links)}
        return _with_links(send_page("ogc_item.html", **words), links)
    [line] = _lines(page, asked.reference)
    body = line[:-1] + b',"links":' + _compact(links) + b"}"
    answer = _in_reference(send_tagged(body, GEOJSON, body), asked.reference)
    return _with_links(answer, links)


def _send_collection(page: ItemsPage, links: list[Document], reference: Reference) -> Response:
    counts = {"numberReturned": page.n}
    if page.matched is not None:
        counts = {"numberMatched": page.matched, **counts}
    head = _compact({"links": links, **counts})
    features = b",\n".join(_lines(page, reference))
    told = head[:-1] + b',"features":[\n' + features + b"\n]}"
    moment = site().now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    start = f'{{"type":"FeatureCollection","timeStamp":"{moment}",'.encode()
    return _in_reference(send_tagged(start + told[1:], GEOJSON, told), reference)


def _compact(told: object) -> bytes:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False, sort_keys=False).encode()


def _lines(page: ItemsPage, reference: Reference) -> list[bytes]:
    try:
        return page.lines(reference)
    except CrsError as error:
        raise BadParameterError("crs", str(error)) from None


def _in_reference(response: Response, reference: Reference) -> Response:
    response.headers["Content-Crs"] = f"<{reference.uri}>"
    return response


def _links(name: str, page: ItemsPage) -> list[Document]:
    links = _forms()
    if page.after is not None:
        links.append(link(_here(after=str(page.after)), "next", GEOJSON, "Trang sau"))
    links.append(link(f"{root()}/collections/{name}", "collection", JSON, "Lớp dữ liệu"))
    return links


def _forms() -> list[Document]:
    """This answer in the form it has, and in the other."""
    as_page = wants_page(GEOJSON)
    shown, other = ("html", "json") if as_page else ("json", "html")
    types = {"html": HTML, "json": GEOJSON}
    return [
        link(_here(f=shown), "self", types[shown], "Trang này"),
        link(_here(f=other), "alternate", types[other], "Trang này ở dạng khác"),
    ]


def _here(**changed: str) -> str:
    """This address with all its parameters, some changed."""
    asked = {**request.args.to_dict(), **changed}
    return f"{request.base_url}?{urlencode(asked)}"


def _by_rel(links: list[Document]) -> dict[str, str]:
    return {each["rel"]: each["href"] for each in links}


def _with_links(response: Response, links: list[Document]) -> Response:
    """Say the links in the head, too (RFC 8288)."""
    for each in links:
        response.headers.add(
            "Link", f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"'
        )
    return response
