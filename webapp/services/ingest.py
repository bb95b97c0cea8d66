"""One way in: file → rows → places → one transaction.

All accepted rows of a file are stored or none; rejected rows are kept with
line, column and reason. Reading the same file again changes nothing; a file
that says something else makes new versions of the records.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path

from geo.drafts import Drafts
from geo.facility_rows import read_facilities
from geo.geocode import Geocoder
from geo.readers import Table, read_hotspots, read_incidents, read_indicators, read_table
from geo.records import Corridor, Indicators, Period, Placement, RejectedRow
from geo.rows import restated_titles
from geo.terms import Layer
from models import communes, hand_entries
from models.campaigns import Campaign
from models.errors import ConflictError
from models.imports import NewImport
from models.repeating import repeatable
from models.session import Database, unit_of_work
from models.sub_units import SubUnit
from models.viewers import Viewer
from webapp.services.campaign_atlas import load_atlas
from webapp.services.campaign_places import place_campaigns
from webapp.services.consequences import UNNAMED_SOURCE
from webapp.services.corridor_places import place_corridors
from webapp.services.drafted_records import PlacedDraft, PlacedRecord, record_of
from webapp.services.file_names import kept_name
from webapp.services.import_changes import ToldChange
from webapp.services.import_scope import D, keep_inside
from webapp.services.place_memory import PlaceMemory, load_memory
from webapp.services.places import current_map_id, load_geocoder
from webapp.services.storing import StoredFile, store_file
from webapp.services.sub_units import commune_names, place_sub_units

Progress = Callable[[int, int], None]
"""Called with (done, total) while rows are placed."""

Reader = Callable[[Path], Table]
"""Makes a table of a file."""

DEFAULT_SOURCE = UNNAMED_SOURCE
"""Source of files that name no issuing body; `ref` is unique within a source."""

CONFIDENT = 0.9

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file.

    `changed` rows took the place of other content, told in `changes` field by
    field; what was there is kept as a version. `placed` counts the rows that
    could be read by precision; `doubtful` of them want a second look, `noted`
    are sure but carry a remark, such as coordinates that could not be used.
    `headings` and `titles` are those of the file, for the workbook of rejected
    rows; the titles restate its source and period.
    """

    layer: Layer
    file_name: str
    source: str
    sheet: str
    import_id: int | None
    accepted: int
    unchanged: int
    changed: int
    rejected: tuple[RejectedRow, ...]
    changes: tuple[ToldChange, ...]
    placed: dict[str, int]
    doubtful: int
    noted: int
    dropped_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    warnings: tuple[str, ...]
    dry_run: bool
    headings: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows of one file, read and placed, not yet stored."""

    records: Sequence[PlacedRecord | Indicators | SubUnit | Campaign | Corridor]
    rejected: list[RejectedRow]
    placements: list[Placement]
    warnings: tuple[str, ...]


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
    read: Reader | None = None,
) -> ImportReport:
    """Read, place and store one file; `read` reads it elsewhere than in this process.

    Raises
    ------
    UnusableFileError, InvalidValueError
        If the file as a whole, or its source, cannot be used; nothing is stored.
    ConflictError
        If another map was installed meanwhile; nothing is stored.
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()
    map_id = current_map_id(database, viewer)
    table = read(path) if read else read_table(path, layer, mapping=mapping, sheet=sheet)
    source = _source_of(table, source)
    batch = _read(
        database, viewer, table, source=source, today=today, period=period, progress=progress
    )
    new = _described(table, path, source, period, batch)
    stored = _store(database, viewer, new, batch, map_id=map_id, dry_run=dry_run)
    return _report(new, table.sheet, batch, stored, dry_run=dry_run)


@repeatable
def _store(
    database: Database,
    viewer: Viewer,
    new: NewImport,
    batch: _Batch,
    *,
    map_id: int,
    dry_run: bool,
) -> StoredFile:
    with unit_of_work(database, viewer) as session:
        if communes.current_version(session, viewer).id != map_id:
            raise ConflictError("Ranh giới vừa được thay trong lúc nạp; hãy nạp lại tệp.")
        stored = store_file(session, viewer, new, batch.records, batch.rejected)
        if dry_run:
            session.rollback()
    return stored


def _source_of(table: Table, given: str | None) -> str:
    source = given or table.source or DEFAULT_SOURCE
    hand_entries.require_source_of_file(source)
    return source


def _described(
    table: Table, path: Path, source: str, period: Period | None, batch: _Batch
) -> NewImport:
    return NewImport(
        layer=table.layer,
        file_name=kept_name(path.name),
        file_sha256=_sha256(path),
        source=source,
        dropped_columns=table.dropped_columns,
        ignored_columns=table.ignored_columns,
        warnings=(*table.warnings, *batch.warnings),
        titles=restated_titles(table.titles, source, period),
        headings=tuple(table.headings.values()),
    )


def _report(
    new: NewImport, sheet: str, batch: _Batch, stored: StoredFile, *, dry_run: bool
) -> ImportReport:
    return ImportReport(
        layer=new.layer,
        file_name=new.file_name,
        source=new.source,
        sheet=sheet,
        import_id=None if dry_run else stored.import_id,
        accepted=stored.accepted,
        unchanged=stored.unchanged,
        changed=stored.changed,
        rejected=(*batch.rejected, *stored.refused),
        changes=stored.changes,
        placed=dict(Counter(p.precision.value for p in batch.placements)),
        doubtful=sum(p.confidence < CONFIDENT for p in batch.placements),
        noted=sum(p.confidence >= CONFIDENT and bool(p.warnings) for p in batch.placements),
        dropped_columns=new.dropped_columns,
        ignored_columns=new.ignored_columns,
        warnings=(*new.warnings, *stored.warnings),
        dry_run=dry_run,
        headings=new.headings,
        titles=new.titles,
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
    if table.layer is Layer.CORRIDORS:
        with unit_of_work(database, viewer, read_only=True) as session:
            routes = place_corridors(session, viewer, table, source)
        return _Batch(routes.records, routes.rejected, [], routes.warnings)
    geocoder = load_geocoder(database, viewer)
    if table.layer is Layer.SUB_UNITS:
        with unit_of_work(database, viewer, read_only=True) as session:
            names = commune_names(session, viewer)
        units = place_sub_units(geocoder, table, source, names, progress)
        return _Batch(units.records, units.rejected, units.placements, units.warnings)
    if table.layer is Layer.CAMPAIGNS:
        atlas = load_atlas(database, viewer, geocoder)
        found = place_campaigns(atlas, table, source, viewer.scope, progress)
        return _Batch(found.records, found.rejected, [], found.warnings)
    place = partial(_place_inside, geocoder=geocoder, source=source, progress=progress)
    return _read_placed(partial(place, database, viewer, table), table, today)


def _read_placed(place: Callable[..., _Batch], table: Table, today: date) -> _Batch:
    """Rows of a layer whose records have a place of their own."""
    if table.layer is Layer.FACILITIES:
        return place(read_facilities(table), record_of)
    if table.layer is Layer.HOTSPOTS:
        return place(read_hotspots(table, today=today), record_of)
    return place(read_incidents(table, today=today), record_of)


def _place_inside(
    database: Database,
    viewer: Viewer,
    table: Table,
    rows: Drafts[D],
    record_of: Callable[[D, str, Placement], PlacedRecord],
    *,
    geocoder: Geocoder,
    source: str,
    progress: Progress | None,
) -> _Batch:
    """Rows as records with their place; those outside the viewer's scope are refused."""
    memory = load_memory(database, viewer, table.layer, source)
    placements = _place(geocoder, memory, source, rows.accepted, progress)
    ours = keep_inside(database, viewer, table, rows.accepted, placements)
    pairs = zip(ours.drafts, ours.placements, strict=True)
    records = [record_of(draft, source, placement) for draft, placement in pairs]
    rejected = sorted(chain(rows.rejected, ours.rejected), key=lambda row: row.line)
    return _Batch(records, rejected, ours.placements, rows.warnings)


def _place(
    geocoder: Geocoder,
    memory: PlaceMemory,
    source: str,
    drafts: Sequence[PlacedDraft],
    progress: Progress | None,
) -> list[Placement]:
    placements: list[Placement] = []
    for start in range(0, len(drafts), _CHUNK):
        chunk = drafts[start : start + _CHUNK]
        places = [draft.place for draft in chunk]
        placed = geocoder.place_many(places)
        placements += memory.recall(source, [draft.ref for draft in chunk], places, placed)
        if progress is not None:
            progress(len(placements), len(drafts))
    return placements


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
