"""Place stored records again when another map is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from geo.geocode import Geocoder
from geo.records import Placement
from geo.terms import Precision
from models import audit, communes, corridor_crossings, renewals, reviews
from models.errors import ConflictError
from models.placements import MAP_CLICK, MIDDLE_OF_CLUSTER, OF_CLUSTER, unlinked
from models.renewals import Stamp, WrittenRow
from models.reviews import METHOD, RowId
from models.session import Database, Session, acting_for, unit_of_work
from models.viewers import SITE, Viewer
from webapp.services.consequences import PLACED_LAYERS, class_anew, link_everything
from webapp.services.place_memory import (
    CONFIDENT,
    CommuneChoice,
    PlaceMemory,
    commune_choices,
    read_memory,
)
from webapp.services.places import current_map_id, load_geocoder

ENDED = "hệ thống: ranh giới mới"
"""Who ends a decision whose commune the new map does not have, or no longer around the point."""

OVERTAKEN = (
    "Một bản ranh giới khác vừa được cài trong khi định vị lại. Không có gì bị thay đổi ở đây: "
    "lần cài ấy tự định vị lại mọi bản ghi."
)

FEW = 2_000
"""Records that are placed while others wait to write."""

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class RenewReport:
    """How many records were placed again, how many changed, how many decisions ended.

    Withdrawn records count among them: they may come back.
    """

    total: int
    moved: int
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What becomes of records: new placements, decisions that end, and as what they were read."""

    changed: dict[RowId, Placement] = field(default_factory=dict)
    ended: set[RowId] = field(default_factory=set)
    seen: dict[RowId, Stamp] = field(default_factory=dict)

    def forget_outdated(self, now: Mapping[RowId, Stamp]) -> list[RowId]:
        """Forget records that are no longer as they were read; those to be placed yet."""
        for row in [row for row, stamp in self.seen.items() if now.get(row) != stamp]:
            del self.seen[row]
            self.changed.pop(row, None)
            self.ended.discard(row)
        return [row for row in now if row not in self.seen]

    def store(self, session: Session, viewer: Viewer) -> None:
        """Write down what changed."""
        reviews.put_places(session, viewer, list(self.changed.items()))
        ended = sorted(self.ended)
        reviews.end_decisions(session, viewer, ended, at=datetime.now(UTC), reason=ENDED)


@dataclass(frozen=True, slots=True)
class _Placer:
    geocoder: Geocoder
    memory: PlaceMemory
    choices: Mapping[str, CommuneChoice]

    def place(
        self,
        rows: Sequence[WrittenRow],
        into: _Renewal,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Place records, portion by portion."""
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            placements = self.geocoder.place_many([each.place for each in chunk])
            for each, placed in zip(chunk, placements, strict=True):
                self._settle(each, placed, into)
            if progress is not None:
                progress(start + len(chunk), len(rows))

    def _settle(self, each: WrittenRow, placed: Placement, into: _Renewal) -> None:
        old, new = each.placement, self.memory.remembered(each.source, each.place, placed)
        into.seen[each.row] = each.stamp
        if old.method == METHOD:
            kept = _kept(old, self.choices)
            if kept is None:
                into.ended.add(each.row)
            new = kept or new
        elif old.method == OF_CLUSTER:
            new = _no_surer_than(old, new)
        elif old.method == MAP_CLICK and new.precision is Precision.EXACT:
            new = replace(new, method=MAP_CLICK, confidence=max(old.confidence, new.confidence))
        if new != unlinked(old):
            into.changed[each.row] = new


def renew_placements(
    database: Database,
    viewer: Viewer,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RenewReport:
    """Place every incident, hotspot and facility anew from the place as it was written.

    What a person decided stands where the new map still has the commune, and
    around the point if there is one; else the row goes back to the queue. Key routes
    are laid over the new map. One
    transaction: all records move to the new map or none does. Others may write
    while records are placed: what they changed or brought is placed once more
    before anything is stored.

    Raises
    ------
    ConflictError
        If yet another map was installed meanwhile, which renews everything itself.
    """
    viewer.require_write()
    map_id = current_map_id(database, viewer)
    geocoder, renewal = load_geocoder(database, viewer), _Renewal()
    with unit_of_work(database, viewer, read_only=True) as session:
        rows = renewals.written_rows(session, viewer)
        placer = _placer(session, viewer, geocoder, rows)
    placer.place(rows, renewal, progress)
    while True:
        with unit_of_work(database, viewer) as session:
            reviews.hold_places(session, viewer, PLACED_LAYERS)
            if communes.current_version(session, viewer).id != map_id:
                raise ConflictError(OVERTAKEN)
            behind = renewal.forget_outdated(renewals.stamps(session, viewer))
            rows = renewals.written_rows(session, viewer, behind)
            placer = _placer(session, viewer, geocoder, rows)
            if len(rows) <= FEW:
                placer.place(rows, renewal)
                return _store_all(session, viewer, renewal)
        placer.place(rows, renewal)


def renew_rows(database: Database, session: Session, rows: Iterable[RowId]) -> None:
    """Place single records anew on the map in force, inside a transaction that holds them.

    For records that came back from before that map. They are placed wherever
    they lie; who may bring them back is the caller's business, as are links
    and duplicates.
    """
    with acting_for(session, SITE):
        written = renewals.written_rows(session, SITE, rows)
        if not written:
            return
        geocoder, renewal = load_geocoder(database, SITE), _Renewal()
        _placer(session, SITE, geocoder, written).place(written, renewal)
        renewal.store(session, SITE)


def _placer(
    session: Session, viewer: Viewer, geocoder: Geocoder, rows: Sequence[WrittenRow]
) -> _Placer:
    decided = {each.placement.commune_code_now for each in rows if each.placement.method == METHOD}
    choices = commune_choices(session, viewer, [code for code in decided if code is not None])
    return _Placer(geocoder, read_memory(session, viewer), choices)


def _kept(old: Placement, choices: Mapping[str, CommuneChoice]) -> Placement | None:
    """A decided placement on the new map; None where it no longer holds."""
    if old.commune_code_now is None:
        return old
    choice = choices.get(old.commune_code_now)
    if choice is None:
        return None
    if old.lon is not None and old.lat is not None and not choice.holding([(old.lon, old.lat)]):
        return None
    return replace(old, province_code=choice.unit.province_code)


def _no_surer_than(old: Placement, new: Placement) -> Placement:
    """A placement on the new map that claims no more than the middle of a cluster can.

    It is written as coordinates, but nobody measured it. Where the new map
    contradicts them its doubts come on top; off that map no point is left.
    """
    if not new.precision.finer_than_commune:
        return replace(new, method=OF_CLUSTER)
    fine = old.precision.finer_than_commune
    return replace(
        new,
        precision=old.precision if fine else Precision.SUB_UNIT,
        method=OF_CLUSTER,
        confidence=min(CONFIDENT, new.confidence),
        warnings=(MIDDLE_OF_CLUSTER, *(new.warnings if new.confidence < CONFIDENT else ())),
    )


def _store_all(session: Session, viewer: Viewer, renewal: _Renewal) -> RenewReport:
    renewal.store(session, viewer)
    link_everything(session, viewer)
    corridor_crossings.renew_crossings(session, viewer)
    class_anew(session, None)
    report = RenewReport(len(renewal.seen), len(renewal.changed), len(renewal.ended))
    detail = {"total": report.total, "moved": report.moved, "reopened": report.reopened}
    audit.record(session, viewer, "renew", "placements", detail)
    return report
