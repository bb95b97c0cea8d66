"""Tokens and accounts as they are kept, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import account_changes, api_tokens, audit, scopes, users
from models.account_changes import account_stamp
from models.api_tokens import NewToken, TokenState
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.session import Database, Session, unit_of_work
from models.users import NewUser
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import ADMIN, ADMIN_51, NOON, draw_map

PLANNER = Viewer("kehoach", Role.PLANNER)


def seeded(session: Session) -> None:
    draw_map(session)
    for name, role, scope in (
        ("kehoach", Role.PLANNER, Scope.nation()),
        ("xa", Role.COMMUNE, Scope.commune("23401")),
        ("goc", Role.ADMIN, Scope.nation()),
    ):
        users.add_user(session, ADMIN, NewUser(name, name, "argon2-hash", role, scope), at=NOON)


def new(owner: str = "kehoach", role: Role = Role.ANALYST, scope: Scope | None = None) -> NewToken:
    short_id = f"{owner[:2]}{role.value[:6]}"
    ends = NOON + timedelta(days=90)
    return NewToken(
        owner, "QGIS", short_id, "d" * 64, role, scope or Scope.nation(), ("communes",), ends
    )


def test_a_token_is_found_with_its_digest_and_what_its_owner_is(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        api_tokens.add_token(session, PLANNER, new(scope=Scope.provinces("51")), at=NOON)
        found = api_tokens.find_token(session, ADMIN, "keanalys")
        assert found is not None
        token, digest = found
        assert (token.owner, token.scope, token.layers) == (
            *("kehoach", Scope.provinces("51")),
            ("communes",),
        )
        assert digest == "d" * 64
        assert token.state(NOON) is TokenState.WORKING
        assert token.state(token.expires_at) is TokenState.EXPIRED
        assert api_tokens.reaches_no_further(session, ADMIN, token)
        assert api_tokens.find_token(session, ADMIN, "khongco") is None
        with pytest.raises(NotAllowedError):
            api_tokens.find_token(session, PLANNER, "keanalys")


def test_a_token_of_a_disabled_owner_sleeps_and_a_revoked_one_stays_so(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        api_tokens.add_token(session, PLANNER, new(), at=NOON)
        users.disable_user(session, ADMIN, "kehoach")
        [token] = api_tokens.list_tokens(session, ADMIN, "kehoach")
        assert token.state(NOON) is TokenState.ASLEEP
        with pytest.raises(ConflictError):
            api_tokens.add_token(session, ADMIN, new(role=Role.PLANNER), at=NOON)
        api_tokens.revoke_token(session, ADMIN, token.short_id, at=NOON)
        api_tokens.revoke_token(session, ADMIN, token.short_id, at=NOON + timedelta(days=1))
        [token] = api_tokens.list_tokens(session, ADMIN, "kehoach")
        assert (token.state(NOON), token.revoked_at) == (TokenState.REVOKED, NOON)


def test_the_day_of_use_moves_forward_only(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        api_tokens.add_token(session, PLANNER, new(), at=NOON)
        day = NOON.date()
        used = [
            api_tokens.mark_used(session, PLANNER, "keanalys", on)
            for on in (day, day, day + timedelta(days=1), day)
        ]
        assert used == [True, False, True, False]


def test_administrators_of_a_province_see_its_tokens_only(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        api_tokens.add_token(session, PLANNER, new(), at=NOON)
        of_commune = new("xa", Role.COMMUNE, Scope.commune("23401"))
        api_tokens.add_token(session, ADMIN_51, of_commune, at=NOON)
        assert [t.owner for t in api_tokens.list_tokens(session, ADMIN_51)] == ["xa"]
        with pytest.raises(NotFoundError):
            api_tokens.revoke_token(session, ADMIN_51, "keanalys", at=NOON)
        with pytest.raises(NotAllowedError):
            api_tokens.list_tokens(session, PLANNER)
        with pytest.raises(NotAllowedError):
            api_tokens.add_token(session, PLANNER, of_commune, at=NOON)


def test_a_commune_lies_inside_its_province_and_nowhere_else(database: Database) -> None:
    commune, other = Scope.commune("23401"), Scope.commune("99999")
    asked = [commune, other, Scope.nation(), Scope.provinces("51"), Scope.provinces("51", "66")]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        assert scopes.scopes_inside(session, ADMIN_51, asked) == {commune, Scope.provinces("51")}
        assert scopes.scopes_inside(session, ADMIN, asked) == set(asked)
        assert scopes.unknown_codes(session, ADMIN, Scope.provinces("51", "99")) == ["99"]
        assert scopes.unknown_codes(session, ADMIN, other) == ["99999"]
        assert scopes.scope_names(session, ADMIN, [other]) == {other: "99999"}


def test_only_one_of_two_changes_that_saw_the_same_is_taken(database: Database) -> None:
    def change(session: Session, seen: str, name: str) -> None:
        account_changes.change_account(
            *(session, ADMIN, "kehoach"),
            display_name=name,
            role=Role.PLANNER,
            scope=Scope.provinces("51"),
            seen=seen,
        )

    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        seen = account_stamp(account_changes.account_inside(session, ADMIN, "kehoach"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        change(session, seen, "một")
    with (
        pytest.raises(ConflictError, match="người khác"),
        unit_of_work(database, LOCAL_OPERATOR) as session,
    ):
        change(session, seen, "hai")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert account_changes.account_inside(session, ADMIN, "kehoach").display_name == "một"


def test_one_administrator_of_the_nation_is_left(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        with pytest.raises(ConflictError):
            account_changes.require_another_admin(session, ADMIN, "goc")
        account_changes.require_another_admin(session, ADMIN, "kehoach")  # never was one


def test_the_last_sign_in_is_that_of_the_trail(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seeded(session)
        for hours in (0, 2, 1):
            at = NOON + timedelta(hours=hours)
            audit.record(session, PLANNER, "sign_in", "kehoach", at=at)
        found = account_changes.last_sign_ins(session, ADMIN, ["kehoach", "goc"])
        assert found == {"kehoach": NOON + timedelta(hours=2)}
        assert account_changes.last_sign_ins(session, ADMIN, ["goc"]) == {}
        assert account_changes.with_second_factor(session, ADMIN) == frozenset()
        assert account_changes.service_accounts(session, ADMIN) == frozenset()
