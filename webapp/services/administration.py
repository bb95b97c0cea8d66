"""One account on the pages of administrators, and what is changed of it.

An administrator sees and changes accounts inside the own scope only; every act is audited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.alphabet import vietnamese_key
from geo.text import strip_kind
from models import account_changes, api_tokens, audit, scopes, users
from models.account_changes import account_stamp
from models.api_tokens import ApiToken
from models.errors import ConflictError, InvalidValueError
from models.session import Database, Session, unit_of_work
from models.users import Account, NewUser
from models.viewers import Scope, Viewer
from webapp.services import accounts, second_factor
from webapp.services.account_form import AccountForm, read_form
from webapp.services.account_list import AccountLine, account_lines
from webapp.services.accounts import ONE_TIME_FOR
from webapp.services.passwords import hash_password, new_one_time_password
from webapp.told import told


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One account; `seen` is what a change must name, `is_own` the viewer's own account."""

    line: AccountLine
    tokens: Sequence[ApiToken]
    seen: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: by field what is wrong, or the password to be handed over."""

    errors: Mapping[str, str]
    username: str = ""
    password: str = ""


def open_account(database: Database, viewer: Viewer, username: str, at: datetime) -> AccountPage:
    """One account with its tokens.

    Raises
    ------
    NotFoundError
        If there is none of this name inside the viewer's scope.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        account = account_changes.account_inside(session, viewer, username)
        [line] = account_lines(session, viewer, [account], at)
        tokens = api_tokens.list_tokens(session, viewer, account.username)
    return AccountPage(line, tokens, account_stamp(account), account.username == viewer.name)


def add(database: Database, viewer: Viewer, form: AccountForm, at: datetime) -> Outcome:
    """Make an account; its password is shown once and must be changed at the first sign-in."""
    read = read_form(database, viewer, form)
    if read.errors:
        return Outcome(read.errors)
    password = new_one_time_password()
    new = NewUser(form.username, read.display_name, hash_password(password), read.role, read.scope)
    name = users.folded(form.username)
    try:
        with unit_of_work(database, viewer) as session:
            _require_known(session, viewer, new.scope)
            users.add_user(session, viewer, new, at=at)
            until = at + ONE_TIME_FOR
            users.set_password_hash(session, viewer, name, new.password_hash, one_time_until=until)
            detail = {"role": new.role.value, "scope": audit.scope_text(new.scope)}
            audit.record(session, viewer, "user-add", name, detail, at=at)
    except (InvalidValueError, ConflictError) as error:
        return Outcome({"username": str(error)})
    return Outcome({}, name, password)


def change(
    database: Database, viewer: Viewer, username: str, form: AccountForm, at: datetime
) -> Outcome:
    """Give an account another name, role or scope.

    Raises
    ------
    ConflictError
        If it was changed meanwhile, or nobody would be left to administer the nation.
    NotFoundError, NotAllowedError
        As `models.account_changes.change_account` tells.
    """
    read = read_form(database, viewer, form)
    if read.errors:
        return Outcome(read.errors)
    with unit_of_work(database, viewer) as session:
        _require_known(session, viewer, read.scope)
        before, after = account_changes.change_account(
            session,
            viewer,
            username,
            display_name=read.display_name,
            role=read.role,
            scope=read.scope,
            seen=form.seen,
        )
        if (before.role, before.scope) != (after.role, after.scope):
            users.end_sign_ins(session, viewer, after.username)  # other rights, a new sign-in
        if differs := _differences(before, after):
            audit.record(session, viewer, "user_change", after.username, differs, at=at)
    return Outcome({}, after.username)


def _differences(before: Account, after: Account) -> dict[str, object]:
    """What changed, before and after; a name may hold a person's, so only that it changed."""
    told_of: dict[str, object] = {}
    if before.role is not after.role:
        told_of["role"] = {"before": before.role.value, "after": after.role.value}
    if before.scope != after.scope:
        texts = [audit.scope_text(each.scope) for each in (before, after)]
        told_of["scope"] = {"before": texts[0], "after": texts[1]}
    if before.display_name != after.display_name:
        told_of["display_name"] = "changed"
    return told_of


def disable(database: Database, viewer: Viewer, username: str, _at: datetime) -> None:
    """Shut an account: its sign-ins end, its tokens sleep.

    Raises
    ------
    ConflictError
        If nobody would be left to administer the nation.
    NotFoundError
        If there is none of this name inside the viewer's scope.
    """
    _inside(database, viewer, username)
    accounts.disable_account(database, viewer, username)


def enable(database: Database, viewer: Viewer, username: str, at: datetime) -> None:
    """Open a shut account again."""
    _inside(database, viewer, username)
    accounts.enable_account(database, viewer, username, at)


def reset_password(database: Database, viewer: Viewer, username: str, at: datetime) -> str:
    """Give an account a password for one sign-in; it is shown once.

    Raises
    ------
    ConflictError
        If only tokens open the account.
    """
    _require_person(database, viewer, username)
    return accounts.reset_password(database, viewer, username, at)


def reset_factor(database: Database, viewer: Viewer, username: str, at: datetime) -> None:
    """Take the second factor from an account, whose owner lost it."""
    _require_person(database, viewer, username)
    second_factor.reset(database, viewer, username, at)


def _require_person(database: Database, viewer: Viewer, username: str) -> None:
    account = _inside(database, viewer, username)
    with unit_of_work(database, viewer, read_only=True) as session:
        service = account.username in account_changes.service_accounts(session, viewer)
    if service:
        raise ConflictError(
            told(
                "«{name}» là tài khoản dịch vụ: chỉ mã truy cập mở được, không có mật khẩu.",
                name=account.username,
            )
        )


def _inside(database: Database, viewer: Viewer, username: str) -> Account:
    with unit_of_work(database, viewer, read_only=True) as session:
        return account_changes.account_inside(session, viewer, username)


def _require_known(session: Session, viewer: Viewer, scope: Scope) -> None:
    if unknown := scopes.unknown_codes(session, viewer, scope):
        raise InvalidValueError(
            told("Không có đơn vị mang mã {codes}.", codes=", ".join(unknown)[:60])
        )


def provinces_to_give(database: Database, viewer: Viewer) -> Mapping[str, str]:
    """Provinces that the viewer may put into a scope: name by code."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = scopes.provinces_by_name(session, viewer)
        inside = scopes.scopes_inside(session, viewer, {Scope.provinces(code) for code in found})
    ordered = sorted(found.items(), key=lambda item: vietnamese_key(strip_kind(item[1])[1]))
    return {code: name for code, name in ordered if Scope.provinces(code) in inside}
