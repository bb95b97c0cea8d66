"""The page of one cluster: facts, a drawing, its records, its life over the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import shapely
from shapely.geometry.base import BaseGeometry

from geo.records import Cluster
from models import communes, hotspots, incidents, runs
from models.disclosure import snap_to_grid, widened
from models.hotspots import StoredHotspot
from models.incidents import IncidentFilter, IncidentPoint
from models.lifecycle import status_at
from models.nearby import distances_m
from models.runs import StoredCluster
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.cluster_pages import (
    ClusterLine,
    RunFacts,
    facts_of,
    line_of,
)
from webapp.services.cluster_words import metres_in_words, parameters_in_words
from webapp.services.mini_map import DrawnShape, DrawnSpot, Frame, outline_path, scale_bar
from webapp.services.overview import find_version

NEAR_M = 1_000.0
"""Hotspots so near to the hull are listed."""

SHOWN_RECORDS = 500
WIDTH_PX, HEIGHT_PX = 480.0, 300.0
_SMALLEST_DEG = 0.004
_BEYOND = 0.05


@dataclass(frozen=True, slots=True)
class ClusterDrawing:
    """A cluster among the communes, in pixels; `scale_px` is the length of `scale_m` metres."""

    shapes: tuple[DrawnShape, ...]
    hull: str
    points: tuple[tuple[float, float], ...]
    spots: tuple[DrawnSpot, ...]
    scale_m: int
    scale_px: float


@dataclass(frozen=True, slots=True)
class HotspotNear:
    """A recorded hotspot near a cluster."""

    ref: str
    source: str
    name: str
    kind: str
    status: str
    away: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """The cluster as one run saw it."""

    run_id: int
    as_of: date
    is_trial: bool
    parameters: str
    n: int
    flag: str
    lineage: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClusterProfile:
    """The page of a cluster, cut to the viewer's scope.

    `records` are the latest of the `n_present` members that are still in place; `missing`
    changed or left it since the run. `heirs` are clusters of the latest run that came
    out of this one.
    """

    line: ClusterLine
    facts: RunFacts
    communes: tuple[tuple[str, str], ...]
    drawing: ClusterDrawing
    records: tuple[IncidentPoint, ...]
    n_present: int
    missing: int
    hotspots: tuple[HotspotNear, ...]
    history: tuple[PastRun, ...]
    heirs: tuple[str, ...]
    map_address: str


def cluster_profile(database: Database, viewer: Viewer, stable_id: str) -> ClusterProfile:
    """The page of a cluster as the last official run that found it saw it, else a trial.

    Raises
    ------
    NotFoundError
        If the viewer sees no cluster of this name.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        cluster = runs.find_cluster(session, viewer, stable_id)
        run = runs.run_by_id(session, viewer, cluster.run_id)
        latest = runs.latest_run(session, viewer)
        records, n_members = _records(session, viewer, cluster)
        spots = _hotspots_near(session, viewer, cluster, run.as_of)
        names = communes.names_of(session, viewer, cluster.commune_codes)
        provinces = communes.province_names(session, viewer)
        shapes = _communes_around(session, viewer, cluster)
        history = _history(session, viewer, stable_id)
        is_latest = latest is not None and latest.id == run.id
        heirs = () if is_latest or latest is None else _heirs(session, viewer, latest.id, stable_id)
    return ClusterProfile(
        line=line_of(cluster, names, provinces),
        facts=facts_of(run, viewer, is_latest=is_latest),
        communes=tuple((code, names.get(code, code)) for code in cluster.commune_codes),
        drawing=_drawing(cluster, shapes, records, spots),
        records=tuple(records[:SHOWN_RECORDS]),
        n_present=len(records),
        missing=max(n_members - len(records), 0),
        hotspots=tuple(near for near, _, _ in spots),
        history=history,
        heirs=heirs,
        map_address=_map_address(cluster),
    )


def _records(
    session: Session, viewer: Viewer, cluster: StoredCluster
) -> tuple[list[IncidentPoint], int]:
    """The members that still lie inside the hull, the latest first, and how many were taken."""
    ids = set(runs.cluster_member_ids(session, viewer, cluster.run_id, cluster.cluster_id))
    wanted = IncidentFilter(bbox=widened(cluster.hull.bounds, 1.0))
    points = incidents.incident_points(session, viewer, wanted)
    return [point for point in points if point.id in ids], len(ids)


def _hotspots_near(
    session: Session, viewer: Viewer, cluster: StoredCluster, day: date
) -> list[tuple[HotspotNear, float, float]]:
    """Hotspots known on a day within `NEAR_M` of the cluster's middle, the nearest first."""
    box = widened(cluster.hull.bounds, NEAR_M)
    found = [
        (spot, *at, status)
        for spot in hotspots.find_hotspots(session, viewer, bbox=box)
        if (at := _shown_at(spot)) and (status := status_at(spot.events, day)) is not None
    ]
    away_m = distances_m(
        cluster.lon, cluster.lat, [lon for _, lon, _, _ in found], [lat for _, _, lat, _ in found]
    )
    near = sorted(zip(away_m, found, strict=True), key=lambda each: (each[0], each[1][0].ref))
    return [
        (
            HotspotNear(
                spot.ref, spot.source, spot.name, spot.kind, status, metres_in_words(metres)
            ),
            lon,
            lat,
        )
        for metres, (spot, lon, lat, status) in near
    ]


def _shown_at(spot: StoredHotspot) -> tuple[float, float] | None:
    """Where a hotspot is drawn: a dwelling in the middle of its square."""
    lon, lat = spot.placement.lon, spot.placement.lat
    if lon is None or lat is None:
        return None
    return snap_to_grid(lon, lat) if spot.is_dwelling else (lon, lat)


def _communes_around(
    session: Session, viewer: Viewer, cluster: StoredCluster
) -> list[tuple[str, str, BaseGeometry]]:
    version = find_version(session, viewer)
    if version is None or cluster.province_code is None:
        return []
    of_province = communes.commune_shapes(
        session, viewer, version.id, "province", cluster.province_code
    )
    return [(shape.code, shape.full_name, shape.geometry) for shape in of_province]


def _history(session: Session, viewer: Viewer, stable_id: str) -> tuple[PastRun, ...]:
    found = runs.cluster_history(session, viewer, stable_id)
    told = {seen.run_id: runs.run_by_id(session, viewer, seen.run_id) for seen in found}
    return tuple(
        PastRun(
            run_id=seen.run_id,
            as_of=told[seen.run_id].as_of,
            is_trial=told[seen.run_id].is_trial,
            parameters=parameters_in_words(told[seen.run_id]),
            n=seen.n,
            flag=seen.flag,
            lineage=seen.lineage,
            parents=seen.parents,
        )
        for seen in found
    )


def _heirs(session: Session, viewer: Viewer, run_id: int, stable_id: str) -> tuple[str, ...]:
    later: Sequence[Cluster] = runs.run_clusters(session, viewer, run_id)
    return tuple(cluster.stable_id for cluster in later if stable_id in cluster.parents)


# --- drawing ----------------------------------------------------------------


def _drawing(
    cluster: StoredCluster,
    units: Sequence[tuple[str, str, BaseGeometry]],
    records: Sequence[IncidentPoint],
    spots: Sequence[tuple[HotspotNear, float, float]],
) -> ClusterDrawing:
    frame = _frame(cluster.hull)
    # A little beyond the drawing, or the cut itself would look like a limit.
    cut = shapely.buffer(frame.box, _BEYOND * frame.width_px / frame.px_per_lon, join_style="mitre")
    inside = set(cluster.commune_codes)
    shapes = [
        DrawnShape(name, "", code in inside, path)
        for code, name, geometry in units
        if (path := outline_path(shapely.intersection(geometry, cut), frame))
    ]
    drawn = [
        DrawnSpot(near.status, frame.x(lon), frame.y(lat))
        for near, lon, lat in spots
        if shapely.contains_xy(frame.box, lon, lat)
    ]
    scale_m, scale_px = scale_bar(frame, WIDTH_PX / 4)
    return ClusterDrawing(
        shapes=tuple(sorted(shapes, key=lambda shape: shape.here)),
        hull=outline_path(cluster.hull, frame),
        points=tuple((frame.x(p.lon), frame.y(p.lat)) for p in records),
        spots=tuple(drawn),
        scale_m=scale_m,
        scale_px=scale_px,
    )


def _frame(hull: BaseGeometry) -> Frame:
    west, south, east, north = hull.bounds
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    half = max(east - west, north - south, _SMALLEST_DEG) / 2
    box = shapely.box(middle_lon - half, middle_lat - half, middle_lon + half, middle_lat + half)
    return Frame.around(box, WIDTH_PX, HEIGHT_PX, margin=0.25, smallest=_SMALLEST_DEG)


def _map_address(cluster: StoredCluster) -> str:
    query = {"at": f"{cluster.lat:.4f},{cluster.lon:.4f},15", "pick": f"k:{cluster.cluster_id}"}
    if cluster.province_code is not None:
        query = {"province": cluster.province_code} | query
    return "/map?" + urlencode(query)
