"""No name of a person stays anywhere in the database, through whichever door it came."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import select

from geo import encodings
from geo.terms import Layer
from models.session import Database, unit_of_work
from models.tables import metadata
from models.viewers import LOCAL_OPERATOR
from tests.webapp.small_world import TODAY, install_small_map, write_workbook
from webapp.services.ingest import import_file

NAME = "Zuợmlý"
"""Stands for a person's name; it is part of no word."""

SPELLINGS = [
    f"nhà ông {NAME}",
    f"NHÀ ÔNG {NAME.upper()}",
    f"n.ông {NAME}, tổ 2",
    f"nhà o. Ba {NAME}",
    f"nhà Năm {NAME}",
    f"nha ong {NAME}",
    f"hộ gia đình bà {NAME}",
    f"nhà vợ chồng {NAME}",
    f"tại nhà {NAME} tổ 2",
    f"nhà ông Nguyễn Văn {NAME}, bà Lê Thị {NAME}",
]
WHERE = ["Xã Đắk Tô", "Tỉnh Quảng Ngãi"]
UNITS = ["Xã", "Tỉnh"]

FILES: dict[Layer, tuple[list[object], list[object]]] = {
    Layer.INCIDENTS: (
        ["Số hồ sơ", "Ngày xảy ra", "Hành vi", "Địa điểm", *UNITS, "Ghi chú"],
        ["VV-{n}", "01/03/2026", "mua bán", "{said}", *WHERE, "{said}"],
    ),
    Layer.HOTSPOTS: (
        ["Mã", "Tên", "Loại", "Địa chỉ", *UNITS, "Ngày phát hiện", "Ghi chú"],
        ["TD-{n}", "Điểm {said}", "điểm bán lẻ", "{said}", *WHERE, "01/03/2026", "{said}"],
    ),
    Layer.FACILITIES: (
        ["Mã", "Tên cơ sở", "Loại", "Địa chỉ", *UNITS, "Ghi chú"],
        ["CS-{n}", "{said}", "karaoke", "{said}", *WHERE, "{said}"],
    ),
    Layer.SUB_UNITS: (
        ["Mã", "Tên thôn", *UNITS],
        ["TH-{n}", "Thôn {n} {said}", *WHERE],
    ),
    Layer.CAMPAIGNS: (
        ["Mã", "Tên đợt", "Từ ngày", "Đến ngày", "Địa bàn", "Ghi chú"],
        [
            "CD-{n}",
            "Đợt {said}",
            "01/03/2026",
            "31/03/2026",
            "Xã Đắk Tô, Tỉnh Quảng Ngãi",
            "{said}",
        ],
    ),
    Layer.CORRIDORS: (
        ["Mã tuyến", "Tên tuyến", "Loại tuyến", "Hiệu lực từ", "Tọa độ", "Ghi chú"],
        ["T-{n}", "Tuyến {said}", "đường bộ", "01/01/2026", "14.65 107.82; 14.65 107.95", "{said}"],
    ),
}


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Database:
    install_small_map(sqlite_database, tmp_path)
    return sqlite_database


@pytest.mark.parametrize("layer", list(FILES))
def test_a_file_leaves_no_name_behind(site: Database, layer: Layer, tmp_path: Path) -> None:
    headings, cells = FILES[layer]
    rows = [
        [str(cell).format(n=n, said=said) for cell in cells] for n, said in enumerate(SPELLINGS)
    ]
    refused = [[*row] for row in rows]
    for n, row in enumerate(refused):
        row[0] = f"X-{n}"
        row[1:4] = ["không rõ"] * 3
    title = [f"DANH SÁCH, lập tại nhà ông {NAME}"]
    path = write_workbook(tmp_path / f"{layer}.xlsx", [title, headings, *rows, *refused])

    report = import_file(site, LOCAL_OPERATOR, layer, path, today=TODAY)

    assert (report.accepted, len(report.rejected)) == (len(SPELLINGS), len(SPELLINGS))
    assert kept_with_name(site) == []


def test_an_old_encoding_hides_no_name(site: Database, tmp_path: Path) -> None:
    path = tmp_path / "tcvn3.csv"
    text = "Số hồ sơ,Ngày xảy ra,Hành vi,Địa điểm,Xã,Tỉnh\n"
    rows = (f"VV-{n},01/03/2026,mua bán,nhà ông Bượm,Đắk Tô,Quảng Ngãi\n" for n in range(6))
    path.write_bytes(_tcvn3(text + "".join(rows)))

    report = import_file(site, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY)

    assert report.accepted == 6
    assert kept_with_name(site, "Bượm") == []


def kept_with_name(database: Database, name: str = NAME) -> list[str]:
    """Every value of every table that holds the name, with or without diacritics."""
    wanted = _plain(name)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [
            f"{table.name}.{column}: {value}"
            for table in metadata.sorted_tables
            for row in session.execute(select(table)).mappings()
            for column, value in row.items()
            if wanted in _plain(str(value))
        ]


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in parts if not unicodedata.combining(c))


def _tcvn3(text: str) -> bytes:
    back = {read: chr(code) for code, read in encodings._TCVN3.items() if code < 256}
    return "".join(back.get(letter, letter) for letter in text).encode("latin-1", "replace")
