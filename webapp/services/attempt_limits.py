"""How often something may be tried: passwords, codes, tokens. Counted in the database, for all.

Who fails waits longer each time, never for good. The wait is that of one account from one
address, so that a stranger cannot lock anybody out; an account under attack from everywhere
answers slowly to new addresses, and as ever to those its owner signed in from before. Nothing
here asks whether an account exists: a wait tells nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from models import attempts
from models.attempts import Allowance, Counter, counter_key
from models.session import Database, unit_of_work
from models.viewers import SITE

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

PAIR = Allowance(free=5, first_wait_s=15, longest_wait_s=15 * _MINUTE, memory_s=_HOUR)
"""One account from one address."""

ACCOUNT = Allowance(free=30, first_wait_s=5, longest_wait_s=_MINUTE, memory_s=_DAY)
"""One account from all addresses that its owner never signed in from."""

CODE = Allowance(free=5, first_wait_s=_MINUTE, longest_wait_s=15 * _MINUTE, memory_s=_DAY)
"""Codes of one account, from anywhere: who tries them has the password."""

OWN_PASSWORD = Allowance(free=5, first_wait_s=_MINUTE, longest_wait_s=15 * _MINUTE, memory_s=_HOUR)
"""The password asked for again of somebody who is signed in."""

TOKEN = Allowance(free=20, first_wait_s=15, longest_wait_s=15 * _MINUTE, memory_s=_HOUR)
"""Unknown tokens from one address."""

_KNOWN_FOR = timedelta(days=90)
_UNITS_S = {"second": 1, "minute": _MINUTE, "hour": _HOUR, "day": _DAY}


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that was counted.

    Refused until `refused_until`; else `waits` names what begins to wait should it fail.
    """

    counted: Mapping[str, Counter] = field(repr=False)
    refused_until: datetime | None = None
    waits: tuple[str, ...] = ()


def address_allowance(limit: str) -> Allowance:
    """The allowance of a setting such as `30 per minute`.

    >>> address_allowance("30 per minute").free
    30
    """
    most, unit = limit.split(" per ")
    window_s = _UNITS_S[unit]
    return Allowance(int(most), window_s, window_s, window_s, fixed=True)


def line_of(address: str) -> str:
    """What counts as one address: of IPv6 the first half, since one subscriber has the other.

    >>> line_of("2001:db8:1:2:3:4:5:6"), line_of("::ffff:203.0.113.7"), line_of("203.0.113.7")
    ('2001:db8:1:2::', '203.0.113.7', '203.0.113.7')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


def try_to_sign_in(
    database: Database, username: str, address: str, limit: str, at: datetime
) -> Tried:
    """Count an attempt to sign in before its password is looked at.

    Parameters
    ----------
    limit
        Failures of one address within a time, as `30 per minute`.
    """
    counted = {
        "pair": Counter(counter_key("pair", username, line_of(address)), PAIR),
        "address": Counter(counter_key("address", line_of(address)), address_allowance(limit)),
    }
    with unit_of_work(database, SITE) as session:
        if not attempts.remembers(session, SITE, _known(username, address), at):
            counted["account"] = Counter(counter_key("account", username), ACCOUNT)
        charge = attempts.charge(session, SITE, counted.values(), at)
    return _tried(counted, charge)


def signed_in(database: Database, username: str, address: str, tried: Tried, at: datetime) -> None:
    """Forgive a sign-in that went well, and know the address from now on."""
    keys = [c.key for name, c in tried.counted.items() if name != "pair"]
    with unit_of_work(database, SITE) as session:
        attempts.give_back(session, SITE, keys)
        attempts.forget(session, SITE, [tried.counted["pair"].key])
        attempts.remember(session, SITE, _known(username, address), at, at + _KNOWN_FOR)


def try_once(database: Database, kind: str, of: str, allowance: Allowance, at: datetime) -> Tried:
    """Count an attempt of another kind, as a code of an account or a token from an address."""
    counted = {kind: Counter(counter_key(kind, of), allowance)}
    with unit_of_work(database, SITE) as session:
        return _tried(counted, attempts.charge(session, SITE, counted.values(), at))


def went_well(database: Database, tried: Tried) -> None:
    """Forget the failures of a kind, now that it went well."""
    with unit_of_work(database, SITE) as session:
        attempts.forget(session, SITE, [counter.key for counter in tried.counted.values()])


def _tried(counted: Mapping[str, Counter], charge: attempts.Charge) -> Tried:
    waits = tuple(name for name, counter in counted.items() if counter.key in charge.locks)
    return Tried(counted, charge.refused_until, waits)


def _known(username: str, address: str) -> str:
    return counter_key("known", username, line_of(address))
