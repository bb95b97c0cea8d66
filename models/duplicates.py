"""Pairs of incidents that may be one case: what is proposed, what was decided.

Decisions are made in `models.duplicate_decisions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from models.case_reports import StoredReport, read_reports
from models.disclosure import in_scope, visible
from models.tables import duplicates, incidents
from models.viewers import Viewer

_kept: Any = incidents.alias("kept")
_other: Any = incidents.alias("other")


class PairState(StrEnum):
    """What became of a pair."""

    PROPOSED = "proposed"
    MERGED = "merged"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reports that may be of one case.

    `kept` stands when they are merged. `signs` are codes of `geo.likeness.SIGNS`,
    `score` from 0 to 1 orders the proposals.
    """

    id: int
    state: PairState
    kept: StoredReport
    other: StoredReport
    distance_m: float | None
    score: float
    signs: tuple[str, ...]
    similarity: float | None
    same_body: bool
    decided_at: datetime | None
    decided_by: str | None


def count_proposals(session: Session, viewer: Viewer) -> int:
    """How many pairs wait for a decision of this viewer."""
    return session.scalar(_open(viewer, func.count())) or 0


def list_proposals(
    session: Session, viewer: Viewer, *, offset: int = 0, limit: int = 20
) -> list[Pair]:
    """Pairs that wait for a decision, the likeliest first; both records are visible."""
    c = duplicates.c
    scored = session.execute(_open(viewer, c.id, c.reasons)).all()
    ranked = sorted(scored, key=lambda row: (-row.reasons["score"], row.id))
    return pairs_of(session, viewer, [row.id for row in ranked[offset : offset + limit]])


def list_decided(session: Session, viewer: Viewer, limit: int = 10) -> list[Pair]:
    """What was decided last, the latest first."""
    c = duplicates.c
    statement = (
        _joined(c.id)
        .where(c.state != PairState.PROPOSED, in_scope(viewer, _kept), in_scope(viewer, _other))
        .order_by(c.decided_at.desc(), c.id.desc())
        .limit(limit)
    )
    return pairs_of(session, viewer, session.scalars(statement).all())


def pairs_with(session: Session, viewer: Viewer, incident_id: int) -> list[Pair]:
    """The pairs that an incident is in, proposed or decided, the likeliest first."""
    c = duplicates.c
    mine = (c.kept_id == incident_id) | (c.other_id == incident_id)
    ids = session.scalars(select(c.id).where(mine).order_by(c.id)).all()
    return sorted(pairs_of(session, viewer, ids), key=lambda pair: (-pair.score, pair.id))


def pairs_of(session: Session, viewer: Viewer, ids: Sequence[int]) -> list[Pair]:
    """The pairs of these numbers in their order, both records in the viewer's scope."""
    rows = session.execute(select(duplicates).where(duplicates.c.id.in_(ids))).all()
    ends = [id_ for row in rows for id_ in (row.kept_id, row.other_id)]
    reports = read_reports(session, viewer, ends)
    of_id = {row.id: row for row in rows if {row.kept_id, row.other_id} <= reports.keys()}
    return [_pair(of_id[id_], reports) for id_ in ids if id_ in of_id]


def _pair(row: Row[Any], reports: Mapping[int, StoredReport]) -> Pair:
    coarse = reports[row.kept_id].in_square or reports[row.other_id].in_square
    return Pair(
        id=row.id,
        state=PairState(row.state),
        kept=reports[row.kept_id],
        other=reports[row.other_id],
        distance_m=None if coarse else row.distance_m,
        score=row.reasons["score"],
        signs=tuple(row.reasons["signs"]),
        similarity=row.reasons["similarity"],
        same_body=row.reasons["same_body"],
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _joined(*columns: ColumnElement[Any]) -> Select[Any]:
    c = duplicates.c
    return (
        select(*columns)
        .select_from(duplicates)
        .join(_kept, _kept.c.id == c.kept_id)
        .join(_other, _other.c.id == c.other_id)
    )


def _open(viewer: Viewer, *columns: ColumnElement[Any]) -> Select[Any]:
    c = duplicates.c
    seen = and_(visible(viewer, _kept), visible(viewer, _other))
    return _joined(*columns).where(c.state == PairState.PROPOSED, seen)
