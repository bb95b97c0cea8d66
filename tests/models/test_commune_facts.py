"""What the register counts of a commune: absent is not zero, unsure is said, the edges hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from random import Random
from typing import Any

import pytest
import shapely
from sqlalchemy import insert

from geo.records import Hotspot, HotspotEvent, Incident, Period, Placement, Seizure
from geo.terms import (
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
from models import imports, incidents
from models.commune_facts import register_figures
from models.detection import DetectionShare, detection_shares
from models.hotspot_events import add_event, histories_of
from models.hotspots import hotspot_by_ref
from models.imports import NewImport
from models.periods import evaluation_period, month_period
from models.register_figures import Counted, RegisterFigures
from models.session import Database, unit_of_work
from models.tables import corridor_communes, corridors
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    a_hotspot,
    an_import,
    an_incident,
    draw_map,
    keep_hotspots,
    keep_incidents,
    placed,
)

OLD = evaluation_period(2024)


def figures(
    database: Database, period: Period = PERIOD, viewer: Viewer = PLANNER, **asked: Any
) -> dict[str, RegisterFigures]:
    """The figures as they stand; those known at this moment are the same."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = register_figures(session, viewer, period, **asked)
        then = register_figures(session, viewer, period, known_at=datetime.now(UTC), **asked)
    assert then == found
    return found


def a_den(ref: str, *events: tuple[EventType, date], **changes: Any) -> Hotspot:
    life = tuple(HotspotEvent(type_, on) for type_, on in events)
    return a_hotspot(ref, kind=HotspotKind.USE_DEN, events=life, **changes)


def a_field(ref: str, *amounts: tuple[float, SeizureUnit], **changes: Any) -> Incident:
    seized = tuple(Seizure(Substance.CANNABIS, amount, unit) for amount, unit in amounts)
    return an_incident(ref, kind=IncidentKind.CULTIVATION, seizures=seized, **changes)


def with_map(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)


def test_a_register_without_a_record_of_the_kind_is_absent(database: Database) -> None:
    with_map(database)
    keep_incidents(database, an_incident("A"))
    assert figures(database) == {"23401": RegisterFigures(offenders_arrested=Counted(2, ("A",)))}
    assert figures(database, evaluation_period(2023)) == {}


def test_offenders_of_verified_crimes_are_counted(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("A", offenders=2),
        an_incident("B", offenders=0),
        an_incident("C", offenders=4, kind=IncidentKind.POSSESSION),
        an_incident("hành chính", offenders=9, kind=IncidentKind.USE),
        an_incident("tin báo", offenders=9, verified=False),
        an_incident("kỳ khác", offenders=9, occurred_on=OLD.start),
        an_incident("xã khác", offenders=7, placement=placed("23402")),
        an_incident("không rõ xã", offenders=9, placement=Placement(Precision.UNLOCATED)),
    )
    found = figures(database)
    assert found["23401"].offenders_arrested == Counted(6, ("A", "B", "C"))
    assert found["23402"].offenders_arrested == Counted(7, ("xã khác",))
    assert found.keys() == {"23401", "23402"}
    assert found["23401"].notes == ()


def test_offenders_that_were_not_told_make_a_least_number(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("A", offenders=3),
        an_incident("B", offenders=None),
        an_incident("C", offenders=None, placement=placed("23402")),
    )
    found = figures(database)
    assert found["23401"].offenders_arrested == Counted(3, ("A", "B"))
    assert "1 trong 2 vụ bắt giữ" in found["23401"].notes[0]
    assert found["23402"].offenders_arrested is None
    assert "1 trong 1 vụ bắt giữ" in found["23402"].notes[0]


def test_places_of_use_open_on_any_day_are_counted(database: Database) -> None:
    opened, cleared = EventType.OPENED, EventType.CLEARED
    start, end = PERIOD.start, PERIOD.end
    keep_hotspots(
        database,
        a_den("trọn kỳ", (opened, date(2020, 1, 1))),
        a_den("triệt xóa ngày đầu", (opened, date(2020, 1, 1)), (cleared, start)),
        a_den("nghi vấn ngày cuối", (EventType.SUSPECTED, end)),
        a_den("sau kỳ", (opened, date(2026, 12, 15))),
        a_den("xã bên, đã xóa", (opened, date(2020, 1, 1)), (cleared, date(2021, 1, 1)),
              placement=placed("23402")),
        replace(a_den("bán lẻ", (opened, start)), kind=HotspotKind.RETAIL),
    )  # fmt: skip
    found = figures(database)
    assert found["23401"].use_dens == Counted(2, ("nghi vấn ngày cuối", "trọn kỳ"))
    assert found["23402"].use_dens == Counted(0, ())
    assert figures(database, until=date(2026, 6, 14))["23401"].use_dens == Counted(1, ("trọn kỳ",))
    assert figures(database, until=date(2025, 12, 14)) == {}


def test_plants_are_summed_exactly_by_unit(database: Database) -> None:
    keep_incidents(
        database,
        a_field("A", (300, SeizureUnit.PLANT), (74.9, SeizureUnit.M2)),
        a_field("B", (200, SeizureUnit.PLANT), (50.1, SeizureUnit.M2), (1, SeizureUnit.KG)),
        a_field("C", (2, SeizureUnit.KG)),
        replace(a_field("mua bán", (9_999, SeizureUnit.PLANT)), kind=IncidentKind.TRADING),
    )
    found = figures(database)["23401"]
    assert found.plants == Counted(500, ("A", "B"))
    assert found.plant_area_m2 == Counted(125, ("A", "B"))
    assert found.notes == ("1 vụ trồng cây có chứa chất ma túy chưa ghi số cây hoặc diện tích.",)
    assert found.offenders_arrested == Counted(8, ("A", "B", "C", "mua bán"))


def test_what_is_not_surely_of_the_commune_is_counted_and_said(database: Database) -> None:
    unsure = replace(placed("23401"), confidence=0.6)
    keep_incidents(database, an_incident("A"), an_incident("B", placement=unsure))
    keep_hotspots(
        database,
        a_den("D", (EventType.OPENED, PERIOD.start), placement=unsure),
        a_den("E", (EventType.OPENED, date(2027, 1, 1)), placement=unsure),
    )
    found = figures(database)["23401"]
    assert found.offenders_arrested == Counted(4, ("A", "B"))
    assert found.use_dens == Counted(1, ("D",))
    assert found.notes == ("1 vụ việc và 1 điểm được tính cho xã này dù vị trí chưa chắc chắn.",)


@pytest.mark.parametrize(
    ("on", "precision", "counted", "words"),
    [
        (date(2026, 12, 1), DatePrecision.MONTH, True, "1 vụ được tính có thể thuộc kỳ sau"),
        (date(2026, 1, 1), DatePrecision.YEAR, True, "1 vụ được tính có thể thuộc kỳ sau"),
        (date(2026, 11, 1), DatePrecision.MONTH, True, None),
        (date(2025, 12, 1), DatePrecision.MONTH, False, "1 vụ không được tính có thể thuộc kỳ này"),
        (date(2025, 1, 1), DatePrecision.YEAR, False, "1 vụ không được tính có thể thuộc kỳ này"),
        (date(2025, 11, 1), DatePrecision.MONTH, False, None),
        (date(2025, 12, 1), DatePrecision.DAY, False, None),
    ],
)
def test_imprecise_days_at_the_edges_are_told(
    sqlite_database: Database, on: date, precision: DatePrecision, counted: bool, words: str | None
) -> None:
    imprecise = an_incident("mơ hồ", occurred_on=on, date_precision=precision)
    keep_incidents(sqlite_database, an_incident("A"), imprecise)
    found = figures(sqlite_database)["23401"]
    assert found.offenders_arrested is not None
    assert ("mơ hồ" in found.offenders_arrested.records) is counted
    assert [words in note for note in found.notes] == ([True] if words else [])


def test_a_viewer_reads_facts_of_the_own_scope(database: Database) -> None:
    with_map(database)
    keep_incidents(
        database,
        an_incident("A"),
        an_incident("B", placement=placed("23402")),
        an_incident("C", placement=placed("00004")),
    )
    assert figures(database).keys() == {"23401", "23402", "00004"}
    assert figures(database, viewer=PLANNER_51).keys() == {"23401", "23402"}
    assert figures(database, viewer=OFFICER).keys() == {"23401"}
    assert figures(database, province_code="01").keys() == {"00004"}
    assert figures(database, commune_code="23402").keys() == {"23402"}


def test_an_old_commune_has_its_cases_for_a_period_before_the_map(database: Database) -> None:
    with_map(database)
    former = replace(placed("23401"), commune_code="99999")
    keep_incidents(
        database,
        an_incident("A", occurred_on=OLD.start, placement=former),
        an_incident("B", occurred_on=OLD.start),
        an_incident("C", occurred_on=PERIOD.start, placement=former),
    )
    keep_hotspots(database, a_den("D", (EventType.OPENED, OLD.start), placement=former))
    old = figures(database, OLD)
    assert old["99999"].offenders_arrested == Counted(2, ("A",))
    assert old["99999"].use_dens == Counted(1, ("D",))
    assert old["23401"].offenders_arrested == Counted(4, ("A", "B"))
    assert figures(database).keys() == {"23401"}


def a_route(database: Database, *codes: str) -> None:
    """A key route in force along some communes."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        route = insert(corridors).values(
            source="CÔNG AN TỈNH A", ref="T-1", name="Quốc lộ 40", mode="road", reach="intra",
            decision="12/QĐ", valid_from=date(2026, 1, 1), width_m=2_000.0, note="",
            geom=shapely.MultiLineString([[(108.1, 14.1), (108.9, 14.9)]]),
            import_id=an_import(session, Layer.CORRIDORS), content_sha256="0" * 64,
            created_at=NOON, created_by="planner",
        )  # fmt: skip
        id_ = session.execute(route.returning(corridors.c.id)).scalar_one()
        for position, code in enumerate(codes):
            province = "01" if code == "00004" else "51"
            row = {"corridor_id": id_, "commune_code": code, "province_code": province}
            session.execute(
                insert(corridor_communes).values(**row, position=position, length_km=3.0)
            )


def test_nothing_is_known_of_routes_while_none_is_in_force(database: Database) -> None:
    with_map(database)
    keep_incidents(database, an_incident("A"))
    assert figures(database)["23401"].on_key_route is None
    a_route(database, "23401")
    assert figures(database, evaluation_period(2025)) == {}


def test_a_province_with_a_route_has_its_list_and_others_are_asked_for_theirs(
    database: Database,
) -> None:
    with_map(database)
    keep_incidents(database, an_incident("A"), an_incident("B", placement=placed("00004")))
    a_route(database, "23401")
    found = figures(database)
    assert {code: each.on_key_route for code, each in found.items()} == {
        "23401": True,
        "23402": False,
        "00004": None,
    }
    assert found["23401"].routes == ("Quốc lộ 40",)
    assert found["23402"] == RegisterFigures(on_key_route=False)
    assert "hãy nhập danh mục tuyến của tỉnh" in found["00004"].notes[0]
    assert found["00004"].offenders_arrested == Counted(2, ("B",))
    assert figures(database, viewer=PLANNER_01)["00004"].notes == found["00004"].notes
    assert figures(database, viewer=OFFICER) == {"23401": found["23401"]}
    assert figures(database, commune_code="23402") == {"23402": found["23402"]}


def test_a_home_counts_for_a_viewer_to_whom_it_is_not_shown(database: Database) -> None:
    home = a_den("N", (EventType.OPENED, PERIOD.start), is_dwelling=True)
    keep_hotspots(database, replace(home, placement=replace(placed("23401"), confidence=0.6)))
    to_planner, to_reader = figures(database), figures(database, viewer=ANALYST)
    assert to_reader == to_planner
    assert to_reader["23401"].use_dens == Counted(1, ("N",))
    assert any("1 điểm được tính" in note for note in to_reader["23401"].notes)


def test_an_event_that_was_corrected_does_not_open_a_place(database: Database) -> None:
    keep_hotspots(database, a_den("S", (EventType.OPENED, date(2026, 3, 1))))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        spot = hotspot_by_ref(session, PLANNER, "S")
        [said] = histories_of(session, [spot.id])[spot.id]
        earlier = HotspotEvent(EventType.CLEARED, date(2025, 3, 1), "")
        add_event(session, PLANNER, spot.id, earlier, at=NOON, corrects_id=said.id)
    assert figures(database)["23401"].use_dens == Counted(0, ())


def test_facts_of_an_earlier_moment_are_those_said_then(database: Database) -> None:
    with_map(database)
    keep_incidents(database, a_field("A", (300, SeizureUnit.PLANT)))
    keep_hotspots(database, a_den("D", (EventType.OPENED, PERIOD.start)))
    then = datetime.now(UTC)
    said = figures(database)
    keep_later(database, a_field("A", (900, SeizureUnit.PLANT), offenders=7))
    assert figures(database)["23401"].plants == Counted(900, ("A",))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert register_figures(session, PLANNER, PERIOD, known_at=then) == said


def keep_later(database: Database, record: Incident) -> None:
    """Store an incident by an import of this moment."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INCIDENTS, "tep.xlsx", "0" * 64, "CÔNG AN TỈNH A")
        incidents.add_incidents(
            session, PLANNER, [record], imports.add_import(session, PLANNER, new)
        )


@pytest.mark.parametrize("seed", range(2))
def test_counting_in_the_database_and_one_by_one_agree(database: Database, seed: int) -> None:
    with_map(database)
    random = Random(seed)
    keep_incidents(database, *(_any_incident(random, n) for n in range(120)))
    for period in (
        PERIOD,
        OLD,
        month_period(2026, 3),
        Period(date(2026, 1, 1), date(2026, 12, 31)),
    ):
        for viewer in (PLANNER, PLANNER_51, OFFICER):
            figures(database, period, viewer)
            figures(database, period, viewer, until=date(2026, 3, 8))


def _any_incident(random: Random, n: int) -> Incident:
    kind, precision = random.choice(list(IncidentKind)), random.choice(list(DatePrecision))
    day = date(random.choice([2023, 2024, 2025, 2026]), random.randrange(1, 13), 1)
    if precision is DatePrecision.YEAR:
        day = day.replace(month=1)
    elif precision is DatePrecision.DAY:
        day = day.replace(day=random.choice([1, 8, 14, 15, 28]))
    code = random.choice(["23401", "23402", "00004"])
    place = replace(placed(code), confidence=random.choice([0.6, 0.9]))
    if random.random() < 0.3:
        place = replace(place, commune_code=random.choice(["99999", "23402"]))
    unit = random.choice(list(SeizureUnit))
    return an_incident(
        f"VV-{n}",
        kind=kind,
        occurred_on=day,
        date_precision=precision,
        offenders=random.choice([None, 0, 3]),
        verified=random.random() < 0.9,
        placement=place,
        seizures=(Seizure(Substance.CANNABIS, random.randrange(1, 99) / 10, unit),),
    )


def test_who_detected_the_cases_of_each_commune(database: Database) -> None:
    with_map(database)
    bodies = [DetectedBy.COMMUNE, DetectedBy.COMMUNE, *DetectedBy]
    keep_incidents(
        database,
        *(an_incident(f"A-{n}", detected_by=body) for n, body in enumerate(bodies)),
        an_incident("B", detected_by=DetectedBy.TIP, placement=placed("23402")),
        an_incident("C", detected_by=DetectedBy.TIP, verified=False, placement=placed("00004")),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = detection_shares(session, PLANNER, PERIOD)
        own = detection_shares(session, OFFICER, PERIOD, known_at=datetime.now(UTC))
    assert found == {
        "23401": DetectionShare(by_commune=3, by_higher=5, by_tip=1, unknown=1),
        "23402": DetectionShare(by_tip=1),
    }
    assert (found["23401"].share, found["23402"].share) == (Fraction(3, 8), None)
    assert own == {"23401": found["23401"]}
