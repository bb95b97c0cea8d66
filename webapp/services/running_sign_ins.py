"""Running sign-ins: who an account is when it asks for data, and for how long.

A sign-in is a row of the database; the cookie holds a random mark of it, of which only the
digest is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from models import audit, second_factors, sign_ins, users
from models.errors import BusyError
from models.session import Database, Session, unit_of_work
from models.sign_ins import NewSignIn, RunningSignIn
from models.users import SignInAccount
from models.viewers import ANONYMOUS, SITE, Viewer
from webapp.services import second_factor

CODE_TIME = timedelta(minutes=10)
"""How long a password that was right waits for the code."""

_SEEN_EVERY = timedelta(minutes=1)


class Duty(StrEnum):
    """What an account has to do before anything else is open to it."""

    PASSWORD = "password"  # noqa: S105
    SECOND_FACTOR = "second-factor"


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """How sign-ins are kept on this site.

    `login_limit` is how often one address may fail, as `30 per minute`.
    """

    secret_key: str = field(repr=False)
    lasts: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(minutes=30)
    login_limit: str = "30 per minute"
    second_factor_required: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """One request at the gate: to which site, when, from where."""

    database: Database
    policy: SignInPolicy
    at: datetime
    address: str = ""
    browser: str = ""

    @property
    def stranger(self) -> Viewer:
        """Who asks before signing in, for the audit trail."""
        return replace(ANONYMOUS, address=self.address)


@dataclass(frozen=True, slots=True)
class SignedInAccount:
    """An account as the pages need it; until its `duty` is done nothing else is open."""

    username: str
    display_name: str
    viewer: Viewer
    duty: Duty | None = None


def find_signed_in(gate: Gate, token: str) -> tuple[SignedInAccount, RunningSignIn] | None:
    """The account of a running sign-in, and the sign-in.

    None once it was ended, ran out or was left idle, or the account may not enter any more.
    """
    with unit_of_work(gate.database, SITE, read_only=True) as session:
        running = sign_ins.find(session, SITE, digest(token), gate.at, gate.policy.idle)
        if running is None or running.waits_for_code:
            return None
        account = users.find_account(session, running.username)
        if account is None or not may_enter(account, gate.at):
            return None
        duty = _duty(session, gate.policy, account)
    _note_use(gate, running)
    known = SignedInAccount(account.username, account.display_name, account.viewer, duty)
    return known, running


def sign_out(gate: Gate, viewer: Viewer, sign_in_id: int) -> None:
    """End one sign-in for every process of the site, and audit that the viewer left."""
    with unit_of_work(gate.database, viewer) as session:
        if sign_ins.end(session, viewer, sign_in_id):
            audit.record(session, viewer, "sign_out", viewer.name, at=gate.at)


def sign_out_elsewhere(gate: Gate, viewer: Viewer, sign_in_id: int) -> int:
    """End the viewer's other sign-ins; how many there were."""
    with unit_of_work(gate.database, viewer) as session:
        account = users.find_account(session, viewer.name)
        ended = 0
        if account is not None:
            ended = sign_ins.end_all(session, viewer, account.id, but=sign_in_id)
        audit.record(session, viewer, "sign_in_end", viewer.name, {"n": ended}, at=gate.at)
    return ended


def end_own(gate: Gate, viewer: Viewer, sign_in_id: int) -> None:
    """End one of the viewer's own sign-ins elsewhere; one that ended meanwhile is no matter."""
    with unit_of_work(gate.database, viewer) as session:
        if sign_ins.end(session, viewer, sign_in_id):
            audit.record(session, viewer, "sign_in_end", viewer.name, {"n": 1}, at=gate.at)


def own_sign_ins(gate: Gate, viewer: Viewer) -> Sequence[RunningSignIn]:
    """Where the viewer is signed in."""
    with unit_of_work(gate.database, viewer, read_only=True) as session:
        return sign_ins.list_own(session, viewer, gate.at, gate.policy.idle)


def begin_anew(gate: Gate, viewer: Viewer, *, ended: bool = False) -> str:
    """Give the viewer another mark in the place of all sign-ins, as after a new password.

    Parameters
    ----------
    ended
        Whether they were ended already, together with what was changed.
    """
    token = secrets.token_urlsafe(32)
    with unit_of_work(gate.database, viewer) as session:
        account = users.find_account(session, viewer.name)
        if account is None:
            return token
        if not ended:
            sign_ins.end_all(session, viewer, account.id)
        begin(session, gate, account, token, waits=False)
    return token


def begin(session: Session, gate: Gate, account: SignInAccount, token: str, *, waits: bool) -> None:
    """Begin a sign-in with a mark; one that waits for a code opens nothing yet."""
    lasts = CODE_TIME if waits else gate.policy.lasts
    new = NewSignIn(
        token_sha256=digest(token),
        user_id=account.id,
        waits_for_code=waits,
        began_at=gate.at,
        ends_at=gate.at + lasts,
        address=gate.address,
        browser=gate.browser,
    )
    sign_ins.begin(session, account.viewer, new)


def may_enter(account: SignInAccount, at: datetime) -> bool:
    """Whether an account is open; a password for one time runs out."""
    over = account.one_time_until is not None and account.one_time_until <= at
    return not account.disabled and not over


def _duty(session: Session, policy: SignInPolicy, account: SignInAccount) -> Duty | None:
    if account.one_time_until is not None:
        return Duty.PASSWORD
    if not policy.second_factor_required or account.role not in second_factor.REQUIRED_OF:
        return None
    factor = second_factors.find(session, SITE, account.id)
    return None if factor is not None and factor.guards else Duty.SECOND_FACTOR


def _note_use(gate: Gate, running: RunningSignIn) -> None:
    """Once a minute; where a long import writes it waits for the next request."""
    if gate.at - running.seen_at < _SEEN_EVERY:
        return
    try:
        with unit_of_work(gate.database, SITE, impatient=True) as session:
            sign_ins.touch(session, SITE, running.id, gate.at)
    except BusyError:
        return


def digest(token: str) -> str:
    """What is kept of a mark."""
    return sha256(token.encode()).hexdigest()
