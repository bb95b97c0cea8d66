"""Imports: which file brought what, and the rows that were not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, true, update
from sqlalchemy.orm import Session

from geo.records import RejectedRow
from geo.terms import Layer
from models.errors import NotFoundError
from models.tables import imports, rejected_rows
from models.viewers import Role, ScopeKind, Viewer


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file that was read: what it is and what of its columns was used."""

    layer: Layer
    file_name: str
    file_sha256: str
    source: str
    dropped_columns: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImport(NewImport):
    """An import: how many rows were stored, were there already, were not taken.

    `changed` counts those that took the place of other content; `undone_at` and
    `undone_by` say that it was taken back as a whole.
    """

    id: int
    at: datetime
    by_user: str
    accepted: int
    unchanged: int
    rejected: int
    changed: int = 0
    undone_at: datetime | None = None
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """An import with the rows that were not taken, by line."""

    stored: StoredImport
    rejected_rows: tuple[RejectedRow, ...]


def add_import(
    session: Session,
    viewer: Viewer,
    new: NewImport,
    *,
    at: datetime | None = None,
) -> int:
    """Record an import; its id. `finish_import` adds the counts.

    Raises
    ------
    NotAllowedError
        If the viewer may not write; a commune officer may declare indicators.
    """
    _require_bringer(viewer, new.layer)
    statement = insert(imports).values(
        layer=new.layer,
        file_name=new.file_name,
        file_sha256=new.file_sha256,
        source=new.source,
        at=at or datetime.now(UTC),
        by_user=viewer.name,
        accepted=0,
        unchanged=0,
        rejected=0,
        changed=0,
        dropped_columns=list(new.dropped_columns),
        ignored_columns=list(new.ignored_columns),
        warnings=list(new.warnings),
        titles=list(new.titles),
        headings=list(new.headings),
    )
    return int(session.execute(statement.returning(imports.c.id)).scalar_one())


def finish_import(
    session: Session,
    viewer: Viewer,
    import_id: int,
    *,
    accepted: int,
    unchanged: int,
    rejected: int,
    changed: int = 0,
    more_warnings: Sequence[str] = (),
) -> None:
    """Say what became of the rows of one's own import; warnings join those there are.

    Raises
    ------
    NotFoundError
        If the viewer recorded no such import.
    """
    own = (imports.c.id == import_id, imports.c.by_user == viewer.name)
    found = session.execute(select(imports.c.warnings, imports.c.layer).where(*own)).first()
    if found is None:
        viewer.require_write()
        raise _missing(import_id)
    _require_bringer(viewer, Layer(found.layer))
    warnings = found.warnings
    counts = {
        **{"accepted": accepted, "unchanged": unchanged},
        **{"rejected": rejected, "changed": changed},
    }
    statement = update(imports).where(*own)
    session.execute(statement.values(**counts, warnings=[*warnings, *more_warnings]))


def add_rejected(
    session: Session, viewer: Viewer, import_id: int, rows: Sequence[RejectedRow]
) -> None:
    """Keep the rows that were not taken."""
    if not rows:
        return
    viewer.require_write()
    values = [
        {
            "import_id": import_id,
            "line": row.line,
            "column": row.column,
            "value": row.value,
            "reason": row.reason,
            "cells": [[heading, cell] for heading, cell in row.cells.items()],
        }
        for row in rows
    ]
    session.connection().execute(insert(rejected_rows), values)


def list_imports(session: Session, viewer: Viewer, limit: int | None = 50) -> list[StoredImport]:
    """Imports the viewer may see, the latest first."""
    statement = select(imports).where(_readable(viewer)).order_by(imports.c.id.desc()).limit(limit)
    return [_stored(row) for row in session.execute(statement)]


def import_detail(session: Session, viewer: Viewer, import_id: int) -> ImportDetail:
    """One import with its rejected rows; these only for who may write.

    A refused row may give the address of a home of no known commune.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    """
    stored = find_import(session, viewer, import_id)
    if not viewer.may_write:
        return ImportDetail(stored, ())
    c = rejected_rows.c
    statement = (
        select(c.line, c.column, c.value, c.reason, c.cells)
        .where(c.import_id == import_id)
        .order_by(c.line, c.id)
    )
    rejected = tuple(
        RejectedRow(line, column, value, reason, dict(cells))
        for line, column, value, reason, cells in session.execute(statement)
    )
    return ImportDetail(stored, rejected)


def find_import(session: Session, viewer: Viewer, import_id: int) -> StoredImport:
    """One import.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    """
    wanted = select(imports).where(imports.c.id == import_id, _readable(viewer))
    row = session.execute(wanted).first()
    if row is None:
        raise _missing(import_id)
    return _stored(row)


def _require_bringer(viewer: Viewer, layer: Layer) -> None:
    """A commune officer brings nothing but what the own commune declares."""
    if viewer.role is not Role.COMMUNE or layer is not Layer.INDICATORS:
        viewer.require_write()


def _readable(viewer: Viewer) -> ColumnElement[bool]:
    """A file may speak of any place: the nation sees all, others what they brought."""
    if viewer.scope.kind is ScopeKind.NATION:
        return true()
    return imports.c.by_user == viewer.name


def _missing(import_id: int) -> NotFoundError:
    return NotFoundError(f"Không có lần nhập số {import_id} trong phạm vi của tài khoản.")


def _stored(row: Row[Any]) -> StoredImport:
    return StoredImport(
        id=row.id,
        at=row.at,
        by_user=row.by_user,
        layer=Layer(row.layer),
        file_name=row.file_name,
        file_sha256=row.file_sha256,
        source=row.source,
        dropped_columns=tuple(row.dropped_columns),
        ignored_columns=tuple(row.ignored_columns),
        warnings=tuple(row.warnings),
        accepted=row.accepted,
        unchanged=row.unchanged,
        rejected=row.rejected,
        changed=row.changed,
        titles=tuple(row.titles),
        headings=tuple(row.headings),
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )
