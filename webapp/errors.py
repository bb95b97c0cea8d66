"""What the visitor is told when a request cannot be answered.

One table gives the HTTP status of every error of the lower packages; one JSON
shape (RFC 9457 problem details) answers under `/api`, one page elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, json, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from geo.errors import GeoError, UnusableFileError
from models.errors import (
    BusyError,
    ConflictError,
    HeldUpError,
    InvalidValueError,
    ModelError,
    NotAllowedError,
    NotFoundError,
    SchemaError,
    TokenRefusedError,
)
from webapp.languages import in_words, untold
from webapp.services.tokens import PREFIX


class BadParameterError(Exception):
    """A value in the query string cannot be used."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class AtWorkError(Exception):
    """Work that an account may have done once at a time is under way for it."""


STATUS: dict[type[Exception], HTTPStatus] = {
    BadParameterError: HTTPStatus.BAD_REQUEST,
    CSRFError: HTTPStatus.BAD_REQUEST,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    TokenRefusedError: HTTPStatus.UNAUTHORIZED,
    HeldUpError: HTTPStatus.TOO_MANY_REQUESTS,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    InvalidValueError: HTTPStatus.BAD_REQUEST,
    SchemaError: HTTPStatus.SERVICE_UNAVAILABLE,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    AtWorkError: HTTPStatus.TOO_MANY_REQUESTS,
    UnusableFileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ModelError: HTTPStatus.INTERNAL_SERVER_ERROR,
    GeoError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Status of every error raised on purpose; the most specific class wins."""

TITLES: dict[int, str] = {
    400: "Yêu cầu chưa đúng",
    401: "Cần đăng nhập",
    403: "Không có quyền xem",
    404: "Không tìm thấy",
    405: "Không dùng được cách này",
    406: "Không có dạng này",
    409: "Dữ liệu mâu thuẫn",
    413: "Dữ liệu gửi lên quá lớn",
    422: "Không dùng được tệp",
    429: "Quá nhiều lần thử",
    500: "Hệ thống gặp lỗi",
    503: "Hệ thống chưa sẵn sàng",
}

ADVICE: dict[int, str] = {
    400: "Hãy quay lại trang trước, tải lại rồi thử lần nữa.",
    401: "Hãy đăng nhập rồi mở lại trang này.",
    403: "Tài khoản của đồng chí không được giao địa bàn hoặc chức năng này. "
    "Nếu cần, hãy đề nghị quản trị cấp quyền.",
    404: "Địa chỉ có thể đã đổi hoặc gõ nhầm. Hãy tìm lại từ bản đồ.",
    405: "Hãy quay lại trang trước rồi dùng nút trên trang.",
    406: "Địa chỉ này trả lời JSON hoặc trang HTML: hãy gửi Accept có một trong hai, "
    "hoặc thêm f=json, f=html.",
    413: "Hãy chia nhỏ dữ liệu rồi gửi lại.",
    429: "Hãy chờ một phút rồi thử lại.",
    500: "Lỗi đã được ghi lại. Hãy thử lại sau ít phút; nếu còn lỗi, "
    "hãy báo quản trị kèm giờ gặp lỗi.",
    503: "Quản trị cần chạy «python -m webapp init» rồi khởi động lại hệ thống.",
}


OTHER_TITLE = "Yêu cầu không thực hiện được"
BUSY_TITLE = "Hệ thống đang bận"
BUSY = "Hệ thống đang ghi dữ liệu lớn; hãy thử lại sau ít phút."
BUSY_RETRY_S = 60
AT_WORK = "Bản in hoặc tệp trước của tài khoản này chưa làm xong. Hãy chờ rồi thử lại."
AT_WORK_RETRY_S = 5


MACHINE_PATHS = ("/api/", "/tiles/", "/openapi.json", "/ogc", "/export/")
"""How addresses begin that scripts and programs ask."""

PAGES_TOO = ("/ogc", "/export/")
"""Of these the part that a person may open, too: what is asked for as a page is one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What goes wrong, ready to be shown; `retry_after_s` where waiting helps."""

    status: int
    title: str
    detail: str
    advice: str = ""
    parameter: str | None = None
    retry_after_s: int | None = None


def status_of(error: Exception) -> int:
    """HTTP status of an error by the table, 500 when it is not there."""
    if isinstance(error, HTTPException) and error.code is not None:
        return error.code
    for kind in type(error).__mro__:
        if kind in STATUS:
            return int(STATUS[kind])
    return int(HTTPStatus.INTERNAL_SERVER_ERROR)


def describe(error: Exception) -> Problem:
    """Say what happened and what to do next; nothing internal leaks out."""
    status = status_of(error)
    if isinstance(error, BusyError):
        return Problem(status, BUSY_TITLE, BUSY, retry_after_s=BUSY_RETRY_S)
    if isinstance(error, AtWorkError):
        return Problem(status, BUSY_TITLE, AT_WORK, retry_after_s=AT_WORK_RETRY_S)
    title = TITLES.get(status, OTHER_TITLE)
    advice = ADVICE.get(status, ADVICE[400])
    told = isinstance(error, BadParameterError | ModelError | GeoError) and status < 500
    detail = str(error) if told else advice
    parameter = error.parameter if isinstance(error, BadParameterError) else None
    if parameter is not None and untold(detail):
        detail = gettext(
            "Giá trị của «%(parameter)s» trong địa chỉ không dùng được. "
            "Hãy sửa địa chỉ hoặc mở lại từ bản đồ.",
            parameter=parameter,
        )
    waits_s = getattr(error, "retry_after_s", None)
    return Problem(status, title, detail, ADVICE.get(status, ""), parameter, waits_s)


def wants_json() -> bool:
    """Whether the request came from a script or a program rather than from a person."""
    return is_for_machines() or bearer_token() is not None


def is_for_machines() -> bool:
    """Whether the address is one that programs ask, and is not opened as a page."""
    if not request.path.startswith(MACHINE_PATHS):
        return False
    return not (request.path.startswith(PAGES_TOO) and _wants_page())


def _wants_page() -> bool:
    form = request.args.get("f")
    if form is not None:
        return form == "html"
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"


def bearer_token() -> str | None:
    """The token that a program sent to say in whose name it reads, None without one.

    Programs that cannot send `Bearer` (QGIS before 3.24) send it as the password of
    `Basic`, whatever name stands beside it. Another password there is meant for somebody else.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        password = request.authorization.password if request.authorization else None
        return password if password and password.startswith(PREFIX) else None
    return token.strip() if kind.lower() == "bearer" else None


def respond(problem: Problem) -> Response:
    """Answer with problem details or with a page."""
    if not wants_json():
        return make_response(_page(problem), problem.status)
    body = {
        "type": "about:blank",
        "title": gettext(problem.title),
        "status": problem.status,
        "detail": in_words(problem.detail),
        "instance": request.path,
    }
    if problem.parameter is not None:
        body["parameter"] = problem.parameter
    response = make_response(json.dumps(body), problem.status)
    response.content_type = "application/problem+json"
    return response


def _page(problem: Problem) -> str:
    try:
        return render_template("error.html", problem=problem)
    except Exception as error:
        # Bar and marks are read from the database, which may be what fails.
        current_app.logger.warning("error page without bar and marks: %s", error)
        bare = current_app.jinja_env.get_template("error_bare.html")
        return bare.render(problem=problem)  # not by Flask, which would ask who is signed in


def install_error_pages(app: Flask) -> None:
    """Route every error of this application through the one table."""
    app.register_error_handler(Exception, _handle)


def _handle(error: Exception) -> Response:
    problem = describe(error)
    if problem.status >= 500:
        current_app.logger.error("request failed: %s", request.path, exc_info=error)
    if isinstance(error, HTTPException) and 300 <= problem.status < 400:
        return make_response(error.get_response())
    response = respond(problem)
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    if isinstance(error, HTTPException) and (allowed := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response
