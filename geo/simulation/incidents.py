"""Made-up incidents: around planted places, and scattered over settlements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.records import Seizure
from geo.simulation.addresses import draw_address
from geo.simulation.places import GROWING_PROVINCES, PlantedPlace
from geo.simulation.world import GEOD, SimulatedCommune, World, points_around, points_within
from geo.terms import DetectedBy, HotspotKind, IncidentKind, SeizureUnit, Substance

T = TypeVar("T")

PLACE_SPREAD_M = 80.0
"""Standard deviation of incidents around a planted place."""

SETTLEMENT_SPREAD_M = 900.0
"""Standard deviation of the other incidents around a settlement."""

MAX_PER_KM2 = 4.0
"""Scattered incidents stay sparser than this, so that the planted places are the clusters."""

DISTRICTS_ENDED = date(2025, 3, 1)
"""From this day there is no district police."""

KINDS: Mapping[IncidentKind, float] = MappingProxyType(
    {
        IncidentKind.TRADING: 0.31,
        IncidentKind.POSSESSION: 0.27,
        IncidentKind.TRANSPORT: 0.10,
        IncidentKind.USE: 0.13,
        IncidentKind.ORGANISING_USE: 0.11,
        IncidentKind.HARBOURING_USE: 0.05,
        IncidentKind.CULTIVATION: 0.02,
        IncidentKind.PRODUCTION: 0.005,
        IncidentKind.PRECURSORS: 0.005,
    }
)

PLACE_KINDS: Mapping[HotspotKind, tuple[IncidentKind, ...]] = MappingProxyType(
    {
        HotspotKind.USE_DEN: (
            IncidentKind.ORGANISING_USE,
            IncidentKind.HARBOURING_USE,
            IncidentKind.USE,
        ),
        HotspotKind.RETAIL: (IncidentKind.TRADING, IncidentKind.TRADING, IncidentKind.POSSESSION),
        HotspotKind.GATHERING: (
            IncidentKind.USE,
            IncidentKind.POSSESSION,
            IncidentKind.TRADING,
        ),
        HotspotKind.POINT: (IncidentKind.TRADING, IncidentKind.USE, IncidentKind.POSSESSION),
        HotspotKind.CULTIVATION: (IncidentKind.CULTIVATION,),
    }
)

SUBSTANCES: Mapping[Substance, float] = MappingProxyType(
    {
        Substance.SYNTHETIC: 0.58,
        Substance.HEROIN: 0.20,
        Substance.CANNABIS: 0.09,
        Substance.KETAMINE: 0.10,
        Substance.OPIUM: 0.02,
        Substance.COCAINE: 0.01,
    }
)


@dataclass(frozen=True, slots=True)
class SimulatedIncident:
    """An incident as it happened; `lon`, `lat` is None where nobody measured it.

    `place_ref` is the planted place it belongs to, None for the scattered ones.
    """

    ref: str
    occurred_on: date
    kind: IncidentKind
    detected_by: DetectedBy
    verified: bool
    offenders: int
    seizure: Seizure | None
    commune: SimulatedCommune
    address: str
    lon: float | None
    lat: float | None
    place_ref: str | None


def draw_incidents(
    rng: np.random.Generator, world: World, places: Sequence[PlantedPlace], n: int
) -> list[SimulatedIncident]:
    """Draw `n` incidents in order of their day, those of the places among them."""
    drawn = [incident for place in places for incident in _at_place(rng, world, place)]
    drawn += _scattered(rng, world, max(0, n - len(drawn)))
    drawn.sort(key=lambda incident: incident.occurred_on)
    return [
        replace(i, ref=f"{i.commune.province_code}-{i.occurred_on.year}-{number:05d}")
        for number, i in enumerate(drawn, start=1)
    ]


def _at_place(
    rng: np.random.Generator, world: World, place: PlantedPlace
) -> Iterator[SimulatedIncident]:
    if place.n == 0:
        return
    centre = (place.lon, place.lat)
    lons, lats = points_around(rng, place.commune.geometry, centre, PLACE_SPREAD_M, place.n)
    kinds = PLACE_KINDS[place.kind]
    for i, day in enumerate(_days_at_place(rng, world, place)):
        kind = kinds[int(rng.integers(len(kinds)))]
        measured = rng.random() < 0.92
        at = (float(lons[i]), float(lats[i])) if measured else None
        yield _incident(rng, place.commune, kind, day, at=at, place_ref=place.ref)


def _days_at_place(rng: np.random.Generator, world: World, place: PlantedPlace) -> list[date]:
    def spread(first: date, last: date, n: int) -> list[date]:
        span = max(1, (last - first).days)
        return [first + timedelta(days=int(d)) for d in rng.integers(0, span, n)]

    days = spread(place.opened, place.cleared or world.today, place.n - place.n_after)
    if place.cleared is not None and place.n_after:
        days += spread(place.cleared + timedelta(days=45), world.today, place.n_after)
    return days


def _scattered(rng: np.random.Generator, world: World, n: int) -> Iterator[SimulatedIncident]:
    days = np.floor(world.n_days * rng.random(n) ** 0.9).astype(np.int64)
    periods = world.period_index(days)
    weights = _weights(rng, world, n)
    for period in range(len(world.periods)):
        own_days = days[periods == period]
        chance = np.where(world.clean[period], 0.0, weights)
        chosen = rng.choice(len(weights), len(own_days), p=chance / chance.sum())
        for index in np.unique(chosen):
            commune = world.communes[int(index)]
            yield from _in_commune(rng, world, commune, own_days[chosen == index])


def _weights(rng: np.random.Generator, world: World, n: int) -> NDArray[np.float64]:
    heat = rng.lognormal(0.0, 0.7, len(world.communes))
    border = np.array([1.7 if c.is_border else 1.0 for c in world.communes])
    weights = world.residents * heat * border
    expected = n * weights / weights.sum()
    area_km2 = np.array(
        [abs(GEOD.geometry_area_perimeter(c.geometry)[0]) / 1e6 for c in world.communes]
    )
    capped: NDArray[np.float64] = np.minimum(expected, MAX_PER_KM2 * area_km2)
    return capped


def _in_commune(
    rng: np.random.Generator, world: World, commune: SimulatedCommune, days: NDArray[np.int64]
) -> Iterator[SimulatedIncident]:
    centres = list(zip(*points_within(rng, commune.geometry, 3), strict=True))
    for day in days:
        centre = centres[int(rng.integers(len(centres)))]
        lons, lats = points_around(rng, commune.geometry, centre, SETTLEMENT_SPREAD_M, 1)
        kind = _scattered_kind(rng, commune)
        at = (float(lons[0]), float(lats[0])) if rng.random() < 0.72 else None
        on = world.start + timedelta(days=int(day))
        yield _incident(rng, commune, kind, on, at=at, place_ref=None)


def _scattered_kind(rng: np.random.Generator, commune: SimulatedCommune) -> IncidentKind:
    if commune.is_border and rng.random() < 0.25:
        return IncidentKind.TRANSPORT
    kind = _draw(rng, KINDS)
    grows = commune.province_code in GROWING_PROVINCES and not commune.is_urban
    return IncidentKind.POSSESSION if kind is IncidentKind.CULTIVATION and not grows else kind


def _incident(
    rng: np.random.Generator,
    commune: SimulatedCommune,
    kind: IncidentKind,
    day: date,
    *,
    at: tuple[float, float] | None,
    place_ref: str | None,
) -> SimulatedIncident:
    detected_by = _detected_by(rng, commune, day, place_ref is not None)
    return SimulatedIncident(
        ref="",
        occurred_on=day,
        kind=kind,
        detected_by=detected_by,
        verified=detected_by is not DetectedBy.TIP or rng.random() < 0.3,
        offenders=1 + int(rng.poisson(1.0)),
        seizure=_seizure(rng, kind),
        commune=commune,
        address=draw_address(rng, commune, day),
        lon=None if at is None else at[0],
        lat=None if at is None else at[1],
        place_ref=place_ref,
    )


def _detected_by(
    rng: np.random.Generator, commune: SimulatedCommune, day: date, planted: bool
) -> DetectedBy:
    chances = {
        DetectedBy.COMMUNE: 0.36,
        DetectedBy.DISTRICT: 0.25 if day < DISTRICTS_ENDED else 0.0,
        DetectedBy.PROVINCE: 0.30,
        DetectedBy.MINISTRY: 0.02,
        DetectedBy.BORDER_GUARD: 0.25 if commune.is_border else 0.0,
        DetectedBy.CUSTOMS: 0.06 if commune.is_border else 0.005,
        DetectedBy.TIP: 0.0 if planted else 0.08,
    }
    return _draw(rng, chances)


def _seizure(rng: np.random.Generator, kind: IncidentKind) -> Seizure | None:
    if kind is IncidentKind.CULTIVATION:
        plants = float(np.ceil(rng.lognormal(4.2, 1.1)))
        return Seizure(Substance.CANNABIS, plants, SeizureUnit.PLANT)
    if kind in (IncidentKind.USE, IncidentKind.PRECURSORS) or rng.random() < 0.08:
        return None
    substance = _draw(rng, SUBSTANCES)
    if substance is Substance.SYNTHETIC and rng.random() < 0.4:
        tablets = float(np.ceil(rng.lognormal(2.6, 1.4)))
        return Seizure(substance, tablets, SeizureUnit.TABLET)
    median_g = 150.0 if kind in (IncidentKind.TRANSPORT, IncidentKind.PRODUCTION) else 2.5
    grams = max(0.05, round(float(median_g * rng.lognormal(0.0, 1.4)), 2))
    return Seizure(substance, grams / 1000.0, SeizureUnit.KG)


def _draw(rng: np.random.Generator, chances: Mapping[T, float]) -> T:
    p = np.array(list(chances.values()))
    return list(chances)[int(rng.choice(len(p), p=p / p.sum()))]
