"""Programs that nobody here wrote read /ogc: GDAL, by way of pyogrio, and OWSLib."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from owslib.ogcapi.features import Features

from models.viewers import Role
from tests.webapp.served_site import Asked, asked_site
from webapp.services.layer_catalogue import LAYERS


@pytest.fixture(scope="module")
def asked(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The seeded site, served."""
    folder = tmp_path_factory.mktemp("asked")
    shutil.copyfile(seeded_file, folder / "diaban.sqlite")
    with asked_site(folder, Role.PLANNER) as site:
        yield site


@pytest.fixture(scope="module")
def owslib(asked: Asked) -> Features:
    """OWSLib at the site."""
    return Features(asked.ogc, headers={"Authorization": f"Bearer {asked.token}"})


@pytest.mark.parametrize("layer", LAYERS)
def test_gdal_reads_every_collection_page_by_page(asked: Asked, layer: str) -> None:
    told = asked.json(f"/ogc/collections/{layer}/items?limit=1")["numberMatched"]
    whole, paged = asked.live(layer), asked.live(layer, PAGE_SIZE=2)

    assert len(whole) == len(paged) == told
    key = LAYERS[layer].id_field
    if told:
        assert list(paged[key]) == list(whole[key])
        assert paged[key].is_unique


def test_gdal_lets_the_site_cut_by_box_and_by_value(asked: Asked) -> None:
    everything = asked.live("communes")
    west, south, east, north = everything.geometry.iloc[0].bounds
    middle = ((west + east) / 2, (south + north) / 2)
    here = asked.live("communes", bbox=(*middle, *middle))
    cls = everything["class"].iloc[0]
    of_class = asked.live("communes", where=f"class = '{cls}'")

    assert list(here["code"]) == [everything["code"].iloc[0]]
    assert list(of_class["code"]) == list(everything[everything["class"] == cls]["code"])
    assert 0 < len(of_class) < len(everything)


def test_gdal_lets_the_site_cut_by_days(asked: Asked) -> None:
    everything = asked.live("incidents")
    days = everything["occurred_on"].dt.date
    day = sorted(days)[len(days) // 2]
    later = asked.live("incidents", where=f"occurred_on >= '{day.isoformat()}'")
    that_day = asked.live("incidents", where=f"occurred_on = '{day.isoformat()}'")

    assert sorted(later["ref"]) == sorted(everything[days >= day]["ref"])
    assert sorted(that_day["ref"]) == sorted(everything[days == day]["ref"])
    assert isinstance(day, date)
    assert 0 < len(that_day) < len(later) < len(everything)


@pytest.mark.parametrize("code", [4756, 3405, 9210])
def test_gdal_asks_for_a_coordinate_system_and_puts_places_where_they_are(
    asked: Asked, code: int
) -> None:
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    plain = asked.live("hotspots").set_index("ref").geometry.dropna()
    asked_for = asked.live("hotspots", CRS=uri).set_index("ref").geometry.dropna()

    assert asked_for.crs.to_epsg() == code
    assert len(plain) == len(asked_for) > 0
    apart_m = asked_for.to_crs(32649).distance(plain.to_crs(32649).reindex(asked_for.index))
    assert apart_m.max() < 0.05


def test_owslib_finds_its_way(owslib: Features) -> None:
    assert set(owslib.feature_collections()) == set(LAYERS)
    assert any("ogcapi-features-1" in each for each in owslib.conformance()["conformsTo"])
    assert "class" in owslib.collection_queryables("communes")["properties"]
    assert "class" in owslib.collection_schema("communes")["properties"]
    assert owslib.api()["openapi"].startswith("3.0")


def test_owslib_reads_items_and_one_item(owslib: Features) -> None:
    items = owslib.collection_items("communes", limit=2, filter="province_code = '51'")
    first = items["features"][0]
    again = owslib.collection_item("communes", first["id"])

    assert items["numberReturned"] == 2 < items["numberMatched"]
    assert {each["properties"]["province_code"] for each in items["features"]} == {"51"}
    assert again["properties"] == first["properties"]
    assert again["geometry"] == first["geometry"]
