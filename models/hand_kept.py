"""Records that a person may withdraw and bring back: campaigns, key routes.

Every earlier content is kept as a version; what a person withdrew no file brings back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Row, Table, select
from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import (
    BY_HAND,
    Added,
    K,
    Keyed,
    Rewrite,
    add_new,
    keep_others_from_writing,
    update_rows,
)
from models.errors import ConflictError
from models.record_versions import Content, NewVersion, content_of, keep_versions, stored_rows
from models.session import beyond_scope
from models.tables import campaigns, corridors, record_versions
from models.viewers import Viewer

HAND_KEPT: dict[Layer, Table] = {Layer.CAMPAIGNS: campaigns, Layer.CORRIDORS: corridors}
"""The layers whose records a person withdraws and brings back."""

_NAMES = {Layer.CAMPAIGNS: "Đợt", Layer.CORRIDORS: "Tuyến"}

_NEVER_CHANGED = ("created_at", "created_by")
_REASON = "withdrawn_because"
"""Under which a version keeps why the record was withdrawn then."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who withdrew a record, when and why."""

    reason: str
    by: str
    at: datetime


@beyond_scope
def add_kept(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    records: Sequence[K],
    row_of: Callable[[K], dict[str, Any]],
    *,
    import_id: int,
    at: datetime,
    store: Callable[[list[tuple[int, K]]], None] = lambda _stored: None,
    inside: ColumnElement[bool] | None = None,
) -> Added[K]:
    """Store what is new or changed; what a person withdrew stays as it is, in `put_away`.

    `row_of` and `inside` are those of `additions.add_new`; `store` gets the new and the
    changed records with their numbers. `at` (UTC) is when earlier contents were replaced.
    """
    table = HAND_KEPT[layer]
    keep_others_from_writing(session, table)
    away = withdrawn_by_hand(session, viewer, layer, records)

    def rewrite(items: list[Rewrite[K]]) -> None:
        rows = {item.id: lasting_values(item.row) for item in items}
        rewrite_kept(session, viewer, layer, rows, replaced_by_import=import_id, at=at)
        store([(item.id, item.record) for item in items])

    used = [record for record in records if (record.source, record.ref) not in away]
    added = add_new(
        session, viewer, table, used, row_of, store=store, rewrite=rewrite, inside=inside
    )
    left = tuple(record for record in records if (record.source, record.ref) in away)
    return replace(added, put_away=left)


def lasting_values(row: dict[str, Any]) -> dict[str, Any]:
    """The values of a row that takes the place of another; it is in use then."""
    kept = {name: value for name, value in row.items() if name not in _NEVER_CHANGED}
    return kept | {"withdrawn": None}


def withdrawn_by_hand(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - tells nothing but which keys stay away
    layer: Layer,
    records: Sequence[Keyed],
) -> set[tuple[str, str]]:
    """Source and ref of what a person withdrew, among the sources of some records."""
    c = HAND_KEPT[layer].c
    sources = sorted({record.source for record in records})
    statement = select(c.source, c.ref).where(c.source.in_(sources), c.withdrawn == BY_HAND)
    return {(source, ref) for source, ref in session.execute(statement)}


def rewrite_kept(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    rows: dict[int, dict[str, Any]],
    *,
    replaced_by_import: int | None,
    change: Content | None = None,
    at: datetime | None = None,
) -> None:
    """Write over records by their numbers; what they were becomes versions."""
    viewer.require_write()
    table = HAND_KEPT[layer]
    old = stored_rows(session, table, list(rows))
    noted = {"change": change or {}}
    versions = [
        NewVersion(str(id_), _version_content(table, old[id_]) | noted, old[id_].import_id)
        for id_ in rows
    ]
    keep_versions(session, viewer, layer, versions, replaced_by_import=replaced_by_import, at=at)
    update_rows(session, table, rows)


class Kept(Protocol):
    """A stored record that a person may withdraw."""

    @property
    def id(self) -> int:
        """Its number here."""

    @property
    def source(self) -> str:
        """The issuing body."""

    @property
    def ref(self) -> str:
        """Its number there."""

    @property
    def withdrawn(self) -> str | None:
        """Why it is out of use, None where it is in use."""


def hold_kept(session: Session, viewer: Viewer, layer: Layer) -> None:
    """Keep others from writing records of a layer until the transaction ends."""
    viewer.require_write()
    keep_others_from_writing(session, HAND_KEPT[layer])


def change_kept(
    session: Session, viewer: Viewer, layer: Layer, old: Kept, row: dict[str, Any], *, at: datetime
) -> bool:
    """Give a record other content, the one it had is kept; whether anything changed.

    Its source and ref stay. `ConflictError` if it is withdrawn.
    """
    if old.withdrawn is not None:
        raise ConflictError(f"{_NAMES[layer]} này đã bị rút; hãy khôi phục rồi sửa.")
    row = lasting_values(row) | {"source": old.source, "ref": old.ref}
    c = HAND_KEPT[layer].c
    if session.scalar(select(c.content_sha256).where(c.id == old.id)) == row["content_sha256"]:
        return False
    rewrite_kept(session, viewer, layer, {old.id: row}, replaced_by_import=None, at=at)
    return True


def withdraw_kept(
    session: Session, viewer: Viewer, layer: Layer, was: Kept, reason: str, *, at: datetime
) -> None:
    """Take a record out of use, with a reason; `ConflictError` if it is withdrawn already."""
    if was.withdrawn is not None:
        raise ConflictError(f"{_NAMES[layer]} này đã bị rút rồi.")
    put_away(session, viewer, layer, was.id, reason, at=at)


def restore_kept(
    session: Session, viewer: Viewer, layer: Layer, was: Kept, *, at: datetime
) -> None:
    """Bring a record back; `ConflictError` if no person withdrew it."""
    name = _NAMES[layer]
    if was.withdrawn is None:
        raise ConflictError(f"{name} này đang được dùng; không có gì để khôi phục.")
    if was.withdrawn != BY_HAND:
        raise ConflictError(f"{name} này không phải do người rút; hãy nhập lại tệp của nó.")
    bring_back(session, viewer, layer, was.id, at=at)


def put_away(
    session: Session, viewer: Viewer, layer: Layer, id: int, reason: str, *, at: datetime
) -> None:
    """Take a record out of use, with a reason; nothing of it is lost."""
    rows, change = {id: {"withdrawn": BY_HAND}}, {_REASON: reason}
    rewrite_kept(session, viewer, layer, rows, replaced_by_import=None, change=change, at=at)


def bring_back(session: Session, viewer: Viewer, layer: Layer, id: int, *, at: datetime) -> None:
    """Let a record be in use again."""
    rows = {id: {"withdrawn": None}}
    rewrite_kept(session, viewer, layer, rows, replaced_by_import=None, at=at)


def last_withdrawal(session: Session, viewer: Viewer, layer: Layer, id: int) -> Withdrawal:  # noqa: ARG001 - the caller has found the record
    """Who last withdrew a record by hand, and why; somebody must have."""
    c = record_versions.c
    mine = (c.layer == layer.value, c.record_key == str(id))
    versions = session.execute(select(record_versions).where(*mine).order_by(c.id.desc()))
    return next(
        Withdrawal(row.content["change"][_REASON], row.replaced_by, row.replaced_at)
        for row in versions.all()
        if _REASON in row.content.get("change", {})
    )


def _version_content(table: Table, row: Row[Any]) -> Content:
    """What of a stored record can change, as versions keep it."""
    content = content_of(table, row)
    return {name: value for name, value in content.items() if name not in _NEVER_CHANGED}
