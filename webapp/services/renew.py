"""Place stored records again when another map is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models import audit, hotspots, incidents
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.places import load_geocoder

LAYERS = (incidents, hotspots)

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class RenewReport:
    """How many records were placed again and how many changed."""

    total: int
    moved: int


def renew_placements(
    database: Database,
    viewer: Viewer,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RenewReport:
    """Place every incident and hotspot anew from the place as it was written.

    One transaction: all records move to the new map or none does.
    """
    viewer.require_write()
    geocoder = load_geocoder(database, viewer)
    with unit_of_work(database, read_only=True) as session:
        written = [layer.written_places(session, viewer) for layer in LAYERS]
    total, done = sum(map(len, written)), 0
    changes = []
    for records in written:
        changed = []
        for start in range(0, len(records), _CHUNK):
            chunk = records[start : start + _CHUNK]
            renewed = geocoder.place_many([place for _id, _old, place in chunk])
            pairs = zip(chunk, renewed, strict=True)
            changed += [(id_, new) for (id_, old, _place), new in pairs if new != old]
            done += len(chunk)
            if progress is not None:
                progress(done, total)
        changes.append(changed)
    moved = sum(map(len, changes))
    with unit_of_work(database) as session:
        for layer, changed in zip(LAYERS, changes, strict=True):
            layer.update_placements(session, viewer, changed)
        audit.record(session, viewer, "renew", "placements", {"total": total, "moved": moved})
    return RenewReport(total, moved)
