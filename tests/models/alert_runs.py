"""Runs that raise alerts, for the tests of alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from geo.findings import Finding
from geo.terms import AlertKind, AlertState
from models import alert_decisions, alerts, runs
from models.alerts import Alert, raise_alerts
from models.runs import NewRun
from models.session import Database, Session, unit_of_work
from models.tables import boundary_versions
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import NOON, PLANNER, draw_map

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
    with unit_of_work(database, LOCAL_OPERATOR) as session:
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
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return alerts.open_alerts(session, viewer)


def decide(database: Database, state: AlertState = AlertState.DISMISSED) -> Alert:
    """Decide on the only alert that waits."""
    (alert,) = waiting(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        alert_decisions.settle(session, PLANNER, alert.id, state, reason=REASON, at=LATER)
    return alert
