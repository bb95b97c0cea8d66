"""Signing in and out, the account itself, and where else it is signed in."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, make_response, redirect, render_template, request, session
from flask_login import current_user, logout_user
from werkzeug import Response

from models.errors import ConflictError
from webapp.forms import CodeForm, LoginForm
from webapp.languages import in_words
from webapp.security import Access, SignedIn, enter, gate, rule, safe_next, viewer
from webapp.services import second_factor
from webapp.services.running_sign_ins import end_own, own_sign_ins, sign_out, sign_out_elsewhere
from webapp.services.sign_in import (
    Outcome,
    must_be_set_up,
    pass_code,
    sign_in,
    waits_for_code,
)
from webapp.told import Told, told
from webapp.views.context import site

account = Blueprint("account", __name__)

REFUSED = "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra rồi nhập lại."
INCOMPLETE = "Hãy nhập tên đăng nhập và mật khẩu."
_WRONG_CODE = told("Mã chưa đúng hoặc đã dùng rồi. Hãy chờ mã mới rồi nhập lại.")
_NO_CODE = told("Hãy nhập mã xác thực.")
_TOO_LATE = told("Đã quá thời gian chờ mã. Hãy đăng nhập lại.")

_WAITING = "waiting"


@account.get("/login")
@rule(Access.PUBLIC)
def login_page() -> Response:
    """Show the form, or how to make the first administrator."""
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")))
    return _form(LoginForm(), None, 200)


@account.post("/login")
@rule(Access.PUBLIC)
def login() -> Response:
    """Sign in; a wrong name and a wrong password get the same answer."""
    form = LoginForm()
    if not form.validate_on_submit():
        return _form(form, INCOMPLETE, 400)
    outcome = sign_in(gate(), form.username.data or "", form.password.data or "")
    if outcome.refused_until is not None:
        return _hold_up(_form(form, _wait(outcome.refused_until), 429), outcome)
    if outcome.token is None:
        return _form(form, REFUSED, 401)
    _leave_before()
    if outcome.waits_for_code:
        session.clear()
        session[_WAITING] = outcome.token
        return redirect(_with_next("/login/code"))
    enter(outcome.token)
    return redirect(safe_next(request.args.get("next")))


@account.get("/login/code")
@rule(Access.PUBLIC)
def code_page() -> Response:
    """Ask for the code of the app, or a recovery code."""
    if not waits_for_code(gate(), session.get(_WAITING, "")):
        return redirect(_with_next("/login"))
    return _code_form(None, 200)


@account.post("/login/code")
@rule(Access.PUBLIC)
def send_code() -> Response:
    """Finish signing in."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_form(_NO_CODE, 400)
    try:
        outcome = pass_code(gate(), session.get(_WAITING, ""), form.code.data or "")
    except ConflictError as error:
        return _code_form(str(error), 409)
    if outcome.refused_until is not None:
        return _hold_up(_code_form(_wait(outcome.refused_until), 429), outcome)
    if outcome.token is not None:
        enter(outcome.token)
        return redirect(safe_next(request.args.get("next")))
    if outcome.waits_for_code:
        return _code_form(_WRONG_CODE, 401)
    session.clear()
    return _form(LoginForm(formdata=None), _TOO_LATE, 401, action=_with_next("/login"))


@account.post("/logout")
@rule(Access.SIGNED_IN)
def logout() -> Response:
    """Sign out."""
    sign_out(gate(), viewer(), _running().running.id)
    logout_user()
    session.clear()
    return redirect("/login")


@account.get("/account")
@rule(Access.SIGNED_IN)
def account_page() -> str:
    """Show who is signed in, what the account may do, and where it is signed in."""
    return render_template(
        "account.html",
        viewer=viewer(),
        factor=second_factor.status(site().database, viewer()),
        sign_ins=own_sign_ins(gate(), viewer()),
        here=_running().running.id,
    )


@account.post("/account/sign-ins/end-others")
@rule(Access.SIGNED_IN)
def end_others() -> Response:
    """End every sign-in but this one."""
    ended = sign_out_elsewhere(gate(), viewer(), _running().running.id)
    flash(in_words(told("Đã đăng xuất ở {n} nơi khác.", n=ended)), "done")
    return redirect("/account")


@account.post("/account/sign-ins/<int:number>/end")
@rule(Access.SIGNED_IN)
def end_one(number: int) -> Response:
    """End one sign-in elsewhere."""
    end_own(gate(), viewer(), number)
    flash(in_words(told("Đã đăng xuất ở nơi ấy.")), "done")
    return redirect("/account")


def waiting_words(until: datetime, now: datetime) -> Told:
    """How long to wait, in words.

    >>> from datetime import timedelta
    >>> noon = datetime(2026, 6, 14, 12)
    >>> waiting_words(noon + timedelta(seconds=61), noon)
    'Đã thử sai nhiều lần. Hãy chờ 2 phút rồi thử lại.'
    """
    seconds = max(int((until - now).total_seconds()), 1)
    if seconds <= 60:
        return told("Đã thử sai nhiều lần. Hãy chờ {n} giây rồi thử lại.", n=seconds)
    return told("Đã thử sai nhiều lần. Hãy chờ {n} phút rồi thử lại.", n=-(-seconds // 60))


def _wait(until: datetime) -> Told:
    return waiting_words(until, gate().at)


def _hold_up(response: Response, outcome: Outcome) -> Response:
    if outcome.refused_until is not None:
        seconds = int((outcome.refused_until - gate().at).total_seconds()) + 1
        response.headers["Retry-After"] = str(seconds)
    return response


def _running() -> SignedIn:
    found: SignedIn = current_user
    return found


def _leave_before() -> None:
    """Whoever signs in again ends the sign-in there was in this browser."""
    if current_user.is_authenticated:
        sign_out(gate(), viewer(), _running().running.id)
        logout_user()


def _with_next(path: str) -> str:
    query = request.query_string.decode("ascii", "ignore")
    return f"{path}?{query}" if query else path


def _form(form: LoginForm, failed: str | None, status: int, *, action: str = "") -> Response:
    page = render_template(
        "login.html",
        form=form,
        failed=failed,
        action=action or request.full_path.rstrip("?"),
        unset=must_be_set_up(site().database),
    )
    return make_response(page, status)


def _code_form(failed: str | None, status: int) -> Response:
    action = request.full_path.rstrip("?")
    page = render_template("login_code.html", form=CodeForm(), failed=failed, action=action)
    return make_response(page, status)
