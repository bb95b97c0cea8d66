"""What the headline figures are counted from, read once: records, declarations, classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from geo.records import Indicators, Period
from geo.terms import CommuneClass, DatePrecision
from models import communes
from models.hotspots import StoredHotspot
from models.known import KnownIncident, known_hotspots, known_incidents, known_indicators
from models.periods import period_of
from models.periods import today as day_in_vietnam
from models.record_days import days_of_province, days_told, told_by
from models.session import Session
from models.viewers import Viewer
from webapp.services.evaluations import Evaluations
from webapp.services.overview import find_version
from webapp.services.standing import Standing, commune_standings


@dataclass(frozen=True, slots=True)
class Area:
    """The nation, a province, or a commune of the map in force."""

    province_code: str | None = None
    commune_code: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which area, with the knowledge of which moment (None: the present), on which day.

    `evaluations` are those made already in a transaction that only reads.
    """

    area: Area
    known_at: datetime | None
    today: date
    evaluations: Evaluations | None = None

    @property
    def seen_on(self) -> date:
        """The day of the knowledge: today, or that of the moment asked for if it is earlier."""
        if self.known_at is None:
            return self.today
        return min(self.today, day_in_vietnam(self.known_at))

    def until(self, period: Period) -> date:
        """The last day of a period that can be counted.

        >>> asked = Asked(Area("51"), None, date(2026, 6, 19))
        >>> asked.until(Period(date(2025, 12, 15), date(2026, 12, 14)))
        datetime.date(2026, 6, 19)
        """
        return max(period.start, min(period.end, self.seen_on))


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read of an area and a period, as far as the viewer may see it.

    `seen_on` is the day of the knowledge: today, or the day asked for. `incidents` are the
    verified ones from the start of the period to `until`, `just_before` those of the month
    before it begins of which the day is not known. `data` are the days within the period of
    which there are records in the province, None where there are none.
    """

    period: Period
    area: Area
    until: date
    known_at: datetime | None
    seen_on: date
    incidents: tuple[KnownIncident, ...]
    just_before: tuple[KnownIncident, ...]
    data: Period | None
    hotspots: tuple[StoredHotspot, ...]
    indicators: tuple[Indicators, ...]
    standings: Mapping[str, Standing]
    class_period: Period
    n_communes: int

    @property
    def classes(self) -> dict[str, CommuneClass]:
        """Class by commune."""
        return {code: CommuneClass(each.cls) for code, each in self.standings.items()}


def read_facts(
    session: Session, viewer: Viewer, period: Period, asked: Asked, *, until: date | None = None
) -> Facts:
    """Read all that the figures of an area and a period are counted from.

    `until` is the last day counted, by default the last one that can be. What communes
    declare and their classes are those of the period itself where anything is declared
    for it, else those of the evaluation year that `until` lies in.
    """
    last = until or asked.until(period)
    counted = Period(period.start, last)
    found = _incidents(session, viewer, counted, asked)
    declared_period, declared = _declared(session, viewer, (period, period_of(last)), asked)
    codes = _codes(session, viewer, asked.area)
    return Facts(
        period=period,
        area=asked.area,
        until=last,
        known_at=asked.known_at,
        seen_on=asked.seen_on,
        incidents=found,
        just_before=_just_before(session, viewer, period.start, asked),
        data=_data_days(session, viewer, counted, asked, found),
        hotspots=_hotspots(session, viewer, asked),
        indicators=declared,
        standings=_standings(session, viewer, declared_period, codes, asked),
        class_period=declared_period,
        n_communes=len(codes),
    )


def _incidents(
    session: Session, viewer: Viewer, days: Period, asked: Asked
) -> tuple[KnownIncident, ...]:
    """The verified incidents of some days."""
    found = known_incidents(
        session,
        viewer,
        days,
        province_code=asked.area.province_code,
        commune_code=asked.area.commune_code,
        known_at=asked.known_at,
    )
    return tuple(found)


def _just_before(
    session: Session, viewer: Viewer, start: date, asked: Asked
) -> tuple[KnownIncident, ...]:
    """Those of the month before a day that are known by month or year alone."""
    if start.day == 1:
        return ()
    days = Period(start.replace(day=1), start - timedelta(days=1))
    found = _incidents(session, viewer, days, asked)
    return tuple(case for case in found if case.date_precision is not DatePrecision.DAY)


def _data_days(
    session: Session,
    viewer: Viewer,
    days: Period,
    asked: Asked,
    found: Sequence[KnownIncident],
) -> Period | None:
    """From the first to the last day with a record; those of the province for a commune."""
    if asked.area.commune_code is None:
        return days_told(told_by(found), days)
    return days_of_province(
        session, viewer, days, asked.area.province_code, known_at=asked.known_at
    )


def _hotspots(session: Session, viewer: Viewer, asked: Asked) -> tuple[StoredHotspot, ...]:
    found = known_hotspots(
        session,
        viewer,
        province_code=asked.area.province_code,
        commune_code=asked.area.commune_code,
        known_at=asked.known_at,
    )
    return tuple(found)


def _declared(
    session: Session, viewer: Viewer, periods: tuple[Period, ...], asked: Asked
) -> tuple[Period, tuple[Indicators, ...]]:
    """The first of some periods for which something is declared, and what; else the last."""
    for period in periods:
        found = known_indicators(
            session,
            viewer,
            period,
            province_code=asked.area.province_code,
            commune_code=asked.area.commune_code,
            known_at=asked.known_at,
        )
        if found:
            break
    return period, tuple(found)


def _codes(session: Session, viewer: Viewer, area: Area) -> frozenset[str]:
    """Communes of the map in force in an area."""
    version = find_version(session, viewer)
    if version is None:
        return frozenset()
    return frozenset(
        unit.code
        for unit in communes.commune_units(session, viewer, version.id, area.province_code)
        if area.commune_code in (None, unit.code)
    )


def _standings(
    session: Session, viewer: Viewer, period: Period, codes: frozenset[str], asked: Asked
) -> dict[str, Standing]:
    """How the communes of the map in force stand in a period.

    Never by stored drafts: the figures of a day are the same on it and when asked for later.
    """
    found = commune_standings(
        session,
        viewer,
        period,
        province_code=asked.area.province_code,
        commune_code=asked.area.commune_code,
        known_at=asked.known_at,
        today=asked.seen_on,
        anew=True,
        evaluations=asked.evaluations,
    )
    return {code: standing for code, standing in found.items() if code in codes}
