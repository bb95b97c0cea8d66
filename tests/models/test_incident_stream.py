"""Incidents on their way out tell what reading them one by one tells, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update

from geo.cql2 import TEXT, parse_filter
from geo.layer_stream import Field, FieldType, Points
from geo.records import Incident, Placement, Seizure
from geo.terms import AtHome, DatePrecision, IncidentKind, Precision, SeizureUnit, Side, Substance
from models import incident_stream, incidents
from models.incident_filters import IncidentFilter
from models.incident_stream import (
    COLUMNS,
    StreamFilter,
    count_incidents,
    incidents_extent,
    stream_incidents,
)
from models.session import Database, unit_of_work
from models.tables import commune_changes
from models.tables import incidents as table
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    ANALYST_51,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    PROVINCE_ONLY,
    UNLOCATED,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
    somewhere_in,
)

VIEWERS = [
    *(ADMIN, PLANNER, PLANNER_51, PLANNER_01, OFFICER, ANALYST, ANALYST_51),
    Viewer("xem-xa", Role.ANALYST, Scope.commune("23401")),
    Viewer("khong-tinh", Role.PLANNER, Scope.provinces()),
]
EVERYTHING = StreamFilter()
TYPES = {
    "occurred_on": FieldType.DATE,
    "substances": FieldType.LIST,
    "offenders": FieldType.INTEGER,
    "verified": FieldType.BOOLEAN,
    "lon": FieldType.NUMBER,
    "lat": FieldType.NUMBER,
    "on_grid": FieldType.BOOLEAN,
}
FIELDS = [Field(name, TYPES.get(name, FieldType.TEXT), "", "") for name in COLUMNS]


@pytest.fixture(autouse=True)
def _in_small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(incident_stream, "BATCH", 3)
    yield


def _some() -> list[Incident]:
    home = AtHome.HOME
    street = replace(placed("23401", 108.2, 14.2), precision=Precision.STREET)
    linked = replace(somewhere_in("23402"), precision=Precision.SUB_UNIT)
    several = (
        Seizure(Substance.SYNTHETIC, 2.5, SeizureUnit.KG),
        Seizure(Substance.HEROIN, 30.0, SeizureUnit.TABLET),
    )
    return [
        an_incident("VV-1"),
        an_incident("VV-2", home=home, placement=placed("23401", 108.1003, 14.1003)),
        an_incident("VV-3", home=AtHome.UNKNOWN, placement=placed("23402", 108.3003, 14.3)),
        an_incident("VV-4", home=AtHome.UNKNOWN, placement=street, seizures=several),
        an_incident("VV-5", placement=somewhere_in("23401"), seizures=()),
        an_incident("VV-6", placement=linked, verified=False, offenders=None),
        an_incident("VV-7", home=home, placement=placed("00004", 105.8, 21.0)),
        an_incident("VV-8", placement=UNLOCATED, date_precision=DatePrecision.YEAR),
        an_incident("VV-9", placement=PROVINCE_ONLY, kind=IncidentKind.USE),
        an_incident("VV-10", occurred_on=date(2024, 3, 8), source="CÔNG AN TỈNH B"),
    ]


def read(
    database: Database, viewer: Viewer, wanted: StreamFilter = EVERYTHING, **page: Any
) -> list[dict[str, Any]]:
    """The rows of a filter by name, each with the point of its geometry."""
    found = []
    with unit_of_work(database, viewer, read_only=True) as session:
        for batch in stream_incidents(session, viewer, wanted, **page):
            assert isinstance(batch.geometries, Points)
            places = zip(batch.geometries.lons, batch.geometries.lats, strict=True)
            for id_, row, place in zip(batch.ids, batch.rows, places, strict=True):
                told = dict(zip(COLUMNS, row, strict=True))
                assert told["id"] == id_
                found.append(told | {"point": place})
    return found


def refs(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["ref"] for row in rows]


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda v: v.name)
def test_a_row_tells_what_the_incident_tells_this_viewer(
    database: Database, viewer: Viewer
) -> None:
    keep_incidents(database, *_some())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(update(table).where(table.c.ref == "VV-1").values(withdrawn="import"))
    with unit_of_work(database, viewer, read_only=True) as session:
        found = incidents.find_incidents(session, viewer)
        n = count_incidents(session, viewer, EVERYTHING)
    told = read(database, viewer)
    assert [_without_names(row) for row in told] == [
        _expected(each) for each in sorted(found, key=lambda each: each.id)
    ]
    assert n == len(found)


def _without_names(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in ("commune_name", "point")}
    assert row["point"] == (row["lon"], row["lat"])
    del kept["boundary_map"]
    for name in ("lon", "lat"):
        kept[name] = _rounded(kept[name])
    return kept


def _expected(each: incidents.StoredIncident) -> dict[str, Any]:
    place: Placement = each.placement
    return {
        "id": each.id,
        "ref": each.ref,
        "source": each.source,
        "occurred_on": each.occurred_on,
        "date_precision": each.date_precision.value,
        "kind": each.kind.value,
        "side": each.side.value,
        "substances": [
            {"substance": s.substance.value, "quantity": s.quantity, "unit": s.unit.value}
            for s in each.seizures
        ],
        "offenders": each.offenders,
        "detected_by": each.detected_by.value,
        "verified": each.verified,
        "address_text": each.address_text,
        "home": each.home and each.home.value,
        "lon": _rounded(place.lon),
        "lat": _rounded(place.lat),
        "precision": place.precision.value,
        "on_grid": each.in_square,
        "commune_code": place.commune_code,
        "commune_code_now": place.commune_code_now,
        "province_code": place.province_code,
        "geocode_method": place.method,
        "geocode_confidence": place.confidence,
        "import_id": each.import_id,
    }


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 6)


def test_a_point_that_slipped_in_beside_a_commune_is_not_told(database: Database) -> None:
    keep_incidents(database, an_incident("VV-1"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(update(table).values(precision="commune"))
    (row,) = read(database, PLANNER)
    assert (row["lon"], row["lat"], row["point"]) == (None, None, (None, None))


def test_pages_follow_each_other_by_id(database: Database) -> None:
    keep_incidents(database, *_some())
    everything = read(database, PLANNER)
    assert [row["id"] for row in everything] == sorted(row["id"] for row in everything)
    pages: list[dict[str, Any]] = []
    while page := read(database, PLANNER, after=pages[-1]["id"] if pages else None, limit=4):
        assert len(page) <= 4
        pages += page
    assert pages == everything


def test_what_was_seized_is_found_however_far_apart_the_ids_are(database: Database) -> None:
    keep_incidents(database, *(an_incident(f"VV-{n}") for n in range(60)))
    far = replace(EVERYTHING, ids=(2, 30, 58, 59, 60))
    rows = read(database, PLANNER, far)
    assert [row["id"] for row in rows] == [2, 30, 58, 59, 60]
    assert all(row["substances"][0]["quantity"] == 0.0125 for row in rows)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (StreamFilter(IncidentFilter(province_code="01")), ["VV-7"]),
        (StreamFilter(IncidentFilter(commune_code="23402")), ["VV-3", "VV-6"]),
        (StreamFilter(IncidentFilter(until=date(2024, 12, 31))), ["VV-10"]),
        (StreamFilter(IncidentFilter(kinds=(IncidentKind.USE,))), ["VV-9"]),
        (StreamFilter(IncidentFilter(sides=(Side.DEMAND,))), ["VV-9"]),
        (StreamFilter(IncidentFilter(substances=(Substance.SYNTHETIC,))), ["VV-4"]),
        (StreamFilter(IncidentFilter(bbox=(108.05, 14.05, 108.25, 14.25))), ["VV-2", "VV-4"]),
        (StreamFilter(precisions=(Precision.STREET, Precision.UNLOCATED)), ["VV-4", "VV-8"]),
        (StreamFilter(verified=False), ["VV-6"]),
        (StreamFilter(ids=(7, 1, 99)), ["VV-1", "VV-7"]),
    ],
)
def test_filters_cut(database: Database, wanted: StreamFilter, found: list[str]) -> None:
    keep_incidents(database, *_some())
    assert refs(read(database, PLANNER, wanted)) == found
    with unit_of_work(database, PLANNER, read_only=True) as session:
        assert count_incidents(session, PLANNER, wanted) == len(found)


def test_no_filter_asks_what_is_hidden(database: Database) -> None:
    keep_incidents(database, *_some())
    exact = StreamFilter(precisions=(Precision.EXACT,))
    assert refs(read(database, PLANNER, exact)) == ["VV-1", "VV-2", "VV-3", "VV-7", "VV-10"]
    assert refs(read(database, ANALYST, exact)) == ["VV-1", "VV-10"]
    around = StreamFilter(IncidentFilter(bbox=(108.10029, 14.10029, 108.10031, 14.10031)))
    assert refs(read(database, PLANNER, around)) == ["VV-2"]
    assert read(database, ANALYST, around) == []


def test_names_follow_the_map_that_was_chosen(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        session.execute(insert(commune_changes), _became("09999", "23401", "Xã Cũ"))
        session.execute(insert(commune_changes), _became("23402", "23402", "Xã Cũ Hai"))
    before = replace(placed("23401"), commune_code="09999")
    keep_incidents(
        database,
        an_incident("MỚI"),
        an_incident("CŨ", occurred_on=date(2024, 5, 1), placement=before),
        an_incident("CÙNG MÃ", occurred_on=date(2024, 5, 2), placement=placed("23402")),
        an_incident("KHÔNG XÃ", placement=UNLOCATED),
    )
    assert _named(read(database, PLANNER)) == {
        "MỚI": ("Xã 23401", "2025-07-01"),
        "CŨ": ("Xã 23401", "2025-07-01"),
        "CÙNG MÃ": ("Xã 23402", "2025-07-01"),
        "KHÔNG XÃ": (None, None),
    }
    then = StreamFilter(then=True)
    assert _named(read(database, PLANNER, then)) == {
        "MỚI": ("Xã 23401", "2025-07-01"),
        "CŨ": ("Xã Cũ", "former"),
        "CÙNG MÃ": ("Xã Cũ Hai", "former"),
        "KHÔNG XÃ": (None, None),
    }
    of_then = replace(then, filter=IncidentFilter(commune_code="09999"))
    of_now = replace(EVERYTHING, filter=IncidentFilter(commune_code="23401"))
    assert refs(read(database, PLANNER, of_then)) == ["CŨ"]
    assert refs(read(database, PLANNER, of_now)) == ["MỚI", "CŨ"]


def _became(old: str, new: str, name: str) -> dict[str, Any]:
    return {
        "old_code": old,
        "new_code": new,
        "old_full_name": name,
        "old_district": "",
        "old_province": "",
        "share": None,
        "is_default": True,
    }


def _named(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[str | None, str | None]]:
    return {row["ref"]: (row["commune_name"], row["boundary_map"]) for row in rows}


def test_how_far_they_reach_tells_no_home(database: Database) -> None:
    keep_incidents(database, *_some())
    with unit_of_work(database, ANALYST_51, read_only=True) as session:
        bbox, days = incidents_extent(session, ANALYST_51, date(2026, 12, 31))
        nothing = incidents_extent(session, ANALYST_51, date(2000, 1, 1))
    assert bbox == (107.9, 13.9, 108.4, 14.4)
    assert days == (date(2024, 3, 8), date(2026, 3, 8))
    assert nothing == (None, None)


@pytest.mark.parametrize(
    ("text", "planner", "analyst"),
    [
        ("address_text LIKE 'Thôn%' AND verified = FALSE", ["VV-6"], []),
        ("precision = 'exact' AND home = 'home'", ["VV-2", "VV-7"], []),
        ("on_grid = TRUE", [], ["VV-2", "VV-3", "VV-7"]),
        ("lon = 108.1003", ["VV-2"], []),
        ("S_INTERSECTS(geometry, BBOX(108.10029, 14.10029, 108.10031, 14.10031))", ["VV-2"], []),
        ("geometry IS NULL", ["VV-5", "VV-6", "VV-8", "VV-9"], ["VV-5", "VV-6", "VV-8", "VV-9"]),
        ("substances IS NULL", [], []),
        ("offenders IS NULL OR offenders > 2", ["VV-6"], ["VV-6"]),
        ("commune_name = 'Xã 00004'", ["VV-7"], ["VV-7"]),
        ("boundary_map <> 'former' AND commune_code_now = '23402'", ["VV-3", "VV-6"], None),
        ("T_BEFORE(occurred_on, DATE('2025-01-01'))", ["VV-10"], ["VV-10"]),
    ],
)
def test_an_expression_asks_of_what_is_shown(
    database: Database, text: str, planner: list[str], analyst: list[str] | None
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    keep_incidents(database, *_some())
    where = parse_filter(text, TEXT, FIELDS)
    wanted = StreamFilter(where=where)
    assert refs(read(database, PLANNER, wanted)) == planner
    assert refs(read(database, ANALYST, wanted)) == (planner if analyst is None else analyst)
    with unit_of_work(database, PLANNER, read_only=True) as session:
        assert count_incidents(session, PLANNER, wanted) == len(planner)
