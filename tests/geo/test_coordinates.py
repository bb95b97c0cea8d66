"""Coordinate cells in the styles that clerks use."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import (
    HALF,
    METRES,
    OUTSIDE,
    SWAPPED,
    UNREADABLE,
    ZERO,
    read_coordinates,
    read_degrees,
)

LAT, LON = 11.358889, 107.8115


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (11.358889, 107.8115),
        ("11.358889", "107.8115"),
        ("11,358889", "107,8115"),
        (" 11.358889 ", "107.8115°"),
        ("11°21'32.0\"N", "107°48'41.4\"E"),
        ("11º21'32,0''B", "107º48'41,4''Đ"),
        ("N 11 21 32", "E 107 48 41.4"),
        ("11d21m32s", "107d48m41.4s"),
        ("11°21.53334'", "107°48.69'"),
        ("11-21-32", "107-48-41.4"),
    ],
)
def test_two_cells_in_any_style_are_one_point(lat: Any, lon: Any) -> None:
    reading = read_coordinates(lat, lon)
    assert (reading.lat, reading.lon) == pytest.approx((LAT, LON), abs=2e-6)
    assert reading.note == ""


@pytest.mark.parametrize(
    "cell",
    [
        "11.358889, 107.8115",
        "11,358889; 107,8115",
        "11,358889, 107,8115",
        "11.358889 107.8115",
        "107.8115, 11.358889",
        "POINT(107.8115 11.358889)",
        "11°21'32\"N 107°48'41.4\"E",
        "11°21'32\"N,107°48'41.4\"E",
        "Vĩ độ: 11,358889 / Kinh độ: 107,8115",
    ],
)
def test_both_in_one_cell(cell: str) -> None:
    for reading in (read_coordinates(coordinate_cell=cell), read_coordinates(cell, None)):
        assert (reading.lat, reading.lon) == pytest.approx((LAT, LON), abs=2e-6)


def test_exchanged_cells_are_put_right_and_noted() -> None:
    reading = read_coordinates(108.831223, 12.984754)
    assert (reading.lon, reading.lat, reading.note) == (108.831223, 12.984754, SWAPPED)


@pytest.mark.parametrize(
    ("lat", "lon", "note"),
    [
        (0, 0, ZERO),
        ("0", "0,0", ZERO),
        (48.85, 2.35, OUTSIDE),
        (-11.3, 107.8, OUTSIDE),
        ("11°21'32\"S", "107°48'41\"E", OUTSIDE),
        (11.3, None, HALF),
        ("", "107.8", HALF),
        ("không rõ", "không rõ", UNREADABLE),
        ("11°75'00\"", "107°48'00\"", UNREADABLE),
        (1_256_789.1, 567_123.4, METRES),
    ],
)
def test_what_is_no_place_says_why(lat: Any, lon: Any, note: str) -> None:
    reading = read_coordinates(lat, lon)
    assert not reading.is_point
    assert reading.lat is None
    assert reading.note == note


@pytest.mark.parametrize("blank", [None, "", "  ", "-", math.nan])
def test_blank_cells_say_nothing(blank: Any) -> None:
    reading = read_coordinates(blank, blank, blank)
    assert not reading.is_point
    assert reading.note == ""


def test_truth_values_are_not_coordinates() -> None:
    assert read_degrees(True) is None


@given(st.floats(7.1, 23.4), st.floats(102.1, 117.9))
def test_degrees_minutes_seconds_give_back_the_point(lat: float, lon: float) -> None:
    reading = read_coordinates(_dms(lat, "N"), _dms(lon, "E"))
    assert (reading.lat, reading.lon) == pytest.approx((lat, lon), abs=1.5e-5)


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_breaks_the_reading(lat: str, lon: str) -> None:
    reading = read_coordinates(lat, lon, lat + lon)
    assert reading.is_point == (reading.lat is not None)


def _dms(degrees: float, letter: str) -> str:
    tenths = round(degrees * 36_000)
    minutes, tenths = divmod(tenths, 600)
    return f"{minutes // 60}°{minutes % 60}'{tenths // 10}.{tenths % 10}\"{letter}"
