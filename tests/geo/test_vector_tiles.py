"""Squares of the world and what lies where in them."""

from __future__ import annotations

from math import asinh, pi, radians, tan

import mapbox_vector_tile
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo.vector_tiles import EXTENT, MAX_ZOOM, MapTile, TileFeature, TileLayer, encode_tile

MERCATOR = Transformer.from_crs(4326, 3857, always_xy=True)
ZOOMS = st.integers(0, MAX_ZOOM)
LONS, LATS = st.floats(102.0, 110.0), st.floats(8.0, 24.0)


def tiles_around(lon: float, lat: float, z: int) -> list[MapTile]:
    """The tile of a place as the usual formula has it, and its neighbours."""
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)
    near = [MapTile(z, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return [tile for tile in near if tile.exists]


@given(z=ZOOMS, lon=LONS, lat=LATS)
def test_a_point_lies_in_one_tile_of_each_zoom(z: int, lon: float, lat: float) -> None:
    assert sum(tile.holds(lon, lat) for tile in tiles_around(lon, lat, z)) == 1


def test_a_point_on_an_edge_lies_in_the_tile_to_its_east_and_south() -> None:
    holding = [tile for tile in tiles_around(90.0, 0.0, 2) if tile.holds(90.0, 0.0)]
    assert holding == [MapTile(2, 3, 2)]


@given(z=st.integers(0, 16), lon=LONS, lat=LATS)
def test_the_position_is_that_of_web_mercator(z: int, lon: float, lat: float) -> None:
    half_m = 20_037_508.342789244
    x_m, y_m = MERCATOR.transform(lon, lat)
    tile = next(tile for tile in tiles_around(lon, lat, z) if tile.holds(lon, lat))
    side_m = 2 * half_m / 2**z
    across = (x_m + half_m - tile.x * side_m) / side_m * EXTENT
    down = (half_m - y_m - tile.y * side_m) / side_m * EXTENT

    found = tile.position(lon, lat)
    assert abs(found[0] + 0.5 - across) < 0.51
    assert abs(found[1] + 0.5 - down) < 0.51


def test_cells_fit_between_the_edges_of_a_tile() -> None:
    tile = MapTile(8, 203, 117)
    west, _, east, _ = tile.box
    assert (east - west) / tile.cell_deg == 64
    assert (west / tile.cell_deg).is_integer()


def test_a_shape_is_cut_a_little_outside_the_tile() -> None:
    drawn = MapTile(6, 50, 29).drawn(shapely.box(90, 0, 120, 40))
    assert drawn.bounds == (-64, -64, EXTENT + 64, EXTENT + 64)


def test_an_encoded_tile_is_read_back_by_the_format_s_reader() -> None:
    point = TileFeature(7, shapely.Point(10, 20), {"name": "Chợ cũ", "n": 3, "none": None})
    found = mapbox_vector_tile.decode(
        encode_tile([TileLayer("a", [point]), TileLayer("empty")]),
        default_options={"y_coord_down": True},
    )
    assert list(found) == ["a"]
    assert found["a"]["features"] == [
        {
            "id": 7,
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [10, 20]},
            "properties": {"name": "Chợ cũ", "n": 3},
        }
    ]
