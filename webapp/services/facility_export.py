"""Facilities as a layer to be exported: what they are and where, no count of anything."""

from __future__ import annotations

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from models.facilities import FacilityFilter, StoredFacility, find_facilities
from models.session import Session
from models.viewers import Viewer
from webapp.services.facility_list import point_of

COLUMNS = (
    *("ref", "source", "name", "kind", "address_text", "lon", "lat", "precision"),
    *("commune_code", "commune_code_now", "province_code", "geocode_method", "geocode_confidence"),
    *("note", "import_id"),
)


def facility_rows(
    session: Session, viewer: Viewer, province_code: str | None
) -> tuple[tuple[str, ...], list[dict[str, Any]], list[BaseGeometry | None]]:
    """Columns, rows and points (WGS 84; None where only the commune is known) of the facilities."""
    found = find_facilities(session, viewer, FacilityFilter(province_code=province_code))
    points = [point_of(each) for each in found]
    geometries = [None if point is None else shapely.Point(point) for point in points]
    return COLUMNS, [_row(each) for each in found], list(geometries)


def _row(facility: StoredFacility) -> dict[str, Any]:
    place = facility.placement
    told = {name: getattr(place, name) for name in ("lon", "lat", "commune_code")}
    return {
        "ref": facility.ref,
        "source": facility.source,
        "name": facility.name,
        "kind": facility.kind.value,
        "address_text": facility.address_text,
        "note": facility.note,
        "import_id": facility.import_id,
        **told,
        "precision": place.precision.value,
        "commune_code_now": place.commune_code_now,
        "province_code": place.province_code,
        "geocode_method": place.method,
        "geocode_confidence": place.confidence,
    }
