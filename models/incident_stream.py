"""Incidents on their way out: read in order of their ids, some thousands at a time.

What a row tells is what `models.incidents.find_incidents` would tell the same viewer. Plain
columns are read and no records built, so that a hundred thousand pass in a second and no
more than a batch is held.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from geo.layer_stream import Batch, Points
from geo.terms import FINER_THAN_COMMUNE, Precision
from models.commune_titles import CommuneNames, title_columns
from models.disclosure import sees_homes
from models.home_points import in_square, shown_point
from models.incident_filters import EVERYTHING, IncidentFilter, conditions
from models.many_ids import among
from models.placements import Bbox
from models.point_filters import incident_conditions
from models.seizures import seizures_told
from models.tables import incidents
from models.viewers import Viewer

BATCH = 1_000
"""So many incidents are read and held at a time."""

_READ = (
    *("id", "ref", "source", "occurred_on", "date_precision", "kind", "side", "offenders"),
    *("detected_by", "verified", "address_text", "home", "lon", "lat", "precision", "on_grid"),
    *("commune_code", "commune_code_now", "province_code", "geocode_method"),
    *("geocode_confidence", "import_id"),
)
_SUBSTANCES = _READ.index("offenders")
_LON, _LAT, _ON = _READ.index("lon"), _READ.index("lat"), _READ.index("occurred_on")
_THEN, _NOW = _READ.index("commune_code"), _READ.index("commune_code_now")

COLUMNS = (
    *(*_READ[:_SUBSTANCES], "substances", *_READ[_SUBSTANCES:]),
    *("commune_name", "boundary_map"),
)
"""The fields of a row in their order."""

_A_LIST = "[]"
_SQUARE_DEG = 0.01
"""More than a square of 250 m is wide."""

_WITH_POINT = [each.value for each in Precision if each in FINER_THAN_COMMUNE]
_WITHOUT_POINT = [each.value for each in Precision if each not in FINER_THAN_COMMUNE]

_Told = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Which incidents are meant, beyond what an `IncidentFilter` says.

    `then`: the commune asked for and the names are those of the map of a record's own day,
    else of the map in force. `where` is an expression of CQL2 as JSON over the fields told.
    """

    filter: IncidentFilter = EVERYTHING
    precisions: tuple[Precision, ...] = ()
    verified: bool | None = None
    then: bool = False
    where: Mapping[str, Any] | None = None
    ids: tuple[int, ...] | None = None


def stream_incidents(
    session: Session,
    viewer: Viewer,
    wanted: StreamFilter,
    *,
    after: int | None = None,
    limit: int | None = None,
) -> Iterator[Batch]:
    """The incidents of a filter by id, those after an id, at most `limit` of them.

    The rows hold `COLUMNS`. An incident known by its commune alone has no point. What is wrong
    with the filter is said at once, the rows are read as the batches are taken.
    """
    told = told_columns(session, viewer, then=wanted.then)
    statement = (
        select(*(told[name].label(name) for name in _READ))
        .where(*_conditions(session, viewer, wanted, told))
        .order_by(incidents.c.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(incidents.c.id > after)
    size = limit or BATCH  # a page is held whole
    if limit is None:
        statement = statement.execution_options(yield_per=size)
    return _read(session, statement, CommuneNames(session, then=wanted.then), size)


def count_incidents(session: Session, viewer: Viewer, wanted: StreamFilter) -> int:
    """How many incidents a filter leaves."""
    told = told_columns(session, viewer, then=wanted.then)
    until, is_long = wanted.filter.until, wanted.filter.since is None
    if is_long:
        wanted = replace(wanted, filter=replace(wanted.filter, until=None))
    found = _conditions(session, viewer, wanted, told)
    if is_long and until is not None:
        found.append(_unsorted_day(session) <= until)
    return session.execute(select(func.count()).select_from(incidents).where(*found)).scalar_one()


def page_ids(
    session: Session,
    viewer: Viewer,
    wanted: StreamFilter,
    limit: int,
    *,
    after: int | None = None,
    unplaced: bool = False,
) -> tuple[tuple[int, ...], int]:
    """The first `limit` ids behind `after` that a filter leaves, and how many it leaves there.

    `unplaced`: beside those in the box of the filter those that have no point, which may lie
    anywhere.
    """
    told = told_columns(session, viewer, then=wanted.then)
    c = incidents.c
    parts = [_conditions(session, viewer, wanted, told)]
    if unplaced and wanted.filter.bbox is not None:
        # Each part has its index; an «or» over all of them would read every row.
        others = replace(wanted, filter=replace(wanted.filter, bbox=None))
        lost = (
            c.verified.in_((True, False)) & c.precision.in_(_WITHOUT_POINT),
            c.precision.in_(_WITH_POINT) & c.lon.is_(None),
        )
        anywhere = _conditions(session, viewer, others, told)
        parts += [[*anywhere, part] for part in lost]
    found = union_all(*(select(c.id).where(*part) for part in parts)).subquery()
    page = select(found.c.id, func.count().over()).order_by(found.c.id).limit(limit)
    rows = session.execute(page if after is None else page.where(found.c.id > after)).all()
    return tuple(row[0] for row in rows), rows[0][1] if rows else 0


def _unsorted_day(session: Session) -> ColumnElement[date]:
    """The day of an incident, so written that SQLite does not look for it in the index of days.

    A filter up to a day leaves most incidents: SQLite would read the row of each, and is ten
    times as fast when it reads the index of what counting needs from one end to the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        return incidents.c.occurred_on
    return literal_column("+incidents.occurred_on", incidents.c.occurred_on.type)


def incidents_extent(
    session: Session, viewer: Viewer, until: date
) -> tuple[Bbox | None, tuple[date, date] | None]:
    """The box around the points of the incidents up to a day, and their first and last day.

    The box is widened to tenths of a degree: it holds every square of 250 m that a home is shown
    as, and tells less of the home than the square does.
    """
    c, on = incidents.c, _unsorted_day(session)
    edges = (func.min(c.lon), func.min(c.lat), func.max(c.lon), func.max(c.lat))
    found = conditions(session, viewer, EVERYTHING)
    statement = select(*edges, func.min(on), func.max(on)).where(*found, on <= until)
    *box, first, last = session.execute(statement).one()
    days = None if first is None else (first, last)
    if box[0] is None:
        return None, days
    west, south, east, north = box
    low = [math.floor((edge - _SQUARE_DEG) * 10) / 10 for edge in (west, south)]
    high = [math.ceil((edge + _SQUARE_DEG) * 10) / 10 for edge in (east, north)]
    return (low[0], low[1], high[0], high[1]), days


def told_columns(session: Session, viewer: Viewer, *, then: bool = False) -> _Told:
    """The fields as the viewer may know them, as columns.

    Of `substances`, which lie in another table, that there is a list.
    """
    c, at = incidents.c, shown_point(session, viewer)
    has_point = c.precision.in_(_WITH_POINT)
    told: dict[str, ColumnElement[Any]] = {
        "address_text": c.address_text if sees_homes(viewer) else literal(""),
        "lon": case((has_point, at.lon)),
        "lat": case((has_point, at.lat)),
        "precision": at.precision,
        "on_grid": in_square(viewer),
        "substances": literal(_A_LIST),
    }
    told = {name: told[name] if name in told else c[name] for name in (*_READ, "substances")}
    return told | title_columns(then=then)


def _conditions(
    session: Session, viewer: Viewer, wanted: StreamFilter, told: _Told
) -> list[ColumnElement[bool]]:
    c, plain = incidents.c, wanted.filter
    of_then = plain.commune_code if wanted.then else None
    if of_then is not None:
        plain = replace(plain, commune_code=None)
    found = conditions(session, viewer, plain)
    if plain.bbox is not None:
        found.append(c.precision.in_(_WITH_POINT))
    if of_then is not None:
        found.append(c.commune_code == of_then)
    if wanted.precisions:
        found.append(told["precision"].in_([each.value for each in wanted.precisions]))
    if wanted.verified is not None:
        found.append(c.verified.is_(wanted.verified))
    if wanted.ids is not None:
        found.append(among(session, c.id, wanted.ids))
    if wanted.where is not None:
        found += incident_conditions(session, viewer, wanted.where, told)
    return found


def _read(
    session: Session, statement: Select[Any], names: CommuneNames, size: int
) -> Iterator[Batch]:
    for rows in session.execute(statement).partitions(size):
        yield _batch(session, rows, names)


def _batch(session: Session, rows: Sequence[Row[Any]], names: CommuneNames) -> Batch:
    ids = [row[0] for row in rows]
    seized = seizures_told(session, ids)
    nothing: list[dict[str, Any]] = []
    columns = ([row[at] for row in rows] for at in (_THEN, _NOW, _ON))
    told = [
        (*row[:_SUBSTANCES], seized.get(row[0], nothing), *row[_SUBSTANCES:], *title)
        for row, title in zip(rows, names.of(*columns), strict=True)
    ]
    points = Points([row[_LON] for row in rows], [row[_LAT] for row in rows])
    return Batch(ids, told, points)
