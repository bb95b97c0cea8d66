"""Going below a version: refused where it would lose or misread what people wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import shapely
from sqlalchemy import text

from geo.findings import Finding
from geo.records import Cluster, HotspotEvent
from geo.terms import AlertKind, AlertState, ClusterFlag, EventType, Layer, Lineage
from models import (
    alert_decisions,
    campaigns,
    hotspot_events,
    hotspots,
    incidents,
    runs,
    schema,
)
from models.alerts import raise_alerts
from models.errors import SchemaError
from models.session import Database, Session, unit_of_work
from models.undone_imports import undo_import
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import (
    ADMIN,
    NOON,
    PLANNER,
    a_hotspot,
    an_import,
    an_incident,
    draw_map,
    keep_hotspots,
    keep_incidents,
)
from tests.models.test_schema import structure

A_FINDING = Finding(
    kind=AlertKind.RE_EMERGING,
    subject="H-1",
    lon=108.0,
    lat=14.0,
    commune_code="23401",
    incident_ids=(1, 2),
    evidence={"n_after": 2, "cleared_on": "2026-01-09"},
    hotspot_id=1,
)
A_CAMPAIGN = campaigns.Campaign(
    ref="CD-1",
    source="CÔNG AN TỈNH A",
    name="Cao điểm tháng ba",
    starts_on=date(2026, 3, 1),
    ends_on=date(2026, 3, 31),
    area_text="Xã Đắk Tô",
    area=shapely.MultiPolygon([shapely.box(108.0, 14.0, 108.1, 14.1)]),
    commune_codes=("23401",),
    province_code="51",
    commune_code="23401",
)
A_CLUSTER = Cluster(
    cluster_id=0,
    n=2,
    lon=108.0,
    lat=14.0,
    hull_wkb=shapely.to_wkb(shapely.box(108, 14, 108.01, 14.01)),
    first_date=date(2026, 1, 1),
    last_date=date(2026, 6, 1),
    flag=ClusterFlag.RE_EMERGING,
    nearest_hotspot="TD-1",
    nearest_m=12.5,
    members=(1, 2),
    stable_id="C-000001",
)


@pytest.fixture
def database(owned_database: Database) -> Database:
    """Opened by the owner of its tables: every test here changes them."""
    return owned_database


def a_run(session: Session, *found: Cluster) -> int:
    """Store a run on a map drawn for it."""
    run = runs.NewRun(
        as_of=date(2026, 6, 30),
        parameters={"eps_m": 300, "min_samples": 8, "window_days": None},
        data_stamp="ab" * 32,
        boundary_version_id=draw_map(session),
        software_version="0.1.0",
        n_records=9,
        n_left_out=2,
        at=NOON,
    )
    return runs.store_run(session, ADMIN, run, found)


def _counts(database: Database) -> list[int]:
    """How many rows the tables that a person writes to hold."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = ("hotspot_events", "alerts", "campaigns", "imports", "record_versions")
        return [session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in found]


def _corrected(session: Session) -> None:
    taken_out = HotspotEvent(EventType.NOTE, date(2026, 1, 9), "của điểm khác")
    hotspot_events.add_event(session, ADMIN, 1, taken_out, at=NOON, corrects_id=2)


def _decided(session: Session) -> None:
    raise_alerts(session, ADMIN, a_run(session), [A_FINDING], at=NOON)
    alert_decisions.settle(session, ADMIN, 1, AlertState.DISMISSED, reason="x", at=NOON)


def _with_a_campaign(session: Session) -> None:
    import_id = an_import(session, Layer.CAMPAIGNS)
    campaigns.add_campaigns(session, ADMIN, [A_CAMPAIGN], import_id)


def _with_an_undone_campaign(session: Session) -> None:
    """Only the import and its undoing are left to tell of it."""
    _with_a_campaign(session)
    undo_import(session, PLANNER, 2, at=NOON)
    session.execute(text("DELETE FROM campaigns"))


@pytest.mark.parametrize("why", ["undone", "merged"])
@pytest.mark.parametrize("table", ["incidents", "hotspots"])
def test_going_below_withdrawn_records_is_refused_and_changes_nothing(
    database: Database, table: str, why: str
) -> None:
    keep_incidents(database, an_incident("A"), an_incident("B"))
    keep_hotspots(database, a_hotspot("A"), a_hotspot("B"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        mark = text(f"UPDATE {table} SET withdrawn = :why WHERE ref = 'B'")
        session.execute(mark, {"why": why})
    before, version = structure(database), schema.current_revision(database)
    with pytest.raises(SchemaError, match=r"1 bản ghi đã rút.*0004.*sao lưu"):
        schema.move_to(database, "0004")
    assert (structure(database), schema.current_revision(database)) == (before, version)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        kept = session.scalars(text(f"SELECT withdrawn FROM {table} ORDER BY ref")).all()
    assert kept == [None, why]


def test_records_that_stand_go_below_the_marks_of_withdrawal_and_back(database: Database) -> None:
    keep_incidents(database, an_incident("A"), an_incident("B"))
    schema.move_to(database, "0004")
    schema.create_or_upgrade(database)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert len(incidents.find_incidents(session, ADMIN)) == 2


@pytest.mark.parametrize(
    ("wrote", "told"),
    [
        (_corrected, "1 diễn biến đã sửa hoặc đã bỏ"),
        (_decided, "1 cảnh báo đã có quyết định"),
        (_with_a_campaign, "1 đợt cao điểm, 1 lần nhập đợt cao điểm"),
        (_with_an_undone_campaign, "Có 1 lần nhập đợt cao điểm"),
    ],
)
def test_going_below_what_people_decided_is_refused_and_changes_nothing(
    database: Database, wrote: Callable[[Session], None], told: str
) -> None:
    keep_hotspots(database, a_hotspot())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        wrote(session)
    before, rows = structure(database), _counts(database)
    with pytest.raises(SchemaError, match=rf"{told}.*0006.*Không có gì bị thay đổi.*sao lưu"):
        schema.move_to(database, "0006")
    assert (structure(database), _counts(database)) == (before, rows)
    schema.check(database)


def test_runs_clusters_and_histories_of_before_come_through_the_upgrade(
    database: Database,
) -> None:
    keep_incidents(database, an_incident("A"), an_incident("B"))
    keep_hotspots(database, a_hotspot())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        run_id = a_run(session, A_CLUSTER)
        raise_alerts(session, ADMIN, run_id, [A_FINDING], at=NOON)
    schema.move_to(database, "0006")
    schema.create_or_upgrade(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        run = runs.latest_run(session, ADMIN)
        (cluster,) = runs.run_clusters(session, ADMIN, run_id)
        members = runs.cluster_member_ids(session, ADMIN, run_id, 0)
        assert run is not None
        assert (run.id, run.n_records, run.engine, run.since) == (run_id, 9, "sklearn", None)
        assert (cluster.n, cluster.nearest_hotspot, cluster.stable_id) == (2, "TD-1", "")
        assert (cluster.lineage, cluster.parents, cluster.change) == (Lineage.NEW, (), None)
        assert members == [1, 2]
        (spot,) = hotspots.find_hotspots(session, ADMIN)
        assert spot.events == a_hotspot().events
        assert raise_alerts(session, ADMIN, run_id, [A_FINDING], at=NOON)
        _corrected(session)
