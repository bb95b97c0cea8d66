"""Place stored records again when another map is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models import audit, hotspots, incidents
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.places import load_geocoder


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
    total = moved = 0
    with unit_of_work(database) as session:
        for layer in (incidents, hotspots):
            stored = layer.written_places(session, viewer)
            renewed = geocoder.place_many([place for _id, _old, place in stored])
            changed = [
                (record_id, new)
                for (record_id, old, _place), new in zip(stored, renewed, strict=True)
                if new != old
            ]
            layer.update_placements(session, viewer, changed)
            total += len(stored)
            moved += len(changed)
            if progress is not None:
                progress(total, total)
        if total:
            audit.record(session, viewer, "renew", "placements", {"total": total, "moved": moved})
    return RenewReport(total, moved)
