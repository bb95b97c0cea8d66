"""Every route that shows, gives out or changes records leaves its line in the audit trail."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models import audit, users
from models.audit import AuditEvent
from models.session import Database, unit_of_work
from models.tables import audit_events
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.webapp.access_routes import ROUTES
from tests.webapp.access_sweep import ASKERS, CanarySite, Reply, build_site
from tests.webapp.canary_world import OWN
from tests.webapp.conftest import csrf_token, post_login, seen_in
from tests.webapp.seeded_site import PASSWORD, clock, settings
from webapp.app import create_app
from webapp.audited_routes import EXPORTS, PLAIN, QUIET, SELF_WRITTEN, VIEWS, install_audit
from webapp.security import Access, rule

BY_NAME = {asker.name: asker for asker in ASKERS}
PLANNER, ADMIN = BY_NAME["ca-nuoc"], BY_NAME["quan-tri"]
TABLES = {"views": set(VIEWS), "exports": set(EXPORTS), "own": SELF_WRITTEN, "plain": PLAIN}

WRITES: Mapping[str, str] = {
    "register.write_event": "hotspot_event",
    "register.remove_event": "hotspot_event",
    "facility_forms.withdraw_facility": "withdraw_facility",
    "alert_pages.confirm": "confirm_alert",
    "alert_pages.undo": "undo_alert",
    "assessment_pages.set_due_date": "due_date",
    "progress_pages.enter_roadmap": "set_targets",
    "sub_unit_lists.add_sub_unit": "import",
    "sub_unit_lists.take_off_sub_unit": "import",
    "sub_unit_lists.bring_back_sub_unit": "import",
    "drives.withdraw_campaign": "withdraw_campaign",
    "drives.restore_campaign": "restore_campaign",
    "routes.withdraw_corridor": "withdraw_corridor",
    "routes.restore_corridor": "restore_corridor",
    "duplicate_cases.merge": "merge_incidents",
    "duplicate_cases.undo": "undo_merge_incidents",
}
"""Writes that the forms of the matrix make go well, in an order in which they do."""

SEEN_ON: Mapping[str, str] = {
    "register.remove_event": "/hotspots/TD-{word}",
    "facility_forms.withdraw_facility": "/facilities/{facility}",
    "alert_pages.confirm": "/alerts/{alert}",
    "alert_pages.undo": "/alerts/{alert}",
    "assessment_pages.set_due_date": "/provinces/{province}/assessment?period=2025",
    "sub_unit_lists.take_off_sub_unit": "/communes/{code}/sub-units",
    "sub_unit_lists.bring_back_sub_unit": "/communes/{code}/sub-units",
    "drives.withdraw_campaign": "/campaigns/{campaign}",
    "drives.restore_campaign": "/campaigns/{campaign}",
    "routes.withdraw_corridor": "/corridors/{corridor}",
    "routes.restore_corridor": "/corridors/{corridor}",
    "duplicate_cases.merge": "/duplicates",
    "duplicate_cases.undo": "/duplicates",
}
"""Pages where the forms of those writes stand, which say what was on the screen."""


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CanarySite]:
    """A site with something of everything, everybody signed in."""
    built = build_site(sqlite_template, tmp_path_factory.mktemp("audited"))
    yield built
    built.database.close()


def read_routes(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def last_number(site: CanarySite) -> int:
    with unit_of_work(site.database, LOCAL_OPERATOR, read_only=True) as session:
        return audit.last_id(session, LOCAL_OPERATOR)


def since(site: CanarySite, number: int) -> list[AuditEvent]:
    with unit_of_work(site.database, LOCAL_OPERATOR, read_only=True) as session:
        found = audit.list_events(session, LOCAL_OPERATOR, None)
    return [event for event in found if event.id > number]


def asked(site: CanarySite, endpoint: str) -> tuple[Reply, list[AuditEvent]]:
    """An answer to the planner or administrator, and what it left in the trail."""
    number = last_number(site)
    reply = site.get(who(endpoint), site.filled(ROUTES[endpoint].paths[0], OWN))
    assert reply.status == 200
    return reply, since(site, number)


def who(endpoint: str) -> Viewer:
    """Who may ask for it."""
    return ADMIN if ROUTES[endpoint].access is Access.ADMINS else PLANNER


def of_matrix(table: Collection[str]) -> list[str]:
    """The routes of a table that the matrix has an address for."""
    return sorted(name for name, line in ROUTES.items() if name in table and line.paths)


def test_every_route_that_is_read_stands_in_one_table(site: CanarySite) -> None:
    routes = read_routes(site.app)
    listed = [name for names in TABLES.values() for name in names]
    assert sorted(routes - set(listed)) == []
    assert sorted(set(listed) - routes) == []
    assert len(listed) == len(set(listed))
    assert set(site.app.view_functions) >= QUIET


@pytest.mark.parametrize("endpoint", of_matrix(VIEWS))
def test_what_is_seen_in_detail_is_written_down_once_an_hour(
    site: CanarySite, endpoint: str
) -> None:
    asked(site, endpoint)
    kind = VIEWS[endpoint]
    seen = [e for e in since(site, 0) if e.action == "view" and e.object.split(":")[0] == kind]
    assert {(event.actor, event.address) for event in seen} == {(who(endpoint).name, "127.0.0.1")}
    site.app.extensions["audited_lately"].keys.clear()  # as in another process
    assert asked(site, endpoint)[1] == []
    assert asked(site, endpoint)[1] == []


@pytest.mark.parametrize("endpoint", of_matrix(PLAIN))
def test_what_is_read_without_a_line_names_no_hotspot_and_no_home(
    site: CanarySite, endpoint: str
) -> None:
    reply = site.get(who(endpoint), site.filled(ROUTES[endpoint].paths[0], OWN))
    hidden = (*OWN.home_marks, re.compile(f"Tụ điểm {OWN.word}"))
    assert [mark.pattern for mark in hidden if mark.search(reply.text)] == []


@pytest.mark.parametrize("endpoint", of_matrix(EXPORTS))
def test_every_table_given_out_says_who_with_which_filter_and_how_many_rows(
    site: CanarySite, endpoint: str
) -> None:
    for _ in range(2):
        reply, (event,) = asked(site, endpoint)
        assert (event.action, event.actor) == ("export", who(endpoint).name)
        assert event.object.split(":")[0] == EXPORTS[endpoint]
        assert event.detail["rows"] > 0
        asked_for = reply.path.partition("?")[2]
        assert set(event.detail["filter"]) == {
            pair.partition("=")[0] for pair in asked_for.split("&") if pair
        }


@pytest.mark.parametrize("endpoint", of_matrix(SELF_WRITTEN))
def test_every_paper_given_out_is_written_down(site: CanarySite, endpoint: str) -> None:
    _, (event,) = asked(site, endpoint)
    assert event.action in {"export", "map_sheet", "report"}
    assert event.actor == "ca-nuoc"


def test_who_may_not_see_a_record_leaves_no_view_of_it(site: CanarySite) -> None:
    number = last_number(site)
    reply = site.get(BY_NAME["tinh-khac"], site.filled("/incidents/{incident}", OWN))
    assert reply.status == 404
    assert "view" not in {event.action for event in since(site, number)}


def test_words_that_were_searched_for_are_not_kept(site: CanarySite) -> None:
    number = last_number(site)
    assert site.get(PLANNER, "/facilities.csv?q=Trần Văn Tý").status == 200
    (event,) = since(site, number)
    assert event.action == "export"
    assert "Tý" not in str(event.detail)
    assert len(event.detail["filter"]["q"][0]["text"]["sha256"]) == 32


def test_every_write_leaves_its_own_line(site: CanarySite) -> None:
    for endpoint, action in WRITES.items():
        line, number = ROUTES[endpoint], last_number(site)
        form = {site.filled(key, OWN): site.filled(value, OWN) for key, value in line.form or ()}
        path = site.filled(line.paths[0], OWN)
        if endpoint in SEEN_ON:
            page = site.get(PLANNER, site.filled(SEEN_ON[endpoint], OWN))
            form |= seen_in(page.text, path)
        reply = site.post(PLANNER, path, form)
        assert reply.status < 400, (endpoint, reply.text[-2_000:])
        assert action in {event.action for event in since(site, number)}, endpoint


def test_a_write_that_forgets_its_line_gets_one_all_the_same(
    seeded_database: Database, tmp_path: Path
) -> None:
    app = create_app(settings(tmp_path), seeded_database, now=clock)

    @app.post("/forgets/<number>")
    @rule(Access.WRITERS)
    def forgets(number: str) -> str:
        return number

    install_audit(app, seeded_database, clock)
    client = app.test_client()
    assert post_login(client, "planner", PASSWORD).status_code == 302
    guard = {"csrf_token": csrf_token(client.get("/account").text)}
    assert client.post("/forgets/7", data=guard).text == "7"
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        event = audit.list_events(session, LOCAL_OPERATOR, 1)[0]
    assert (event.action, event.object, event.detail) == ("request", "forgets", {"number": "7"})
    assert event.actor == "planner"


def test_no_name_of_an_account_stays_after_erasure(site: CanarySite) -> None:
    with unit_of_work(site.database, LOCAL_OPERATOR, read_only=True) as session:
        names = [account.username for account in users.list_users(session, LOCAL_OPERATOR)]
        kept = [" ".join(map(str, row)) for row in session.execute(select(audit_events))]
    assert len(kept) > 20
    for name in names:
        assert not [row for row in kept if f"'{name}'" in row or f" {name} " in row], name
