"""Accounts. Passwords arrive hashed; nothing here can check one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from models import sign_ins
from models.disclosure import provinces_of
from models.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from models.tables import users
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Role, Scope, ScopeKind, Viewer

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_RESERVED = (LOCAL_OPERATOR.name, ANONYMOUS.name)


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made."""

    username: str
    display_name: str
    password_hash: str
    role: Role
    scope: Scope


@dataclass(frozen=True, slots=True)
class Account:
    """An account as others see it."""

    id: int
    username: str
    display_name: str
    role: Role
    scope: Scope
    disabled: bool
    created_at: datetime

    @property
    def viewer(self) -> Viewer:
        """Who asks, once signed in."""
        return Viewer(self.username, self.role, self.scope)


@dataclass(frozen=True, slots=True)
class SignInAccount(Account):
    """An account as the sign-in sees it; a disabled one may not sign in.

    `one_time_until` is set while an administrator's password waits to be changed.
    """

    password_hash: str = field(repr=False)
    one_time_until: datetime | None = None


def folded(username: str) -> str:
    """The one form under which a username is kept and looked up.

    >>> folded("  KếHoạch.SƠNLA ") == folded("kếhoạch.sơnla")
    True
    """
    return unicodedata.normalize("NFC", username).strip().casefold()


def add_user(session: Session, viewer: Viewer, new: NewUser, *, at: datetime | None = None) -> int:
    """Make an account; its id.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator or the scope reaches beyond the viewer's.
    InvalidValueError
        If the username or the scope cannot be used.
    ConflictError
        If the username is taken.
    """
    _require_over(session, viewer, new.scope)
    username = _checked(new)
    if _row(session, username) is not None:
        raise ConflictError(f"Tên đăng nhập «{username}» đã có. Hãy chọn tên khác.")
    statement = insert(users).values(
        username=username,
        display_name=new.display_name.strip() or username,
        password_hash=new.password_hash,
        role=new.role,
        scope_kind=new.scope.kind,
        scope_codes=sorted(new.scope.codes),
        disabled=False,
        created_at=at or datetime.now(UTC),
    )
    return int(session.execute(statement.returning(users.c.id)).scalar_one())


def find_account(session: Session, username: str) -> SignInAccount | None:
    """The account for signing in: the one read that nobody has signed in for yet."""
    row = _row(session, folded(username))
    if row is None:
        return None
    secret = {"password_hash": row.password_hash, "one_time_until": row.one_time_until}
    return SignInAccount(**_shown(row), **secret)


def has_admin(session: Session, viewer: Viewer) -> bool:
    """Whether anybody can sign in to administer the site, so that it need not be set up first.

    A service account has no password: nobody signs in with it.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator; the site itself is one.
    """
    viewer.require_admin()
    c = users.c
    open_admin = select(c.id).where(
        c.role == Role.ADMIN, c.disabled.is_(False), c.password_hash != ""
    )
    return session.execute(open_admin.limit(1)).first() is not None


def list_users(session: Session, viewer: Viewer) -> list[Account]:
    """Every account by username.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    return [
        Account(**_shown(row)) for row in session.execute(select(users).order_by(users.c.username))
    ]


def disable_user(session: Session, viewer: Viewer, username: str) -> None:
    """Shut an account and end its sign-ins; what it did stays on record.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator over the account, or it is the viewer's own.
    NotFoundError
        If there is no such account.
    """
    if folded(username) == viewer.name:
        raise NotAllowedError("Không thể khóa chính tài khoản đang dùng.")
    sign_ins.end_all(session, viewer, _set(session, viewer, username, disabled=True))


def enable_user(session: Session, viewer: Viewer, username: str) -> None:
    """Open a shut account again; raises as `disable_user` does."""
    _set(session, viewer, username, disabled=False)


def set_password_hash(
    session: Session,
    viewer: Viewer,
    username: str,
    password_hash: str,
    *,
    one_time_until: datetime | None = None,
) -> None:
    """Give an account another password, one's own or as its administrator; its sign-ins end.

    Parameters
    ----------
    one_time_until
        Until when the password may be used, once, to choose another; None for one that stays.
    """
    own = folded(username) == viewer.name
    values = {"password_hash": password_hash, "one_time_until": one_time_until}
    sign_ins.end_all(session, viewer, _set(session, viewer, username, own=own, **values))


def end_sign_ins(session: Session, viewer: Viewer, username: str) -> int:
    """End every sign-in of an account, one's own or as its administrator; the account's id.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator over the account and it is not the viewer's own.
    NotFoundError
        If there is no such account.
    """
    name = folded(username)
    row = _row(session, name)
    if name != viewer.name:
        _require_over(session, viewer, Scope.provinces() if row is None else _scope(row))
    if row is None:
        raise NotFoundError(f"Không có tài khoản «{username}».")
    sign_ins.end_all(session, viewer, row.id)
    return int(row.id)


def renew_hash(session: Session, viewer: Viewer, password_hash: str) -> None:
    """Keep the viewer's same password under today's parameters; sign-ins go on."""
    _set(session, viewer, viewer.name, own=True, password_hash=password_hash)


def _set(
    session: Session, viewer: Viewer, username: str, *, own: bool = False, **values: Any
) -> int:
    row = _row(session, folded(username))
    if not own:
        _require_over(session, viewer, Scope.provinces() if row is None else _scope(row))
    if row is None:
        raise NotFoundError(f"Không có tài khoản «{username}».")
    session.execute(update(users).where(users.c.id == row.id).values(**values))
    return int(row.id)


def _require_over(session: Session, viewer: Viewer, scope: Scope) -> None:
    """Administrators act on accounts whose scope lies inside their own."""
    viewer.require_admin()
    if viewer.scope.contains(scope):
        return
    if scope.kind is ScopeKind.COMMUNE:
        provinces = provinces_of(session, scope.codes)
        if all(viewer.scope.covers(provinces.get(code), code) for code in scope.codes):
            return
    raise NotAllowedError(
        f"Phạm vi của tài khoản cần quản lý vượt quá phạm vi của «{viewer.name}»."
    )


def _checked(new: NewUser) -> str:
    username = folded(new.username)
    if username in _RESERVED or not _USERNAME.fullmatch(username):
        raise InvalidValueError(
            f"Tên đăng nhập «{new.username}» không dùng được: cần 2 đến 64 chữ cái không dấu, "
            "chữ số, dấu chấm, gạch nối hoặc gạch dưới."
        )
    needed = {ScopeKind.NATION: new.scope.codes == frozenset(), ScopeKind.COMMUNE: True}
    if not needed.get(new.scope.kind, bool(new.scope.codes)):
        raise InvalidValueError(f"Phạm vi của «{username}» thiếu mã tỉnh hoặc mã xã.")
    return username


def _row(session: Session, username: str) -> Row[Any] | None:
    return session.execute(select(users).where(users.c.username == username)).first()


def _scope(row: Row[Any]) -> Scope:
    return Scope(ScopeKind(row.scope_kind), frozenset(row.scope_codes))


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "username": row.username,
        "display_name": row.display_name,
        "role": Role(row.role),
        "scope": _scope(row),
        "disabled": row.disabled,
        "created_at": row.created_at,
    }
