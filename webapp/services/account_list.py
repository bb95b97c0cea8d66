"""The list of accounts that administrators read: searched, filtered, counted, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.alphabet import vietnamese_key
from geo.text import fold, strip_kind
from models import account_changes, api_tokens, scopes
from models.api_tokens import TokenState
from models.session import Database, Session, unit_of_work
from models.users import Account
from models.viewers import Viewer

PAGE = 50
STATES = ("open", "disabled", "service", "without_factor")
"""By what the list may be cut: open, disabled, for programs only, without second factor."""


@dataclass(frozen=True, slots=True)
class AccountQuery:
    """Which accounts are asked for; empty texts mean all."""

    text: str = ""
    province: str = ""
    role: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account with its states; `place` names the units of its scope."""

    account: Account
    place: str
    is_service: bool
    has_factor: bool
    last_sign_in: datetime | None
    tokens: int

    @property
    def state(self) -> str:
        """`disabled`, `service` or `open`."""
        return _state(self.account, is_service=self.is_service)


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """A page of the list.

    `found` counts the accounts that the filters leave, `everybody` those of the viewer's scope;
    of these `by_role`, `by_state` and `by_province` (code) tell how many each choice has.
    `provinces` holds the names by code, in the order of the alphabet.
    """

    lines: Sequence[AccountLine]
    found: int
    everybody: int
    by_role: Mapping[str, int]
    by_state: Mapping[str, int]
    by_province: Mapping[str, int]
    provinces: Mapping[str, str]
    number: int
    pages: int

    @property
    def first(self) -> int:
        """The place in the whole list of the first account on the page."""
        return (self.number - 1) * PAGE + 1


def open_accounts(
    database: Database, viewer: Viewer, query: AccountQuery, at: datetime
) -> AccountsPage:
    """The accounts in the viewer's scope that the filters leave, by name.

    What is asked of each account in turn (sign-ins, tokens) is read for those of the page only.
    A viewer who is no administrator gets a `NotAllowedError`.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        inside = account_changes.accounts_inside(session, viewer)
        around = scopes.scope_provinces(session, viewer, {account.scope for account in inside})
        states = _states(session, viewer, inside)
        fitting = [
            account
            for account in inside
            if query.role in ("", account.role)
            and (not query.state or query.state in states[account.username])
            and (not query.province or query.province in around[account.scope])
        ]
        found = _matching(session, viewer, fitting, query.text)
        pages = max(1, -(-len(found) // PAGE))
        number = min(query.page, pages)
        shown = found[(number - 1) * PAGE : number * PAGE]
        lines = account_lines(session, viewer, shown, at)
        names = scopes.provinces_by_name(session, viewer)
    by_province = Counter(code for account in inside for code in around[account.scope])
    return AccountsPage(
        lines,
        len(found),
        len(inside),
        Counter(account.role.value for account in inside),
        Counter(state for told in states.values() for state in told),
        by_province,
        _in_order({code: names[code] for code in names if code in by_province}),
        number,
        pages,
    )


def _state(account: Account, *, is_service: bool) -> str:
    if account.disabled:
        return "disabled"
    return "service" if is_service else "open"


def _states(
    session: Session, viewer: Viewer, accounts: Sequence[Account]
) -> dict[str, tuple[str, ...]]:
    """Those of `STATES` that hold of each account, by username."""
    service = account_changes.service_accounts(session, viewer)
    factors = account_changes.with_second_factor(session, viewer)
    told: dict[str, tuple[str, ...]] = {}
    for account in accounts:
        name = account.username
        state = _state(account, is_service=name in service)
        bare = state == "open" and name not in factors
        told[name] = (state, "without_factor") if bare else (state,)
    return told


def _matching(
    session: Session, viewer: Viewer, accounts: Sequence[Account], text: str
) -> Sequence[Account]:
    """Those whose name, unit or code holds every word, with or without diacritics."""
    words = fold(text).split()
    if not words:
        return accounts
    places = scopes.scope_names(session, viewer, {account.scope for account in accounts})
    folded = {scope: fold(place) for scope, place in places.items()}

    def fits(account: Account) -> bool:
        own = fold(f"{account.username} {account.display_name}")
        told, codes = f"{own} {folded[account.scope]}", account.scope.codes
        return all(word in told or word in codes for word in words)

    return [account for account in accounts if fits(account)]


def _in_order(names: Mapping[str, str]) -> Mapping[str, str]:
    key = {code: vietnamese_key(strip_kind(name)[1]) for code, name in names.items()}
    return {code: names[code] for code in sorted(names, key=lambda code: key[code])}


def account_lines(
    session: Session, viewer: Viewer, accounts: Sequence[Account], at: datetime
) -> list[AccountLine]:
    """Some accounts with all that the list tells of each."""
    names = [account.username for account in accounts]
    places = scopes.scope_names(session, viewer, {account.scope for account in accounts})
    service = account_changes.service_accounts(session, viewer)
    factors = account_changes.with_second_factor(session, viewer)
    signed_in = account_changes.last_sign_ins(session, viewer, names)
    working = Counter(
        token.owner
        for token in api_tokens.list_tokens(session, viewer)
        if token.state(at) is TokenState.WORKING
    )
    return [
        AccountLine(
            account,
            places[account.scope],
            account.username in service,
            account.username in factors,
            signed_in.get(account.username),
            working[account.username],
        )
        for account in accounts
    ]
