"""Tokens of programs that read in an account's name: never more than the account itself may.

A token is a random text that is shown once; only its SHA-256 is kept. It has a role and a scope
of its own, at most its owner's, and stops with the owner: whoever loses a scope, a role or the
account loses the tokens that rest on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.orm import Session

from models import users
from models.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from models.scopes import scopes_inside, within
from models.tables import api_tokens
from models.tables import users as accounts
from models.viewers import Role, Scope, ScopeKind, Viewer

MOST_NAME = 80
"""Characters of what a token is for."""

GRANTS: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.ADMIN: frozenset(Role),
        Role.PLANNER: frozenset({Role.PLANNER, Role.ANALYST, Role.COMMUNE}),
        Role.ANALYST: frozenset({Role.ANALYST}),
        Role.COMMUNE: frozenset({Role.COMMUNE}),
    }
)
"""Which roles a token of an account may have: none that sees more than the account's."""


class TokenState(StrEnum):
    """Whether a token opens anything."""

    WORKING = "working"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to be kept; `layers` is empty where all are meant."""

    owner: str
    name: str
    short_id: str
    sha256: str = field(repr=False)
    role: Role
    scope: Scope
    layers: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as it may be listed."""

    short_id: str
    owner: str
    name: str
    role: Role
    scope: Scope
    layers: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime
    last_used_on: date | None
    revoked_at: datetime | None
    revoked_by: str | None
    owner_role: Role
    owner_scope: Scope
    owner_disabled: bool

    def state(self, at: datetime) -> TokenState:
        """What it is at a moment; asleep while its owner is disabled or has a lesser role."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        if self.expires_at <= at:
            return TokenState.EXPIRED
        fits = self.role in GRANTS[self.owner_role] and not self.owner_disabled
        return TokenState.WORKING if fits else TokenState.ASLEEP


def add_token(session: Session, viewer: Viewer, new: NewToken, *, at: datetime) -> None:
    """Keep a token for the viewer itself, or as the administrator of its owner.

    Raises
    ------
    NotFoundError
        If there is no such account.
    NotAllowedError
        If the viewer may not act for the owner, or the token would see more than the owner.
    ConflictError
        If the owner is disabled.
    InvalidValueError
        If the token has no name.
    """
    owner = _owner(session, viewer, new.owner)
    if owner.disabled:
        raise ConflictError(f"Tài khoản «{owner.username}» đang bị khóa. Hãy mở khóa trước.")
    if not new.name.strip():
        raise InvalidValueError("Hãy ghi mã truy cập dùng vào việc gì.")
    _require_no_more(session, viewer, owner, new)
    statement = insert(api_tokens).values(
        short_id=new.short_id,
        sha256=new.sha256,
        user_id=owner.id,
        name=new.name.strip()[:MOST_NAME],
        role=new.role,
        scope_kind=new.scope.kind,
        scope_codes=sorted(new.scope.codes),
        layers=sorted(new.layers),
        made_at=at,
        made_by=viewer.name,
        expires_at=new.expires_at,
    )
    session.execute(statement)


def _owner(session: Session, viewer: Viewer, username: str) -> users.Account:
    found = users.find_account(session, username)
    if found is None:
        raise NotFoundError(f"Không có tài khoản «{username}».")
    _require_over(session, viewer, found.username, found.scope)
    return found


def _require_over(session: Session, viewer: Viewer, username: str, scope: Scope) -> None:
    """Everybody is over the own account, administrators over those inside their scope."""
    if username == viewer.name:
        return
    viewer.require_admin()
    if not scopes_inside(session, viewer, [scope]):
        raise NotAllowedError(
            f"Phạm vi của tài khoản cần quản lý vượt quá phạm vi của «{viewer.name}»."
        )


def _require_no_more(session: Session, viewer: Viewer, owner: users.Account, new: NewToken) -> None:
    inside = within(session, viewer, owner.scope, [new.scope])
    if new.role in GRANTS[owner.role] and inside:
        return
    raise NotAllowedError(
        f"Mã truy cập không thể có vai trò hay phạm vi rộng hơn tài khoản «{owner.username}»."
    )


def list_tokens(session: Session, viewer: Viewer, owner: str | None = None) -> list[ApiToken]:
    """Tokens of one account, or of all inside an administrator's scope; the latest first.

    Raises
    ------
    NotAllowedError
        If the viewer is neither the owner nor an administrator over it.
    """
    if owner is None:
        viewer.require_admin()
        found = _read(session, _listed())
        inside = scopes_inside(session, viewer, {token.owner_scope for token in found})
        return [token for token in found if token.owner_scope in inside]
    account = _owner(session, viewer, owner)
    return _read(session, _listed().where(accounts.c.id == account.id))


def revoke_token(session: Session, viewer: Viewer, short_id: str, *, at: datetime) -> ApiToken:
    """Let a token open nothing any more; the token as it was.

    Raises
    ------
    NotFoundError
        If there is no such token for the viewer.
    """
    found = _read(session, _listed().where(api_tokens.c.short_id == short_id))
    inside = _may_end(session, viewer, found)
    if not inside:
        raise NotFoundError(f"Không có mã truy cập «{short_id[:20]}».")
    token = inside[0]
    if token.revoked_at is None:
        session.execute(
            update(api_tokens)
            .where(api_tokens.c.short_id == short_id)
            .values(revoked_at=at, revoked_by=viewer.name)
        )
    return token


def revoke_all(session: Session, viewer: Viewer, *, at: datetime) -> int:
    """Revoke every token of the site, as an administrator of the nation; how many were not yet."""
    viewer.require_admin()
    viewer.require_nation()
    c = api_tokens.c
    standing = update(api_tokens).where(c.revoked_at.is_(None))
    ended = standing.values(revoked_at=at, revoked_by=viewer.name).returning(c.id)
    return len(session.execute(ended).all())


def _may_end(session: Session, viewer: Viewer, found: Sequence[ApiToken]) -> list[ApiToken]:
    admin = viewer.role is Role.ADMIN
    inside = scopes_inside(session, viewer, {token.owner_scope for token in found} if admin else ())
    return [t for t in found if t.owner == viewer.name or t.owner_scope in inside]


def find_token(session: Session, viewer: Viewer, short_id: str) -> tuple[ApiToken, str] | None:
    """A token and the digest it must have; asked by the site before it knows who reads.

    Raises
    ------
    NotAllowedError
        If anybody else asks.
    """
    viewer.require_admin()
    row = session.execute(_listed().where(api_tokens.c.short_id == short_id)).first()
    return None if row is None else (_token(row), row.sha256)


def reaches_no_further(session: Session, viewer: Viewer, token: ApiToken) -> bool:
    """Whether the token's scope still lies inside its owner's."""
    return bool(within(session, viewer, token.owner_scope, [token.scope]))


def mark_used(session: Session, viewer: Viewer, short_id: str, on: date) -> bool:  # noqa: ARG001
    """Note the day of the last use; whether it is the first use of that day."""
    c = api_tokens.c
    earlier = c.last_used_on.is_(None) | (c.last_used_on < on)
    statement = update(api_tokens).where(c.short_id == short_id, earlier).values(last_used_on=on)
    return bool(session.execute(statement.returning(c.id)).first())


def _listed() -> Select[Any]:
    u = accounts.c
    return (
        select(
            api_tokens,
            u.username,
            u.role.label("owner_role"),
            u.scope_kind.label("owner_kind"),
            u.scope_codes.label("owner_codes"),
            u.disabled,
        )
        .join_from(api_tokens, accounts)
        .order_by(api_tokens.c.id.desc())
    )


def _read(session: Session, statement: Select[Any]) -> list[ApiToken]:
    return [_token(row) for row in session.execute(statement)]


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(
        short_id=row.short_id,
        owner=row.username,
        name=row.name,
        role=Role(row.role),
        scope=Scope(ScopeKind(row.scope_kind), frozenset(row.scope_codes)),
        layers=tuple(row.layers),
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        last_used_on=row.last_used_on,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        owner_role=Role(row.owner_role),
        owner_scope=Scope(ScopeKind(row.owner_kind), frozenset(row.owner_codes)),
        owner_disabled=row.disabled,
    )
