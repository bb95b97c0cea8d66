"""The styles that QGIS opens have a mark for every code, in the colours of the site."""

import re
import sqlite3
from base64 import b64decode
from contextlib import closing
from datetime import date
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

import pytest

from geo.layer_stream import Field, FieldType
from geo.standing_terms import CorridorMode
from geo.terms import ClusterFlag, CommuneClass, FacilityKind, HotspotStatus, Side
from models.session import Database
from models.viewers import LOCAL_OPERATOR
from tests.webapp.seeded_site import NOW
from tests.webapp.test_colours import colours
from webapp.services.export import export_file
from webapp.services.layer_catalogue import LAYERS
from webapp.services.layer_metadata import Made
from webapp.services.layer_query import LayerQuery
from webapp.services.layer_styles import style_of

CODES: dict[str, tuple[str, type[StrEnum]]] = {
    "incidents": ("side", Side),
    "hotspots": ("status", HotspotStatus),
    "clusters": ("flag", ClusterFlag),
    "communes": ("class", CommuneClass),
    "corridors": ("mode", CorridorMode),
    "facilities": ("kind", FacilityKind),
}


def style(layer: str, fields: tuple[Field, ...] = ()) -> ElementTree.Element:
    text = style_of(layer, fields)
    assert text is not None
    return ElementTree.fromstring(text.partition("\n")[2])


def colours_of(layer: str) -> dict[str, set[str]]:
    """The colours of the symbols of a layer, also inside drawings, by their category."""
    read = style(layer)
    symbols = {each.attrib["name"]: each for each in read.findall("./renderer-v2/symbols/symbol")}
    return {
        each.attrib["value"]: _colours_in(symbols[each.attrib["symbol"]])
        for each in read.findall(".//category")
    }


def _colours_in(symbol: ElementTree.Element) -> set[str]:
    values = [each.attrib["value"] for each in symbol.iter("Option") if "value" in each.attrib]
    plain = [re.fullmatch(r"(\d+),(\d+),(\d+),\d+", value) for value in values]
    drawn = [b64decode(v.removeprefix("base64:")).decode() for v in values if v[:7] == "base64:"]
    inside = {hex for svg in drawn for hex in re.findall(r"#[0-9A-Fa-f]{6}", svg)}
    told = {"#" + "".join(f"{int(n):02x}" for n in found.groups()) for found in plain if found}
    return told | {hex.lower() for hex in inside}


@pytest.mark.parametrize("layer", CODES)
def test_every_code_has_a_symbol_and_a_word(layer: str) -> None:
    attribute, codes = CODES[layer]
    read = style(layer)
    renderer = read.find("renderer-v2")
    assert renderer is not None
    categories = {each.attrib["value"]: each.attrib["label"] for each in read.iter("category")}

    assert renderer.attrib["attr"] == attribute
    assert set(categories) == {code.value for code in codes}
    assert all(label and label not in set(categories) for label in categories.values())


def test_a_layer_that_is_none_has_no_style() -> None:
    assert style_of("persons") is None


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ("communes", "class-{}"),
        ("clusters", "flag-{}"),
        ("corridors", "route-{}"),
        ("border_segments", "segment-{}"),
        ("hotspots", "spot-{}"),
    ],
)
def test_qgis_has_the_colours_of_a_light_screen(layer: str, name: str) -> None:
    known = colours("light")
    drawn = colours_of(layer)
    # The grey disc of a delisted hotspot is a shade darker on paper, as on printed maps.
    known["spot-delisted"] = "#6b747c"

    assert drawn
    assert {v: known[name.format(v)] for v in drawn if known[name.format(v)] not in drawn[v]} == {}


def test_incidents_are_dots_of_one_colour_told_apart_by_shape() -> None:
    marks = style("incidents").findall(".//layer[@class='SimpleMarker']/Option")
    forms = [mark.find("./Option[@name='name']").attrib["value"] for mark in marks]  # type: ignore[union-attr]

    # The square is that of 250 m in which one lies that may have been in a home.
    assert forms == ["square", "circle", "square", "diamond", "square", "triangle"]
    assert all(colours("light")["dot"] in found for found in colours_of("incidents").values())


def test_codes_are_shown_as_words_in_tables() -> None:
    field = Field("status", FieldType.TEXT, "Tình trạng", "Status", {"active": "Đang hoạt động"})
    read = style("hotspots", (field, Field("ref", FieldType.TEXT, "Mã", "Reference")))
    words = read.find("./fieldConfiguration/field[@name='status']//Option[@type='QString']")

    assert words is not None
    assert (words.attrib["name"], words.attrib["value"]) == ("Đang hoạt động", "active")
    assert len(read.findall("./fieldConfiguration/field")) == 1


@pytest.mark.parametrize("layer", ["incidents", "communes"])
def test_a_geopackage_of_the_site_carries_the_style(
    seeded_database: Database, tmp_path: Path, layer: str
) -> None:
    path = tmp_path / f"{layer}.gpkg"
    query = LayerQuery(layer, date(2026, 6, 14))
    export_file(seeded_database, LOCAL_OPERATOR, query, path, Made("gpkg", NOW))
    with closing(sqlite3.connect(path)) as file:
        kept = file.execute("SELECT styleQML, useAsDefault FROM layer_styles").fetchall()

    assert kept == [(style_of(layer, LAYERS[layer].fields), 1)]
