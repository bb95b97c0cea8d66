"""Alerts: what an analysis asks a person to look at, raised by runs, read by the pages.

Decisions are made in `models.alert_decisions`. Rules of raising:

* an open alert of the same kind and subject is refreshed and keeps its first day;
* what a person decided is raised again only when at least `NEW_RECORDS` records
  speak for it that were not there when the person decided; the end of a watch only
  when the watch ends later than it did then;
* a decision on a cluster holds for its records, whichever cluster they are in by
  now; one on a hotspot holds for that hotspot;
* a run answers for an open alert if it used the same distance and number of
  neighbours as the run that found it, on a window at least as long. Only such a run
  refreshes the alert, or lets it lapse when it finds it no more;
* a run as of a day before that of another run looks back: it raises nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, insert, select, update
from sqlalchemy.orm import Session

from geo.findings import Finding
from geo.terms import AlertKind, AlertState, EventType
from models.additions import keep_others_from_writing
from models.disclosure import provinces_of, sees_dwellings, snap_to_grid, visible
from models.errors import NotFoundError
from models.periods import today
from models.tables import alerts, hotspot_events, hotspots, runs
from models.viewers import Viewer

NEW_RECORDS = 3
"""From so many records that nobody decided on, an alert is raised again."""

WATCH_ENDS_ON = "watch_ends_on"
"""The key of evidence that tells the last day of a watch, as text 2026-06-14."""

_SAME = ("eps_m", "min_samples", "eps_days")


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as a viewer may see it.

    `subject` is the cluster (`C-…`) or hotspot (`H-…`) that it speaks of; `lon`,
    `lat` in WGS 84 degrees is coarse where it is a dwelling that the viewer does not
    see exactly. `event_id` is the event of the register that a confirmation wrote.
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
    if _looks_back(session, run, at):
        return {}
    codes = [f.commune_code for f in findings if f.commune_code]
    provinces = provinces_of(session, codes)
    rows = {(f.kind, f.subject): _values(f, run_id, provinces) for f in findings}
    waiting = _open_by_subject(session)
    _refresh_or_lapse(session, run, waiting, rows, at)
    decided = _decided_rows(session)
    new = [
        finding
        for finding in findings
        if (finding.kind, finding.subject) not in waiting and _is_news(finding, decided)
    ]
    born = {"raised_at": at, "state": AlertState.OPEN, "reason": ""}
    for finding in new:
        session.execute(insert(alerts).values(rows[finding.kind, finding.subject] | born))
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


def _looks_back(session: Session, run: Row[Any], at: datetime) -> bool:
    """Whether another run saw later days; one of days to come does not count."""
    c = runs.c
    latest = select(func.max(c.as_of)).where(c.id != run.id, c.as_of <= today(at))
    day = session.scalar(latest)
    return day is not None and bool(run.as_of < day)


def _refresh_or_lapse(
    session: Session,
    run: Row[Any],
    waiting: Mapping[tuple[AlertKind, str], Row[Any]],
    rows: Mapping[tuple[AlertKind, str], Mapping[str, Any]],
    at: datetime,
) -> None:
    lapsed = {"state": AlertState.LAPSED, "decided_at": at}
    for key, row in waiting.items():
        if _answers_for(run, row):
            values = rows.get(key, lapsed)
            session.execute(update(alerts).where(alerts.c.id == row.id).values(**values))


def _answers_for(run: Row[Any], row: Row[Any]) -> bool:
    """Whether what this run does not find is no more."""
    if any(run.parameters.get(name) != row.parameters.get(name) for name in _SAME):
        return False
    if run.since is None:
        return True
    return row.since is not None and run.as_of - run.since >= row.as_of - row.since


def _is_news(finding: Finding, decided: Sequence[Row[Any]]) -> bool:
    """Whether a finding says more than what persons decided on."""
    of_kind = [row for row in decided if row.kind == finding.kind]
    same = [row for row in of_kind if row.subject == finding.subject]
    if finding.kind is AlertKind.DELISTING:
        ends = [str(row.evidence.get(WATCH_ENDS_ON) or "") for row in same]
        return all(str(finding.evidence.get(WATCH_ENDS_ON) or "") > end for end in ends)
    about = same if finding.subject.startswith("H-") else of_kind
    named = set(finding.incident_ids)
    fresh = named.difference(*(row.incident_ids for row in about))
    untouched = not same and fresh == named
    return untouched or len(fresh) >= NEW_RECORDS


def _decided_rows(session: Session) -> list[Row[Any]]:
    """What stands of the decisions: not one whose event was taken out of the register."""
    c, e, h = alerts.c, hotspot_events.c, hotspots.c
    withdrawn = (
        select(e.id)
        .join(hotspots, h.id == e.hotspot_id)
        .where(e.id == c.event_id, h.withdrawn.is_not(None))
        .exists()
    )
    taken_out = exists().where(e.corrects_id == c.event_id, e.type == EventType.NOTE)
    statement: Select[Any] = select(c.kind, c.subject, c.evidence, c.incident_ids)
    stands = (c.state.in_([AlertState.CONFIRMED, AlertState.DISMISSED]), ~withdrawn, ~taken_out)
    return list(session.execute(statement.where(*stands)))


def _open_by_subject(session: Session) -> dict[tuple[AlertKind, str], Row[Any]]:
    c, r = alerts.c, runs.c
    statement: Select[Any] = (
        select(c.id, c.kind, c.subject, r.parameters, r.since, r.as_of)
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
    place = {"lon": row.lon, "lat": row.lat}
    if row.is_dwelling and not sees_dwellings(viewer, row.province_code, row.commune_code):
        place = dict(zip(place, snap_to_grid(row.lon, row.lat), strict=True))
    kind, state = AlertKind(row.kind), AlertState(row.state)
    ids = tuple(row.incident_ids)
    return Alert(**values | place | {"kind": kind, "state": state, "incident_ids": ids})
