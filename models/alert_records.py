"""The records that speak for an alert, as they stand by now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from geo.terms import DatePrecision, IncidentKind, Precision
from models.additions import chunks
from models.disclosure import in_scope, sees_dwellings
from models.home_points import is_in_square, shown_at
from models.tables import incidents
from models.viewers import Viewer

_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """An incident in the viewer's scope; `withdrawn` says that it counts no more.

    `address_text` is empty for those who do not act on the place. `lon`, `lat` in
    WGS 84 degrees, `in_square` where they are the middle of a square of 250 m.
    """

    id: int
    ref: str
    source: str
    occurred_on: date
    date_precision: DatePrecision
    kind: IncidentKind
    verified: bool
    address_text: str
    precision: Precision
    lon: float | None
    lat: float | None
    province_code: str | None
    commune_code: str | None
    import_id: int
    line: int | None
    withdrawn: bool
    in_square: bool = False

    @property
    def stands(self) -> bool:
        """Whether it still speaks for something."""
        return self.verified and not self.withdrawn


def evidence_records(
    session: Session, viewer: Viewer, ids: Collection[int]
) -> dict[int, EvidenceRecord]:
    """The incidents of these numbers in the viewer's scope, withdrawn ones too, by number."""
    c = incidents.c
    columns = (
        *(c.id, c.ref, c.source, c.occurred_on, c.date_precision, c.kind, c.verified),
        *(c.address_text, c.home, c.precision, c.lon, c.lat, c.province_code),
        *(c.commune_code_now, c.import_id, c.line, c.withdrawn),
    )
    found: dict[int, EvidenceRecord] = {}
    for chunk in chunks(sorted(set(ids)), _CHUNK):
        statement: Select[Any] = select(*columns)
        wanted = statement.where(c.id.in_(chunk), in_scope(viewer, incidents))
        found |= {row.id: _record(viewer, row) for row in session.execute(wanted)}
    return found


def _record(viewer: Viewer, row: Row[Any]) -> EvidenceRecord:
    at = shown_at(viewer, row)
    acts = sees_dwellings(viewer, row.province_code, row.commune_code_now)
    return EvidenceRecord(
        id=row.id,
        ref=row.ref,
        source=row.source,
        occurred_on=row.occurred_on,
        date_precision=DatePrecision(row.date_precision),
        kind=IncidentKind(row.kind),
        verified=row.verified,
        address_text=row.address_text if acts else "",
        precision=at.precision,
        lon=at.lon,
        lat=at.lat,
        province_code=row.province_code,
        commune_code=row.commune_code_now,
        import_id=row.import_id,
        line=row.line,
        withdrawn=row.withdrawn is not None,
        in_square=is_in_square(viewer, row),
    )
