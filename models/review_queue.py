"""Rows whose place a person has to look at: not placed, or placed without confidence.

A row leaves the queue by a decision (`models.reviews`), which makes `review` its
method; it comes back when something else places it again without confidence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, Table, Text, func, select, type_coerce
from sqlalchemy.orm import Session

from geo.matches import SEVERAL, SPLIT
from geo.records import PlaceQuery
from geo.terms import Layer, Precision
from models.aliases import MERGER, written_key
from models.disclosure import visible
from models.placements import query_of
from models.tables import WAITING, facilities, hotspots, incidents
from models.viewers import Viewer

TABLES: dict[Layer, Table] = {
    Layer.INCIDENTS: incidents,
    Layer.HOTSPOTS: hotspots,
    Layer.FACILITIES: facilities,
}
"""The layers whose records have a place."""

_REMEMBERED = 32_768
_TO_BE_CHECKED = "cần kiểm tra."
"""How a note ends that tells of a contradiction: of point, code and words."""


class Doubt(StrEnum):
    """Why a row waits."""

    CONTRADICTION = "contradiction"
    SPLIT = "split"
    SEVERAL = "several"
    UNSURE = "unsure"
    PROVINCE = "province"
    UNLOCATED = "unlocated"


@dataclass(frozen=True, slots=True)
class Written:
    """What a row says of its place: its key, its day, and whether coordinates stand there."""

    key: str
    on: date | None
    has_coordinates: bool

    @property
    def recent(self) -> bool | None:
        """Whether the map of 1 July 2025 was in force on the day; None: no day."""
        return None if self.on is None else self.on >= MERGER


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row of the queue; rows of one `group` say the same place and pose the same question."""

    layer: Layer
    id: int
    source: str
    import_id: int
    province_code: str | None
    doubt: Doubt
    written: Written
    group: str


def waiting_rows(session: Session, viewer: Viewer, source: str | None = None) -> list[WaitingRow]:
    """The rows that wait inside the viewer's scope, of a source or of all: incidents first.

    Raises
    ------
    NotAllowedError
        If the viewer may not write: who cannot decide has no queue.
    """
    viewer.require_write()
    found = []
    for layer, table in TABLES.items():
        rows = session.execute(_queue(viewer, table, source)).all()
        found += [_waiting_row(layer, *row) for row in sorted(rows, key=itemgetter(0))]
    return found


def waiting_count(session: Session, viewer: Viewer) -> int:
    """How many rows wait inside the viewer's scope; none for who may not decide."""
    if not viewer.may_write:
        return 0
    counts = [
        select(func.count()).select_from(table).where(visible(viewer, table), WAITING)
        for table in TABLES.values()
    ]
    return sum(session.scalar(count) or 0 for count in counts)


def _queue(viewer: Viewer, table: Table, source: str | None) -> Select[Any]:
    c = table.c
    statement = select(
        *(c.id, c.source, c.import_id, c.province_code, c.precision),
        type_coerce(c.place_query, Text).label("place_query"),
        type_coerce(c.geocode_candidates, Text).label("candidates"),
        type_coerce(c.geocode_warnings, Text).label("warnings"),
    ).where(
        visible(viewer, table), WAITING
    )  # without an order, so that the index of waiting rows is used
    return statement if source is None else statement.where(c.source == source)


def _waiting_row(
    layer: Layer,
    id_: int,
    source: str,
    import_id: int,
    province_code: str | None,
    *told: str,
) -> WaitingRow:
    precision, place_query, candidates, warnings = told
    written = _written(place_query)
    group = _group(source, written, precision, candidates)
    doubt = _doubt(precision, warnings)
    return WaitingRow(layer, id_, source, import_id, province_code, doubt, written, group)


@lru_cache(maxsize=_REMEMBERED)
def _written(place_query: str) -> Written:
    place = query_of(json.loads(place_query))
    return Written(written_key(place), place.on, has_coordinates(place))


def has_coordinates(place: PlaceQuery) -> bool:
    """Whether anything stands in the coordinate cells."""
    cells = (place.lat_cell, place.lon_cell, place.coordinate_cell)
    return any(cell is not None and str(cell).strip() for cell in cells)


@lru_cache(maxsize=1024)
def _doubt(precision: str, warnings: str) -> Doubt:
    said = json.loads(warnings)
    if any(each.endswith(_TO_BE_CHECKED) for each in said):
        return Doubt.CONTRADICTION
    if precision in (Precision.PROVINCE, Precision.UNLOCATED):
        return Doubt(precision)
    if SPLIT in said:
        return Doubt.SPLIT
    return Doubt.SEVERAL if SEVERAL in said else Doubt.UNSURE


@lru_cache(maxsize=_REMEMBERED)
def _group(source: str, written: Written, precision: str, candidates: str) -> str:
    """Rows are one question when source, words and candidates are the same.

    The day counts only by the map it lies on, which is part of the key.
    """
    parts = (source, written.key, str(written.has_coordinates), precision, candidates)
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]
