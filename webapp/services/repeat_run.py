"""A stored run done once more on the points it read: the same labels, or not."""

from __future__ import annotations

from dataclasses import dataclass

import webapp
from models import communes, run_points, runs
from models.incident_counts import clustering_input
from models.incident_filters import IncidentFilter
from models.run_points import labels_digest
from models.runs import Run
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.analyse import stamp_of
from webapp.services.run_method import method_of


@dataclass(frozen=True, slots=True)
class Repetition:
    """What repeating a run showed.

    `same_labels`: every point has the label it was stored with. `same_data` and
    `same_boundaries`: a run of today with its parameters would read the same records
    and the same map. `software_version` is the one that repeated it.
    """

    run: Run
    n_records: int
    n_clusters: int
    labels_sha256: str
    same_labels: bool
    same_data: bool
    same_boundaries: bool
    software_version: str


def repeat_run(database: Database, viewer: Viewer, run_id: int) -> Repetition:
    """Cluster the points of a stored run again with its parameters; stores nothing.

    Raises
    ------
    NotAllowedError
        If the viewer does not see the whole nation.
    NotFoundError
        If the run is unknown or keeps no points.
    """
    viewer.require_nation()
    with unit_of_work(database, viewer, read_only=True) as session:
        run = runs.run_by_id(session, viewer, run_id)
        points = run_points.points_of(session, viewer, run_id)
        same_data = _stamp_of_today(session, viewer, run) == run.data_stamp
        version = communes.current_version(session, viewer)
    labels = method_of(run.parameters).label(points.lons, points.lats, points.days)
    digest = labels_digest(labels.labels)
    return Repetition(
        run=run,
        n_records=int(points.ids.size),
        n_clusters=labels.n_clusters,
        labels_sha256=digest,
        same_labels=digest == run.labels_sha256,
        same_data=same_data,
        same_boundaries=version.id == run.boundary_version_id,
        software_version=webapp.__version__,
    )


def _stamp_of_today(session: Session, viewer: Viewer, run: Run) -> str:
    wanted = IncidentFilter(since=run.since, until=run.as_of)
    points = clustering_input(session, viewer, wanted)
    dated = run.parameters.get("eps_days") is not None
    return stamp_of(points.dated() if dated else points)
