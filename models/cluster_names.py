"""The names of clusters over all runs: who had which, and giving them to a new run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Integer, cast, func, select, true
from sqlalchemy.orm import Session

from geo.lineage import NamedCluster, trace
from geo.records import Cluster
from models.additions import keep_others_from_writing
from models.tables import cluster_members, clusters, runs
from models.viewers import Viewer

_PREFIX = len("C-")


def name_clusters(
    session: Session,
    viewer: Viewer,
    found: Sequence[Cluster],
    read_ids: NDArray[np.int64],
    *,
    since: date | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> list[Cluster]:
    """Give the clusters of a run that is about to be stored their names.

    Called in the unit of work that stores the run, so that no name is given twice.
    `read_ids` are all records that the run read, `since` and `parameters` its own.

    Raises
    ------
    NotAllowedError
        If the viewer may not write or does not see the whole nation.
    """
    viewer.require_write()
    keep_others_from_writing(session, runs)
    descents = trace(
        [cluster.members for cluster in found],
        previous_members(session, viewer, since, parameters),
        next_number=_next_number(session),
        read_ids=read_ids,
    )
    return [
        replace(c, stable_id=d.stable_id, lineage=d.lineage, parents=d.parents)
        for c, d in zip(found, descents, strict=True)
    ]


def previous_members(
    session: Session,
    viewer: Viewer,
    since: date | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> list[NamedCluster]:
    """Every cluster that has a name, with its records when it was last found.

    Those of the run before are marked: of the last official run with such a window and
    such parameters, else of the last official run. The others are as an official run
    last found them, or a trial where none did.

    Raises
    ------
    NotAllowedError
        If the viewer does not see the whole nation.
    """
    viewer.require_nation()
    c, r = clusters.c, runs.c
    earlier = session.execute(select(r.id, r.since, r.parameters).order_by(r.id.desc())).all()
    official = [run for run in earlier if not is_trial(run.parameters)]
    kind = None if parameters is None else _kind(since, parameters)
    alike = [run.id for run in official if _kind(run.since, run.parameters) == kind]
    before = next(iter(alike or [run.id for run in official]), None)
    trials = [run.id for run in earlier if is_trial(run.parameters)]
    form: dict[str, int] = {}
    for wanted in (true(), c.run_id.not_in(trials), c.run_id == before):
        last = select(c.stable_id, func.max(c.run_id)).where(c.stable_id != "", wanted)
        form |= dict(session.execute(last.group_by(c.stable_id)).all())
    names_of: dict[int, list[str]] = defaultdict(list)
    for name, run_id in form.items():
        names_of[run_id].append(name)
    return [
        NamedCluster(name, np.array(ids, dtype=np.int64), run_id == before)
        for run_id, names in sorted(names_of.items())
        for name, ids in _members_of(session, run_id, names)
    ]


def is_trial(parameters: Mapping[str, Any]) -> bool:
    """Whether a run of these parameters speaks for nobody."""
    return bool(parameters.get("trial"))


def _kind(since: date | None, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two runs alike: how they cluster, and how their windows were asked for."""
    method = tuple(parameters.get(name) for name in ("eps_m", "min_samples", "eps_days"))
    asked = (since is None, parameters.get("window_days"), bool(parameters.get("period")))
    return (*method, *asked)


def _members_of(session: Session, run_id: int, names: Sequence[str]) -> list[tuple[str, list[int]]]:
    """The records of some clusters of a run, by name."""
    c, m = clusters.c, cluster_members.c
    numbers = select(c.cluster_id, c.stable_id).where(c.run_id == run_id)
    wanted = set(names)
    name_of = {number: name for number, name in session.execute(numbers) if name in wanted}
    members: dict[str, list[int]] = {name: [] for name in names}
    # One pass over the run: joined in the database this is a pass for every cluster.
    rows = session.execute(select(m.cluster_id, m.incident_id).where(m.run_id == run_id))
    for number, incident_id in rows:
        if number in name_of:
            members[name_of[number]].append(incident_id)
    return sorted(members.items())


def _next_number(session: Session) -> int:
    """One above the highest number ever given."""
    name = clusters.c.stable_id
    numbers = select(func.max(cast(func.substr(name, _PREFIX + 1), Integer))).where(name != "")
    return (session.scalar(numbers) or 0) + 1
