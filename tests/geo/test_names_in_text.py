"""Names of persons in free text go; streets and places that bear names stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.names_in_text import blank_names
from geo.persons import NAME_BLANKED


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("nhà ông Nguyễn Văn A, thôn 3, Xã Ea Bá", "nhà ông {}, thôn 3, Xã Ea Bá"),
        ("nha ong Nguyen Van A, thon 3", "nha ong {}, thon 3"),
        ("NHÀ ÔNG NGUYỄN VĂN A THÔN 3", "NHÀ ÔNG {} THÔN 3"),
        ("nhà bà Tư tổ 5", "nhà bà {} tổ 5"),
        ("nhà trọ của chị Lê Thị Phương Anh Phường 5", "nhà trọ của chị {} Phường 5"),
        ("nhà ông nguyễn văn a, thôn 2", "nhà ông {}, thôn 2"),
        ("quán của anh Tuấn 12 Lê Lợi", "quán của anh {} 12 Lê Lợi"),
        ("nhà bà H'Mi Niê - buôn A", "nhà bà {} - buôn A"),
        ("nhà em Lê Văn Tổ, xã A", "nhà em {}, xã A"),
    ],
)
def test_the_name_of_a_householder_goes_and_the_place_stays(text, kept):
    assert blank_names(text) == kept.format(NAME_BLANKED)
    assert blank_names(blank_names(text)) == blank_names(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Bà Rịa",
            "chợ Bà Chiểu",
            "đường Ông Ích Khiêm",
            "cầu Ông Lãnh",
            "Bà Triệu",
            "núi Bà Đen",
        ),
        *("đường Ông Bổn", "xã Bà Nà", "Phường Cửa Ông, Cẩm Phả", "Cua Ong Quang Ninh"),
        *(
            "nhà hàng Bà Nà",
            "gần nhà Bà Triệu",
            "phía nam của Bà Rịa",
            "bến của Cô Tô",
            "Nha Trang",
        ),
        *("nhà anh ở thôn 3", "nhà số 5", "chi nhánh Anh Sơn"),
    ],
)
def test_places_named_after_people_stay(text):
    assert blank_names(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("nhà của Đào Văn Lượm, xã A", "nhà của {}, xã A"),
        ("nhà riêng Đào Thị Lượm, xã A", "nhà riêng {}, xã A"),
        ("nhà riêng của Đào Lượm", "nhà riêng của {}"),
        ("nhà trọ Đào Thị Lượm", "nhà trọ {}"),
        (
            "Đối tượng Đào Văn Lượm (SN 1990) bị bắt tại phường B; con bà Tạ Thị Nụ",
            "Đối tượng {} bị bắt tại phường B; con bà {}",
        ),
        ("anh Sùng A Tủa, bản C", "anh {}, bản C"),
        ("Sùng A Tủa - xã Vân Hồ", "{} - xã Vân Hồ"),
        ("SÙNG A TỦA, XÃ VÂN HỒ", "{}, XÃ VÂN HỒ"),
        ("Thào Thị Mỷ, bản C", "{}, bản C"),
        ("xe của Đào Văn Lượm", "xe của {}"),
        ("quán bà Nụ", "quán bà {}"),
        ("Quán Bà Nụ", "Quán Bà {}"),
        ("đ/c Đào Văn Lượm", "đ/c {}"),
        ("mua bán của đào văn lượm tại xã A", "mua bán của {} tại xã A"),
        ("Đào Văn Lượm sinh năm 1990, xã A", "{}, xã A"),
        ("Đào Văn Lượm (28 tuổi), xã A", "{}, xã A"),
        ("Đào Văn Lượm (1990), xã A", "{}, xã A"),
        ("Đào Lượm bị bắt tại Hà Nội", "{} bị bắt tại Hà Nội"),
        ("BÀ TẠ THỊ NỤ, THÔN 2", "BÀ {}, THÔN 2"),
        ("họ tên: Đào Văn Lượm, sinh ngày 01/02/1990, xã A", "họ tên: {}, xã A"),
        ("chồng là Đào Văn Lượm", "chồng là {}"),
        ("bat doi tuong Dao Van Luom tai xa B", "bat doi tuong {} tai xa B"),
        ("(ông/bà Đào Văn Lượm)", "(ông/bà {})"),
        ("Y Blim Niê, buôn A", "{}, buôn A"),
    ],
)
def test_a_name_that_something_announces_goes_with_its_year_of_birth(text, kept):
    assert blank_names(text) == kept.replace("{}", NAME_BLANKED)
    assert blank_names(blank_names(text)) == blank_names(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Nguyễn Văn Cừ, phường 1, quận 5", "12 Nguyễn Văn Cừ", "Hoàng Thị Loan, Vinh"),
        *("Lò Văn Giá, Sơn La", "đường Nguyễn Văn Cừ bị bắt quả tang", "nhà trọ 12 Lê Văn Lương"),
        *("BÀ TRIỆU, HÀ NỘI", "cầu ông Lãnh", "lăng ông Bà Chiểu", "Hai Bà Trưng", "Ông Đình"),
        *("hồ Bà Bể", "núi bà Đen", "miếu bà Chúa Xứ", "ngã ba ông Tạ", "Cô Giang Quận 1"),
        *("Anh Sơn, Nghệ An", "Chị Lăng", "Đông Anh Hà Nội", "XÃ ĐÔNG ANH HÀ NỘI"),
        *("bệnh viện trẻ em Hải Phòng", "trung tâm tiếng Anh Ocean", "phía nam của Hà Nội"),
        *("Đ/c: Nguyễn Văn Cừ, phường 1", "đ/c Trần Phú, Ba Đình", "Hòn Chồng, Nha Trang"),
        *(
            "chi dao van lam hung yen",
            "KHANH BINH TAY BAC TRAN VAN THOI",
            "địa bàn của Hồ Chí Minh",
        ),
        *("của xã Lê Lợi", "đối tượng bị bắt tại Trần Phú", "", "của", "đối tượng"),
    ],
)
def test_streets_and_places_stay_without_an_announcing_word(text):
    assert blank_names(text) == text


@given(st.text(alphabet="nhà của ôngbàĐốitượng Lê Văn A,(SN1990)'", max_size=60))
def test_blanking_names_twice_changes_nothing_more(text):
    once = blank_names(text)
    assert blank_names(once) == once


def test_no_official_name_of_a_place_is_taken_for_a_person(shared_dir):
    path = shared_dir / "boundaries/official_2025/communes.parquet"
    if not path.exists():
        pytest.skip(f"the shared communes are not here: {path}")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = ["name", "full_name", "province_name"]
    rows = parquet.read_table(path, columns=columns).to_pylist()
    written = {f"{r['full_name']}, {r['province_name']}" for r in rows} | {r["name"] for r in rows}
    forms = written | {text.upper() for text in written} | {text.lower() for text in written}
    assert [text for text in forms if blank_names(text) != text] == []
