"""Programs read with a token what its role and scope allow, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import account_changes, api_tokens, audit, users
from models.api_tokens import TokenState
from models.errors import InvalidValueError, NotAllowedError, NotFoundError, TokenRefusedError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import NOW
from webapp.security import Access, rule_of
from webapp.services import tokens
from webapp.services.accounts import disable_account
from webapp.services.layer_catalogue import LAYERS
from webapp.services.tokens import WantedToken, add_token, read_with, revoke_token
from webapp.token_access import layer_of

ANALYST = WantedToken("QGIS của phòng", Role.ANALYST)
PLANNER_66 = Viewer("province", Role.PLANNER, Scope.provinces("66"))


def made(database: Database, owner: str, wanted: WantedToken = ANALYST) -> str:
    return add_token(database, LOCAL_OPERATOR, owner, wanted, NOW)


def ask(client: FlaskClient, token: str, path: str = "/api/classes") -> TestResponse:
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_token_reads_data_and_leaves_no_cookie(
    visitor: FlaskClient, seeded_database: Database
) -> None:
    answer = ask(visitor, made(seeded_database, "planner"))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert visitor.get("/api/classes").status_code == 401


def test_a_token_may_be_sent_as_a_password(visitor: FlaskClient, seeded_database: Database) -> None:
    token = made(seeded_database, "planner")
    asked = [
        visitor.get("/api/classes", auth=("ai cũng được", password))
        for password in (token, token[:-1], "diaban_", "mật khẩu của máy chủ trước")
    ]
    assert [answer.status_code for answer in asked] == [200, 401, 401, 401]
    assert "invalid_token" in asked[1].headers["WWW-Authenticate"]
    assert asked[3].headers["WWW-Authenticate"] == 'Bearer realm="diaban"'
    assert visitor.get("/api/classes", headers={"Authorization": "Basic !"}).status_code == 401


def test_only_a_digest_of_the_token_is_kept(seeded_database: Database) -> None:
    token = made(seeded_database, "planner")
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        found = api_tokens.find_token(session, LOCAL_OPERATOR, token.split("_")[1])
    assert found is not None
    assert token.split("_")[2] not in str(found)
    assert len(found[1]) == 64


def test_a_token_sees_its_own_scope_and_not_its_owners(
    visitor: FlaskClient, seeded_database: Database
) -> None:
    whole = made(seeded_database, "planner")
    part = made(
        seeded_database, "planner", WantedToken("Tỉnh", Role.ANALYST, Scope.provinces("66"))
    )
    path = "/api/hotspots?province=&from=2025-12-15&to=2026-06-14"
    seen = [{h["id"] for h in ask(visitor, t, path).json["hotspots"]} for t in (whole, part)]
    assert seen[1] < seen[0]


def test_the_token_speaks_even_where_a_cookie_says_more(
    signed_in: SignIn, seeded_database: Database
) -> None:
    part = WantedToken("Xã", Role.COMMUNE, Scope.commune("23401"))
    client, token = signed_in("planner"), made(seeded_database, "planner", part)
    assert ask(client, token, "/reports/file").status_code == 403  # not for officers of communes
    path = "/api/hotspots?province=&from=2025-12-15&to=2026-06-14"
    by_cookie, by_token = client.get(path), ask(client, token, path)
    assert len(by_token.json["hotspots"]) < len(by_cookie.json["hotspots"])


@pytest.mark.parametrize(
    "path", ["/", "/map", "/account", "/admin", "/admin/audit.csv", "/imports", "/api/place?q=x"]
)
def test_pages_and_what_serves_them_are_closed_to_tokens(
    visitor: FlaskClient, seeded_database: Database, path: str
) -> None:
    answer = ask(visitor, made(seeded_database, "admin", WantedToken("x", Role.ADMIN)), path)
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].endswith('error="insufficient_scope"')


def test_nothing_is_written_with_a_token(visitor: FlaskClient, seeded_database: Database) -> None:
    token = made(seeded_database, "planner", WantedToken("x", Role.PLANNER))
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/runs", "/logout", "/api/review/decisions", "/hotspots/new"):
        # The forgery guard or the token's own rule: either refuses before anything happens.
        assert visitor.post(path, headers=headers).status_code in (400, 403)


def test_a_token_cut_to_layers_opens_no_other(
    visitor: FlaskClient, seeded_database: Database
) -> None:
    token = made(seeded_database, "planner", WantedToken("x", Role.ANALYST, None, ("communes",)))
    assert ask(visitor, token, "/api/communes?province=51").status_code == 200
    assert ask(visitor, token, "/provinces/51/communes.csv").status_code == 200
    refused = ask(visitor, token, "/api/hotspots")
    assert refused.status_code == 403
    assert "hotspots" in refused.json["detail"]


@pytest.mark.parametrize(
    ("path", "layer"), [("/api/story", "incidents"), ("/facilities.csv", "facilities")]
)
def test_what_tells_of_hotspots_too_takes_both_layers(
    visitor: FlaskClient, seeded_database: Database, path: str, layer: str
) -> None:
    one = made(seeded_database, "planner", WantedToken("x", Role.ANALYST, None, (layer,)))
    two = made(
        seeded_database, "planner", WantedToken("x", Role.ANALYST, None, (layer, "hotspots"))
    )
    refused = ask(visitor, one, path)
    assert (refused.status_code, "hotspots" in refused.json["detail"]) == (403, True)
    assert ask(visitor, two, path).status_code == 200


@pytest.mark.parametrize("wrong", ["", "x", "diaban_abcdefgh_" + "0" * 64, "diaban_" + "a" * 500])
def test_a_wrong_token_is_refused_in_the_shape_of_errors(visitor: FlaskClient, wrong: str) -> None:
    for path in ("/api/classes", "/facilities.csv"):
        answer = ask(visitor, wrong, path)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="diaban", error="invalid_token"'


def test_an_address_that_tries_many_tokens_waits_but_a_right_one_is_let_in(
    visitor: FlaskClient, seeded_database: Database
) -> None:
    answers = [ask(visitor, f"diaban_{n}") for n in range(22)]
    assert [a.status_code for a in answers[:20]] == [401] * 20
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert ask(visitor, made(seeded_database, "planner")).status_code == 200


def test_without_a_token_a_program_is_told_how_to_come_in(visitor: FlaskClient) -> None:
    assert visitor.get("/api/classes").headers["WWW-Authenticate"] == 'Bearer realm="diaban"'


def test_one_changed_letter_opens_nothing(seeded_database: Database) -> None:
    token = made(seeded_database, "planner")
    changed = token[:-1] + ("0" if token[-1] != "0" else "1")
    with pytest.raises(TokenRefusedError, match="không đúng"):
        read_with(seeded_database, changed, "", NOW)


def test_a_token_ends_when_it_said_it_would(seeded_database: Database) -> None:
    token = made(seeded_database, "planner", WantedToken("x", Role.ANALYST, days=7))
    read_with(seeded_database, token, "", NOW + timedelta(days=7, seconds=-1))
    with pytest.raises(TokenRefusedError, match="hết hạn"):
        read_with(seeded_database, token, "", NOW + timedelta(days=7))


def test_a_revoked_token_opens_nothing(seeded_database: Database) -> None:
    token = made(seeded_database, "planner")
    revoke_token(seeded_database, LOCAL_OPERATOR, token.split("_")[1], NOW)
    with pytest.raises(TokenRefusedError, match="thu hồi"):
        read_with(seeded_database, token, "", NOW)


def test_tokens_of_a_disabled_account_sleep(seeded_database: Database) -> None:
    token = made(seeded_database, "analyst")
    disable_account(seeded_database, LOCAL_OPERATOR, "analyst")
    with pytest.raises(TokenRefusedError, match="bị khóa"):
        read_with(seeded_database, token, "", NOW)


def test_an_owner_who_loses_a_scope_or_role_takes_the_token_along(
    seeded_database: Database,
) -> None:
    token = made(seeded_database, "planner", WantedToken("x", Role.PLANNER, Scope.commune("23401")))

    def give(role: Role, scope: Scope) -> None:
        with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
            seen = account_changes.account_inside(session, LOCAL_OPERATOR, "planner")
            account_changes.change_account(
                session,
                LOCAL_OPERATOR,
                "planner",
                display_name="x",
                role=role,
                scope=scope,
                seen=account_changes.account_stamp(seen),
            )

    give(Role.PLANNER, Scope.provinces("51"))
    assert read_with(seeded_database, token, "", NOW).viewer.scope == Scope.commune("23401")
    for role, scope in (
        (Role.PLANNER, Scope.provinces("66")),
        (Role.ANALYST, Scope.provinces("51")),
    ):
        give(role, scope)
        with pytest.raises(TokenRefusedError, match="không còn đủ quyền"):
            read_with(seeded_database, token, "", NOW)


@pytest.mark.parametrize(
    ("owner", "role", "scope"),
    [
        ("province", Role.ADMIN, None),
        ("province", Role.PLANNER, Scope.nation()),
        ("province", Role.PLANNER, Scope.provinces("51", "66")),
        ("province", Role.COMMUNE, Scope.commune("23401")),
        ("analyst", Role.PLANNER, None),
        ("analyst", Role.COMMUNE, Scope.commune("23401")),
        ("commune", Role.ANALYST, None),
    ],
)
def test_no_token_sees_more_than_its_owner(
    seeded_database: Database, owner: str, role: Role, scope: Scope | None
) -> None:
    with pytest.raises(NotAllowedError, match="rộng hơn"):
        made(seeded_database, owner, WantedToken("x", role, scope))


def test_nobody_makes_or_ends_tokens_of_others(seeded_database: Database) -> None:
    token = made(seeded_database, "analyst")
    with pytest.raises(NotAllowedError):
        add_token(seeded_database, PLANNER_66, "analyst", ANALYST, NOW)
    with pytest.raises(NotFoundError):
        revoke_token(seeded_database, PLANNER_66, token.split("_")[1], NOW)
    assert read_with(seeded_database, token, "", NOW).username == "analyst"


@pytest.mark.parametrize(
    "wanted",
    [
        WantedToken("x", Role.ANALYST, days=366),
        WantedToken("x", Role.ANALYST, days=0),
        WantedToken(" ", Role.ANALYST),
        WantedToken("x", Role.ANALYST, layers=("moi-thu",)),
    ],
)
def test_what_cannot_be_used_is_refused(seeded_database: Database, wanted: WantedToken) -> None:
    with pytest.raises(InvalidValueError):
        made(seeded_database, "planner", wanted)


def test_the_day_of_use_is_kept_and_audited_once_a_day(seeded_database: Database) -> None:
    token = made(seeded_database, "planner")
    for at in (NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)):
        read_with(seeded_database, token, "10.0.0.9", at)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        uses = audit.list_events(session, LOCAL_OPERATOR, action="token_used")
    assert [e.actor for e in uses] == ["planner", "planner"]
    assert uses[0].detail == {"token": token.split("_")[1]}
    assert uses[0].address == "10.0.0.9"


def test_refused_tokens_are_audited_once_an_hour_for_each_address(
    seeded_database: Database,
) -> None:
    for address, after in (("10.0.0.9", 0), ("10.0.0.9", 1), ("10.0.0.8", 2), ("10.0.0.9", 61)):
        with pytest.raises(TokenRefusedError):
            read_with(seeded_database, "falsch", address, NOW + timedelta(minutes=after))
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        refused = audit.list_events(session, LOCAL_OPERATOR, action="token_refused")
    assert [e.address for e in refused] == ["10.0.0.9", "10.0.0.8", "10.0.0.9"]


def test_files_and_collections_open_by_the_layer_that_they_are_of(
    visitor: FlaskClient, seeded_database: Database
) -> None:
    for name in LAYERS:
        of_file = layer_of(f"/export/{name}.gpkg.zip")
        assert of_file and of_file == layer_of(f"/ogc/collections/{name}/items")
    bearer = {"Authorization": f"Bearer {made(seeded_database, 'planner')}"}
    for address in ("/export/nowhere.csv", "/ogc/collections/nowhere"):
        answer = visitor.get(address, headers=bearer)
        assert answer.status_code == 404 and "nowhere" in answer.get_json()["detail"]


def test_every_address_with_data_is_open_to_tokens_or_closed_on_purpose(app: Flask) -> None:
    suffixes = (".csv", ".pdf", ".png", ".json", ".mvt", ".xlsx", ".geojson", ".gpkg")
    closed_on_purpose = {"/imports/<number>/rejects.xlsx", "/imports/template/<layer>.xlsx"}
    forgotten = []
    for each in app.url_map.iter_rules():
        prefixes = ("/api/", "/tiles/", "/ogc", "/export/")
        is_data = each.rule.startswith(prefixes) or each.rule.endswith(suffixes)
        public = rule_of(app, each.endpoint) is Access.PUBLIC
        if not is_data or public or "GET" not in (each.methods or ()):
            continue
        writers = rule_of(app, each.endpoint) in (Access.WRITERS, Access.ADMINS)
        path = each.rule.replace("/export/<layer>", "/export/incidents")
        if layer_of(path) is None and not writers and each.rule not in closed_on_purpose:
            forgotten.append(each.rule)
    assert forgotten == ["/api/<path:rest>"]


def test_the_commands_make_list_and_revoke(
    seeded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.cli import commands

    monkeypatch.setenv("DIABAN_DATABASE_URL", seeded_database.url)
    monkeypatch.setenv("DIABAN_SECRET_KEY", "k" * 40)

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands, ["token", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    token = run("add", "--user", "may-tinh", "--role", "analyst", "--province", "51").split()[-1]
    account = read_with(seeded_database, token, "", NOW)
    assert account.viewer == Viewer("may-tinh", Role.ANALYST, Scope.provinces("51"))
    assert "may-tinh" in run("list")
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        assert "may-tinh" in account_changes.service_accounts(session, LOCAL_OPERATOR)
        assert users.find_account(session, "may-tinh") is not None
    run("revoke", token.split("_")[1])
    [left] = tokens.list_tokens(seeded_database, LOCAL_OPERATOR, "may-tinh")
    assert left.state(NOW) is TokenState.REVOKED
