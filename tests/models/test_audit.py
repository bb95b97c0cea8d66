"""The audit trail: everybody writes, administrators read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models import audit
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Role, Viewer
from tests.models.specimens import ADMIN, ANALYST, NOON, OFFICER, PLANNER

EVERYBODY = [ADMIN, PLANNER, ANALYST, OFFICER, ANONYMOUS]


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda viewer: viewer.name)
def test_what_anybody_does_is_written_down(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
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
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        audit.list_events(session, viewer)


def test_the_latest_come_first_page_by_page(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for n in range(5):
            audit.record(session, PLANNER, "import", str(n), at=NOON + timedelta(minutes=n))
        first = audit.list_events(session, ADMIN, 2)
        second = audit.list_events(session, ADMIN, 2, before_id=first[-1].id)
    assert [event.object for event in [*first, *second]] == ["4", "3", "2", "1"]


def test_the_trail_can_be_asked_about_one_actor_or_action(database: Database) -> None:
    other = Viewer("khac", Role.ANALYST)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, "import", "a")
        audit.record(session, other, "export", "b")
        audit.record(session, other, "import", "c")
        by_actor = audit.list_events(session, ADMIN, actor="khac")
        by_action = audit.list_events(session, ADMIN, action="import")
    assert [event.object for event in by_actor] == ["c", "b"]
    assert [event.object for event in by_action] == ["c", "a"]


def test_an_event_without_detail_or_moment_gets_both(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, "sign_in", "planner")
        (event,) = audit.list_events(session, ADMIN)
    assert event.detail == {}
    assert event.at.tzinfo is not None


@pytest.mark.parametrize(
    ("action", "detail", "changed"),
    [
        ("import", {"accepted": 3, "changed": 0}, True),
        ("import", {"accepted": 0, "changed": 2}, True),
        ("import", {"accepted": 0, "changed": 0, "rejected": 4}, False),
        ("undo_import", {"removed": 1, "restored": 0}, True),
        ("merge_incidents", {}, True),
        ("undo_merge_incidents", {}, True),
        ("separate_incidents", {}, False),
        ("review", {}, True),
        ("review_undo", {}, True),
        ("renew", {"total": 5, "moved": 0, "reopened": 0}, False),
        ("renew", {"total": 5, "moved": 1, "reopened": 0}, True),
        ("boundaries-install", {}, True),
        ("hotspot_event", {"before": None, "after": {"type": "cleared"}}, True),
        ("hotspot_event", {"before": {"type": "cleared"}, "after": {"type": "note"}}, True),
        ("hotspot_event", {"before": {"type": "re_emerged"}, "after": None}, True),
        ("hotspot_event", {"before": None, "after": {"type": "note"}}, False),
        ("hotspot_event", {"before": {"type": "note"}, "after": {"type": "note"}}, False),
        ("sign_in", {}, False),
        ("export", {}, False),
    ],
)
def test_what_changes_the_data_makes_the_analysis_older_than_them(
    database: Database, action: str, detail: dict[str, int], changed: bool
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, action, "x", detail)
        audit.record(session, PLANNER, "analyse", "run:1")
        assert not audit.changed_since_analysis(session, OFFICER)
        audit.record(session, PLANNER, action, "x", detail)
        audit.record(session, PLANNER, "sign_in", "planner")
        assert audit.changed_since_analysis(session, OFFICER) is changed
        audit.record(session, PLANNER, "analyse", "run:2")
        assert not audit.changed_since_analysis(session, OFFICER)


def test_what_came_while_the_analysis_ran_is_newer_than_it(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, "import", "x", {"accepted": 1})
        read_up_to = audit.last_id(session, PLANNER)
        audit.record(session, PLANNER, "merge_incidents", "x")
        audit.record(session, PLANNER, "analyse", "run:1", {"read_up_to": read_up_to})
        assert audit.changed_since_analysis(session, PLANNER)


def test_a_trial_reads_the_data_for_nobody(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, "analyse", "run:1")
        audit.record(session, PLANNER, "import", "x", {"accepted": 1})
        audit.record(session, PLANNER, "analyse", "run:2", {"trial": True})
        assert audit.changed_since_analysis(session, PLANNER)


def test_what_only_decisions_on_alerts_changed_is_told_apart(database: Database) -> None:
    cleared = {"before": None, "after": {"type": "re_emerged"}}
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, "analyse", "run:1")
        audit.record(session, PLANNER, "hotspot_event", "hotspot:1", cleared | {"alert": 7})
        assert audit.change_since_analysis(session, OFFICER) is audit.Change.DECISIONS
        audit.record(session, PLANNER, "hotspot_event", "hotspot:2", cleared)
        assert audit.change_since_analysis(session, OFFICER) is audit.Change.DATA


def test_events_are_found_by_object_kind_address_and_moment(database: Database) -> None:
    there = replace(PLANNER, address="10.0.0.7")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for hours, who, what in (
            (0, PLANNER, "import:1"),
            (1, there, "import:12"),
            (2, there, "x"),
        ):
            audit.record(session, who, "import", what, at=NOON + timedelta(hours=hours))
        audit.record(session, there, "user-add", "lan", at=NOON + timedelta(hours=3))

        def found(**wanted: Any) -> list[str]:
            return [event.object for event in audit.list_events(session, ADMIN, **wanted)]

        assert found(object="import") == ["import:12", "import:1"]
        assert found(object="import:1") == ["import:1"]
        assert found(object="lan") == ["lan"]
        assert found(address="10.0.0.7", action="import") == ["x", "import:12"]
        hour = timedelta(hours=1)
        assert found(since=NOON + hour, until=NOON + 2 * hour) == ["import:12"]
        assert found(object="%") == []


def test_a_view_is_known_to_whoever_had_it(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, "view", "incident:7", at=NOON)
        assert audit.done_since(session, PLANNER, "view", "incident:7", NOON)
        later = NOON + timedelta(seconds=1)
        elsewhere = replace(PLANNER, address="10.0.0.7")
        for who, what, since in (
            (PLANNER, "incident:7", later),
            (PLANNER, "incident:70", NOON),
            (elsewhere, "incident:7", NOON),
            (ADMIN, "incident:7", NOON),
        ):
            assert not audit.done_since(session, who, "view", what, since)


def test_an_account_stands_in_the_part_that_can_be_erased(database: Database) -> None:
    by = Viewer("hoa.tran", Role.ADMIN)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, by, "user-disable", "lan.nguyen")
        kept = str(session.execute(text("SELECT * FROM audit_events")).all())
        (event,) = audit.list_events(session, ADMIN)
    assert (event.actor, event.object) == ("hoa.tran", "lan.nguyen")
    assert "lan.nguyen" not in kept
    assert "hoa.tran" not in kept
