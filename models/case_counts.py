"""Verified cases under the Penal Code counted by commune, with what makes the counts unsure.

Administrative use is no crime and does not count. As the records stand the database counts;
what was known at a moment is counted here, one by one.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import ARTICLES, DatePrecision, IncidentKind, SeizureUnit
from models.commune_codes import by_commune
from models.disclosure import visible
from models.known import KnownIncident, known_incidents
from models.seizures import seizure_contents
from models.tables import incidents
from models.viewers import Viewer

CONFIDENT = 0.9
"""A record whose commune is less sure is counted, and the sheet says so."""

PLANT_UNITS = (SeizureUnit.PLANT, SeizureUnit.M2)
_CRIMES = [kind.value for kind, article in ARTICLES.items() if article is not None]
_BETWEEN, _OF = "\x1f", "\x1e"
_c = incidents.c


class _Counted(NamedTuple):
    """Cases that count, of one commune of today and one of their day, as the database sums them."""

    now: str | None
    then: str | None
    n: int
    n_told: int
    offenders: int
    n_doubtful: int
    n_late: int
    refs: str
    fields: str | None


class _Early(NamedTuple):
    """The number of cases there that do not count but may lie in the period."""

    now: str | None
    then: str | None
    n: int


_Row = _Counted | _Early


@dataclass(slots=True)
class CaseCount:
    """Cases of a commune.

    `offenders` are those of the `n_told` cases that say how many; `n_doubtful` cases are
    not surely of this commune. Of `n_late` cases only a month or year is known that reaches
    beyond the period; `n_early` are not counted but may lie in it for the same reason.
    `seized` holds by unit the amounts found in `n_fields` cases of cultivation, with the
    ref of the case.
    """

    n: int = 0
    n_told: int = 0
    offenders: int = 0
    n_doubtful: int = 0
    n_late: int = 0
    n_early: int = 0
    n_fields: int = 0
    refs: tuple[str, ...] = ()
    seized: dict[SeizureUnit, list[tuple[str, Decimal]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose cases are meant: of a period up to the `last` day that counts."""

    period: Period
    last: date
    province_code: str | None = None
    commune_code: str | None = None
    known_at: datetime | None = None

    @property
    def counted(self) -> Period:
        """The days that count."""
        return Period(self.period.start, self.last)

    @property
    def early(self) -> Mapping[DatePrecision, date]:
        """The day on which the month, and the year, stand that the period begins within."""
        start = self.period.start
        days = {
            DatePrecision.MONTH: start.replace(day=1),
            DatePrecision.YEAR: start.replace(month=1, day=1),
        }
        return {precision: day for precision, day in days.items() if day < start}


def case_counts(session: Session, viewer: Viewer, asked: Asked) -> dict[str, CaseCount]:
    """Cases by commune of the map in force, and by old communes where the period begins before it.

    Every commune here has a case that counts or one that may.
    """
    if asked.known_at is None:
        return _present(session, viewer, asked)
    found: dict[str, CaseCount] = defaultdict(CaseCount)
    for code, cases in _grouped(session, viewer, asked, _known(session, viewer, asked)):
        found[code] = _summed(cases, asked)
    return dict(found)


def _known(session: Session, viewer: Viewer, asked: Asked) -> Iterator[KnownIncident]:
    days = [asked.counted, *(Period(day, day) for day in sorted(set(asked.early.values())))]
    for each in days:
        yield from known_incidents(
            session,
            viewer,
            each,
            province_code=asked.province_code,
            commune_code=asked.commune_code,
            known_at=asked.known_at,
            units=PLANT_UNITS,
        )


def _grouped(
    session: Session, viewer: Viewer, asked: Asked, cases: Iterator[KnownIncident]
) -> Iterator[tuple[str, list[KnownIncident]]]:
    crimes = (
        (one, one.commune_code_now, one.commune_code)
        for one in cases
        if ARTICLES[one.kind] is not None
        and (one.occurred_on >= asked.period.start or _last_day(one) >= asked.period.start)
    )
    yield from by_commune(session, viewer, asked.period, crimes).items()


def _summed(cases: Sequence[KnownIncident], asked: Asked) -> CaseCount:
    counted = [one for one in cases if one.occurred_on >= asked.period.start]
    told = [one.offenders for one in counted if one.offenders is not None]
    fields = [one for one in counted if one.kind is IncidentKind.CULTIVATION]
    found = CaseCount(
        n=len(counted),
        n_told=len(told),
        offenders=sum(told),
        n_doubtful=sum(one.confidence < CONFIDENT for one in counted),
        n_late=sum(_last_day(one) > asked.period.end for one in counted),
        n_early=len(cases) - len(counted),
        n_fields=len(fields),
        refs=tuple(sorted(one.ref for one in counted)),
    )
    for one in fields:
        for seizure in one.seizures:
            found.seized.setdefault(seizure.unit, []).append(_amount(one.ref, seizure.quantity))
    return found


def _last_day(one: KnownIncident) -> date:
    """The last day that an incident can have happened on."""
    on = one.occurred_on
    if one.date_precision is DatePrecision.YEAR:
        return on.replace(month=12, day=31)
    if one.date_precision is DatePrecision.MONTH:
        return on.replace(day=calendar.monthrange(on.year, on.month)[1])
    return on


def _present(session: Session, viewer: Viewer, asked: Asked) -> dict[str, CaseCount]:
    verified = _c.verified.is_not(False)  # "= true" would lead SQLite away from the index of days
    crimes = [visible(viewer, incidents), verified, _c.kind.in_(_CRIMES)]
    if asked.province_code is not None:
        crimes.append(_c.province_code == asked.province_code)
    if asked.commune_code is not None:
        crimes.append(_c.commune_code_now == asked.commune_code)
    rows = _counted_rows(session, and_(*crimes), asked)
    both: tuple[_Row, ...] = (*rows, *_early_rows(session, crimes, asked))
    placed = ((row, row.now, row.then) for row in both)
    grouped = by_commune(session, viewer, asked.period, placed)
    found = {code: _added(theirs) for code, theirs in grouped.items()}
    _find_plants(session, grouped, found)
    return found


def _counted_rows(session: Session, crimes: ColumnElement[bool], asked: Asked) -> list[_Counted]:
    """Counts by commune of today and of the day: one look at every case."""
    is_field = _c.kind == IncidentKind.CULTIVATION
    of_field = cast(_c.id, Text).concat(_OF).concat(_c.ref)
    statement = select(
        _c.commune_code_now,
        _c.commune_code,
        func.count(),
        func.count(_c.offenders),
        func.coalesce(func.sum(_c.offenders), 0),
        _number(_c.geocode_confidence < CONFIDENT),
        _number(_late(asked.period.end)),
        func.aggregate_strings(_c.ref, _BETWEEN),
        func.aggregate_strings(case((is_field, of_field)), _BETWEEN),
    )
    counted = _c.occurred_on.between(asked.period.start, asked.last)
    statement = statement.where(counted, crimes)
    rows = session.execute(statement.group_by(_c.commune_code_now, _c.commune_code)).all()
    return [_Counted._make(row) for row in rows]


def _early_rows(
    session: Session, crimes: Sequence[ColumnElement[bool]], asked: Asked
) -> Iterator[_Early]:
    by = (_c.commune_code_now, _c.commune_code)
    for precision, day in asked.early.items():
        early = (_c.occurred_on == day, _c.date_precision == precision)
        statement = select(*by, func.count()).where(*early, *crimes).group_by(*by)
        yield from (_Early(*row) for row in session.execute(statement))


def _number(holds: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((holds, 1)))


def _late(end: date) -> ColumnElement[bool]:
    """Whether a month or year that an incident is known by reaches beyond a day."""
    after = end + timedelta(days=1)
    month = and_(_c.date_precision == DatePrecision.MONTH, _c.occurred_on >= end.replace(day=1))
    year = and_(
        _c.date_precision == DatePrecision.YEAR, _c.occurred_on >= end.replace(month=1, day=1)
    )
    return or_(month & (after.day != 1), year & ((after.month, after.day) != (1, 1)))


def _added(rows: Sequence[_Row]) -> CaseCount:
    """What the rows of one commune make together."""
    found, refs = CaseCount(), []
    for row in rows:
        if isinstance(row, _Early):
            found.n_early += row.n
            continue
        found.n += row.n
        found.n_told += row.n_told
        found.offenders += int(row.offenders)
        found.n_doubtful += row.n_doubtful
        found.n_late += row.n_late
        refs += row.refs.split(_BETWEEN)
    found.refs = tuple(sorted(refs))
    return found


def _fields(rows: Sequence[_Row]) -> list[tuple[int, str]]:
    """Number and ref of the cases of cultivation of one commune, by number."""
    texts = [row.fields for row in rows if isinstance(row, _Counted) and row.fields]
    parts = [each.partition(_OF) for text in texts for each in text.split(_BETWEEN)]
    return sorted([(int(id_), ref) for id_, _of, ref in parts])


def _find_plants(
    session: Session, rows: Mapping[str, Sequence[_Row]], into: Mapping[str, CaseCount]
) -> None:
    """Add the cases of cultivation of each commune and what was seized in them."""
    fields = {code: found for code, theirs in rows.items() if (found := _fields(theirs))}
    ids = sorted({id_ for found in fields.values() for id_, _ref in found})
    contents = seizure_contents(session, ids)
    for code, found in fields.items():
        into[code].n_fields = len(found)
        seized = into[code].seized
        for id_, ref in found:
            for _substance, quantity, unit in contents.get(id_, ()):
                if unit in PLANT_UNITS:
                    seized.setdefault(SeizureUnit(unit), []).append(_amount(ref, quantity))


def _amount(ref: str, quantity: float) -> tuple[str, Decimal]:
    """A quantity as it was written, so that sums are exact."""
    return ref, Decimal(repr(quantity))
