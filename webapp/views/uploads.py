"""Pages that take a file in: sent, checked, imported; and an import undone."""

from __future__ import annotations

from datetime import timedelta

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from geo.terms import Layer
from models.errors import ConflictError
from webapp.errors import BadParameterError
from webapp.forms import sent_stamp
from webapp.languages import in_words
from webapp.queries import parse_import_number, parse_term
from webapp.security import Access, rule, viewer
from webapp.services import import_undo, upload_work, uploads
from webapp.services.upload_work import Desk
from webapp.services.uploads import State, Upload
from webapp.told import told
from webapp.views.context import site

sending = Blueprint("sending", __name__)

MAX_FORM_BYTES = 2**20
"""What a request may hold besides the file."""

MAX_SOURCE = 120

SWEPT_EVERY = timedelta(hours=1)


def install_upload_limit(app: Flask) -> None:
    """Let those who may import send large files, and nobody else.

    Must be installed before the guard against forgery, which reads the form.
    """

    @app.before_request
    def allow_large_files() -> None:
        is_file = request.endpoint in ("sending.send_file", "routes.take_line")
        if is_file and current_user.is_authenticated and viewer().may_write:
            request.max_content_length = site().allowance.file_bytes + MAX_FORM_BYTES


def install_sweep(app: Flask) -> None:
    """Remove what has waited for too long: at the start, and with requests once an hour."""
    with app.app_context():
        folder, now = site().uploads, site().now
    swept_at = [now()]
    uploads.sweep(folder, now())

    @app.before_request
    def sweep_once_an_hour() -> None:
        if now() - swept_at[0] > SWEPT_EVERY:
            swept_at[0] = now()
            uploads.sweep(folder, now())


@sending.post("/imports/uploads")
@rule(Access.WRITERS)
def send_file() -> AnyResponse:
    """Take a file and check it; nothing is stored yet."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadParameterError(
            "file", told("Chưa chọn tệp. Hãy chọn một tệp bảng tính rồi gửi lại.")
        )
    parse_term(request.form)
    desk = _desk()
    upload = uploads.receive(
        desk.folder,
        viewer(),
        _layer(request.form.get("layer", "")),
        file.filename,
        file.save,
        period=request.form.get("period", "").strip(),
        source=" ".join(request.form.get("source", "").split())[:MAX_SOURCE],
        now=desk.now(),
    )
    upload_work.wait_a_little(upload_work.check(desk, viewer(), upload))
    return redirect(f"/imports/uploads/{upload.token}", 303)


@sending.get("/imports/uploads/<token>")
@rule(Access.WRITERS)
def upload_page(token: str) -> AnyResponse:
    """Show how far a file has come: work, what the check found, or what went wrong."""
    upload = _find(token)
    if upload.state is State.IMPORTED:
        return redirect(f"/imports/{upload.import_id}", 303)
    return _page(upload)


@sending.post("/imports/uploads/<token>/import")
@rule(Access.WRITERS)
def store_upload(token: str) -> AnyResponse:
    """Import a file that was checked."""
    desk, upload = _desk(), _find(token)
    if upload.state in (State.CHECKED, State.FAILED):  # else pressed twice: the page tells
        if not _still_there(upload):
            raise ConflictError(told("Tệp này không còn để nhập. Hãy tải tệp lên lại."))
        upload_work.wait_a_little(upload_work.store(desk, viewer(), upload))
    return redirect(f"/imports/uploads/{token}", 303)


@sending.post("/imports/uploads/<token>/drop")
@rule(Access.WRITERS)
def drop_upload(token: str) -> AnyResponse:
    """Remove a file that waits."""
    upload = _find(token)
    if upload.working:
        raise ConflictError(told("Tệp này đang được xử lý; hãy chờ xong rồi bỏ."))
    uploads.discard(_desk().folder, upload)
    flash(gettext("Đã bỏ tệp, chưa lưu gì."), "done")
    return redirect("/imports", 303)


@sending.get("/imports/<number>/undo")
@rule(Access.DECLARERS)
def undo_page(number: str) -> str:
    """Say what undoing an import would do."""
    preview = import_undo.preview_undo(site().database, viewer(), parse_import_number(number))
    return render_template("import_undo.html", page=preview)


@sending.post("/imports/<number>/undo")
@rule(Access.DECLARERS)
def undo(number: str) -> AnyResponse:
    """Undo an import as a whole."""
    import_id = parse_import_number(number)
    try:
        done = import_undo.undo_import(
            site().database, viewer(), import_id, at=site().now(), seen=sent_stamp()
        )
    except ConflictError as error:
        preview = import_undo.preview_undo(site().database, viewer(), import_id)
        return make_response(render_template("import_undo.html", page=preview, refused=error), 409)
    said = told(
        "Đã hoàn tác: rút {removed} bản ghi, trả {restored} bản ghi về nội dung trước đó. "
        "Muốn lấy lại thì nhập lại chính tệp ấy.",
        removed=done.removed,
        restored=done.restored,
    )
    flash(in_words(said), "done")
    return redirect(f"/imports/{import_id}", 303)


def _page(upload: Upload) -> Response:
    response = make_response(
        render_template("upload.html", page=upload, retry=_still_there(upload))
    )
    if upload.working:
        response.headers["Refresh"] = "2"
    return response


def _still_there(upload: Upload) -> bool:
    return uploads.path_of(_desk().folder, upload).is_file()


def _find(token: str) -> Upload:
    desk = _desk()
    return uploads.find(desk.folder, viewer(), token, desk.now())


def _desk() -> Desk:
    here = site()
    return Desk(here.database, here.uploads, here.now, here.today, here.allowance)


def _layer(text: str) -> Layer:
    try:
        return Layer(text)
    except ValueError:
        said = told("Không có lớp dữ liệu «{text}»; hãy chọn trong danh sách.", text=text[:20])
        raise BadParameterError("layer", said) from None
