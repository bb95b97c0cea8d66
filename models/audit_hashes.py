"""The arithmetic of the audit chain: what is hashed, and in which form. Pure functions.

The hash of an event covers a version, its place in the chain, all that is kept of it for good,
a commitment to what it says of persons, and the hash before it. So nothing can be changed,
taken out or moved without every later hash being another. Method: the hash chains of
B. Schneier and J. Kelsey, "Secure audit logs to support computer forensics", 1999; the
commitment is a salted hash, so that the personal part can be erased and the chain still holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

VERSION = 1
GENESIS = "0" * 64
"""What stands for the hash before the first event."""


@dataclass(frozen=True, slots=True)
class Link:
    """The end of the chain up to one event: its number there and the hash."""

    number: int
    sha256: str

    def __str__(self) -> str:
        """As it is written down outside: number, colon, hash."""
        return f"{self.number}:{self.sha256}"


START = Link(0, GENESIS)


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """What the chain covers of one event; `detail` is its JSON text as it is stored."""

    id: int
    at: datetime
    role: str
    scope: str
    action: str
    object: str
    detail: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something, from which address, and to which account if to one."""

    actor: str
    address: str
    account: str | None
    salt: str


def commitment(person: Person) -> str:
    """The salted SHA-256 of a personal part, hexadecimal.

    >>> here = commitment(Person("kehoach", "10.0.0.7", None, "00"))
    >>> len(here), here == commitment(Person("kehoach", "10.0.0.8", None, "00"))
    (64, False)
    """
    return _digest((VERSION, person.salt, person.actor, person.address, person.account))


def linked(event: KeptEvent, before: Link) -> Link:
    """The link of an event that follows another link in the chain."""
    number = before.number + 1
    about = (event.role, event.scope, event.action, event.object, event.detail)
    said = (VERSION, number, event.id, _moment(event.at), *about, event.commitment)
    return Link(number, _digest((*said, before.sha256)))


def text_digest(salt: str, words: str) -> str:
    """What stands in the trail for a text that may name persons; means nothing without the salt."""
    return _digest((VERSION, salt, words))[:32]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(said: Iterable[str | int | None]) -> str:
    """The hash of values, each behind its length: two rows of values never read the same."""
    parts = ("-" if part is None else f"{len(text := str(part))}:{text}" for part in said)
    return sha256("".join(parts).encode()).hexdigest()
