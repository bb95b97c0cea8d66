"""Persons: their columns are recognised, their numbers are blanked, places stay."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.persons import BLANKED, blank_numbers, is_garbled, names_people


@pytest.mark.parametrize(
    "heading",
    [
        *("Họ tên", "HỌ VÀ TÊN ĐỐI TƯỢNG", "Tên đối tượng", "ho va ten", "Bí danh"),
        *("CCCD", "Số CMND/CCCD", "Căn cước", "Số định danh cá nhân", "Hộ chiếu"),
        *("Ngày sinh", "Năm sinh", "Tuổi", "Điện thoại", "SĐT", "Số điện thoại liên hệ"),
        *("Địa chỉ thường trú", "Nơi ở", "HKTT", "Chỗ ở hiện nay", "Quê quán", "Tạm trú"),
        *("Biển số", "Biển kiểm soát", "Dân tộc", "Giới tính", "Nghề nghiệp", "Quốc tịch"),
        *("Tình trạng sức khỏe", "HIV", "Ảnh", "Hình ảnh", "Tiền án, tiền sự"),
    ],
)
def test_headings_that_name_people(heading):
    assert names_people((heading,))


@pytest.mark.parametrize(
    "heading",
    [
        *("Tên", "Tên điểm", "Tên xã", "Tên tụ điểm", "Tên chung cư", "Chi nhánh"),
        *("Số đối tượng", "Số người", "Địa điểm", "Địa chỉ", "Nơi xảy ra", "Nhân khẩu"),
        *("Dân số", "Người nghiện có hồ sơ", "Người cư trú vi phạm", "Cai tại gia đình, cộng đồng"),
        *("Đối tượng bị bắt trên địa bàn", "Đối tượng truy nã lẩn trốn", "Ghi vụ", "Số hồ sơ"),
    ],
)
def test_headings_that_name_places_and_counts(heading):
    assert not names_people((heading,))


def test_everything_under_a_person_group_is_about_persons_except_a_count():
    assert names_people(("Đối tượng", "Địa chỉ"))
    assert names_people(("Thông tin đối tượng", "Tên"))
    assert not names_people(("Đối tượng", "Số lượng"))


@pytest.mark.parametrize(
    "text",
    [
        *("ĐT 0912345678", "0912 345 678", "0912.345.678", "+84 912-345-678", "024 3825 1234"),
        *("CCCD 001090012345", "123 456 789", "001 090 012 345", "xe 49A-123.45", "49H1-123.45"),
    ],
)
def test_phones_identity_numbers_and_plates_are_blanked(text):
    blanked = blank_numbers(text)
    assert BLANKED in blanked
    assert sum(c.isdigit() for c in blanked) <= 2


@pytest.mark.parametrize(
    "text",
    [
        *("hẻm 12/3/4, Tổ 14, Xã Ea Bá", "số 144-146-148 Trần Phú", "km 1234 QL1A"),
        *("10.762622, 106.660172", "10.762622 106.660172", "106.776390"),
        *("12°19'28.0\"N 108°11'18.5\"E", "từ 01.07.2025 - 14.06.2026", "2025-06-14", "không rõ"),
    ],
)
def test_house_numbers_coordinates_and_dates_stay(text):
    assert blank_numbers(text) == text


def test_a_house_number_beside_a_phone_stays():
    assert blank_numbers("số 12 0912345678 hẻm 5") == f"số 12 {BLANKED} hẻm 5"


@given(
    st.from_regex(r"0[0-9]{9}|[0-9]{9}|0[0-9]{11}", fullmatch=True),
    st.lists(st.integers(1, 11), max_size=3),
    st.sampled_from([" ", "-", " - ", " "]),
)
def test_no_grouping_hides_nine_digits(digits, cuts, gap):
    edges = [0, *sorted({c for c in cuts if c < len(digits)}), len(digits)]
    groups = [digits[a:b] for a, b in pairwise(edges)]
    text = gap.join(groups)
    if any(g.startswith("0") for g in groups) or len(groups) == 1:
        assert BLANKED in blank_numbers(f"gọi {text} nhé")


@given(st.text())
def test_blanking_twice_changes_nothing_more(text):
    once = blank_numbers(text)
    assert blank_numbers(once) == once


def test_old_encodings_are_told_from_vietnamese():
    assert is_garbled("TT. T©n Ch©u, X· Phó L©m, Ph­êng Hoµ B×nh")
    assert not is_garbled("Xã M’Drắk, Cư M'gar, Phường Hoà Bình; 20°C – “trích”")
    assert not is_garbled("plain ASCII")
