"""One way in: file → rows → places → one transaction.

All accepted rows of a file are stored or none; rejected rows are kept with
line, column and reason. Reading the same file again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.geocode import Geocoder
from geo.readers import (
    HotspotDraft,
    IncidentDraft,
    Table,
    read_hotspots,
    read_incidents,
    read_indicators,
    read_table,
)
from geo.records import Hotspot, Incident, Indicators, Period, Placement, PlaceQuery, RejectedRow
from geo.terms import Layer
from models import audit, communes, hotspots, imports, incidents, indicators
from models.additions import Added
from models.errors import ConflictError
from models.imports import NewImport
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.places import current_map_id, load_geocoder

Progress = Callable[[int, int], None]
"""Called with (done, total) while rows are placed."""

DEFAULT_SOURCE = "chung"
"""Source of files that name no issuing body; `ref` is unique within a source."""

CONFIDENT = 0.9

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file.

    `placed` counts the rows that could be read by precision; `doubtful` of them
    want a second look, `noted` are sure but carry a remark, such as coordinates
    that could not be used.
    """

    layer: Layer
    file_name: str
    source: str
    sheet: str
    import_id: int | None
    accepted: int
    unchanged: int
    rejected: tuple[RejectedRow, ...]
    placed: dict[str, int]
    doubtful: int
    noted: int
    dropped_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    warnings: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows of one file, read and placed, not yet stored."""

    records: Sequence[Incident] | Sequence[Hotspot] | Sequence[Indicators]
    rejected: list[RejectedRow]
    placements: list[Placement]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the store made of a batch."""

    import_id: int
    accepted: int
    unchanged: int
    conflicts: list[RejectedRow]


def import_file(
    database: Database,
    viewer: Viewer,
    layer: Layer,
    path: Path,
    *,
    today: date,
    period: Period | None = None,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
    source: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Read, place and store one file.

    Raises
    ------
    UnusableFileError
        If the file as a whole cannot be used; nothing is stored.
    ConflictError
        If another map was installed meanwhile; nothing is stored.
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()
    map_id = current_map_id(database, viewer)
    table = read_table(path, layer, mapping=mapping, sheet=sheet)
    source = source or table.source or DEFAULT_SOURCE
    batch = _read(
        database, viewer, table, source=source, today=today, period=period, progress=progress
    )
    new = _described(table, path, source, batch)
    with unit_of_work(database) as session:
        if communes.current_version(session, viewer).id != map_id:
            raise ConflictError("Ranh giới vừa được thay trong lúc nạp; hãy nạp lại tệp.")
        stored = _store(session, viewer, new, batch)
        if dry_run:
            session.rollback()
    return _report(new, table.sheet, batch, stored, dry_run=dry_run)


def _described(table: Table, path: Path, source: str, batch: _Batch) -> NewImport:
    return NewImport(
        layer=table.layer,
        file_name=path.name,
        file_sha256=_sha256(path),
        source=source,
        dropped_columns=table.dropped_columns,
        ignored_columns=table.ignored_columns,
        warnings=(*table.warnings, *batch.warnings),
    )


def _report(
    new: NewImport, sheet: str, batch: _Batch, stored: _Stored, *, dry_run: bool
) -> ImportReport:
    return ImportReport(
        layer=new.layer,
        file_name=new.file_name,
        source=new.source,
        sheet=sheet,
        import_id=None if dry_run else stored.import_id,
        accepted=stored.accepted,
        unchanged=stored.unchanged,
        rejected=(*batch.rejected, *stored.conflicts),
        placed=dict(Counter(p.precision.value for p in batch.placements)),
        doubtful=sum(p.confidence < CONFIDENT for p in batch.placements),
        noted=sum(p.confidence >= CONFIDENT and bool(p.warnings) for p in batch.placements),
        dropped_columns=new.dropped_columns,
        ignored_columns=new.ignored_columns,
        warnings=new.warnings,
        dry_run=dry_run,
    )


def _read(
    database: Database,
    viewer: Viewer,
    table: Table,
    *,
    source: str,
    today: date,
    period: Period | None,
    progress: Progress | None,
) -> _Batch:
    if table.layer is Layer.INDICATORS:
        rows = read_indicators(table, period=period)
        return _Batch(rows.accepted, rows.rejected, [], rows.warnings)
    geocoder = load_geocoder(database, viewer)
    if table.layer is Layer.HOTSPOTS:
        spots = read_hotspots(table, today=today)
        placements = _place(geocoder, [d.place for d in spots.accepted], progress)
        pairs = zip(spots.accepted, placements, strict=True)
        places = [_hotspot(draft, source, placement) for draft, placement in pairs]
        return _Batch(places, spots.rejected, placements, spots.warnings)
    drafts = read_incidents(table, today=today)
    placements = _place(geocoder, [d.place for d in drafts.accepted], progress)
    cases = zip(drafts.accepted, placements, strict=True)
    events = [_incident(draft, source, placement) for draft, placement in cases]
    return _Batch(events, drafts.rejected, placements, drafts.warnings)


def _place(
    geocoder: Geocoder, queries: Sequence[PlaceQuery], progress: Progress | None
) -> list[Placement]:
    placements: list[Placement] = []
    for start in range(0, len(queries), _CHUNK):
        placements += geocoder.place_many(queries[start : start + _CHUNK])
        if progress is not None:
            progress(len(placements), len(queries))
    return placements


def _incident(draft: IncidentDraft, source: str, placement: Placement) -> Incident:
    return Incident(
        ref=draft.ref,
        source=source,
        occurred_on=draft.occurred_on,
        date_precision=draft.date_precision,
        kind=draft.kind,
        detected_by=draft.detected_by,
        verified=draft.verified,
        address_text=draft.address_text,
        placement=placement,
        offenders=draft.offenders,
        seizures=draft.seizures,
        line=draft.line,
        place=draft.place,
    )


def _hotspot(draft: HotspotDraft, source: str, placement: Placement) -> Hotspot:
    return Hotspot(
        ref=draft.ref,
        source=source,
        name=draft.name,
        kind=draft.kind,
        placement=placement,
        events=draft.events,
        address_text=draft.address_text,
        is_dwelling=draft.is_dwelling,
        line=draft.line,
        place=draft.place,
    )


_ADD: dict[Layer, Callable[..., Added[Any]]] = {
    Layer.INCIDENTS: incidents.add_incidents,
    Layer.HOTSPOTS: hotspots.add_hotspots,
    Layer.INDICATORS: indicators.add_indicators,
}


def _store(session: Session, viewer: Viewer, new: NewImport, batch: _Batch) -> _Stored:
    import_id = imports.add_import(session, viewer, new)
    added = _ADD[new.layer](session, viewer, batch.records, import_id)
    conflicts = [_conflict(record) for record in added.conflicts]
    imports.add_rejected(session, viewer, import_id, [*batch.rejected, *conflicts])
    counts = {
        "accepted": added.added,
        "unchanged": added.unchanged,
        "rejected": len(batch.rejected) + len(conflicts),
    }
    imports.finish_import(session, viewer, import_id, **counts)
    detail = {"import_id": import_id, "sha256": new.file_sha256, **counts}
    audit.record(session, viewer, "import", f"{new.layer}:{new.file_name}", detail)
    return _Stored(import_id, added.added, added.unchanged, conflicts)


def _conflict(record: Incident | Hotspot | Indicators) -> RejectedRow:
    if isinstance(record, Indicators):
        name = record.commune_code
        column = "commune_code"
    else:
        name = record.ref
        column = "ref"
    return RejectedRow(
        line=record.line or 0,
        column=column,
        value=name,
        reason=(
            f"«{name}» đã có trong hệ thống với nội dung khác; bản đã có được giữ nguyên, "
            "chưa cập nhật được bằng cách nạp lại."
        ),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
