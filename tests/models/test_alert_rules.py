"""What runs raise, refresh and let lapse, and what a decision silences; on both databases."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from geo.findings import Finding
from geo.records import HotspotEvent
from geo.terms import AlertKind, AlertState, EventType
from models import alert_decisions, alerts, hotspot_events
from models.additions import UNDONE
from models.session import Database, unit_of_work
from models.tables import alerts as alerts_table
from models.tables import hotspots as hotspots_table
from models.undone_imports import undo_import
from models.viewers import LOCAL_OPERATOR
from tests.models.alert_runs import LATER, a_cluster, a_finding, decide, run, waiting
from tests.models.specimens import NOON, PLANNER, a_hotspot, keep_hotspots


def test_a_later_run_refreshes_the_evidence_and_keeps_the_first_day(database: Database) -> None:
    run(database, a_finding())
    again = a_finding(incident_ids=(1, 2, 3, 4, 5, 6), evidence={"n_after": 6}, lon=108.002)

    assert run(database, again, at=LATER) == {}

    (alert,) = waiting(database)
    assert (alert.run_id, alert.raised_at, alert.lon) == (2, NOON, 108.002)
    assert (alert.evidence, alert.incident_ids[-1]) == ({"n_after": 6}, 6)


def test_what_a_run_finds_no_more_lapses_and_may_come_back(database: Database) -> None:
    run(database, a_finding(), a_cluster())
    run(database, a_cluster(), at=LATER)

    assert [alert.kind for alert in waiting(database)] == [AlertKind.UNRECORDED]
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (gone,) = alerts.decided_alerts(session, PLANNER, states=[AlertState.LAPSED])
    assert (gone.kind, gone.decided_at, gone.decided_by) == (AlertKind.RE_EMERGING, LATER, None)
    assert run(database, a_finding(), a_cluster(), at=LATER) == {AlertKind.RE_EMERGING: 1}


def of_window(days: int) -> dict[str, Any]:
    return {"since": date(2026, 6, 30) - timedelta(days=days - 1)}


@pytest.mark.parametrize(
    ("second", "n_left"),
    [
        ({}, 0),
        (of_window(90), 0),
        (of_window(120), 0),
        (of_window(30), 1),
        ({"parameters": {"eps_m": 150, "min_samples": 8}}, 0),
        ({"parameters": {"eps_m": 300, "min_samples": 12}}, 0),
    ],
)
def test_a_run_on_a_window_as_long_lets_the_alert_on_a_cluster_lapse(
    second: dict[str, Any], n_left: int, sqlite_database: Database
) -> None:
    run(sqlite_database, a_cluster(), **of_window(90))
    run(sqlite_database, at=LATER, **second)

    assert len(waiting(sqlite_database)) == n_left


def test_a_window_neither_lapses_nor_thins_the_clusters_of_all_records(
    sqlite_database: Database,
) -> None:
    run(sqlite_database, a_cluster(), a_cluster("C-000002", incident_ids=(8, 9)))
    run(sqlite_database, a_cluster(incident_ids=(4, 5)), at=LATER, **of_window(90))

    kept = {alert.subject: alert.incident_ids for alert in waiting(sqlite_database)}
    assert kept == {"C-000001": (1, 2, 3, 4, 5), "C-000002": (8, 9)}


@pytest.mark.parametrize(
    "second", [{}, of_window(30), {"parameters": {"eps_m": 150, "min_samples": 12}}]
)
def test_every_official_run_refreshes_or_lapses_the_alerts_on_hotspots(
    second: dict[str, Any], sqlite_database: Database
) -> None:
    beside = a_finding(subject="H-2", hotspot_id=2)
    run(sqlite_database, a_finding(), beside)
    run(sqlite_database, a_finding(incident_ids=(1, 2, 3, 4, 5, 6)), at=LATER, **second)

    (kept,) = waiting(sqlite_database)
    assert (kept.subject, kept.run_id, len(kept.incident_ids)) == ("H-1", 2, 6)


def test_a_trial_raises_and_lapses_nothing_and_holds_no_official_run_back(
    database: Database,
) -> None:
    run(database, a_finding())
    trial = {"parameters": {"eps_m": 300, "min_samples": 8, "trial": True}}

    assert run(database, a_cluster(), at=LATER, as_of=date(2026, 7, 1), **trial) == {}
    assert [alert.kind for alert in waiting(database)] == [AlertKind.RE_EMERGING]
    assert run(database, a_cluster(), at=LATER) == {AlertKind.UNRECORDED: 1}
    assert [alert.kind for alert in waiting(database)] == [AlertKind.UNRECORDED]


def test_a_look_back_raises_and_lapses_nothing(sqlite_database: Database) -> None:
    run(sqlite_database, a_finding())

    assert run(sqlite_database, a_cluster(), at=LATER, as_of=date(2025, 12, 14)) == {}
    assert [alert.kind for alert in waiting(sqlite_database)] == [AlertKind.RE_EMERGING]


@pytest.mark.parametrize("state", [AlertState.DISMISSED, AlertState.CONFIRMED])
def test_what_was_decided_comes_back_with_three_new_records(
    state: AlertState, database: Database
) -> None:
    run(database, a_finding())
    decide(database, state)
    two = a_finding(incident_ids=(1, 2, 3, 4, 5, 6, 7))
    three = a_finding(incident_ids=(5, 6, 7, 8))

    assert run(database, two, at=LATER) == {}
    assert run(database, three, at=LATER) == {AlertKind.RE_EMERGING: 1}


def test_a_decision_on_a_cluster_holds_for_its_records_under_another_name(
    sqlite_database: Database,
) -> None:
    run(sqlite_database, a_cluster())
    decide(sqlite_database)
    split = a_cluster("C-000002", incident_ids=(1, 2, 3))
    grown = a_cluster("C-000003", incident_ids=(4, 5, 6, 7, 8))
    other = a_cluster("C-000004", incident_ids=(11, 12))

    assert run(sqlite_database, split, grown, other, at=LATER) == {AlertKind.UNRECORDED: 2}
    assert {alert.subject for alert in waiting(sqlite_database)} == {"C-000003", "C-000004"}


def test_a_decision_on_a_hotspot_does_not_silence_the_one_beside_it(
    sqlite_database: Database,
) -> None:
    run(sqlite_database, a_finding())
    decide(sqlite_database)

    beside = a_finding(subject="H-2", hotspot_id=2)
    assert run(sqlite_database, beside, at=LATER) == {AlertKind.RE_EMERGING: 1}


def test_the_end_of_a_watch_is_told_again_only_when_it_ends_later(
    sqlite_database: Database,
) -> None:
    def over(day: str) -> Finding:
        evidence = {"watch_ends_on": day}
        return a_finding(kind=AlertKind.DELISTING, evidence=evidence, incident_ids=())

    run(sqlite_database, over("2026-06-09"))
    decide(sqlite_database)

    assert run(sqlite_database, over("2026-06-09"), at=LATER) == {}
    assert run(sqlite_database, over("2026-11-01"), at=LATER) == {AlertKind.DELISTING: 1}


def confirm_again(database: Database) -> int:
    """Confirm the only alert that waits: the event of the register, recorded at that moment."""
    alert = decide(database, AlertState.CONFIRMED)
    again = HotspotEvent(EventType.RE_EMERGED, date(2026, 5, 2))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        event_id = hotspot_events.add_event(session, PLANNER, 1, again, at=LATER)
        alert_decisions.link_event(session, PLANNER, alert.id, event_id)
    return event_id


def written(database: Database) -> alert_decisions.WrittenEvent | None:
    """What became of what was confirmed first."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        alert = alerts.alert_by_id(session, PLANNER, 1)
        return alert_decisions.written_event(session, PLANNER, alert)


def test_a_confirmation_taken_out_of_the_register_silences_nothing(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    run(database, a_finding())
    event_id = confirm_again(database)
    assert run(database, a_finding(), at=LATER) == {}

    out = HotspotEvent(EventType.NOTE, date(2026, 5, 2), "Ghi nhầm điểm.")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        hotspot_events.add_event(session, PLANNER, 1, out, at=LATER, corrects_id=event_id)
    told = written(database)
    assert told is not None
    assert (told.taken_out, told.corrected, told.withdrawn) == (True, False, False)
    assert run(database, a_finding(), at=LATER) == {AlertKind.RE_EMERGING: 1}


def test_a_confirmation_whose_hotspot_was_taken_back_silences_nothing(
    sqlite_database: Database,
) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    run(sqlite_database, a_finding())
    confirm_again(sqlite_database)
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        session.execute(update(hotspots_table).values(withdrawn=UNDONE))

    assert run(sqlite_database, a_finding(), at=LATER) == {AlertKind.RE_EMERGING: 1}


def test_a_confirmation_lives_and_ends_with_its_event(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    run(database, a_finding())
    confirmed = confirm_again(database)

    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undo_import(session, PLANNER, 1, at=LATER)
    keep_hotspots(database, a_hotspot())
    foreign = HotspotEvent(EventType.NOTE, date(2026, 5, 3), "Họp tổ dân phố.")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        numbers = hotspot_events.histories_of(session, [1])[1]
        hotspot_events.add_event(session, PLANNER, 1, foreign, at=LATER + timedelta(hours=1))
    assert confirmed not in [event.id for event in numbers]
    assert written(database) is None
    assert run(database, a_finding(), at=LATER) == {AlertKind.RE_EMERGING: 1}


def test_an_event_that_comes_back_under_another_number_is_still_what_was_confirmed(
    database: Database,
) -> None:
    keep_hotspots(database, a_hotspot())
    run(database, a_finding())
    confirmed = confirm_again(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        dropped = hotspot_events.drop_events(session, [1])
        first = HotspotEvent(EventType.NOTE, date(2026, 5, 3), "Họp tổ dân phố.")
        hotspot_events.add_event(session, PLANNER, 1, first, at=NOON)
        hotspot_events.put_back_events(session, dropped)

    told = written(database)
    assert told is not None
    assert (told.type, told.taken_out) == (EventType.RE_EMERGED, False)
    assert told.id != confirmed
    assert run(database, a_finding(), at=LATER) == {}


def test_many_findings_are_held_against_many_decisions_at_once(sqlite_database: Database) -> None:
    many = [
        a_cluster(f"C-{n:06d}", incident_ids=tuple(range(20 * n, 20 * n + 20)))
        for n in range(1_500)
    ]
    run(sqlite_database, *many)
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        session.execute(update(alerts_table).values(state=AlertState.DISMISSED, decided_at=NOON))
    started = time.process_time()

    assert run(sqlite_database, *many, at=LATER) == {}
    assert time.process_time() - started < 2
