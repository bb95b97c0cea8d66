"""What a row said of its place, kept as JSON and read back."""

from __future__ import annotations

import json
from datetime import date

from geo.records import PlaceQuery
from models.placements import query_of, query_text


def test_a_place_comes_back_as_it_was_written() -> None:
    place = PlaceQuery(
        address="Xã Tân An",
        lat_cell="1.195.000",
        lon_cell=596_000.0,
        on=date(2024, 5, 1),
        coordinate_system="EPSG:9210",
    )
    assert query_of(json.loads(query_text(place))) == place


def test_a_place_stored_before_systems_were_known_is_still_read() -> None:
    stored = {"address": "Xã Tân An", "lat_cell": 11.05, "lon_cell": 106.65, "on": "2024-05-01"}
    place = query_of(stored)
    assert (place.address, place.on) == ("Xã Tân An", date(2024, 5, 1))
    assert place.coordinate_system is None
