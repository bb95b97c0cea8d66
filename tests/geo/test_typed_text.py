"""Typed texts lose the names of persons and keep the streets announced as such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.persons import BLANKED, NAME_BLANKED
from geo.typed_text import typed_text, was_blanked, without_marks


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Nguyễn Văn An tái phạm, sđt 0912345678", "{} tái phạm, sđt #"),
        ("Trần Thị Bích ở số 12", "{} ở số 12"),
        ('anh Hùng "lác" bán', "anh {} bán"),
        ("anh Hùng “lác” bán lẻ", "anh {} bán lẻ"),
        ('đối tượng "Tí chuột" bỏ trốn', "đối tượng {} bỏ trốn"),
        ("chị Lan bán ở chợ", "chị {} bán ở chợ"),
        ("Chị Lan bán ở chợ", "Chị {} bán ở chợ"),
        ("em Tuấn, cô Hoa và chú Bảy", "em {}, cô {} và chú {}"),
        ("bác Năm, cậu Út, dì Tư", "bác {}, cậu {}, dì {}"),
        ("ông Ba Lành cho thuê nhà", "ông {} cho thuê nhà"),
        ("bà Tư cho thuê nhà", "bà {} cho thuê nhà"),
        ("thằng Cường bán lại", "thằng {} bán lại"),
        ("con Hạnh đưa hàng", "con {} đưa hàng"),
        ("bị can Lê Hùng đã bị bắt", "bị can {} đã bị bắt"),
        ("người tên Dũng đã bỏ đi", "người tên {} đã bỏ đi"),
        ("đối tượng N.V.A. ở đây", "đối tượng {} ở đây"),
        ("Lê Hùng bán lẻ", "{} bán lẻ"),
        ("gặp Phạm Minh Tuấn tại xã", "gặp {} tại xã"),
        ("Huỳnh Thị Ngọc Mai đã chuyển đi", "{} đã chuyển đi"),
        ("do Võ Thành Long cầm đầu", "do {} cầm đầu"),
        ("Lò Văn Pánh và Giàng Páo", "{} và {}"),
        ("Vàng Seo Lìn, Sùng Mí Tủa", "{}"),
        ("Y Blim bán, H'Mi giữ hàng", "{} bán, {} giữ hàng"),
        ("H' Hen Niê cất giấu", "{} cất giấu"),
        ("gặp A Páo ở bản", "gặp {} ở bản"),
        ("NGUYEN VAN AN", "{}"),
        ("NGUYEN VAN AN TAI PHAM", "{} TAI PHAM"),
        ("NGUYỄN VĂN AN TÁI PHẠM", "{} TÁI PHẠM"),
        ("Nguyen Van An tai pham", "{} tai pham"),
        ("nguyen van an tai pham", "{} tai pham"),
        ("nguyễn văn an tái phạm", "{} tái phạm"),
        ("LE THI HOA BAN LE", "{} BAN LE"),
        ("anh Hung ban le", "anh {} ban le"),
        ("Nguyễn Văn An (tức Hùng lác) bỏ trốn", "{} bỏ trốn"),
        ('Nguyễn Văn An, biệt danh "An lùn", bỏ trốn', "{}, bỏ trốn"),
        ("trưởng thôn Nguyễn Văn Bình báo", "trưởng thôn {} báo"),
        ("Bình Dương: Nguyễn Văn An bán", "Bình Dương: {} bán"),
        ("năm 2026 Nguyễn Văn An tái phạm", "năm 2026 {} tái phạm"),
        ("lần 2 Trần Văn Bé bị bắt", "lần 2 {} bị bắt"),
        ("vợ Hoa và chồng Nam", "vợ {} và chồng {}"),
        ("đường Lê Lợi và Nguyễn Văn An", "đường Lê Lợi và {}"),
        ("bán cho Ngô Quang Vinh, gia đình Đỗ Hải", "bán cho {}, gia đình {}"),
    ],
)
def test_a_name_that_somebody_types_is_blanked(text: str, kept: str) -> None:
    done = kept.replace("{}", NAME_BLANKED).replace("#", BLANKED)
    assert typed_text(text) == done
    assert typed_text(done) == done
    assert was_blanked(text)
    assert not was_blanked(done)


@pytest.mark.parametrize(
    "text",
    [
        *("đường Nguyễn Văn Cừ", "phố Trần Phú", "ngõ 5 đường Lê Lợi", "hẻm 12 Lê Văn Sỹ, tổ 3"),
        *("cầu Nguyễn Văn Trỗi", "chợ Phạm Văn Hai", "trường Lê Quý Đôn", "THPT Chu Văn An"),
        *("THCS Trần Văn Ơn", "bệnh viện Nguyễn Tri Phương", "công viên Lê Thị Riêng"),
        *("quảng trường Lý Thái Tổ", "xã Trần Phán", "phường Lê Đại Hành", "thôn Đặng Xá"),
        *("số 12 Trần Phú", "tại 12/3 Nguyễn Trãi", "144-146 Lê Lợi", "đường Lê Lợi - Trần Phú"),
        *("TP Hồ Chí Minh", "Hồ Chí Minh", "Hà Nội và Phan Thiết", "tỉnh Thái Bình", "Hà Giang"),
        *("duong Nguyen Hue", "ĐƯỜNG NGUYỄN HUỆ", "LÝ DO: ĐÃ TRIỆT XÓA", "VU VIEC DA GIAI QUYET"),
        *("Đã tuần tra ban đêm, không còn dấu hiệu.", "con đường sau chợ", "Tin báo trùng."),
        *("Đông Anh, Hà Nội", "cầu Ông Lãnh", "chợ Bà Chiểu", "Bà Rịa", "tiếng Anh", "trẻ em"),
        *("Công an xã đã xác minh", "chủ yếu là tin cũ"),
        *("khu A Nguyễn", "xã A Lưới", "xã Ea H'Leo", "Y tế xã", "Cô Tô", "anh em ở Hà Nội"),
        *("tên Lửa", "UBND xã đề nghị theo dõi", "Đợt cao điểm Tết 2026", "nhà số 5, ngõ 12"),
        "Xác nhận cảnh báo số 12: 5 vụ sau ngày triệt xóa, trong vòng 300 m.",
        "Có thể dịch chuyển từ điểm mã DH-2026-001, cụm C-000123.",
        "Hoàn tác: xác nhận cảnh báo số 12.",
    ],
)
def test_places_announced_as_such_stay(text: str) -> None:
    assert typed_text(text) == text
    assert not was_blanked(text)


def test_what_is_left_besides_the_marks_is_told() -> None:
    assert without_marks(f"{NAME_BLANKED} tái phạm, sđt {BLANKED}") == "tái phạm, sđt"
    assert without_marks(NAME_BLANKED) == ""


@given(st.text(max_size=80))
def test_any_text_can_be_typed(text: str) -> None:
    assert isinstance(typed_text(text), str)
