"""Live tiles over the wire: what the map says, for whoever may see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from geo.terms import Precision
from geo.vector_tiles import EXTENT, MapTile
from models import hotspots, tables
from models.disclosure import snap_to_grid
from models.placements import renew
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import hotspot_of

DAYS = "province=&from=2025-12-15&to=2026-06-14"
WORLD = MapTile(0, 0, 0)
NEAR = MapTile(7, 102, 58)
"""The communes of the seeded site lie in it."""


def read(client: FlaskClient, layer: str, tile: MapTile = NEAR, query: str = DAYS) -> Any:
    answer = client.get(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt?{query}")
    assert answer.status_code in (200, 204), answer.text
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    found = mapbox_vector_tile.decode(answer.data, default_options={"y_coord_down": True})
    return {name: part["features"] for name, part in found.items()}


def test_incidents_are_those_of_the_map(signed_in: SignIn) -> None:
    client = signed_in("planner")
    found = read(client, "incidents")
    told = client.get(f"/api/incidents?zoom=12&{DAYS}").get_json()

    assert {each["id"] for each in found["incidents"]} == {point[0] for point in told["points"]}
    counts = {
        each["properties"]["code"]: each["properties"]["n"] for each in found["commune_counts"]
    }
    assert counts == told["communes"]


def test_filters_and_days_cut_a_tile(signed_in: SignIn) -> None:
    client = signed_in("planner")

    assert read(client, "incidents", query=f"{DAYS}&kind=possession") == {}
    one_day = "province=&from=2026-02-03&to=2026-02-03"
    assert len(read(client, "incidents", query=one_day)["incidents"]) == 1


def test_an_officer_gets_the_own_commune_alone(signed_in: SignIn) -> None:
    found = read(signed_in("commune"), "incidents", WORLD)
    codes = {each["properties"]["commune_code_now"] for each in found["incidents"]}
    assert codes == {"23401"}


def test_hotspots_have_the_status_of_the_last_day(signed_in: SignIn) -> None:
    found = read(signed_in("planner"), "hotspots")["hotspots"]
    statuses = {each["properties"]["ref"]: each["properties"]["status"] for each in found}

    assert statuses["TĐ-002"] == "cleared"
    assert statuses["TĐ-003"] == "re_emerged"
    assert all("address_text" not in each["properties"] for each in found)


def test_a_dwelling_is_exact_for_its_planner_and_a_square_for_an_analyst(
    signed_in: SignIn,
) -> None:
    zoomed = MapTile(13, 6545, _row(14.5512, 13))

    def home(name: str) -> dict[str, Any]:
        (found,) = read(signed_in(name), "hotspots", zoomed)["hotspots"]
        return dict(found)

    exact, square = home("planner"), home("analyst")
    assert tuple(exact["geometry"]["coordinates"]) == zoomed.position(107.6512, 14.5512)
    middle = snap_to_grid(107.6512, 14.5512)
    assert tuple(square["geometry"]["coordinates"]) == zoomed.position(*middle)
    assert square["properties"]["on_grid"] is True
    assert square["properties"]["name"] != exact["properties"]["name"] == "Nhà trong hẻm"


def _row(lat: float, z: int) -> int:
    return next(y for y in range(2**z) if MapTile(z, 0, y).holds(-180.0, lat))


def test_a_hotspot_without_a_point_is_a_number_on_its_commune(
    signed_in: SignIn, seeded_database: Database
) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        spot = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-002")
        vague = replace(spot.placement, precision=Precision.COMMUNE, lon=None, lat=None)
        renew(session, LOCAL_OPERATOR, tables.hotspots, [(spot.id, vague)])
    found = read(signed_in("planner"), "hotspots")

    assert "TĐ-002" not in {each["properties"]["ref"] for each in found["hotspots"]}
    (count,) = found["commune_counts"]
    assert (count["properties"]["code"], count["properties"]["n"]) == ("23401", 1)


def test_clusters_are_areas_with_a_point_in_their_middle(signed_in: SignIn) -> None:
    found = read(signed_in("planner"), "clusters", MapTile(12, 3272, _row(14.65, 12)))

    (area,), (point,) = found["clusters"], found["cluster_points"]
    assert area["geometry"]["type"] == "Polygon"
    assert area["properties"] == point["properties"]
    assert (area["properties"]["n"], area["properties"]["flag"]) == (10, "known")


def test_a_view_before_the_run_has_no_clusters(signed_in: SignIn) -> None:
    early = "province=&from=2025-01-01&to=2025-06-01"
    assert read(signed_in("planner"), "clusters", WORLD, early) == {}


def test_clusters_out_of_scope_are_not_there(signed_in: SignIn) -> None:
    assert read(signed_in("province"), "clusters", WORLD) == {}


@pytest.mark.parametrize("layer", ["incidents", "hotspots", "clusters"])
def test_a_tile_that_did_not_change_is_not_sent_twice(signed_in: SignIn, layer: str) -> None:
    client = signed_in("planner")
    address = f"/tiles/{layer}/7/102/58.mvt?{DAYS}"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("layer", ["incidents", "hotspots", "clusters"])
def test_what_cannot_be_asked_is_told(signed_in: SignIn, layer: str) -> None:
    client = signed_in("planner")
    nowhere = client.get(f"/tiles/{layer}/3/8/0.mvt")
    unknown = client.get(f"/tiles/{layer}/0/0/0.mvt?kind=nonsense")

    assert nowhere.status_code == 404
    assert (unknown.status_code, unknown.get_json()["parameter"]) == (400, "kind")


def test_coordinates_stay_inside_the_tile(signed_in: SignIn) -> None:
    for layer in ("incidents", "hotspots"):
        for features in read(signed_in("planner"), layer).values():
            for each in features:
                assert all(0 <= n < EXTENT for n in each["geometry"]["coordinates"])


def test_a_hotspot_that_is_added_shows_in_the_next_tile(
    signed_in: SignIn, seeded_database: Database
) -> None:
    client = signed_in("planner")
    before = len(read(client, "hotspots")["hotspots"])
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        known = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-003")
        new = hotspot_of("TĐ-9", "Mới", 107.63, 14.63, *known.events)
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [new], 1)
    assert len(read(client, "hotspots")["hotspots"]) == before + 1
