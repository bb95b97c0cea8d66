"""Signing in: passwords, and who an account is when it asks for data."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models import audit, site, users
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, SITE, Viewer

_hasher = PasswordHasher()

MAX_NAME_LENGTH = 64
"""Characters of a typed name that are looked up and audited; no account has a longer one."""


@dataclass(frozen=True, slots=True)
class SignedInAccount:
    """An account as the pages need it; `stamp` changes with the password."""

    username: str
    display_name: str
    viewer: Viewer
    stamp: str


def hash_password(password: str) -> str:
    """Hash a password with Argon2id at the library's current parameters.

    >>> hash_password("một mật khẩu dài").startswith("$argon2id$")
    True
    """
    return _hasher.hash(password)


def password_matches(password: str, password_hash: str) -> bool:
    """Whether a password is the one that was hashed."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def sign_in(database: Database, username: str, password: str) -> SignedInAccount | None:
    """The account when name and password fit and it is not disabled, else None.

    A wrong name costs as much time as a wrong password, so that answers do not
    tell which names exist. Both outcomes are audited.
    """
    name = plain_name(username)
    with unit_of_work(database, SITE, read_only=True) as session:
        account = users.find_account(session, name)
    # Hashing is slow on purpose: never while holding the writer's lock.
    fits = password_matches(password, account.password_hash if account else _decoy_hash())
    with unit_of_work(database, SITE) as session:
        if account is None or not fits or account.disabled:
            audit.record(session, ANONYMOUS, "sign_in_failed", users.folded(name))
            return None
        audit.record(session, account.viewer, "sign_in", account.username)
    return _signed_in(account)


def plain_name(text: str) -> str:
    """A typed name as it may be kept: no control characters, 64 characters at most.

    >>> plain_name("ke\\nhoach\\t")
    'kehoach'
    """
    return "".join(char for char in text if char.isprintable())[:MAX_NAME_LENGTH]


def sign_out(database: Database, viewer: Viewer, token: str, ends_at: float) -> None:
    """End one sign-in for every process of the site, and audit that the viewer left.

    Parameters
    ----------
    token
        The random mark of the sign-in.
    ends_at
        When it would have ended by itself, in seconds since 1970; it is
        remembered until then.
    """
    key = _ended_key(viewer.name)
    with unit_of_work(database, viewer) as session:
        ended = site.get(session, LOCAL_OPERATOR, key, {})
        running = {mark: end for mark, end in ended.items() if end > time.time()}
        site.put(session, LOCAL_OPERATOR, key, running | {_mark(token): ends_at})
        audit.record(session, viewer, "sign_out", viewer.name)


def find_signed_in(
    database: Database, username: str, stamp: str, token: str
) -> SignedInAccount | None:
    """The account of a running sign-in.

    None once the sign-in was ended, the account disabled or its password changed.
    """
    with unit_of_work(database, SITE, read_only=True) as session:
        account = users.find_account(session, username)
        ended = site.get(session, LOCAL_OPERATOR, _ended_key(users.folded(username)), {})
    if account is None or account.disabled or _mark(token) in ended:
        return None
    known = _signed_in(account)
    return known if known.stamp == stamp else None


def _signed_in(account: users.SignInAccount) -> SignedInAccount:
    return SignedInAccount(
        username=account.username,
        display_name=account.display_name,
        viewer=account.viewer,
        stamp=sha256(account.password_hash.encode()).hexdigest()[:16],
    )


def _ended_key(username: str) -> str:
    return "ended:" + sha256(username.encode()).hexdigest()[:24]


def _mark(token: str) -> str:
    return sha256(token.encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    return _hasher.hash("no account has this password")
