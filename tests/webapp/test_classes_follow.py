"""Classes follow the records: what is stored now is what would be evaluated now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from geo.records import Hotspot, HotspotEvent, Incident
from geo.terms import (
    DatePrecision,
    DetectedBy,
    EventType,
    HotspotKind,
    IncidentKind,
    Layer,
)
from models import hotspots, imports, incidents
from models.imports import NewImport
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.assessed_commune import (
    CODE,
    NATION,
    OFFICER,
    PLANNER,
    QUIET_CODE,
    YEAR,
    declared,
    later,
)
from tests.webapp.seeded_site import PERIOD, point, seed_site
from webapp.services import figures, hotspot_events
from webapp.services.consequences import follow_import
from webapp.services.import_undo import undo_import
from webapp.services.standing import Standing, commune_standings

FOREIGN = Viewer("tinh-66", Role.PLANNER, Scope.provinces("66"))
NOW = later(days=400)
TODAY = NOW.date()


@pytest.fixture
def site(database: Database) -> Database:
    seed_site(database)
    declared(database)
    return database


def store(database: Database, layer: Layer, *records: Any, at: datetime) -> int:
    new = NewImport(layer, "tep.xlsx", "b" * 64, "CÔNG AN TỈNH")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=at)
        if layer is Layer.HOTSPOTS:
            hotspots.add_hotspots(session, LOCAL_OPERATOR, list(records), import_id, at=at)
        else:
            incidents.add_incidents(session, LOCAL_OPERATOR, list(records), import_id)
        follow_import(session, LOCAL_OPERATOR, layer, import_id, at=at)
    return import_id


def den(code: str = QUIET_CODE, *events: HotspotEvent) -> Hotspot:
    return Hotspot(
        ref="TĐ-900",
        source="CÔNG AN TỈNH",
        name="Điểm sử dụng",
        kind=HotspotKind.USE_DEN,
        placement=point(107.75, 14.65, code, "51"),
        events=events or (HotspotEvent(EventType.OPENED, date(2025, 10, 1)),),
    )


def arrest(code: str = QUIET_CODE, offenders: int = 20) -> Incident:
    return Incident(
        ref="VV-900",
        source="CÔNG AN TỈNH",
        occurred_on=date(2025, 9, 1),
        date_precision=DatePrecision.DAY,
        kind=IncidentKind.TRADING,
        detected_by=DetectedBy.PROVINCE,
        verified=True,
        address_text="Tổ 3",
        placement=point(107.75, 14.65, code, "51"),
        offenders=offenders,
    )


def told(
    database: Database, viewer: Viewer = NATION, known_at: datetime | None = None
) -> dict[str, Standing]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return commune_standings(session, viewer, YEAR, known_at=known_at, today=TODAY)


def quiet_class(database: Database) -> str | None:
    """The class of the quiet commune, which is the same as known at this moment."""
    now, known = told(database), told(database, known_at=NOW)
    assert now == known
    return now[QUIET_CODE].cls if QUIET_CODE in now else None


def test_a_den_an_arrest_and_undoing_them_move_the_class_at_once(site: Database) -> None:
    assert quiet_class(site) == "drug_free"
    spot = store(site, Layer.HOTSPOTS, den(), at=later(days=1))
    assert quiet_class(site) == "affected"
    case = store(site, Layer.INCIDENTS, arrest(), at=later(days=2))
    with_arrests = quiet_class(site)
    assert with_arrests not in {"drug_free", "affected"}
    undo_import(site, LOCAL_OPERATOR, case, at=later(days=3))
    assert quiet_class(site) == "affected"
    undo_import(site, LOCAL_OPERATOR, spot, at=later(days=4))
    assert quiet_class(site) == "drug_free"


def test_a_changed_import_lets_go_of_the_commune_that_the_record_left(site: Database) -> None:
    store(site, Layer.HOTSPOTS, den(), at=later(days=1))
    store(site, Layer.HOTSPOTS, replace(den(CODE), address_text="Tổ 9"), at=later(days=2))
    assert quiet_class(site) == "drug_free"


def test_an_undone_declaration_takes_the_class_along(site: Database) -> None:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        before = commune_standings(session, NATION, YEAR, today=TODAY)
    again = declared(site, users="4", at=later(days=1))
    assert quiet_class(site) == "type_3"
    assert again.import_id is not None
    undo_import(site, LOCAL_OPERATOR, again.import_id, at=later(days=2))
    assert told(site) == before
    undo_import(site, LOCAL_OPERATOR, again.import_id - 1, at=later(days=3))
    assert quiet_class(site) is None


def test_an_event_of_a_hotspot_moves_the_class(site: Database) -> None:
    watched = den(QUIET_CODE, HotspotEvent(EventType.OPENED, date(2023, 1, 1)))
    store(site, Layer.HOTSPOTS, watched, at=later(days=1))
    assert quiet_class(site) == "affected"
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        spot = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-900").id
    cleared = HotspotEvent(EventType.CLEARED, date(2024, 6, 1))
    written = hotspot_events.record_event(site, LOCAL_OPERATOR, spot, cleared, at=later(days=2))
    assert quiet_class(site) == "drug_free"
    hotspot_events.take_back(site, LOCAL_OPERATOR, spot, written.id, at=later(days=3))
    assert quiet_class(site) == "affected"


def test_the_headline_of_now_is_the_one_told_later(site: Database) -> None:
    store(site, Layer.HOTSPOTS, den(), at=later(days=1))
    store(site, Layer.INCIDENTS, arrest("23383"), at=later(days=2))

    def counted(period: Any, known_at: datetime | None) -> figures.Headline:
        with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
            found = figures.headline(
                session, NATION, period, province_code="51", known_at=known_at, today=TODAY
            )
        return replace(found, known_at=None)

    assert counted(YEAR, None) == counted(YEAR, NOW)
    assert counted(PERIOD, None).classes == counted(PERIOD, NOW).classes


@pytest.mark.parametrize("viewer", [OFFICER, PLANNER, FOREIGN])
@pytest.mark.parametrize("moment", [None, NOW])
def test_classes_are_everybodys_now_and_as_known(
    site: Database, viewer: Viewer, moment: datetime | None
) -> None:
    declared(site, OFFICER, CODE, confirmed=True)
    seen = {code: each.cls for code, each in told(site, viewer, moment).items()}
    whole = {code: each.cls for code, each in told(site, NATION, moment).items()}
    assert {QUIET_CODE, CODE} <= set(whole)
    assert seen == whole
