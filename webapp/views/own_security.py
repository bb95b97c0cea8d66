"""What people change of their own account's security: the password, the second factor.

Everything here but looking asks for the password again, so that a screen left open is not enough.
"""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, render_template
from flask_login import current_user
from werkzeug import Response

from models.errors import InvalidValueError, ModelError
from webapp.errors import status_of
from webapp.forms import PasswordForm, ProofForm
from webapp.languages import in_words
from webapp.security import Access, enter, gate, rule, viewer
from webapp.services import accounts, second_factor
from webapp.services.passwords import MAX_LENGTH, MIN_LENGTH
from webapp.services.running_sign_ins import Duty, begin_anew
from webapp.services.sign_in import still_the_same_person
from webapp.told import told
from webapp.views.account import waiting_words
from webapp.views.context import site

own_security = Blueprint("own_security", __name__)

_TWICE = told("Hai lần nhập mật khẩu mới không giống nhau. Hãy nhập lại.")
_ALL_FIELDS = told("Hãy nhập đủ các ô.")
_CHANGED = told("Đã đổi mật khẩu. Các nơi đăng nhập khác đã được đăng xuất.")
_OFF = told("Đã tắt xác thực hai lớp.")
_NEEDED = told("Vai trò này phải dùng xác thực hai lớp nên không tắt được.")


class _HeldUpError(Exception):
    """Too many wrong passwords; the message says how long to wait."""


@own_security.get("/account/password")
@rule(Access.SIGNED_IN)
def password_page() -> Response:
    """Show the form for another password."""
    return _password_form(None, 200)


@own_security.post("/account/password")
@rule(Access.SIGNED_IN)
def change_password() -> Response:
    """Change the own password; every other sign-in ends, this one gets another mark."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_form(_ALL_FIELDS, 400)
    new = form.new.data or ""
    if new != form.again.data:
        return _password_form(_TWICE, 400)
    try:
        _prove(form.current.data or "")
        accounts.set_password(site().database, viewer(), viewer().name, new, gate().at)
    except (_HeldUpError, ModelError) as error:
        return _password_form(str(error), _status(error))
    enter(begin_anew(gate(), viewer(), ended=True))
    flash(in_words(_CHANGED), "done")
    return redirect("/" if current_user.account.duty is None else "/account")


@own_security.get("/account/second-factor")
@rule(Access.SIGNED_IN)
def second_factor_page() -> Response:
    """Show whether a second factor guards the account, and how to enrol one."""
    return _factor_page(None, 200)


@own_security.post("/account/second-factor/begin")
@rule(Access.SIGNED_IN)
def begin_second_factor() -> Response:
    """Draw a secret for the app."""
    second_factor.begin(site().database, viewer(), _secret_key(), gate().at)
    return redirect("/account/second-factor")


@own_security.post("/account/second-factor/confirm")
@rule(Access.SIGNED_IN)
def confirm_second_factor() -> Response:
    """Turn it on after the first code; the recovery codes are shown once."""
    form = ProofForm()
    if not form.validate_on_submit():
        return _factor_page(_ALL_FIELDS, 400)
    try:
        _prove(form.password.data or "")
        codes = second_factor.confirm(
            site().database, viewer(), _secret_key(), form.code.data or "", gate().at
        )
    except (_HeldUpError, ModelError) as error:
        return _factor_page(str(error), _status(error))
    enter(begin_anew(gate(), viewer()))
    return _codes_page(codes)


@own_security.post("/account/second-factor/codes")
@rule(Access.SIGNED_IN)
def renew_codes() -> Response:
    """Give new recovery codes; the old ones open nothing any more."""
    form = ProofForm()
    try:
        _prove(form.password.data or "")
        codes = second_factor.renew_codes(site().database, viewer(), gate().at)
    except (_HeldUpError, ModelError) as error:
        return _factor_page(str(error), _status(error))
    return _codes_page(codes)


@own_security.post("/account/second-factor/off")
@rule(Access.SIGNED_IN)
def turn_off() -> Response:
    """Turn the second factor off, unless the role needs one."""
    form = ProofForm()
    if _needed():
        return _factor_page(_NEEDED, 403)
    try:
        _prove(form.password.data or "")
        second_factor.turn_off(site().database, viewer(), gate().at)
    except (_HeldUpError, ModelError) as error:
        return _factor_page(str(error), _status(error))
    enter(begin_anew(gate(), viewer()))
    flash(in_words(_OFF), "done")
    return redirect("/account")


def _prove(password: str) -> None:
    until = still_the_same_person(gate(), viewer(), password)
    if until is not None:
        raise _HeldUpError(waiting_words(until, gate().at))


def _status(error: Exception) -> int:
    if isinstance(error, _HeldUpError):
        return 429
    return 400 if isinstance(error, InvalidValueError) else status_of(error)


def _needed() -> bool:
    required = gate().policy.second_factor_required
    return required and viewer().role in second_factor.REQUIRED_OF


def _secret_key() -> str:
    return gate().policy.secret_key


def _on_duty(duty: Duty) -> bool:
    return bool(current_user.account.duty is duty)


def _password_form(failed: str | None, status: int) -> Response:
    page = render_template(
        "account_password.html",
        form=PasswordForm(),
        failed=failed,
        on_duty=_on_duty(Duty.PASSWORD),
        shortest=MIN_LENGTH,
        longest=MAX_LENGTH,
    )
    return make_response(page, status)


def _factor_page(failed: str | None, status: int) -> Response:
    factor = second_factor.status(site().database, viewer())
    enrolment = None
    if factor is not None and not factor.guards:
        try:
            enrolment = second_factor.enrolment(viewer(), factor, _secret_key())
        except ModelError:
            current_app.logger.warning("a begun second factor is sealed under another secret")
    page = render_template(
        "second_factor.html",
        form=ProofForm(),
        failed=failed,
        factor=factor,
        enrolment=enrolment,
        needed=_needed(),
        on_duty=_on_duty(Duty.SECOND_FACTOR),
    )
    return make_response(page, status)


def _codes_page(codes: list[str]) -> Response:
    return make_response(render_template("second_factor_codes.html", codes=codes), 200)
