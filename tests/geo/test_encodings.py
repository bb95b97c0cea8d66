"""TCVN3 and VNI text: recognised, decoded, and never mistaken for Unicode."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import encodings
from geo.encodings import Encoding, Recoding, decode_legacy, encoding_of, recoded
from geo.sheets import open_workbook
from geo.tables import read_table
from geo.terms import Layer
from geo.text import name_key

NAMES = [
    "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội",
    "Xã Mường Nhé, Huyện Mường Nhé, Tỉnh Điện Biên",
    "Thị trấn Vĩnh Thuỵ, Tỉnh Thừa Thiên Huế",
    "Xã Ea H'leo, Huyện Krông Pắc, Tỉnh Đắk Lắk",
    "Xã Ngọk Bay, Thành phố Kon Tum",
    "Hẻm 12 đường Nguyễn Thị Định, khu phố Mỹ Phước",
    "Xã Cẩm Thủy, Huyện Đoan Hùng, Tỉnh Phú Thọ",
    "Xã Quảng Yên, Thị xã Quỳ Hợp, Tỉnh Nghệ An",
]


def written_in(text: str, encoding: Encoding) -> str:
    """The text as an old font stores it, read as Latin-1."""
    table = {read: chr(code) for code, read in encodings._TCVN3.items() if code < 256}
    if encoding is Encoding.VNI:
        table = {}
        for written, read in encodings._VNI.items():
            table.setdefault(read, written)
    composed = unicodedata.normalize("NFC", text)
    return "".join(table.get(c, table.get(c.lower(), c)) if c > "\x7f" else c for c in composed)


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_from_either_encoding(name: str, encoding: Encoding) -> None:
    written = written_in(name, encoding)
    assert encoding_of(written) is encoding
    assert decode_legacy(written) == name


@pytest.mark.parametrize("name", NAMES)
def test_capitals_of_a_capital_font_get_capital_accents(name: str) -> None:
    typed = written_in(name, Encoding.TCVN3)
    capitals = "".join(c.upper() if c.isascii() else c for c in typed)
    assert decode_legacy(capitals) == name.upper()


@pytest.mark.parametrize(
    "text",
    [
        *NAMES,
        *(name.upper() for name in NAMES),
        *(unicodedata.normalize("NFD", name) for name in NAMES),
        "Hà Nam, Nhà Bè, Hoà An, Lê Lai, Tây Sơn",
        "An Phó",  # as good in Unicode as in TCVN3: left alone
        "Café Hôtel Métropole, Straße, São Paulo, Curaçao, garçon, señor, über",
        "5 µg; 12 °C; 100 m²; ½ kg; ±5; © 2024; «Tân»; Huế · Đà Nẵng",
        "20°57'11\"N 105°49'02\"Đ",
        "",
    ],
)
def test_unicode_stays_as_it_is(text: str) -> None:
    assert decode_legacy(text) == text


@given(st.text(max_size=40))
def test_no_text_breaks_the_decoding(text: str) -> None:
    decoded = decode_legacy(text)
    assert decoded == text or encoding_of(text)


@settings(max_examples=50)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6))
def test_a_grid_of_unicode_is_not_touched(names: list[str]) -> None:
    rows = [[name, 5, None, "An Phó"] for name in names]
    assert list(recoded([list(row) for row in rows])) == rows


def test_an_open_cell_follows_its_column_then_its_row() -> None:
    legacy = [["X· T©n Ch©u", "An Phó"], ["Ph­êng 5", "Phó T©n"]]
    assert [row[1] for row in recoded(legacy)] == ["An Phú", "Phú Tân"]
    mixed = [["X· T©n Ch©u", "An Phó"], ["Xã Tân Hội, Huyện Cần Đước", "Phó Bảng"]]
    assert [row[1] for row in recoded(mixed)] == ["An Phó", "Phó Bảng"]


def test_rows_of_both_encodings_in_one_file_are_all_decoded() -> None:
    rows = [[written_in(name, kind)] for name in NAMES for kind in Encoding]
    assert [row[0] for row in recoded(rows)] == [name for name in NAMES for _ in Encoding]


def test_a_late_cell_is_decoded_though_the_first_rows_taught_nothing() -> None:
    rows = [["Hà Nội"]] * 600 + [["Phöôøng 4, Quaän 3"]]
    assert list(recoded([list(row) for row in rows]))[-1] == ["Phường 4, Quận 3"]
    assert Recoding.learnt(rows[:500]).found == ()


TABLE = [
    ["Số hồ sơ", "Ngày xảy ra", "Hành vi", "Địa điểm xảy ra"],
    ["A1", "05/03/2024", "Mua bán trái phép chất ma túy", "Thôn 3, Xã Tân Châu, Huyện Di Linh"],
    ["A2", "06/03/2024", "Tàng trữ trái phép chất ma túy", "Tổ 5, Phường Lộc Sơn, Bảo Lộc"],
]


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("suffix", [".csv", ".utf8.csv", ".xlsx"])
def test_a_whole_table_with_its_headings_is_read(
    tmp_path: Path, encoding: Encoding, suffix: str
) -> None:
    path = tmp_path / f"vu_viec{suffix}"
    rows = [[written_in(cell, encoding) for cell in row] for row in TABLE]
    if suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        text = "\r\n".join(";".join(row) for row in rows)
        path.write_bytes(text.encode("utf-8" if "utf8" in suffix else "cp1252"))
    table = read_table(path, Layer.INCIDENTS)
    assert [row.cells["address_text"] for row in table.rows] == [row[3] for row in TABLE[1:]]
    assert [row.cells["kind"] for row in table.rows] == [row[2] for row in TABLE[1:]]
    assert any(str(encoding) in warning for warning in table.warnings)


def tone_apart(letter: str) -> str:
    """As the Windows page writes it: the tone behind the vowel."""
    parts = unicodedata.normalize("NFD", letter)
    tone = next((c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"), "")
    return unicodedata.normalize("NFC", parts.replace(tone, "")) + tone


def test_bytes_of_the_vietnamese_page_are_not_taken_for_an_old_font(tmp_path: Path) -> None:
    path = tmp_path / "cp1258.csv"
    text = "Tên;Nơi\nChị;Phường Đại Lộc\nLễ;Đắk Lắk\n"
    path.write_bytes("".join(map(tone_apart, text)).encode("cp1258"))
    sheet = open_workbook(path).sheets[0]
    assert sheet.read(None)[1:] == [["Chị", "Phường Đại Lộc"], ["Lễ", "Đắk Lắk"]]
    assert sheet.remarks() == ()


def test_ten_thousand_communes_are_decoded_as_their_english_names_say(shared_dir: Path) -> None:
    path = shared_dir / "spreadsheets" / "communes_tcvn3.csv"
    if not path.exists():
        pytest.skip("shared material is incomplete")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(recoded(csv.reader(lines)))[1:]
    wrong = [row for row in rows if _bare(row[0]) != _bare(row[1])]
    # The rest are slips of the file itself: another name, a letter lost, spaces.
    assert len(wrong) < 0.015 * len(rows)
    left = [row[0] for row in rows if re.search("[\x80-\xbf×÷ßäåæëïîñöøûüÄÅÆËÎÏÑÖØÛÜ]", row[0])]
    assert left == []


_KINDS = re.compile(r"\b(?:tt|thi tran|town|p|ph|phuong|xa|ward|x|t)\b")


def _bare(name: str) -> str:
    from geo.text import fold

    return name_key(_KINDS.sub("", fold(name)).replace(" ", ""))
