"""Incidents as reports of a case, to be held against each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.likeness import Report
from geo.records import Seizure
from geo.terms import DetectedBy, IncidentKind
from models.additions import chunks
from models.disclosure import in_scope
from models.home_points import is_in_square, shown_at
from models.seizures import seizures_of
from models.tables import incidents
from models.viewers import Viewer

_CHUNK = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport(Report):
    """A report with its number at its source and the import it came by.

    `in_square`: its point is the middle of its square of 250 m.
    """

    ref: str
    source: str
    import_id: int
    line: int | None
    withdrawn: str | None
    in_square: bool


def read_reports(session: Session, viewer: Viewer, ids: Collection[int]) -> dict[int, StoredReport]:
    """The incidents of these numbers in the viewer's scope, withdrawn ones too."""
    found: dict[int, StoredReport] = {}
    for chunk in chunks(sorted(set(ids)), _CHUNK):
        seized = seizures_of(session, chunk)
        statement = select(incidents).where(incidents.c.id.in_(chunk), in_scope(viewer, incidents))
        for row in session.execute(statement):
            found[row.id] = _report(viewer, row, tuple(seized.get(row.id, ())))
    return found


def _report(viewer: Viewer, row: Row[Any], seized: tuple[Seizure, ...]) -> StoredReport:
    place = shown_at(viewer, row)
    return StoredReport(
        id=row.id,
        body=row.source,
        occurred_on=row.occurred_on,
        kind=IncidentKind(row.kind),
        detected_by=DetectedBy(row.detected_by),
        verified=row.verified,
        offenders=row.offenders,
        seizures=seized,
        address=row.address_text,
        precision=place.precision,
        commune_code=row.commune_code_now,
        sub_unit_id=row.sub_unit_id,
        lon=place.lon,
        lat=place.lat,
        ref=row.ref,
        source=row.source,
        import_id=row.import_id,
        line=row.line,
        withdrawn=row.withdrawn,
        in_square=is_in_square(viewer, row),
    )
