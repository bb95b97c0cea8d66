"""Pages of administrators: accounts, what is changed of them, the tokens of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from models.errors import ConflictError, InvalidValueError, NotAllowedError
from models.session import Database
from models.viewers import Role, ScopeKind, Viewer
from webapp.forms import sent_stamp
from webapp.languages import in_words
from webapp.queries import parse_choice, parse_code, parse_page
from webapp.security import Access, rule, viewer
from webapp.services import account_list, administration, tokens
from webapp.services.account_form import AccountForm, form_of
from webapp.services.account_list import STATES, AccountQuery
from webapp.services.administration import AccountPage, Outcome
from webapp.services.stamps import STALE
from webapp.token_words import LAYERS, state_words
from webapp.told import told
from webapp.views.context import site

admin_pages = Blueprint("admin_pages", __name__, url_prefix="/admin")

_ASKED = ("q", "province", "role", "state")
_LONGEST_TEXT = 80

Answer = Response | tuple[str, int]
Act = Callable[[Database, Viewer, str, datetime], object]


@admin_pages.get("")
@rule(Access.ADMINS)
def accounts_page() -> str:
    """List the accounts in the administrator's scope."""
    args = request.args
    query = AccountQuery(
        text=args.get("q", "").strip()[:_LONGEST_TEXT],
        province=parse_code(args, "province") or "",
        role=parse_choice(args, "role", tuple(role.value for role in Role)) or "",
        state=parse_choice(args, "state", STATES) or "",
        page=parse_page(args),
    )
    return render_template(
        "admin.html",
        page=account_list.open_accounts(site().database, viewer(), query, site().now()),
        wanted=query,
        query={name: value for name in _ASKED if (value := args.get(name, "").strip())},
        roles=tuple(Role),
    )


@admin_pages.get("/tokens")
@rule(Access.ADMINS)
def tokens_page() -> str:
    """List the tokens of all accounts in the administrator's scope."""
    found = tokens.list_tokens(site().database, viewer())
    return render_template("admin_tokens.html", tokens=found, **_token_words())


@admin_pages.post("/tokens/<short_id>/revoke")
@rule(Access.ADMINS)
def revoke_token(short_id: str) -> Response:
    """Let a token open nothing any more."""
    token = tokens.revoke_token(site().database, viewer(), short_id, site().now())
    flash(in_words(told("Đã thu hồi mã truy cập «{id}».", id=token.short_id)), "done")
    back = f"/admin/accounts/{token.owner}" if request.form.get("back") else "/admin/tokens"
    return redirect(back, 303)


@admin_pages.get("/accounts/new")
@rule(Access.ADMINS)
def new_account() -> str:
    """Show the empty form."""
    return _new_page(AccountForm(), Outcome({}))


@admin_pages.post("/accounts/new")
@rule(Access.ADMINS)
def add_account() -> str | tuple[str, int]:
    """Make an account and show its first password once."""
    form = _sent()
    try:
        done = administration.add(site().database, viewer(), form, site().now())
    except NotAllowedError as error:
        done = Outcome({"": str(error)})
    if done.errors:
        return _new_page(form, done), 400
    return _account_page(_open(done.username), password=done.password, is_new=True)


@admin_pages.get("/accounts/<username>")
@rule(Access.ADMINS)
def account_page(username: str) -> str:
    """Show an account with what can be done about it."""
    return _account_page(_open(username))


@admin_pages.post("/accounts/<username>")
@rule(Access.ADMINS)
def change_account(username: str) -> Response | tuple[str, int]:
    """Give an account another name, role or scope."""
    form, status = _sent(), 400
    try:
        done = administration.change(site().database, viewer(), username, form, site().now())
    except ConflictError as error:
        done, status = Outcome({"": str(error)}), 409
    except (InvalidValueError, NotAllowedError) as error:
        done = Outcome({"": str(error)})
    if done.errors:
        return _account_page(_open(username), form=form, done=done), status
    flash(in_words(told("Đã lưu tài khoản «{name}».", name=done.username)), "done")
    return redirect(f"/admin/accounts/{done.username}", 303)


@admin_pages.post("/accounts/<username>/disable")
@rule(Access.ADMINS)
def disable_account(username: str) -> Answer:
    """Shut an account."""
    return _act(username, administration.disable, told("Đã khóa tài khoản; mọi phiên kết thúc."))


@admin_pages.post("/accounts/<username>/enable")
@rule(Access.ADMINS)
def enable_account(username: str) -> Answer:
    """Open a shut account again."""
    return _act(username, administration.enable, told("Đã mở khóa tài khoản."))


@admin_pages.post("/accounts/<username>/second-factor")
@rule(Access.ADMINS)
def reset_factor(username: str) -> Answer:
    """Take the second factor from an account whose owner lost it."""
    done = told("Đã gỡ xác thực hai lớp; lần đăng nhập tới chỉ cần mật khẩu.")
    return _act(username, administration.reset_factor, done)


@admin_pages.post("/accounts/<username>/password")
@rule(Access.ADMINS)
def reset_password(username: str) -> str | Answer:
    """Make a password for one sign-in and show it once."""
    try:
        _require_seen(username)
        password = administration.reset_password(site().database, viewer(), username, site().now())
    except (ConflictError, NotAllowedError) as error:
        return _refused(username, error)
    return _account_page(_open(username), password=password)


def _act(username: str, act: Act, done: str) -> Answer:
    try:
        _require_seen(username)
        act(site().database, viewer(), username, site().now())
    except (ConflictError, InvalidValueError, NotAllowedError) as error:
        return _refused(username, error)
    flash(in_words(done), "done")
    return redirect(f"/admin/accounts/{username}", 303)


def _require_seen(username: str) -> None:
    """Refuse to act on an account that is another than was on the screen."""
    if _open(username).seen != sent_stamp():
        raise ConflictError(STALE)


def _refused(username: str, error: Exception) -> Answer:
    flash(in_words(str(error)), "refused")
    if isinstance(error, ConflictError):
        return _account_page(_open(username)), 409
    return redirect(f"/admin/accounts/{username}", 303)


def _open(username: str) -> AccountPage:
    return administration.open_account(site().database, viewer(), username, site().now())


def _account_page(
    page: AccountPage,
    *,
    form: AccountForm | None = None,
    done: Outcome | None = None,
    password: str = "",
    is_new: bool = False,
) -> str:
    """The page of an account; what was typed and refused stands in the form with what is new."""
    return render_template(
        "admin_account.html",
        page=page,
        form=form or form_of(page.line.account, page.seen),
        done=done or Outcome({}),
        password=password,
        is_new=is_new,
        **_choices(),
        **_token_words(),
    )


def _new_page(form: AccountForm, done: Outcome) -> str:
    return render_template("admin_account_new.html", form=form, done=done, **_choices())


def _choices() -> Mapping[str, Any]:
    """Roles and scopes that the administrator may give."""
    kind = viewer().scope.kind
    above = {ScopeKind.NATION: 0, ScopeKind.PROVINCES: 1, ScopeKind.COMMUNE: 2}[kind]
    return {
        "roles": tuple(Role),
        "scopes": (ScopeKind.NATION, ScopeKind.PROVINCES, ScopeKind.COMMUNE)[above:],
        "provinces": administration.provinces_to_give(site().database, viewer()),
    }


def _token_words() -> Mapping[str, Any]:
    return {"token_state": state_words, "token_layers": LAYERS, "now": site().now()}


def _sent() -> AccountForm:
    form = request.form
    return AccountForm(
        username=form.get("username", "").strip()[:_LONGEST_TEXT],
        display_name=form.get("display_name", "")[:_LONGEST_TEXT],
        role=form.get("role", ""),
        scope=form.get("scope", ""),
        provinces=tuple(form.getlist("province")),
        commune=form.get("commune", "").strip()[:_LONGEST_TEXT],
        seen=form.get("seen", ""),
    )
