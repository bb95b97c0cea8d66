"""What a view of the border needs, read in one transaction and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.records import Period
from geo.terms import HotspotStatus
from models import border_counts, incident_counts
from models.lifecycle import status_at
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.border_figures import Counted, Records, count_segments
from webapp.services.border_ground import Ground, ground_of
from webapp.services.overview import View, filter_of, hotspots_in


@dataclass(frozen=True, eq=False)
class BorderReading:
    """The border of a view.

    `total` counts all verified incidents of the view, `placed` those with a place of their
    own; of the others `vague` has those known by their commune, by its code. `spots_apart` is
    the number of hotspots without a point. `residents_period` is that of the residents,
    None where nobody declared any.
    """

    ground: Ground
    counted: Counted
    records: Records
    total: int
    placed: int
    vague: Mapping[str, int]
    spots_apart: int
    residents_period: Period | None


def read_border(database: Database, viewer: Viewer, view: View) -> BorderReading:
    """Count the border as a viewer may see it.

    Raises
    ------
    NotFoundError
        If no map is installed.
    """
    ground = ground_of(database, viewer)
    with unit_of_work(database, viewer, read_only=True) as session:
        return count_border(session, viewer, view, ground)


def count_border(session: Session, viewer: Viewer, view: View, ground: Ground) -> BorderReading:
    """As `read_border`, in a transaction that is open, on ground that was worked out."""
    wanted = filter_of(view)
    cases = border_counts.placed_cases(session, viewer, wanted, ground.reached)
    seized = border_counts.seized_in_placed(session, viewer, wanted, ground.banded)
    total, placed = border_counts.count_placing(session, viewer, wanted)
    vague = incident_counts.counts_by_commune(session, viewer, wanted, commune_precision_only=True)
    spots, apart = _spots(session, viewer, view)
    period, residents = border_counts.residents_of(session, viewer, view.until, view.province_code)
    records = Records(cases, seized, vague, spots, residents)
    counted = count_segments(ground, records, _allowed(ground, viewer, view))
    return BorderReading(ground, counted, records, total, placed, vague, apart, period)


def _spots(
    session: Session, viewer: Viewer, view: View
) -> tuple[list[tuple[float, float, HotspotStatus]], int]:
    """Places and statuses of the hotspots on the last day; how many have no point."""
    placed, apart = [], 0
    for spot in hotspots_in(session, viewer, view):
        status = status_at(spot.events, view.until)
        if status is None:
            continue
        if spot.lon is None or spot.lat is None:
            apart += 1
        else:
            placed.append((spot.lon, spot.lat, status))
    return placed, apart


def _allowed(ground: Ground, viewer: Viewer, view: View) -> NDArray[np.bool_]:
    """The communes whose land is counted: as far as the view and the viewer's scope go."""
    return np.array(
        [
            view.province_code in (None, unit.province_code)
            and viewer.scope.covers(unit.province_code, unit.code)
            for unit in ground.units
        ],
        dtype=bool,
    )
