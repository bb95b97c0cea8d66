"""Runs of the analysis: storing them whole, and which there are.

`models.cluster_views` reads their clusters, `models.run_points` the points they read.
"""

# ruff: noqa: ARG001 - that a run was made is no secret; who asks is named all the same

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import shapely
from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from geo.records import Cluster
from models.cluster_names import is_trial
from models.cluster_views import (
    cluster_history,
    cluster_member_ids,
    find_cluster,
    run_clusters,
)
from models.errors import NotFoundError
from models.stored_clusters import StoredCluster
from models.tables import (
    boundary_versions,
    cluster_communes,
    cluster_members,
    clusters,
    incidents,
    runs,
)
from models.viewers import Viewer

__all__ = [
    "NewRun",
    "Run",
    "StoredCluster",
    "cluster_history",
    "cluster_member_ids",
    "find_cluster",
    "latest_run",
    "list_runs",
    "run_by_id",
    "run_clusters",
    "store_run",
]

_RUNS = select(runs, boundary_versions.c.approximate).join(boundary_versions)


@dataclass(frozen=True, slots=True)
class NewRun:
    """What was analysed, how and on which data.

    A run is official, or with `trial` among its parameters a trial that speaks for nobody.
    """

    as_of: date
    parameters: dict[str, Any]
    data_stamp: str
    boundary_version_id: int
    software_version: str
    n_records: int
    n_left_out: int
    since: date | None = None
    n_unverified: int = 0
    engine: str = "sklearn"
    labels_sha256: str = ""
    at: datetime | None = None

    @property
    def is_trial(self) -> bool:
        """Whether it only tries parameters or a window."""
        return is_trial(self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(NewRun):
    """A run as stored; `approximate` says that its boundaries are."""

    id: int
    at: datetime
    by_user: str
    approximate: bool


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


def latest_run(session: Session, viewer: Viewer) -> Run | None:
    """The official run stored last; every viewer may know of it."""
    each = session.execute(_RUNS.order_by(runs.c.id.desc()))
    return next((Run(**row._mapping) for row in each if not is_trial(row.parameters)), None)


def run_by_id(session: Session, viewer: Viewer, run_id: int) -> Run:
    """One run; every viewer may know of it.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    found = _read(session, _RUNS.where(runs.c.id == run_id))
    if not found:
        raise NotFoundError(f"Không có lần phân tích {run_id}.")
    return found[0]


def list_runs(session: Session, viewer: Viewer, limit: int | None = None) -> list[Run]:
    """The runs, trials too, the latest first; every viewer may know of them."""
    return _read(session, _RUNS.order_by(runs.c.id.desc()).limit(limit))


def _read(session: Session, wanted: Select[Any]) -> list[Run]:
    return [Run(**row._mapping) for row in session.execute(wanted)]


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
        "stable_id": cluster.stable_id,
        "lineage": cluster.lineage,
        "parents": cluster.parents,
        "hotspot_id": cluster.hotspot_id,
        "top_kind": cluster.top_kind,
        "top_kind_n": cluster.top_kind_n,
        "top_substance": cluster.top_substance,
        "top_substance_n": cluster.top_substance_n,
        "change": None if cluster.change is None else asdict(cluster.change),
        "border_m": cluster.border_m,
        "border_with": cluster.border_with,
    }
