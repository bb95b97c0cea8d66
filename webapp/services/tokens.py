"""API tokens: made and shown once, listed, revoked, and what one opens when a program sends it.

A token is `diaban_`, eight letters by which it is found and listed, and 256 random bits. Only the
SHA-256 of the whole is kept: a text that cannot be guessed needs no slow hash.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from geo.typed_text import typed_text
from models import api_tokens, audit, users
from models.api_tokens import ApiToken, NewToken, TokenState
from models.errors import HeldUpError, InvalidValueError, NotFoundError, TokenRefusedError
from models.periods import today
from models.scopes import unknown_codes
from models.session import Database, Session, unit_of_work
from models.users import NewUser
from models.viewers import ANONYMOUS, SITE, Role, Scope, Viewer
from webapp.services import attempt_limits
from webapp.told import Told, told

PREFIX = "diaban_"
DEFAULT_DAYS = 90
MOST_DAYS = 365

LAYERS = (
    *("communes", "incidents", "hotspots", "clusters", "corridors", "border", "facilities"),
    *("progress", "reports"),
)
"""What a token may be cut to; which address belongs to which says `webapp.token_access`."""

_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_SHAPE = re.compile(rf"{PREFIX}([{_ID_LETTERS}]{{8}})_[0-9a-f]{{64}}")
_REFUSED_ONCE = timedelta(hours=1)

UNKNOWN = told(
    "Mã truy cập không đúng. Hãy kiểm tra đã chép đủ mã, hoặc tạo mã mới ở trang Tài khoản."
)
_ENDED = {
    TokenState.REVOKED: told("Mã truy cập đã bị thu hồi. Hãy tạo mã mới ở trang Tài khoản."),
    TokenState.EXPIRED: told("Mã truy cập đã hết hạn. Hãy tạo mã mới ở trang Tài khoản."),
    TokenState.ASLEEP: told(
        "Tài khoản của mã truy cập đã bị khóa hoặc không còn đủ quyền. Hãy hỏi quản trị."
    ),
}


@dataclass(frozen=True, slots=True)
class WantedToken:
    """A token that is asked for; without a scope it has its owner's."""

    name: str
    role: Role
    scope: Scope | None = None
    layers: tuple[str, ...] = ()
    days: int = DEFAULT_DAYS


@dataclass(frozen=True, slots=True)
class TokenAccount:
    """Who reads with a token, in the place of a signed-in account."""

    username: str
    display_name: str
    viewer: Viewer
    short_id: str
    layers: tuple[str, ...]

    def opens(self, layer: str) -> bool:
        """Whether the token may read a layer; an empty name is what is free to every token."""
        return not layer or not self.layers or layer in self.layers


def add_token(
    database: Database, viewer: Viewer, owner: str, wanted: WantedToken, at: datetime
) -> str:
    """Make a token for an account; the token, which is kept nowhere.

    Raises
    ------
    InvalidValueError
        If name, days or layers cannot be used.
    NotFoundError
        If there is no such account, or the scope names a unit that is not on the map.
    NotAllowedError
        If the viewer may not act for the owner, or the token would see more than the owner.
    """
    _require_usable(wanted)
    with unit_of_work(database, viewer) as session:
        return _add(session, viewer, owner, wanted, at)


def add_service_token(
    database: Database, viewer: Viewer, owner: str, wanted: WantedToken, at: datetime
) -> tuple[str, bool]:
    """Make a token, and a service account with its role and scope where there is no account.

    A service account has no password: nobody can sign in with it. Raises as `add_token` does.

    Returns
    -------
    tuple[str, bool]
        The token, and whether the account was made.
    """
    _require_usable(wanted)
    with unit_of_work(database, viewer) as session:
        made = users.find_account(session, owner) is None
        if made:
            scope = wanted.scope or Scope.nation()
            _require_known(session, viewer, scope)
            new = NewUser(owner, owner, "", wanted.role, scope)
            users.add_user(session, viewer, new, at=at)
            detail = {"role": wanted.role.value, "scope": audit.scope_text(scope), "service": True}
            audit.record(session, viewer, "user-add", users.folded(owner), detail, at=at)
        return _add(session, viewer, owner, wanted, at), made


def _require_usable(wanted: WantedToken) -> None:
    if not 1 <= wanted.days <= MOST_DAYS:
        raise InvalidValueError(told("Hạn dùng cần từ 1 đến {most} ngày.", most=MOST_DAYS))
    if unknown := sorted(set(wanted.layers) - set(LAYERS)):
        given = {"unknown": ", ".join(unknown)[:60], "known": ", ".join(LAYERS)}
        raise InvalidValueError(told("Không có lớp «{unknown}»; có: {known}.", **given))
    if not wanted.name.strip():
        raise InvalidValueError(told("Hãy ghi mã truy cập dùng vào việc gì."))


def _require_known(session: Session, viewer: Viewer, scope: Scope) -> None:
    if unknown := unknown_codes(session, viewer, scope):
        codes = ", ".join(unknown)[:60]
        raise NotFoundError(
            told(
                "Không có đơn vị mang mã {codes} trên bản đồ đang dùng; hãy kiểm tra mã.",
                codes=codes,
            )
        )


def _add(session: Session, viewer: Viewer, owner: str, wanted: WantedToken, at: datetime) -> str:
    account = users.find_account(session, owner)
    scope = wanted.scope or (account.scope if account else Scope.provinces())
    _require_known(session, viewer, scope)
    short_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(8))
    token = f"{PREFIX}{short_id}_{secrets.token_hex(32)}"
    new = NewToken(
        owner=owner,
        name=typed_text(wanted.name),
        short_id=short_id,
        sha256=_digest(token),
        role=wanted.role,
        scope=scope,
        layers=tuple(sorted(set(wanted.layers))),
        expires_at=at + timedelta(days=wanted.days),
    )
    api_tokens.add_token(session, viewer, new, at=at)
    detail = {
        "token": short_id,
        "role": new.role.value,
        "scope": audit.scope_text(scope),
        "layers": list(new.layers),
        "days": wanted.days,
    }
    audit.record(session, viewer, "token_add", users.folded(owner), detail, at=at)
    return token


def list_tokens(database: Database, viewer: Viewer, owner: str | None = None) -> list[ApiToken]:
    """Tokens of one account, or all that an administrator is over."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return api_tokens.list_tokens(session, viewer, owner)


def revoke_token(database: Database, viewer: Viewer, short_id: str, at: datetime) -> ApiToken:
    """Let a token open nothing any more; revoking it twice changes nothing."""
    with unit_of_work(database, viewer) as session:
        token = api_tokens.revoke_token(session, viewer, short_id, at=at)
        if token.revoked_at is None:
            told_of = {"token": short_id}
            audit.record(session, viewer, "token_revoke", token.owner, told_of, at=at)
        return token


def read_with(database: Database, text: str, address: str, at: datetime) -> TokenAccount:
    """Who reads with a token.

    The first use of a day is kept and audited; why a token opens nothing is told only to
    somebody who has it whole.

    Raises
    ------
    TokenRefusedError
        If the token is wrong, expired, revoked, or its owner may no longer do what it may.
    """
    found = _SHAPE.fullmatch(text)
    known = _find(database, found[1]) if found else None
    if known is None or not hmac.compare_digest(known[1], _digest(text)):
        _count_wrong(database, address, at)
        raise TokenRefusedError(UNKNOWN)
    token = known[0]
    if ended := _ended(database, token, at):
        _audit_refused(database, address, token.owner, at)
        raise TokenRefusedError(ended)
    viewer = Viewer(token.owner, token.role, token.scope, address)
    _note_use(database, viewer, token, at)
    return TokenAccount(token.owner, token.name, viewer, token.short_id, token.layers)


def _find(database: Database, short_id: str) -> tuple[ApiToken, str] | None:
    with unit_of_work(database, SITE, read_only=True) as session:
        return api_tokens.find_token(session, SITE, short_id)


def _ended(database: Database, token: ApiToken, at: datetime) -> Told | None:
    state = token.state(at)
    if state is not TokenState.WORKING:
        return _ENDED[state]
    if token.owner_scope.contains(token.scope):
        return None
    with unit_of_work(database, SITE, read_only=True) as session:
        fits = api_tokens.reaches_no_further(session, SITE, token)
    return None if fits else _ENDED[TokenState.ASLEEP]


def _note_use(database: Database, viewer: Viewer, token: ApiToken, at: datetime) -> None:
    day = today(at)
    if token.last_used_on is not None and token.last_used_on >= day:
        return
    with unit_of_work(database, viewer) as session:
        if api_tokens.mark_used(session, viewer, token.short_id, day):
            told_of = {"token": token.short_id}
            audit.record(session, viewer, "token_used", token.owner, told_of, at=at)


def _count_wrong(database: Database, address: str, at: datetime) -> None:
    """Count a wrong token of an address; a right one is let in whatever others there send."""
    line = attempt_limits.line_of(address)
    tried = attempt_limits.try_once(database, "token", line, attempt_limits.TOKEN, at)
    if tried.refused_until is not None:
        wait_s = max(1, ceil((tried.refused_until - at).total_seconds()))
        raise HeldUpError(told("Quá nhiều mã truy cập sai. Hãy chờ {n} giây.", n=wait_s), wait_s)
    _audit_refused(database, address, "", at)


def _audit_refused(database: Database, address: str, owner: str, at: datetime) -> None:
    """Write down that a token was refused: once an hour for each address."""
    asker, since = replace(ANONYMOUS, address=address), at - _REFUSED_ONCE
    with unit_of_work(database, asker, read_only=True) as session:
        if audit.done_since(session, asker, "token_refused", audit.ACCOUNT, since):
            return
    with unit_of_work(database, asker) as session:
        audit.record(session, asker, "token_refused", owner, {}, at=at)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
