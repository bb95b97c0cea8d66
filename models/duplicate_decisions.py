"""Decisions on pairs of incidents: one case or two, and taking that back.

Merging withdraws one of the two; the other stands as it is. Nothing is lost:
a decision can be undone, and the audit trail keeps every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from models import audit
from models.additions import MERGED, keep_others_from_writing
from models.case_reports import StoredReport
from models.duplicates import Pair, PairState, pairs_of
from models.errors import ConflictError, NotFoundError
from models.session import beyond_scope
from models.tables import duplicates, incidents
from models.viewers import Viewer


def merge(
    session: Session,
    viewer: Viewer,
    pair_id: int,
    *,
    keep_id: int | None = None,
    at: datetime | None = None,
) -> Pair:
    """Decide that two records are one case: one stands, the other no longer counts.

    Parameters
    ----------
    pair_id
        The pair.
    keep_id
        The incident that stands; by default the one proposed for it.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If there is no such pair in the viewer's scope.
    ConflictError
        If the pair was decided or a record withdrawn meanwhile, or an unverified
        record would stand for a verified one.
    """
    pair = _undecided(session, viewer, pair_id)
    kept, other = _as_chosen(pair, keep_id)
    ends = {"kept_id": kept.id, "other_id": other.id}
    settled = _decided(viewer, PairState.MERGED, at) | ends
    _settle(session, pair_id, settled, was=PairState.PROPOSED)
    if not _mark(session, other.id, None, MERGED):
        raise ConflictError(_GONE)
    detail = _detail(kept, other, None, MERGED)
    audit.record(session, viewer, "merge_incidents", f"incident:{other.id}", detail, at=at)
    return _reread(session, viewer, pair_id)


def _as_chosen(pair: Pair, keep_id: int | None) -> tuple[StoredReport, StoredReport]:
    """The report that stands, then the other."""
    kept, other = pair.kept, pair.other
    if keep_id == other.id:
        kept, other = other, kept
    elif keep_id not in (None, kept.id):
        raise NotFoundError(f"Vụ việc số {keep_id} không thuộc cặp số {pair.id}.")
    if other.verified and not kept.verified:
        raise ConflictError(
            f"«{kept.ref}» chưa xác minh nên không thể thay «{other.ref}» đã xác minh. "
            f"Hãy giữ «{other.ref}»."
        )
    return kept, other


def keep_apart(
    session: Session, viewer: Viewer, pair_id: int, *, at: datetime | None = None
) -> Pair:
    """Decide that two records are two cases; the pair is never proposed again.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If there is no such pair in the viewer's scope.
    ConflictError
        If the pair was decided meanwhile.
    """
    pair = _undecided(session, viewer, pair_id)
    settled = _decided(viewer, PairState.SEPARATE, at)
    _settle(session, pair_id, settled, was=PairState.PROPOSED)
    detail = _detail(pair.kept, pair.other, None, None)
    audit.record(session, viewer, "separate_incidents", f"incident:{pair.other.id}", detail, at=at)
    return _reread(session, viewer, pair_id)


def undo_decision(
    session: Session, viewer: Viewer, pair_id: int, *, at: datetime | None = None
) -> Pair:
    """Take a decision back: a merged record counts again, the pair waits once more.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If there is no such pair in the viewer's scope.
    ConflictError
        If there is no decision to take back.
    """
    viewer.require_write()
    keep_others_from_writing(session, incidents)
    pair = _reread(session, viewer, pair_id)
    if pair.state is PairState.PROPOSED:
        raise ConflictError("Cặp này chưa có quyết định nào để hoàn tác; hãy tải lại trang.")
    _reopen(session, viewer, pair, at)
    return _reread(session, viewer, pair_id)


def part_import(
    session: Session, viewer: Viewer, import_id: int, *, since: datetime, at: datetime
) -> int:
    """Take back the merges made `since` with records of an import that is being undone.

    What was merged into such a record counts again, else its case would be
    gone. Whoever may undo the import may do this, in the viewer's scope or not.
    How many pairs wait once more.
    """
    viewer.require_write()
    pairs = merges_with_import(session, viewer, import_id, since=since)
    for pair_id, kept_id, other_id in pairs:
        _settle(session, pair_id, _WAITING, was=PairState.MERGED)
        _bring_back(session, other_id)
        detail = {"kept": {"id": kept_id}, "other": {"id": other_id}, "import_id": import_id}
        audit.record(
            session, viewer, _UNDOING[PairState.MERGED], f"incident:{other_id}", detail, at=at
        )
    return len(pairs)


def merges_with_import(
    session: Session, viewer: Viewer, import_id: int, *, since: datetime
) -> list[tuple[int, int, int]]:
    """Merges made `since` with records of an import: pair, kept and other incident."""
    viewer.require_write()
    c = duplicates.c
    mine = select(incidents.c.id).where(incidents.c.import_id == import_id)
    merged = (
        select(c.id, c.kept_id, c.other_id)
        .where(c.state == PairState.MERGED, c.decided_at >= since)
        .where(or_(c.kept_id.in_(mine), c.other_id.in_(mine)))
        .order_by(c.id)
    )
    return [(id_, kept_id, other_id) for id_, kept_id, other_id in session.execute(merged)]


def _reopen(session: Session, viewer: Viewer, pair: Pair, at: datetime | None) -> None:
    _settle(session, pair.id, _WAITING, was=pair.state)
    after = pair.other.withdrawn
    if pair.state is PairState.MERGED and _bring_back(session, pair.other.id):
        after = None
    detail = _detail(pair.kept, pair.other, pair.other.withdrawn, after)
    action = _UNDOING[pair.state]
    audit.record(session, viewer, action, f"incident:{pair.other.id}", detail, at=at)


@beyond_scope
def _bring_back(session: Session, id_: int) -> bool:
    """Let a merged record count again unless it is merged elsewhere; whether it does."""
    c = duplicates.c
    elsewhere = exists().where(c.other_id == id_, c.state == PairState.MERGED)
    if session.scalar(select(elsewhere)):
        return False
    return _mark(session, id_, MERGED, None)


_GONE = "Cặp này đã được quyết định hoặc không còn hiệu lực; hãy tải lại."
_WAITING = {"state": PairState.PROPOSED, "decided_at": None, "decided_by": None}
_UNDOING = {
    PairState.MERGED: "undo_merge_incidents",
    PairState.SEPARATE: "undo_separate_incidents",
}


def _undecided(session: Session, viewer: Viewer, pair_id: int) -> Pair:
    viewer.require_write()
    keep_others_from_writing(session, incidents)
    pair = _reread(session, viewer, pair_id)
    if pair.state is not PairState.PROPOSED or pair.kept.withdrawn or pair.other.withdrawn:
        raise ConflictError(_GONE)
    return pair


def _settle(session: Session, pair_id: int, values: Mapping[str, Any], *, was: PairState) -> None:
    """Write a decision down, unless somebody was quicker."""
    c = duplicates.c
    statement = (
        update(duplicates).where(c.id == pair_id, c.state == was).values(**values).returning(c.id)
    )
    if session.execute(statement).first() is None:
        raise ConflictError("Cặp này vừa được người khác quyết định; hãy tải lại trang.")


def _decided(viewer: Viewer, state: PairState, at: datetime | None) -> dict[str, Any]:
    return {"state": state, "decided_at": at or datetime.now(UTC), "decided_by": viewer.name}


def _mark(session: Session, id_: int, before: str | None, after: str | None) -> bool:
    c = incidents.c
    stands = c.withdrawn.is_(None) if before is None else c.withdrawn == before
    marked = update(incidents).where(c.id == id_, stands).values(withdrawn=after)
    return session.execute(marked.returning(c.id)).first() is not None


def _detail(
    kept: StoredReport, other: StoredReport, before: str | None, after: str | None
) -> dict[str, Any]:
    return {
        "kept": {"id": kept.id},
        "other": {"id": other.id},
        "before": {"withdrawn": before},
        "after": {"withdrawn": after},
    }


def _reread(session: Session, viewer: Viewer, pair_id: int) -> Pair:
    found = pairs_of(session, viewer, [pair_id])
    if not found:
        raise NotFoundError(f"Không có cặp số {pair_id} trong phạm vi của tài khoản.")
    return found[0]
