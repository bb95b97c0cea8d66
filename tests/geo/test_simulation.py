"""The simulated world is plausible, repeatable, and its clusters are the planted ones."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest
import shapely

from geo.records import Period
from geo.simulation import Fate, SimulatedCommune, Simulation, simulate
from tests.geo.found_clusters import found_clusters

TODAY = date(2026, 11, 21)
PERIODS = [Period(date(y - 1, 12, 15), date(y, 12, 14)) for y in (2024, 2025, 2026)]


def grid_of_communes(rows: int = 15, columns: int = 16) -> list[SimulatedCommune]:
    """Squares of about 5 km in the highlands; the western ones lie on the border."""
    return [
        SimulatedCommune(
            code=f"{22_000 + row * columns + column}",
            full_name=f"{'Phường' if row % 4 == 0 else 'Xã'} Thử {row}-{column}",
            province_code="66",
            province_name="Tỉnh Đắk Lắk",
            geometry=shapely.box(
                108 + column * 0.05, 12 + row * 0.05, 108.05 + column * 0.05, 12.05 + row * 0.05
            ),
            is_border=column == 0,
            old_addresses=("Xã Cũ, Huyện Ea H'leo, Tỉnh Đắk Lắk",),
        )
        for row in range(rows)
        for column in range(columns)
    ]


def draw(seed: int = 1, n: int = 2_000) -> Simulation:
    rng = np.random.default_rng(seed)
    return simulate(rng, grid_of_communes(), PERIODS, TODAY, n_incidents=n)


@pytest.fixture(scope="module")
def world() -> Simulation:
    return draw()


def test_a_seed_gives_the_same_world_again(world: Simulation) -> None:
    assert draw() == world
    assert draw(seed=2) != world


def test_incidents_reach_from_the_first_period_until_today(world: Simulation) -> None:
    days = [incident.occurred_on for incident in world.incidents]

    assert len(days) == 2_000
    assert days == sorted(days)
    assert days[0] >= PERIODS[0].start
    assert (TODAY - days[-1]).days < 7
    assert days[-1] <= TODAY


def test_every_measured_incident_lies_in_its_commune(world: Simulation) -> None:
    measured = [i for i in world.incidents if i.lon is not None]

    assert 0.7 < len(measured) / len(world.incidents) < 0.9
    assert all(shapely.contains_xy(i.commune.geometry, i.lon, i.lat) for i in measured)


def test_about_two_offenders_a_case(world: Simulation) -> None:
    assert 1.8 < np.mean([i.offenders for i in world.incidents]) < 2.2


def test_nothing_happens_in_a_commune_that_declares_nothing(world: Simulation) -> None:
    for period, rows in world.indicators.items():
        quiet = {r.commune_code for r in rows if r.offenders_arrested == 0}
        verified = [i for i in world.incidents if i.verified and period.contains(i.occurred_on)]
        assert quiet.isdisjoint(i.commune.code for i in verified)


def test_about_a_quarter_of_the_communes_is_free_of_drugs_and_some_change(
    world: Simulation,
) -> None:
    free = []
    for rows in world.indicators.values():
        persons = [(r.dependents or 0) - (r.substitution or 0) - (r.home_rehab or 0) for r in rows]
        clean = {
            r.commune_code
            for r, left in zip(rows, persons, strict=True)
            if not any((left, r.users, r.use_dens, r.resident_offenders, r.fugitives))
        }
        assert 0.17 < len(clean) / len(rows) < 0.35
        free.append(clean)

    assert free[0] - free[1]
    assert free[1] - free[0]


def test_every_fate_is_planted_and_the_register_does_not_know_all(world: Simulation) -> None:
    assert {place.fate for place in world.places} == set(Fate)
    for place in world.places:
        assert bool(place.events) == (place.fate is not Fate.UNRECORDED)
        assert place.n == sum(i.place_ref == place.ref for i in world.incidents)


def test_a_cleared_place_is_quiet_afterwards_and_a_re_emerged_one_is_not(
    world: Simulation,
) -> None:
    for place in world.places:
        after = [
            i
            for i in world.incidents
            if i.place_ref == place.ref and place.cleared and i.occurred_on > place.cleared
        ]
        assert len(after) == place.n_after
        assert (place.n_after >= 10) == (place.fate is Fate.RE_EMERGED)


def test_the_planted_places_are_the_clusters(world: Simulation) -> None:
    points = [i for i in world.incidents if i.verified and i.lon is not None and i.lat is not None]
    found, _labels = found_clusters(
        np.array([i.lon for i in points]),
        np.array([i.lat for i in points]),
        None,
        np.arange(len(points)),
    )
    owners = [Counter(points[m].place_ref for m in c.members).most_common(1)[0][0] for c in found]

    assert sorted(filter(None, owners)) == sorted(p.ref for p in world.places if p.n)
    assert owners.count(None) <= 1


def test_too_few_communes_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        simulate(np.random.default_rng(1), grid_of_communes(2, 3), PERIODS, TODAY)
