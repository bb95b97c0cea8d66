"""The seeded site with an analysis that raised one alert of each kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import shapely
from sqlalchemy import select

from geo.findings import Finding
from geo.records import Cluster, HotspotEvent, Incident
from geo.terms import (
    AlertKind,
    ClusterFlag,
    DatePrecision,
    DetectedBy,
    EventType,
    IncidentKind,
    Layer,
)
from models import communes, hotspots, imports, incidents, runs
from models.alerts import raise_alerts
from models.imports import NewImport
from models.runs import NewRun
from models.session import Database, Session, unit_of_work
from models.tables import incidents as incidents_table
from models.viewers import LOCAL_OPERATOR
from tests.webapp.seeded_site import NOW, point

SOURCE = "CÔNG AN TỈNH QUẢNG NGÃI"
AFTER = tuple(date(2026, month, 10) for month in (3, 3, 4, 5, 5))
HERE = (107.67, 14.67)
CLUSTER = (107.632, 14.64)


def raise_one_of_each(site: Database) -> None:
    """Five incidents at the cleared place by the river, a cluster elsewhere, a quiet place."""
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        river = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-002")
        quiet = _add_quiet_place(session)
        around = _add_incidents(session, "R", HERE, IncidentKind.TRADING)
        apart = _add_incidents(session, "C", CLUSTER, IncidentKind.HARBOURING_USE)
        far = _add_incidents(session, "X", (107.64, 14.55), IncidentKind.USE, ("24133", "66"))
        run_id = _add_run(session, apart, river.id)
        findings = [
            _again(river.id, around),
            _of_cluster(AlertKind.UNRECORDED, "C-000001", apart, nearest_m=1_260.0),
            replace(
                _of_cluster(
                    AlertKind.SHIFTED, "C-000002", apart, cleared_on="2026-02-01", distance_m=650
                ),
                hotspot_id=river.id,
            ),
            _of_cluster(AlertKind.RISING, "C-000001", apart),
            replace(
                _of_cluster(AlertKind.UNRECORDED, "C-000003", far),
                **{"commune_code": "24133", "lon": 107.64, "lat": 14.55},
            ),
            _quiet(quiet),
        ]
        raise_alerts(session, LOCAL_OPERATOR, run_id, findings, at=NOW)


def _add_quiet_place(session: Session) -> int:
    events = (
        HotspotEvent(EventType.OPENED, date(2025, 1, 10)),
        HotspotEvent(EventType.CLEARED, date(2025, 11, 1)),
    )
    known = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-003")
    spot = replace(
        known,
        ref="TĐ-009",
        name="Bến xe cũ",
        events=events,
        placement=point(107.61, 14.68, "23401", "51"),
    )
    import_id = imports.add_import(
        session, LOCAL_OPERATOR, NewImport(Layer.HOTSPOTS, "td.xlsx", "c" * 64, SOURCE), at=NOW
    )
    hotspots.add_hotspots(session, LOCAL_OPERATOR, [spot], import_id, at=NOW)
    return hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-009").id


def _add_incidents(
    session: Session,
    letter: str,
    at: tuple[float, float],
    kind: IncidentKind,
    of: tuple[str, str] = ("23401", "51"),
) -> tuple[int, ...]:
    """Five incidents within some 100 m of a point; their numbers."""
    records = [
        Incident(
            ref=f"{letter}-{n}",
            source=SOURCE,
            occurred_on=day,
            date_precision=DatePrecision.DAY,
            kind=kind,
            detected_by=DetectedBy.PROVINCE,
            verified=True,
            address_text="Tổ 7, đường Ven Sông",
            placement=point(at[0] + n * 2e-4, at[1] + n % 2 * 3e-4, *of),
        )
        for n, day in enumerate(AFTER)
    ]
    import_id = imports.add_import(
        session, LOCAL_OPERATOR, NewImport(Layer.INCIDENTS, "vv.xlsx", "d" * 64, SOURCE), at=NOW
    )
    incidents.add_incidents(session, LOCAL_OPERATOR, records, import_id)
    c = incidents_table.c
    return tuple(session.scalars(select(c.id).where(c.import_id == import_id).order_by(c.id)))


def _add_run(session: Session, members: tuple[int, ...], nearest: int) -> int:
    cluster = Cluster(
        cluster_id=0,
        n=5,
        lon=CLUSTER[0],
        lat=CLUSTER[1],
        hull_wkb=shapely.to_wkb(shapely.Point(*CLUSTER).buffer(0.001)),
        first_date=AFTER[0],
        last_date=AFTER[-1],
        flag=ClusterFlag.UNRECORDED,
        members=members,
        stable_id="C-000001",
        hotspot_id=nearest,
        nearest_m=1_260.0,
    )
    run = NewRun(
        as_of=date(2026, 6, 14),
        parameters={"eps_m": 300, "min_samples": 8, "window_days": None},
        data_stamp="y",
        boundary_version_id=communes.current_version(session, LOCAL_OPERATOR).id,
        software_version="0",
        n_records=27,
        n_left_out=1,
        at=NOW,
    )
    return runs.store_run(session, LOCAL_OPERATOR, run, [cluster])


_CHANGE = {"before": 2, "after": 5, "days": 90, "ratio": 2.5, "low": 0.41, "high": 26.2}


def _again(hotspot_id: int, ids: tuple[int, ...]) -> Finding:
    evidence: dict[str, int | float | str | None] = {
        "cleared_on": "2026-02-01",
        "radius_m": 300.0,
        "n_after": 5,
        "expected": 0.42,
        "p_value": 0.0012,
        "first_date": AFTER[0].isoformat(),
        "last_date": AFTER[-1].isoformat(),
        **_CHANGE,
    }
    return Finding(
        AlertKind.RE_EMERGING,
        f"H-{hotspot_id}",
        *HERE,
        "23401",
        ids,
        evidence,
        hotspot_id=hotspot_id,
    )


def _of_cluster(
    kind: AlertKind, subject: str, ids: tuple[int, ...], **more: int | float | str | None
) -> Finding:
    evidence: dict[str, int | float | str | None] = {
        "n": 5,
        "first_date": AFTER[0].isoformat(),
        "last_date": AFTER[-1].isoformat(),
        "top_kind": "harbouring_use",
        "top_kind_n": 5,
        "border_m": 3_350.0,
        "border_with": "LAO",
        **_CHANGE,
        **more,
    }
    return Finding(kind, subject, *CLUSTER, "23401", ids, evidence, cluster_id=subject)


def _quiet(hotspot_id: int) -> Finding:
    evidence: dict[str, int | float | str | None] = {
        "cleared_on": "2025-11-01",
        "watch_ends_on": "2026-05-01",
        "quiet_days": 225,
        "radius_m": 300.0,
    }
    return Finding(
        AlertKind.DELISTING,
        f"H-{hotspot_id}",
        107.61,
        14.68,
        "23401",
        (),
        evidence,
        hotspot_id=hotspot_id,
    )
