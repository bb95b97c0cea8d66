"""Facilities: adding and reading; everything cut to the viewer's scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, not_, select
from sqlalchemy.orm import Session

from geo.facilities import Facility
from geo.terms import FacilityKind, Layer
from models.additions import BY_HAND, Added, Rewrite, add_new, digest_of, place_parts
from models.disclosure import visible
from models.errors import NotFoundError
from models.hand_entries import part_overruled
from models.placements import (
    Bbox,
    finer_than_commune,
    inside,
    placement_of,
    placement_values,
    query_of,
    query_text,
)
from models.record_versions import rewrite_records
from models.tables import boundary_versions, communes, facilities
from models.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacility(Facility):
    """A facility with its number here and the import it came by."""

    id: int
    import_id: int


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """Which facilities are meant; empty means all that the viewer may see.

    `commune_code` is a commune of the map in force. `bbox` is west, south, east, north in
    degrees and leaves out facilities without a point.
    """

    kinds: tuple[FacilityKind, ...] = ()
    province_code: str | None = None
    commune_code: str | None = None
    bbox: Bbox | None = None


ALL = FacilityFilter()


def add_facilities(
    session: Session,
    viewer: Viewer,
    records: Sequence[Facility],
    import_id: int,
    *,
    at: datetime | None = None,
) -> Added[Facility]:
    """Store the facilities that are new; of changed ones the earlier content becomes a version.

    What a person withdrew no file brings back, and what a person corrected on the map stays
    so while a file says what stood before.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()

    def row_of(record: Facility) -> dict[str, Any]:
        return _values(record, import_id)

    def rewrite(items: list[Rewrite[Facility]]) -> None:
        of = (session, viewer, Layer.FACILITIES, facilities, items)
        rewrite_records(*of, parts={}, notes={}, at=at)

    away = _withdrawn_by_hand(session, records)
    used = [record for record in records if (record.source, record.ref) not in away]
    new, kept = part_overruled(
        session, viewer, Layer.FACILITIES, used, digest=_digest, import_id=import_id
    )
    added = add_new(
        session, viewer, facilities, new, row_of, store=lambda _new: None, rewrite=rewrite
    )
    left = tuple(record for record in records if (record.source, record.ref) in away)
    return replace(added, unchanged=added.unchanged + len(kept), by_hand=kept, put_away=left)


def find_facilities(
    session: Session, viewer: Viewer, wanted: FacilityFilter = ALL, *, limit: int | None = None
) -> list[StoredFacility]:
    """The facilities of a filter by name; at most `limit` of them."""
    statement = (
        select(facilities)
        .where(*facility_conditions(session, viewer, wanted))
        .order_by(facilities.c.name, facilities.c.id)
        .limit(limit)
    )
    return [_stored(row) for row in session.execute(statement)]


def facility_by_id(session: Session, viewer: Viewer, id: int) -> StoredFacility:
    """One facility.

    Raises
    ------
    NotFoundError
        If there is none of this number in the viewer's scope.
    """
    wanted = select(facilities).where(facilities.c.id == id, visible(viewer, facilities))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFoundError(f"Không có cơ sở, địa điểm số {id} trong phạm vi của tài khoản.")
    return _stored(row)


def count_by_kind(
    session: Session, viewer: Viewer, wanted: FacilityFilter = ALL
) -> dict[FacilityKind, int]:
    """How many facilities of a filter there are, by kind; kinds without any are left out."""
    return _by_kind(session, facility_conditions(session, viewer, wanted))


def count_by_commune(
    session: Session, viewer: Viewer, wanted: FacilityFilter = ALL
) -> dict[str, dict[FacilityKind, int]]:
    """How many facilities of a filter lie in each commune of the map in force, by kind.

    Those whose commune is not known are in none.
    """
    c = facilities.c
    counts = (
        select(c.commune_code_now, c.kind, func.count())
        .where(c.commune_code_now.is_not(None), *facility_conditions(session, viewer, wanted))
        .group_by(c.commune_code_now, c.kind)
    )
    return _by_commune(session, counts)


def count_without_point(
    session: Session, viewer: Viewer, wanted: FacilityFilter = ALL
) -> dict[str, dict[FacilityKind, int]]:
    """As `count_by_commune`, of the facilities known by their commune alone.

    Of a box: those whose commune lies in it by the point inside the commune.
    """
    c, current = facilities.c, select(boundary_versions.c.id).where(boundary_versions.c.is_current)
    conditions = facility_conditions(session, viewer, replace(wanted, bbox=None))
    counts = (
        select(c.commune_code_now, c.kind, func.count())
        .join(communes, communes.c.code == c.commune_code_now)
        .where(communes.c.version_id == current.scalar_subquery())
        .where(not_(finer_than_commune(facilities)), *conditions)
        .group_by(c.commune_code_now, c.kind)
    )
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        counts = counts.where(
            communes.c.lon.between(west, east), communes.c.lat.between(south, north)
        )
    return _by_commune(session, counts)


def count_with_point(
    session: Session, viewer: Viewer, wanted: FacilityFilter = ALL
) -> dict[FacilityKind, int]:
    """As `count_by_kind`, of the facilities that have a point of their own."""
    conditions = facility_conditions(session, viewer, wanted)
    return _by_kind(session, [*conditions, finer_than_commune(facilities)])


def facility_conditions(
    session: Session, viewer: Viewer, wanted: FacilityFilter
) -> list[ColumnElement[bool]]:
    """The filter as SQL, always with the viewer's scope."""
    c = facilities.c
    found = [visible(viewer, facilities)]
    if wanted.kinds:
        found.append(c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.province_code is not None:
        found.append(c.province_code == wanted.province_code)
    if wanted.commune_code is not None:
        found.append(c.commune_code_now == wanted.commune_code)
    if wanted.bbox is not None:
        found += [inside(session, facilities, wanted.bbox), finer_than_commune(facilities)]
    return found


def _by_kind(session: Session, conditions: list[ColumnElement[bool]]) -> dict[FacilityKind, int]:
    kind = facilities.c.kind
    counts = select(kind, func.count()).where(*conditions).group_by(kind)
    found: dict[str, int] = dict(session.execute(counts).all())
    return {each: found[each.value] for each in FacilityKind if each.value in found}


def _by_commune(session: Session, counts: Select[Any]) -> dict[str, dict[FacilityKind, int]]:
    found: dict[str, dict[FacilityKind, int]] = defaultdict(dict)
    for code, kind, n in session.execute(counts):
        found[code][FacilityKind(kind)] = n
    return dict(found)


def _values(record: Facility, import_id: int) -> dict[str, Any]:
    """The columns of a facility as the driver takes them (`models.additions.insert_rows`)."""
    return {
        "source": record.source,
        "ref": record.ref,
        "name": record.name,
        "kind": record.kind.value,
        "address_text": record.address_text,
        "note": record.note,
        **placement_values(record.placement),
        "place_query": query_text(record.place),
        "import_id": import_id,
        "line": record.line,
        "content_sha256": _digest(record),
    }


def _digest(record: Facility) -> str:
    texts = (record.name, record.kind, record.address_text, record.note)
    return digest_of(*texts, *place_parts(query_text(record.place), record.placement))


def _withdrawn_by_hand(session: Session, records: Sequence[Facility]) -> set[tuple[str, str]]:
    """Source and ref of what a person withdrew, among the sources of some records."""
    c, sources = facilities.c, sorted({record.source for record in records})
    statement = select(c.source, c.ref).where(c.source.in_(sources), c.withdrawn == BY_HAND)
    return {(source, ref) for source, ref in session.execute(statement)}


def _stored(row: Row[Any]) -> StoredFacility:
    return StoredFacility(
        id=row.id,
        import_id=row.import_id,
        ref=row.ref,
        source=row.source,
        name=row.name,
        kind=FacilityKind(row.kind),
        placement=placement_of(row),
        address_text=row.address_text,
        note=row.note,
        line=row.line,
        place=query_of(row.place_query),
    )
