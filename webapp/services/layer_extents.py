"""How far the layers reach, in space and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from models import communes
from models.incident_stream import incidents_extent
from models.placements import Bbox
from models.session import Session
from models.viewers import Viewer
from webapp.services.layer_catalogue import LAYERS
from webapp.services.layer_features import layer_rows
from webapp.services.layer_query import LayerQuery


@dataclass(frozen=True, slots=True)
class Extent:
    """The box around the features of a layer (WGS 84) and their days; None where there are none.

    `until` None beside a `since`: some go on without an end that is known.
    """

    bbox: Bbox | None = None
    since: date | None = None
    until: date | None = None


def layer_extent(session: Session, viewer: Viewer, layer: str, as_of: date) -> Extent:
    """How far what the viewer may see of a layer reaches.

    Raises
    ------
    NotFoundError
        If there is no such layer, or nothing that it could be made of.
    """
    if layer == "incidents":
        bbox, days = incidents_extent(session, viewer, as_of)
        return Extent(bbox, *(days or ()))
    if layer == "border_segments":  # counting its bands is not needed to know where it lies
        return Extent(_around([each.geometry for each in communes.border_lines(session, viewer)]))
    if layer in ("communes", "provinces"):
        version = communes.current_version(session, viewer)
        shapes = communes.commune_shapes(session, viewer, version.id, "nation")
        return Extent(_around([shape.geometry for shape in shapes]))
    found = layer_rows(session, viewer, LayerQuery(layer, as_of))
    bbox = _around(found.geometries(range(len(found.rows))))
    time = LAYERS[layer].time
    if not time or not found.rows:
        return Extent(bbox)
    ends = [row[time[-1]] for row in found.rows]
    since = min(filter(None, (row[time[0]] for row in found.rows)), default=None)
    return Extent(bbox, since, None if None in ends else max(ends))


def _around(geometries: Sequence[BaseGeometry | None]) -> Bbox | None:
    known = [each for each in geometries if each is not None]
    if not known:
        return None
    west, south, east, north = shapely.total_bounds(known).tolist()
    return west, south, east, north
