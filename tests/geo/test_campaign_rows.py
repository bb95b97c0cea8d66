"""Rows of campaigns: days, radii, areas, references."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.campaign_areas import (
    AreaError,
    area_km2,
    circle,
    drawn_outline,
    joined,
    parts_around,
    touched_communes,
    widened,
)
from geo.campaign_rows import CampaignDraft, parse_radius_m, read_campaigns, split_parts
from geo.cells import UnreadableCellError
from geo.readers import read_table
from geo.terms import Layer


def drafts(folder: Path, text: str) -> tuple[list[CampaignDraft], list[str]]:
    path = folder / "dot.csv"
    path.write_text(text, "utf-8")
    found = read_campaigns(read_table(path, Layer.CAMPAIGNS))
    return found.accepted, [f"{row.line} {row.column}: {row.reason}" for row in found.rejected]


def test_headings_are_known_with_and_without_diacritics(tmp_path: Path) -> None:
    text = (
        "ma dot;ten dot cao diem;ngay bat dau;ngay ket thuc;dia ban;ban kinh (km);ghi chu\n"
        "1;Tết;1/1/2026;28.02.2026;Xã A;;x\n"
    )
    (draft,), rejected = drafts(tmp_path, text)
    assert rejected == []
    assert (draft.starts_on, draft.ends_on) == (date(2026, 1, 1), date(2026, 2, 28))
    assert (draft.parts, draft.note) == (("Xã A",), "x")


def test_a_campaign_may_lie_ahead_and_a_month_ends_with_its_last_day(tmp_path: Path) -> None:
    text = "Tên đợt;Từ ngày;Đến ngày;Địa bàn\nHè;01/07/2031;08/2031;Xã A\n"
    (draft,), _ = drafts(tmp_path, text)
    assert (draft.starts_on, draft.ends_on) == (date(2031, 7, 1), date(2031, 8, 31))


def test_a_campaign_of_more_than_five_years_is_a_slip_of_the_pen(tmp_path: Path) -> None:
    text = "Tên đợt;Từ ngày;Đến ngày;Địa bàn\nHè;01/07/2021;01/08/2031;Xã A\n"
    _, (reason,) = drafts(tmp_path, text)
    assert "quá 5 năm" in reason


def test_a_circle_goes_before_names_and_an_unused_radius_hurts_nothing(tmp_path: Path) -> None:
    text = (
        "Tên đợt;Từ ngày;Đến ngày;Địa bàn;Vĩ độ;Kinh độ;Bán kính (km)\n"
        "A;01/07/2026;02/07/2026;Chợ;14,65;107,85;1,5\n"
        "B;01/07/2026;02/07/2026;Xã A;14,65;107,85;\n"
    )
    (first, second), rejected = drafts(tmp_path, text)
    assert rejected == []
    assert (first.radius_m, first.point is not None) == (1_500.0, True)
    assert (second.point, second.parts) == (None, ("Xã A",))


def test_the_same_name_and_days_twice_is_one_campaign_too_many(tmp_path: Path) -> None:
    rows = "Hè;01/07/2026;02/07/2026;Xã A\nHÈ;1/7/2026;2/7/2026;Xã B\n"
    _, (reason,) = drafts(tmp_path, "Tên đợt;Từ ngày;Đến ngày;Địa bàn\n" + rows)
    assert "trùng với dòng 2" in reason


def test_a_point_layer_has_no_column_for_outlines(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [107.85, 14.65]}
    bag = {"Tên đợt": "A", "Từ ngày": "2026-07-01", "Đến ngày": "2026-07-02", "Bán kính": 900}
    feature = {"type": "Feature", "properties": bag, "geometry": point}
    path = tmp_path / "dot.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    table = read_table(path, Layer.CAMPAIGNS)
    (draft,) = read_campaigns(table).accepted
    assert "geometry" not in table.fields
    assert (draft.radius_m, draft.outline) == (900.0, None)


@pytest.mark.parametrize("value", ["0", "49", "51 km", "-5", "rất rộng", "m", "nan"])
def test_a_radius_that_makes_no_sense_is_refused(value: str) -> None:
    with pytest.raises(UnreadableCellError):
        parse_radius_m(value)


@pytest.mark.parametrize(
    ("value", "metres"), [("800 m", 800.0), ("1.500", 1_500.0), (2.5e3, 2_500.0), ("2KM", 2_000.0)]
)
def test_a_radius_is_read_with_its_unit(value: object, metres: float) -> None:
    assert parse_radius_m(value) == metres


@given(st.lists(st.sampled_from(["Xã A", "Xã B, tỉnh C", "23401"]), max_size=6))
def test_parts_come_back_each_once_in_their_order(parts: list[str]) -> None:
    assert split_parts("; ".join(parts)) == tuple(dict.fromkeys(parts))


@given(st.floats(102.5, 117.5), st.floats(7.5, 23.0), st.floats(50.0, 50_000.0))
def test_a_circle_is_as_large_as_its_radius_says(lon: float, lat: float, radius_m: float) -> None:
    drawn = circle(lon, lat, radius_m)
    assert drawn.is_valid
    assert area_km2(drawn) == pytest.approx(3.14159 * radius_m**2 / 1e6, rel=0.004)


def test_the_ring_is_what_a_widened_area_adds() -> None:
    area = shapely.box(107.8, 14.6, 107.9, 14.7)
    lons = [107.85, 107.9045, 107.92, 107.8999]
    inside, around = parts_around(area, 1_000.0, lons, [14.65] * 4)
    assert inside.tolist() == [True, False, False, True]
    assert around.tolist() == [False, True, False, False]
    west, _, east, _ = widened(area, 1_000.0).bounds
    assert (east - west) * 107_700 == pytest.approx(10_770 + 2_000, rel=0.01)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "LineString", "coordinates": [[107, 14], [108, 15]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[107, 14], [108, 15], [107, 14]]]},
        {"type": "Polygon", "coordinates": [[[500000, 14], [500010, 14], [500010, 20]]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon"},
    ],
)
def test_what_covers_no_ground_of_the_country_is_no_outline(geometry: object) -> None:
    with pytest.raises(AreaError):
        drawn_outline(geometry)


def test_communes_touched_by_a_sliver_do_not_count() -> None:
    squares = [shapely.box(x / 10, 0, x / 10 + 0.1, 0.1) for x in range(3)]
    assert touched_communes(shapely.box(0.05, 0, 0.1001, 0.1), "abc", squares) == ["a"]
    assert touched_communes(joined(squares[1:]), "abc", squares) == ["b", "c"]
