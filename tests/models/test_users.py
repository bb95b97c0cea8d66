"""Accounts: who may make them, over whom, and how they are found."""

from __future__ import annotations

import pytest

from models import users
from models.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from models.session import Database, Session, unit_of_work
from models.users import NewUser
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ADMIN,
    ADMIN_51,
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    draw_map,
)


def new(username: str = "kehoach.sonla", scope: Scope | None = None, **changes: str) -> NewUser:
    role = Role(changes.get("role", "planner"))
    return NewUser(username, "Phòng kế hoạch", "argon2-hash", role, scope or Scope.nation())


def made(session: Session, *users_: NewUser) -> None:
    for user in users_:
        users.add_user(session, ADMIN, user, at=NOON)


def test_an_account_is_found_with_what_signing_in_needs(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        number = users.add_user(session, ADMIN, new(scope=Scope.provinces("51", "66")), at=NOON)
        account = users.find_account(session, "kehoach.sonla")
    assert account is not None
    assert (account.id, account.password_hash, account.disabled) == (number, "argon2-hash", False)
    assert account.created_at == NOON
    assert account.viewer == Viewer("kehoach.sonla", Role.PLANNER, Scope.provinces("51", "66"))


def test_the_hash_is_not_shown_when_an_account_is_printed(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        made(session, new())
        assert "argon2-hash" not in repr(users.find_account(session, "kehoach.sonla"))


@pytest.mark.parametrize("typed", ["KeHoach.SonLa", "  kehoach.sonla ", "KEHOACH.SONLA"])
def test_case_and_blanks_around_a_username_do_not_matter(database: Database, typed: str) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        made(session, new())
        assert users.find_account(session, typed) is not None
        with pytest.raises(ConflictError, match="đã có"):
            made(session, new(typed))


def test_an_unknown_username_finds_nothing(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert users.find_account(session, "ai-do") is None


@pytest.mark.parametrize(
    "username", ["", "a", "kế hoạch", "a b", "x" * 65, "-x", "local-operator", "anonymous", "a/b"]
)
def test_a_username_that_cannot_be_used_is_refused(database: Database, username: str) -> None:
    with (
        unit_of_work(database, LOCAL_OPERATOR) as session,
        pytest.raises(InvalidValueError, match="không dùng"),
    ):
        made(session, new(username))


def test_a_scope_of_no_province_is_refused(database: Database) -> None:
    with (
        unit_of_work(database, LOCAL_OPERATOR) as session,
        pytest.raises(InvalidValueError, match="thiếu mã"),
    ):
        made(session, new(scope=Scope.provinces()))


@pytest.mark.parametrize("viewer", [PLANNER, ANALYST, OFFICER], ids=lambda viewer: viewer.name)
def test_only_administrators_manage_accounts(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        made(session, new())
        with pytest.raises(NotAllowedError):
            users.add_user(session, viewer, new("khac"))
        with pytest.raises(NotAllowedError):
            users.list_users(session, viewer)
        with pytest.raises(NotAllowedError):
            users.disable_user(session, viewer, "kehoach.sonla")
        with pytest.raises(NotAllowedError):
            users.disable_user(session, viewer, "khong-co")
        with pytest.raises(NotAllowedError):
            users.set_password_hash(session, viewer, "kehoach.sonla", "x")


@pytest.mark.parametrize(
    "scope",
    [Scope.provinces("51"), Scope.commune("23401")],
    ids=["own province", "commune of it"],
)
def test_a_provincial_administrator_manages_the_province(database: Database, scope: Scope) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        users.add_user(session, ADMIN_51, new(scope=scope))
        users.disable_user(session, ADMIN_51, "kehoach.sonla")


@pytest.mark.parametrize(
    "scope",
    [
        Scope.nation(),
        Scope.provinces("01"),
        Scope.provinces("51", "01"),
        Scope.commune("00004"),
        Scope.commune("99999"),
    ],
    ids=["nation", "other province", "one too many", "commune elsewhere", "unknown commune"],
)
def test_nobody_manages_beyond_the_own_scope(database: Database, scope: Scope) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        with pytest.raises(NotAllowedError, match="vượt quá"):
            users.add_user(session, ADMIN_51, new(scope=scope))
        made(session, new(scope=scope))
        with pytest.raises(NotAllowedError, match="vượt quá"):
            users.disable_user(session, ADMIN_51, "kehoach.sonla")
        with pytest.raises(NotAllowedError, match="vượt quá"):
            users.set_password_hash(session, ADMIN_51, "kehoach.sonla", "x")


def test_a_shut_account_stays_on_the_list_and_can_be_opened(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        made(session, new(), new("analyst.2", role="analyst"))
        users.disable_user(session, ADMIN, "KEHOACH.sonla")
        listed = users.list_users(session, ADMIN)
        assert [(a.username, a.disabled) for a in listed] == [
            ("analyst.2", False),
            ("kehoach.sonla", True),
        ]
        users.enable_user(session, ADMIN, "kehoach.sonla")
        assert not any(a.disabled for a in users.list_users(session, ADMIN))


def test_an_administrator_is_who_can_sign_in(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert not users.has_admin(session, ADMIN)
        made(session, NewUser("may-doc", "", "", Role.ADMIN, Scope.nation()))
        assert not users.has_admin(session, ADMIN)  # only a token opens it
        made(session, NewUser("quan-tri", "", "h", Role.ADMIN, Scope.nation()))
        assert users.has_admin(session, ADMIN)
        users.disable_user(session, LOCAL_OPERATOR, "quan-tri")
        assert not users.has_admin(session, ADMIN)


def test_nobody_shuts_the_account_in_use(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        made(session, NewUser("admin", "", "h", Role.ADMIN, Scope.nation()))
        with pytest.raises(NotAllowedError, match="đang dùng"):
            users.disable_user(session, ADMIN, "Admin")


def test_shutting_an_unknown_account_says_so(database: Database) -> None:
    with (
        unit_of_work(database, LOCAL_OPERATOR) as session,
        pytest.raises(NotFoundError, match="khong-co"),
    ):
        users.disable_user(session, ADMIN, "khong-co")


def test_everybody_may_change_the_own_password(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        made(session, new())
        own = Viewer("kehoach.sonla", Role.PLANNER)
        users.set_password_hash(session, own, "kehoach.sonla", "other-hash")
        account = users.find_account(session, "kehoach.sonla")
    assert account is not None
    assert account.password_hash == "other-hash"
