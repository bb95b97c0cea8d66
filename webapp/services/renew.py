"""Place stored records again when another map is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import ModuleType

from geo.geocode import Geocoder
from geo.records import Placement, PlaceQuery
from geo.terms import Layer
from models import audit, hotspots, incidents, review_queue, reviews
from models.placements import unlinked
from models.reviews import METHOD, RowId
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.consequences import link_everything
from webapp.services.place_memory import CommuneChoice, PlaceMemory, commune_choices, load_memory
from webapp.services.places import load_geocoder

LAYERS: dict[Layer, ModuleType] = {Layer.INCIDENTS: incidents, Layer.HOTSPOTS: hotspots}

ENDED = "hệ thống: ranh giới mới"
"""Who ends a decision whose commune the new map does not have, or no longer around the point."""

_CHUNK = 2_000

Written = tuple[int, Placement, PlaceQuery]


@dataclass(frozen=True, slots=True)
class RenewReport:
    """How many records were placed again, how many changed, how many decisions ended."""

    total: int
    moved: int
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What a layer becomes: new placements by number, and decisions that end."""

    changed: list[tuple[int, Placement]]
    ended: list[RowId]


def renew_placements(
    database: Database,
    viewer: Viewer,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RenewReport:
    """Place every incident and hotspot anew from the place as it was written.

    What a person decided stands where the new map still has the commune, and
    around the point if there is one; else the row goes back to the queue. One
    transaction: all records move to the new map or none does.
    """
    viewer.require_write()
    place_anew = _Placer(load_geocoder(database, viewer), load_memory(database, viewer))
    with unit_of_work(database, read_only=True) as session:
        written = {of: layer.written_places(session, viewer) for of, layer in LAYERS.items()}
        sources = {of: review_queue.sources_of(session, viewer, of) for of in LAYERS}
        codes = {code for records in written.values() for code in _decided_codes(records)}
        choices = commune_choices(session, viewer, codes)
    total, done = sum(map(len, written.values())), 0
    renewals = {layer: _Renewal([], []) for layer in LAYERS}
    for layer, records in written.items():
        for start in range(0, len(records), _CHUNK):
            chunk = records[start : start + _CHUNK]
            place_anew(layer, chunk, sources[layer], choices, renewals[layer])
            done += len(chunk)
            if progress is not None:
                progress(done, total)
    return _store(database, viewer, total, renewals)


@dataclass(frozen=True, slots=True)
class _Placer:
    geocoder: Geocoder
    memory: PlaceMemory

    def __call__(
        self,
        layer: Layer,
        chunk: Sequence[Written],
        sources: Mapping[int, str],
        choices: Mapping[str, CommuneChoice],
        into: _Renewal,
    ) -> None:
        renewed = self.geocoder.place_many([place for _id, _old, place in chunk])
        for (id_, old, place), placed in zip(chunk, renewed, strict=True):
            new = self.memory.remembered(sources.get(id_, ""), place, placed)
            if old.method == METHOD:
                kept = _kept(old, choices)
                if kept is None:
                    into.ended.append(RowId(layer, id_))
                new = kept or new
            if new != unlinked(old):
                into.changed.append((id_, new))


def _decided_codes(records: Sequence[Written]) -> list[str]:
    decided = (old.commune_code_now for _id, old, _place in records if old.method == METHOD)
    return [code for code in decided if code is not None]


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


def _store(
    database: Database, viewer: Viewer, total: int, renewals: Mapping[Layer, _Renewal]
) -> RenewReport:
    moved = sum(len(renewal.changed) for renewal in renewals.values())
    ended = [row for renewal in renewals.values() for row in renewal.ended]
    with unit_of_work(database) as session:
        for layer, renewal in renewals.items():
            LAYERS[layer].update_placements(session, viewer, renewal.changed)
        link_everything(session, viewer)
        reviews.end_decisions(session, viewer, ended, at=datetime.now(UTC), reason=ENDED)
        detail = {"total": total, "moved": moved, "reopened": len(ended)}
        audit.record(session, viewer, "renew", "placements", detail)
    return RenewReport(total, moved, len(ended))
