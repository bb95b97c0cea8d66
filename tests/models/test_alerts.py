"""Alerts: raised by runs, read within the scope, decided on; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from geo.findings import Finding
from geo.records import HotspotEvent
from geo.terms import AlertKind, AlertState, EventType
from models import alert_decisions, alerts, hotspot_events, hotspots, runs
from models.additions import UNDONE
from models.alerts import Alert, raise_alerts
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.runs import NewRun
from models.session import Database, Session, unit_of_work
from models.tables import alerts as alerts_table
from models.tables import boundary_versions
from models.tables import hotspots as hotspots_table
from models.viewers import Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    a_hotspot,
    draw_map,
    keep_hotspots,
    placed,
)

LATER = NOON + timedelta(days=1)
REASON = "Đã kiểm tra tại chỗ, không có cơ sở."


def a_finding(**changes: Any) -> Finding:
    """Five incidents around a cleared place of 23401."""
    finding = Finding(
        kind=AlertKind.RE_EMERGING,
        subject="H-1",
        lon=108.00123,
        lat=14.00456,
        commune_code="23401",
        incident_ids=(1, 2, 3, 4, 5),
        evidence={"n_after": 5, "cleared_on": "2026-01-09"},
        hotspot_id=1,
    )
    return replace(finding, **changes)


def a_cluster(subject: str = "C-000001", **changes: Any) -> Finding:
    """A cluster of no recorded place."""
    told = {"kind": AlertKind.UNRECORDED, "subject": subject, "cluster_id": subject}
    return a_finding(**(told | {"hotspot_id": None} | changes))


def run(
    database: Database, *findings: Finding, at: datetime = NOON, **changes: Any
) -> dict[AlertKind, int]:
    """Store a run with what it found; what is new."""
    with unit_of_work(database) as session:
        new = NewRun(
            as_of=date(2026, 6, 30),
            parameters={"eps_m": 300, "min_samples": 8, "window_days": None},
            data_stamp="ab" * 32,
            boundary_version_id=_map_of(session),
            software_version="0.1.0",
            n_records=9,
            n_left_out=2,
            at=at,
        )
        run_id = runs.store_run(session, PLANNER, replace(new, **changes), [])
        return raise_alerts(session, PLANNER, run_id, findings, at=at)


def _map_of(session: Session) -> int:
    found = session.scalar(select(boundary_versions.c.id))
    return draw_map(session) if found is None else found


def waiting(database: Database, viewer: Viewer = PLANNER) -> list[Alert]:
    with unit_of_work(database, read_only=True) as session:
        return alerts.open_alerts(session, viewer)


def decide(database: Database, state: AlertState = AlertState.DISMISSED) -> Alert:
    """Decide on the only alert that waits."""
    (alert,) = waiting(database)
    with unit_of_work(database) as session:
        alert_decisions.settle(session, PLANNER, alert.id, state, reason=REASON, at=LATER)
    return alert


def test_a_finding_becomes_an_alert_with_its_evidence_and_province(database: Database) -> None:
    assert run(database, a_finding(), a_cluster()) == {
        AlertKind.RE_EMERGING: 1,
        AlertKind.UNRECORDED: 1,
    }
    (alert,) = [a for a in waiting(database) if a.kind is AlertKind.RE_EMERGING]

    assert (alert.subject, alert.hotspot_id, alert.state) == ("H-1", 1, AlertState.OPEN)
    assert (alert.commune_code, alert.province_code) == ("23401", "51")
    assert alert.incident_ids == (1, 2, 3, 4, 5)
    assert alert.evidence["n_after"] == 5
    assert (alert.raised_at, alert.reason, alert.event_id) == (NOON, "", None)


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
    with unit_of_work(database, read_only=True) as session:
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
        ({"parameters": {"eps_m": 150, "min_samples": 8}}, 1),
        ({"parameters": {"eps_m": 300, "min_samples": 12}}, 1),
    ],
)
def test_only_a_run_that_looked_as_widely_lets_an_alert_lapse(
    second: dict[str, Any], n_left: int, sqlite_database: Database
) -> None:
    run(sqlite_database, a_cluster(), **of_window(90))
    run(sqlite_database, at=LATER, **second)

    assert len(waiting(sqlite_database)) == n_left


def test_a_window_neither_lapses_nor_thins_what_all_records_show(
    sqlite_database: Database,
) -> None:
    run(sqlite_database, a_cluster(), a_finding())
    run(sqlite_database, a_cluster(incident_ids=(4, 5)), at=LATER, **of_window(90))

    kept = waiting(sqlite_database)
    assert {alert.incident_ids for alert in kept} == {(1, 2, 3, 4, 5)}
    assert len(kept) == 2


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


def test_a_confirmation_taken_out_of_the_register_silences_nothing(database: Database) -> None:
    keep_hotspots(database, a_hotspot())
    run(database, a_finding())
    alert = decide(database, AlertState.CONFIRMED)
    again = HotspotEvent(EventType.RE_EMERGED, date(2026, 5, 2))
    with unit_of_work(database) as session:
        event_id = hotspot_events.add_event(session, PLANNER, 1, again, at=LATER)
        alert_decisions.link_event(session, PLANNER, alert.id, event_id)
    assert run(database, a_finding(), at=LATER) == {}

    out = HotspotEvent(EventType.NOTE, date(2026, 5, 2), "Ghi nhầm điểm.")
    with unit_of_work(database) as session:
        hotspot_events.add_event(session, PLANNER, 1, out, at=LATER, corrects_id=event_id)
        told = alert_decisions.written_event(session, PLANNER, event_id)
    assert told is not None
    assert (told.taken_out, told.corrected, told.withdrawn) == (True, False, False)
    assert run(database, a_finding(), at=LATER) == {AlertKind.RE_EMERGING: 1}


def test_a_confirmation_whose_hotspot_was_taken_back_silences_nothing(
    sqlite_database: Database,
) -> None:
    keep_hotspots(sqlite_database, a_hotspot())
    run(sqlite_database, a_cluster())
    alert = decide(sqlite_database, AlertState.CONFIRMED)
    with unit_of_work(sqlite_database) as session:
        alert_decisions.link_event(session, PLANNER, alert.id, 1)
        session.execute(update(hotspots_table).values(withdrawn=UNDONE))

    assert run(sqlite_database, a_cluster(), at=LATER) == {AlertKind.UNRECORDED: 1}


def test_alerts_are_cut_to_the_scope(database: Database) -> None:
    here = a_finding()
    beside = a_cluster("C-000001", commune_code="23402")
    elsewhere = a_cluster("C-000002", commune_code="00004", incident_ids=(9,))
    nowhere = a_cluster("C-000003", commune_code=None, incident_ids=(10,))
    run(database, here, beside, elsewhere, nowhere)

    assert len(waiting(database)) == 4
    assert len(waiting(database, PLANNER_51)) == 2
    assert [alert.commune_code for alert in waiting(database, PLANNER_01)] == ["00004"]
    assert [alert.subject for alert in waiting(database, OFFICER)] == ["H-1"]
    with unit_of_work(database) as session:
        assert alerts.count_open(session, PLANNER_51) == 2
        assert alerts.open_counts(session, PLANNER_01) == {(AlertKind.UNRECORDED, "01"): 1}
        with pytest.raises(NotFoundError):
            alerts.alert_by_id(session, PLANNER_01, 1)
        with pytest.raises(NotFoundError):
            alert_decisions.settle(
                session, PLANNER_01, 1, AlertState.DISMISSED, reason=REASON, at=NOON
            )


def test_open_alerts_are_given_by_kind_and_province(sqlite_database: Database) -> None:
    run(sqlite_database, a_finding(), a_cluster(commune_code="00004"))
    with unit_of_work(sqlite_database, read_only=True) as session:
        of_kind = alerts.open_alerts(session, PLANNER, AlertKind.UNRECORDED)
        of_province = alerts.open_alerts(session, PLANNER, province_code="51")

    assert [alert.kind for alert in of_kind] == [AlertKind.UNRECORDED]
    assert [alert.kind for alert in of_province] == [AlertKind.RE_EMERGING]


def test_a_dwelling_is_shown_coarsely_to_those_who_do_not_act_on_it(
    sqlite_database: Database,
) -> None:
    keep_hotspots(sqlite_database, a_hotspot(is_dwelling=True))
    run(sqlite_database, a_finding())
    (exact,) = waiting(sqlite_database, PLANNER_51)
    (coarse,) = waiting(sqlite_database, ANALYST)

    assert (exact.lon, exact.lat) == (108.00123, 14.00456)
    assert (coarse.lon, coarse.lat) != (exact.lon, exact.lat)


def test_a_decision_is_written_once_and_can_be_taken_back(database: Database) -> None:
    run(database, a_finding())
    alert = decide(database)
    assert waiting(database) == []

    with unit_of_work(database) as session:
        (decided,) = alerts.decided_alerts(session, PLANNER)
        assert (decided.state, decided.reason) == (AlertState.DISMISSED, REASON)
        assert (decided.decided_by, decided.decided_at) == ("planner", LATER)
    with unit_of_work(database) as session, pytest.raises(ConflictError, match="được bỏ qua"):
        alert_decisions.settle(
            session, PLANNER, alert.id, AlertState.CONFIRMED, reason="", at=LATER
        )
    with unit_of_work(database) as session:
        alert_decisions.reopen(session, PLANNER, alert.id)
    (again,) = waiting(database)
    assert (again.decided_by, again.reason, again.raised_at) == (None, "", NOON)
    with unit_of_work(database) as session, pytest.raises(ConflictError, match="chưa có quyết"):
        alert_decisions.reopen(session, PLANNER, alert.id)


def test_an_older_decision_is_not_reopened_beside_a_newer_alert(sqlite_database: Database) -> None:
    run(sqlite_database, a_finding())
    old = decide(sqlite_database)
    run(sqlite_database, a_finding(incident_ids=(6, 7, 8)), at=LATER)

    with unit_of_work(sqlite_database) as session, pytest.raises(ConflictError, match="mới hơn"):
        alert_decisions.reopen(session, PLANNER, old.id)


def test_readers_decide_and_raise_nothing(sqlite_database: Database) -> None:
    run(sqlite_database, a_finding())
    with unit_of_work(sqlite_database) as session:
        for act in (
            lambda: alert_decisions.reopen(session, OFFICER, 1),
            lambda: alert_decisions.settle(
                session, ANALYST, 1, AlertState.DISMISSED, reason=REASON, at=NOON
            ),
            lambda: raise_alerts(session, PLANNER_51, 1, [], at=NOON),
        ):
            with pytest.raises(NotAllowedError):
                act()
        assert session.scalar(select(alerts_table.c.state)) == AlertState.OPEN


def test_refs_of_the_register_run_on_and_are_not_given_again(database: Database) -> None:
    def named(ref: str) -> None:
        spot = a_hotspot(ref, source=alert_decisions.REGISTER_SOURCE, placement=placed("00004"))
        keep_hotspots(database, spot)

    def following(year: int) -> str:
        with unit_of_work(database) as session:
            return alert_decisions.next_ref(session, PLANNER_51, year)

    assert following(2026) == "DB-2026-0001"
    named("DB-2026-0009")
    named("DB-2026-x")
    with unit_of_work(database) as session:
        session.execute(update(hotspots_table).values(withdrawn=UNDONE))
        assert hotspots.find_hotspots(session, PLANNER) == []
    assert following(2026) == "DB-2026-0010"
    assert following(2027) == "DB-2027-0001"
