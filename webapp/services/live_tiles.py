"""Vector tiles of incidents, hotspots and clusters, made for whoever asks when they are asked for.

Incidents are read and encoded by the database (`models.live_tiles`). What a hotspot or a
cluster tells follows from rules that exist once, as pure functions: the status on a day, what
of a dwelling is disclosed, the part of a cluster inside the scope. So these, some hundreds in a
tile, are placed and encoded here, on both databases alike.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.vector_tiles import MAX_ZOOM, MapTile, TileFeature, TileLayer, Value, encode_tile
from models import cluster_views, communes, hotspot_marks, runs
from models.disclosure import GRID_M, widened
from models.errors import NotFoundError
from models.lifecycle import status_at
from models.live_tiles import Labels, data_state, incident_tile
from models.session import Database, Session, unit_of_work
from models.stored_clusters import StoredCluster
from models.viewers import ANONYMOUS, Viewer
from webapp.services.overview import View, filter_of, find_version

_MOST_KEPT = 256
"""Tiles kept for as long as nothing is written, some 50 kB each."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Tiles that were made, each with the state of the data that it was made from."""

    tiles: OrderedDict[Hashable, bytes] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable) -> bytes | None:
        """The tile that was made from this very state."""
        with self.lock:
            found = self.tiles.get(key)
            if found is not None:
                self.tiles.move_to_end(key)
            return found

    def put(self, key: Hashable, tile: bytes) -> None:
        """Keep a tile, and let go of the one that nobody asked for the longest."""
        with self.lock:
            self.tiles[key] = tile
            if len(self.tiles) > _MOST_KEPT:
                self.tiles.popitem(last=False)


_KEPT = _Kept()


def tile_at(z: int, x: int, y: int) -> MapTile:
    """The tile of an address.

    Raises
    ------
    NotFoundError
        If there is none anywhere.
    """
    tile = MapTile(z, x, y)
    if not tile.exists:
        raise NotFoundError(
            f"Không có ô bản đồ {z}/{x}/{y}: mức phóng từ 0 đến {MAX_ZOOM}, "
            f"cột và hàng từ 0 đến {2 ** min(max(z, 0), MAX_ZOOM) - 1}."
        )
    return tile


def incidents_in_tile(database: Database, viewer: Viewer, view: View, tile: MapTile) -> bytes:
    """The incidents of a view in a tile; empty where none lies."""
    wanted = filter_of(view)
    with unit_of_work(database, viewer, read_only=True) as session:
        labels = _labels(database, session, viewer, tile)
        state = data_state(session)
        key = (database.url, viewer.role, viewer.scope, wanted, tile, state)
        found = _KEPT.get(key) if state else None
        if found is None:
            found = incident_tile(session, viewer, wanted, tile, labels)
            if state:
                _KEPT.put(key, found)
    return found


def hotspots_in_tile(database: Database, viewer: Viewer, view: View, tile: MapTile) -> bytes:
    """The hotspots of a view in a tile with their status on its last day.

    A dwelling stands in the middle of its square of 250 m for those who may not see it
    exactly; hotspots known by their commune alone are a number at its label point.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        labels = _labels(database, session, viewer, tile)
        # As the viewer sees it a dwelling may lie up to a square away from where it is.
        found = hotspot_marks.hotspot_marks(
            session,
            viewer,
            view.province_code,
            kinds=view.hotspot_kinds,
            around=hotspot_marks.Around(widened(tile.box, GRID_M), labels.codes),
        )
    points, vague = [], Counter[str]()
    for mark in found:
        status = status_at(mark.events, view.until)
        if status is None:
            continue
        if mark.lon is None or mark.lat is None:
            vague[mark.commune_code or ""] += 1
        elif tile.holds(mark.lon, mark.lat):
            told: dict[str, Value] = {
                "ref": mark.ref,
                "name": mark.name,
                "kind": mark.kind.value,
                "status": status.value,
                "as_of": view.until.isoformat(),
                "commune_code": mark.commune_code,
                "precision": mark.precision.value,
                "is_dwelling": mark.is_dwelling,
                "on_grid": mark.coarse,
            }
            points.append(_at(mark.id, tile, mark.lon, mark.lat, told))
    counts = _counts(database, labels, tile, vague)
    return encode_tile([TileLayer("hotspots", points), TileLayer("commune_counts", counts)])


def clusters_in_tile(database: Database, viewer: Viewer, view: View, tile: MapTile) -> bytes:
    """The clusters of the latest official run in a tile: their hulls, and their middles as points.

    Of a cluster that reaches beyond the scope, what lies inside. A view that ends before the
    day of the run has none.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        run = runs.latest_run(session, viewer)
        if run is None or view.until < run.as_of:
            return b""
        near = cluster_views.clusters_near(session, viewer, run.id, tile.box)
        found = (
            runs.run_clusters(session, viewer, run.id, view.province_code, stable_ids=near)
            if near
            else []
        )
    hulls, middles = [], []
    for cluster in found:
        told = _of_cluster(cluster, run.as_of.isoformat())
        shape = _hull(tile, cluster.hull)
        if not shape.is_empty:
            hulls.append(TileFeature(cluster.cluster_id, shape, told))
        if tile.holds(cluster.lon, cluster.lat):
            middles.append(_at(cluster.cluster_id, tile, cluster.lon, cluster.lat, told))
    return encode_tile([TileLayer("clusters", hulls), TileLayer("cluster_points", middles)])


def _of_cluster(cluster: StoredCluster, as_of: str) -> dict[str, Value]:
    return {
        "cluster_id": cluster.cluster_id,
        "stable_id": cluster.stable_id,
        "n": cluster.n,
        "flag": cluster.flag.value,
        "lineage": cluster.lineage.value,
        "first_date": cluster.first_date.isoformat() if cluster.first_date else None,
        "last_date": cluster.last_date.isoformat() if cluster.last_date else None,
        "nearest_hotspot": cluster.nearest_hotspot,
        "as_of": as_of,
        "partial": cluster.partial,
    }


def _hull(tile: MapTile, hull: BaseGeometry) -> BaseGeometry:
    """A hull in whole units of the tile; empty where it is too small to be drawn as an area."""
    drawn = shapely.transform(tile.drawn(hull), np.round)
    drawn = shapely.make_valid(drawn) if not drawn.is_valid else drawn
    areas = [part for part in shapely.get_parts(drawn) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon([part for part in areas if part.area > 0])


def _at(id: int, tile: MapTile, lon: float, lat: float, told: dict[str, Value]) -> TileFeature:
    return TileFeature(id, shapely.Point(tile.position(lon, lat)), told)


def _counts(
    database: Database, labels: Labels, tile: MapTile, numbers: Counter[str]
) -> list[TileFeature]:
    """Numbers by commune at its label point, where nothing itself lies."""
    here = {code: (lon, lat) for code, lon, lat in _label_points(database, labels.version_id)}
    return [
        _at(
            int(code),
            tile,
            *here[code],
            {"code": code, "n": numbers[code], "precision": "commune", "at": "label_point"},
        )
        for code in labels.codes
        if numbers[code]
    ]


def _labels(database: Database, session: Session, viewer: Viewer, tile: MapTile) -> Labels:
    """The communes of the map in force whose label point lies in a tile."""
    version = find_version(session, viewer)
    if version is None:
        return Labels(0, ())
    points = _label_points(database, version.id)
    return Labels(version.id, tuple(code for code, lon, lat in points if tile.holds(lon, lat)))


@lru_cache(maxsize=4)
def _label_points(database: Database, version_id: int) -> tuple[tuple[str, float, float], ...]:
    # An installed map never changes; it is read as somebody who sees no record.
    if not version_id:
        return ()
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        units = communes.commune_units(session, ANONYMOUS, version_id)
    return tuple((unit.code, unit.lon, unit.lat) for unit in units)
