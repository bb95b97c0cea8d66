"""The description of the API for programs: OpenAPI 3.1, made of one table of routes."""

from __future__ import annotations

from typing import Any

import webapp
from webapp.services.api_parameters import Parameter
from webapp.services.api_routes import API_ROUTES, ApiRoute, Sends
from webapp.services.api_shapes import PROBLEM, TEXT

_GROUPS = {
    "map": "Số liệu của bản đồ và các trang, dạng JSON.",
    "tiles": "Ô bản đồ véc-tơ (Mapbox Vector Tile), lưới Web Mercator.",
    "tables": "Bảng CSV cho bảng tính, chữ UTF-8, dấu thập phân kiểu Việt Nam.",
}
_FAILURES = {
    "400": "Một tham số không dùng được; `parameter` nói tên của nó.",
    "401": "Chưa đăng nhập, hoặc mã truy cập không dùng được.",
    "403": "Tài khoản không được xem.",
    "404": "Không có, hoặc nằm ngoài phạm vi của tài khoản.",
    "429": "Hỏi quá nhiều; `Retry-After` nói chờ mấy giây.",
    "503": "Hệ thống đang bận; `Retry-After` nói chờ mấy giây.",
}
_SENT_HOW = (
    "Mã truy cập tạo ở trang Tài khoản, gửi trong `Authorization: Bearer …`. Mã chỉ được giao một "
    "số lớp thì địa chỉ của lớp khác trả lời 403."
)


def describe_api() -> dict[str, Any]:
    """The whole description as a JSON value."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Địa Bàn",
            "version": webapp.__version__,
            "description": (
                "Mọi câu trả lời chỉ chứa những gì tài khoản được xem. Ngày dạng 2026-06-14; "
                "tọa độ WGS 84, kinh độ trước; mã đơn vị hành chính giữ số 0 ở đầu."
            ),
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": says} for name, says in _GROUPS.items()],
        "security": [{"token": []}, {"session": []}],
        "paths": {route.path: {"get": _operation(route)} for route in API_ROUTES},
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": _SENT_HOW},
                "session": {"type": "apiKey", "in": "cookie", "name": "diaban"},
            },
        },
    }


def _operation(route: ApiRoute) -> dict[str, Any]:
    failures = [
        *(["400"] if any(p.place == "query" for p in route.parameters) else []),
        *("401", "403"),
        *(["404"] if route.may_miss else []),
        *("429", "503"),
    ]
    return {
        "operationId": route.name,
        "summary": route.says,
        "tags": [route.group],
        "parameters": [_parameter(each) for each in route.parameters],
        "responses": _answers(route) | {status: _failure(route, status) for status in failures},
        **({} if route.opens_to_tokens else {"security": [{"session": []}]}),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.says,
        "schema": parameter.shape,
    }
    if parameter.shape.get("type") == "array":
        told |= {"style": "form", "explode": False}
    return told


def _answers(route: ApiRoute) -> dict[str, Any]:
    schema = {Sends.MVT: {}, Sends.CSV: TEXT}.get(route.sends, route.shape)
    answers: dict[str, Any] = {
        "200": {"description": "Tìm thấy.", "content": {route.sends.value: {"schema": schema}}},
        "304": {"description": "Không đổi so với `If-None-Match`."},
    }
    if route.sends is Sends.MVT:
        answers["204"] = {"description": "Không có gì trong ô."}
    if route.sends is Sends.CSV:
        answers["302"] = {"description": "Chưa đăng nhập: về trang đăng nhập."}
    return answers


def _failure(route: ApiRoute, status: str) -> dict[str, Any]:
    content: dict[str, Any] = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    if route.sends is Sends.CSV:  # a person who opens the file in a browser is shown a page
        content["text/html"] = {"schema": TEXT}
    return {"description": _FAILURES[status], "content": content}
