"""Moving a site to another database, of the same kind or the other, with nothing lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import audit, revision, transfer
from models.errors import ConflictError
from models.session import Database, Session, unit_of_work
from models.table_lines import Shape
from models.transfer import Sum, Summing
from models.viewers import Viewer
from webapp.services.backup_file import checksum_of
from webapp.services.backups import Progress, Steps


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table that was copied: the same rows on both sides."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied; `checksum` is one SHA-256 over all tables, as a backup has it."""

    tables: tuple[CopiedTable, ...]

    @property
    def checksum(self) -> str:
        """One SHA-256 for the whole site."""
        return checksum_of((table.name, table.sha256) for table in self.tables)


def copy_site(
    source: Database, target: Database, viewer: Viewer, *, at: datetime, progress: Progress
) -> Copied:
    """Copy one state of everything into a database without data.

    All of it in one transaction, which ends well only where every table, read back, is the same:
    counts and SHA-256. Others may go on writing in the source; what they write from here on is
    not copied.

    Raises
    ------
    ConflictError
        If the target holds data, or a table came out different; the target stays empty.
    SchemaError
        If the source has not the schema of this version.
    """
    revision.check(source)
    with unit_of_work(source, viewer, read_only=True) as reading:
        found = transfer.contents(reading, viewer)
        total = sum(transfer.count_rows(reading, viewer, shape) for shape in found.tables)
        transfer.make_ready(target, found.revision)
        steps = Steps(2 * total, progress)
        with unit_of_work(target, viewer) as writing:
            transfer.require_empty(writing, viewer, found.tables, target.shown_url)
            copied = Copied(
                tuple(_copy(reading, writing, viewer, shape, steps) for shape in found.tables)
            )
            _write_down(source, writing, viewer, copied, at)
    return copied


def _copy(
    reading: Session, writing: Session, viewer: Viewer, shape: Shape, steps: Steps
) -> CopiedTable:
    summing = Summing(steps.one)
    lines = summing.through(transfer.read_lines(reading, viewer, shape))
    transfer.copy_in(writing, viewer, shape, lines)
    _require_same(shape, summing.sum, transfer.sum_of(writing, viewer, shape, steps.one))
    return CopiedTable(shape.name, summing.rows, summing.sum.sha256)


def _require_same(shape: Shape, read: Sum, stored: Sum) -> None:
    if read != stored:
        raise ConflictError(
            f"Bảng «{shape.name}» sau khi chép không giống nguồn ({read.rows} dòng, mã "
            f"{read.sha256[:12]}; ở đích {stored.rows} dòng, mã {stored.sha256[:12]}); đã bỏ tất "
            "cả, cơ sở dữ liệu đích vẫn trống."
        )


def _write_down(
    source: Database, writing: Session, viewer: Viewer, copied: Copied, at: datetime
) -> None:
    """On both sides, and in the source before the copy stands."""
    told = {"rows": sum(table.rows for table in copied.tables), "checksum": copied.checksum}
    with unit_of_work(source, viewer) as session:
        audit.record(session, viewer, "copy", "out", told, at=at)
    audit.record(writing, viewer, "copy", "in", told, at=at)
