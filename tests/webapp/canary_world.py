"""A site in which every record of three communes carries words that occur nowhere else.

The map is that of `seeded_site`. 23401 and 23377 are communes of province 51, 24133 is one
of province 66. Each has at least one record of every table that a scope hides, written with
a word, a point and numbers of its own, and one dwelling with a word and a point of its own:
an answer that holds one of them has told of that commune, or of that home.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely
from sqlalchemy import select

from geo.facilities import Facility
from geo.findings import Finding
from geo.records import (
    Candidate,
    Cluster,
    Corridor,
    Hotspot,
    HotspotEvent,
    Incident,
    Placement,
    PlaceQuery,
    RejectedRow,
    Seizure,
)
from geo.standing_terms import AssessmentAction, CorridorMode, CorridorReach
from geo.sub_unit_names import read_sub_unit
from geo.terms import (
    AlertKind,
    AtHome,
    ClusterFlag,
    DatePrecision,
    DetectedBy,
    EventType,
    FacilityKind,
    HotspotKind,
    IncidentKind,
    Layer,
    Precision,
    SeizureUnit,
    Substance,
)
from models import (
    aliases,
    campaigns,
    communes,
    corridors,
    duplicate_search,
    facilities,
    hotspots,
    imports,
    incidents,
    run_points,
    runs,
    sub_unit_reviews,
    sub_units,
)
from models.alerts import open_alerts, raise_alerts
from models.imports import NewImport
from models.incident_counts import clustering_input
from models.incident_filters import IncidentFilter
from models.periods import quarter_period
from models.run_points import RunPoints
from models.runs import NewRun
from models.session import Database, Session, unit_of_work
from models.sub_units import SubUnit
from models.tables import incidents as incidents_table
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.assessed_commune import act, declared
from tests.webapp.seeded_site import NOW

FILE_WORD = "Zuefiqo"
"""In the name of a file that may speak of any place."""


@dataclass(frozen=True)
class Area:
    """A commune with what marks its records; points in WGS 84 degrees.

    `home` is a hotspot that is a dwelling, `case_home` where a case happened in one.
    """

    code: str
    province: str
    word: str
    home_word: str
    lon: float
    lat: float
    home: tuple[float, float]
    case_home: tuple[float, float]
    numbers: tuple[int, int]

    @property
    def cluster(self) -> str:
        """The lasting name of its cluster."""
        return f"C-{self.code.zfill(6)}"

    @property
    def open_marks(self) -> tuple[re.Pattern[str], ...]:
        """What tells of its records, dwellings apart."""
        points = (_point(value) for value in (self.lon, self.lat))
        return (_word(self.word), *points, *(_number(n) for n in self.numbers))

    @property
    def home_marks(self) -> tuple[re.Pattern[str], ...]:
        """What tells of its dwelling, or of the home of a case."""
        points = (*self.home, *self.case_home)
        return (_word(self.home_word), *(_point(value) for value in points))

    @property
    def marks(self) -> tuple[re.Pattern[str], ...]:
        """Both."""
        return (*self.open_marks, *self.home_marks)


def _word(word: str) -> re.Pattern[str]:
    return re.compile(re.escape(word), re.IGNORECASE)


def _point(degrees: float) -> re.Pattern[str]:
    """A coordinate to 10 m, cut off or rounded."""
    whole, part = f"{degrees:.5f}".split(".")
    rounded = f"{degrees:.4f}".split(".")[1]
    return re.compile(rf"(?<!\d){whole}[.,](?:{part[:4]}|{rounded})")


def _number(n: int) -> re.Pattern[str]:
    thousands, rest = divmod(n, 1000)
    return re.compile(rf"(?<![\w.,/-]){thousands}[.,]?{rest:03d}(?![\w-])")


OWN = Area(
    *("23401", "51", "Zubraqi", "Hvxbani", 107.64731, 14.65283),
    *((107.66219, 14.67148), (107.65085, 14.65585), (9_371, 3_137)),
)
NEXT = Area(
    *("23377", "51", "Zucroqe", "Hvxcodu", 107.74862, 14.65394),
    *((107.76297, 14.67259), (107.75060, 14.65568), (8_642, 3_258)),
)
FAR = Area(
    *("24133", "66", "Zudliqu", "Hvxdira", 107.65397, 14.55416),
    *((107.67468, 14.57361), (107.65549, 14.55702), (7_519, 3_369)),
)
AREAS = (OWN, NEXT, FAR)


FILE_MARK = _word(FILE_WORD)
REFUSED_WORD = "Wexzuhi"
"""In the cells of a refused row, which may be the address of a home."""

REFUSED_MARK = _word(REFUSED_WORD)


def hidden_from(viewer: Viewer) -> tuple[re.Pattern[str], ...]:
    """What no answer to this viewer may hold."""
    found: list[re.Pattern[str]] = []
    for area in AREAS:
        inside = viewer.scope.covers(area.province, area.code)
        acts = viewer.role in (Role.PLANNER, Role.ADMIN) or viewer.role is Role.COMMUNE
        if not inside:
            found += area.open_marks
        if not (inside and acts):
            found += area.home_marks
    if viewer.scope != Scope.nation():
        found.append(FILE_MARK)
    if viewer.scope != Scope.nation() or not viewer.may_write:
        found.append(REFUSED_MARK)
    return tuple(found)


Ids = dict[str, int]


def seed_canaries(database: Database) -> dict[str, Ids]:
    """Fill the map with the records of the areas; their numbers by commune, and the site's own."""
    ids: dict[str, Ids] = {area.code: {} for area in AREAS}
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        shared = {"file": _file(session), "corridor": _corridor(session)}
        for area in AREAS:
            _records(session, area, ids[area.code])
        spots = [ids[area.code]["hotspot"] for area in AREAS]
        shared["run"] = _run(session, spots)
        _alerts(session, shared["run"], spots)
        for alert in open_alerts(session, LOCAL_OPERATOR):
            ids[str(alert.commune_code)]["alert"] = alert.id
    for area in AREAS:
        _assessed(database, area)
    return ids | {"site": shared}


def _records(session: Session, area: Area, ids: Ids) -> None:
    word, at = area.word, _at(area)
    ids["import"] = _bring_cases(session, area)
    c = incidents_table.c
    mine = select(c.id).where(c.source == word, c.ref == f"{word}-1")
    ids["incident"] = session.scalars(mine).one()
    ids |= _spots(session, area)
    school = Facility(f"{word}-t", word, f"Trường {word}", FacilityKind.SCHOOL, at, f"Phố {word}")
    import_id = _new_import(session, area, Layer.FACILITIES)
    facilities.add_facilities(session, LOCAL_OPERATOR, [school], import_id)
    ids["facility"] = facilities.find_facilities(
        session, LOCAL_OPERATOR, facilities.FacilityFilter(commune_code=area.code)
    )[0].id
    ids["sub_unit"] = _hamlet(session, area)
    ids["campaign"] = _campaign(session, area)
    written = aliases.NewAlias(word, word.lower(), f"xã {word}", area.code)
    aliases.remember(session, LOCAL_OPERATOR, written, at=NOW)


def _at(area: Area) -> Placement:
    return Placement(
        *(Precision.EXACT, area.code, area.code, area.province),
        *(area.lon, area.lat, "coordinates", 0.95),
    )


def _cases(area: Area) -> list[Incident]:
    word, at = area.word, _at(area)
    usual = Incident(
        ref=f"{word}-1",
        source=word,
        occurred_on=date(2026, 3, 2),
        date_precision=DatePrecision.DAY,
        kind=IncidentKind.TRADING,
        detected_by=DetectedBy.PROVINCE,
        verified=True,
        address_text=f"Ngõ {area.home_word} 7",
        placement=at,
        offenders=area.numbers[1],
        seizures=(Seizure(Substance.HEROIN, area.numbers[1] / 1000, SeizureUnit.KG),),
        place=PlaceQuery(address=f"Ngõ {area.home_word} 7"),
        home=AtHome.NOT_HOME,
    )
    around = [
        replace(usual, ref=f"{word}-{n}", occurred_on=date(2026, 3, n + 2), offenders=0)
        for n in range(2, 12)
    ]
    vague = replace(at, precision=Precision.COMMUNE, lon=None, lat=None, confidence=0.4)
    doubted = replace(
        vague, candidates=(Candidate(area.code, 0.6),), warnings=(f"Chưa rõ «{word}».",)
    )
    twice = replace(
        usual, source=f"{word} II", detected_by=DetectedBy.COMMUNE, ref=f"{word}-II", offenders=0
    )
    unclear = replace(usual, ref=f"{word}-v", placement=doubted, offenders=0)
    elsewhere = PlaceQuery(address=f"Xóm {area.home_word} 8")
    also = replace(unclear, ref=f"{word}-w", occurred_on=date(2026, 4, 20), place=elsewhere)
    lived_in = replace(
        usual,
        ref=f"{word}-h",
        occurred_on=date(2026, 3, 20),
        address_text=f"nhà riêng, hẻm {area.home_word} 7",
        placement=replace(at, lon=area.case_home[0], lat=area.case_home[1]),
        offenders=0,
        home=None,
    )
    return [usual, *around, lived_in, unclear, also, twice]


def _spots(session: Session, area: Area) -> Ids:
    word, home = area.word, area.home_word
    events = (
        HotspotEvent(EventType.OPENED, date(2025, 1, 10), f"Ghi chú {word}"),
        HotspotEvent(EventType.CLEARED, date(2026, 2, 1), f"Triệt xóa {word}"),
    )
    spot = Hotspot(
        *(f"TD-{word}", word, f"Tụ điểm {word}", HotspotKind.USE_DEN, _at(area)),
        events=events,
        address_text=f"Hẻm {word} 9",
    )
    opened = HotspotEvent(EventType.OPENED, date(2025, 2, 10), f"Nhà {home}")
    dwelling = replace(
        spot,
        name=f"Nhà trọ {home}",
        is_dwelling=True,
        ref=f"{area.code}-N1",
        source="CÔNG AN TỈNH",
        address_text=f"Hẻm {home} 3",
        placement=replace(spot.placement, lon=area.home[0], lat=area.home[1]),
        events=(opened,),
        place=PlaceQuery(address=f"Hẻm {home} 3"),
    )
    import_id = _new_import(session, area, Layer.HOTSPOTS)
    hotspots.add_hotspots(session, LOCAL_OPERATOR, [spot, dwelling], import_id, at=NOW)
    refs = {"hotspot": spot.ref, "home": dwelling.ref}
    return {
        name: hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, ref).id for name, ref in refs.items()
    }


def _hamlet(session: Session, area: Area) -> int:
    name = f"Thôn {area.word}"
    normal = read_sub_unit(name)
    assert normal is not None
    hamlet = SubUnit(f"{area.word}-s", area.word, name, normal, area.code)
    import_id = _new_import(session, area, Layer.SUB_UNITS)
    sub_units.add_sub_units(session, LOCAL_OPERATOR, [hamlet], import_id)
    found = sub_units.find_sub_units(session, LOCAL_OPERATOR, commune_code=area.code)
    answer = sub_unit_reviews.Answer(found[0].id, False, f"Rà soát {area.word}")
    quarter = quarter_period(2026, 1)
    sub_unit_reviews.record_reviews(session, LOCAL_OPERATOR, area.code, quarter, [answer], at=NOW)
    return found[0].id


def _campaign(session: Session, area: Area) -> int:
    box = shapely.box(area.lon - 0.02, area.lat - 0.02, area.lon + 0.02, area.lat + 0.02)
    drive = campaigns.Campaign(
        ref=f"{area.word}-c",
        source=area.word,
        name=f"Cao điểm {area.word}",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        area_text=f"Xã {area.word}",
        area=shapely.MultiPolygon([box]),
        commune_codes=(area.code,),
        province_code=area.province,
        commune_code=area.code,
        note=f"Ghi chú {area.word}",
    )
    import_id = _new_import(session, area, Layer.CAMPAIGNS)
    campaigns.add_campaigns(session, LOCAL_OPERATOR, [drive], import_id)
    found = campaigns.find_campaigns(session, LOCAL_OPERATOR)
    return next(one.id for one in found if one.ref == drive.ref)


def _corridor(session: Session) -> int:
    """A key route through 23401 and 23377: everybody may know of it, not of the cases on it."""
    line = shapely.MultiLineString([[(107.61, 14.652), (107.78, 14.654)]])
    route = Corridor(
        ref="T-40B",
        source="BỘ CÔNG AN",
        name="Tuyến Quốc lộ 40B",
        mode=CorridorMode.ROAD,
        reach=CorridorReach.INTRA,
        decision="12/QĐ",
        decided_on=date(2025, 12, 1),
        valid_from=date(2025, 1, 1),
        valid_to=None,
        width_m=2_000.0,
        geometry=line,
        line=4,
    )
    new = NewImport(Layer.CORRIDORS, "tuyen.csv", "0" * 64, "BỘ CÔNG AN")
    import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=NOW)
    corridors.add_corridors(session, LOCAL_OPERATOR, [route], import_id)
    return corridors.find_corridors(session, LOCAL_OPERATOR)[0].id


def _file(session: Session) -> int:
    new = NewImport(Layer.INCIDENTS, f"{FILE_WORD}.xlsx", "e" * 64, FILE_WORD)
    import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=NOW)
    cells = {"Địa điểm": f"Hẻm {REFUSED_WORD}"}
    row = RejectedRow(5, "Ngày xảy ra", REFUSED_WORD, "Không có ngày này.", cells=cells)
    imports.add_rejected(session, LOCAL_OPERATOR, import_id, [row])
    imports.finish_import(session, LOCAL_OPERATOR, import_id, accepted=0, unchanged=0, rejected=1)
    return import_id


def _new_import(session: Session, area: Area, layer: Layer) -> int:
    new = NewImport(layer, f"{area.word}.xlsx", "0" * 64, area.word)
    return imports.add_import(session, LOCAL_OPERATOR, new, at=NOW)


def _bring_cases(session: Session, area: Area) -> int:
    import_id = _new_import(session, area, Layer.INCIDENTS)
    incidents.add_incidents(session, LOCAL_OPERATOR, _cases(area), import_id)
    proposed = duplicate_search.propose_for_import(
        session, LOCAL_OPERATOR, import_id, unnamed="chung", at=NOW
    )
    assert proposed.new, "no pair of reports of one case"
    return import_id


def _run(session: Session, spots: list[int]) -> int:
    found = [_cluster(session, area, n, spots[n]) for n, area in enumerate(AREAS)]
    run = NewRun(
        as_of=date(2026, 6, 14),
        parameters={"eps_m": 300, "min_samples": 8, "window_days": None},
        data_stamp="z",
        boundary_version_id=communes.current_version(session, LOCAL_OPERATOR).id,
        software_version="0",
        n_records=36,
        n_left_out=3,
        at=NOW,
    )
    run_id = runs.store_run(session, LOCAL_OPERATOR, run, found)
    _keep_points(session, run_id)
    return run_id


def _keep_points(session: Session, run_id: int) -> None:
    """What the run read, homes where they are: some points lie outside of every scope."""
    read = clustering_input(session, LOCAL_OPERATOR, IncidentFilter())
    none = np.zeros(read.ids.size, dtype=np.int64)
    kept = RunPoints(read.ids, read.lons, read.lats, read.days, none, none.astype(bool))
    run_points.store_points(session, LOCAL_OPERATOR, run_id, kept)


def _cluster(session: Session, area: Area, n: int, hotspot_id: int) -> Cluster:
    return Cluster(
        cluster_id=n,
        n=11,
        lon=area.lon,
        lat=area.lat,
        hull_wkb=shapely.to_wkb(shapely.Point(area.lon, area.lat).buffer(0.001)),
        first_date=date(2026, 3, 2),
        last_date=date(2026, 3, 13),
        flag=ClusterFlag.KNOWN,
        members=_members(session, area),
        stable_id=area.cluster,
        nearest_hotspot=f"TD-{area.word}",
        hotspot_id=hotspot_id,
        nearest_m=12.0,
    )


def _members(session: Session, area: Area) -> tuple[int, ...]:
    c = incidents_table.c
    wanted = select(c.id).where(c.source == area.word, c.lon.is_not(None)).order_by(c.id)
    return tuple(session.scalars(wanted))


def _alerts(session: Session, run_id: int, spots: list[int]) -> None:
    evidence: dict[str, int | float | str | None] = {
        **{"cleared_on": "2026-02-01", "radius_m": 300.0, "n_after": 11, "expected": 0.42},
        **{"p_value": 0.0012, "first_date": "2026-03-02", "last_date": "2026-03-13"},
        **{"before": 2, "after": 11, "days": 90, "ratio": 2.5, "low": 0.41, "high": 26.2},
    }
    found = [
        Finding(
            *(AlertKind.RE_EMERGING, f"H-{spot}", area.lon, area.lat, area.code),
            *(_members(session, area), evidence),
            hotspot_id=spot,
        )
        for area, spot in zip(AREAS, spots, strict=True)
    ]
    raise_alerts(session, LOCAL_OPERATOR, run_id, found, at=NOW)


def _assessed(database: Database, area: Area) -> None:
    """Figures declared for 2025, signed by the officer and sent back with a reason."""
    officer = Viewer(f"xa-{area.code}", Role.COMMUNE, Scope.commune(area.code))
    planner = Viewer(f"tinh-{area.province}", Role.PLANNER, Scope.provinces(area.province))
    declared(
        database,
        officer,
        area.code,
        residents=str(area.numbers[0]),
        dependents="13",
        confirmed=True,
    )
    act(database, officer, AssessmentAction.SELF_ASSESS, area.code)
    back = AssessmentAction.SEND_BACK
    act(database, planner, back, area.code, reason=f"Xem lại số {area.word}")
