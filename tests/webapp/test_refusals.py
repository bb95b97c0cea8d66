"""What is refused to somebody signed in leaves a line in the trail, and does not bury it."""

from __future__ import annotations

import pytest
from flask import Flask

from models import audit
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import let_in
from tests.webapp.seeded_site import Clock


def refusals(database: Database) -> list[tuple[str, str, int]]:
    """Who was refused which route with which answer, the earliest first."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = audit.list_events(session, LOCAL_OPERATOR, action="refused")
    return [(e.actor, e.object, e.detail["answer"]) for e in reversed(found)]


def test_what_is_refused_to_somebody_signed_in_is_written_once_an_hour(
    turned_site: Flask, seeded_database: Database, turned: Clock
) -> None:
    planner, commune = let_in(turned_site, "planner"), let_in(turned_site, "commune")
    accounts = ("planner", "/admin", 403)
    imports = ("commune", "/imports", 403)
    for _ in range(3):
        assert planner.get("/admin").status_code == 403
    assert commune.get("/imports").status_code == 403
    assert refusals(seeded_database) == [accounts, imports]
    turned.turn(minutes=29)
    planner.get("/map")
    turned.turn(minutes=29)
    planner.get("/map")
    turned.turn(minutes=3)
    assert planner.get("/admin").status_code == 403
    assert refusals(seeded_database) == [accounts, imports, accounts]


@pytest.mark.parametrize("number", [1, 99_999])
def test_a_record_out_of_scope_and_one_that_is_not_there_leave_the_same_line(
    turned_site: Flask, seeded_database: Database, number: int
) -> None:
    assert let_in(turned_site, "planner").get("/incidents/1").status_code == 200
    assert let_in(turned_site, "province").get(f"/incidents/{number}").status_code == 404
    assert refusals(seeded_database) == [("province", "/incidents/<number>", 404)]


def test_strangers_public_files_and_unknown_addresses_leave_none(
    turned_site: Flask, seeded_database: Database
) -> None:
    stranger, planner = turned_site.test_client(), let_in(turned_site, "planner")
    assert stranger.get("/admin").status_code == 302
    assert stranger.get("/api/summary").status_code == 401
    assert planner.get("/static/none.css").status_code == 404
    assert planner.get("/no-such-page").status_code == 404
    assert planner.get("/map").status_code == 200
    assert refusals(seeded_database) == []
