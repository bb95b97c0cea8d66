"""The description of `/ogc` for programs: OpenAPI 3.0, made of the catalogue of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import webapp
from geo.layer_stream import Field
from geo.ogc_crs import REFERENCES
from webapp.services import api_parameters as takes
from webapp.services.api_parameters import Parameter
from webapp.services.api_shapes import CODE, DAY, PROBLEM, one_of
from webapp.services.layer_catalogue import LAYERS, LayerInfo
from webapp.services.layer_query import Boundaries
from webapp.services.ogc_documents import (
    GEOJSON,
    HTML,
    JSON,
    MVT,
    OPENAPI,
    SCHEMA,
    TILED,
    TYPES,
    Document,
    closed_fields,
    queryable_fields,
    shared_parameters,
)
from webapp.services.ogc_tilesets import GRID

DEFAULT_LIMIT, MOST_ITEMS = 100, 10_000

_PAGE: Document = {HTML: {"schema": {"type": "string"}}}
_FAILURES = {
    "400": "Một tham số không dùng được; `parameter` nói tên của nó.",
    "401": "Chưa đăng nhập, hoặc mã truy cập không dùng được.",
    "403": "Tài khoản hoặc mã truy cập không được xem.",
    "404": "Không có, hoặc nằm ngoài phạm vi của tài khoản.",
    "406": "Không trả lời được ở dạng nào mà `Accept` nhận.",
    "429": "Hỏi quá nhiều; `Retry-After` nói chờ mấy giây.",
    "503": "Hệ thống đang bận; `Retry-After` nói chờ mấy giây.",
}


def describe(root: str) -> Document:
    """The whole description; `root` is the address of `/ogc` as it was asked for."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Địa Bàn – OGC API",
            "version": webapp.__version__,
            "description": "Các lớp dữ liệu theo OGC API – Features và Tiles. Câu trả lời chỉ "
            "chứa những gì tài khoản được xem; mã truy cập gửi trong `Authorization: Bearer …`.",
        },
        "servers": [{"url": root}],
        "tags": [{"name": "about"}, *({"name": name} for name in LAYERS)],
        "security": [{"token": []}, {"session": []}],
        "paths": {
            **_about(),
            **{
                f"/collections/{layer.name}{below}": {"get": operation}
                for layer in LAYERS.values()
                for below, operation in _of_layer(layer).items()
            },
        },
        "components": _components(),
    }


def _components() -> Document:
    return {
        "schemas": {"Problem": PROBLEM},
        "parameters": _PARAMETERS,
        "responses": {
            status: {
                "description": says,
                "content": {
                    "application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/Problem"}
                    },
                    **_PAGE,
                },
            }
            for status, says in _FAILURES.items()
        },
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "diaban"},
        },
    }


def _about() -> Document:
    documents = {
        "/": ("landing", "Trang đầu của giao diện dữ liệu", JSON),
        "/conformance": ("conformance", "Các lớp tuân thủ", JSON),
        "/api": ("description", "Bản mô tả này", OPENAPI),
        "/collections": ("collections", "Các lớp dữ liệu được mở", JSON),
        "/tileMatrixSets": ("grids", "Các lưới ô bản đồ", JSON),
        f"/tileMatrixSets/{GRID}": ("grid", "Lưới Web Mercator", JSON),
    }
    return {
        path: {"get": _operation(name, says, "about", ("f",), media_type)}
        for path, (name, says, media_type) in documents.items()
    }


def _of_layer(layer: LayerInfo) -> dict[str, Document]:
    name = layer.name
    title = str(layer.title)
    shared = [_SHARED[name] for name in shared_parameters(layer)]
    filters = [_filter(f, layer) for f in queryable_fields(layer) if f.name not in _SHARED]
    common = ("limit", "after", "bbox", "bbox-crs", "datetime", *_FILTERS, "crs", "f")
    more = [*shared, *filters]
    return {
        "": _operation(f"{name}_collection", title, name, ("f",), JSON),
        "/queryables": _operation(f"{name}_queryables", "Trường lọc được", name, ("f",), SCHEMA),
        "/schema": _operation(f"{name}_schema", "Lược đồ", name, ("f",), SCHEMA),
        "/items": _operation(f"{name}_items", title, name, common, GEOJSON, more=more),
        "/items/{featureId}": _operation(
            f"{name}_item", "Một đối tượng", name, ("featureId", "crs", "f"), GEOJSON, more=shared
        ),
        **(_of_tiles(name) if name in TILED else {}),
    }


def _of_tiles(name: str) -> dict[str, Document]:
    places = ("tileMatrix", "tileRow", "tileCol")
    tile = _operation(f"{name}_tile", "Một ô bản đồ", name, places, MVT)
    tile["responses"]["200"]["content"] = {MVT: {"schema": {"type": "string", "format": "binary"}}}
    tile["responses"]["204"] = {"description": "Không có gì trong ô."}
    return {
        "/tiles": _operation(f"{name}_tilesets", "Các bộ ô bản đồ", name, ("f",), JSON),
        f"/tiles/{GRID}": _operation(f"{name}_tileset", "Bộ ô Web Mercator", name, ("f",), JSON),
        f"/tiles/{GRID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": tile,
    }


def _operation(
    name: str,
    says: str,
    tag: str,
    parameters: Sequence[str],
    media_type: str,
    *,
    more: Sequence[Document] = (),
) -> Document:
    shape: Document = {"type": "object"}
    return {
        "operationId": name,
        "summary": says,
        "tags": [tag],
        "parameters": [
            *({"$ref": f"#/components/parameters/{each}"} for each in parameters),
            *more,
        ],
        "responses": {
            "200": {
                "description": "Tìm thấy.",
                "content": {media_type: {"schema": shape}, **_PAGE},
            },
            "304": {"description": "Không đổi so với `If-None-Match`."},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _FAILURES},
        },
    }


def _parameter(name: str, schema: Mapping[str, Any], says: str, **more: Any) -> Document:
    return {"name": name, "in": "query", "description": says, "schema": dict(schema), **more}


def _in_path(name: str, schema: Mapping[str, Any], says: str) -> Document:
    told_of = {"name": name, "in": "path", "required": True, "description": says}
    return told_of | {"schema": dict(schema)}


_LIST = {"style": "form", "explode": False}
_CRS = {"type": "string", "enum": list(REFERENCES)}
_WHOLE = {"type": "integer", "minimum": 0}
_FILTERS = ("filter", "filter-lang", "filter-crs")
_BBOX = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}

_PARAMETERS: dict[str, Document] = {
    each["name"]: each
    for each in (
        _parameter("f", {"type": "string", "enum": ["json", "html"]}, "Dạng của câu trả lời."),
        _parameter(
            "limit",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_ITEMS,
                "default": DEFAULT_LIMIT,
            },
            "Số đối tượng nhiều nhất của một trang.",
        ),
        _parameter("after", {"type": "string"}, "Chỉ những đối tượng sau id này; lấy từ `next`."),
        _parameter("bbox", _BBOX, "Khung theo thứ tự trục của bbox-crs, mặc định CRS84.", **_LIST),
        _parameter("bbox-crs", _CRS, "Hệ tọa độ của bbox."),
        _parameter("datetime", {"type": "string"}, "Thời điểm hoặc khoảng RFC 3339, `..` là mở."),
        _parameter("filter", {"type": "string"}, "Biểu thức CQL2 trên các trường lọc được."),
        _parameter(
            "filter-lang",
            {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
            "Cách viết của filter.",
        ),
        _parameter("filter-crs", _CRS, "Hệ tọa độ trong filter."),
        _parameter("crs", _CRS, "Hệ tọa độ của câu trả lời."),
        _in_path("featureId", {"type": "string"}, "Id của đối tượng."),
        _in_path("tileMatrix", _WHOLE, "Mức phóng."),
        _in_path("tileRow", _WHOLE, "Hàng, từ bắc xuống nam."),
        _in_path("tileCol", _WHOLE, "Cột, từ tây sang đông."),
    )
}

_SHARED: dict[str, Document] = {
    each.name: _parameter(each.name, each.shape, each.says)
    for each in (
        Parameter("as_of", DAY, "Ngày mà tình trạng được tính đến."),
        takes.PERIOD,
        takes.PROVINCE,
        Parameter("commune", CODE, "Mã xã."),
        takes.NEAR,
        Parameter("boundaries", one_of(*Boundaries), "Tên xã theo bản đồ nay hay của ngày ấy."),
    )
}


def _filter(field: Field, layer: LayerInfo) -> Document:
    """A field as a parameter: only features in which it has the value."""
    shape = dict(TYPES[field.type])
    if field.name in closed_fields(layer):
        shape["enum"] = list(field.codes)
    return _parameter(field.name, shape, field.vi)
