"""A small site with something of everything on it, for tests of the pages.

The map is twelve square communes of 0.1° a side: the northern row from
107.6° E, 14.6° N is province 51, the southern row province 66. Names of records carry
what a hostile clerk could type: none of it may ever run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import shapely

from geo.boundaries import prepare_coverage
from geo.records import (
    BorderLine,
    Cluster,
    Hotspot,
    HotspotEvent,
    Incident,
    Indicators,
    Placement,
    RejectedRow,
)
from geo.terms import (
    ClusterFlag,
    DatePrecision,
    DetectedBy,
    EventType,
    HotspotKind,
    IncidentKind,
    Layer,
    Precision,
)
from models import (
    assessments,
    border,
    communes,
    hotspots,
    imports,
    incidents,
    indicators,
    runs,
    site,
    users,
)
from models.communes import NewVersion
from models.criteria import assess, load_ruleset
from models.imports import NewImport
from models.periods import evaluation_period
from models.runs import NewRun
from models.session import Database, Session, unit_of_work
from models.users import NewUser
from models.viewers import LOCAL_OPERATOR, Role, Scope
from tests.webapp.small_world import NORTH, SOUTH
from webapp.config import Settings
from webapp.security import hash_password

NOW = datetime(2026, 6, 14, 3, 0, tzinfo=UTC)
PERIOD = evaluation_period(2026)
PASSWORD = "mật khẩu thử 2026"

HOSTILE = "<script>alert(1)</script>${alert(2)}`x`</script><img src=x onerror=alert(3)>\u202e"
HOSTILE_REF = 'TĐ/51/<b>"1"</b>'

ACCOUNTS = {
    "planner": (Role.PLANNER, Scope.nation()),
    "province": (Role.PLANNER, Scope.provinces("66")),
    "commune": (Role.COMMUNE, Scope.commune("23401")),
    "analyst": (Role.ANALYST, Scope.nation()),
    "admin": (Role.ADMIN, Scope.nation()),
}


def settings(folder: Path) -> Settings:
    """Settings of a test site."""
    return Settings(folder, "", "k" * 40, login_limit="1000 per minute")


def clock() -> datetime:
    """The moment at which every test site lives."""
    return NOW


@dataclass
class Clock:
    """A clock that tests turn."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.at

    def turn(self, **by: float) -> None:
        """Turn it forward."""
        self.at += timedelta(**by)


def seed_site(database: Database) -> None:
    """Fill an empty database."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seed_map(session)
        import_id = _seed_import(session)
        incidents.add_incidents(session, LOCAL_OPERATOR, _incidents(), import_id)
        hotspots.add_hotspots(session, LOCAL_OPERATOR, _hotspots(), import_id, at=NOW)
        indicators.add_indicators(session, LOCAL_OPERATOR, _indicators(), import_id)
        results = [assess(load_ruleset("qd28_2025"), row) for row in _indicators()]
        assessments.store_assessments(session, LOCAL_OPERATOR, results)
        _seed_run(session)
        seed_border(session)
        _seed_accounts(session)
        site.put(session, LOCAL_OPERATOR, "simulated", True)


def seed_map(session: Session) -> None:
    version = NewVersion(
        source="Bản đồ thử",
        licence="CC0",
        vintage="2026",
        sha256="b" * 64,
        valid_from=date(2025, 7, 1),
        approximate=True,
        installed_at=NOW,
    )
    communes.install_version(session, LOCAL_OPERATOR, prepare_coverage(_frame()), version)


def _frame() -> gpd.GeoDataFrame:
    rows = [
        {
            "code": code,
            "name": name,
            "full_name": f"Xã {name}",
            "unit_type": "Xã",
            "province_code": province,
            "province_name": province_name,
            "area_km2": 119.0,
            "border_with": "" if column else "LAO",
            "geometry": shapely.box(107.6 + column / 10, south, 107.7 + column / 10, south + 0.1),
        }
        for units, province, province_name, south in (
            (NORTH, "51", "Tỉnh Quảng Ngãi", 14.6),
            (SOUTH, "66", "Tỉnh Đắk Lắk", 14.5),
        )
        for column, (code, name) in enumerate(units)
    ]
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _seed_import(session: Session) -> int:
    new = NewImport(
        layer=Layer.INCIDENTS,
        file_name=f"vu_viec {HOSTILE}.xlsx",
        file_sha256="a" * 64,
        source="CÔNG AN TỈNH QUẢNG NGÃI",
        dropped_columns=("Họ và tên",),
    )
    import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=NOW)
    rejected = [RejectedRow(17, "Ngày xảy ra", f"31/02/2026 {HOSTILE}", "Không có ngày này.")]
    imports.add_rejected(session, LOCAL_OPERATOR, import_id, rejected)
    imports.finish_import(session, LOCAL_OPERATOR, import_id, accepted=14, unchanged=0, rejected=1)
    return import_id


def point(lon: float, lat: float, code: str, province: str) -> Placement:
    """A placement at a point, finer than the commune."""
    return Placement(Precision.EXACT, code, code, province, lon, lat, "coordinates", 0.95)


def _incident(n: int, day: date, placement: Placement) -> Incident:
    return Incident(
        ref=f"VV-{n:03d} {HOSTILE}",
        source="CÔNG AN TỈNH QUẢNG NGÃI",
        occurred_on=day,
        date_precision=DatePrecision.DAY,
        kind=IncidentKind.TRADING,
        detected_by=DetectedBy.PROVINCE,
        verified=True,
        address_text=HOSTILE,
        placement=placement,
        offenders=2,
    )


def _incidents() -> list[Incident]:
    here = Placement(Precision.COMMUNE, "23401", "23401", "51", method="name", confidence=0.9)
    exact = [
        _incident(n, date(2026, 2, 1 + n), point(107.64 + n * 2e-4, 14.65, "23401", "51"))
        for n in range(10)
    ]
    elsewhere = _incident(20, date(2026, 3, 5), point(107.65, 14.55, "24133", "66"))
    earlier = _incident(21, date(2025, 3, 5), point(107.66, 14.66, "23401", "51"))
    tip = replace(_incident(22, date(2026, 3, 6), point(107.67, 14.67, "23401", "51")))
    return [
        *exact,
        elsewhere,
        earlier,
        _incident(23, date(2026, 4, 1), here),
        replace(tip, verified=False, detected_by=DetectedBy.TIP),
    ]


def hotspot_of(ref: str, name: str, lon: float, lat: float, *events: HotspotEvent) -> Hotspot:
    row = 0 if lat > 14.6 else 1
    code, province = (("23401", "51"), ("24133", "66"))[row]
    return Hotspot(
        ref=ref,
        source="CÔNG AN TỈNH",
        name=name,
        kind=HotspotKind.USE_DEN,
        placement=point(lon, lat, code, province),
        events=events,
        address_text=f"Tổ 3 {HOSTILE}",
    )


def _hotspots() -> list[Hotspot]:
    opened = HotspotEvent(EventType.OPENED, date(2025, 1, 10), HOSTILE)
    cleared = HotspotEvent(EventType.CLEARED, date(2026, 2, 1))
    again = HotspotEvent(EventType.RE_EMERGED, date(2026, 5, 2), "5 vụ trong bán kính 300 m")
    return [
        hotspot_of(HOSTILE_REF, f"Tụ điểm {HOSTILE}", 107.642, 14.652, opened),
        hotspot_of("TĐ-002", "Tụ điểm bờ sông", 107.67, 14.67, opened, cleared),
        hotspot_of("TĐ-003", "Tụ điểm chợ cũ", 107.62, 14.62, opened, cleared, again),
        replace(hotspot_of("TĐ-004", "Nhà trong hẻm", 107.6512, 14.5512, opened), is_dwelling=True),
    ]


def _indicators() -> list[Indicators]:
    ruleset = load_ruleset("qd28_2025")
    clean = {name: 0 for name in ruleset.commune.indicators if name != "on_key_route"}
    quiet = {**clean, "residents": 9_000, "on_key_route": False}
    return [
        Indicators("23377", PERIOD, **quiet),
        Indicators("23401", PERIOD, **{**quiet, **_grave(12, 1, 6)}),
        Indicators("24133", PERIOD, **{**quiet, **_grave(60, 3, 20)}),
    ]


def _grave(dependents: int, use_dens: int, arrested: int) -> dict[str, int]:
    return {"dependents": dependents, "use_dens": use_dens, "offenders_arrested": arrested}


def _seed_run(session: Session) -> None:
    version = communes.current_version(session, LOCAL_OPERATOR)
    ids = [row.id for row in incidents.find_incidents(session, LOCAL_OPERATOR)]
    hull = shapely.Point(107.641, 14.65).buffer(0.004)
    cluster = Cluster(
        cluster_id=0,
        n=10,
        lon=107.641,
        lat=14.65,
        hull_wkb=shapely.to_wkb(hull),
        first_date=date(2026, 2, 1),
        last_date=date(2026, 2, 10),
        flag=ClusterFlag.KNOWN,
        nearest_hotspot=HOSTILE_REF,
        nearest_m=120.0,
        hotspot_id=hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, HOSTILE_REF).id,
        members=tuple(ids[-10:]),
    )
    run = NewRun(
        as_of=date(2026, 6, 14),
        parameters={"eps_m": 300, "min_samples": 8},
        data_stamp="x",
        boundary_version_id=version.id,
        software_version="0",
        n_records=12,
        n_left_out=1,
    )
    runs.store_run(session, LOCAL_OPERATOR, run, [cluster])


def seed_border(session: Session) -> None:
    line = shapely.MultiLineString([[(107.6, 14.5), (107.6, 14.7)]])
    band = shapely.MultiPolygon([shapely.box(107.6, 14.5, 107.69, 14.7)])
    border.replace_border(session, LOCAL_OPERATOR, [BorderLine("LAO", "thử", 22.2, line, band)])
    gate = border.BorderGate(f"Bờ Y {HOSTILE}", "international", "LAO", 107.6, 14.6, "thử")
    border.replace_gates(session, LOCAL_OPERATOR, [gate])


def _seed_accounts(session: Session) -> None:
    password_hash = hash_password(PASSWORD)
    for name, (role, scope) in ACCOUNTS.items():
        new = NewUser(name, f"Cán bộ {name}", password_hash, role, scope)
        users.add_user(session, LOCAL_OPERATOR, new)
