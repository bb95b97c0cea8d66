"""Key routes as a layer for other tools, with the communes along them."""

from __future__ import annotations

from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.records import Period
from geo.routes import line_length_km
from models import corridors
from models.corridor_crossings import provinces_on
from models.session import Session
from models.viewers import Viewer
from webapp.services.corridors import force_on

COLUMNS = (
    *("id", "ref", "source", "name", "mode", "reach", "decision", "decided_on", "valid_from"),
    *("valid_to", "as_of", "force", "width_m", "length_km", "province_codes", "commune_codes"),
    "note",
)


def corridor_rows(
    session: Session, viewer: Viewer, as_of: date, province_code: str | None
) -> tuple[tuple[str, ...], list[dict[str, Any]], list[BaseGeometry | None]]:
    """Columns, rows and lines (WGS 84) of the routes in force on a day.

    `commune_codes` are those of the map in force, in order along the line.
    """
    found = corridors.find_corridors(
        session, viewer, period=Period(as_of, as_of), province_code=province_code
    )
    along = corridors.communes_on(session, viewer, found)
    rows = [
        {
            "id": route.id,
            "ref": route.ref,
            "source": route.source,
            "name": route.name,
            "mode": route.mode.value,
            "reach": route.reach.value,
            "decision": route.decision,
            "decided_on": route.decided_on,
            "valid_from": route.valid_from,
            "valid_to": route.valid_to,
            "as_of": as_of,
            "force": force_on(route, as_of).value,
            "width_m": route.width_m,
            "length_km": round(line_length_km(route.geometry), 3),
            "province_codes": list(provinces_on(along[route.id])),
            "commune_codes": [each.commune_code for each in along[route.id]],
            "note": route.note,
        }
        for route in found
    ]
    return COLUMNS, rows, [route.geometry for route in found]
