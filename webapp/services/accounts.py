"""Accounts and the audit trail, as the command line and the admin page use them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import audit, communes, second_factors, sign_ins, users
from models.account_changes import hold_administrators, require_another_admin
from models.audit import AuditEvent
from models.errors import InvalidValueError, NotFoundError
from models.second_factors import SecondFactor
from models.session import Database, unit_of_work
from models.sign_ins import RunningSignIn
from models.users import Account, NewUser
from models.viewers import Role, Scope, ScopeKind, Viewer
from webapp.services.passwords import (
    hash_password,
    new_one_time_password,
    password_matches,
    require_usable,
)
from webapp.told import told

ONE_TIME_FOR = timedelta(days=7)
"""How long a password that an administrator gives out may be used, once."""


def add_account(
    database: Database,
    viewer: Viewer,
    *,
    username: str,
    display_name: str,
    password: str,
    role: Role,
    scope: Scope,
    at: datetime,
    hash_password: Callable[[str], str],
) -> None:
    """Add an account; the password is kept as a hash only.

    Raises
    ------
    InvalidValueError
        If the password is too short or easily guessed.
    ConflictError
        If the name is taken.
    NotFoundError
        If the scope names a unit that the map in force does not have.
    NotAllowedError
        If the viewer is no admin.
    """
    require_usable(password, (username, display_name))
    _require_known_area(database, viewer, scope)
    new = NewUser(username, display_name, hash_password(password), role, scope)
    with unit_of_work(database, viewer) as session:
        users.add_user(session, viewer, new, at=at)
        audit.record(session, viewer, "user-add", username, {"role": role.value})


def _require_known_area(database: Database, viewer: Viewer, scope: Scope) -> None:
    """Refuse a scope that no unit of the map in force bears."""
    if scope.kind is ScopeKind.NATION:
        return
    with unit_of_work(database, viewer, read_only=True) as session:
        if scope.kind is ScopeKind.PROVINCES:
            known = {p.code for p in communes.provinces(session, viewer)}
        else:
            version = communes.current_version(session, viewer)
            known = {u.code for u in communes.commune_units(session, viewer, version.id)}
    if unknown := sorted(scope.codes - known):
        raise NotFoundError(
            f"Không có đơn vị mang mã {', '.join(unknown)} trên bản đồ đang dùng; hãy kiểm tra mã."
        )


def list_accounts(database: Database, viewer: Viewer) -> Sequence[Account]:
    """Every account, by name."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return users.list_users(session, viewer)


def disable_account(database: Database, viewer: Viewer, username: str) -> None:
    """Disable an account, ending its sign-ins; what it did stays in the trail.

    Raises
    ------
    ConflictError
        If nobody would be left who administers the whole site.
    """
    with unit_of_work(database, viewer) as session:
        hold_administrators(session, viewer)
        require_another_admin(session, viewer, users.folded(username))
        users.disable_user(session, viewer, username)
        audit.record(session, viewer, "user-disable", users.folded(username), {})


def enable_account(database: Database, viewer: Viewer, username: str, at: datetime) -> None:
    """Open a shut account again."""
    with unit_of_work(database, viewer) as session:
        users.enable_user(session, viewer, username)
        audit.record(session, viewer, "user-enable", users.folded(username), {}, at=at)


def set_password(
    database: Database, viewer: Viewer, username: str, password: str, at: datetime
) -> None:
    """Give an account a password that stays, its own or as its administrator; sign-ins end.

    Raises
    ------
    InvalidValueError
        If the password is too short, easily guessed or the one there was.
    NotFoundError
        If there is no such account.
    """
    account = _account(database, viewer, username)
    require_usable(password, (account.username, account.display_name))
    if password_matches(password, account.password_hash):
        raise InvalidValueError(told("Mật khẩu mới trùng mật khẩu cũ. Hãy chọn mật khẩu khác."))
    made = hash_password(password)
    with unit_of_work(database, viewer) as session:
        users.set_password_hash(session, viewer, account.username, made)
        audit.record(session, viewer, "password_change", account.username, at=at)


def reset_password(database: Database, viewer: Viewer, username: str, at: datetime) -> str:
    """Give an account a password for one sign-in, after which it chooses its own.

    The password is shown once; the account's sign-ins end.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator over the account.
    NotFoundError
        If there is no such account.
    """
    password = new_one_time_password()
    made, until = hash_password(password), at + ONE_TIME_FOR
    name = users.folded(username)
    with unit_of_work(database, viewer) as session:
        users.set_password_hash(session, viewer, name, made, one_time_until=until)
        audit.record(session, viewer, "password_reset", name, at=at)
    return password


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account with what guards it and where it is signed in."""

    account: users.SignInAccount
    factor: SecondFactor | None
    sign_ins: Sequence[RunningSignIn]


def account_state(database: Database, viewer: Viewer, username: str, at: datetime) -> AccountState:
    """What an administrator sees of an account.

    Raises
    ------
    NotFoundError
        If there is no such account.
    NotAllowedError
        If it is another's and the viewer no administrator.
    """
    account = _account(database, viewer, username)
    with unit_of_work(database, viewer, read_only=True) as session:
        factor = second_factors.find(session, viewer, account.id)
        running = sign_ins.list_of(session, viewer, account.id, at)
    return AccountState(account, factor, running)


def _account(database: Database, viewer: Viewer, username: str) -> users.SignInAccount:
    with unit_of_work(database, viewer, read_only=True) as session:
        account = users.find_account(session, username)
    if account is None:
        raise NotFoundError(f"Không có tài khoản «{username}».")
    return account


def audit_events(database: Database, viewer: Viewer, *, limit: int) -> Sequence[AuditEvent]:
    """The latest events, newest first."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return audit.list_events(session, viewer, limit=limit)
