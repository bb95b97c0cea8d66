"""How many verified incidents each choice of a filter would leave under the other choices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.terms import DetectedBy, IncidentKind, Precision, Side, Substance
from models.incident_filters import IncidentFilter, conditions
from models.tables import incidents, seizures
from models.viewers import Viewer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choices:
    """Incidents by choice, those of a group under all that the other groups say.

    An incident with two substances counts with both, so their sum may be above the whole.
    """

    kinds: dict[IncidentKind, int]
    sides: dict[Side, int]
    detected_by: dict[DetectedBy, int]
    substances: dict[Substance, int]


def count_choices(session: Session, viewer: Viewer, wanted: IncidentFilter) -> Choices:
    """Count the incidents of a filter by what they could be cut to."""
    c = incidents.c
    every = replace(wanted, kinds=(), sides=(), detected_by=(), verified_only=True)
    statement = (
        select(c.kind, c.detected_by, func.count())
        .where(c.precision.in_(Precision), *conditions(session, viewer, every))
        .group_by(c.kind, c.detected_by)
    )
    rows = [(IncidentKind(k), DetectedBy(d), n) for k, d, n in session.execute(statement)]
    meant = wanted.kinds_meant()
    by_force = [row for row in rows if row[1] in (wanted.detected_by or DetectedBy)]
    kinds, sides = wanted.kinds or IncidentKind, wanted.sides or Side
    return Choices(
        kinds=_summed((k, n) for k, _, n in by_force if k.side in sides),
        sides=_summed((k.side, n) for k, _, n in by_force if k in kinds),
        detected_by=_summed((d, n) for k, d, n in rows if meant is None or k in meant),
        substances=_by_substance(session, viewer, wanted),
    )


def _by_substance(session: Session, viewer: Viewer, wanted: IncidentFilter) -> dict[Substance, int]:
    every = replace(wanted, substances=(), verified_only=True)
    n = func.count(seizures.c.incident_id.distinct())
    statement = (
        select(seizures.c.substance, n)
        .join(incidents, incidents.c.id == seizures.c.incident_id)
        .where(incidents.c.precision.in_(Precision), *conditions(session, viewer, every))
        .group_by(seizures.c.substance)
    )
    return {Substance(substance): n for substance, n in session.execute(statement)}


def _summed(pairs: Iterable[tuple[T, int]]) -> dict[T, int]:
    found: Counter[T] = Counter()
    for key, n in pairs:
        found[key] += n
    return dict(found)
