"""Verified incidents of a period as they stand, or as they were known at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import (
    DatePrecision,
    DetectedBy,
    IncidentKind,
    Layer,
    Precision,
    SeizureUnit,
    Substance,
)
from models.disclosure import visible
from models.known_contents import Area, Past, moved_since, past_of
from models.session import beyond_scope
from models.tables import incidents, seizures
from models.viewers import Viewer

ALL_UNITS = tuple(SeizureUnit)

_PRECISIONS = {code.value: code for code in Precision}
_DATES = {code.value: code for code in DatePrecision}
_KINDS = {code.value: code for code in IncidentKind}
_BODIES = {code.value: code for code in DetectedBy}
_SUBSTANCES = {code.value: code for code in Substance}
_UNITS = {code.value: code for code in SeizureUnit}


class KnownSeizure(NamedTuple):
    """A seized quantity of one substance group."""

    substance: Substance
    quantity: float
    unit: SeizureUnit


class KnownIncident(NamedTuple):
    """A verified incident as far as it is counted.

    `commune_code` is the commune on the map of its day, `commune_code_now` on the map in
    force; `confidence` says how sure they are (0-1, from 0.9 confident). `offenders` None:
    not known. `seizures` hold the units that were asked for.
    """

    id: int
    ref: str
    source: str
    occurred_on: date
    date_precision: DatePrecision
    kind: IncidentKind
    detected_by: DetectedBy
    offenders: int | None
    precision: Precision
    commune_code: str | None
    commune_code_now: str | None
    province_code: str | None
    confidence: float
    seizures: tuple[KnownSeizure, ...] = ()


_Seized = dict[int, tuple[KnownSeizure, ...]]

_c = incidents.c
_COLUMNS = (
    *(_c.id, _c.ref, _c.source, _c.occurred_on, _c.date_precision, _c.kind, _c.detected_by),
    *(_c.offenders, _c.precision, _c.commune_code, _c.commune_code_now, _c.province_code),
    _c.geocode_confidence,
)


def known_incidents(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
    units: Sequence[SeizureUnit] = ALL_UNITS,
) -> list[KnownIncident]:
    """Verified incidents that occurred in a period, by number.

    Both ends of the period count; a month or a year stands on its first day.
    `commune_code` is a commune of the map in force. Unverified tips never count.

    Parameters
    ----------
    known_at
        Only what was known by this moment, as it was known then; None: as the records stand.
    units
        The units of seizures to read with them; empty: none.
    """
    area = Area(viewer, province_code, commune_code)
    if known_at is None:
        counted = and_(_c.occurred_on.between(period.start, period.end), _c.verified.is_(True))
        return _present(
            session, and_(counted, area.sql(incidents), visible(viewer, incidents)), units
        )
    found = _then(session, area, period, known_at, units)
    return sorted((one for one in found if area.has(*_where(one))), key=lambda one: one.id)


@beyond_scope
def _then(
    session: Session, area: Area, period: Period, known_at: datetime, units: Sequence[SeizureUnit]
) -> list[KnownIncident]:
    """Incidents as they were known at a moment; some that never lay in the area may come along."""
    counted = and_(_c.occurred_on.between(period.start, period.end), _c.verified.is_(True))
    years = range(period.start.year, period.end.year + 1)
    mentions = [f'"occurred_on": "{year:04d}-' for year in years]
    areas = area.mentions()
    past = past_of(session, Layer.INCIDENTS, known_at, mentions=mentions, areas=areas)
    return [
        *_unchanged(session, area, counted, past, units),
        *_replaced(past, period, units),
    ]


def _where(one: KnownIncident) -> tuple[str | None, str | None]:
    return one.province_code, one.commune_code_now


def _present(
    session: Session, wanted: ColumnElement[bool], units: Sequence[SeizureUnit]
) -> list[KnownIncident]:
    seized = _seized(session, wanted, units)
    rows = session.execute(select(*_COLUMNS).where(wanted)).all()
    return sorted((_known(row, seized.get(row[0], ())) for row in rows), key=lambda one: one.id)


def _unchanged(
    session: Session,
    area: Area,
    counted: ColumnElement[bool],
    past: Past,
    units: Sequence[SeizureUnit],
) -> Iterator[KnownIncident]:
    """Incidents whose content of that moment still stands, where they lay then."""
    moved = _c.id.in_(moved_since(Layer.INCIDENTS, past.known_at))
    wanted = and_(counted, or_(area.sql(incidents), moved))
    seized = _seized(session, wanted, units)
    for row in session.execute(select(*_COLUMNS, _c.import_id, _c.withdrawn).where(wanted)):
        *columns, import_id, withdrawn = row
        id_ = columns[0]
        if str(id_) not in past.changed and past.held(id_, import_id, withdrawn):
            yield _laid(_known(columns, seized.get(id_, ())), past, None)


def _replaced(past: Past, period: Period, units: Sequence[SeizureUnit]) -> Iterator[KnownIncident]:
    """Incidents whose content of that moment was replaced since."""
    wanted = {unit.value for unit in units}
    for key, stood in past.replaced.items():
        content, id_ = stood.content, int(key)
        day = date.fromisoformat(content["occurred_on"])
        if not (content["verified"] and period.contains(day)):
            continue
        if past.held(id_, content["import_id"], content["withdrawn"]):
            columns = [id_, content["ref"], content["source"], day]
            columns += [content[column.name] for column in _COLUMNS[4:]]
            kept = [row for row in content["seizures"] if row[2] in wanted]
            yield _laid(_known(columns, tuple(map(_seizure, kept))), past, stood.until)


def _laid(one: KnownIncident, past: Past, until: datetime | None) -> KnownIncident:
    """An incident where the reviews of its place had left it."""
    place = past.place(one.id, until)
    if place is None:
        return one
    return one._replace(
        precision=place.precision,
        commune_code=place.commune_code,
        commune_code_now=place.commune_code_now,
        province_code=place.province_code,
        confidence=place.confidence,
    )


def _seized(session: Session, wanted: ColumnElement[bool], units: Sequence[SeizureUnit]) -> _Seized:
    """What was seized in the wanted incidents, in the order in which it was written."""
    if not units:
        return {}
    c = seizures.c
    statement = (
        select(c.incident_id, c.substance, c.quantity, c.unit)
        .join(incidents, incidents.c.id == c.incident_id)
        .where(wanted, c.unit.in_([unit.value for unit in units]))
        .order_by(c.id)
    )
    found: dict[int, list[KnownSeizure]] = defaultdict(list)
    for id_, *seized in session.execute(statement):
        found[id_].append(_seizure(seized))
    return {id_: tuple(rows) for id_, rows in found.items()}


def _seizure(row: Sequence[Any]) -> KnownSeizure:
    substance, quantity, unit = row
    return KnownSeizure(_SUBSTANCES[substance], quantity, _UNITS[unit])


def _known(row: Sequence[Any], seized: tuple[KnownSeizure, ...]) -> KnownIncident:
    id_, ref, source, on, date_precision, kind, body, offenders, precision, *place = row
    return KnownIncident(
        *(id_, ref, source, on, _DATES[date_precision], _KINDS[kind], _BODIES[body]),
        *(offenders, _PRECISIONS[precision], *place, seized),
    )
