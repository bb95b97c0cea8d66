"""Pieces of a printed map: paper, textures, names, the legend beside the map."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.records import Period
from geo.terms import (
    CommuneClass,
    DetectedBy,
    FacilityKind,
    HotspotKind,
    IncidentKind,
    Substance,
)
from webapp.services.border_layer import count_breaks
from webapp.services.map_legend import LETTERS
from webapp.services.map_sheet_facts import SheetFacts, SheetRequest
from webapp.services.map_sheet_ink import CLASS_FILLS, area_path, line_path, texture
from webapp.services.map_sheet_legend import shows_squares
from webapp.services.map_sheet_letters import Lettering, Writer, box_of
from webapp.services.map_sheet_marks import draw_points
from webapp.services.map_sheet_names import in_two
from webapp.services.map_sheet_paper import (
    NATION,
    PAPERS,
    MapPlace,
    scale_number,
    sheet_frame,
    zoom_of,
)
from webapp.services.map_sheet_places import (
    draw_segments,
    facility_marks,
    facility_rows,
    segment_rows,
)
from webapp.services.map_sheet_text import filters_of
from webapp.services.overview import Box, View

A4 = PAPERS["a4"]


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS.keys())
def test_the_parts_of_a_paper_add_up_to_it(paper) -> None:  # type: ignore[no-untyped-def]
    across = paper.map_mm + paper.gap_mm + paper.column_mm + 2 * paper.margin_mm
    down = paper.head_mm + paper.body_mm + paper.foot_mm + 2 * paper.margin_mm

    assert (across, down) == pytest.approx((paper.width_mm, paper.height_mm))


@given(
    west=st.floats(-170, 170),
    south=st.floats(-75, 75),
    width=st.floats(0, 9),
    height=st.floats(0, 4),
)
def test_a_frame_shows_all_of_its_box_in_the_middle(
    west: float, south: float, width: float, height: float
) -> None:
    frame = sheet_frame(A4, Box(west, south, west + width, south + height))
    left, bottom, right, top = frame.box.bounds

    assert left <= west + 1e-6 and right >= west + width - 1e-6
    assert bottom <= south + 1e-6 and top >= south + height - 1e-6
    assert (left + right) / 2 == pytest.approx(west + width / 2)
    assert (bottom + top) / 2 == pytest.approx(south + height / 2)


def test_a_kilometre_is_as_long_on_the_sheet_as_the_scale_says() -> None:
    frame = sheet_frame(A4, Box(107.0, 14.0, 109.0, 15.5))
    km_mm = frame.px_per_lat / 111.195 * A4.unit_mm

    assert km_mm * scale_number(A4, frame) == pytest.approx(1e6, rel=0.05)


def test_a_place_is_shown_at_about_the_zoom_of_its_link() -> None:
    frame = sheet_frame(PAPERS["a3"], MapPlace(14.5, 108.2, 9.0).box)

    assert zoom_of(PAPERS["a3"], frame) == pytest.approx(9.0, abs=0.5)


def test_larger_paper_shows_the_nation_larger() -> None:
    scales = [scale_number(paper, sheet_frame(paper, NATION)) for paper in PAPERS.values()]

    assert scales == sorted(scales, reverse=True)


def grey(colour: str) -> float:
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def test_classes_are_told_apart_in_grey() -> None:
    square = shapely.box(0, 0, 60, 60)
    looks = {cls: (texture(cls, square), grey(fill)) for cls, fill in CLASS_FILLS.items()}
    for cls, (drawn, shade) in looks.items():
        for other, (drawn_too, other_shade) in looks.items():
            if cls is not other:
                assert (
                    bool(drawn) != bool(drawn_too)
                    or drawn != drawn_too
                    or (abs(shade - other_shade) > 0.15)
                ), (cls, other)


def test_a_texture_stays_inside_its_area() -> None:
    triangle = shapely.Polygon([(10, 10), (90, 20), (40, 80)])
    for cls in (CommuneClass.AFFECTED, CommuneClass.TYPE_3, CommuneClass.UNKNOWN):
        drawn = texture(cls, triangle).split('"')[1].replace("h0", "")
        points = [pair.split() for pair in drawn.replace("M", "L").split("L") if pair]
        near = shapely.buffer(triangle, 0.1)
        assert len(points) > 8
        assert all(shapely.contains_xy(near, float(x), float(y)) for x, y in points)


def test_holes_stay_holes_and_what_is_too_small_is_left_out() -> None:
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))

    assert area_path([ring]).count("Z") == 2
    assert area_path([shapely.box(0, 0, 0.01, 0.01)]) == ""
    assert line_path([shapely.LineString([(0, 0), (3, 4)])]) == "M0 0L3 4"


def writer(symbols=(), fine=()) -> Writer:  # type: ignore[no-untyped-def]
    frame = sheet_frame(A4, Box(107.0, 14.0, 108.0, 15.0))
    return Writer(frame, list(symbols), np.array(list(fine), dtype=float).reshape(-1, 2))


def test_a_name_never_covers_another() -> None:
    pen, how = writer(), Lettering(12)

    assert pen.write(["Đắk Tô"], [(200, 200)], how)
    assert not pen.write(["Ngọk Réo"], [(210, 205)], how)
    assert pen.write(["Ngọk Réo"], [(210, 205), (210, 240)], how)
    assert len(pen.drawn) == 2


def test_a_name_moves_off_a_symbol_and_stays_away_where_it_cannot() -> None:
    how = Lettering(12)
    symbol = (190.0, 190.0, 210.0, 210.0)

    assert not writer([symbol]).write(["Đắk Tô"], [(200, 200)], how)
    assert writer([symbol]).write(["Đắk Tô"], [(200, 200), (200, 240)], how)
    assert writer([symbol]).write(["Đắk Tô"], [(200, 200)], how, hides=1)


def test_a_name_prefers_the_place_that_hides_fewest_points() -> None:
    pen = writer(fine=[(200, 200), (205, 201), (200, 240)])
    pen.write(["Đắk Tô"], [(200, 200), (200, 240)], Lettering(12))

    assert 'y="24' in pen.drawn[0]


def test_a_name_stays_in_the_frame_and_is_text() -> None:
    pen, how = writer(), Lettering(12)

    assert not pen.write(["Đắk Tô"], [(2, 200)], how)
    assert pen.write(["<b>&"], [(200, 200)], how)
    assert "&lt;b&gt;&amp;" in pen.drawn[0]


def test_two_lines_are_narrower_and_higher_than_one() -> None:
    name, how = "Đặng Thùy Trâm", Lettering(12)
    one, two = box_of([name], (0, 0), how), box_of(in_two(name), (0, 0), how)

    assert in_two(name) == ["Đặng", "Thùy Trâm"]
    assert two[2] - two[0] < one[2] - one[0]
    assert two[3] - two[1] > one[3] - one[1]


def segment(n: int) -> dict[str, object]:
    line = {"type": "LineString", "coordinates": [[107.2, 14.0 + n / 10], [107.3, 14.1 + n / 10]]}
    bands = [{"km": km, "cases": n} for km in (5, 10, 20)]
    return {"line": line, "bands": bands}


def facts(**changes: object) -> SheetFacts:
    frame = sheet_frame(A4, Box(107.0, 14.0, 108.0, 15.0))
    content: dict[str, object] = {
        "frame": frame,
        "zoom": zoom_of(A4, frame),
        "area_name": "Tỉnh thử",
        "scope_name": "",
        "is_nation": False,
        "shapes": (),
        "land": (),
        "classes": {},
        "class_period": Period(date(2025, 12, 15), date(2026, 12, 14)),
        "summary": None,
        "marks": None,
    }
    return SheetFacts(**(content | changes))  # type: ignore[arg-type]


def test_segments_are_the_heavier_the_more_cases_they_have() -> None:
    found = facts(segments=[segment(0), segment(1), segment(4)])
    drawn = "".join(draw_segments(found)[1::2])
    widths = [float(width) for width in re.findall(r'stroke-width="([0-9.]+)"', drawn)]

    assert len(widths) == 3 and widths == sorted(set(widths))
    assert [(row.label.partition(": ")[2], row.n) for row in segment_rows(found)] == [
        ("không có vụ nào trong 10 km", 1),
        ("1 vụ trong 10 km", 1),
        ("2 vụ trong 10 km", 0),
        ("từ 3 vụ trong 10 km", 1),
    ]
    assert list(segment_rows(facts())) == []


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_classes_of_segments_are_few_rise_and_the_last_holds_the_most(counts: list[int]) -> None:
    breaks = count_breaks(counts)

    assert len(breaks) <= 3 and list(breaks) == sorted(set(breaks))
    assert bool(breaks) == any(counts)
    assert not breaks or (breaks[0] == 1 and breaks[-1] <= max(counts))


def test_facilities_are_counted_in_the_frame_by_kind() -> None:
    points = [[1, 107.5, 14.5, "school", "A"], [2, 107.6, 14.5, "bar", "B"]]
    away = [3, 110.0, 14.5, "school", "C"]
    found = facts(facilities={"mode": "points", "points": [*points, away], "communes": {}})

    assert len(facility_marks(found)) == 2
    assert [(row.label, row.n) for row in facility_rows(found)] == [
        ("Trường học", 1),
        ("Quán bar", 1),
    ]


def test_every_kind_of_facility_has_a_letter_of_its_own() -> None:
    assert set(LETTERS) == set(FacilityKind)
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_more_facilities_than_can_be_drawn_are_said_and_not_drawn() -> None:
    found = facts(facilities={"mode": "communes", "points": [], "communes": {"1": {"school": 9}}})

    assert facility_marks(found) == []
    assert "quá nhiều" in next(iter(facility_rows(found))).label


def test_facilities_without_a_point_are_counted_and_not_drawn() -> None:
    communes = {"1": {"school": 2}, "2": {"school": 1, "bar": 1}}
    found = facts(facilities={"mode": "points", "points": [], "communes": communes})

    assert facility_marks(found) == []
    assert [(row.label, row.n) for row in facility_rows(found)] == [
        ("Cơ sở chỉ biết đến xã nên không vẽ", 4)
    ]


def test_filters_are_told_in_words() -> None:
    view = View(
        "51",
        date(2026, 1, 1),
        date(2026, 6, 14),
        kinds=(IncidentKind.TRADING, IncidentKind.TRANSPORT),
        substances=(Substance.HEROIN,),
        detected_by=(DetectedBy.MINISTRY,),
        hotspot_kinds=(HotspotKind.RETAIL,),
    )

    assert filters_of(view) == (
        "Đang lọc theo hành vi: mua bán, vận chuyển; chất ma túy: heroin;"
        " phát hiện: Bộ Công an; loại điểm: điểm bán lẻ"
    )


def test_what_is_known_by_its_square_is_printed_as_one_where_it_can_be_seen() -> None:
    def point(lon: float, *, in_square: bool) -> tuple[object, ...]:
        return 1, lon, 14.5, "VV", "2026-06-01", "possession", "exact", "23401", in_square

    def printed(box: Box, *points: tuple[object, ...]) -> tuple[int, int, bool]:
        frame = sheet_frame(A4, box)
        wanted = SheetRequest(View("51", date(2025, 12, 15), date(2026, 6, 14)), A4)
        incidents = {"mode": "points", "points": points}
        found = facts(frame=frame, zoom=zoom_of(A4, frame), incidents=incidents)
        drawn = "".join(draw_points(found, wanted))
        return drawn.count("<circle"), drawn.count("<rect"), shows_squares(found, wanted)

    near, far = Box(107.49, 14.49, 107.51, 14.51), Box(107.0, 14.0, 108.0, 15.0)
    square, exact = point(107.5, in_square=True), point(107.502, in_square=False)
    assert printed(near, square, square, exact) == (1, 1, True)
    assert printed(far, square, exact) == (2, 0, True)
    assert printed(near, exact) == (1, 0, False)
