"""The geocoder of a site: its installed maps and the crosswalk between them."""

from __future__ import annotations

from functools import lru_cache

from geo.coverage import Coverage, coverage_from_rows
from geo.crosswalk import load_crosswalk
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.geocode import Geocoder
from models import communes
from models.session import Database, unit_of_work
from models.viewers import Viewer

APPROXIMATE_TOLERANCE_M = 5_000.0
"""How far outside its named commune a point may lie while limits are approximate."""

OFFICIAL_TOLERANCE_M = 50.0
"""How far outside its named commune a point may lie: simplified limits, phone fixes."""


def believed_within_m(approximate: bool) -> float:
    """How far outside its commune a point may lie and still be believed, in metres."""
    return APPROXIMATE_TOLERANCE_M if approximate else OFFICIAL_TOLERANCE_M


def current_map_id(database: Database, viewer: Viewer) -> int:
    """The version of boundaries in force; `NotFoundError` if there is none."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return communes.current_version(session, viewer).id


def load_geocoder(database: Database, viewer: Viewer) -> Geocoder:
    """The geocoder over every installed map.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        current = communes.current_version(session, viewer)
        versions = communes.past_versions(session, viewer)
        units = [
            CommuneUnit(
                code=unit.code,
                name=unit.name,
                full_name=unit.full_name,
                unit_type=unit.unit_type,
                province_code=unit.province_code,
                province_name=unit.province_name,
            )
            for unit in communes.commune_units(session, viewer, current.id)
        ]
    past = [
        (v.valid_from, v.valid_to, _coverage(database, viewer, v.id, v.approximate))
        for v in versions
    ]
    coverage = _coverage(database, viewer, current.id, current.approximate)
    return Geocoder(Gazetteer.build(units, load_crosswalk()), coverage, past)


@lru_cache(maxsize=4)
def _coverage(database: Database, viewer: Viewer, version_id: int, approximate: bool) -> Coverage:
    # An installed version never changes, so its coverage may be kept.
    with unit_of_work(database, viewer, read_only=True) as session:
        rows = communes.coverage_rows(session, viewer, version_id)
    tolerance_m = believed_within_m(approximate)
    return coverage_from_rows([r[0] for r in rows], [r[1] for r in rows], tolerance_m)
