"""Decisions of a person about the place of records: made, listed, undone, ended.

A decision covers the rows that say the same place. It keeps what was before
and after, so that undoing it changes only what nobody has changed since.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from geo.records import Candidate, Placement, PlaceQuery
from geo.terms import Layer, Precision
from models.additions import chunks, keep_others_from_writing
from models.disclosure import visible
from models.errors import NotFoundError
from models.placements import (
    NOTHING_WRITTEN,
    placement_of,
    query_of,
    query_text,
    renew,
    unlinked,
)
from models.review_queue import TABLES
from models.tables import place_reviews
from models.viewers import Viewer

METHOD = "review"
"""Method of a placement that a person decided."""


class RowId(NamedTuple):
    """A record by its layer and number."""

    layer: Layer
    id: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A record as far as its place is concerned; `waiting` says that nobody has decided."""

    row: RowId
    source: str
    ref: str
    import_id: int
    line: int | None
    placement: Placement
    place: PlaceQuery

    @property
    def waiting(self) -> bool:
        """Whether the record still is in the queue."""
        placed = self.placement
        unplaced = placed.precision in (Precision.PROVINCE, Precision.UNLOCATED)
        return placed.method != METHOD and (placed.confidence < 0.9 or unplaced)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did; `changed_since` records were left as they are.

    `alias_id` is the remembered choice that came with the decision, for `commune_code`.
    What was `restored` lies as it did when the decision was made, at `decided_at`:
    on the map of that day.
    """

    decided_at: datetime
    restored: tuple[RowId, ...]
    changed_since: tuple[RowId, ...]
    alias_id: int | None
    commune_code: str | None


def review_rows(
    session: Session, viewer: Viewer, ids: Iterable[RowId], *, lock: bool = False
) -> list[ReviewRow]:
    """Records inside the viewer's scope by number; `lock` keeps others from writing them.

    That holds until the transaction ends. The tables are held, as an import
    holds them: who held single rows would wait for an import that waits for them.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()
    by_layer: dict[Layer, list[int]] = {}
    for layer, id_ in ids:
        by_layer.setdefault(layer, []).append(id_)
    if lock:
        hold_places(session, viewer, by_layer)
    found = []
    for layer, numbers in by_layer.items():
        table = TABLES[layer]
        for chunk in chunks(sorted(set(numbers))):
            wanted = select(table).where(visible(viewer, table), table.c.id.in_(chunk))
            wanted = wanted.order_by(table.c.id)
            found += [_review_row(layer, row) for row in session.execute(wanted)]
    return found


def hold_places(session: Session, viewer: Viewer, layers: Container[Layer]) -> None:
    """Keep others from writing records of layers until the transaction ends."""
    viewer.require_write()
    for layer, table in TABLES.items():  # everybody in this order
        if layer in layers:
            keep_others_from_writing(session, table)


def add_decision(
    session: Session,
    viewer: Viewer,
    changes: Sequence[tuple[ReviewRow, Placement]],
    alias_id: int | None,
    *,
    at: datetime,
) -> int:
    """Put decided placements in the place of the old ones; the number of the decision."""
    viewer.require_write()
    ids = [each.row for each, _ in changes]
    end_decisions(session, viewer, ids, at=at, reason=viewer.name)  # of earlier contents
    values = [
        {
            "layer": each.row.layer.value,
            "record_id": each.row.id,
            "before": placement_json(each.placement),
            "after": placement_json(after),
            "alias_id": alias_id,
            "at": at,
            "by_user": viewer.name,
        }
        for each, after in changes
    ]
    first, *others = values
    new = insert(place_reviews).values(**first, decision_id=0).returning(place_reviews.c.id)
    decision_id = int(session.execute(new).scalar_one())
    of_first = place_reviews.c.id == decision_id
    session.execute(update(place_reviews).where(of_first).values(decision_id=decision_id))
    if others:
        session.execute(
            insert(place_reviews), [{**each, "decision_id": decision_id} for each in others]
        )
    put_places(session, viewer, [(each.row, after) for each, after in changes])
    return decision_id


def undo_decision(session: Session, viewer: Viewer, decision_id: int, *, at: datetime) -> Undone:
    """Take a decision back for the records that nobody has changed since.

    Raises
    ------
    NotFoundError
        If there is no such decision inside the viewer's scope, or it is undone already.
    """
    viewer.require_write()
    c = place_reviews.c
    layers = session.scalars(select(c.layer).where(c.decision_id == decision_id).distinct())
    hold_places(session, viewer, [Layer(layer) for layer in layers])
    of_decision = select(place_reviews).where(c.decision_id == decision_id, c.undone_at.is_(None))
    live = session.execute(of_decision).all()
    ids = [RowId(Layer(review.layer), review.record_id) for review in live]
    rows = {each.row: each for each in review_rows(session, viewer, ids)}
    both = [(review, rows[id_]) for review, id_ in zip(live, ids, strict=True) if id_ in rows]
    mine = [(review, row, placement_from(review.before)) for review, row in both]
    mine = [item for item in mine if may_restore(viewer, item[2])]
    if not mine:
        raise NotFoundError(
            "Không còn quyết định này để hoàn tác trong phạm vi của tài khoản. Hãy tải lại trang."
        )
    restored = [
        (row.row, before)
        for review, row, before in mine
        if unlinked(row.placement) == placement_from(review.after)
    ]
    put_places(session, viewer, restored)
    _mark_undone(session, [review.id for review, _, _ in mine], viewer.name, at)
    kept = {id_ for id_, _ in restored}
    return Undone(
        decided_at=mine[0][0].at,
        restored=tuple(sorted(kept)),
        changed_since=tuple(row.row for _, row, _ in mine if row.row not in kept),
        alias_id=mine[0][0].alias_id,
        commune_code=mine[0][0].after["commune_code_now"],
    )


def end_decisions(
    session: Session, viewer: Viewer, ids: Iterable[RowId], *, at: datetime, reason: str
) -> int:
    """Mark the live decisions about records as no longer valid; how many there were.

    The placements are the caller's business.
    """
    viewer.require_write()
    by_layer: dict[Layer, list[int]] = {}
    for layer, id_ in ids:
        by_layer.setdefault(layer, []).append(id_)
    c, ended = place_reviews.c, 0
    for layer, numbers in by_layer.items():
        for chunk in chunks(numbers):
            of = (c.layer == layer.value, c.record_id.in_(chunk), c.undone_at.is_(None))
            live = session.scalars(select(c.id).where(*of)).all()
            _mark_undone(session, live, reason, at)
            ended += len(live)
    return ended


def decided_places(
    session: Session, viewer: Viewer, layer: Layer, source: str
) -> dict[str, tuple[str, Placement]]:
    """Decisions that stand for records of a source: by ref the written place and the placement.

    A record without a written place is left out: its next version cannot be
    known to say the same.
    """
    viewer.require_write()
    table = TABLES[layer]
    wanted = select(table).where(
        visible(viewer, table), table.c.source == source, table.c.geocode_method == METHOD
    )
    rows = [(row, query_text(query_of(row.place_query))) for row in session.execute(wanted)]
    return {row.ref: (text, placement_of(row)) for row, text in rows if text != NOTHING_WRITTEN}


def may_restore(viewer: Viewer, before: Placement) -> bool:
    """Whether undoing leaves a record where the viewer sees it."""
    return viewer.scope.covers(before.province_code, before.commune_code_now)


def placement_json(placement: Placement) -> dict[str, Any]:
    """A placement as JSON that gives the very same placement back."""
    return {
        "precision": placement.precision.value,
        "commune_code": placement.commune_code,
        "commune_code_now": placement.commune_code_now,
        "province_code": placement.province_code,
        "lon": placement.lon,
        "lat": placement.lat,
        "method": placement.method,
        "confidence": placement.confidence,
        "candidates": [[c.commune_code, c.score] for c in placement.candidates],
        "warnings": list(placement.warnings),
    }


def placement_from(value: dict[str, Any]) -> Placement:
    """The placement back from its JSON."""
    return Placement(
        **{
            **value,
            "precision": Precision(value["precision"]),
            "candidates": tuple(Candidate(code, score) for code, score in value["candidates"]),
            "warnings": tuple(value["warnings"]),
        }
    )


def put_places(session: Session, viewer: Viewer, items: Sequence[tuple[RowId, Placement]]) -> None:
    """Put new placements in the place of old ones; records out of scope stay as they are."""
    for layer, table in TABLES.items():
        of_layer = [(row.id, placement) for row, placement in items if row.layer is layer]
        renew(session, viewer, table, of_layer)


def _mark_undone(session: Session, ids: Sequence[int], by: str, at: datetime) -> None:
    for chunk in chunks(ids):
        of = place_reviews.c.id.in_(chunk)
        session.execute(update(place_reviews).where(of).values(undone_at=at, undone_by=by))


def _review_row(layer: Layer, row: Row[Any]) -> ReviewRow:
    return ReviewRow(
        row=RowId(layer, row.id),
        source=row.source,
        ref=row.ref,
        import_id=row.import_id,
        line=row.line,
        placement=placement_of(row),
        place=query_of(row.place_query),
    )
