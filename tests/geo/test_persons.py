"""Persons: their columns are recognised, their numbers are blanked, places stay."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.delimited import is_garbled
from geo.persons import (
    BLANKED,
    blank_numbers,
    holds_name,
    identifies_person,
    names_people,
)


@pytest.mark.parametrize(
    "heading",
    [
        *("Họ tên", "HỌ VÀ TÊN ĐỐI TƯỢNG", "Tên đối tượng", "ho va ten", "Bí danh"),
        *("CCCD", "Số CMND/CCCD", "Căn cước", "Số định danh cá nhân", "Hộ chiếu"),
        *("Ngày sinh", "Năm sinh", "Tuổi", "Điện thoại", "SĐT", "Số điện thoại liên hệ"),
        *("Địa chỉ thường trú", "Nơi ở", "HKTT", "Chỗ ở hiện nay", "Quê quán", "Tạm trú"),
        *("Biển số", "Biển kiểm soát", "Dân tộc", "Giới tính", "Nghề nghiệp", "Quốc tịch"),
        *("Tình trạng sức khỏe", "HIV", "Ảnh", "Hình ảnh", "Tiền án, tiền sự"),
        *("Nạn nhân", "Bị hại", "Đương sự", "Nơi ĐKHKTT", "ĐKTT", "Danh tính", "Ông/bà"),
        *("Tên đầy đủ", "Tên thường gọi", "BS xe", "BKS", "STK", "Số tài khoản", "Tên nạn nhân"),
        *("Suspect", "Victim", "Name of person", "Facebook/Zalo"),
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
        *("suspected_on", "Số nạn nhân", "Số bị hại", "Danh tiếng"),
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
        *("0912/345/678", "0912_345_678", "0912·345·678", "ĐT 0912,345,678", "gọi 0912,345,678"),
        *("SĐT 8234567", "sdt: 3823.4567", "(028) 3823 4567", "điện thoại (028) 38234567"),
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
        *("144/27/8 QL1A", "ĐT 741 144/27/8", "ĐT.741, 10.762622, 106.660172", "lh 12/03/2024"),
        "(12.345678, 108.123456)",
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


def test_the_brackets_of_an_area_code_go_with_the_number_and_others_stay():
    assert blank_numbers("gọi (028) 3823 4567 nhé") == f"gọi {BLANKED} nhé"
    assert blank_numbers("quán A (0912345678), tổ 2") == f"quán A ({BLANKED}), tổ 2"


def test_a_reference_that_identifies_a_person_is_told_from_a_record_number():
    persons = ("001090012345", "0912345678", "912345678", "0912.345.678", "Nguyễn Văn Bình")
    records = ("2024000123", "12/HS-2024", "A-1", "HS 12 Lê Lợi", "auto-0123456789abcdef", "1234")
    assert [identifies_person(ref) for ref in persons] == [True] * 5
    assert [identifies_person(ref) for ref in records] == [False] * 6


def test_words_of_the_law_are_no_family_names():
    assert holds_name("NGUYỄN VĂN AN") and holds_name("anh Tran Van B")
    assert not holds_name("Vi Phạm Pháp Luật") and not holds_name("trần văn")
