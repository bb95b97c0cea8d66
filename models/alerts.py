"""Alerts: what an analysis asks a person to look at, raised by runs, read by the pages.

Decisions are made in `models.alert_decisions`. An open alert of the same kind and
subject is refreshed and keeps its first day; `models.alert_rules` says which run
speaks of which alert, and what a decision leaves open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from geo.findings import Finding
from geo.terms import AlertKind, AlertState
from models.additions import chunks, keep_others_from_writing
from models.alert_rules import (
    NEW_RECORDS,
    WATCH_ENDS_ON,
    answers_for,
    speaks,
    standing_decisions,
)
from models.disclosure import provinces_of, sees_dwellings, sees_homes, snap_to_grid, visible
from models.errors import NotFoundError
from models.tables import alerts, hotspots, runs
from models.viewers import Viewer

__all__ = [
    "NEW_RECORDS",
    "WATCH_ENDS_ON",
    "Alert",
    "alert_by_id",
    "count_open",
    "decided_alerts",
    "open_alerts",
    "open_counts",
    "raise_alerts",
]

Subject = tuple[AlertKind, str]

_LAPSED = 10_000
"""Alerts that lapse by one statement."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as a viewer may see it.

    `subject` is the cluster (`C-…`) or hotspot (`H-…`) that it speaks of; `lon`,
    `lat` in WGS 84 degrees. For a dwelling that the viewer does not see exactly the
    point is coarse, and who decided and why is left out. `event_id` is the event of
    the register that a confirmation wrote.
    """

    id: int
    kind: AlertKind
    subject: str
    run_id: int
    cluster_id: str | None
    hotspot_id: int | None
    province_code: str | None
    commune_code: str | None
    lon: float
    lat: float
    evidence: Mapping[str, Any]
    incident_ids: tuple[int, ...]
    raised_at: datetime
    state: AlertState
    decided_at: datetime | None
    decided_by: str | None
    reason: str
    event_id: int | None


def raise_alerts(
    session: Session,
    viewer: Viewer,
    run_id: int,
    findings: Sequence[Finding],
    *,
    at: datetime,
) -> dict[AlertKind, int]:
    """Hold what a run found against the alerts there are; how many are new, by kind.

    Called in the unit of work that stores the run.

    Raises
    ------
    NotAllowedError
        If the viewer may not write or does not see the whole nation.
    """
    viewer.require_write()
    viewer.require_nation()
    keep_others_from_writing(session, alerts)
    run = session.execute(select(runs).where(runs.c.id == run_id)).one()
    if not speaks(session, viewer, run, at):
        return {}
    codes = [f.commune_code for f in findings if f.commune_code]
    provinces = provinces_of(session, codes)
    rows = {(f.kind, f.subject): _values(f, run_id, provinces) for f in findings}
    waiting = _open_by_subject(session)
    mine = {key: row.id for key, row in waiting.items() if answers_for(run, row)}
    _refresh(session, {id_: rows[key] for key, id_ in mine.items() if key in rows})
    _let_lapse(session, [id_ for key, id_ in mine.items() if key not in rows], at)
    decided = standing_decisions(session, viewer)
    new = [f for f in findings if (f.kind, f.subject) not in waiting and decided.leave_open(f)]
    _insert(session, [rows[key] for key in {(f.kind, f.subject): None for f in new}], at)
    return dict(Counter(finding.kind for finding in new))


def open_alerts(
    session: Session,
    viewer: Viewer,
    kind: AlertKind | None = None,
    province_code: str | None = None,
) -> list[Alert]:
    """Alerts that wait for a decision, the latest first."""
    c = alerts.c
    wanted = [c.state == AlertState.OPEN, visible(viewer, alerts)]
    if kind is not None:
        wanted.append(c.kind == kind)
    if province_code is not None:
        wanted.append(c.province_code == province_code)
    statement = _with_dwellings().where(*wanted).order_by(c.raised_at.desc(), c.id.desc())
    return [_alert(viewer, row) for row in session.execute(statement)]


def alert_by_id(session: Session, viewer: Viewer, alert_id: int) -> Alert:
    """One alert.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    """
    statement = _with_dwellings().where(alerts.c.id == alert_id, visible(viewer, alerts))
    row = session.execute(statement).first()
    if row is None:
        raise NotFoundError(f"Không có cảnh báo số {alert_id} trong phạm vi của tài khoản.")
    return _alert(viewer, row)


def count_open(session: Session, viewer: Viewer) -> int:
    """How many alerts wait for a decision."""
    wanted = (alerts.c.state == AlertState.OPEN, visible(viewer, alerts))
    return session.scalar(select(func.count()).select_from(alerts).where(*wanted)) or 0


def open_counts(session: Session, viewer: Viewer) -> dict[tuple[AlertKind, str | None], int]:
    """How many alerts wait, by kind and province."""
    c = alerts.c
    statement = (
        select(c.kind, c.province_code, func.count())
        .where(c.state == AlertState.OPEN, visible(viewer, alerts))
        .group_by(c.kind, c.province_code)
    )
    return {(AlertKind(kind), code): n for kind, code, n in session.execute(statement)}


def decided_alerts(
    session: Session,
    viewer: Viewer,
    limit: int = 20,
    states: Sequence[AlertState] = (AlertState.CONFIRMED, AlertState.DISMISSED),
) -> list[Alert]:
    """What persons decided last, the latest first; other `states` give what lapsed."""
    c = alerts.c
    statement = (
        _with_dwellings()
        .where(c.state.in_(list(states)), visible(viewer, alerts))
        .order_by(c.decided_at.desc(), c.id.desc())
        .limit(limit)
    )
    return [_alert(viewer, row) for row in session.execute(statement)]


def _refresh(session: Session, rows: Mapping[int, Mapping[str, Any]]) -> None:
    if rows:
        statement = update(alerts).where(alerts.c.id == bindparam("alert_id"))
        named = [{"alert_id": id_, **values} for id_, values in rows.items()]
        session.connection().execute(statement, named)


def _let_lapse(session: Session, ids: Sequence[int], at: datetime) -> None:
    lapsed = {"state": AlertState.LAPSED, "decided_at": at}
    for chunk in chunks(ids, _LAPSED):
        session.execute(update(alerts).where(alerts.c.id.in_(chunk)).values(**lapsed))


def _insert(session: Session, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    if rows:
        born = {"raised_at": at, "state": AlertState.OPEN, "reason": ""}
        session.connection().execute(insert(alerts), [{**values, **born} for values in rows])


def _open_by_subject(session: Session) -> dict[Subject, Row[Any]]:
    c, r = alerts.c, runs.c
    statement: Select[Any] = (
        select(c.id, c.kind, c.subject, r.since, r.as_of)
        .join(runs, r.id == c.run_id)
        .where(c.state == AlertState.OPEN)
    )
    return {(AlertKind(row.kind), row.subject): row for row in session.execute(statement)}


def _values(finding: Finding, run_id: int, provinces: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "subject": finding.subject,
        "run_id": run_id,
        "cluster_id": finding.cluster_id,
        "hotspot_id": finding.hotspot_id,
        "province_code": provinces.get(finding.commune_code or ""),
        "commune_code": finding.commune_code,
        "lon": float(finding.lon),
        "lat": float(finding.lat),
        "evidence": dict(finding.evidence),
        "incident_ids": [int(id_) for id_ in finding.incident_ids],
    }


def _with_dwellings() -> Select[Any]:
    of_hotspot: ColumnElement[bool] = hotspots.c.id == alerts.c.hotspot_id
    dwelling = hotspots.c.is_dwelling.label("is_dwelling")
    return select(alerts, dwelling).outerjoin(hotspots, of_hotspot)


def _alert(viewer: Viewer, row: Row[Any]) -> Alert:
    values = {name: getattr(row, name) for name in Alert.__slots__}
    if row.is_dwelling and not sees_dwellings(viewer, row.province_code, row.commune_code):
        lon, lat = snap_to_grid(row.lon, row.lat)
        values |= {"lon": lon, "lat": lat, "reason": "", "decided_by": None}
    elif row.hotspot_id is None and not sees_homes(viewer):  # the middle of cases, perhaps a home
        values |= dict(zip(("lon", "lat"), snap_to_grid(row.lon, row.lat), strict=True))
    kind, state = AlertKind(row.kind), AlertState(row.state)
    ids = tuple(row.incident_ids)
    return Alert(**values | {"kind": kind, "state": state, "incident_ids": ids})
