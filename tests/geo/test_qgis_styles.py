"""Styles for QGIS are well-formed, whatever words and codes they are given."""

from base64 import b64decode
from xml.etree import ElementTree

import pytest

from geo.layer_stream import Field, FieldType, Shape
from geo.qgis_styles import (
    Category,
    Names,
    area,
    dotted,
    drawing,
    line,
    qml,
    ruled,
    spot,
    square_on_ground,
)

AWKWARD = """Xã "A" & <b>'B'</b>"""


def read(text: str) -> ElementTree.Element:
    """The style without the line that names its kind."""
    return ElementTree.fromstring(text.partition("\n")[2])


def options(layer: ElementTree.Element) -> dict[str, str]:
    found = layer.find("Option")
    assert found is not None
    return {each.attrib["name"]: each.attrib["value"] for each in found}


def test_words_with_marks_of_xml_come_through() -> None:
    field = Field("kind", FieldType.TEXT, "", "", {"a<b": AWKWARD})
    style = read(
        qml(
            Shape.POINT,
            """CASE WHEN "n" < 2 THEN '0' END""",
            [Category("a<b", AWKWARD, (spot("circle", "#a31621", 2),))],
            Names('tên "x"', 8, "#000000"),
            [field],
        )
    )

    renderer, words = style.find("renderer-v2"), style.find(".//Option[@type='List']/Option/Option")
    category, label = style.find(".//category"), style.find(".//text-style")
    assert renderer is not None and category is not None and label is not None
    assert renderer.attrib["attr"] == """CASE WHEN "n" < 2 THEN '0' END"""
    assert (category.attrib["value"], category.attrib["label"]) == ("a<b", AWKWARD)
    assert words is not None
    assert (words.attrib["name"], words.attrib["value"]) == (AWKWARD, "a<b")
    assert label.attrib["fieldName"] == 'tên "x"'


def test_fields_without_codes_say_nothing() -> None:
    text = qml(Shape.LINE, "mode", [], None, [Field("n", FieldType.INTEGER, "Số vụ", "Cases")])

    assert read(text).find("fieldConfiguration") is None
    assert read(text).attrib["labelsEnabled"] == "0"


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (Shape.POINT, "marker"),
        (Shape.LINE, "line"),
        (Shape.LINES, "line"),
        (Shape.AREAS, "fill"),
    ],
)
def test_symbols_are_of_the_kind_of_their_shape(shape: Shape, kind: str) -> None:
    style = read(qml(shape, "a", [Category("1", "Một", (line("#000000", 1),))]))

    assert [each.attrib["type"] for each in style.findall(".//symbol")] == [kind]


def test_each_piece_is_what_it_was_asked_to_be() -> None:
    pieces = (
        area("", "#2f3a42", 0.5),
        line("#112233", 0.6, (3, 1.5)).above(2),
        ruled("#445566", 0.2, 2, 45),
        dotted("#778899", 0.4, 2),
        drawing("<svg/>", 4),
        square_on_ground(250, "#33272a", 0.5).where('"on_grid"'),
    )
    layers = read(qml(Shape.AREAS, "a", [Category("1", "", pieces, 0.5)])).findall(
        "./renderer-v2/symbols/symbol/layer"
    )
    found = {each.attrib["class"]: options(each) for each in layers if each.find("symbol") is None}

    assert (found["SimpleFill"]["style"], found["SimpleFill"]["outline_color"]) == (
        "no",
        "47,58,66,255",
    )
    assert found["SimpleLine"]["customdash"] == "3;1.5"
    assert found["SimpleLine"]["use_custom_dash"] == "1"
    assert [each.attrib["pass"] for each in layers] == ["0", "2", "0", "0", "0", "0"]
    assert b64decode(found["SvgMarker"]["name"].removeprefix("base64:")) == b"<svg/>"
    assert found["SimpleMarker"]["size_unit"] == "RenderMetersInMapUnits"
    assert found["SimpleMarker"]["color"] == "51,39,42,128"
    assert layers[-1].find(".//Option[@name='expression']").attrib["value"] == '"on_grid"'  # type: ignore[union-attr]
    tiles = [tile.attrib["type"] for each in layers if (tile := each.find("symbol")) is not None]
    assert tiles == ["line", "marker"]
