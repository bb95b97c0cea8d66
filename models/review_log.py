"""What was decided about places, the latest first: for the list with its undo buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from geo.terms import Layer
from models.disclosure import visible
from models.review_queue import TABLES
from models.reviews import RowId, may_restore, placement_from
from models.tables import place_aliases, place_reviews
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class DecidedPlace:
    """One decision: who gave how many rows which commune, and whether it still stands.

    `commune_code` is None where no commune could be known. `first` is one of
    its rows. `remembered` says that the choice serves the next files too.
    `undone_at` is set when none of its rows stands any more. `may_undo` says
    that undoing leaves its first row inside the viewer's scope.
    """

    id: int
    at: datetime
    by_user: str
    n: int
    commune_code: str | None
    first: RowId
    remembered: bool
    undone_at: datetime | None
    undone_by: str | None
    may_undo: bool


def recent_decisions(session: Session, viewer: Viewer, limit: int = 20) -> list[DecidedPlace]:
    """The latest decisions about rows that the viewer sees.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()
    c = place_reviews.c
    groups = (
        select(func.min(c.id).label("id"), func.count().label("n"), func.count(c.undone_at))
        .where(_about_visible(viewer))
        .group_by(c.decision_id)
        .order_by(c.decision_id.desc())
        .limit(limit)
    )
    counts = {id_: (n, n - n_undone) for id_, n, n_undone in session.execute(groups)}
    active = select(place_aliases.c.id).where(place_aliases.c.active.is_(True))
    wanted = select(place_reviews, c.alias_id.in_(active).label("remembered"))
    rows = session.execute(wanted.where(c.id.in_(list(counts))).order_by(c.decision_id.desc()))
    return [_decided(viewer, row, *counts[row.id]) for row in rows]


def decided_since(session: Session, viewer: Viewer, since: datetime) -> int:
    """How many rows the viewer's people decided since a moment, without those undone."""
    viewer.require_write()
    c = place_reviews.c
    count = select(func.count()).select_from(place_reviews)
    wanted = count.where(c.at >= since, c.undone_at.is_(None), _about_visible(viewer))
    return session.scalar(wanted) or 0


def _about_visible(viewer: Viewer) -> ColumnElement[bool]:
    c = place_reviews.c
    return or_(
        *(
            (c.layer == layer.value)
            & select(table.c.id).where(table.c.id == c.record_id, visible(viewer, table)).exists()
            for layer, table in TABLES.items()
        )
    )


def _decided(viewer: Viewer, row: Row[Any], n: int, n_live: int) -> DecidedPlace:
    before = placement_from(row.before)
    return DecidedPlace(
        id=row.decision_id,
        at=row.at,
        by_user=row.by_user,
        n=n,
        commune_code=row.after["commune_code_now"],
        first=RowId(Layer(row.layer), row.record_id),
        remembered=bool(row.remembered),
        undone_at=None if n_live else row.undone_at,
        undone_by=None if n_live else row.undone_by,
        may_undo=n_live > 0 and may_restore(viewer, before),
    )
