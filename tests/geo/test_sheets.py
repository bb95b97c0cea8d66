"""Sheets: type by content, limits, and a clear refusal of everything hostile."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from random import Random

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from geo.errors import UnusableFileError
from geo.readers import Limits, read_incidents, read_table
from geo.sheets import open_workbook
from geo.terms import Layer

HEAD = ["Số hồ sơ", "Ngày xảy ra", "Hành vi", "Địa điểm"]
BODY = [["A-1", "05/03/2024", "mua bán", "Xã Ea Bá, Đắk Lắk"]]
TEXT = "\n".join(";".join(row) for row in [HEAD, *BODY]) + "\n"
TODAY = date(2026, 6, 14)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _book(path: Path, *sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        page = book.create_sheet(f"Trang {number + 1}")
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def _rezip(path: Path, edit) -> Path:
    """Rewrite every member of an archive through `edit(name, bytes)`."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, edit(name, data))
    return path


def _incident(path: Path):
    return read_incidents(read_table(path, Layer.INCIDENTS), today=TODAY).accepted[0]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_separator_in_any_unicode(tmp_path, delimiter, encoding):
    rows = [HEAD[:3], ["A-1", "05/03/2024", "tàng trữ"]]
    path = tmp_path / "x.csv"
    path.write_bytes("\r\n".join(delimiter.join(r) for r in rows).encode(encoding))
    assert _incident(path).ref == "A-1"


def test_windows_1258_is_read_and_composed(tmp_path):
    path = tmp_path / "x.csv"
    decomposed = TEXT.translate({0x1ED1: "ô\u0301", 0x1ED3: "ô\u0300", 0x1EA3: "a\u0309"})
    for whole, parts in {"ị": "i\u0323", "ể": "ê\u0309", "ã": "a\u0303", "ắ": "ă\u0301"}.items():
        decomposed = decomposed.replace(whole, parts)
    path.write_bytes(decomposed.encode("cp1258", errors="replace"))
    assert _incident(path).address_text == "Xã Ea Bá, Đắk Lắk"


def test_decimal_commas_do_not_fool_the_separator(tmp_path):
    path = tmp_path / "x.csv"
    rows = "\n".join(f"A-{i};05/03/2024;mua bán;Xã A, B, C;12,{i};108,{i}" for i in range(20))
    path.write_text("Mã;Ngày;Hành vi;Địa điểm;Vĩ độ;Kinh độ\n" + rows, "utf-8")
    assert _incident(path).place.lat_cell == "12,0"


def test_the_suffix_does_not_matter(tmp_path):
    book = _book(tmp_path / "x.xlsx", [HEAD, *BODY]).rename(tmp_path / "x.csv")
    text = tmp_path / "y.xlsx"
    text.write_text(TEXT, "utf-8")
    assert _incident(book) == _incident(text)


def test_geojson_points_carry_their_place_and_may_lack_one(tmp_path):
    path = tmp_path / "x.geojson"
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {"ref": ref, "occurred_on": "2024-03-05", "kind": "trading"},
        }
        for ref, geometry in [
            ("A-1", {"type": "Point", "coordinates": [108.2, 12.6]}),
            ("A-2", None),
        ]
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    drafts = read_incidents(read_table(path, Layer.INCIDENTS), today=TODAY)
    places = [(d.place.lon_cell, d.place.lat_cell) for d in drafts.accepted]
    assert places == [(108.2, 12.6), (None, None)]


def test_dates_of_the_1904_calendar_are_the_days_shown(tmp_path):
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    page = book.worksheets[0]
    page.append(HEAD)
    page.append(["A-1", date(2024, 3, 5), "mua bán", "x"])
    page.append(["A-2", 43894, "mua bán", "x"])
    book.save(tmp_path / "x.xlsx")
    drafts = read_incidents(read_table(tmp_path / "x.xlsx", Layer.INCIDENTS), today=TODAY)
    assert {d.occurred_on for d in drafts.accepted} == {date(2024, 3, 5)}


def test_blank_rows_above_keep_the_lines_that_excel_shows(tmp_path):
    path = _book(tmp_path / "x.xlsx", [[], [], HEAD, [], *BODY])
    assert _incident(path).line == 5


def test_hidden_sheets_are_passed_over_and_mentioned(tmp_path):
    book = Workbook()
    for page, state in ((book.worksheets[0], "visible"), (book.create_sheet("cũ"), "hidden")):
        page.sheet_state = state
        page.append(HEAD)
        page.append(BODY[0])
    book.save(tmp_path / "x.xlsx")
    table = read_table(tmp_path / "x.xlsx", Layer.INCIDENTS)
    assert any("«cũ»" in warning for warning in table.warnings)


@pytest.mark.parametrize("shown", [[], [HEAD], [["Ghi chú"], ["xem trang sau"]]])
def test_data_only_in_a_hidden_sheet_is_named_and_can_be_chosen(tmp_path, shown):
    path = _book(tmp_path / "x.xlsx", shown, [HEAD, *BODY])
    book = load_workbook(path)
    book.worksheets[1].sheet_state = "hidden"
    book.save(path)
    with pytest.raises(UnusableFileError, match=r"trang ẩn «Trang 2»: bỏ ẩn .* --sheet"):
        read_table(path, Layer.INCIDENTS)
    assert len(read_table(path, Layer.INCIDENTS, sheet="Trang 2").rows) == 1


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_no_text_rather_than_a_wrong_encoding(tmp_path, seed):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a" + Random(seed).randbytes(5000))
    with pytest.raises(UnusableFileError, match="không phải tệp chữ"):
        read_table(path, Layer.INCIDENTS)


def test_formulas_without_results_and_errors_are_warned_of(tmp_path):
    path = _book(tmp_path / "x.xlsx", [[*HEAD, "Số đối tượng"], [*BODY[0], "=1+1"]])
    table = read_table(path, Layer.INCIDENTS)
    assert any("công thức" in warning for warning in table.warnings)
    assert read_incidents(table, today=TODAY).accepted[0].offenders is None


def _encrypted(_: Path) -> bytes:
    return OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def _docx(_: Path) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return data.getvalue()


def _bomb(folder: Path) -> bytes:
    path = _book(folder / "bomb.xlsx", [HEAD, *BODY])
    huge = b"<!--" + b" " * (120 * 2**20) + b"-->"
    return _rezip(path, lambda n, d: d + huge if "sheet1" in n else d).read_bytes()


def _far_cell(folder: Path) -> bytes:
    path = _book(folder / "far.xlsx", [HEAD, *BODY])
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    edit = lambda n, d: d.replace(b"</sheetData>", far) if "sheet1" in n else d  # noqa: E731
    return _rezip(path, edit).read_bytes()


def _truncated(folder: Path) -> bytes:
    return _book(folder / "cut.xlsx", [HEAD, *BODY]).read_bytes()[:-200]


def _wide(folder: Path) -> bytes:
    return _book(folder / "wide.xlsx", [HEAD + [f"c{i}" for i in range(500)], *BODY]).read_bytes()


def _twins(folder: Path) -> bytes:
    return _book(folder / "twins.xlsx", [HEAD, *BODY], [HEAD, *BODY]).read_bytes()


HOSTILE = {
    "empty": (b"", "trống"),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", "trống"),
    "pdf": (b"%PDF-1.7\n...", "PDF"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG"),
    "html": (b"<html><table><tr><td>x</td></tr></table></html>", "trang web"),
    "zip": (b"PK\x03\x04" + b"\0" * 100, "hỏng"),
    "docx": (_docx, "Word"),
    "word 97": (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "Word"),
    "broken ole": (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "hỏng"),
    "noise": (bytes((i * 89 + i // 7) % 256 for i in range(9000)), "«x.xlsx»"),
    "nul bytes": (b"a;b;c\0\0\0\0\1\2\3\4\5\6;x" * 50, "«x.xlsx»"),
    "password": (_encrypted, "gỡ mật khẩu"),
    "bomb": (_bomb, "bom nén"),
    "far cell": (_far_cell, "bung ra quá lớn"),
    "truncated": (_truncated, "hỏng"),
    "wide": (_wide, "504 cột"),
    "twin sheets": (_twins, "--sheet"),
    "no header": (b"1;2;3\n4;5;6\n", "tiêu đề"),
    "prose": ("Kính gửi đồng chí, đây là một bức thư.\nTrân trọng.\n".encode(), "tiêu đề"),
    "header only": (TEXT.splitlines()[0].encode(), "không có dữ liệu"),
    "no date": ("Số hồ sơ;Hành vi;Địa điểm\nA;mua bán;x\n".encode(), "Ngày xảy ra"),
    "open quote": ((TEXT + '"' + "x" * 300_000).encode(), "CSV"),
    "json": (b'{"type": "Feature"}', "FeatureCollection"),
    "bad json": (b'{"type": "FeatureCollection", ', "JSON"),
    "deep json": (b"[[" * 100_000, "«x.xlsx»"),
    "projected": (b'{"features": [{}], "crs": {"name": "EPSG:3405"}}', "WGS 84"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_unusable_file_says_what_it_is_and_what_to_do(tmp_path, name):
    made, words = HOSTILE[name]
    path = tmp_path / "x.xlsx"
    path.write_bytes(made(tmp_path) if callable(made) else made)
    with pytest.raises(UnusableFileError) as caught:
        read_table(path, Layer.INCIDENTS)
    message = str(caught.value)
    assert words in message
    assert path.name in message
    assert message.endswith(".")


def test_missing_files_and_folders_are_named(tmp_path):
    for path in (tmp_path, tmp_path / "không có.xlsx"):
        with pytest.raises(UnusableFileError, match="tệp"):
            open_workbook(path)


def test_limits_on_bytes_and_rows_say_to_split(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(TEXT + "A;05/03/2024;mua bán;x\n" * 50, "utf-8")
    for limits in (Limits(max_bytes=100), Limits(max_rows=20)):
        with pytest.raises(UnusableFileError, match="chia thành nhiều tệp"):
            read_table(path, Layer.INCIDENTS, limits=limits)


def test_a_set_of_one_point_is_a_point(tmp_path: Path) -> None:
    one = {"type": "MultiPoint", "coordinates": [[106.1, 22.6]]}
    two = {"type": "MultiPoint", "coordinates": [[106.1, 22.6], [106.2, 22.6]]}
    features = [{"type": "Feature", "properties": {"a": 1}, "geometry": g} for g in (one, two)]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert open_workbook(path).sheets[0].read(None) == [
        ["a", "lon", "lat"],
        [1, 106.1, 22.6],
        [1, None, None],
    ]
