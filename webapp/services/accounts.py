"""Accounts and the audit trail, as the command line and the admin page use them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from models import audit, communes, users
from models.audit import AuditEvent
from models.errors import ConflictError, NotFoundError
from models.session import Database, unit_of_work
from models.users import Account, NewUser
from models.viewers import Role, Scope, ScopeKind, Viewer

PASSWORD_MIN_LENGTH = 12


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
    ConflictError
        If the password is too short or the name is taken.
    NotFoundError
        If the scope names a unit that the map in force does not have.
    NotAllowedError
        If the viewer is no admin.
    """
    if len(password) < PASSWORD_MIN_LENGTH:
        raise ConflictError(f"Mật khẩu cần ít nhất {PASSWORD_MIN_LENGTH} ký tự.")
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
    """Disable an account; what it did stays in the trail."""
    with unit_of_work(database, viewer) as session:
        users.disable_user(session, viewer, username)
        audit.record(session, viewer, "user-disable", username, {})


def audit_events(database: Database, viewer: Viewer, *, limit: int) -> Sequence[AuditEvent]:
    """The latest events, newest first."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return audit.list_events(session, viewer, limit=limit)
