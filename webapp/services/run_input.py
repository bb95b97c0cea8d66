"""All that a run reads before it begins: records, register, communes, border."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.register import LocatedRecords
from geo.surroundings import Surroundings
from models import audit, communes, hotspots
from models.communes import BoundaryVersion
from models.data_ends import DataEnds, data_ends
from models.hotspots import StoredHotspot
from models.incident_counts import ClusterInput, clustering_input, vague_incidents
from models.incident_filters import IncidentFilter
from models.nearby import UndatedIncidents, located_incidents, undated_incidents
from models.session import Session
from models.viewers import Viewer
from webapp.services.run_windows import RunWindow


@dataclass(frozen=True, slots=True, eq=False)
class RunInput:
    """All that a run reads: the records to cluster, and what they are held against.

    `located` are the verified records with a point and a known day, of all days up to the
    day of the run, whatever its window; `undated` those without a known day;
    `read_up_to` is the last audit event that they follow. `ends` tells of which days up
    to that of the run there are data.
    """

    points: ClusterInput
    located: LocatedRecords
    undated: UndatedIncidents
    spots: list[StoredHotspot]
    surroundings: Surroundings
    border: dict[str, BaseGeometry]
    version: BoundaryVersion
    read_up_to: int
    ends: DataEnds


def read_for_run(session: Session, viewer: Viewer, window: RunWindow) -> RunInput:
    """Read everything for a run of a window.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    """
    read_up_to = audit.last_id(session, viewer)
    version = communes.current_version(session, viewer)
    wanted = IncidentFilter(since=window.since, until=window.as_of)
    return RunInput(
        points=clustering_input(session, viewer, wanted),
        located=located_incidents(session, viewer, None, None, window.as_of),
        undated=undated_incidents(session, viewer, window.as_of),
        spots=hotspots.find_hotspots(session, viewer),
        surroundings=_surroundings(session, viewer, version.id, window.as_of),
        border={b.neighbour: b.geometry for b in communes.border_lines(session, viewer)},
        version=version,
        read_up_to=read_up_to,
        ends=data_ends(session, viewer, window.as_of),
    )


def _surroundings(session: Session, viewer: Viewer, version_id: int, as_of: date) -> Surroundings:
    """The communes, and the records known by commune alone."""
    shapes = communes.commune_shapes(session, viewer, version_id, "province")
    row_of = {shape.code: row for row, shape in enumerate(shapes)}
    vague = [(row_of[c], day) for c, day in vague_incidents(session, viewer, as_of) if c in row_of]
    return Surroundings(
        shapes=np.array([shape.geometry for shape in shapes], dtype=object),
        vague=np.array([row for row, _ in vague], dtype=np.int64),
        vague_days=np.array([day for _, day in vague], dtype="datetime64[D]"),
    )
