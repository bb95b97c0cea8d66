"""Builders of records for the tests of the store, and the viewers who ask for them.

Two provinces: 51 with the communes 23401 and 23402, and 01 with 00004.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import shapely
from sqlalchemy import insert

from geo.records import (
    Candidate,
    Hotspot,
    HotspotEvent,
    Incident,
    Period,
    Placement,
    PlaceQuery,
    Seizure,
)
from geo.terms import (
    AtHome,
    DatePrecision,
    DetectedBy,
    EventType,
    HotspotKind,
    IncidentKind,
    Layer,
    Precision,
    SeizureUnit,
    Substance,
)
from models import hotspots, imports, incidents
from models.imports import NewImport
from models.session import Database, Session, unit_of_work
from models.tables import boundary_versions, communes
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PERIOD = Period(date(2025, 12, 15), date(2026, 12, 14))
EARLIER = Period(date(2024, 12, 15), date(2025, 12, 14))

PLANNER = Viewer("planner", Role.PLANNER)
ANALYST = Viewer("analyst", Role.ANALYST)
ADMIN = Viewer("admin", Role.ADMIN)
OFFICER = Viewer("officer", Role.COMMUNE, Scope.commune("23401"))
PLANNER_51 = Viewer("planner-51", Role.PLANNER, Scope.provinces("51"))
ANALYST_51 = Viewer("analyst-51", Role.ANALYST, Scope.provinces("51"))
PLANNER_01 = Viewer("planner-01", Role.PLANNER, Scope.provinces("01"))
ADMIN_51 = Viewer("admin-51", Role.ADMIN, Scope.provinces("51"))

COMMUNES = {"23401": "51", "23402": "51", "00004": "01"}

UNLOCATED = Placement(Precision.UNLOCATED)
PROVINCE_ONLY = Placement(Precision.PROVINCE, province_code="51", method="text", confidence=0.5)


def placed(code: str, lon: float | None = 108.0, lat: float | None = 14.0) -> Placement:
    """At a point of a commune."""
    return Placement(
        Precision.EXACT,
        commune_code=code,
        commune_code_now=code,
        province_code=COMMUNES[code],
        lon=lon,
        lat=lat,
        method="coordinates",
        confidence=0.97,
        candidates=(Candidate(code, 0.97),),
        warnings=("Tọa độ làm tròn đến 3 chữ số.",),
    )


def somewhere_in(code: str) -> Placement:
    """In a commune, not known where."""
    return replace(placed(code, None, None), precision=Precision.COMMUNE)


def an_incident(ref: str = "VV-1", **changes: Any) -> Incident:
    """A verified incident with a seizure, in no home, at a point of 23401."""
    incident = Incident(
        ref=ref,
        source="CÔNG AN TỈNH A",
        occurred_on=date(2026, 3, 8),
        date_precision=DatePrecision.DAY,
        kind=IncidentKind.TRADING,
        detected_by=DetectedBy.PROVINCE,
        verified=True,
        address_text="Thôn Đắk Rơ Lang",
        placement=placed("23401"),
        offenders=2,
        seizures=(Seizure(Substance.HEROIN, 0.0125, SeizureUnit.KG),),
        line=7,
        place=PlaceQuery(address="Thôn Đắk Rơ Lang", lat_cell="14,0", lon_cell=108.0),
        home=AtHome.NOT_HOME,
    )
    return replace(incident, **changes)


def a_hotspot(ref: str = "TD-1", **changes: Any) -> Hotspot:
    """A retail point in 23401 that was opened and cleared."""
    hotspot = Hotspot(
        ref=ref,
        source="CÔNG AN TỈNH A",
        name="Khu nhà trọ cuối đường 3/2",
        kind=HotspotKind.RETAIL,
        placement=placed("23401", 108.00123, 14.00456),
        events=(
            HotspotEvent(EventType.OPENED, date(2025, 5, 1)),
            HotspotEvent(EventType.CLEARED, date(2026, 1, 9), "Triệt xóa tại số 12"),
        ),
        address_text="Số 12 đường 3/2",
        line=3,
        place=PlaceQuery(address="Số 12 đường 3/2"),
    )
    return replace(hotspot, **changes)


def an_import(session: Session, layer: Layer = Layer.INCIDENTS) -> int:
    """An import for records to belong to."""
    new = NewImport(layer, "tep.xlsx", "0" * 64, "CÔNG AN TỈNH A")
    return imports.add_import(session, PLANNER, new, at=NOON)


def keep_incidents(database: Database, *records: Incident) -> None:
    """Store incidents in one transaction."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        incidents.add_incidents(session, PLANNER, records, an_import(session))


def keep_hotspots(database: Database, *records: Hotspot) -> None:
    """Store hotspots in one transaction."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.HOTSPOTS)
        hotspots.add_hotspots(session, PLANNER, records, import_id, at=NOON)


def draw_map(session: Session) -> int:
    """A current version of the boundaries with the communes of this module."""
    version = insert(boundary_versions).values(
        source="test",
        licence="MIT",
        vintage="2026",
        sha256="0" * 64,
        commune_count=len(COMMUNES),
        valid_from=date(2025, 7, 1),
        approximate=True,
        is_current=True,
        installed_at=NOON,
    )
    version_id = session.execute(version.returning(boundary_versions.c.id)).scalar_one()
    square = shapely.box(108, 14, 109, 15)
    rows = [
        {
            "version_id": version_id,
            "code": code,
            "name": code,
            "full_name": f"Xã {code}",
            "unit_type": "xã",
            "province_code": province,
            "province_name": province,
            "area_km2": 1.0,
            "lon": 108.5,
            "lat": 14.5,
            "geom": square,
            "geom_province": square,
            "geom_nation": square,
        }
        for code, province in COMMUNES.items()
    ]
    session.execute(insert(communes), rows)
    return int(version_id)
