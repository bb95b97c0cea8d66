"""The audit trail: who did what, when. Triggers and a chain keep it from being rewritten."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, or_, select
from sqlalchemy.orm import Session

from models.audit_chain import link_at_commit
from models.audit_changes import (
    Change,
    change_since_analysis,
    changed_since_analysis,
    last_id,
)
from models.audit_hashes import Person, commitment, text_digest
from models.disclosure import provinces_of
from models.tables import audit_events, audit_persons
from models.viewers import Role, Scope, ScopeKind, Viewer

__all__ = [
    "AuditEvent",
    "Change",
    "change_since_analysis",
    "changed_since_analysis",
    "done_since",
    "last_id",
    "list_events",
    "read_scope",
    "record",
    "recordings",
    "scope_text",
]

_RECORDINGS: ContextVar[int] = ContextVar("recordings", default=0)

ABOUT_ACCOUNTS = ("sign_in", "sign_out", "user", "password", "second_factor", "token", "locked")
"""How the codes of actions begin whose object is an account."""

FREE_TEXT = frozenset({"reason", "note", "name", "title", "text", "words", "q"})
"""Keys of a detail under which people's own words stand."""

_DOCUMENT = re.compile(r"(?=.*\d)\S{0,60}")
"""Number of a decision as 1234/QĐ-UBND: in one word."""

ACCOUNT = "account"
"""The object of an event about an account whose name is in the personal part."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that was done.

    Once `erased`, who did it and from where is gone (`actor` and `address` are empty), and so is
    `object` where that was an account.
    """

    id: int
    at: datetime
    actor: str
    role: Role
    action: str
    object: str
    detail: dict[str, Any]
    address: str = ""
    erased: bool = False
    scope: str = ""


def record(
    session: Session,
    viewer: Viewer,
    action: str,
    object: str,
    detail: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Write down what a viewer did; every viewer may. It joins the chain with the commit.

    Parameters
    ----------
    action
        A short code such as `sign_in` or `import`. Those that begin with a word of
        `ABOUT_ACCOUNTS` have an account as their object.
    object
        What it was done to. An account's name is kept in the part that is erased in time.
    detail
        Codes, numbers, days; no name of a person. What people type freely, which may hold one,
        stands under a key of `FREE_TEXT`: only that it was given and its salted digest are kept.
    """
    account = object if action.startswith(ABOUT_ACCOUNTS) else None
    person = Person(viewer.name, viewer.address, account, secrets.token_hex(16))
    statement = insert(audit_events).values(
        at=at or datetime.now(UTC),
        role=viewer.role,
        scope=scope_text(viewer.scope),
        action=action,
        object=object if account is None else ACCOUNT,
        detail=_without_free_text(dict(detail or {}), person.salt),
        commitment=commitment(person),
    )
    event_id = int(session.execute(statement.returning(audit_events.c.id)).scalar_one())
    session.execute(insert(audit_persons).values(event_id=event_id, **person._asdict()))
    link_at_commit(session, event_id)
    _RECORDINGS.set(_RECORDINGS.get() + 1)


def recordings() -> int:
    """How many events this thread has written so far: whether an act left one."""
    return _RECORDINGS.get()


def scope_text(scope: Scope) -> str:
    """A scope in the trail.

    >>> scope_text(Scope.provinces("52", "51"))
    'provinces:51,52'
    """
    return ":".join(filter(None, (scope.kind.value, ",".join(sorted(scope.codes)))))


def _without_free_text(told: Any, salt: str) -> Any:
    if isinstance(told, Mapping):
        return {
            key: {"sha256": text_digest(salt, value)}
            if isinstance(value, str) and _is_free(key, value)
            else _without_free_text(value, salt)
            for key, value in told.items()
        }
    if isinstance(told, list | tuple):
        return [_without_free_text(value, salt) for value in told]
    return told


def _is_free(key: str, value: str) -> bool:
    """Whether somebody's own words stand there; the number of a document is none."""
    if key == "decision":
        return _DOCUMENT.fullmatch(value) is None
    return key in FREE_TEXT and bool(value)


def list_events(
    session: Session,
    viewer: Viewer,
    limit: int | None = 200,
    *,
    before_id: int | None = None,
    actor: str | None = None,
    action: str | None = None,
    object: str | None = None,
    address: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[AuditEvent]:
    """What was done inside the viewer's scope, the latest first.

    `before_id` gives the next page; `object` is one as `import:12`, an account, or a kind as
    `import`; `since` is a moment to begin with, `until` one to end before.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    c, persons = audit_events.c, audit_persons.c
    given = {persons.actor: actor, c.action: action, persons.address: address}
    wanted = [column == value for column, value in given.items() if value is not None]
    if before_id is not None:
        wanted.append(c.id < before_id)
    wanted += [*_of_object(object), *_between(since, until), *_of_scope(session, viewer)]
    statement = (
        select(audit_events, persons.actor, persons.address, persons.account)
        .select_from(audit_events.outerjoin(audit_persons, persons.event_id == c.id))
        .where(*wanted)
        .order_by(c.id.desc())
        .limit(limit)
    )
    return [_event(row) for row in session.execute(statement)]


def _event(row: Row[Any]) -> AuditEvent:
    erased = row.actor is None
    about = row.account or ("" if erased and row.object == ACCOUNT else row.object)
    return AuditEvent(
        *(row.id, row.at, row.actor or "", Role(row.role), row.action, about, row.detail),
        address=row.address or "",
        erased=erased,
        scope=row.scope,
    )


def _of_object(object: str | None) -> list[ColumnElement[bool]]:
    if object is None:
        return []
    c = audit_events.c.object
    of_kind = c.startswith(f"{object}:", autoescape=True)
    return [or_(c == object, of_kind, audit_persons.c.account == object)]


def _between(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    at = audit_events.c.at
    first = [] if since is None else [at >= since]
    return first if until is None else [*first, at < until]


def _of_scope(session: Session, viewer: Viewer) -> list[ColumnElement[bool]]:
    """Administrators of a part of the country read what was done with a scope inside theirs."""
    if viewer.scope.kind is ScopeKind.NATION:
        return []
    c = audit_events.c.scope
    there = {text: read_scope(text) for text in session.scalars(select(c).distinct()) if text}
    communes = {code for s in there.values() if s.kind is ScopeKind.COMMUNE for code in s.codes}
    provinces = provinces_of(session, communes)

    def inside(scope: Scope) -> bool:
        if scope.kind is ScopeKind.COMMUNE:
            return all(viewer.scope.covers(provinces.get(code), code) for code in scope.codes)
        return bool(scope.codes) and viewer.scope.contains(scope)

    return [c.in_([text for text, scope in there.items() if inside(scope)])]


def read_scope(text: str) -> Scope:
    """A scope out of the trail.

    >>> read_scope("commune:23401") == Scope.commune("23401")
    True
    """
    kind, _, codes = text.partition(":")
    return Scope(ScopeKind(kind), frozenset(filter(None, codes.split(","))))


def done_since(
    session: Session,
    viewer: Viewer,
    action: str,
    object: str,
    since: datetime,
) -> bool:
    """Whether the viewer did this to this since a moment; everybody may ask of themselves."""
    c, persons = audit_events.c, audit_persons.c
    statement = (
        select(c.id)
        .join_from(audit_events, audit_persons, persons.event_id == c.id)
        .where(c.object == object, c.action == action, c.at >= since)
        .where(persons.actor == viewer.name, persons.address == viewer.address)
        .limit(1)
    )
    return session.scalar(statement) is not None
