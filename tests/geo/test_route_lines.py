"""Lines as clerks and programs write them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.route_lines import LineError, read_line, read_parts

TWO = "MULTILINESTRING ((107.8 14.6, 107.9 14.7))"


@pytest.mark.parametrize(
    "written",
    [
        "107.8 14.6; 107.9 14.7",
        "107,8 14,6; 107,9 14,7",
        "14.6, 107.8; 14.7, 107.9",
        "14,6, 107,8 | 14,7, 107,9",
        "107.8 14.6\n107.9 14.7",
        "107.8 14.6, 107.9 14.7",
        "14°36'0\"N 107°48'0\"E; 14.7 107.9",
        "LINESTRING (107.8 14.6, 107.9 14.7)",
        "srid=4326;linestring z(107.8 14.6 5, 107.9 14.7 6)",
        {"type": "LineString", "coordinates": [[107.8, 14.6], [107.9, 14.7]]},
        {"type": "MultiLineString", "coordinates": [[[107.8, 14.6, 2], [107.9, 14.7, 3]]]},
    ],
)
def test_one_line_written_in_many_ways_is_one_line(written: object) -> None:
    assert read_line(written).geometry.wkt == TWO


@pytest.mark.parametrize(
    "written",
    [
        "LINESTRING (14.6 107.8, 14.7 107.9)",
        {"type": "LineString", "coordinates": [[14.6, 107.8], [14.7, 107.9]]},
    ],
)
def test_exchanged_axes_are_recognised_and_said(written: object) -> None:
    found = read_line(written)
    assert (found.geometry.wkt, found.swapped) == (TWO, True)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "không đọc được"),
        ("từ Đắk Tô đến Kon Tum", "không đọc được"),
        ("107.8 14.6", "hai điểm"),
        ("107.8 14.6; 107.8 14.6", "hai điểm"),
        ("107.8 14.6; ở giữa", "không đọc được"),
        ("107.8 14.6; 2.3 48.8", "điểm thứ 2"),
        ("500000 1600000; 510000 1610000", "ngoài lãnh thổ"),
        ("LINESTRING (107.8)", "WKT"),
        ("LINESTRING EMPTY", "hai điểm"),
        ("LINESTRING (2.3 48.8, 2.4 48.9)", "ngoài lãnh thổ"),
        ({"type": "Point", "coordinates": [107.8, 14.6]}, "không phải đường"),
        ({"type": "LineString", "coordinates": [["a"]]}, "không đọc được"),
        ({"type": "LineString", "coordinates": []}, "hai điểm"),
        ({"type": "LineString", "coordinates": [[107.8, 14.6], [None, 14]]}, "không đọc được"),
    ],
)
def test_what_is_no_line_is_refused_with_what_to_do(written: object, told: str) -> None:
    with pytest.raises(LineError, match=told):
        read_line(written)


def test_a_line_of_too_many_points_is_refused() -> None:
    points = [(107 + i * 1e-5, 14.0) for i in range(20_001)]
    with pytest.raises(LineError, match="quá nhiều điểm"):
        read_line(shapely.LineString(points).wkt)


def test_the_limits_hold_for_all_parts_together() -> None:
    far = [f"107 {10 + n / 1000:.4f}\n107.0001 {10 + n / 1000:.4f}" for n in range(1_001)]
    with pytest.raises(LineError, match="quá nhiều đoạn rời"):
        read_parts("\n\n".join(far))
    with pytest.raises(LineError, match="quá nhiều đoạn rời"):
        read_line(shapely.MultiLineString([[(107, 10), (107, 11)]] * 1_001).wkt)
    long = "\n".join(f"{107 + n / 1e5:.5f} 14" for n in range(11_000))
    with pytest.raises(LineError, match="quá nhiều điểm"):
        read_parts(f"{long}\n\n{long}")
    across = "103 9\n109 23"
    assert len(read_parts("\n\n".join([across] * 2)).geometry.geoms) == 2
    with pytest.raises(LineError, match=r"dài hơn 5\.000 km"):
        read_parts("\n\n".join([across] * 4))


def test_a_tangle_is_refused_and_a_winding_road_is_not() -> None:
    n = np.arange(2_000)
    winding = np.column_stack([107 + (n % 2) * 0.01, 12 + n * 0.001])
    assert read_line(shapely.LineString(winding).wkt).geometry.length > 0
    fans = np.column_stack([107 + (n % 2) * 0.01 + n * 1e-8, 12 + (n * 7_919 % 2_000) * 1e-6])
    with pytest.raises(LineError, match="tự cắt"):
        read_line(shapely.LineString(fans).wkt)
    n = np.arange(19_000)
    dense = np.column_stack([107 + (n % 2) * 1e-3 + n * 1e-8, 12 + (n % 2) * 1e-3])
    with pytest.raises(LineError, match="gấp khúc"):
        read_line(shapely.LineString(dense).wkt)


def test_a_line_may_cross_itself_as_often_as_roads_do() -> None:
    loops = [[(107 + n / 100, 12), (107 + n / 100, 12.01)] for n in range(1, 200)]
    whole = shapely.MultiLineString([[(107, 12.005), (109, 12.005)], *loops])
    assert len(read_line(whole.wkt).geometry.geoms) == 200


points = st.tuples(st.integers(103_000, 109_000), st.integers(8_500, 23_000))


@given(st.lists(points, min_size=2, max_size=3, unique=True))
def test_points_written_with_commas_or_dots_come_back(thousandths: list[tuple[int, int]]) -> None:
    corners = [(lon / 1000, lat / 1000) for lon, lat in thousandths]
    dots = "; ".join(f"{lon:.3f} {lat:.3f}" for lon, lat in corners)
    for text in (dots, dots.replace(".", ",")):
        assert shapely.get_coordinates(read_line(text).geometry).tolist() == [
            [lon, lat] for lon, lat in corners
        ]
