"""The register of hamlets and residential groups (thôn, tổ dân phố …): a name, no polygon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select, true
from sqlalchemy.orm import Session

from geo.sub_unit_names import SubUnitName, stored_sub_unit
from geo.terms import Layer
from models.additions import (
    BY_HAND,
    UNDONE,
    Added,
    chunks,
    digest_of,
    insert_rows,
    keep_others_from_writing,
    update_rows,
)
from models.disclosure import in_scope, provinces_of, require_inside, visible
from models.record_versions import NewVersion, content_of, keep_versions
from models.session import beyond_scope
from models.tables import hotspots, imports, incidents, record_versions, sub_units
from models.viewers import Viewer

HAND_SOURCE = "Danh sách thôn, tổ tại trang xã"
"""Source of what a person enters on the page of a commune."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SubUnit:
    """A sub-unit of a commune in force.

    `name` is as written, `normal` its normal form. `lon`, `lat` (WGS 84) are kept as
    given; no incident is ever placed there.
    """

    ref: str
    source: str
    name: str
    normal: SubUnitName
    commune_code: str
    lon: float | None = None
    lat: float | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSubUnit(SubUnit):
    """A sub-unit with its number here and the import it came by."""

    id: int
    import_id: int


@dataclass(slots=True)
class _Sorting:
    """Given sub-units on their way into heaps; `revived` are among the `changed`."""

    fresh: dict[Key, dict[str, Any]] = field(default_factory=dict)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    versions: list[NewVersion] = field(default_factory=list)
    unchanged: int = 0
    revived: int = 0
    foreign: list[SubUnit] = field(default_factory=list)
    away: list[SubUnit] = field(default_factory=list)

    def sort(
        self,
        viewer: Viewer,
        record: SubUnit,
        row: dict[str, Any],
        old: Row[Any] | None,
        overruled: Sequence[str],
    ) -> None:
        """Put one on its heap; `overruled` are contents of it that a person replaced."""
        if old is None:
            self.fresh[record.source, record.ref] = row
        elif old.withdrawn == BY_HAND:
            self.away.append(record)
        elif old.withdrawn is None and row["content_sha256"] in (old.content_sha256, *overruled):
            self.unchanged += 1
        elif not viewer.scope.covers(old.province_code, old.commune_code):
            self.foreign.append(record)
        else:
            self.revived += old.withdrawn == UNDONE
            self.changed[old.id] = row | {"withdrawn": None}
            version = NewVersion(str(old.id), content_of(sub_units, old), old.import_id)
            self.versions.append(version)

    def result(self) -> Added[SubUnit]:
        """The heaps as they are told."""
        return Added(
            len(self.fresh) + self.revived,
            self.unchanged,
            changed=len(self.changed) - self.revived,
            revived=self.revived,
            foreign=tuple(self.foreign),
            put_away=tuple(self.away),
        )


@beyond_scope
def add_sub_units(
    session: Session, viewer: Viewer, records: Sequence[SubUnit], import_id: int
) -> Added[SubUnit]:
    """Store the sub-units that are new; of changed ones the earlier content becomes a version.

    One that a person took off stays off and is told in `put_away`; where a person changed
    a name, a file that says what was there before the change says nothing new.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or a commune lies outside the viewer's scope.
    """
    viewer.require_write()
    keep_others_from_writing(session, sub_units)
    codes = [record.commune_code for record in records]
    provinces = provinces_of(session, codes)
    require_inside(viewer, codes, provinces)
    known = _known(session, records)
    overruled = _overruled_by_hand(session, list(known.values()))
    sorting = _Sorting()
    for record in records:
        row = sub_unit_values(record, provinces.get(record.commune_code), import_id)
        old = known.get((record.source, record.ref))
        said = () if old is None else overruled.get(old.id, ())
        sorting.sort(viewer, record, row, old, said)
    insert_rows(session, sub_units, list(sorting.fresh.values()))
    versions = sorting.versions
    keep_versions(session, viewer, Layer.SUB_UNITS, versions, replaced_by_import=import_id)
    update_rows(session, sub_units, sorting.changed)
    return sorting.result()


def find_sub_units(
    session: Session, viewer: Viewer, commune_code: str | None = None
) -> list[StoredSubUnit]:
    """The register by commune and name."""
    c = sub_units.c
    statement = select(sub_units).where(visible(viewer, sub_units))
    if commune_code is not None:
        statement = statement.where(c.commune_code == commune_code)
    ordered = statement.order_by(c.commune_code, c.name, c.id)
    return [stored_sub_unit_row(row) for row in session.execute(ordered)]


def linked_counts(
    session: Session, viewer: Viewer, commune_code: str
) -> dict[int, tuple[int, int]]:
    """Verified incidents and hotspots that the viewer sees, by the sub-unit they are linked to."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for place, (table, counted) in enumerate(
        ((incidents, incidents.c.verified.is_(True)), (hotspots, true()))
    ):
        c = table.c
        statement = (
            select(c.sub_unit_id, func.count())
            .where(c.commune_code_now == commune_code, c.sub_unit_id.is_not(None), counted)
            .where(visible(viewer, table))
            .group_by(c.sub_unit_id)
        )
        for sub_unit_id, n in session.execute(statement):
            found[sub_unit_id][place] = n
    return {id_: (cases, spots) for id_, (cases, spots) in found.items()}


def communes_of_import(session: Session, viewer: Viewer, import_id: int) -> list[str]:
    """The communes of the sub-units that an import brought, changed or took off."""
    c = sub_units.c
    statement = select(c.commune_code).where(c.import_id == import_id, in_scope(viewer, sub_units))
    return list(session.scalars(statement.distinct().order_by(c.commune_code)))


def _known(session: Session, records: Sequence[SubUnit]) -> dict[Key, Row[Any]]:
    c = sub_units.c
    found: dict[Key, Row[Any]] = {}
    for source in sorted({record.source for record in records}):
        refs = [record.ref for record in records if record.source == source]
        for chunk in chunks(refs):
            statement = select(sub_units).where(c.source == source, c.ref.in_(chunk))
            found |= {(row.source, row.ref): row for row in session.execute(statement)}
    return found


def _overruled_by_hand(session: Session, known: Sequence[Row[Any]]) -> dict[int, tuple[str, ...]]:
    """By number the contents (digests) that a person replaced, where the person's stands."""
    c, v = imports.c, record_versions.c
    brought = {row.import_id for row in known}
    hand = set(session.scalars(select(c.id).where(c.id.in_(brought), c.source == HAND_SOURCE)))
    keys = [str(row.id) for row in known if row.import_id in hand]
    if not keys:
        return {}
    statement = (
        select(v.record_key, v.content)
        .join(imports, c.id == v.replaced_by_import)
        .where(v.layer == Layer.SUB_UNITS.value, v.record_key.in_(keys), c.source == HAND_SOURCE)
    )
    found: dict[int, tuple[str, ...]] = {}
    for key, content in session.execute(statement):
        found[int(key)] = (*found.get(int(key), ()), content["content_sha256"])
    return found


def content_digest(
    name: str, normal: SubUnitName, place: tuple[str, float | None, float | None]
) -> str:
    """The digest of a sub-unit's content; `place` is its commune, longitude and latitude."""
    return digest_of(name, normal, *place)


def sub_unit_values(record: SubUnit, province_code: str | None, import_id: int) -> dict[str, Any]:
    """The columns of a sub-unit as the driver takes them (`models.additions.insert_rows`)."""
    place = (record.commune_code, record.lon, record.lat)
    return {
        "commune_code": record.commune_code,
        "province_code": province_code,
        "name": record.name,
        "name_key": str(record.normal),
        "kind": str(record.normal.kind),
        "lon": record.lon,
        "lat": record.lat,
        "source": record.source,
        "ref": record.ref,
        "import_id": import_id,
        "line": record.line,
        "content_sha256": content_digest(record.name, record.normal, place),
    }


def stored_sub_unit_row(row: Row[Any]) -> StoredSubUnit:
    """A row of the register as a record."""
    return StoredSubUnit(
        id=row.id,
        import_id=row.import_id,
        ref=row.ref,
        source=row.source,
        name=row.name,
        normal=stored_sub_unit(row.name_key),
        commune_code=row.commune_code,
        lon=row.lon,
        lat=row.lat,
        line=row.line,
    )
