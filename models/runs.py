"""Runs of the analysis and the clusters they found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Row, and_, case, exists, func, insert, select
from sqlalchemy.orm import Session

from geo.records import Cluster
from geo.terms import ClusterFlag
from models.disclosure import visible
from models.tables import (
    boundary_versions,
    cluster_communes,
    cluster_members,
    clusters,
    hotspots,
    incidents,
    runs,
)
from models.viewers import ScopeKind, Viewer


@dataclass(frozen=True, slots=True)
class NewRun:
    """What was analysed, how and on which data."""

    as_of: date
    parameters: dict[str, Any]
    data_stamp: str
    boundary_version_id: int
    software_version: str
    n_records: int
    n_left_out: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(NewRun):
    """A run as stored; `approximate` says that its boundaries are."""

    id: int
    at: datetime
    by_user: str
    approximate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCluster(Cluster):
    """A cluster with the commune and province that most of its records lie in."""

    run_id: int
    commune_code: str | None
    province_code: str | None

    @property
    def hull(self) -> BaseGeometry:
        """The hull in WGS 84."""
        return shapely.from_wkb(self.hull_wkb)


def store_run(session: Session, viewer: Viewer, run: NewRun, found: Sequence[Cluster]) -> int:
    """Store a run with its clusters and their members; its id.

    Which communes a cluster lies in follows from its members. A run speaks for
    everybody, so only a viewer who saw every record may store one.

    Raises
    ------
    NotAllowedError
        If the viewer may not write or does not see the whole nation.
    """
    viewer.require_write()
    viewer.require_nation()
    values = {field.name: getattr(run, field.name) for field in fields(NewRun)}
    values |= {"at": run.at or datetime.now(UTC), "by_user": viewer.name}
    run_id = int(session.execute(insert(runs).values(values).returning(runs.c.id)).scalar_one())
    members = [
        {"run_id": run_id, "cluster_id": cluster.cluster_id, "incident_id": int(id_)}
        for cluster in found
        for id_ in cluster.members
    ]
    connection = session.connection()
    if found:
        connection.execute(insert(clusters), [_values(run_id, cluster) for cluster in found])
    if members:
        connection.execute(insert(cluster_members), members)
        _locate(session, run_id)
    return run_id


def latest_run(session: Session, viewer: Viewer) -> Run | None:  # noqa: ARG001
    """The run stored last; every viewer may know of it."""
    statement = (
        select(runs, boundary_versions.c.approximate)
        .join(boundary_versions)
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    row = session.execute(statement).first()
    return None if row is None else Run(**row._mapping)


def run_clusters(
    session: Session, viewer: Viewer, run_id: int, province_code: str | None = None
) -> list[StoredCluster]:
    """Clusters that have a record inside the viewer's scope, and in a province if given.

    `members` are left out; `cluster_member_ids` gives them. The nearest hotspot is
    named to those only who see it in the register.
    """
    wanted = [clusters.c.run_id == run_id]
    if viewer.scope.kind is not ScopeKind.NATION:
        wanted.append(_touches(visible(viewer, cluster_communes)))
    if province_code is not None:
        wanted.append(_touches(cluster_communes.c.province_code == province_code))
    rows = session.execute(select(clusters).where(*wanted).order_by(clusters.c.cluster_id))
    codes = _commune_codes(session, run_id)
    found = [_stored(row, tuple(codes.get(row.cluster_id, ()))) for row in rows]
    if viewer.scope.kind is ScopeKind.NATION:
        return found
    named = _visible_refs(session, viewer, run_id)
    hidden: dict[str, Any] = {"nearest_hotspot": None, "nearest_m": None}
    return [c if c.nearest_hotspot in named else replace(c, **hidden) for c in found]


def cluster_member_ids(session: Session, viewer: Viewer, run_id: int, cluster_id: int) -> list[int]:
    """The incidents of a cluster that the viewer may see, by id."""
    c = cluster_members.c
    statement = (
        select(c.incident_id)
        .join(incidents, incidents.c.id == c.incident_id)
        .where(c.run_id == run_id, c.cluster_id == cluster_id, visible(viewer, incidents))
        .order_by(c.incident_id)
    )
    return list(session.scalars(statement))


def _visible_refs(session: Session, viewer: Viewer, run_id: int) -> set[str]:
    """Nearest hotspots of a run whose every namesake lies inside the viewer's scope."""
    near = select(clusters.c.nearest_hotspot).where(clusters.c.run_id == run_id)
    seen = case((visible(viewer, hotspots), 1), else_=0)
    statement = (
        select(hotspots.c.ref)
        .where(hotspots.c.ref.in_(near))
        .group_by(hotspots.c.ref)
        .having(func.min(seen) == 1)
    )
    return set(session.scalars(statement))


def _touches(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    same = and_(
        cluster_communes.c.run_id == clusters.c.run_id,
        cluster_communes.c.cluster_id == clusters.c.cluster_id,
    )
    return exists().where(same, condition)


def _locate(session: Session, run_id: int) -> None:
    """Count the members per commune, and name the first commune of each cluster."""
    m, i = cluster_members.c, incidents.c
    counted = (
        select(m.run_id, m.cluster_id, i.commune_code_now, func.max(i.province_code), func.count())
        .join(incidents, i.id == m.incident_id)
        .where(m.run_id == run_id, i.commune_code_now.is_not(None))
        .group_by(m.run_id, m.cluster_id, i.commune_code_now)
    )
    names = ["run_id", "cluster_id", "commune_code", "province_code", "n"]
    session.execute(insert(cluster_communes).from_select(names, counted))
    c = cluster_communes.c
    first = (
        select(c.commune_code, c.province_code)
        .where(c.run_id == clusters.c.run_id, c.cluster_id == clusters.c.cluster_id)
        .order_by(c.n.desc(), c.commune_code)
        .limit(1)
    )
    values = {
        name: first.with_only_columns(c[name]).scalar_subquery()
        for name in ("commune_code", "province_code")
    }
    session.execute(clusters.update().where(clusters.c.run_id == run_id).values(values))


def _commune_codes(session: Session, run_id: int) -> dict[int, list[str]]:
    c = cluster_communes.c
    statement = (
        select(c.cluster_id, c.commune_code)
        .where(c.run_id == run_id)
        .order_by(c.cluster_id, c.n.desc(), c.commune_code)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for cluster_id, code in session.execute(statement):
        found[cluster_id].append(code)
    return found


def _values(run_id: int, cluster: Cluster) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "cluster_id": cluster.cluster_id,
        "n": cluster.n,
        "flag": cluster.flag,
        "first_date": cluster.first_date,
        "last_date": cluster.last_date,
        "nearest_hotspot": cluster.nearest_hotspot,
        "nearest_m": cluster.nearest_m,
        "lon": cluster.lon,
        "lat": cluster.lat,
        "hull": shapely.from_wkb(cluster.hull_wkb),
    }


def _stored(row: Row[Any], commune_codes: tuple[str, ...]) -> StoredCluster:
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
        commune_codes=commune_codes,
        commune_code=row.commune_code,
        province_code=row.province_code,
    )
