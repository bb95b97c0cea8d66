"""What failed lately, shared by every process: how long who tries again has to wait.

An attempt is charged before it is checked, so that many at once cannot slip through between
counting and failing; what went well is given back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.tables import attempts
from models.viewers import Viewer

_SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many failures are free and how the wait grows with each further one.

    The wait doubles from `first_wait_s` up to `longest_wait_s`. All is forgotten `memory_s`
    after the last failure, or after the first one where the window is `fixed`.
    """

    free: int
    first_wait_s: int
    longest_wait_s: int
    memory_s: int
    fixed: bool = False

    def wait(self, failures: int) -> timedelta:
        """How long to wait after so many failures.

        >>> Allowance(3, 10, 60, 3600).wait(2), Allowance(3, 10, 60, 3600).wait(4).seconds
        (datetime.timedelta(0), 20)
        >>> Allowance(3, 10, 60, 3600).wait(5_000).seconds
        60
        """
        beyond = failures - self.free
        if beyond < 0:
            return timedelta(0)
        return timedelta(seconds=min(self.first_wait_s * 2 ** min(beyond, 32), self.longest_wait_s))


@dataclass(frozen=True, slots=True)
class Counter:
    """One count: of what, and what it allows."""

    key: str
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Charge:
    """What became of an attempt: refused until `until`, or let through.

    `locks` holds the keys that begin to wait with this attempt, should it fail.
    """

    refused_until: datetime | None
    locks: frozenset[str] = frozenset()


def counter_key(*parts: str) -> str:
    """The key of a count: a digest, so that no name or address stands in the table.

    >>> len(counter_key("sign-in", "an", "::1"))
    64
    """
    return sha256("\x00".join(parts).encode()).hexdigest()


def charge(session: Session, viewer: Viewer, counters: Iterable[Counter], at: datetime) -> Charge:
    """Count an attempt in every counter, unless one of them still has to wait."""
    viewer.require_admin()
    _sweep(session, at)
    # In the order of keys: two attempts at once never wait for each other.
    held = [(c, _held(session, c, at)) for c in sorted(counters, key=lambda c: c.key)]
    # One that began later may have been counted first: its moment alone is no wait.
    waits = [row.until for c, row in held if c.allowance.wait(row.failures) and row.until > at]
    refused = max(waits, default=None)
    if refused is not None:
        return Charge(refused)
    return Charge(None, frozenset(c.key for c, row in held if _count(session, c, row, at)))


def give_back(session: Session, viewer: Viewer, keys: Iterable[str]) -> None:
    """Take back one failure that was charged, with the wait that came of it."""
    viewer.require_admin()
    for key in sorted(keys):
        row = session.execute(_locked(key)).first()
        if row is not None:
            values = {"failures": max(row.failures - 1, 0), "until": row.first_at}
            session.execute(update(attempts).where(attempts.c.key == key).values(values))


def forget(session: Session, viewer: Viewer, keys: Iterable[str]) -> None:
    """Forget every failure of some counters."""
    viewer.require_admin()
    session.execute(delete(attempts).where(attempts.c.key.in_(sorted(keys))))


def remember(session: Session, viewer: Viewer, key: str, at: datetime, until: datetime) -> None:
    """Keep that something went well, as a sign-in from an address, until a moment."""
    viewer.require_admin()
    session.execute(delete(attempts).where(attempts.c.key == key))
    values = {"key": key, "failures": 0, "first_at": at, "until": at, "forget_at": until}
    session.execute(insert(attempts).values(values))


def remembers(session: Session, viewer: Viewer, key: str, at: datetime) -> bool:
    """Whether something is still remembered."""
    viewer.require_admin()
    c = attempts.c
    return session.scalar(select(c.key).where(c.key == key, c.forget_at > at)) is not None


def _held(session: Session, counter: Counter, at: datetime) -> Row[Any]:
    """The row of a counter, made where there is none, held until the transaction ends."""
    row = session.execute(_locked(counter.key)).first()
    if row is not None:
        return row
    fresh = {"key": counter.key, "failures": 0, "first_at": at, "until": at, "forget_at": at}
    try:
        with session.begin_nested():
            session.execute(insert(attempts).values(fresh))
    except IntegrityError:
        pass  # another process was quicker
    return session.execute(_locked(counter.key)).one()


def _count(session: Session, counter: Counter, row: Row[Any], at: datetime) -> bool:
    """Count one more; whether a wait begins with it."""
    allowance = counter.allowance
    memory = timedelta(seconds=allowance.memory_s)
    over = row.forget_at <= at
    first_at = at if over else row.first_at
    failures = 1 if over else row.failures + 1
    forget_at = (first_at if allowance.fixed else at) + memory
    wait = allowance.wait(failures)
    until = forget_at if wait and allowance.fixed else at + wait
    values = {"failures": failures, "first_at": first_at, "until": until}
    kept = max(forget_at, until)
    statement = update(attempts).where(attempts.c.key == counter.key)
    session.execute(statement.values(**values, forget_at=kept))
    return bool(wait)


def _locked(key: str) -> Select[Any]:
    return select(attempts).where(attempts.c.key == key).with_for_update()


def _sweep(session: Session, at: datetime) -> None:
    c = attempts.c
    old = select(c.key).where(c.forget_at <= at).order_by(c.key).limit(_SWEPT_AT_ONCE)
    if keys := session.scalars(old.with_for_update(skip_locked=True)).all():
        session.execute(delete(attempts).where(c.key.in_(keys)))
