"""Clusters as a viewer may see them: of one that reaches beyond the scope, what lies inside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Row, and_, exists, select
from sqlalchemy.orm import Session

from geo.cluster_facts import (
    RecordFacts,
    fitting_change_days,
    kind_numbers,
    substance_numbers,
    with_facts,
)
from geo.cluster_shapes import describe_clusters
from geo.records import Cluster, CountChange
from geo.terms import ClusterFlag, DatePrecision, IncidentKind, Lineage, Substance
from models.border import border_lines
from models.disclosure import visible
from models.errors import NotFoundError
from models.tables import (
    cluster_communes,
    cluster_members,
    clusters,
    hotspots,
    incidents,
    runs,
    seizures,
)
from models.viewers import ScopeKind, Viewer

_OWN = (
    *("n", "lon", "lat", "hull_wkb", "first_date", "last_date", "top_kind", "top_kind_n"),
    *("top_substance", "top_substance_n", "change", "border_m", "border_with"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCluster(Cluster):
    """A cluster with the commune and province that most of its records lie in.

    `partial` says that it reaches beyond the viewer's scope: number, days, hull,
    middle, kinds and change then speak of the records inside alone.
    """

    run_id: int
    commune_code: str | None
    province_code: str | None
    partial: bool = False

    @property
    def hull(self) -> BaseGeometry:
        """The hull in WGS 84."""
        return shapely.from_wkb(self.hull_wkb)


def run_clusters(
    session: Session,
    viewer: Viewer,
    run_id: int,
    province_code: str | None = None,
    *,
    stable_id: str | None = None,
) -> list[StoredCluster]:
    """Clusters that have a record inside the viewer's scope, and in a province if given.

    `members` are left out; `cluster_member_ids` gives them. The nearest hotspot is
    named to those only who see it in the register.
    """
    wanted = [clusters.c.run_id == run_id]
    if stable_id is not None:
        wanted.append(clusters.c.stable_id == stable_id)
    if viewer.scope.kind is not ScopeKind.NATION:
        wanted.append(_touches(visible(viewer, cluster_communes)))
    if province_code is not None:
        wanted.append(_touches(cluster_communes.c.province_code == province_code))
    rows = session.execute(select(clusters).where(*wanted).order_by(clusters.c.cluster_id)).all()
    communes = _communes(session, viewer, run_id)
    found = [_stored(row, communes.get(row.cluster_id, [])) for row in rows]
    if viewer.scope.kind is ScopeKind.NATION:
        return found
    inside = {id_: sum(row.n for row in those) for id_, those in communes.items()}
    crossing = [c for c in found if inside.get(c.cluster_id, 0) < c.n]
    cut = _cut(session, viewer, run_id, crossing)
    seen = {c.cluster_id: c for c in found if c not in crossing} | cut
    return _without_hidden_hotspots(session, viewer, run_id, [c for _, c in sorted(seen.items())])


def find_cluster(session: Session, viewer: Viewer, stable_id: str) -> StoredCluster:
    """A cluster by its name, as the last run that found it saw it.

    Raises
    ------
    NotFoundError
        If there is none that the viewer may see.
    """
    found = cluster_history(session, viewer, stable_id, limit=1)
    if not found:
        raise NotFoundError(f"Không có cụm «{stable_id}» trong phạm vi của tài khoản.")
    return found[0]


def cluster_history(
    session: Session, viewer: Viewer, stable_id: str, limit: int | None = None
) -> list[StoredCluster]:
    """A cluster by its name as each run saw it, the latest run first."""
    c = clusters.c
    wanted = select(c.run_id).where(c.stable_id == stable_id).order_by(c.run_id.desc())
    found = []
    for run_id in session.scalars(wanted.limit(limit)).all():
        found += run_clusters(session, viewer, run_id, stable_id=stable_id)
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


def _touches(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    same = and_(
        cluster_communes.c.run_id == clusters.c.run_id,
        cluster_communes.c.cluster_id == clusters.c.cluster_id,
    )
    return exists().where(same, condition)


def _communes(session: Session, viewer: Viewer, run_id: int) -> dict[int, list[Row[Any]]]:
    """The communes of every cluster inside the scope, that with most records first."""
    c = cluster_communes.c
    statement = (
        select(c.cluster_id, c.commune_code, c.province_code, c.n)
        .where(c.run_id == run_id, visible(viewer, cluster_communes))
        .order_by(c.cluster_id, c.n.desc(), c.commune_code)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.cluster_id].append(row)
    return found


def _cut(
    session: Session, viewer: Viewer, run_id: int, crossing: Sequence[StoredCluster]
) -> dict[int, StoredCluster]:
    """Clusters again from the records inside the scope; those without any are left out."""
    if not crossing:
        return {}
    members = _members_inside(session, viewer, run_id, [c.cluster_id for c in crossing])
    seen = [cluster for cluster in crossing if cluster.cluster_id in members]
    if not seen:
        return {}
    run = session.execute(select(runs).where(runs.c.id == run_id)).one()
    drawn = _drawn([members[c.cluster_id] for c in seen], run.parameters["eps_m"] / 4)
    rows = [row for cluster in seen for row in members[cluster.cluster_id]]
    facts = with_facts(
        drawn,
        _facts(session, rows, run_id),
        {line.neighbour: line.geometry for line in border_lines(session, viewer)},
        as_of=run.as_of,
        change_days=fitting_change_days(run.since, run.as_of),
    )
    return {
        cluster.cluster_id: _replaced(cluster, part)
        for cluster, part in zip(seen, facts, strict=True)
    }


def _replaced(cluster: StoredCluster, part: Cluster) -> StoredCluster:
    """The cluster with what its records inside the scope tell."""
    told: dict[str, Any] = {name: getattr(part, name) for name in _OWN}
    return replace(cluster, partial=True, **told)


def _members_inside(
    session: Session, viewer: Viewer, run_id: int, cluster_ids: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    """What is known of the members inside the scope that still have a point, by cluster."""
    m, i = cluster_members.c, incidents.c
    statement = (
        select(m.cluster_id, i.id, i.lon, i.lat, i.occurred_on, i.date_precision, i.kind)
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


def _without_hidden_hotspots(
    session: Session, viewer: Viewer, run_id: int, found: Sequence[StoredCluster]
) -> list[StoredCluster]:
    """The clusters, the nearest hotspot named where the viewer sees it in the register.

    Runs of before hotspots were kept by number name none to a viewer of a part.
    """
    h = hotspots.c
    near = select(clusters.c.hotspot_id).where(clusters.c.run_id == run_id)
    ids = set(session.scalars(select(h.id).where(h.id.in_(near), visible(viewer, hotspots))))
    hidden: dict[str, Any] = {"nearest_hotspot": None, "nearest_m": None, "hotspot_id": None}
    return [c if c.hotspot_id in ids else replace(c, **hidden) for c in found]


def _stored(row: Row[Any], communes: Sequence[Row[Any]]) -> StoredCluster:
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
