"""What an administrator changes of accounts; one administrator of the nation always stays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import users
from models.columns import json_text
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.scopes import scopes_inside
from models.tables import audit_events, audit_persons, second_factors
from models.tables import users as accounts
from models.users import Account
from models.viewers import Role, Scope, ScopeKind, Viewer


def account_stamp(account: Account) -> str:
    """What an account was when somebody saw it: a change by others alters it."""
    told = [account.role, account.scope.kind, sorted(account.scope.codes)]
    text = json_text([*told, account.display_name, account.disabled])
    return sha256(text.encode()).hexdigest()[:16]


def accounts_inside(session: Session, viewer: Viewer) -> list[Account]:
    """The accounts that an administrator is over, by username.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    found = users.list_users(session, viewer)
    inside = scopes_inside(session, viewer, {account.scope for account in found})
    return [account for account in found if account.scope in inside]


def account_inside(session: Session, viewer: Viewer, username: str) -> Account:
    """One account that an administrator is over.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    NotFoundError
        If there is none of this name inside the viewer's scope.
    """
    viewer.require_admin()
    found = users.find_account(session, username)
    if found is None or not scopes_inside(session, viewer, [found.scope]):
        raise NotFoundError(f"Không có tài khoản «{username[:64]}».")
    return found


def change_account(
    session: Session,
    viewer: Viewer,
    username: str,
    *,
    display_name: str,
    role: Role,
    scope: Scope,
    seen: str,
) -> tuple[Account, Account]:
    """Give an account another name, role or scope; the account before and after.

    `seen` is the `account_stamp` of what the administrator had on the screen.

    Raises
    ------
    NotFoundError
        If the account is not inside the viewer's scope.
    NotAllowedError
        If the new scope reaches beyond the viewer's, or it is the viewer's own role or scope.
    ConflictError
        If it was changed meanwhile, or no administrator of the nation would be left.
    """
    hold_administrators(session, viewer)
    before = account_inside(session, viewer, username)
    if account_stamp(before) != seen:
        raise ConflictError(
            f"Tài khoản «{before.username}» đã được người khác sửa trong lúc đồng chí đang xem. "
            "Hãy mở lại trang, xem nội dung mới rồi sửa tiếp."
        )
    if before.username == viewer.name and (role, scope) != (before.role, before.scope):
        raise NotAllowedError("Không thể đổi vai trò, phạm vi của chính tài khoản đang dùng.")
    if not scopes_inside(session, viewer, [scope]):
        raise NotAllowedError(f"Phạm vi mới vượt quá phạm vi của «{viewer.name}».")
    if not _keeps_the_site(role, scope):
        require_another_admin(session, viewer, before.username)
    values = {"role": role, "scope_kind": scope.kind, "scope_codes": sorted(scope.codes)}
    values["display_name"] = display_name.strip() or before.username
    session.execute(update(accounts).where(accounts.c.username == before.username).values(values))
    return before, account_inside(session, viewer, before.username)


def hold_administrators(session: Session, viewer: Viewer) -> None:
    """Let no other transaction change an administrator until this one ends.

    Two administrators who shut each other out at once would else leave none.
    """
    viewer.require_admin()
    statement = select(accounts.c.id).where(accounts.c.role == Role.ADMIN).with_for_update()
    session.execute(statement.order_by(accounts.c.id)).all()


def require_another_admin(session: Session, viewer: Viewer, username: str) -> None:
    """Refuse what would leave nobody who may administer the whole site.

    Raises
    ------
    ConflictError
        If the account is the only open one that administers the nation and has a password.
    """
    left = [a for a in _administrators(session, viewer) if a != username]
    if not left and username in _administrators(session, viewer):
        raise ConflictError(
            f"«{username}» là quản trị toàn quốc duy nhất còn dùng được. "
            "Hãy thêm một quản trị toàn quốc khác trước."
        )


def _administrators(session: Session, viewer: Viewer) -> list[str]:
    viewer.require_admin()
    c = accounts.c
    statement = select(c.username).where(
        c.role == Role.ADMIN,
        c.scope_kind == ScopeKind.NATION,
        c.disabled.is_(False),
        c.password_hash != "",
    )
    return list(session.scalars(statement))


def _keeps_the_site(role: Role, scope: Scope) -> bool:
    return role is Role.ADMIN and scope.kind is ScopeKind.NATION


def service_accounts(session: Session, viewer: Viewer) -> frozenset[str]:
    """Names of the accounts that nobody signs in with: only tokens open them."""
    viewer.require_admin()
    c = accounts.c
    return frozenset(session.scalars(select(c.username).where(c.password_hash == "")))


def last_sign_ins(
    session: Session, viewer: Viewer, usernames: Collection[str]
) -> dict[str, datetime]:
    """When each of some accounts last signed in, as far back as the trail names persons.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    e, p = audit_events.c, audit_persons.c
    statement = (
        select(p.actor, func.max(e.at))
        .join_from(audit_events, audit_persons, p.event_id == e.id)
        .where(e.action == "sign_in", p.actor.in_(sorted(usernames)))
        .group_by(p.actor)
    )
    return dict(session.execute(statement).all())


def with_second_factor(session: Session, viewer: Viewer) -> frozenset[str]:
    """Names of the accounts that sign in with a second factor.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    confirmed = second_factors.c.confirmed_at.is_not(None)
    statement = select(accounts.c.username).join_from(accounts, second_factors).where(confirmed)
    return frozenset(session.scalars(statement))
