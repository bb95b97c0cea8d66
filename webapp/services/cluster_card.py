"""The card of a cluster beside the map: what came before and after a clearing."""

from __future__ import annotations

from typing import Any

from models import cluster_views, hotspots, runs
from models.errors import NotFoundError
from models.lifecycle import last_cleared_on
from models.session import Database, Session, unit_of_work
from models.stored_clusters import StoredCluster
from models.viewers import Viewer


def cluster_clearing(database: Database, viewer: Viewer, stable_id: str) -> dict[str, Any]:
    """Cases of a cluster of the latest run before and after its hotspot was last cleared.

    `clearing` is null where the run names no hotspot, or one that was never cleared. A case on
    the day of the clearing counts for neither side, nor does one of which the day is unknown
    (`undated`). `days_after` are the days from the clearing to that of the run.

    Raises
    ------
    NotFoundError
        If the latest run has no cluster of this name that the viewer may see.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        run = runs.latest_run(session, viewer)
        found = (
            cluster_views.run_clusters(session, viewer, run.id, stable_ids=[stable_id])
            if run
            else []
        )
        if run is None or not found:
            raise NotFoundError(f"Lần phân tích mới nhất không có cụm «{stable_id[:40]}».")
        return {"clearing": _clearing(session, viewer, run, found[0])}


def _clearing(
    session: Session, viewer: Viewer, run: runs.Run, cluster: StoredCluster
) -> dict[str, Any] | None:
    if cluster.hotspot_id is None:
        return None
    spot = hotspots.hotspots_by_id(session, viewer, [cluster.hotspot_id]).get(cluster.hotspot_id)
    cleared_on = last_cleared_on(spot.events, run.as_of) if spot else None
    if spot is None or cleared_on is None:
        return None
    days = cluster_views.member_days(session, viewer, run.id, cluster.cluster_id)
    dated = [day for day in days if day is not None]
    return {
        "hotspot": {"ref": spot.ref, "source": spot.source, "name": spot.name},
        "cleared_on": cleared_on.isoformat(),
        "before": sum(day < cleared_on for day in dated),
        "on_day": dated.count(cleared_on),
        "after": sum(day > cleared_on for day in dated),
        "undated": len(days) - len(dated),
        "days_after": (run.as_of - cleared_on).days,
    }
