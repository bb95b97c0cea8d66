"""How many communes of today were drug-free in each period, for the nation and every province."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from geo.carried import MAP_SINCE, Carried, CarriedState, carry_all
from geo.records import Period
from geo.standing_terms import UnitLevel
from geo.terms import CommuneClass
from models import assessment_steps, assessments, carried_classes
from models.periods import evaluation_year, half_year_period, is_provisional
from models.ruleset import ruleset_for
from models.session import Session
from models.viewers import Viewer
from webapp.services.standing import commune_standings

MOST_YEARS = 12

LEAST = "Tỷ lệ là mức ít nhất, số còn thiếu là mức nhiều nhất"
"""What has to be said beside a share while communes are not known."""


@dataclass(frozen=True, slots=True)
class UnitCount:
    """Communes of a unit in a period; only `n_drug_free` counts towards the target.

    `n_partial` had some but not all parts drug-free, of `n_unknown` nothing is known as a
    whole; `n_carried` follow from the classes of old communes. `tells_drug_free`: whether
    the rule set of the period can say that a commune is drug-free at all; `few_will_do`:
    no period of the unit has half of its communes known, so that the least is told.
    """

    n_communes: int
    n_drug_free: int
    n_partial: int
    n_unknown: int
    n_carried: int
    tells_drug_free: bool = True
    few_will_do: bool = False

    @property
    def n_assessed(self) -> int:
        """Communes of which it is known whether they were drug-free."""
        return self.n_communes - self.n_unknown

    @property
    def share(self) -> Fraction | None:
        """Drug-free ones of all communes; None where that would tell of missing figures.

        That is where fewer than half of the communes are known, or the rule set cannot
        say that one is drug-free and nothing else says it: missing is not zero.
        """
        return drug_free_share(
            self.n_drug_free,
            self.n_communes,
            self.n_assessed,
            tells=self.tells_drug_free,
            few_will_do=self.few_will_do,
        )


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """The counts of one period: by province, and of all of them.

    `year` is its evaluation year; `is_half`: the first half of it. `provisional`: not a
    whole year that has ended ("tạm tính"). `restated` names the provinces whose earlier
    figures were given for the communes of today.
    """

    period: Period
    year: int
    is_half: bool
    provisional: bool
    total: UnitCount
    provinces: Mapping[str, UnitCount]
    restated: frozenset[str]


def drug_free_share(
    n_free: int, n_all: int, n_known: int, *, tells: bool, few_will_do: bool = False
) -> Fraction | None:
    """The drug-free ones of all communes of a unit, the least it can be; None for no share.

    None where fewer than half of the communes are known (unless `few_will_do` and one of
    them is drug-free), or the criteria cannot tell (`tells`) and nothing else says it.

    >>> drug_free_share(3, 10, 5, tells=True), drug_free_share(3, 10, 4, tells=True)
    (Fraction(3, 10), None)
    """
    too_few = 2 * n_known < n_all and not (few_will_do and n_free)
    if not n_known or too_few or (not tells and not n_free):
        return None
    return Fraction(n_free, n_all)


def count_periods(
    session: Session,
    viewer: Viewer,
    today: date,
    *,
    province_code: str | None = None,
    known_at: datetime | None = None,
) -> list[PeriodCount]:
    """The evaluation years and first half-years that have classes, the earliest first.

    With `known_at` (UTC) as it was known at that moment.
    """
    codes = carried_classes.commune_provinces(session, viewer, province_code=province_code)
    wanted = [(p, year) for p in _periods(session, viewer) if (year := _year(p)) is not None]
    wanted = [(p, year) for p, year in wanted if p.start <= today]
    parts: Mapping[str, tuple[str, ...]] = {}
    if any(p.end < MAP_SINCE for p, _ in wanted):
        parts = carried_classes.parts_by_commune(session, viewer)
    found = []
    for period, year in wanted[-2 * MOST_YEARS :]:
        # Old communes belong to no province of today's map by their own code.
        within = province_code if period.end >= MAP_SINCE else None
        classes = _classes(session, viewer, period, within, known_at=known_at, today=today)
        carried = carry_all(codes, parts, classes, period.end)
        found.append(_counted(period, year, carried, codes, today))
    return _with_least(found)


def _with_least(counts: list[PeriodCount]) -> list[PeriodCount]:
    """Let units that have no share in any period tell the least of it."""
    total = all(one.total.share is None for one in counts)
    named = {
        code
        for code in (counts[0].provinces if counts else ())
        if all(one.provinces[code].share is None for one in counts)
    }
    return [
        replace(
            one,
            total=replace(one.total, few_will_do=total),
            provinces={
                code: replace(count, few_will_do=code in named)
                for code, count in one.provinces.items()
            },
        )
        for one in counts
    ]


def count_units(carried: Iterable[Carried], *, tells_drug_free: bool = True) -> UnitCount:
    """Communes of a unit counted by what is known of them."""
    units = list(carried)
    states = Counter(one.state for one in units)
    return UnitCount(
        n_communes=len(units),
        n_drug_free=states[CarriedState.DRUG_FREE],
        n_partial=states[CarriedState.PARTIAL],
        n_unknown=states[CarriedState.UNKNOWN],
        n_carried=sum(one.is_carried for one in units),
        tells_drug_free=tells_drug_free,
    )


def _classes(
    session: Session,
    viewer: Viewer,
    period: Period,
    province_code: str | None,
    *,
    known_at: datetime | None,
    today: date,
) -> dict[str, CommuneClass]:
    """The classes that `commune_standings` tells, without all that it tells besides."""
    if known_at is not None:
        found = commune_standings(
            session, viewer, period, province_code=province_code, known_at=known_at, today=today
        )
        return {code: CommuneClass(one.cls) for code, one in found.items()}
    heads = assessment_steps.latest_steps(
        session, viewer, UnitLevel.COMMUNE, period, province_code=province_code
    )
    signed = {
        code: CommuneClass(head.cls)
        for code, head in heads.items()
        if assessment_steps.is_signed(head)
    }
    return assessments.classes(session, viewer, period, province_code=province_code) | signed


def _counted(
    period: Period,
    year: int,
    carried: Mapping[str, Carried],
    codes: Mapping[str, str],
    today: date,
) -> PeriodCount:
    by_province: dict[str, list[Carried]] = {}
    for code, one in carried.items():
        by_province.setdefault(codes[code], []).append(one)
    tells = ruleset_for(period).commune.tells_drug_free
    provinces = {
        code: count_units(units, tells_drug_free=tells) for code, units in by_province.items()
    }
    is_half = evaluation_year(period) is None
    old = period.end < MAP_SINCE
    return PeriodCount(
        period=period,
        year=year,
        is_half=is_half,
        provisional=is_provisional(period, today),
        total=_sum(provinces.values(), tells_drug_free=tells),
        provinces=provinces,
        restated=frozenset(
            code for code, n in provinces.items() if old and n.n_assessed and not n.n_carried
        ),
    )


def _sum(counts: Iterable[UnitCount], *, tells_drug_free: bool) -> UnitCount:
    rows = [(n.n_communes, n.n_drug_free, n.n_partial, n.n_unknown, n.n_carried) for n in counts]
    if not rows:
        return EMPTY
    sums = (sum(column) for column in zip(*rows, strict=True))
    return replace(UnitCount(*sums), tells_drug_free=tells_drug_free)


EMPTY = UnitCount(0, 0, 0, 0, 0)


def _periods(session: Session, viewer: Viewer) -> list[Period]:
    return carried_classes.class_periods(session, viewer)


def _year(period: Period) -> int | None:
    """The evaluation year of a whole year or of its first half, None for other periods."""
    if period == half_year_period(period.end.year):
        return period.end.year
    return evaluation_year(period)
