"""Made-up indicators of communes, in keeping with the incidents and places drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from geo.records import Indicators, Period
from geo.simulation.incidents import SimulatedIncident
from geo.simulation.places import GROWING_PROVINCES, PlantedPlace
from geo.simulation.world import World
from geo.terms import EventType, HotspotKind

RECORDED_PER_RESIDENT = 0.0010
"""Median ratio of persons with a management record to residents."""

NOT_DECLARED = 0.01
"""Share of communes that send no figures for a period."""

INCOMPLETE = 0.02
"""Share of communes that leave persons, dens and arrests empty."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What already follows from the incidents and the register, by commune code."""

    arrested: Counter[str]
    dens: Counter[str]


def draw_indicators(
    rng: np.random.Generator,
    world: World,
    places: Sequence[PlantedPlace],
    incidents: Sequence[SimulatedIncident],
) -> dict[Period, list[Indicators]]:
    """Draw what communes declare for every period but the first.

    Arrests are those of the verified incidents; dens are those of the register
    and a few more, so that declared and computed figures agree or differ by
    little. A clean commune declares zeros, or only persons in treatment.
    """
    recorded_share = RECORDED_PER_RESIDENT * rng.lognormal(0.0, 1.0, len(world.communes))
    busy = {p.commune.code: 8.0 if p.kind is HotspotKind.USE_DEN else 4.0 for p in places}
    recorded_share *= [busy.get(c.code, 1.0) for c in world.communes]
    return {
        period: list(
            _declared(rng, world, index, recorded_share, _known(period, places, incidents))
        )
        for index, period in enumerate(world.periods)
        if index > 0
    }


def _known(
    period: Period, places: Sequence[PlantedPlace], incidents: Sequence[SimulatedIncident]
) -> _Known:
    arrested: Counter[str] = Counter()
    for incident in incidents:
        if incident.verified and period.contains(incident.occurred_on):
            arrested[incident.commune.code] += incident.offenders
    dens = Counter(
        place.commune.code
        for place in places
        if place.kind is HotspotKind.USE_DEN and _open_in(place, period)
    )
    return _Known(arrested, dens)


def _open_in(place: PlantedPlace, period: Period) -> bool:
    """Whether the register has the place open on some day of the period."""
    opened: date | None = None
    for event in place.events:
        if event.type in (EventType.SUSPECTED, EventType.OPENED, EventType.RE_EMERGED):
            opened = event.on
        elif event.type is EventType.CLEARED and opened is not None:
            if opened <= period.end and event.on >= period.start:
                return True
            opened = None
    return opened is not None and opened <= period.end


def _declared(
    rng: np.random.Generator,
    world: World,
    index: int,
    recorded_share: np.typing.NDArray[np.float64],
    known: _Known,
) -> Iterator[Indicators]:
    period = world.periods[index]
    for i, commune in enumerate(world.communes):
        if rng.random() < NOT_DECLARED:
            continue
        residents = int(world.residents[i] * 1.008**index)
        zero = _zeros(commune.code, period, residents)
        if world.clean[index, i]:
            yield _with_patients(rng, zero)
            continue
        offenders = known.arrested[commune.code]
        dens = known.dens[commune.code]
        recorded = round(residents * float(recorded_share[i]) * rng.uniform(0.85, 1.15))
        row = replace(
            zero,
            use_dens=dens + int(rng.random() < (0.8 if dens else 0.06)),
            offenders_arrested=offenders,
            resident_offenders=int(rng.binomial(offenders, 0.6)),
            fugitives=int(rng.random() < 0.05),
            on_key_route=bool(rng.random() < (0.35 if commune.is_border else 0.12)),
        )
        if offenders == 0 and rng.random() < 0.25:
            yield replace(row, fugitives=1)
            continue
        grows = commune.province_code in GROWING_PROVINCES and not commune.is_urban
        yield _with_plants(rng, _with_persons(rng, row, max(1, recorded)), grows)


def _zeros(code: str, period: Period, residents: int) -> Indicators:
    return Indicators(
        commune_code=code,
        period=period,
        residents=residents,
        dependents=0,
        users=0,
        substitution=0,
        home_rehab=0,
        post_rehab=0,
        use_dens=0,
        offenders_arrested=0,
        resident_offenders=0,
        fugitives=0,
        plants=0,
        plant_area_m2=0.0,
        on_key_route=False,
    )


def _with_patients(rng: np.random.Generator, row: Indicators) -> Indicators:
    """A clean commune may still have persons, all of them in treatment."""
    if rng.random() > 0.15:
        return row
    substitution, home_rehab = int(rng.integers(1, 4)), int(rng.integers(0, 3))
    return replace(
        row,
        dependents=substitution + home_rehab,
        substitution=substitution,
        home_rehab=home_rehab,
    )


def _with_persons(rng: np.random.Generator, row: Indicators, recorded: int) -> Indicators:
    if rng.random() < INCOMPLETE:
        return replace(row, dependents=None, users=None, use_dens=None, offenders_arrested=None)
    dependents = int(rng.binomial(recorded, 0.7))
    return replace(
        row,
        dependents=dependents,
        users=recorded - dependents,
        substitution=int(rng.binomial(dependents, 0.15)),
        home_rehab=int(rng.binomial(dependents, 0.10)),
        post_rehab=int(rng.binomial(dependents, 0.08)),
    )


def _with_plants(rng: np.random.Generator, row: Indicators, grows: bool) -> Indicators:
    if rng.random() > (0.08 if grows else 0.01):
        return row
    plants = int(np.ceil(rng.lognormal(5.0, 1.3)))
    return replace(row, plants=plants, plant_area_m2=float(round(plants * rng.uniform(0.1, 0.3))))
