"""How soon the communes of the whole country are classed for five years."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from geo.records import (
    Hotspot,
    HotspotEvent,
    Incident,
    Indicators,
    Period,
    Placement,
    PlaceQuery,
    Seizure,
)
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
from models import communes, hotspots, imports, incidents, indicators
from models.communes import Commune
from models.imports import NewImport
from models.periods import evaluation_period, today
from models.session import Database, Session, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.bench.imports import run_command
from tests.bench.measures import Measure
from webapp.cli import look_for_garbage_seldom
from webapp.services.classify import evaluate

N_INCIDENTS, N_HOTSPOTS, N_PERIODS = 100_000, 5_000, 5
RULESET = "qd28_2025"
_KINDS = list(IncidentKind)
_BODIES = [body for body in DetectedBy if body is not DetectedBy.TIP]


def measure_classes(folder: Path) -> list[Measure]:
    """Class every commune of the map in five periods, as it stands and as it was known."""
    site = folder / "classes"
    run_command(site, "init")
    look_for_garbage_seldom()
    database = open_database(f"sqlite:///{site / 'diaban.sqlite'}")
    year = today(datetime.now(UTC)).year
    periods = [evaluation_period(year - back) for back in range(N_PERIODS)]
    n_communes = fill_site(database, periods)
    now_s, n = _timed(database, periods, None)
    then_s, _ = _timed(database, periods, datetime.now(UTC))
    database.close()
    if n < n_communes * N_PERIODS:
        raise RuntimeError(f"{n} assessments of {n_communes} communes")
    what = f"Xếp loại {n_communes} xã × {N_PERIODS} kỳ, 100.000 vụ việc"
    return [Measure(what, now_s, "s", 3), Measure(f"{what}, như biết đến một lúc", then_s, "s")]


def _timed(
    database: Database, periods: list[Period], known_at: datetime | None
) -> tuple[float, int]:
    begun, n = time.perf_counter(), 0
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for period in periods:
            n += len(evaluate(session, LOCAL_OPERATOR, period, ruleset=RULESET, known_at=known_at))
    return time.perf_counter() - begun, n


def fill_site(database: Database, periods: list[Period]) -> int:
    """Records and declarations for every commune of the map; how many communes there are."""
    rng = np.random.default_rng(5)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        version = communes.current_version(session, LOCAL_OPERATOR)
        units = communes.commune_units(session, LOCAL_OPERATOR, version.id)
        first, last = periods[-1].start, periods[0].end
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        cases = [_case(rng, n, units, days) for n in range(N_INCIDENTS)]
        _bring(session, Layer.INCIDENTS, incidents.add_incidents, cases)
        spots = [_spot(rng, n, units, days) for n in range(N_HOTSPOTS)]
        _bring(session, Layer.HOTSPOTS, hotspots.add_hotspots, spots)
        sheets = [_sheet(rng, unit, period) for period in periods for unit in units]
        _bring(session, Layer.INDICATORS, indicators.add_indicators, sheets)
    return len(units)


def _bring(
    session: Session, layer: Layer, add: Callable[..., object], records: Sequence[object]
) -> None:
    new = NewImport(layer, "do.xlsx", "0" * 64, "ĐO")
    add(session, LOCAL_OPERATOR, records, imports.add_import(session, LOCAL_OPERATOR, new))


def _placed(rng: np.random.Generator, units: list[Commune]) -> Placement:
    unit = units[int(rng.integers(len(units)))]
    sure = 0.97 if rng.random() < 0.95 else 0.6
    place = (unit.code, unit.code, unit.province_code, unit.lon, unit.lat)
    return Placement(Precision.EXACT, *place, "coordinates", sure)


def _case(rng: np.random.Generator, n: int, units: list[Commune], days: list[date]) -> Incident:
    kind = _KINDS[int(rng.integers(len(_KINDS)))]
    plants = Seizure(Substance.CANNABIS, int(rng.integers(1, 900)), SeizureUnit.PLANT)
    powder = Seizure(Substance.HEROIN, float(rng.random()), SeizureUnit.KG)
    return Incident(
        ref=f"VV-{n}",
        source="ĐO",
        occurred_on=days[int(rng.integers(len(days)))],
        date_precision=DatePrecision.DAY,
        kind=kind,
        detected_by=_BODIES[int(rng.integers(len(_BODIES)))],
        verified=bool(rng.random() < 0.95),
        address_text="",
        placement=_placed(rng, units),
        offenders=int(rng.integers(1, 5)),
        seizures=(plants if kind is IncidentKind.CULTIVATION else powder,),
        place=PlaceQuery(address=f"Thôn {n}"),
    )


def _spot(rng: np.random.Generator, n: int, units: list[Commune], days: list[date]) -> Hotspot:
    opened, cleared = sorted(int(i) for i in rng.integers(len(days), size=2))
    events = [HotspotEvent(EventType.OPENED, days[opened])]
    if rng.random() < 0.7:
        events.append(HotspotEvent(EventType.CLEARED, days[cleared]))
    kinds = list(HotspotKind)
    return Hotspot(
        ref=f"TD-{n}",
        source="ĐO",
        name=f"Điểm {n}",
        kind=kinds[int(rng.integers(len(kinds)))],
        placement=_placed(rng, units),
        events=tuple(events),
        place=PlaceQuery(address=f"Thôn {n}"),
    )


def _sheet(rng: np.random.Generator, unit: Commune, period: Period) -> Indicators:
    def few(most: int) -> int | None:
        drawn = int(rng.integers(-most // 8 - 1, most))
        return None if drawn == 0 and rng.random() < 0.3 else max(0, drawn)

    return Indicators(
        *(unit.code, period),
        residents=int(rng.integers(3_000, 60_000)),
        dependents=few(200),
        users=few(100),
        substitution=few(20),
        home_rehab=few(20),
        post_rehab=few(20),
        use_dens=few(3),
        offenders_arrested=few(40),
        resident_offenders=few(20),
        fugitives=few(2),
        plants=few(600),
        plant_area_m2=few(200),
        on_key_route=bool(rng.random() < 0.2),
    )
