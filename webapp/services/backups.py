"""Keeping a site in one file, and bringing it back, whichever database holds it.

A backup is one state of everything, taken while others go on writing. A restored database is the
same to the last bit, or nothing is restored. Then, before it can be served, what may have been
ended since the backup opens nothing any more: sign-ins and tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import webapp
from geo.errors import UnusableFileError
from models import api_tokens, audit, revision, schema, sign_ins, transfer
from models.session import Database, Session, unit_of_work
from models.table_lines import Shape
from models.transfer import Summing
from models.viewers import Viewer
from webapp.services.backup_file import (
    DAMAGED,
    NEWER,
    BackupWriter,
    Manifest,
    TableEntry,
    opened_lines,
    read_manifest,
    verify,
    written_beside,
)
from webapp.services.file_names import kept_name

Progress = Callable[[int, int], None]
"""Called with (done, total) rows."""

_TOLD_EVERY = 500


@dataclass(slots=True)
class Steps:
    """Counts rows and tells of them now and then."""

    total: int
    tell: Progress
    done: int = 0

    def one(self) -> None:
        """One row more."""
        self.more(1)

    def more(self, rows: int) -> None:
        """Some rows more."""
        before, self.done = self.done, self.done + rows
        if before // _TOLD_EVERY != self.done // _TOLD_EVERY or self.done == self.total:
            self.tell(self.done, self.total)


@dataclass(frozen=True, slots=True)
class Ended:
    """What opens nothing after a restore; `tokens_revoked` is None where they were to be kept."""

    sign_ins_ended: int = 0
    tokens_revoked: int | None = None


def back_up(
    database: Database, viewer: Viewer, path: Path, *, at: datetime, progress: Progress
) -> Manifest:
    """Write everything into one file, which has its name only when it is whole.

    It may be of an older schema than this software's: a backup comes before an upgrade.

    Raises
    ------
    UnusableFileError
        If another file has the name that is no backup.
    SchemaError
        If the database is missing, empty or of a newer version.
    """
    transfer.require_schema(database)
    with written_beside(path) as beside:
        with unit_of_work(database, viewer, read_only=True) as session:
            manifest = _write(session, viewer, beside, at, progress)
        if manifest.schema_revision == revision.revisions()[-1]:  # older ones know another trail
            with unit_of_work(database, viewer) as session:
                _write_down(session, viewer, "backup", path, manifest, at=at)
    return manifest


def _write_down(
    session: Session,
    viewer: Viewer,
    action: str,
    path: Path,
    manifest: Manifest,
    *,
    at: datetime,
    ended: Ended | None = None,
) -> None:
    told = {
        "made_at": manifest.made_at,
        "rows": sum(entry.rows for entry in manifest.tables),
        "checksum": manifest.checksum,
    } | (asdict(ended) if ended else {})
    audit.record(session, viewer, action, kept_name(path.name), told, at=at)


def _write(
    session: Session, viewer: Viewer, path: Path, at: datetime, progress: Progress
) -> Manifest:
    found = transfer.contents(session, viewer)
    total = sum(transfer.count_rows(session, viewer, shape) for shape in found.tables)
    steps, writer, entries = Steps(total, progress), BackupWriter(path), []
    for shape in found.tables:
        summing = Summing(steps.one)
        writer.table(shape.name, summing.through(transfer.read_lines(session, viewer, shape)))
        entries.append(_entry(shape, summing))
    kind = "postgis" if transfer.is_postgis(session) else "sqlite"
    manifest = Manifest(at.isoformat(), webapp.__version__, found.revision, kind, tuple(entries))
    writer.close(manifest)
    return manifest


def _entry(shape: Shape, summing: Summing) -> TableEntry:
    columns = tuple((name, kind.value) for name, kind in shape.columns)
    sum_ = summing.sum
    return TableEntry(shape.name, columns, sum_.rows, sum_.size, sum_.sha256)


def restore(
    database: Database,
    viewer: Viewer,
    path: Path,
    *,
    at: datetime,
    progress: Progress,
    keep_tokens: bool = False,
) -> tuple[Manifest, Ended]:
    """Fill a database without data from a backup; equal to the last bit, or nothing is stored.

    Once it was found equal all sign-ins are ended and all tokens revoked (unless `keep_tokens`),
    in the same transaction: nobody can tell which of them were ended after the backup. One of an
    older schema is brought to this software's afterwards.

    Raises
    ------
    UnusableFileError
        If the file is no backup, damaged, or of a newer software.
    ConflictError
        If the database holds data.
    """
    manifest = _known(path)
    is_current = manifest.schema_revision == revision.revisions()[-1]
    steps = Steps(3 * sum(entry.rows for entry in manifest.tables), progress)
    verify(path, manifest, steps.more)
    transfer.make_ready(database, manifest.schema_revision)
    with unit_of_work(database, viewer) as session:
        for table in _matched(session, viewer, database, manifest, path):
            _bring_in(session, viewer, path, table, steps)
        ended = _end_what_opens(session, viewer, manifest, at, keep_tokens=keep_tokens)
        if is_current:
            _write_down(session, viewer, "restore", path, manifest, at=at, ended=ended)
    if not is_current:
        schema.create_or_upgrade(database)
        with unit_of_work(database, viewer) as session:
            _write_down(session, viewer, "restore", path, manifest, at=at, ended=ended)
    return manifest, ended


def _known(path: Path) -> Manifest:
    """What a file says of itself, if it is of this software or an older one."""
    manifest = read_manifest(path)
    if manifest.schema_revision not in revision.revisions():
        raise UnusableFileError(NEWER.format(file=path))
    return manifest


def _end_what_opens(
    session: Session, viewer: Viewer, manifest: Manifest, at: datetime, *, keep_tokens: bool
) -> Ended:
    """End sign-ins and tokens, of which an older schema may have none."""
    known = {entry.name for entry in manifest.tables}
    revoked = None if keep_tokens else 0
    if "api_tokens" in known and not keep_tokens:
        revoked = api_tokens.revoke_all(session, viewer, at=at)
    ended = sign_ins.end_everywhere(session, viewer) if "sign_ins" in known else 0
    return Ended(ended, revoked)


def _matched(
    session: Session, viewer: Viewer, database: Database, manifest: Manifest, path: Path
) -> Iterator[tuple[Shape, TableEntry]]:
    """The tables of the database, parents first, with what the file has for each.

    The lines of the file say which column comes where, the database of which kind it is.
    """
    found = transfer.contents(session, viewer)
    transfer.require_empty(session, viewer, found.tables, database.shown_url)
    entries = {entry.name: entry for entry in manifest.tables}
    columns = {shape.name: dict(shape.columns) for shape in found.tables}
    if {name: {c for c, _ in entry.columns} for name, entry in entries.items()} != {
        name: set(kinds) for name, kinds in columns.items()
    }:
        raise UnusableFileError(DAMAGED.format(file=path, what="bảng và cột không khớp"))
    for shape in found.tables:
        kinds, entry = columns[shape.name], entries[shape.name]
        ordered = tuple((name, kinds[name]) for name, _ in entry.columns)
        yield replace(shape, columns=ordered), entry


def _bring_in(
    session: Session, viewer: Viewer, path: Path, table: tuple[Shape, TableEntry], steps: Steps
) -> None:
    """Fill a table and read it back: what is there then must be what the file has."""
    shape, entry = table
    with opened_lines(path, entry) as lines:
        transfer.copy_in(session, viewer, shape, Summing(steps.one).through(lines))
    stored = transfer.sum_of(session, viewer, shape, steps.one)
    if (stored.rows, stored.sha256) != (entry.rows, entry.sha256):
        raise UnusableFileError(
            f"Bảng «{shape.name}» sau khi chép không giống bản sao lưu (mã {stored.sha256[:12]}, "
            f"cần {entry.sha256[:12]}); đã bỏ tất cả, không lưu gì."
        )
