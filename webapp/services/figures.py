"""The headline figures of an area in a period: the one count behind pages and reports.

What is counted, and when: verified incidents whose day, as stored, lies in the period (as the
map counts them), clearings whose day lies in it, the status of hotspots on its last counted
day, what communes declared for it, and their classes in it. A period that runs is counted up
to today, or to the day of which it is asked what was known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from geo.records import Period
from geo.terms import (
    CommuneClass,
    HotspotStatus,
    SeizureUnit,
    Side,
    Substance,
)
from models.periods import is_provisional, is_running, year_before
from models.session import Session
from models.viewers import Viewer
from webapp.services.evaluations import Evaluations
from webapp.services.figure_counts import (
    OTHERS,
    amount_in,
    amount_of,
    count_drug_free,
    count_hotspots,
    count_persons,
    count_vague,
    seized_in_all,
)
from webapp.services.figure_facts import Area, Asked, Facts, read_facts

GAP_DAYS = 31
"""Days without a record at an edge of a period that still pass for chance."""


@dataclass(frozen=True, slots=True)
class Headline:
    """The figures of an area in a period, in the order in which reports give them.

    `until` is the last day counted, `data` the days of which there are records up to it,
    None where there are none: then no figure of incidents is given (None, never zero).
    Weights are in kg. `persons_with_records` sums dependents and users as the communes
    declared them, `persons_by_commune` has the sums of those that declared both;
    `declared_in_part` declared one of the two, which counts, too. `hotspots_cleared` are
    clearings in the period, the other hotspots stand at the end of `until`; None where the
    register has no event up to it. `classes` are those of the communes of the map in force
    in `class_period`; `seen_on` is the day of the knowledge. `n_communes` counts the communes
    of the area. `vague_dates` are records known by month or year alone that may belong to the
    other side of an edge of the period.
    """

    period: Period
    area: Area
    known_at: datetime | None
    until: date
    seen_on: date
    data: Period | None
    cases: int | None
    offenders: int | None
    heroin_kg: float | None
    synthetic_kg: float | None
    synthetic_tablets: float | None
    cannabis_kg: float | None
    other_kg: Mapping[Substance, float]
    plants: float | None
    plant_area_m2: float | None
    supply: int | None
    demand: int | None
    cases_without_offenders: int
    persons_with_records: int | None
    persons_by_commune: Mapping[str, int]
    declared_in_part: int
    hotspots_cleared: int | None
    hotspots_active: int | None
    hotspots_re_emerged: int | None
    hotspots_suspected: int | None
    hotspots_watched: int | None
    classes: Mapping[str, CommuneClass]
    class_period: Period
    n_communes: int
    vague_dates: int

    @property
    def provisional(self) -> bool:
        """Whether the period still runs on the day of the knowledge ("tạm tính")."""
        return is_running(self.period, self.seen_on)

    @property
    def classes_provisional(self) -> bool:
        """Whether the classes are not those of a whole evaluation year that has ended."""
        return is_provisional(self.class_period, self.seen_on)

    @property
    def drug_free(self) -> int | None:
        """Drug-free communes; None where no class is known."""
        return count_drug_free(self.classes)

    @property
    def harm(self) -> int | None:
        """Cases that are neither supply nor demand."""
        if self.cases is None or self.supply is None or self.demand is None:
            return None
        return self.cases - self.supply - self.demand

    @property
    def n_declared(self) -> int:
        """Communes that declared persons with records, both kinds."""
        return len(self.persons_by_commune)

    @property
    def n_assessed(self) -> int:
        """Communes of which the class is known."""
        return sum(cls is not CommuneClass.UNKNOWN for cls in self.classes.values())

    @property
    def days_without_data(self) -> tuple[Period, ...]:
        """Stretches at the edges of the period, longer than chance, without any record."""
        if self.data is None:
            return (Period(self.period.start, self.until),)
        before = Period(self.period.start, self.data.start - timedelta(days=1))
        after = Period(self.data.end + timedelta(days=1), self.until)
        return tuple(gap for gap in (before, after) if (gap.end - gap.start).days >= GAP_DAYS)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period against the same days of the year before.

    `cut` is the last day up to which both are compared where the records of this period
    end long before it does, else None.
    """

    now: Headline
    before: Headline
    cut: date | None


def headline(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
    today: date,
) -> Headline:
    """The figures of a period for the nation, a province or a commune of the map in force.

    Parameters
    ----------
    known_at
        The moment whose knowledge is asked for; None for the present one.
    today
        The day in Vietnam; a running period is counted up to it.
    """
    asked = Asked(Area(province_code, commune_code), known_at, today)
    return headline_of(read_facts(session, viewer, period, asked))


def compared(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
    today: date,
    evaluations: Evaluations | None = None,
) -> Comparison:
    """The figures of a period beside those of the same days a year before.

    While the period runs both are counted up to the same day of their year; where the
    records end more than `GAP_DAYS` days before, the earlier ones up to that day.
    `evaluations` are those made already in a transaction that only reads.
    """
    asked = Asked(Area(province_code, commune_code), known_at, today, evaluations)
    now = headline_of(read_facts(session, viewer, period, asked))
    before, cut = read_year_before(session, viewer, now, asked)
    return Comparison(now, headline_of(before), cut)


def read_year_before(
    session: Session, viewer: Viewer, now: Headline, asked: Asked
) -> tuple[Facts, date | None]:
    """The facts of the same days a year before, and where the days had to be cut."""
    reached = now.data is None or (now.until - now.data.end).days <= GAP_DAYS
    cut = None if reached or now.data is None else now.data.end
    same_days = year_before(Period(now.period.start, cut or now.until))
    before = read_facts(session, viewer, year_before(now.period), asked, until=same_days.end)
    return before, cut


def headline_of(facts: Facts) -> Headline:
    """The figures counted from facts that were read."""
    cases = facts.incidents
    some = facts.data is not None
    seized = seized_in_all(cases)
    sides = Counter(case.kind.side for case in cases)
    persons = count_persons(facts.indicators)
    spots = count_hotspots(facts.hotspots, Period(facts.period.start, facts.until))
    return Headline(
        period=facts.period,
        area=facts.area,
        known_at=facts.known_at,
        until=facts.until,
        seen_on=facts.seen_on,
        data=facts.data,
        cases=len(cases) if some else None,
        offenders=sum(case.offenders or 0 for case in cases) if some else None,
        heroin_kg=amount_of(seized, Substance.HEROIN, SeizureUnit.KG, some),
        synthetic_kg=amount_of(seized, Substance.SYNTHETIC, SeizureUnit.KG, some),
        synthetic_tablets=amount_of(seized, Substance.SYNTHETIC, SeizureUnit.TABLET, some),
        cannabis_kg=amount_of(seized, Substance.CANNABIS, SeizureUnit.KG, some),
        other_kg={s: seized[s, SeizureUnit.KG] for s in OTHERS if (s, SeizureUnit.KG) in seized},
        plants=amount_in(seized, SeizureUnit.PLANT) if some else None,
        plant_area_m2=amount_in(seized, SeizureUnit.M2) if some else None,
        supply=sides[Side.SUPPLY] if some else None,
        demand=sides[Side.DEMAND] if some else None,
        cases_without_offenders=sum(case.offenders is None for case in cases),
        persons_with_records=persons.total,
        persons_by_commune=persons.by_commune,
        declared_in_part=persons.in_part,
        hotspots_cleared=spots.cleared,
        hotspots_active=spots.at_end(HotspotStatus.ACTIVE),
        hotspots_re_emerged=spots.at_end(HotspotStatus.RE_EMERGED),
        hotspots_suspected=spots.at_end(HotspotStatus.SUSPECTED),
        hotspots_watched=spots.at_end(HotspotStatus.CLEARED),
        classes=facts.classes,
        class_period=facts.class_period,
        n_communes=facts.n_communes,
        vague_dates=count_vague(facts),
    )
