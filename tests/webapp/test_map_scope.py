"""What lies outside an account's area changes nothing of what its map tells."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from geo.facilities import Facility
from geo.records import PlaceQuery
from geo.terms import FacilityKind, Layer, Precision
from models import facilities, hotspots, incidents
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import a_hotspot, an_import, an_incident
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import NOW, point

VIEW = "province=&from=2025-12-15&to=2026-06-14"
BOX = "bbox=107.0,14.0,109.0,15.0"
DAY = date(2026, 3, 1)
"""Inside the days of which the province has data: those days are no secret within it."""

SLIVER = "bbox=107.749,14.649,107.751,14.651"
ADDRESSES = (
    *(f"/api/summary?{VIEW}{more}" for more in ("", f"&{BOX}", f"&{SLIVER}", "&near=school:500")),
    f"/api/summary?{VIEW}&{BOX}&part=cases&near=school:500",
    *(f"/api/{name}?{VIEW}" for name in ("hotspots", "months", "filters", "change", "segments")),
    *(f"/api/{name}?{VIEW}&{BOX}&zoom=14" for name in ("incidents", "story")),
    *(f"/api/search?{VIEW}&q={text}" for text in ("hang", "td-x", "nha o")),
    f"/api/facilities?kinds=school&{BOX}",
    *("/facilities", f"/border?{VIEW}", "/corridors", "/hotspots"),
)
"""Every answer of the map that counts, names or draws records."""


@pytest.mark.parametrize("name", ["commune", "province"])
def test_records_of_another_area_change_no_answer(
    name: str, signed_in: SignIn, seeded_database: Database
) -> None:
    client = signed_in(name)

    def answers() -> list[str]:
        texts = [client.get(address).text for address in ADDRESSES]
        return [re.sub(r'nonce="[^"]*"|name="csrf_token"[^>]*>', "", text) for text in texts]

    before = answers()
    _store_elsewhere(seeded_database)

    assert dict(zip(ADDRESSES, answers(), strict=True)) == dict(zip(ADDRESSES, before, strict=True))
    assert "TD-X" in signed_in("planner").get(f"/api/search?{VIEW}&q=td-x").text


def _store_elsewhere(database: Database) -> None:
    """A case, a vague case, a place, a home and a school in a commune of neither account."""
    there = point(107.75, 14.65, "23377", "51")
    nowhere = replace(there, precision=Precision.COMMUNE, lon=None, lat=None)
    vague = an_incident("X-2", occurred_on=DAY, placement=nowhere, offenders=5)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        cases = [an_incident("X-1", occurred_on=DAY, placement=there, offenders=3), vague]
        incidents.add_incidents(session, LOCAL_OPERATOR, cases, an_import(session))
        spots = [
            a_hotspot("TD-X", name="Hang đá", placement=there),
            a_hotspot("TD-Y", name="Nhà ở bên hang", placement=there, is_dwelling=True),
        ]
        hotspots.add_hotspots(
            session, LOCAL_OPERATOR, spots, an_import(session, Layer.HOTSPOTS), at=NOW
        )
        school = Facility("X", "SỞ", "Trường", FacilityKind.SCHOOL, there, place=PlaceQuery())
        import_id = an_import(session, Layer.FACILITIES)
        facilities.add_facilities(session, LOCAL_OPERATOR, [school], import_id)
