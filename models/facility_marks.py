"""Facilities as lists take them: few columns of many rows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.terms import FacilityKind
from models.facilities import ALL, FacilityFilter, facility_conditions
from models.placements import finer_than_commune
from models.tables import facilities
from models.viewers import Viewer

_KINDS = {kind.value: kind for kind in FacilityKind}


@dataclass(frozen=True, slots=True)
class FacilityMark:
    """A facility without the history of its placement and of its import.

    `lon`, `lat` in WGS 84 are None where it has no point of its own.
    """

    id: int
    ref: str
    name: str
    kind: FacilityKind
    address_text: str
    commune_code: str | None
    province_code: str | None
    lon: float | None
    lat: float | None

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, None where it has no point of its own."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)


def facility_marks(
    session: Session, viewer: Viewer, wanted: FacilityFilter = ALL
) -> list[FacilityMark]:
    """The facilities of a filter by name."""
    c = facilities.c
    columns = (c.id, c.ref, c.name, c.kind, c.address_text, c.commune_code_now, c.province_code)
    statement = (
        select(*columns, finer_than_commune(facilities), c.lon, c.lat)
        .where(*facility_conditions(session, viewer, wanted))
        .order_by(c.name, c.id)
    )
    found = []
    for id_, ref, name, kind, address, *areas, fine, lon, lat in session.execute(statement):
        point = (lon, lat) if fine else (None, None)
        commune, province = areas
        told = (id_, ref, name, _KINDS[kind], address, commune, province)
        found.append(FacilityMark(*told, *point))
    return found
