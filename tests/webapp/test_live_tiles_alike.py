"""Live tiles of a whole site are alike on both databases, also right after something changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import mapbox_vector_tile
import pytest

from geo.vector_tiles import MapTile
from models import hotspots
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import hotspot_of, seed_site
from webapp.services import live_tiles
from webapp.services.live_tiles import clusters_in_tile, hotspots_in_tile, incidents_in_tile
from webapp.services.overview import View

VIEW = View(None, date(2025, 12, 15), date(2026, 6, 14))
TILES = [MapTile(0, 0, 0), MapTile(7, 102, 58), MapTile(12, 3272, 1881), MapTile(10, 1, 1)]
VIEWERS = [
    LOCAL_OPERATOR,
    Viewer("officer", Role.COMMUNE, Scope.commune("23401")),
    Viewer("analyst", Role.ANALYST, Scope.provinces("66")),
]


def told(database: Database) -> list[Any]:
    """Every tile for every viewer, twice, as another implementation reads it."""
    return [
        mapbox_vector_tile.decode(make(database, viewer, VIEW, tile))
        for make in (incidents_in_tile, hotspots_in_tile, clusters_in_tile)
        for viewer in VIEWERS
        for tile in TILES
        for _ in range(2)
    ]


def add_a_hotspot(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        known = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-003")
        new = hotspot_of("TĐ-9", "Mới", 107.63, 14.63, *known.events)
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [new], 1)
        session.connection().exec_driver_sql("UPDATE incidents SET lon = lon + 0.001")


@pytest.mark.postgis
def test_tiles_are_alike_before_and_after_a_change(
    sqlite_database: Database, postgis_database: Database
) -> None:
    both = (sqlite_database, postgis_database)
    for database in both:
        seed_site(database)
    before, same = (told(database) for database in both)
    assert same == before
    for database in both:
        add_a_hotspot(database)
    after, same = (told(database) for database in both)
    assert same == after
    assert after != before
    assert any(tile.get("clusters") for tile in after)


def test_no_more_tiles_are_kept_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_tiles, "_MOST_KEPT", 2)
    kept = live_tiles._Kept()
    for name in "abc":
        kept.put(name, name.encode())
    assert [kept.get(name) for name in "abc"] == [None, b"b", b"c"]
