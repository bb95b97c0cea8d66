"""Signing in: passwords, and who an account is when it asks for data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models import audit, users
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, Viewer

_hasher = PasswordHasher()


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
    with unit_of_work(database, read_only=True) as session:
        account = users.find_account(session, username)
    # Hashing is slow on purpose: never while holding the writer's lock.
    fits = password_matches(password, account.password_hash if account else _decoy_hash())
    with unit_of_work(database) as session:
        if account is None or not fits or account.disabled:
            tried = users.folded(username)[:64]
            audit.record(session, ANONYMOUS, "sign_in_failed", tried)
            return None
        audit.record(session, account.viewer, "sign_in", account.username)
    return _signed_in(account)


def sign_out(database: Database, viewer: Viewer) -> None:
    """Leave a mark in the audit trail that the viewer left."""
    with unit_of_work(database) as session:
        audit.record(session, viewer, "sign_out", viewer.name)


def find_signed_in(database: Database, username: str, stamp: str) -> SignedInAccount | None:
    """The account of a running sign-in, None once disabled or given a new password."""
    with unit_of_work(database, read_only=True) as session:
        account = users.find_account(session, username)
    if account is None or account.disabled:
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


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    return _hasher.hash("no account has this password")
