"""Signing in: password, then code where the account has a second factor.

Each step up gives another mark for the cookie. Whoever fails waits, whether the account exists
or not.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime

from models import audit, second_factors, sign_ins, users
from models.errors import InvalidValueError
from models.session import Database, unit_of_work
from models.users import SignInAccount
from models.viewers import SITE, Viewer
from webapp.services import attempt_limits, second_factor
from webapp.services.attempt_limits import Tried
from webapp.services.passwords import hash_password, needs_rehash, password_matches
from webapp.services.running_sign_ins import CODE_TIME, Gate, begin, digest, may_enter
from webapp.told import told

MAX_NAME_LENGTH = 64
"""Characters of a typed name that are looked up and audited; no account has a longer one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt to sign in: nothing, or a mark, or a wait.

    With `waits_for_code` the mark opens nothing but the page that asks for the code.
    """

    token: str | None = field(default=None, repr=False)
    waits_for_code: bool = False
    refused_until: datetime | None = None


def sign_in(gate: Gate, username: str, password: str) -> Outcome:
    """Begin a sign-in when name and password fit and the account is open.

    A wrong name, a wrong password and a shut account get the same answer after the same time,
    and the same waits. Every outcome but a wait is audited.
    """
    name = users.folded(plain_name(username))
    tried = attempt_limits.try_to_sign_in(
        gate.database, name, gate.address, gate.policy.login_limit, gate.at
    )
    if tried.refused_until is not None:
        return Outcome(refused_until=tried.refused_until)
    with unit_of_work(gate.database, SITE, read_only=True) as session:
        account = users.find_account(session, name)
    # Hashing is slow on purpose: never while holding the writer's lock.
    fits = password_matches(password, account.password_hash if account else "")
    if account is None or not fits or not may_enter(account, gate.at):
        _write_down_failure(gate, "sign_in_failed", name, tried)
        return Outcome()
    attempt_limits.signed_in(gate.database, name, gate.address, tried, gate.at)
    return _let_in(gate, account, password)


def pass_code(gate: Gate, token: str, code: str) -> Outcome:
    """Finish a sign-in that waits for its code; the mark it gives is a new one.

    Raises
    ------
    ConflictError
        If the site's secret was changed, so that no code of an app can be checked any more.
    """
    account = _waiting_account(gate, token)
    if account is None:
        return Outcome()
    tried = attempt_limits.try_once(
        gate.database, "code", account.username, attempt_limits.CODE, gate.at
    )
    if tried.refused_until is not None:
        return Outcome(refused_until=tried.refused_until)
    opened = _take_code(gate, account, code)
    if opened is None:
        _write_down_failure(gate, "second_factor_failed", account.username, tried)
        return Outcome(waits_for_code=True)
    attempt_limits.went_well(gate.database, tried)
    return Outcome(opened)


def waits_for_code(gate: Gate, token: str) -> bool:
    """Whether a mark is of a sign-in that waits for its code."""
    return _waiting_account(gate, token) is not None


def plain_name(text: str) -> str:
    """A typed name as it may be kept: no control characters, 64 characters at most.

    >>> plain_name("ke\\nhoach\\t")
    'kehoach'
    """
    return "".join(char for char in text if char.isprintable())[:MAX_NAME_LENGTH]


def still_the_same_person(gate: Gate, viewer: Viewer, password: str) -> datetime | None:
    """Ask a viewer for the password again; until when to wait, None when it was right.

    Raises
    ------
    InvalidValueError
        If it is wrong.
    """
    tried = attempt_limits.try_once(
        gate.database, "password", viewer.name, attempt_limits.OWN_PASSWORD, gate.at
    )
    if tried.refused_until is not None:
        return tried.refused_until
    with unit_of_work(gate.database, viewer, read_only=True) as session:
        account = users.find_account(session, viewer.name)
    if account is None or not password_matches(password, account.password_hash):
        _write_down_failure(gate, "password_failed", viewer.name, tried)
        raise InvalidValueError(told("Mật khẩu hiện tại chưa đúng. Hãy nhập lại."))
    attempt_limits.went_well(gate.database, tried)
    return None


def must_be_set_up(database: Database) -> bool:
    """Whether there is nobody yet who administers the site."""
    with unit_of_work(database, SITE, read_only=True) as session:
        return not users.has_admin(session, SITE)


def _let_in(gate: Gate, account: SignInAccount, password: str) -> Outcome:
    token = secrets.token_urlsafe(32)
    renewed = hash_password(password) if needs_rehash(account.password_hash) else None
    viewer = replace(account.viewer, address=gate.address)
    with unit_of_work(gate.database, viewer) as session:
        if renewed is not None:
            users.renew_hash(session, viewer, renewed)
        factor = second_factors.find(session, viewer, account.id)
        waits = factor is not None and factor.guards
        begin(session, gate, account, token, waits=waits)
        if not waits:
            audit.record(session, viewer, "sign_in", account.username, at=gate.at)
    return Outcome(token, waits)


def _take_code(gate: Gate, account: SignInAccount, code: str) -> str | None:
    """The mark of the sign-in that the code opens, None where it opens none."""
    viewer = replace(account.viewer, address=gate.address)
    with unit_of_work(gate.database, viewer) as session:
        factor = second_factors.find(session, viewer, account.id)
        if factor is None or not factor.guards:
            return None
        means = second_factor.proves(
            session, account, factor, secret_key=gate.policy.secret_key, code=code, at=gate.at
        )
        if means is None:
            return None
        token = secrets.token_urlsafe(32)
        sign_ins.end_waiting(session, viewer, account.id)
        begin(session, gate, account, token, waits=False)
        told = {"second_factor": means.value}
        audit.record(session, viewer, "sign_in", account.username, told, at=gate.at)
    return token


def _waiting_account(gate: Gate, token: str) -> SignInAccount | None:
    with unit_of_work(gate.database, SITE, read_only=True) as session:
        running = sign_ins.find(session, SITE, digest(token), gate.at, CODE_TIME)
        if running is None or not running.waits_for_code:
            return None
        account = users.find_account(session, running.username)
    return account if account is not None and may_enter(account, gate.at) else None


def _write_down_failure(gate: Gate, action: str, name: str, tried: Tried) -> None:
    with unit_of_work(gate.database, gate.stranger) as session:
        audit.record(session, gate.stranger, action, name, at=gate.at)
        if tried.waits:
            by = {"by": sorted(tried.waits)}
            audit.record(session, gate.stranger, "locked", name, by, at=gate.at)
