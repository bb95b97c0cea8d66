"""Facilities as a layer of the map: points where they are few enough, else numbers by commune."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from geo.terms import FacilityKind
from models import communes, facilities
from models.facilities import FacilityFilter, StoredFacility
from models.facility_cases import RADII_M, counts_around
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.facility_list import point_of
from webapp.services.facility_spots import nearest_spots
from webapp.services.overview import Box, View, filter_of

MAX_POINTS = 3_000
"""Facilities drawn as points; more become numbers on their communes."""


def facilities_of(
    database: Database,
    viewer: Viewer,
    kinds: Sequence[FacilityKind],
    province_code: str | None,
    box: Box | None,
) -> dict[str, Any]:
    """Facilities of some kinds in a province or the nation, in a box of the map or anywhere.

    Those known by their commune alone are numbers by commune and kind also beside points; of a
    box they are those whose commune lies in it. Where all are numbers, those of the box are not
    told apart: the map knows which communes lie in it. `counts` are those of every kind in the
    box, asked for or not, whose commune is known.
    """
    bbox = None if box is None else (box.west, box.south, box.east, box.north)
    wanted = FacilityFilter(tuple(kinds), province_code, bbox=bbox)
    drawn: dict[str, Any] = {"mode": "points", "points": [], "communes": {}}
    with unit_of_work(database, viewer, read_only=True) as session:
        in_box = FacilityFilter((), province_code, bbox=bbox)
        vague = facilities.count_without_point(session, viewer, in_box)
        drawn["counts"] = _together(facilities.count_with_point(session, viewer, in_box), vague)
        if not kinds:
            return drawn
        if sum(facilities.count_with_point(session, viewer, wanted).values()) > MAX_POINTS:
            anywhere = FacilityFilter(tuple(kinds), province_code)
            by_commune = facilities.count_by_commune(session, viewer, anywhere)
            return drawn | {"mode": "communes", "communes": by_commune}
        found = facilities.find_facilities(session, viewer, wanted)
    points = [_point(each) for each in found if point_of(each) is not None]
    return drawn | {"points": points, "communes": _of_kinds(vague, kinds)}


def kinds_known(database: Database, viewer: Viewer) -> dict[str, int]:
    """How many facilities of each kind the viewer sees, kinds without any left out."""
    with unit_of_work(database, viewer, read_only=True) as session:
        counted = facilities.count_by_kind(session, viewer)
    return {kind.value: n for kind, n in counted.items()}


def facility_card(database: Database, viewer: Viewer, id: int, view: View) -> dict[str, Any]:
    """One facility with the incidents of a view around it, for the card beside the map.

    They are counted on both sides of a province's limit, whatever province the view shows.

    Raises
    ------
    NotFoundError
        If there is none of this number in the viewer's scope.
    """
    wanted = replace(filter_of(view), province_code=None, near=None)
    with unit_of_work(database, viewer, read_only=True) as session:
        found = facilities.facility_by_id(session, viewer, id)
        code = found.placement.commune_code_now
        commune = communes.names_of(session, viewer, [code]).get(code, code) if code else ""
        point = point_of(found)
        points = [] if point is None else [point]
        counts = counts_around(session, viewer, points, wanted).tolist()
        spots = nearest_spots(session, viewer, points, view.until)
    spot = spots[0] if spots else None
    return {
        "id": found.id,
        "name": found.name,
        "kind": found.kind.value,
        "address": found.address_text,
        "commune": code,
        "commune_name": commune,
        "counts": list(zip(RADII_M, counts[0], strict=True)) if counts else None,
        "spot": spot and [spot.ref, spot.source, spot.name, spot.status, round(spot.distance_m)],
    }


def _together(
    pointed: Mapping[FacilityKind, int], vague: Mapping[str, Mapping[FacilityKind, int]]
) -> dict[FacilityKind, int]:
    """How many there are of each kind, with a point or without."""
    total = Counter(pointed)
    for by_kind in vague.values():
        total.update(by_kind)
    return dict(total)


def _of_kinds(
    by_commune: Mapping[str, Mapping[FacilityKind, int]], kinds: Sequence[FacilityKind]
) -> dict[str, dict[FacilityKind, int]]:
    cut = {
        code: {kind: n for kind, n in by_kind.items() if kind in kinds}
        for code, by_kind in by_commune.items()
    }
    return {code: by_kind for code, by_kind in cut.items() if by_kind}


def _point(facility: StoredFacility) -> list[Any]:
    place = facility.placement
    lon, lat = round(place.lon or 0.0, 5), round(place.lat or 0.0, 5)
    return [facility.id, lon, lat, facility.kind.value, facility.name]
