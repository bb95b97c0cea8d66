"""Alerts: raised by runs, read within the scope, decided on; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from geo.terms import AlertKind, AlertState
from models import alert_decisions, alerts, hotspots
from models.additions import UNDONE
from models.alerts import raise_alerts
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.session import Database, unit_of_work
from models.tables import alerts as alerts_table
from models.tables import hotspots as hotspots_table
from models.viewers import LOCAL_OPERATOR
from tests.models.alert_runs import LATER, REASON, a_cluster, a_finding, decide, run, waiting
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    a_hotspot,
    keep_hotspots,
    placed,
)


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
    with unit_of_work(database, LOCAL_OPERATOR) as session:
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
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
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


def test_who_decided_on_a_dwelling_and_why_is_told_to_those_who_act_on_it(
    sqlite_database: Database,
) -> None:
    keep_hotspots(sqlite_database, a_hotspot(is_dwelling=True))
    run(sqlite_database, a_finding())
    decide(sqlite_database)
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        (exact,) = alerts.decided_alerts(session, PLANNER_51)
        (coarse,) = alerts.decided_alerts(session, ANALYST)

    assert (exact.reason, exact.decided_by) == (REASON, "planner")
    assert (coarse.reason, coarse.decided_by) == ("", None)
    assert (coarse.state, coarse.decided_at) == (AlertState.DISMISSED, LATER)


def test_a_decision_is_written_once_and_can_be_taken_back(database: Database) -> None:
    run(database, a_finding())
    alert = decide(database)
    assert waiting(database) == []

    with unit_of_work(database, LOCAL_OPERATOR) as session:
        (decided,) = alerts.decided_alerts(session, PLANNER)
        assert (decided.state, decided.reason) == (AlertState.DISMISSED, REASON)
        assert (decided.decided_by, decided.decided_at) == ("planner", LATER)
    with (
        unit_of_work(database, LOCAL_OPERATOR) as session,
        pytest.raises(ConflictError, match="được bỏ qua"),
    ):
        alert_decisions.settle(
            session, PLANNER, alert.id, AlertState.CONFIRMED, reason="", at=LATER
        )
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        alert_decisions.reopen(session, PLANNER, alert.id)
    (again,) = waiting(database)
    assert (again.decided_by, again.reason, again.raised_at) == (None, "", NOON)
    with (
        unit_of_work(database, LOCAL_OPERATOR) as session,
        pytest.raises(ConflictError, match="chưa có quyết"),
    ):
        alert_decisions.reopen(session, PLANNER, alert.id)


@pytest.mark.parametrize(
    ("commune_code", "told"), [("23402", "số 2 mới hơn"), ("00004", "báo mới")]
)
def test_an_older_decision_is_not_reopened_beside_a_newer_alert(
    database: Database, commune_code: str, told: str
) -> None:
    run(database, a_finding())
    old = decide(database)
    run(database, a_finding(incident_ids=(6, 7, 8), commune_code=commune_code), at=LATER)

    with (
        unit_of_work(database, PLANNER_51) as session,
        pytest.raises(ConflictError, match=told),
    ):
        alert_decisions.reopen(session, PLANNER_51, old.id)


def test_readers_decide_and_raise_nothing(sqlite_database: Database) -> None:
    run(sqlite_database, a_finding())
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
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
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            return alert_decisions.next_ref(session, PLANNER_51, year)

    assert following(2026) == "DB-2026-0001"
    named("DB-2026-0009")
    named("DB-2026-x")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(update(hotspots_table).values(withdrawn=UNDONE))
        assert hotspots.find_hotspots(session, PLANNER) == []
    assert following(2026) == "DB-2026-0010"
    assert following(2027) == "DB-2027-0001"
