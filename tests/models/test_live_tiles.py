"""Tiles of incidents: alike on both databases, and honest as the map is."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import mapbox_vector_tile
import pytest

from geo.records import Incident
from geo.terms import IncidentKind
from geo.vector_tiles import MapTile
from models import live_tiles
from models.incident_filters import EVERYTHING, IncidentFilter
from models.live_tiles import Labels, incident_tile
from models.session import Database, unit_of_work
from models.viewers import Viewer
from tests.models.specimens import (
    ANALYST_51,
    OFFICER,
    PLANNER,
    PLANNER_01,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
    somewhere_in,
)

HERE = MapTile(9, 409, 235)
"""108.0 E, 14.0 N lies in it."""


def world() -> list[Incident]:
    """400 incidents, thick around one place, some known by their commune alone."""
    rng = random.Random(7)
    found = []
    for n in range(400):
        code = ("23401", "23402", "00004")[n % 3]
        lon, lat = 108.0 + rng.gauss(0, 0.2), 14.0 + rng.gauss(0, 0.2)
        place = somewhere_in(code) if n % 7 == 0 else placed(code, lon, lat)
        found.append(
            an_incident(
                f"VV-{n}",
                placement=place,
                occurred_on=date(2026, 1, 1) + timedelta(days=n),
                kind=(IncidentKind.TRADING, IncidentKind.POSSESSION)[n % 2],
                verified=n % 11 != 0,
                seizures=(),
            )
        )
    return found


def tiles_of(zoom: int) -> list[MapTile]:
    """All tiles around the world of these tests."""
    left, scale = HERE, 2 ** abs(zoom - HERE.z)
    if zoom <= HERE.z:
        return [MapTile(zoom, left.x // scale, left.y // scale)]
    start = (left.x * scale, left.y * scale)
    return [MapTile(zoom, start[0] + i, start[1] + j) for i in range(scale) for j in range(scale)]


def tile_of(
    database: Database, viewer: Viewer, wanted: IncidentFilter, tile: MapTile
) -> dict[str, Any]:
    """A tile read by another implementation of the format."""
    with unit_of_work(database, viewer, read_only=True) as session:
        here = ("23401", "23402", "00004") if tile.holds(108.5, 14.5) else ()
        content = incident_tile(session, viewer, wanted, tile, Labels(1, here))
    read = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    assert all(layer["version"] == 2 and layer["extent"] == 4096 for layer in read.values())
    return {name: layer["features"] for name, layer in read.items()}


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


def fill(database: Database) -> None:
    with unit_of_work(database, PLANNER) as session:
        draw_map(session)
    keep_incidents(database, *world())


@pytest.mark.postgis
@pytest.mark.parametrize("most_points", [5, 2_000])
def test_both_databases_give_the_same_tiles(
    sqlite_database: Database,
    postgis_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    most_points: int,
) -> None:
    monkeypatch.setattr(live_tiles, "MOST_POINTS", most_points)
    for database in (sqlite_database, postgis_database):
        fill(database)
    kind = IncidentFilter(kinds=(IncidentKind.TRADING,), until=date(2026, 9, 1))
    asked = [(PLANNER, EVERYTHING), (PLANNER, kind), (ANALYST_51, EVERYTHING), (OFFICER, kind)]
    seen = 0
    for viewer, wanted in asked:
        for tile in [t for zoom in (0, 8, 10) for t in tiles_of(zoom)]:
            one = tile_of(sqlite_database, viewer, wanted, tile)
            assert tile_of(postgis_database, viewer, wanted, tile) == one
            seen += sum(len(features) for features in one.values())
    assert seen > 100


def test_tiles_of_a_zoom_hold_every_verified_incident_once(filled: Database) -> None:
    verified = [i for i in world() if i.verified and i.placement.lon is not None]
    inside = [i for i in verified if HERE.holds(i.placement.lon or 0, i.placement.lat or 0)]
    found = [
        feature["properties"]["ref"]
        for tile in tiles_of(10)
        for feature in tile_of(filled, PLANNER, EVERYTHING, tile).get("incidents", [])
    ]
    assert sorted(found) == sorted(i.ref for i in inside)


def test_many_incidents_are_counted_by_cells_that_add_up(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = tile_of(filled, PLANNER, EVERYTHING, HERE)["incidents"]
    monkeypatch.setattr(live_tiles, "MOST_POINTS", len(points) - 1)
    found = tile_of(filled, PLANNER, EVERYTHING, HERE)

    assert "incidents" not in found
    assert sum(cell["properties"]["n"] for cell in found["incident_cells"]) == len(points)
    assert all(set(cell["properties"]) == {"n"} for cell in found["incident_cells"])


def test_a_record_known_by_its_commune_is_a_count_at_the_label_point(filled: Database) -> None:
    tile = MapTile(5, 25, 14)
    counts = tile_of(filled, PLANNER, EVERYTHING, tile)["commune_counts"]
    vague = [i for i in world() if i.verified and i.placement.lon is None]

    assert sum(each["properties"]["n"] for each in counts) == len(vague)
    assert {each["properties"]["at"] for each in counts} == {"label_point"}
    assert {each["properties"]["precision"] for each in counts} == {"commune"}
    assert {tuple(each["geometry"]["coordinates"]) for each in counts} == {
        tile.position(108.5, 14.5)
    }


def test_a_tile_tells_no_address_and_no_tip(filled: Database) -> None:
    points = tile_of(filled, PLANNER, EVERYTHING, HERE)["incidents"]
    tips = {i.ref for i in world() if not i.verified}

    told = {"ref", "occurred_on", "kind", "side", "precision", "commune_code_now", "on_grid"}
    assert all(set(each["properties"]) == told for each in points)
    assert not tips & {each["properties"]["ref"] for each in points}


@pytest.mark.parametrize(
    ("viewer", "codes"),
    [(OFFICER, {"23401"}), (ANALYST_51, {"23401", "23402"}), (PLANNER_01, {"00004"})],
)
def test_a_tile_ends_at_the_viewer_s_scope(
    filled: Database, viewer: Viewer, codes: set[str]
) -> None:
    found = tile_of(filled, viewer, EVERYTHING, MapTile(0, 0, 0))

    assert {each["properties"]["commune_code_now"] for each in found["incidents"]} == codes
    assert {each["properties"]["code"] for each in found["commune_counts"]} == codes


def test_a_filter_cuts_points_and_counts(filled: Database) -> None:
    day = date(2026, 1, 1)
    wanted = replace(EVERYTHING, since=day, until=day + timedelta(days=20))
    found = tile_of(filled, PLANNER, wanted, MapTile(0, 0, 0))
    meant = [i for i in world() if i.verified and i.occurred_on <= wanted.until]  # type: ignore[operator]

    counted = sum(each["properties"]["n"] for each in found["commune_counts"])
    assert len(found["incidents"]) + counted == len(meant)


def test_where_nothing_lies_the_tile_is_empty(filled: Database) -> None:
    assert tile_of(filled, PLANNER, EVERYTHING, MapTile(9, 1, 1)) == {}


@pytest.mark.postgis
def test_the_state_of_the_data_changes_with_every_write_alone(postgis_database: Database) -> None:
    def state() -> str | None:
        with unit_of_work(postgis_database, PLANNER, read_only=True) as session:
            return live_tiles.data_state(session)

    before = state()
    assert before is not None
    assert state() == before
    keep_incidents(postgis_database, an_incident())
    assert state() != before
