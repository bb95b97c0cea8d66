"""Key routes for the planner's map: their lines, where they stand in the view, their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.records import Period
from geo.routes import line_length_km
from models import communes, corridors
from models.corridor_crossings import provinces_on
from models.corridors import StoredCorridor
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.corridor_profile import profile_of
from webapp.services.corridors import force_on

_SIMPLE_DEG = {"nation": 0.002, "province": 0.0005, "full": 0.00005}
"""Bends left out, in degrees: less than a pixel where the level is drawn."""

LEVELS = tuple(_SIMPLE_DEG)
_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class RouteView:
    """What of the routes is asked for: those in force on some day of a period."""

    province_code: str | None
    since: date
    until: date

    @property
    def period(self) -> Period:
        """The days of the view."""
        return Period(self.since, self.until)


def routes_of(
    database: Database, viewer: Viewer, view: RouteView, level: str
) -> list[dict[str, Any]]:
    """The routes in force on some day of the view; `force` is where each stands on the last.

    `communes` counts those that the line crosses, `beside` those that its band alone reaches.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        found = corridors.find_corridors(
            session, viewer, period=view.period, province_code=view.province_code
        )
        along = corridors.communes_on(session, viewer, found)
        names = communes.province_names(session, viewer)
    return [
        {
            **_told(route, view.until),
            "communes": sum(each.length_km > 0 for each in along[route.id]),
            "beside": sum(each.length_km <= 0 for each in along[route.id]),
            "provinces": [names.get(code, code) for code in provinces_on(along[route.id])],
            "parts": _parts(route.geometry, _SIMPLE_DEG[level]),
        }
        for route in found
    ]


def route_figures(database: Database, viewer: Viewer, id: int, view: RouteView) -> dict[str, Any]:
    """The cases and hotspots beside a route in the days of the view.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        route = corridors.find_corridor(session, viewer, id)
        along = corridors.communes_on(session, viewer, [route])[id]
        profile = profile_of(session, viewer, route, along, view.period)
    worst = profile.worst
    return {
        "cases": profile.cases,
        "offenders": profile.offenders,
        "earlier": profile.earlier,
        "without_point": profile.without_point,
        "within_m": profile.within_m,
        "partial": profile.is_partial,
        "worst": None
        if worst is None
        else {"from_km": worst.from_km, "to_km": round(worst.to_km, 1), "cases": worst.cases},
        "hotspots": dict(Counter(spot.status.value for spot in profile.spots)),
        "communes": _in_order([each.code for each in profile.stretches], profile.names),
    }


def _told(route: StoredCorridor, on: date) -> dict[str, Any]:
    return {
        "id": route.id,
        "name": route.name,
        "ref": "" if route.ref.startswith("auto-") else route.ref,
        "mode": route.mode.value,
        "reach": route.reach.value,
        "decision": route.decision,
        "from": route.valid_from.isoformat(),
        "to": None if route.valid_to is None else route.valid_to.isoformat(),
        "force": force_on(route, on).value,
        "width_m": route.width_m,
        "length_km": round(line_length_km(route.geometry), 1),
    }


def _parts(line: BaseGeometry, tolerance_deg: float) -> list[list[list[float]]]:
    """The corners of every part as [lat, lon], as the map takes them."""
    simple = shapely.get_parts(shapely.simplify(line, tolerance_deg))
    return [np.round(shapely.get_coordinates(p)[:, ::-1], _DECIMALS).tolist() for p in simple]


def _in_order(codes: Sequence[str], names: Any) -> list[list[str]]:
    return [[code, names[code]] for code in dict.fromkeys(codes)]
