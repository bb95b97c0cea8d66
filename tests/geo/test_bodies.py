"""Bodies are told from persons: what is kept of titles, sources and rejected cells."""

from __future__ import annotations

import time
from datetime import date

import pytest

from geo.bodies import body_part, tells_name
from geo.drafts import refused_row
from geo.headers import find_header
from geo.readers import read_incidents, read_table
from geo.rows import issuing_body, records, restated_titles, title_texts
from geo.terms import Layer

TODAY = date(2026, 6, 14)
HEAD = "Số hồ sơ;Ngày xảy ra;Hành vi;Địa điểm;Đơn vị phát hiện\n"


@pytest.mark.parametrize(
    "body",
    [
        *("CÔNG AN TỈNH LÂM ĐỒNG", "Công an huyện Đắk Tô", "Đồn Biên phòng cửa khẩu Bờ Y"),
        *("Công an thành phố Hồ Chí Minh", "Công an phường Lê Lợi", "Công an Hà Nội"),
        *("PHÒNG CẢNH SÁT ĐIỀU TRA TỘI PHẠM VỀ MA TÚY", "PHÒNG HỒ SƠ NGHIỆP VỤ", "CAX Ea Bá"),
        *("Công an xã Đinh Văn Lâm Hà", "Công an xã An Thái Trung", "Đồn Biên phòng Hồ Le"),
        *("Công an phường Xuân Hương - Đà Lạt", "CONG AN HUYEN DO LUONG", "Công an xã Mường Do"),
        "Công an xã Đắk Tô, huyện Đắk Tô, tỉnh Kon Tum",
        "PHÒNG PC04 - CÔNG AN TỈNH ĐẮK LẮK",
    ],
)
def test_a_body_stays_whole_even_where_its_place_is_named_after_somebody(body):
    assert body_part(body) == body
    assert not tells_name(body)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Công an xã Đắk Tô (đ/c Nguyễn Văn Bình)", "Công an xã Đắk Tô"),
        ("Công an xã Đắk Tô (đ/c Nguyễn Văn Bình", "Công an xã Đắk Tô"),
        ("PHÒNG PC04 - NGƯỜI LẬP: TRẦN VĂN CƯỜNG", "PHÒNG PC04"),
        ("Công an xã Đắk Tô do đồng chí Bình báo", "Công an xã Đắk Tô"),
        ("CÔNG AN XÃ ĐẮK TÔ DO NGUYỄN VĂN BÌNH LẬP", "CÔNG AN XÃ ĐẮK TÔ"),
        ("Công an xã Đắk Tô: Bình", "Công an xã Đắk Tô"),
        ("Công an xã Đắk Tô, Bình", "Công an xã Đắk Tô"),
        ("công an xã đắk tô nguyễn văn bình", "công an xã đắk tô"),
        ("Công an phường Lê Lợi Trần Văn Cường", "Công an phường Lê Lợi"),
        ("Công an xã Đắk Tô thiếu tá Bình", "Công an xã Đắk Tô"),
    ],
)
def test_whoever_stands_behind_a_body_is_cut_off(text, body):
    assert body_part(text) == body


def test_names_are_told_in_small_letters_too():
    named = ("mua bán của nguyễn văn bình", "le van tam", "Lý văn Hành", "đ/c Bình lập")
    assert all(map(tells_name, named))
    plain = ("tội phạm về ma túy", "vi phạm hành chính", "quản lý", "phường trần phú", "vũ khí")
    assert not any(map(tells_name, plain))


def test_a_person_is_no_source():
    assert issuing_body(("Đơn vị lập: Nguyễn Văn Bình",)) == ""
    assert issuing_body(("Đơn vị lập: Công an xã Ea Bá (đ/c Bình)",)) == "Công an xã Ea Bá"
    assert issuing_body(("Đơn vị lập: CA Hồ Chí Minh",)) == "CA Hồ Chí Minh"
    assert issuing_body(("PHÒNG PC04 - NGƯỜI LẬP: TRẦN VĂN CƯỜNG",)) == "PHÒNG PC04"
    assert issuing_body(("CÔNG AN X", "SỐ LIỆU do đ/c Nguyễn Văn Bình lập")) == "CÔNG AN X"


def test_titles_are_kept_without_persons():
    titles = (
        *("CÔNG AN XÃ ĐẮK TÔ - đ/c Nguyễn Văn Bình", "SỐ LIỆU do đ/c Nguyễn Văn Bình lập"),
        *("người lập: trần văn cường", "DANH SÁCH TỘI PHẠM VỀ MA TÚY"),
    )
    told = restated_titles(titles, issuing_body(titles), None)
    assert told == ("CÔNG AN XÃ ĐẮK TÔ", "DANH SÁCH TỘI PHẠM VỀ MA TÚY")


def test_rejected_cells_name_no_person(tmp_path):
    path = tmp_path / "a.csv"
    rows = (
        "A-1;x/y;mua bán của nguyễn văn bình;Đắk Tô;Công an xã Đắk Tô (đ/c Nguyễn Văn Bình)\n"
        "A-2;x/y;mua bán trái phép, nguyễn văn bình;Đắk Tô;Công an huyện Đắk Tô\n"
        "A-3;x/y;mua bán;Đắk Tô;công an xã đắk tô nguyễn văn bình\n"
    )
    path.write_text(HEAD + rows, "utf-8")
    table = read_table(path, Layer.INCIDENTS)
    first, second, third = (r.cells for r in read_incidents(table, today=TODAY).rejected)
    assert first["Đơn vị phát hiện"] == "Công an xã Đắk Tô"
    assert "Hành vi" not in first and "Hành vi" not in second
    assert second["Đơn vị phát hiện"] == "Công an huyện Đắk Tô"
    assert (third["Hành vi"], third["Đơn vị phát hiện"]) == ("mua bán", "công an xã đắk tô")
    again = refused_row(table, 2, "kind", "lạ")
    assert "bình" not in f"{again}".casefold()


def test_open_brackets_are_read_in_no_time():
    begun = time.perf_counter()
    assert issuing_body(("CÔNG AN TỈNH X " + "(" * 60_000,)) == "CÔNG AN TỈNH X"
    assert body_part("Công an xã A" + ", xã B" * 10_000).startswith("Công an xã A, xã B")
    assert time.perf_counter() - begun < 1


def test_cells_longer_than_any_place_are_cut_and_told():
    long = "Đắk Tô " * 2_000
    raw = [["CÔNG AN " + "x" * 5_000], HEAD.strip().split(";")]
    raw.append(["A-1", "05/03/2026", "mua bán", long, "Công an"])
    header = find_header(raw, Layer.INCIDENTS)
    rows, remarks = records(raw, header, Layer.INCIDENTS, False)
    assert len(rows[0].cells["address_text"]) <= 2_000
    assert "2 ô dài quá 2.000 ký tự" in remarks[0]
    assert len(title_texts(raw[:1])[0]) == 2_000


def test_control_characters_are_left_out_of_what_is_read(tmp_path):
    path = tmp_path / "a.csv"
    more = "".join(f"A-{n};05/03/2026;mua bán;Đắk Tô;Công an\n" for n in range(2, 30))
    path.write_text(f"{HEAD}A\x01-1;05/03/2026;mua\x02 bán;Đắk\x03 Tô;Công an\n{more}", "utf-8")
    draft = read_incidents(read_table(path, Layer.INCIDENTS), today=TODAY).accepted[0]
    assert (draft.ref, draft.address_text) == ("A-1", "Đắk Tô")
