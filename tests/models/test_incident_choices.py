"""How many each choice of a filter would leave: what the choice itself then leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from geo.records import Incident, Seizure
from geo.terms import DetectedBy, IncidentKind, SeizureUnit, Side, Substance
from models import incidents
from models.incident_choices import Choices, count_choices
from models.incident_filters import EVERYTHING, IncidentFilter
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import PLANNER, PLANNER_51, an_incident, keep_incidents, placed

FILTERS = [
    EVERYTHING,
    IncidentFilter(kinds=(IncidentKind.USE, IncidentKind.TRADING)),
    IncidentFilter(sides=(Side.SUPPLY,), detected_by=(DetectedBy.COMMUNE, DetectedBy.CUSTOMS)),
    IncidentFilter(kinds=(IncidentKind.USE,), substances=(Substance.HEROIN, Substance.KETAMINE)),
    IncidentFilter(since=date(2026, 2, 1), until=date(2026, 3, 31), substances=(Substance.OPIUM,)),
    IncidentFilter(kinds=(IncidentKind.USE,), sides=(Side.SUPPLY,)),
]


def mixed(n: int = 150) -> list[Incident]:
    """Verified incidents and tips of every kind and force, with none to three substances."""
    random = np.random.default_rng(3)

    def drawn(words: Iterable[Any]) -> Any:
        return list(words)[random.integers(len(list(words)))]

    return [
        an_incident(
            f"M-{i}",
            kind=drawn(IncidentKind),
            detected_by=drawn(DetectedBy),
            verified=bool(random.random() < 0.8),
            occurred_on=date(2026, int(random.integers(1, 7)), 5),
            placement=placed(drawn(["23401", "00004"])),
            seizures=tuple(
                Seizure(drawn(Substance), 0.1, SeizureUnit.KG) for _ in range(random.integers(4))
            ),
        )
        for i in range(n)
    ]


def counted(database: Database, viewer: Viewer, wanted: IncidentFilter) -> Choices:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return count_choices(session, viewer, wanted)


@pytest.mark.parametrize("wanted", FILTERS)
@pytest.mark.parametrize("viewer", [PLANNER, PLANNER_51], ids=lambda viewer: viewer.name)
def test_a_choice_counts_what_it_would_leave(
    database: Database, viewer: Viewer, wanted: IncidentFilter
) -> None:
    keep_incidents(database, *mixed())
    found = counted(database, viewer, wanted)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:

        def left(**choice: Any) -> int:
            return incidents.totals(session, viewer, replace(wanted, **choice)).cases

        for kind in IncidentKind:
            assert found.kinds.get(kind, 0) == left(kinds=(kind,)), kind
        for side in Side:
            assert found.sides.get(side, 0) == left(sides=(side,)), side
        for force in DetectedBy:
            assert found.detected_by.get(force, 0) == left(detected_by=(force,)), force
        for substance in Substance:
            assert found.substances.get(substance, 0) == left(substances=(substance,)), substance


def test_an_incident_with_two_substances_counts_with_both_and_once_with_each(
    sqlite_database: Database,
) -> None:
    heroin = Seizure(Substance.HEROIN, 0.1, SeizureUnit.KG)
    seizures = (heroin, replace(heroin, quantity=0.2), replace(heroin, substance=Substance.OPIUM))
    keep_incidents(sqlite_database, an_incident(seizures=seizures))

    found = counted(sqlite_database, PLANNER, EVERYTHING)
    assert found.substances == {Substance.HEROIN: 1, Substance.OPIUM: 1}
