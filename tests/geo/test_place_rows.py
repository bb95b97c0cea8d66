"""Where each row of a file says it was: tables, lists of addresses, one column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from geo.errors import UnusableFileError
from geo.place_rows import PlaceRow, read_places

HEADINGS = "Số hồ sơ;Ngày xảy ra;Hành vi;Địa điểm;Vĩ độ;Kinh độ;Họ và tên đối tượng\n"


def text_file(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def rows_of(path: Path, **options: str) -> list[PlaceRow]:
    return list(read_places(path, **options).rows)


def test_rows_that_an_import_would_refuse_are_placed_too(tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "CÔNG AN TỈNH X\n" + HEADINGS + "VV-1;31/02/2026;mua bán;Xã Đắk Tô;;;NGUYỄN VĂN A\n"
        ";;;;;;\n"
        ";01/03/2026;không rõ là gì;Xã Đắk Plô;14,6;107,8;\n"
        "Tổng cộng;;;2;;;\n",
    )
    places = read_places(path)
    first, second = places.rows
    assert (first.ref, first.query.address, first.query.on) == ("VV-1", "Xã Đắk Tô", None)
    assert (second.ref, second.query.lat_cell) == ("5", "14,6")
    assert second.query.on == date(2026, 3, 1)
    assert places.dropped_columns == ("Họ và tên đối tượng",)


def test_the_register_of_hotspots_is_placed_by_its_latest_day(tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "Mã;Tên;Loại;Địa chỉ;Ngày phát hiện;Ngày triệt xóa;Trạng thái\n"
        "TD-1;Tụ điểm chợ;Tụ điểm;Xã Mỹ Yên, Tỉnh Tây Ninh;01/02/2024;03/08/2025;Đã triệt xóa\n",
    )
    (row,) = rows_of(path)
    assert (row.ref, row.query.on) == ("TD-1", date(2025, 8, 3))


def test_a_plain_list_needs_no_option_when_its_columns_are_known(tmp_path: Path) -> None:
    text = "id,address,commune,district,province,lat,lon\n7,Số 1,Đắk Tô,,Kon Tum,,\n"
    (row,) = rows_of(text_file(tmp_path, text))
    assert (row.ref, row.query.commune_name, row.query.province_name) == ("7", "Đắk Tô", "Kon Tum")


@pytest.mark.parametrize("heading", ["address", "Địa chỉ", "Xã"])
def test_one_known_column_is_enough(tmp_path: Path, heading: str) -> None:
    path = text_file(tmp_path, f"{heading}\nTổng Cọt, Cao Bằng\nCộng Hòa, Quốc Oai\n")
    assert [row.ref for row in rows_of(path)] == ["2", "3"]


def test_a_named_column_is_the_address_whatever_else_stands_there(tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        'ID,Chuỗi gốc,commune,Ngày,lat,lon\nA,"Đắk Tô, Kon Tum",00001,2024-05-01,14.7,107.8\n',
    )
    (row,) = rows_of(path, column="Chuỗi gốc")
    assert row.query.address == "Đắk Tô, Kon Tum"
    assert (row.query.commune_name, row.query.commune_code) == (None, None)
    assert (row.ref, row.query.lat_cell, row.query.on) == ("A", "14.7", date(2024, 5, 1))


def test_an_empty_cell_of_a_one_column_list_is_a_row_and_an_empty_line_is_none(
    tmp_path: Path,
) -> None:
    path = text_file(tmp_path, 'văn bản\nĐắk Tô\n""\n\nĐắk Plô\n')
    assert [row.query.address for row in rows_of(path, column="văn bản")] == [
        "Đắk Tô",
        None,
        "Đắk Plô",
    ]


def test_a_long_number_as_reference_comes_back_and_a_name_does_not(tmp_path: Path) -> None:
    path = text_file(tmp_path, "ref,address\n4963204722,Đắk Tô\nNguyễn Văn Bình,Đắk Plô\n")
    assert [row.ref for row in rows_of(path)] == ["4963204722", "3"]


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a,b\n1,2\n")
    with pytest.raises(UnusableFileError, match=r"không có cột «địa chỉ».*«a», «b»"):
        read_places(path, column="địa chỉ")


@pytest.mark.parametrize("column", ["Họ và tên", "Nơi thường trú"])
def test_a_column_about_persons_is_not_read(tmp_path: Path, column: str) -> None:
    path = text_file(tmp_path, f"{column},b\nx,y\n")
    with pytest.raises(UnusableFileError, match="thông tin cá nhân"):
        read_places(path, column=column)


def test_a_file_without_a_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"--column|tiêu đề"):
        read_places(text_file(tmp_path, "màu,cỡ\nđỏ,12\n"))


def test_a_mapping_gives_strange_headings_their_fields(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Cột A,Cột B\nVV-1,Xã Đắk Tô\n")
    mapping = {"ref": "Cột A", "address_text": "Cột B"}
    (row,) = read_places(path, mapping=mapping).rows
    assert (row.ref, row.query.address) == ("VV-1", "Xã Đắk Tô")


def test_a_worksheet_is_read_as_a_text_file_is(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["STT", "Địa chỉ", "Vĩ độ", "Kinh độ"], [1, "Đắk Tô", 14.65, 107.85]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    (row,) = rows_of(tmp_path / "a.xlsx")
    assert (row.ref, row.query.address, row.query.lat_cell) == ("2", "Đắk Tô", 14.65)


def test_a_text_file_is_read_as_it_goes(tmp_path: Path) -> None:
    """Rows come before the end is known: a broken end does not hide them."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,address\n" + b"1,Xa Dak To\n" * 5_000 + b"1," + b"x" * 200_000 + b"\n")
    rows = read_places(path).rows
    assert sum(1 for _, row in zip(range(5_000), rows, strict=False) if row) == 5_000
    with pytest.raises(UnusableFileError, match="CSV"):
        list(rows)


def test_bare_commas_do_not_cut_the_addresses_of_a_list(tmp_path: Path) -> None:
    text = 'Địa chỉ\n12 Lê Lợi, P. Bến Nghé, Quận 1\n\n"Xã Đắk Tô, Quảng Ngãi"\nXã Cư San\n'
    for options in ({}, {"column": "Địa chỉ"}):
        rows = rows_of(text_file(tmp_path, text), **options)
        assert [row.query.address for row in rows] == [
            "12 Lê Lợi, P. Bến Nghé, Quận 1",
            "Xã Đắk Tô, Quảng Ngãi",
            "Xã Cư San",
        ]
