"""Planted places: what became of each, and what the register says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from geo.records import HotspotEvent
from geo.simulation.world import GEOD, SimulatedCommune, World, points_within
from geo.terms import EventType, HotspotKind

MIN_SEPARATION_M = 2_000.0
"""Planted places stand at least so far apart, so that a cluster is one place's."""

GROWING_PROVINCES = frozenset({"51", "66", "68"})
"""Provinces of the highlands, where fields of cannabis are found."""


class Fate(StrEnum):
    """What really became of a planted place, whatever the register says."""

    ACTIVE = "active"
    CLEARED = "cleared"
    RE_EMERGED = "re_emerged"
    UNRECORDED = "unrecorded"
    SUSPECTED = "suspected"
    DELISTED = "delisted"


FATES = (
    *([Fate.ACTIVE] * 12),
    *([Fate.CLEARED] * 10),
    *([Fate.RE_EMERGED] * 8),
    *([Fate.UNRECORDED] * 6),
    *([Fate.SUSPECTED] * 6),
    *([Fate.DELISTED] * 4),
)

RECORDED_AGAIN = 3
"""So many re-emerged places are already on the register as such."""


@dataclass(frozen=True, slots=True)
class PlantedPlace:
    """The truth about a place; `events` is what the register says of it.

    `n` counts its incidents, `n_after` those of them after it was cleared.
    """

    ref: str
    fate: Fate
    kind: HotspotKind
    commune: SimulatedCommune
    lon: float
    lat: float
    opened: date
    cleared: date | None
    events: tuple[HotspotEvent, ...]
    is_dwelling: bool
    n: int
    n_after: int


def draw_places(rng: np.random.Generator, world: World) -> list[PlantedPlace]:
    """Plant places of every fate in communes that are never clean.

    Raises
    ------
    ValueError
        If there are too few such communes to keep the places apart.
    """
    order = rng.permutation(world.dirty_communes())
    places: list[PlantedPlace] = []
    fates = rng.permutation(np.array(FATES, dtype=object))
    again = RECORDED_AGAIN
    for index in order:
        if len(places) == len(FATES):
            return places
        commune = world.communes[int(index)]
        lons, lats = points_within(rng, commune.geometry, 1)
        lon, lat = float(lons[0]), float(lats[0])
        if _near_any(lon, lat, places):
            continue
        fate = Fate(fates[len(places)])
        recorded_again = fate is Fate.RE_EMERGED and again > 0
        again -= recorded_again
        ref = f"TD-{commune.province_code}-{len(places) + 1:03d}"
        places.append(
            _plant(rng, world, ref, fate, commune, at=(lon, lat), recorded_again=recorded_again)
        )
    raise ValueError(f"{len(order)} communes are too few for {len(FATES)} places")


def _near_any(lon: float, lat: float, places: Sequence[PlantedPlace]) -> bool:
    if not places:
        return False
    n = len(places)
    others = [p.lon for p in places], [p.lat for p in places]
    _, _, distance_m = GEOD.inv([lon] * n, [lat] * n, *others)
    return bool(np.min(distance_m) < MIN_SEPARATION_M)


def _plant(
    rng: np.random.Generator,
    world: World,
    ref: str,
    fate: Fate,
    commune: SimulatedCommune,
    *,
    at: tuple[float, float],
    recorded_again: bool,
) -> PlantedPlace:
    def day(low: float, high: float) -> date:
        return world.start + timedelta(days=int(rng.uniform(low, high) * (world.n_days - 1)))

    opened, cleared = day(0.02, 0.35), day(0.55, 0.70)
    has_clearing = fate in (Fate.CLEARED, Fate.RE_EMERGED, Fate.DELISTED)
    n_after = int(rng.integers(10, 17)) if fate is Fate.RE_EMERGED else 0
    n = 0 if fate in (Fate.SUSPECTED, Fate.DELISTED) else int(rng.integers(14, 30)) + n_after
    kind = _place_kind(rng, commune, fate)
    return PlantedPlace(
        ref=ref,
        fate=fate,
        kind=kind,
        commune=commune,
        lon=at[0],
        lat=at[1],
        opened=opened,
        cleared=cleared if has_clearing else None,
        events=_register(fate, opened, cleared, world.today, recorded_again),
        is_dwelling=kind in (HotspotKind.USE_DEN, HotspotKind.RETAIL) and rng.random() < 0.5,
        n=n,
        n_after=n_after,
    )


def _place_kind(rng: np.random.Generator, commune: SimulatedCommune, fate: Fate) -> HotspotKind:
    if fate is Fate.SUSPECTED:
        return HotspotKind.AT_RISK
    kinds = [HotspotKind.USE_DEN, HotspotKind.RETAIL, HotspotKind.GATHERING, HotspotKind.POINT]
    if not commune.is_urban and commune.province_code in GROWING_PROVINCES:
        kinds.append(HotspotKind.CULTIVATION)
    return kinds[int(rng.integers(len(kinds)))]


def _register(
    fate: Fate, opened: date, cleared: date, today: date, recorded_again: bool
) -> tuple[HotspotEvent, ...]:
    """What the register says: a re-emergence is mostly not noticed yet."""
    if fate is Fate.UNRECORDED:
        return ()
    if fate is Fate.SUSPECTED:
        return (HotspotEvent(EventType.SUSPECTED, opened),)
    events = [HotspotEvent(EventType.OPENED, opened)]
    if fate is not Fate.ACTIVE:
        events.append(HotspotEvent(EventType.CLEARED, cleared))
    later = cleared + (today - cleared) * 0.6
    if fate is Fate.DELISTED:
        events.append(HotspotEvent(EventType.DELISTED, later))
    if recorded_again:
        events.append(HotspotEvent(EventType.RE_EMERGED, later))
    return tuple(events)
