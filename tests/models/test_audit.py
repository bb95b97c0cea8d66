"""The audit trail: everybody writes, administrators read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import audit
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, Role, Viewer
from tests.models.specimens import ADMIN, ANALYST, NOON, OFFICER, PLANNER

EVERYBODY = [ADMIN, PLANNER, ANALYST, OFFICER, ANONYMOUS]


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda viewer: viewer.name)
def test_what_anybody_does_is_written_down(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database) as session:
        audit.record(session, viewer, "export", "incidents", {"n": 3, "tệp": "a.csv"}, at=NOON)
        (event,) = audit.list_events(session, ADMIN)
    assert (event.at, event.actor, event.role) == (NOON, viewer.name, viewer.role)
    assert (event.action, event.object, event.detail) == (
        "export",
        "incidents",
        {"n": 3, "tệp": "a.csv"},
    )


@pytest.mark.parametrize("viewer", EVERYBODY[1:], ids=lambda viewer: viewer.name)
def test_only_administrators_read_the_trail(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database) as session, pytest.raises(NotAllowedError):
        audit.list_events(session, viewer)


def test_the_latest_come_first_page_by_page(database: Database) -> None:
    with unit_of_work(database) as session:
        for n in range(5):
            audit.record(session, PLANNER, "import", str(n), at=NOON + timedelta(minutes=n))
        first = audit.list_events(session, ADMIN, 2)
        second = audit.list_events(session, ADMIN, 2, before_id=first[-1].id)
    assert [event.object for event in [*first, *second]] == ["4", "3", "2", "1"]


def test_the_trail_can_be_asked_about_one_actor_or_action(database: Database) -> None:
    other = Viewer("khac", Role.ANALYST)
    with unit_of_work(database) as session:
        audit.record(session, PLANNER, "import", "a")
        audit.record(session, other, "export", "b")
        audit.record(session, other, "import", "c")
        by_actor = audit.list_events(session, ADMIN, actor="khac")
        by_action = audit.list_events(session, ADMIN, action="import")
    assert [event.object for event in by_actor] == ["c", "b"]
    assert [event.object for event in by_action] == ["c", "a"]


def test_an_event_without_detail_or_moment_gets_both(database: Database) -> None:
    with unit_of_work(database) as session:
        audit.record(session, PLANNER, "sign_in", "planner")
        (event,) = audit.list_events(session, ADMIN)
    assert event.detail == {}
    assert event.at.tzinfo is not None
