"""Clusters as a viewer may see them: of one that reaches beyond the scope, what lies inside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from geo.cluster_facts import (
    RecordFacts,
    change_window,
    kind_numbers,
    substance_numbers,
    with_facts,
)
from geo.cluster_shapes import describe_clusters
from geo.records import Cluster
from geo.terms import DatePrecision
from models.border import border_lines
from models.cluster_names import is_trial
from models.columns import WGS84
from models.data_ends import ends_of_run
from models.disclosure import GRID_M, sees_homes, visible, widened
from models.errors import NotFoundError
from models.home_points import clusters_with_homes, shown_point
from models.placements import Bbox
from models.stored_clusters import StoredCluster, stored_cluster, with_hotspots
from models.tables import (
    cluster_communes,
    cluster_members,
    clusters,
    incidents,
    runs,
    seizures,
)
from models.viewers import ScopeKind, Viewer

_OWN = (
    *("n", "lon", "lat", "hull_wkb", "first_date", "last_date", "top_kind", "top_kind_n"),
    *("top_substance", "top_substance_n", "change", "border_m", "border_with"),
)

_DRAWN = ("lon", "lat", "hull_wkb", "border_m", "border_with")

HISTORY_RUNS = 20
"""So many of the latest runs that found a cluster are told of."""


def run_clusters(
    session: Session,
    viewer: Viewer,
    run_id: int,
    province_code: str | None = None,
    *,
    stable_ids: Iterable[str] | None = None,
) -> list[StoredCluster]:
    """Clusters that have a record inside the viewer's scope, and in a province if given.

    `members` are left out; `cluster_member_ids` gives them. The nearest hotspot is
    named to those only who see it in the register, and how far it is tells no more
    of a dwelling than its square.
    """
    wanted = [clusters.c.run_id == run_id]
    if stable_ids is not None:
        wanted.append(clusters.c.stable_id.in_(sorted(set(stable_ids))))
    if viewer.scope.kind is not ScopeKind.NATION:
        wanted.append(_touches(run_id, visible(viewer, cluster_communes)))
    if province_code is not None:
        wanted.append(_touches(run_id, cluster_communes.c.province_code == province_code))
    rows = session.execute(select(clusters).where(*wanted).order_by(clusters.c.cluster_id)).all()
    few = None if stable_ids is None else [row.cluster_id for row in rows]
    communes = _communes(session, viewer, run_id, few)
    found = [stored_cluster(row, communes.get(row.cluster_id, [])) for row in rows]
    crossing: set[int] = set()
    if viewer.scope.kind is not ScopeKind.NATION:
        inside = {id_: sum(row.n for row in those) for id_, those in communes.items()}
        crossing = {c.cluster_id for c in found if inside.get(c.cluster_id, 0) < c.n}
    again = crossing | clusters_with_homes(session, viewer, run_id, few)
    cut = _cut(session, viewer, run_id, [c for c in found if c.cluster_id in again], crossing)
    seen = {c.cluster_id: c for c in found if c.cluster_id not in again} | cut
    return with_hotspots(session, viewer, run_id, [c for _, c in sorted(seen.items())])


def clusters_near(session: Session, viewer: Viewer, run_id: int, bbox: Bbox) -> list[str]:
    """Names of the clusters of a run with a record inside the scope whose hull may touch a box.

    A run has some thousands at most: on PostGIS their boxes are compared there, on SQLite here.
    """
    c = clusters.c
    wanted = [c.run_id == run_id]
    if not sees_homes(viewer):  # drawn with homes in the middle of their squares
        bbox = widened(bbox, GRID_M)
    if viewer.scope.kind is not ScopeKind.NATION:
        wanted.append(_touches(run_id, visible(viewer, cluster_communes)))
    if session.get_bind().dialect.name == "postgresql":
        envelope = func.ST_MakeEnvelope(*bbox, WGS84)
        wanted.append(c.hull.op("&&", is_comparison=True)(envelope))
        return list(session.scalars(select(c.stable_id).where(*wanted)))
    rows = session.execute(select(c.stable_id, c.hull).where(*wanted)).all()
    west, south, east, north = bbox
    boxes = shapely.bounds([hull for _, hull in rows]).reshape(-1, 4)
    touch = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
    touch &= (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    return [row.stable_id for row, touches in zip(rows, touch, strict=True) if touches]


def find_cluster(session: Session, viewer: Viewer, stable_id: str) -> StoredCluster:
    """A cluster by its name, as the last official run that found it saw it, else a trial.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    """
    with_it = _runs_with(session, stable_id)
    official = [run_id for run_id, is_trial in with_it if not is_trial]
    for run_id in (official or [run_id for run_id, _ in with_it])[:1]:
        for found in run_clusters(session, viewer, run_id, stable_ids=[stable_id]):
            return found
    raise NotFoundError(f"Không có cụm «{stable_id}» trong phạm vi của tài khoản.")


def cluster_history(
    session: Session, viewer: Viewer, stable_id: str, limit: int = HISTORY_RUNS
) -> list[StoredCluster]:
    """A cluster by its name as each of the latest runs that found it saw it, the last first."""
    found = []
    for run_id, _ in _runs_with(session, stable_id)[:limit]:
        found += run_clusters(session, viewer, run_id, stable_ids=[stable_id])
    return found


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


def member_days(
    session: Session, viewer: Viewer, run_id: int, cluster_id: int
) -> list[date | None]:
    """The days of the incidents of a cluster that the viewer may see; None where unknown."""
    c = cluster_members.c
    statement = (
        select(incidents.c.occurred_on, incidents.c.date_precision)
        .join(incidents, incidents.c.id == c.incident_id)
        .where(c.run_id == run_id, c.cluster_id == cluster_id, visible(viewer, incidents))
    )
    rows = session.execute(statement)
    return [day if precision == DatePrecision.DAY else None for day, precision in rows]


def _runs_with(session: Session, stable_id: str) -> list[tuple[int, bool]]:
    """The runs that found a cluster, the last first, and whether each was a trial."""
    statement = (
        select(runs.c.id, runs.c.parameters)
        .join(clusters, clusters.c.run_id == runs.c.id)
        .where(clusters.c.stable_id == stable_id)
        .order_by(runs.c.id.desc())
    )
    return [(id_, is_trial(parameters)) for id_, parameters in session.execute(statement)]


def _touches(run_id: int, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Clusters of a run with a commune that meets a condition.

    No correlated EXISTS: SQLite answers that by the province, for every cluster again.
    """
    c = cluster_communes.c
    return clusters.c.cluster_id.in_(select(c.cluster_id).where(c.run_id == run_id, condition))


def _communes(
    session: Session, viewer: Viewer, run_id: int, few: Sequence[int] | None
) -> dict[int, list[Row[Any]]]:
    """The communes of every cluster, or of a few, inside the scope; most records first."""
    c = cluster_communes.c
    wanted = [c.run_id == run_id, visible(viewer, cluster_communes)]
    if few is not None:
        wanted.append(c.cluster_id.in_(few))
    statement = (
        select(c.cluster_id, c.commune_code, c.province_code, c.n)
        .where(*wanted)
        .order_by(c.cluster_id, c.n.desc(), c.commune_code)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.cluster_id].append(row)
    return found


def _cut(
    session: Session,
    viewer: Viewer,
    run_id: int,
    found: Sequence[StoredCluster],
    crossing: Collection[int],
) -> dict[int, StoredCluster]:
    """Clusters again from the records inside the scope; those without any are left out."""
    if not found:
        return {}
    members = _members_inside(session, viewer, run_id, [c.cluster_id for c in found])
    seen = [cluster for cluster in found if cluster.cluster_id in members]
    if not seen:
        return {}
    run = session.execute(select(runs).where(runs.c.id == run_id)).one()
    drawn = _drawn([members[c.cluster_id] for c in seen], run.parameters["eps_m"] / 4)
    rows = [row for cluster in seen for row in members[cluster.cluster_id]]
    ends = ends_of_run(run.parameters, run.as_of)
    facts = with_facts(
        drawn,
        _facts(session, rows, run_id),
        {line.neighbour: line.geometry for line in border_lines(session, viewer)},
        windows=[change_window(run.since, run.as_of, ends.span(c.province_code)) for c in seen],
    )
    return {
        cluster.cluster_id: _replaced(cluster, part, partial=cluster.cluster_id in crossing)
        for cluster, part in zip(seen, facts, strict=True)
    }


def _replaced(cluster: StoredCluster, part: Cluster, *, partial: bool) -> StoredCluster:
    """The cluster with what its records inside the scope tell, whole or where they lie alone."""
    told: dict[str, Any] = {name: getattr(part, name) for name in (_OWN if partial else _DRAWN)}
    return replace(cluster, partial=partial, redrawn=True, **told)


def _members_inside(
    session: Session, viewer: Viewer, run_id: int, cluster_ids: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    """What is known of the members inside the scope that still have a point, by cluster."""
    m, i, at = cluster_members.c, incidents.c, shown_point(session, viewer)
    statement = (
        select(m.cluster_id, i.id, at.lon, at.lat, i.occurred_on, i.date_precision, i.kind)
        .join(incidents, i.id == m.incident_id)
        .where(m.run_id == run_id, m.cluster_id.in_(cluster_ids))
        .where(visible(viewer, incidents), i.lon.is_not(None))
        .order_by(i.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.cluster_id].append(row)
    return found


def _drawn(groups: Sequence[Sequence[Row[Any]]], margin_m: float) -> list[Cluster]:
    rows = [row for group in groups for row in group]
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return describe_clusters(
        np.array([row.lon for row in rows]),
        np.array([row.lat for row in rows]),
        days=[row.occurred_on for row in rows],
        ids=np.array([row.id for row in rows]),
        labels=labels,
        core=np.ones(labels.size, dtype=bool),
        margin_m=margin_m,
    )


def _facts(session: Session, rows: Sequence[Row[Any]], run_id: int) -> RecordFacts:
    ordered = sorted(rows, key=lambda row: row.id)
    known = [r.occurred_on if r.date_precision == DatePrecision.DAY else None for r in ordered]
    seized = _seized(session, run_id, {row.cluster_id for row in rows})
    return RecordFacts(
        ids=np.array([row.id for row in ordered], dtype=np.int64),
        days=np.array(known, dtype="datetime64[D]"),
        kinds=kind_numbers(row.kind for row in ordered),
        seized_ids=np.array([id_ for id_, _ in seized], dtype=np.int64),
        seized=substance_numbers(name for _, name in seized),
    )


def _seized(session: Session, run_id: int, cluster_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Record and substance, each pair once, of all members of some clusters."""
    s, m = seizures.c, cluster_members.c
    statement = (
        select(s.incident_id, s.substance)
        .join(cluster_members, m.incident_id == s.incident_id)
        .where(m.run_id == run_id, m.cluster_id.in_(sorted(cluster_ids)))
        .distinct()
    )
    return [(id_, name) for id_, name in session.execute(statement)]
