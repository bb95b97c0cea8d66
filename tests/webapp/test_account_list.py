"""The list of accounts: who is on it for whom, searched, filtered, counted, by pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from models import audit, users
from models.session import Database, unit_of_work
from models.users import NewUser
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.conftest import let_in
from tests.webapp.seeded_site import NOW
from webapp.services.account_list import PAGE, AccountQuery, AccountsPage, open_accounts

ADMIN_51 = Viewer("quantri51", Role.ADMIN, Scope.provinces("51"))
MANY = 2 * PAGE + 3


def page_of(database: Database, viewer: Viewer = LOCAL_OPERATOR, **asked: object) -> AccountsPage:
    return open_accounts(database, viewer, AccountQuery(**asked), NOW)  # type: ignore[arg-type]


def names(page: AccountsPage) -> list[str]:
    return [line.account.username for line in page.lines]


@pytest.fixture
def crowded(seeded_database: Database) -> Iterator[Database]:
    """More accounts than two pages hold, a service account and a shut one among them."""
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        for n in range(MANY):
            new = NewUser(f"xa.{n:03}", "Công an xã", "h", Role.COMMUNE, Scope.commune("23401"))
            users.add_user(session, LOCAL_OPERATOR, new, at=NOW)
        service = NewUser("may", "Máy đọc", "", Role.ANALYST, Scope.nation())
        users.add_user(session, LOCAL_OPERATOR, service, at=NOW)
        users.disable_user(session, LOCAL_OPERATOR, "xa.000")
    yield seeded_database


def test_administrators_of_a_province_know_no_accounts_of_others(
    seeded_database: Database,
) -> None:
    page = page_of(seeded_database, ADMIN_51)
    assert names(page) == ["commune"]  # 23401 lies in province 51
    assert (page.everybody, dict(page.by_province)) == (1, {"51": 1})


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"text": "quang ngai"}, ["commune"]),  # its commune lies there
        ({"text": "ĐẮK lắk"}, ["province"]),
        ({"text": "dak lak province"}, ["province"]),
        ({"text": "dak lak commune"}, []),
        ({"text": "23401"}, ["commune"]),
        ({"role": "admin"}, ["admin"]),
        ({"state": "disabled"}, []),
        ({"province": "51"}, ["commune"]),
        ({"province": "66"}, ["province"]),
        ({"province": "66", "role": "commune"}, []),
    ],
)
def test_accounts_are_found_by_name_unit_and_state(
    seeded_database: Database, asked: dict[str, str], found: list[str]
) -> None:
    assert names(page_of(seeded_database, **asked)) == found


def test_pages_hold_every_account_once_in_the_order_of_names(crowded: Database) -> None:
    pages = [page_of(crowded, page=n) for n in (1, 2, 3)]
    told = [name for page in pages for name in names(page)]
    assert told == sorted(told)
    assert len(set(told)) == len(told) == pages[0].found == MANY + 6
    assert [(page.number, page.pages, page.first) for page in pages] == [
        (1, 3, 1),
        (2, 3, PAGE + 1),
        (3, 3, 2 * PAGE + 1),
    ]
    assert names(page_of(crowded, page=99)) == names(pages[-1])


def test_every_choice_tells_how_many_accounts_it_has(crowded: Database) -> None:
    page = page_of(crowded, text="không có ai")
    assert (page.found, page.lines, page.everybody) == (0, [], MANY + 6)
    for state, n in page.by_state.items():
        assert page_of(crowded, state=state).found == n
    for role, n in page.by_role.items():
        assert page_of(crowded, role=role).found == n
    for code, n in page.by_province.items():
        assert page_of(crowded, province=code).found == n
    assert page.by_state["service"] == page.by_state["disabled"] == 1
    assert page.by_role["commune"] == page.by_province["51"] == MANY + 1


def test_a_line_tells_the_last_sign_in_of_its_account(crowded: Database) -> None:
    with unit_of_work(crowded, LOCAL_OPERATOR) as session:
        audit.record(session, Viewer("xa.007", Role.COMMUNE), "sign_in", "xa.007", at=NOW)
    signed_in = [line for line in page_of(crowded).lines if line.last_sign_in is not None]
    assert [(line.account.username, line.last_sign_in) for line in signed_in] == [("xa.007", NOW)]


def test_the_page_counts_and_keeps_its_filters_from_page_to_page(
    app: Flask, crowded: Database
) -> None:
    admin = let_in(app, "admin")
    page = admin.get("/admin?q=công+an&role=commune").text
    assert f"{MANY} trong {MANY + 6} tài khoản khớp bộ lọc · đang xem 1–50" in page
    [after] = re.findall(r'rel="next" href="([^"]+)"', page)
    second = admin.get(after.replace("&amp;", "&")).text
    assert "đang xem 51–100" in second
    assert "Trang 3 / 3" in admin.get("/admin?page=99").text
    assert admin.get("/admin?province=x").status_code == 400
