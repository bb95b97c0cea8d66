"""A cluster as it was stored, and how much of its nearest hotspot a viewer is told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points
from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from geo.crs import earth_xyz
from geo.records import Cluster, CountChange
from geo.terms import ClusterFlag, IncidentKind, Lineage, Substance
from models.disclosure import GRID_M, sees_dwellings, snap_to_grid, visible
from models.tables import clusters, hotspots
from models.viewers import ScopeKind, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCluster(Cluster):
    """A cluster with the commune and province that most of its records lie in.

    `partial` says that it reaches beyond the viewer's scope: number, days, hull,
    middle, kinds and change then speak of the records inside alone; the flag is the
    word of the run on the whole cluster. `redrawn`: hull, middle and distances follow from what
    the viewer may know of its records (a part, or homes by their squares). `hotspot_source` is
    the body that keeps the nearest hotspot in its register.
    """

    run_id: int
    commune_code: str | None
    province_code: str | None
    partial: bool = False
    redrawn: bool = False
    hotspot_source: str = ""

    @property
    def hull(self) -> BaseGeometry:
        """The hull in WGS 84."""
        return shapely.from_wkb(self.hull_wkb)


def stored_cluster(row: Row[Any], communes: Sequence[Row[Any]]) -> StoredCluster:
    """A cluster as stored, with its communes, that of most records first."""
    first = communes[0] if communes else None
    return StoredCluster(
        run_id=row.run_id,
        cluster_id=row.cluster_id,
        n=row.n,
        lon=row.lon,
        lat=row.lat,
        hull_wkb=shapely.to_wkb(row.hull),
        first_date=row.first_date,
        last_date=row.last_date,
        flag=ClusterFlag(row.flag),
        nearest_hotspot=row.nearest_hotspot,
        nearest_m=row.nearest_m,
        commune_codes=tuple(each.commune_code for each in communes),
        commune_code=None if first is None else first.commune_code,
        province_code=None if first is None else first.province_code,
        stable_id=row.stable_id,
        lineage=Lineage(row.lineage),
        parents=tuple(row.parents),
        hotspot_id=row.hotspot_id,
        top_kind=IncidentKind(row.top_kind) if row.top_kind else None,
        top_kind_n=row.top_kind_n,
        top_substance=Substance(row.top_substance) if row.top_substance else None,
        top_substance_n=row.top_substance_n,
        change=None if row.change is None else CountChange(**row.change),
        border_m=row.border_m,
        border_with=row.border_with,
    )


def with_hotspots(
    session: Session, viewer: Viewer, run_id: int, found: Sequence[StoredCluster]
) -> list[StoredCluster]:
    """The clusters with as much of their nearest hotspot as the viewer may know.

    It is named to those who see it in the register. The distance to a dwelling that is
    shown as a square is measured from the middle of the square, and to a hotspot of
    which a run of former times kept no number it is told to those only who see every
    dwelling. Of a cluster cut to the scope it is measured from the part inside.
    """
    h = hotspots.c
    near = select(clusters.c.hotspot_id).where(clusters.c.run_id == run_id)
    wanted: list[ColumnElement[bool]] = [h.id.in_(near)]
    is_nation = viewer.scope.kind is ScopeKind.NATION
    if not is_nation:
        wanted.append(visible(viewer, hotspots))
    columns = (h.id, h.source, h.is_dwelling, h.lon, h.lat, h.province_code, h.commune_code_now)
    statement: Select[Any] = select(*columns).where(*wanted)
    spots = {row.id: row for row in session.execute(statement)}
    hidden: dict[str, Any] = {"nearest_hotspot": None, "nearest_m": None, "hotspot_id": None}
    told = []
    for cluster in found:
        spot = spots.get(cluster.hotspot_id or 0)
        if spot is not None:
            away_m = _away_m(viewer, cluster, spot)
            told.append(replace(cluster, nearest_m=away_m, hotspot_source=spot.source))
        elif not is_nation:
            told.append(replace(cluster, **hidden))
        else:
            sees_all = sees_dwellings(viewer, None, None)
            told.append(cluster if sees_all else replace(cluster, nearest_m=None))
    return told


def _away_m(viewer: Viewer, cluster: StoredCluster, spot: Row[Any]) -> float | None:
    """How far a hotspot is from a cluster, in metres; in whole squares where it is one."""
    if spot.is_dwelling and not sees_dwellings(viewer, spot.province_code, spot.commune_code_now):
        if spot.lon is None:
            return None
        away_m = _from_part(cluster, *snap_to_grid(spot.lon, spot.lat))
        return GRID_M * max(1, math.ceil(away_m / GRID_M))
    if not cluster.redrawn:
        return cluster.nearest_m
    return None if spot.lon is None else _from_part(cluster, spot.lon, spot.lat)


def _from_part(cluster: StoredCluster, lon: float, lat: float) -> float:
    """Metres to the outline of a cluster as the viewer sees it, to the middle of a shifted one."""
    here = shapely.Point(lon, lat)
    at = nearest_points(cluster.hull, here)[0]
    if cluster.flag is ClusterFlag.SHIFTED:
        at = shapely.Point(cluster.lon, cluster.lat)
    one, other = earth_xyz([lon, at.x], [lat, at.y])
    return float(np.linalg.norm(one - other))
