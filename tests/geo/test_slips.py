"""Slips of the pen: which known names are near."""

from __future__ import annotations

from geo.slips import accent_slips, closest_keys


def test_one_slip_finds_the_name_and_two_only_in_long_names() -> None:
    assert closest_keys("tnphu", ["tanphu", "tanphong"]) == [("tanphu", 1)]
    assert closest_keys("tnhu", ["tanphu"]) == []
    assert closest_keys("fusonlmha", ["phusonlamha"]) == []
    assert closest_keys("phsonlmha", ["phusonlamha"]) == [("phusonlamha", 2)]


def test_a_lost_h_behind_a_c_is_one_slip() -> None:
    assert closest_keys("kidam", ["chidam", "kimdong"]) == [("chidam", 1)]
    assert closest_keys("thankan", ["thanan", "thanchan"])[0][1] == 1


def test_a_number_is_mended_only_where_a_digit_was_struck_twice() -> None:
    assert closest_keys("77", ["7", "17", "78"]) == [("7", 1)]
    assert closest_keys("12", ["1", "2"]) == []


def test_diacritics_count_as_slips_of_accented_keys() -> None:
    assert accent_slips("tân", "tân1") == 1
