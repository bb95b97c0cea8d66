"""Signing in and out, and the account itself."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, session
from flask_login import current_user, login_user, logout_user
from werkzeug import Response

from webapp.forms import LoginForm
from webapp.security import Access, SignedIn, rule, safe_next, viewer
from webapp.services.sign_in import sign_in, sign_out
from webapp.views.context import site

account = Blueprint("account", __name__)

REFUSED = "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra rồi nhập lại."
INCOMPLETE = "Hãy nhập tên đăng nhập và mật khẩu."


@account.get("/login")
@rule(Access.PUBLIC)
def login_page() -> Response:
    """Show the form."""
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
    found = sign_in(site().database, form.username.data or "", form.password.data or "")
    if found is None:
        return _form(form, REFUSED, 401)
    session.clear()
    session.permanent = True
    login_user(SignedIn(found))
    return redirect(safe_next(request.args.get("next")))


@account.post("/logout")
@rule(Access.SIGNED_IN)
def logout() -> Response:
    """Sign out."""
    sign_out(site().database, viewer(), current_user.token, current_user.ends_at)
    logout_user()
    session.clear()
    return redirect("/login")


@account.get("/account")
@rule(Access.SIGNED_IN)
def account_page() -> str:
    """Show who is signed in and what the account may do."""
    return render_template("account.html", viewer=viewer())


def _form(form: LoginForm, failed: str | None, status: int) -> Response:
    action = request.full_path.rstrip("?")
    page = render_template("login.html", form=form, failed=failed, action=action)
    return make_response(page, status)
