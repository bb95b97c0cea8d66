"""The documents of `/ogc` about itself: landing page, conformance, collections and their schemas.

Written for whoever reads JSON by OGC API – Features (Parts 1, 2, 3 and 5) and Tiles; the pages for
people are made of the same values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from geo.layer_stream import Field, FieldType, Shape
from geo.ogc_crs import CRS84, REFERENCES
from models.errors import NotFoundError
from models.placements import Bbox
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.layer_catalogue import LAYERS, LayerInfo
from webapp.services.layer_extents import Extent, layer_extent
from webapp.told import told

Document = dict[str, Any]

JSON, HTML = "application/json", "text/html"
GEOJSON, SCHEMA = "application/geo+json", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"
TILED = ("communes", "clusters")
"""Collections that are had as vector tiles, too."""

_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_SPEC = "http://www.opengis.net/spec/"
_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

CONFORMS_TO = tuple(
    f"{_SPEC}{standard}/conf/{name}"
    for standard, names in (
        ("ogcapi-common-1/1.0", "core landing-page json html oas30"),
        ("ogcapi-common-2/1.0", "collections json html"),
        ("ogcapi-features-1/1.0", "core oas30 html geojson"),
        ("ogcapi-features-2/1.0", "crs"),
        (
            "ogcapi-features-3/1.0",
            "queryables queryables-query-parameters filter features-filter",
        ),
        ("ogcapi-features-5/1.0", "schemas core-roles-features queryables"),
        (
            "cql2/1.0",
            "cql2-text cql2-json basic-cql2 advanced-comparison-operators"
            " case-insensitive-comparison accent-insensitive-comparison"
            " basic-spatial-functions basic-spatial-functions-plus spatial-functions"
            " temporal-functions",
        ),
        ("ogcapi-tiles-1/1.0", "core tileset tilesets-list geodata-tilesets mvt"),
        ("tms/2.0", "tilematrixset json-tilematrixset json-tilesetmetadata"),
    )
    for name in names.split()
)
"""The conformance classes that are met."""


def link(href: str, rel: str, media_type: str, title: str) -> Document:
    """A link of a document."""
    return {"href": href, "rel": rel, "type": media_type, "title": title}


def itself(address: str, media_type: str = JSON) -> list[Document]:
    """The links of a document to itself, as JSON and as a page."""
    return [
        link(f"{address}?f=json", "self", media_type, "Tài liệu này"),
        link(f"{address}?f=html", "alternate", HTML, "Tài liệu này, dạng trang"),
    ]


def landing(root: str) -> Document:
    """What programs read first; `root` is the address of `/ogc` as it was asked for."""
    return {
        "title": "Địa Bàn",
        "description": "Các lớp dữ liệu của Địa Bàn theo OGC API – Features và Tiles. "
        "Mỗi tài khoản chỉ nhận những gì được xem.",
        "links": [
            *itself(root),
            link(f"{root}/api?f=json", "service-desc", OPENAPI, "Mô tả OpenAPI 3.0"),
            link(f"{root}/api?f=html", "service-doc", HTML, "Mô tả dạng trang"),
            link(f"{root}/conformance", "conformance", JSON, "Các lớp tuân thủ"),
            link(f"{root}/collections", "data", JSON, "Các lớp dữ liệu"),
            link(f"{root}/tileMatrixSets", f"{_REL}tiling-schemes", JSON, "Các lưới ô bản đồ"),
        ],
    }


def conformance(root: str) -> Document:
    """The conformance classes that are met."""
    return {"conformsTo": list(CONFORMS_TO), "links": itself(f"{root}/conformance")}


def layer_of_collection(name: str) -> LayerInfo:
    """The layer of a collection.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    if name not in LAYERS:
        known = ", ".join(LAYERS)
        raise NotFoundError(
            told("Không có lớp «{name}»; có: {known}.", name=name[:60], known=known)
        )
    return LAYERS[name]


def collections(
    database: Database,
    viewer: Viewer,
    root: str,
    today: date,
    opens: Callable[[str], bool] = lambda _: True,
) -> Document:
    """Every collection; `opens` tells which of them the asker may open."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = [
            _collection(layer, root, _reach(session, viewer, layer, today))
            for layer in LAYERS.values()
            if opens(layer.name)
        ]
    return {
        "links": itself(f"{root}/collections"),
        "collections": found,
        "crs": list(REFERENCES),
    }


def collection(database: Database, viewer: Viewer, root: str, name: str, today: date) -> Document:
    """One collection."""
    layer = layer_of_collection(name)
    with unit_of_work(database, viewer, read_only=True) as session:
        return _collection(layer, root, _reach(session, viewer, layer, today))


def _reach(session: Session, viewer: Viewer, layer: LayerInfo, today: date) -> Extent:
    """How far a layer reaches; nowhere where there is nothing yet to make it of."""
    try:
        return layer_extent(session, viewer, layer.name, today)
    except NotFoundError:
        return Extent()


def _collection(layer: LayerInfo, root: str, extent: Extent) -> Document:
    address = f"{root}/collections/{layer.name}"
    described: Document = {
        "id": layer.name,
        "title": str(layer.title),
        "description": str(layer.says),
        "itemType": "feature",
        "extent": _extent(extent),
        "crs": list(REFERENCES),
        "storageCrs": CRS84.uri,
        "links": [
            *itself(address),
            link(f"{address}/items?f=json", "items", GEOJSON, "Các đối tượng, GeoJSON"),
            link(f"{address}/items?f=html", "items", HTML, "Các đối tượng, dạng trang"),
            link(f"{address}/queryables", f"{_REL}queryables", SCHEMA, "Các trường lọc được"),
            link(f"{address}/schema", f"{_REL}schema", SCHEMA, "Lược đồ của đối tượng"),
        ],
    }
    if layer.name in TILED:
        tiles = link(f"{address}/tiles", f"{_REL}tilesets-vector", JSON, "Ô bản đồ véc-tơ")
        described["links"].append(tiles)
    return described


def _extent(extent: Extent) -> Document:
    told_of: Document = {}
    if extent.bbox is not None:
        told_of["spatial"] = {"bbox": [_widened(extent.bbox)], "crs": CRS84.uri}
    if extent.since is not None or extent.until is not None:
        told_of["temporal"] = {
            "interval": [[_moment(extent.since, "00:00:00"), _moment(extent.until, "23:59:59")]],
            "trs": _GREGORIAN,
        }
    return told_of


def _widened(bbox: Bbox) -> list[float]:
    """A box in whole tenths of a degree: its very edges are places of records, homes among them."""
    west, south, east, north = (10 * edge for edge in bbox)
    tenths = (math.floor(west), math.floor(south), math.ceil(east), math.ceil(north))
    return [tenth / 10 for tenth in tenths]


def _moment(day: date | None, time: str) -> str | None:
    """A moment of a day in Viet Nam, as RFC 3339 writes it."""
    return None if day is None else f"{day.isoformat()}T{time}+07:00"


def queryables(root: str, name: str) -> Document:
    """What a filter may name."""
    layer = layer_of_collection(name)
    return _schema(f"{root}/collections/{name}/queryables", layer, queryable_fields(layer)) | {
        "additionalProperties": False
    }


def schema(root: str, name: str) -> Document:
    """What the features hold."""
    layer = layer_of_collection(name)
    return _schema(f"{root}/collections/{name}/schema", layer, layer.fields)


def queryable_fields(layer: LayerInfo) -> tuple[Field, ...]:
    """The fields that a filter may name: all but lists."""
    return tuple(each for each in layer.fields if each.type is not FieldType.LIST)


def shared_parameters(layer: LayerInfo) -> tuple[str, ...]:
    """What the features take as exports do: the day of a status, a period, an area, a map."""
    taken = {"as_of", *layer.parameters, *(("period",) if "since" in layer.takes else ())}
    return tuple(name for name in _SHARED if name in taken)


_SHARED = ("as_of", "period", "province", "commune", "near", "boundaries")


def closed_fields(layer: LayerInfo) -> frozenset[str]:
    """The fields that hold nothing but their codes, one or none; of others codes only explain."""
    lists = {field.name for field in layer.fields if field.type is FieldType.LIST}
    return frozenset(layer.field_of(name) for name in layer.words()) - lists


def _schema(address: str, layer: LayerInfo, fields: tuple[Field, ...]) -> Document:
    shape = {Shape.POINT: "point", Shape.AREAS: "multipolygon"}.get(layer.shape, "multilinestring")
    geometry = {
        "title": "Vị trí",
        "description": "Vị trí hoặc đường bao, WGS 84",
        "format": f"geometry-{shape}",
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": str(layer.title),
        "description": str(layer.says),
        "properties": {
            **{each.name: _property(each, layer) for each in fields},
            "geometry": geometry,
        },
    }


TYPES: Mapping[FieldType, Document] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.LIST: {"type": ["array", "object"]},
}


def _property(field: Field, layer: LayerInfo) -> Document:
    told_of = dict(TYPES[field.type]) | {"title": field.vi, "description": field.en}
    if field.name in closed_fields(layer):
        told_of["enum"] = list(field.codes)
    roles = dict(zip(layer.time, _TIME_ROLES.get(len(layer.time), ()), strict=False))
    if field.name == layer.id_field:
        told_of["x-ogc-role"] = "id"
    elif field.name in roles:
        told_of["x-ogc-role"] = roles[field.name]
    return told_of


_TIME_ROLES = {
    1: ("primary-instant",),
    2: ("primary-interval-start", "primary-interval-end"),
}
