"""Tiles of the communes over the wire."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from tests.webapp.conftest import SignIn

IN_THE_WORLD = "/tiles/communes/6/51/29.mvt"


def test_a_tile_comes_compressed_with_a_tag_and_only_once(signed_in: SignIn) -> None:
    client = signed_in("analyst")
    first = client.get(IN_THE_WORLD, headers={"Accept-Encoding": "gzip"})

    assert first.status_code == 200
    assert first.content_type == "application/vnd.mapbox-vector-tile"
    assert b"communes" in gzip.decompress(first.data)
    again = client.get(IN_THE_WORLD, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    plain = client.get(IN_THE_WORLD)
    assert plain.data == gzip.decompress(first.data)


def test_a_tile_without_communes_is_empty(signed_in: SignIn) -> None:
    answer = signed_in("commune").get("/tiles/communes/6/0/0.mvt")
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize("place", ["13/0/0", "3/8/0", "3/0/8", "40/1/1"])
def test_a_tile_that_cannot_be_is_not_found(signed_in: SignIn, place: str) -> None:
    answer = signed_in("analyst").get(f"/tiles/communes/{place}.mvt")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert "mức phóng từ 0 đến 12" in answer.get_json()["detail"]


def test_tiles_are_for_who_is_signed_in(app: Flask) -> None:
    answer = app.test_client().get(IN_THE_WORLD)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
