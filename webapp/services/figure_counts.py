"""How the parts of the headline figures are counted: seizures, persons, hotspots, vague dates."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

from geo.records import HotspotEvent, Indicators, Period
from geo.terms import (
    CommuneClass,
    DatePrecision,
    EventType,
    HotspotStatus,
    SeizureUnit,
    Substance,
)
from models.hotspots import StoredHotspot
from models.known import KnownIncident
from models.lifecycle import status_at
from webapp.services.figure_facts import Facts

OTHERS = (Substance.OPIUM, Substance.COCAINE, Substance.KETAMINE, Substance.OTHER)

Seized = Mapping[tuple[Substance, SeizureUnit], float]


def clearings(events: Sequence[HotspotEvent], period: Period) -> list[date]:
    """Days of a period on which a hotspot was cleared, each once."""
    days = {e.on for e in events if e.type is EventType.CLEARED and period.contains(e.on)}
    return sorted(days)


def seized_in_all(cases: Sequence[KnownIncident]) -> Seized:
    """What was seized in all, by substance and unit."""
    parts: dict[tuple[Substance, SeizureUnit], list[float]] = {}
    for case in cases:
        for seizure in case.seizures:
            parts.setdefault((seizure.substance, seizure.unit), []).append(seizure.quantity)
    return {key: round(fsum(amounts), 6) for key, amounts in parts.items()}


def amount_of(seized: Seized, substance: Substance, unit: SeizureUnit, some: bool) -> float | None:
    """What was seized of a substance in a unit; None where there are no data at all."""
    return seized.get((substance, unit), 0.0) if some else None


def amount_in(seized: Seized, wanted: SeizureUnit) -> float:
    """What was seized in a unit, of whatever substance."""
    return fsum(amount for (_, unit), amount in seized.items() if unit is wanted)


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons with records as the communes declared them; see `figures.Headline`."""

    total: int | None
    by_commune: Mapping[str, int]
    in_part: int


@dataclass(frozen=True, slots=True)
class HotspotCounts:
    """Clearings in the days counted, statuses at their end; None without any event so far."""

    cleared: int | None
    statuses: Mapping[HotspotStatus | None, int] | None

    def at_end(self, status: HotspotStatus) -> int | None:
        """How many have a status at the end of the days counted."""
        return None if self.statuses is None else self.statuses.get(status, 0)


def count_persons(declared: Sequence[Indicators]) -> Persons:
    """Dependents and users declared, in all and by commune."""
    both = {
        row.commune_code: row.dependents + row.users
        for row in declared
        if row.dependents is not None and row.users is not None
    }
    known = [n for row in declared for n in (row.dependents, row.users) if n is not None]
    one = [row for row in declared if (row.dependents is None) is not (row.users is None)]
    return Persons(sum(known) if known else None, both, len(one))


def count_hotspots(spots: Sequence[StoredHotspot], counted: Period) -> HotspotCounts:
    """Clearings in the days counted and statuses at their end."""
    statuses = Counter(status_at(spot.events, counted.end) for spot in spots)
    if all(status is None for status in statuses):
        return HotspotCounts(None, None)
    return HotspotCounts(sum(len(clearings(spot.events, counted)) for spot in spots), statuses)


def count_drug_free(classes: Mapping[str, CommuneClass]) -> int | None:
    """Drug-free communes; None where no class is known."""
    known = [cls for cls in classes.values() if cls is not CommuneClass.UNKNOWN]
    return known.count(CommuneClass.DRUG_FREE) if known else None


def count_vague(facts: Facts) -> int:
    """Records of imprecise date of which it is not sure that they lie in the period, or outside."""
    days = Period(facts.period.start, facts.until)
    inside = sum(
        not (days.contains(case.occurred_on) and days.contains(_last_day(case)))
        for case in facts.incidents
    )
    before = sum(days.contains(_last_day(case)) for case in facts.just_before)
    return inside + before


def _last_day(case: KnownIncident) -> date:
    """The last day on which a case can have happened."""
    day = case.occurred_on
    if case.date_precision is DatePrecision.YEAR:
        return date(day.year, 12, 31)
    if case.date_precision is DatePrecision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day
