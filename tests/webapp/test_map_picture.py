"""The map of a report: one SVG with all that a printed map needs."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import shapely

from geo.standing_terms import CorridorMode
from geo.terms import CommuneClass, HotspotStatus
from models.communes import CommuneShape
from webapp.services.archipelagos import ARCHIPELAGOS
from webapp.services.map_boxes import draw_boxes
from webapp.services.map_picture import DrawnLine, MapContent, draw_map
from webapp.services.map_room import Room, in_units
from webapp.services.mini_map import frame_around
from webapp.services.typesetting import svg_to_png


def unit(code: str, west: float, south: float = 14.0, side: float = 0.2) -> CommuneShape:
    square = shapely.MultiPolygon([shapely.box(west, south, west + side, south + side)])
    return CommuneShape(code, f"Đắk {code}", f"Xã Đắk {code}", "51", square, "")


LAND = [unit("1", 107.0), unit("2", 107.2), unit("3", 107.4)]
LINE = shapely.MultiLineString([[(107.0, 14.1), (107.6, 14.1)]])


def drawing(**changes: object) -> str:
    content: dict[str, object] = {
        "title": "Bản đồ <thử> & “kiểm tra”",
        "shapes": LAND,
        "classes": {"1": CommuneClass.DRUG_FREE, "2": CommuneClass.TYPE_1},
        "spots": [(HotspotStatus.ACTIVE, 107.1, 14.1), (HotspotStatus.CLEARED, 107.3, 14.1)],
        "unplaced": 2,
        "routes": [DrawnLine(LINE, CorridorMode.RAIL)],
        "border": [DrawnLine(LINE)],
        "marks": ("Dữ liệu mô phỏng",),
        "source": "Nguồn: thử",
    }
    picture = draw_map(MapContent(**(content | changes)))  # type: ignore[arg-type]
    assert picture is not None
    ElementTree.fromstring(picture.svg)
    return picture.svg


def test_a_map_says_what_its_marks_mean_and_how_many_there_are() -> None:
    svg = drawing()
    for words in (
        *("Không ma túy (1)", "Trọng điểm loại I (1)", "Chưa xác định được (1)"),
        *("Đang hoạt động (1)", "Đã triệt xóa (1)", "2 điểm chỉ biết đến cấp xã"),
        *("Tuyến: đường sắt", "Đường biên giới trên bộ", "Dữ liệu mô phỏng"),
        *("Nguồn: thử", " km</text>", ">B</text>"),
    ):
        assert words in svg


def test_unknown_communes_are_hatched() -> None:
    assert 'fill="url(#hatch)"' in drawing()


def test_a_commune_far_out_at_sea_has_a_box_of_its_own() -> None:
    assert "Xã Đắk 9" in drawing(shapes=[*LAND, unit("9", 112.0, side=0.05)])
    assert "Xã Đắk 9" not in drawing()


def test_the_archipelagos_are_groups_of_islets_named_from_north_to_south() -> None:
    zones = [
        replace(unit("48", 111.9, 16.3), name="Hoàng Sa", full_name="Đặc khu Hoàng Sa"),
        replace(unit("56", 114.0, 9.0), name="Trường Sa", full_name="Đặc khu Trường Sa"),
    ]
    svg = drawing(shapes=[*LAND, *zones])
    islets = sum(len(each.islets) for each in ARCHIPELAGOS.values())
    north, south = svg.index("Quần đảo Hoàng Sa"), svg.index("Quần đảo Trường Sa")
    assert north < south
    assert "(TP Đà Nẵng)" in svg and "(tỉnh Khánh Hòa)" in svg
    assert svg[: svg.index("Phân loại xã")].count("<circle") >= islets


def test_a_box_covers_no_land() -> None:
    far = unit("9", 112.0, side=0.05)
    frame = frame_around(LAND, 400, 200, 400, 0.03)
    land = in_units(shapely.union_all([each.geometry for each in LAND]), frame)
    room = Room(400, frame.height_px, land)
    _, strip = draw_boxes([far], {}, frame, room)
    assert strip or not any(shapely.intersects(land, shapely.box(*box)) for box in room.taken)


def test_neighbours_are_named_outside_the_land() -> None:
    land = [replace(shape, border_with="LAO") for shape in LAND]
    west = shapely.MultiLineString([[(107.0, 13.5), (107.0, 14.7)]])
    assert ">Lào<" in drawing(shapes=land, border=[DrawnLine(west, neighbour="LAO")])


def test_text_is_escaped() -> None:
    assert "&lt;thử&gt; &amp;" in drawing()


def test_without_communes_there_is_no_map() -> None:
    assert draw_map(MapContent("", [], {})) is None


def test_a_drawing_becomes_a_picture_without_a_browser() -> None:
    assert svg_to_png(drawing(), 100, ppi=50).startswith(b"\x89PNG")
