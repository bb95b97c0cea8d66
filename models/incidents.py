"""Incidents: adding them, reading them.

Numbers over incidents are in `models.incident_counts` and offered here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.home_words import home_of
from geo.records import Incident, PlaceQuery, Seizure
from geo.terms import (
    AtHome,
    DatePrecision,
    DetectedBy,
    IncidentKind,
    Layer,
    Precision,
)
from models.additions import Added, Rewrite, add_new, digest_of, place_parts
from models.disclosure import sees_dwellings, visible
from models.errors import NotFoundError
from models.hand_entries import part_overruled
from models.home_points import in_square, is_in_square, shown_placement, shown_point
from models.incident_counts import (
    ClusterInput,
    DensityCell,
    Totals,
    clustering_input,
    counts_by_commune,
    data_stamp,
    incident_density,
    monthly_counts,
    totals,
)
from models.incident_filters import EVERYTHING, IncidentFilter, conditions
from models.placements import (
    finer_than_commune,
    placement_values,
    query_of,
    query_text,
)
from models.record_versions import parts_of, rewrite_records
from models.seizures import insert_seizures, replace_seizures, seizures_of
from models.tables import incidents
from models.viewers import Viewer

__all__ = [
    "EVERYTHING",
    "ClusterInput",
    "DensityCell",
    "IncidentFilter",
    "IncidentPoint",
    "StoredIncident",
    "Totals",
    "add_incidents",
    "clustering_input",
    "counts_by_commune",
    "data_stamp",
    "find_incidents",
    "incident_density",
    "incident_points",
    "monthly_counts",
    "totals",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIncident(Incident):
    """An incident with its number here and the import it came by.

    `in_square`: its point is the middle of its square of 250 m, all that the viewer may know.
    """

    id: int
    import_id: int
    in_square: bool = False


@dataclass(frozen=True, slots=True)
class IncidentPoint:
    """An incident as a point on the map, WGS 84; `in_square`: the middle of its square."""

    id: int
    ref: str
    lon: float
    lat: float
    occurred_on: date
    kind: IncidentKind
    precision: Precision
    commune_code: str | None
    in_square: bool = False


def add_incidents(
    session: Session,
    viewer: Viewer,
    records: Sequence[Incident],
    import_id: int,
    *,
    at: datetime | None = None,
) -> Added[Incident]:
    """Store the incidents that are new; those that changed keep their earlier content as a version.

    One that a person corrected on the map stays so while the file says what stood before.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()

    def store(fresh: list[tuple[int, Incident]]) -> None:
        insert_seizures(session, fresh)

    def rewrite(items: list[Rewrite[Incident]]) -> None:
        _rewrite(session, viewer, items, at)

    def row_of(record: Incident) -> dict[str, Any]:
        return _values(record, import_id)

    new, kept = part_overruled(
        session, viewer, Layer.INCIDENTS, records, digest=_said, import_id=import_id
    )
    added = add_new(session, viewer, incidents, new, row_of, store=store, rewrite=rewrite)
    return replace(added, unchanged=added.unchanged + len(kept), by_hand=kept)


def _rewrite(
    session: Session, viewer: Viewer, items: Sequence[Rewrite[Incident]], at: datetime | None
) -> None:
    parts = parts_of(session, Layer.INCIDENTS, [item.id for item in items])
    rewrite_records(
        session, viewer, Layer.INCIDENTS, incidents, items, parts=parts, notes={}, at=at
    )
    replace_seizures(session, {item.id: [] for item in items})
    insert_seizures(session, [(item.id, item.record) for item in items])


def incident_by_id(session: Session, viewer: Viewer, id: int) -> StoredIncident:
    """One incident.

    Raises
    ------
    NotFoundError
        If there is none of this number that stands and that the viewer sees.
    """
    statement = select(incidents).where(incidents.c.id == id, visible(viewer, incidents))
    row = session.execute(statement).first()
    if row is None:
        raise NotFoundError(f"Không có vụ việc số {id} trong phạm vi của tài khoản.")
    return _stored(viewer, row, tuple(seizures_of(session, [id]).get(id, ())))


def incidents_of_import(session: Session, viewer: Viewer, import_id: int) -> list[StoredIncident]:
    """The incidents whose present content an import brought, as far as the viewer sees them."""
    mine = (incidents.c.import_id == import_id, visible(viewer, incidents))
    rows = session.execute(select(incidents).where(*mine).order_by(incidents.c.id)).all()
    seized = seizures_of(session, [row.id for row in rows])
    return [_stored(viewer, row, tuple(seized.get(row.id, ()))) for row in rows]


def find_incidents(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter = EVERYTHING,
    limit: int | None = None,
) -> list[StoredIncident]:
    """Incidents in full, the latest first."""
    statement = (
        select(incidents)
        .where(*conditions(session, viewer, wanted))
        .order_by(incidents.c.occurred_on.desc(), incidents.c.id.desc())
        .limit(limit)
    )
    rows = session.execute(statement).all()
    seized = seizures_of(session, [row.id for row in rows])
    return [_stored(viewer, row, tuple(seized.get(row.id, ()))) for row in rows]


def incident_points(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter = EVERYTHING,
    limit: int | None = None,
) -> list[IncidentPoint]:
    """The incidents placed finer than their commune, the latest first."""
    c, at = incidents.c, shown_point(session, viewer)
    statement = (
        select(
            *(c.id, c.ref, at.lon, at.lat, c.occurred_on, c.kind, at.precision),
            *(c.commune_code_now, in_square(viewer)),
        )
        .where(finer_than_commune(incidents), *conditions(session, viewer, wanted))
        .order_by(c.occurred_on.desc(), c.id.desc())
        .limit(limit)
    )
    return [
        IncidentPoint(
            *(id_, ref, lon, lat, on, IncidentKind(kind), Precision(precision), code),
            in_square=bool(squared),
        )
        for id_, ref, lon, lat, on, kind, precision, code, squared in session.execute(statement)
    ]


def _said(record: Incident) -> str:
    return _digest(record, query_text(record.place))


def _digest(record: Incident, written: str) -> str:
    seized = [(str(s.substance), float(s.quantity), str(s.unit)) for s in record.seizures]
    by_words = home_of(record.address_text)
    otherwise = () if record.home in (None, by_words) else (record.home,)
    return digest_of(
        record.occurred_on,
        record.date_precision,
        record.kind,
        record.detected_by,
        record.verified,
        record.offenders,
        record.address_text,
        seized,
        *place_parts(written, record.placement),
        *otherwise,
    )


def _values(record: Incident, import_id: int) -> dict[str, Any]:
    written = query_text(record.place)
    return {
        "source": record.source,
        "ref": record.ref,
        "occurred_on": record.occurred_on.isoformat(),
        "date_precision": str(record.date_precision),
        "kind": str(record.kind),
        "side": str(record.side),
        "detected_by": str(record.detected_by),
        "verified": record.verified,
        "offenders": record.offenders,
        "address_text": record.address_text,
        "home": str(record.home or home_of(record.address_text)),
        **placement_values(record.placement),
        "place_query": written,
        "import_id": import_id,
        "line": record.line,
        "content_sha256": _digest(record, written),
    }


def _stored(viewer: Viewer, row: Row[Any], seized: tuple[Seizure, ...]) -> StoredIncident:
    """A row as the viewer may see it: what was written of its place is often a home's address."""
    acts = sees_dwellings(viewer, row.province_code, row.commune_code_now)
    return StoredIncident(
        id=row.id,
        import_id=row.import_id,
        ref=row.ref,
        source=row.source,
        occurred_on=row.occurred_on,
        date_precision=DatePrecision(row.date_precision),
        kind=IncidentKind(row.kind),
        detected_by=DetectedBy(row.detected_by),
        verified=row.verified,
        address_text=row.address_text if acts else "",
        placement=shown_placement(viewer, row),
        in_square=is_in_square(viewer, row),
        offenders=row.offenders,
        seizures=seized,
        line=row.line,
        place=query_of(row.place_query) if acts else PlaceQuery(),
        home=AtHome(row.home),
    )
