"""The arithmetic of the audit chain: what is hashed, and in which form. Pure functions.

The hash of an event covers its place in the chain, all that is kept of it for good, a
commitment to what it says of persons, and the hash before it. So nothing can be changed,
taken out or moved without every later hash being another. Method: the hash chains of
B. Schneier and J. Kelsey, "Secure audit logs to support computer forensics", 1999; the
commitment is a salted hash, so that the personal part can be erased and the chain still holds.

What is hashed is a row of netstrings (D. J. Bernstein, 1997), the first of which names the kind
of the row. docs/audit.md describes the form for whoever verifies a chain with other means; a
change of it needs other names.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

EVENT = "diaban.audit.event.1"
PERSON = "diaban.audit.person.1"
WORDS = "diaban.audit.words.1"
GENESIS = "0" * 64
"""What stands for the hash before the first event."""


class Link(NamedTuple):
    """The end of the chain up to one event: its number there and the hash."""

    number: int
    sha256: str

    def __str__(self) -> str:
        """As it is written down outside: number, colon, hash."""
        return f"{self.number}:{self.sha256}"


START = Link(0, GENESIS)


class KeptEvent(NamedTuple):
    """What the chain covers of one event; `detail` is its JSON text as it is stored."""

    id: int
    at: datetime
    role: str
    scope: str
    action: str
    object: str
    detail: str
    commitment: str


class Person(NamedTuple):
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
    return _digest((PERSON, person.salt, person.actor, person.address, person.account))


def linked(event: KeptEvent, before: Link) -> Link:
    """The link of an event that follows another link in the chain."""
    id, at, *said = event
    number = before.number + 1
    return Link(
        number, _digest((EVENT, str(number), str(id), moment_text(at), *said, before.sha256))
    )


def text_digest(salt: str, words: str) -> str:
    """What stands in the trail for a text that may name persons; means nothing without the salt."""
    return _digest((WORDS, salt, words))[:32]


def moment_text(at: datetime) -> str:
    """A moment in UTC with six digits of a second, whatever its zone was.

    >>> moment_text(datetime(2026, 6, 14, 5, tzinfo=UTC))
    '2026-06-14T05:00:00.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def netstrings(values: tuple[str | None, ...]) -> bytes:
    """Values as `LENGTH:VALUE,`, the length in bytes of UTF-8; `-,` where there is none.

    >>> netstrings(("mã", "", None)).decode()
    '3:mã,0:,-,'
    """
    parts = [
        "-,"
        if value is None
        else f"{len(value) if value.isascii() else len(value.encode())}:{value},"
        for value in values
    ]
    return "".join(parts).encode()


def _digest(values: tuple[str | None, ...]) -> str:
    return sha256(netstrings(values)).hexdigest()
