"""The hotspot register: adding and reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, union
from sqlalchemy.orm import Session

from geo.records import Hotspot, HotspotEvent, Placement
from geo.terms import HotspotKind, Layer
from models.additions import Added, Rewrite, add_new, digest_of, place_parts
from models.corrections import RecordedEvent, effective_events
from models.disclosure import GRID_M, disclosed, sees_dwellings, visible, widened
from models.errors import ConflictError, NotFoundError
from models.hand_entries import part_overruled
from models.hotspot_events import (
    drop_events,
    event_contents,
    events_of,
    histories_of,
    insert_events,
)
from models.placements import (
    Bbox,
    inside,
    placement_of,
    placement_values,
    query_of,
    query_text,
)
from models.record_versions import parts_of, rewrite_records
from models.tables import hotspots
from models.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHotspot(Hotspot):
    """A hotspot with its number here and the import it came by."""

    id: int
    import_id: int


def add_hotspots(
    session: Session,
    viewer: Viewer,
    records: Sequence[Hotspot],
    import_id: int,
    *,
    at: datetime | None = None,
) -> Added[Hotspot]:
    """Store the hotspots that are new, with their histories.

    One that changed keeps its earlier content as a version. Its history only
    grows: events that are not there yet are added, none is rewritten, and one that
    a person corrected or took out does not come back. One that had been withdrawn
    comes back with the events given here alone. One that a person corrected on the map
    stays so while the file says what stood before.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()
    recorded_at = at or datetime.now(UTC)

    def store(fresh: list[tuple[int, Hotspot]]) -> None:
        events = [(id_, event) for id_, record in fresh for event in record.events]
        insert_events(session, events, at=recorded_at, by=viewer.name)

    def rewrite(items: list[Rewrite[Hotspot]]) -> None:
        _rewrite(session, viewer, items, recorded_at)

    def row_of(record: Hotspot) -> dict[str, Any]:
        return _values(record, import_id)

    new, kept = part_overruled(
        session, viewer, Layer.HOTSPOTS, records, digest=_said, import_id=import_id
    )
    added = add_new(session, viewer, hotspots, new, row_of, store=store, rewrite=rewrite)
    return replace(added, unchanged=added.unchanged + len(kept), by_hand=kept)


def _rewrite(
    session: Session, viewer: Viewer, items: Sequence[Rewrite[Hotspot]], at: datetime
) -> None:
    ids = [item.id for item in items]
    parts = parts_of(session, Layer.HOTSPOTS, ids)
    # The history of an undone import is not that of the hotspot: it begins anew.
    dropped = drop_events(session, [item.id for item in items if item.revived])
    histories = histories_of(session, ids)
    notes: dict[int, dict[str, Any]] = {}
    for item in items:
        notes[item.id] = _grow(session, viewer, item, histories.get(item.id, []), at)
        if item.id in dropped:
            notes[item.id]["events_dropped"] = dropped[item.id]
    for id_, events in event_contents(session, ids).items():
        notes[id_]["events_after"] = events
    rewrite_records(
        session, viewer, Layer.HOTSPOTS, hotspots, items, parts=parts, notes=notes, at=at
    )


def _grow(
    session: Session,
    viewer: Viewer,
    item: Rewrite[Hotspot],
    history: Sequence[RecordedEvent],
    at: datetime,
) -> dict[str, Any]:
    """Add the events of a file that were never recorded; what became of the others."""
    said = {(e.event.type, e.event.on) for e in history if not e.takes_out}
    named = {(event.type, event.on) for event in item.record.events}
    new = [(item.id, e) for e in item.record.events if (e.type, e.on) not in said]
    standing = [each.event for each in effective_events(history)]
    kept = [[e.type.value, e.on.isoformat()] for e in standing if (e.type, e.on) not in named]
    added = insert_events(session, new, at=at, by=viewer.name)
    return {"events_added": added, "events_kept": kept}


def find_hotspots(
    session: Session,
    viewer: Viewer,
    province_code: str | None = None,
    commune_code: str | None = None,
    *,
    kinds: Sequence[HotspotKind] = (),
    bbox: Bbox | None = None,
) -> list[StoredHotspot]:
    """Hotspots as the viewer may see them, by ref; of some `kinds` or of all.

    `bbox` is west, south, east, north in degrees; a dwelling is in it where
    the viewer sees it, not where it is.
    """
    wanted: list[ColumnElement[bool]] = []
    if kinds:
        wanted.append(hotspots.c.kind.in_([kind.value for kind in kinds]))
    if province_code is not None:
        wanted.append(hotspots.c.province_code == province_code)
    if commune_code is not None:
        wanted.append(hotspots.c.commune_code_now == commune_code)
    if bbox is not None:
        wanted.append(inside(session, hotspots, widened(bbox, GRID_M)))
    found = _read(session, viewer, wanted)
    return found if bbox is None else [h for h in found if _within(h.placement, bbox)]


def hotspots_in_each(
    session: Session, viewer: Viewer, boxes: Sequence[Bbox]
) -> list[list[StoredHotspot]]:
    """For each box in degrees the hotspots as `find_hotspots` gives them, read at once."""
    ids = [
        select(hotspots.c.id).where(inside(session, hotspots, widened(box, GRID_M)))
        for box in boxes
    ]
    found = _read(session, viewer, [hotspots.c.id.in_(union(*ids))]) if ids else []
    return [[spot for spot in found if _within(spot.placement, box)] for box in boxes]


def hotspot_by_ref(
    session: Session, viewer: Viewer, ref: str, source: str | None = None
) -> StoredHotspot:
    """One hotspot as the viewer may see it.

    Raises
    ------
    NotFoundError
        If there is none in the viewer's scope.
    ConflictError
        If several bodies issued the ref and `source` does not say which is meant.
    """
    wanted = [hotspots.c.ref == ref]
    if source is not None:
        wanted.append(hotspots.c.source == source)
    found = _read(session, viewer, wanted)
    if not found:
        raise NotFoundError(f"Không có điểm «{ref}» trong phạm vi của tài khoản.")
    if len(found) > 1:
        sources = ", ".join(h.source for h in found)
        raise ConflictError(f"Có nhiều điểm mang mã «{ref}»: {sources}. Hãy chọn một nguồn.")
    return found[0]


def hotspots_by_id(
    session: Session, viewer: Viewer, ids: Sequence[int]
) -> dict[int, StoredHotspot]:
    """The hotspots of these numbers that the viewer sees, by number."""
    return {spot.id: spot for spot in _read(session, viewer, [hotspots.c.id.in_(ids)])}


def history_of(session: Session, viewer: Viewer, id: int) -> list[RecordedEvent]:
    """All that was ever recorded of a hotspot, in that order, as the viewer may see it.

    Raises
    ------
    NotFoundError
        If there is none in the viewer's scope.
    """
    row = session.execute(
        select(hotspots).where(hotspots.c.id == id, visible(viewer, hotspots))
    ).first()
    if row is None:
        raise NotFoundError(f"Không có điểm số {id} trong phạm vi của tài khoản.")
    history = histories_of(session, [id]).get(id, [])
    if not row.is_dwelling or sees_dwellings(viewer, row.province_code, row.commune_code_now):
        return history
    return [
        replace(each, event=HotspotEvent(each.event.type, each.event.on), recorded_by="")
        for each in history
    ]


def _read(
    session: Session, viewer: Viewer, wanted: Sequence[ColumnElement[bool]]
) -> list[StoredHotspot]:
    statement = (
        select(hotspots)
        .where(visible(viewer, hotspots), *wanted)
        .order_by(hotspots.c.ref, hotspots.c.source)
    )
    rows = session.execute(statement).all()
    events = events_of(session, [row.id for row in rows])
    return [disclosed(viewer, _stored(row, tuple(events.get(row.id, ())))) for row in rows]


def _within(placement: Placement, bbox: Bbox) -> bool:
    west, south, east, north = bbox
    if placement.lon is None or placement.lat is None:
        return False
    return west <= placement.lon <= east and south <= placement.lat <= north


def _said(record: Hotspot) -> str:
    return _digest(record, query_text(record.place))


def _digest(record: Hotspot, written: str) -> str:
    events = [(e.type.value, e.on.isoformat(), e.note) for e in record.events]
    return digest_of(
        record.name,
        record.kind,
        record.is_dwelling,
        record.address_text,
        events,
        *place_parts(written, record.placement),
    )


def _values(record: Hotspot, import_id: int) -> dict[str, Any]:
    written = query_text(record.place)
    return {
        "source": record.source,
        "ref": record.ref,
        "name": record.name,
        "kind": record.kind.value,
        "is_dwelling": record.is_dwelling,
        "address_text": record.address_text,
        **placement_values(record.placement),
        "place_query": written,
        "import_id": import_id,
        "line": record.line,
        "content_sha256": _digest(record, written),
    }


def _stored(row: Row[Any], events: tuple[HotspotEvent, ...]) -> StoredHotspot:
    return StoredHotspot(
        id=row.id,
        import_id=row.import_id,
        ref=row.ref,
        source=row.source,
        name=row.name,
        kind=HotspotKind(row.kind),
        placement=placement_of(row),
        events=events,
        address_text=row.address_text,
        is_dwelling=row.is_dwelling,
        line=row.line,
        place=query_of(row.place_query),
    )
