"""Administrators: accounts inside their scope, changes with two at work."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from models import account_changes, audit, users
from models.account_changes import account_stamp
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.session import Database, unit_of_work
from models.users import NewUser
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import NOW
from webapp.services import administration
from webapp.services.account_form import AccountForm
from webapp.services.tokens import WantedToken, add_token

ADMIN_51 = Viewer("quantri51", Role.ADMIN, Scope.provinces("51"))
NEW = AccountForm("phongpc04", "Phòng PC04", "analyst", "provinces", ("66",))


def form_of(account: users.Account, **changes: object) -> AccountForm:
    from webapp.services.account_form import form_of as filled

    plain = filled(account, account_stamp(account))
    values = {name: getattr(plain, name) for name in plain.__slots__}
    return AccountForm(**values | changes)  # type: ignore[arg-type]


def account(database: Database, username: str) -> users.SignInAccount:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        found = users.find_account(session, username)
    assert found is not None
    return found


def post(client: FlaskClient, path: str, page: str, **form: object):  # type: ignore[no-untyped-def]
    shown = client.get(page).text
    return client.post(path, data={"csrf_token": csrf_token(shown), **seen_in(shown, path), **form})


def test_an_account_is_made_with_a_password_that_is_shown_once(
    signed_in: SignIn, seeded_database: Database
) -> None:
    admin = signed_in("admin")
    sent = {"username": "PhongPC04", "role": "analyst", "scope": "provinces", "province": ["66"]}
    page = post(admin, "/admin/accounts/new", "/admin/accounts/new", **sent)
    assert page.status_code == 200
    [password] = re.findall(r'given-secret">([^<]+)<', page.text)
    assert password not in admin.get("/admin/accounts/phongpc04").text
    made = account(seeded_database, "phongpc04")
    assert (made.role, made.scope) == (Role.ANALYST, Scope.provinces("66"))
    assert made.one_time_until is not None
    assert made.one_time_until > NOW


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (AccountForm("x y", "", "analyst", "nation"), "username"),
        (AccountForm("planner", "", "analyst", "nation"), "username"),
        (AccountForm("moi", "", "", "nation"), "role"),
        (AccountForm("moi", "", "analyst", ""), "scope"),
        (AccountForm("moi", "", "analyst", "provinces"), "provinces"),
        (AccountForm("moi", "", "commune", "nation"), "scope"),
        (AccountForm("moi", "", "commune", "commune", (), "không có xã này"), "commune"),
        (AccountForm("moi", "", "analyst", "provinces", ("99",)), "username"),
    ],
)
def test_what_is_wrong_in_the_form_is_told_beside_its_field(
    seeded_database: Database, form: AccountForm, field: str
) -> None:
    done = administration.add(seeded_database, LOCAL_OPERATOR, form, NOW)
    assert field in done.errors
    assert not done.password


def test_a_commune_is_found_by_its_name(seeded_database: Database) -> None:
    form = AccountForm("canbo", "", "commune", "commune", (), "23401")
    assert not administration.add(seeded_database, LOCAL_OPERATOR, form, NOW).errors
    assert account(seeded_database, "canbo").scope == Scope.commune("23401")


def test_administrators_of_a_province_reach_no_accounts_of_others(
    seeded_database: Database,
) -> None:
    for name in ("planner", "province", "nobody"):
        with pytest.raises(NotFoundError):
            administration.open_account(seeded_database, ADMIN_51, name, NOW)
        with pytest.raises(NotFoundError):
            administration.disable(seeded_database, ADMIN_51, name, NOW)
        with pytest.raises(NotFoundError):
            administration.reset_password(seeded_database, ADMIN_51, name, NOW)
    with pytest.raises(NotAllowedError):
        administration.add(seeded_database, ADMIN_51, NEW, NOW)


def test_a_province_gives_no_scope_beyond_its_own(seeded_database: Database) -> None:
    form = form_of(account(seeded_database, "commune"), role="planner", scope="nation")
    with pytest.raises(NotAllowedError, match="vượt quá"):
        administration.change(seeded_database, ADMIN_51, "commune", form, NOW)


def test_whoever_saw_something_older_is_told_and_nothing_is_lost(
    signed_in: SignIn, seeded_database: Database
) -> None:
    seen = account(seeded_database, "analyst")
    first = form_of(seen, display_name="Phòng một")
    administration.change(seeded_database, LOCAL_OPERATOR, "analyst", first, NOW)
    with pytest.raises(ConflictError, match="người khác sửa"):
        late = form_of(seen, display_name="Phòng hai")
        administration.change(seeded_database, LOCAL_OPERATOR, "analyst", late, NOW)
    answer = post(
        signed_in("admin"),
        *("/admin/accounts/analyst", "/admin/accounts/analyst"),
        **{"role": "analyst", "scope": "nation", "seen": account_stamp(seen)},
    )
    assert answer.status_code == 409
    assert account(seeded_database, "analyst").display_name == "Phòng một"


def test_a_change_is_audited_with_before_and_after_but_no_name(seeded_database: Database) -> None:
    form = form_of(
        account(seeded_database, "analyst"), role="planner", display_name="Ông Nguyễn Văn A"
    )
    administration.change(seeded_database, LOCAL_OPERATOR, "analyst", form, NOW)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        [event] = audit.list_events(session, LOCAL_OPERATOR, action="user_change")
    assert event.object == "analyst"
    assert event.detail == {
        "role": {"before": "analyst", "after": "planner"},
        "display_name": "changed",
    }


def test_the_last_administrator_of_the_nation_stays(seeded_database: Database) -> None:
    for act in (
        lambda: administration.disable(seeded_database, LOCAL_OPERATOR, "admin", NOW),
        lambda: administration.change(
            *(seeded_database, LOCAL_OPERATOR, "admin"),
            form_of(account(seeded_database, "admin"), role="planner"),
            NOW,
        ),
    ):
        with pytest.raises(ConflictError, match="duy nhất"):
            act()
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        service = NewUser("may", "May", "", Role.ADMIN, Scope.nation())
        users.add_user(session, LOCAL_OPERATOR, service, at=NOW)
    with pytest.raises(ConflictError):  # a service account cannot administer anything
        administration.disable(seeded_database, LOCAL_OPERATOR, "admin", NOW)
    second = AccountForm("admin2", "", "admin", "nation")
    administration.add(seeded_database, LOCAL_OPERATOR, second, NOW)
    administration.disable(seeded_database, LOCAL_OPERATOR, "admin", NOW)
    assert account(seeded_database, "admin").disabled


def test_nobody_changes_the_own_role(seeded_database: Database) -> None:
    own = Viewer("admin", Role.ADMIN)
    form = form_of(account(seeded_database, "admin"), role="planner")
    administration.add(
        seeded_database, LOCAL_OPERATOR, AccountForm("admin2", "", "admin", "nation"), NOW
    )
    with pytest.raises(NotAllowedError, match="chính tài khoản"):
        administration.change(seeded_database, own, "admin", form, NOW)


def test_a_disabled_account_is_out_at_once(signed_in: SignIn) -> None:
    analyst, admin = signed_in("analyst"), signed_in("admin")
    assert analyst.get("/map").status_code == 200
    post(admin, "/admin/accounts/analyst/disable", "/admin/accounts/analyst")
    assert analyst.get("/map").status_code == 302
    post(admin, "/admin/accounts/analyst/enable", "/admin/accounts/analyst")
    assert "Đang dùng" in admin.get("/admin/accounts/analyst").text


def test_other_rights_need_a_new_sign_in(signed_in: SignIn, seeded_database: Database) -> None:
    analyst = signed_in("analyst")
    form = form_of(account(seeded_database, "analyst"), role="planner")
    administration.change(seeded_database, LOCAL_OPERATOR, "analyst", form, NOW)
    assert analyst.get("/map").status_code == 302


def test_service_accounts_have_no_password_to_reset(seeded_database: Database) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        service = NewUser("may", "May", "", Role.ANALYST, Scope.nation())
        users.add_user(session, LOCAL_OPERATOR, service, at=NOW)
        assert "may" in account_changes.service_accounts(session, LOCAL_OPERATOR)
    with pytest.raises(ConflictError, match="dịch vụ"):
        administration.reset_password(seeded_database, LOCAL_OPERATOR, "may", NOW)


def test_tokens_are_made_shown_once_and_revoked_on_the_page(
    signed_in: SignIn, seeded_database: Database
) -> None:
    analyst = signed_in("analyst")
    made = post(
        *(analyst, "/account/tokens", "/account"),
        **{"name": "QGIS", "days": "30", "layer": ["communes"], "province": "51"},
    )
    [token] = re.findall(r"diaban_\w+", made.text)
    reader = analyst.application.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    assert reader.get("/api/classes", headers=headers).status_code == 200
    assert token not in analyst.get("/account").text
    post(analyst, f"/account/tokens/{token.split('_')[1]}/revoke", "/account")
    assert reader.get("/api/classes", headers=headers).status_code == 401
    add_token(seeded_database, LOCAL_OPERATOR, "planner", WantedToken("x", Role.ANALYST), NOW)
    assert (
        post(signed_in("admin"), f"/admin/tokens/{token.split('_')[1]}/revoke", "/admin/tokens")
        .headers["Location"]
        .endswith("/admin/tokens")
    )
