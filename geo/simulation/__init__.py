"""A made-up world to try the software on: places, incidents and counts.

Everything is drawn from the generator that is passed in, so a seed gives the
same world again. Orders of size follow published national figures (about two
offenders a case, a quarter of the communes free of drugs). Nothing in it is
about a real place, and no person is described. Coordinates are WGS 84.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from geo.records import Indicators, Period
from geo.simulation.counts import draw_indicators
from geo.simulation.incidents import SimulatedIncident, draw_incidents
from geo.simulation.places import Fate, PlantedPlace, draw_places
from geo.simulation.world import SimulatedCommune, draw_world

__all__ = [
    "Fate",
    "PlantedPlace",
    "SimulatedCommune",
    "SimulatedIncident",
    "Simulation",
    "simulate",
]


@dataclass(frozen=True, slots=True)
class Simulation:
    """All that happened, and `places`: the truth the software should find."""

    places: tuple[PlantedPlace, ...]
    incidents: tuple[SimulatedIncident, ...]
    indicators: dict[Period, list[Indicators]]


def simulate(
    rng: np.random.Generator,
    communes: Sequence[SimulatedCommune],
    periods: Sequence[Period],
    today: date,
    *,
    n_incidents: int = 3_000,
) -> Simulation:
    """Draw a world from the start of the first period until today.

    Parameters
    ----------
    communes
        Where it happens; some hundreds, for the planted places stand apart.
    periods
        Evaluation periods that follow one another, the last one holding
        `today`. Indicators are drawn for all but the first.

    Raises
    ------
    ValueError
        If there are too few communes for the planted places.
    """
    world = draw_world(rng, communes, periods, today)
    places = draw_places(rng, world)
    incidents = draw_incidents(rng, world, places, n_incidents)
    indicators = draw_indicators(rng, world, places, incidents)
    return Simulation(tuple(places), tuple(incidents), indicators)
