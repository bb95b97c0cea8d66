"""Rejected rows go back as a workbook that is mended and imported again."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from geo.readers import read_incidents, read_table
from geo.records import Period, RejectedRow
from geo.terms import Layer
from models.imports import import_detail
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from tests.webapp.small_world import TODAY, install_small_map, write_workbook
from webapp.services.ingest import ImportReport, import_file
from webapp.services.rejects import REASONS, rejects_workbook, write_rejects

TITLES = [["CÔNG AN TỈNH QUẢNG NGÃI"], ["DANH SÁCH VỤ VIỆC"], ["Từ 15/12/2025 đến 14/06/2026"], []]
HEADER = [
    *("STT", "Số hồ sơ", "Ngày xảy ra", "Hành vi", "Địa điểm", "Tọa độ", None),
    *("Số đối tượng", "Họ và tên đối tượng", "Tang vật", None, "Đơn vị phát hiện", "Ghi chú"),
]
UNDER = [*[None] * 5, "Vĩ độ", "Kinh độ", None, None, "Loại", "Khối lượng", None, None]
NAME = "NGUYỄN VĂN BÍ MẬT"


def row(n: int, day: object, kind: str = "mua bán", **more: object) -> list[object]:
    place = "Tổ 2, Xã Đắk Tô, Tỉnh Quảng Ngãi"
    cells = [n, f"VV-{n}", day, kind, place, 14.65, 107.85, 2, NAME, "heroin", 11.96]
    return [*cells, more.get("by", "Công an xã Đắk Tô"), f"gặp {NAME}"]


def imported(database: Database, path: Path, layer: Layer = Layer.INCIDENTS) -> ImportReport:
    return import_file(database, LOCAL_OPERATOR, layer, path, today=TODAY)


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Database:
    install_small_map(sqlite_database, tmp_path)
    return sqlite_database


@pytest.fixture
def first(site: Database, tmp_path: Path) -> ImportReport:
    """Five rows, three of them refused: no such day, a strange kind, the future."""
    rows = [
        row(1, datetime(2026, 3, 1)),  # noqa: DTZ001 - as a workbook holds it
        row(2, "31/02/2026"),
        row(3, datetime(2026, 3, 3), "bắn súng"),  # noqa: DTZ001
        row(4, "01/01/2031"),
        row(5, "05/03/2026"),
    ]
    path = write_workbook(tmp_path / "vu_viec.xlsx", [*TITLES, HEADER, UNDER, *rows])
    done = imported(site, path)
    assert (done.accepted, len(done.rejected)) == (2, 3)
    return done


def sheet_of(path: Path) -> Worksheet:
    sheet = load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    return sheet


def texts(sheet: Worksheet) -> str:
    return "\n".join(str(cell.value) for line in sheet.iter_rows() for cell in line)


def mend(path: Path, heading: str, ref: str, value: object) -> None:
    """Type a value into the cell under a heading, in the row of a reference."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    at: dict[str, int] = {}
    for cell in (cell for line in sheet.iter_rows(max_row=9) for cell in line if cell.value):
        at.setdefault(str(cell.value), cell.column)
    for line in sheet.iter_rows():
        if ref in [cell.value for cell in line]:
            sheet.cell(line[0].row or 0, at[heading], value)
    book.save(path)


def test_mended_rows_are_imported_again_under_the_same_source(
    site: Database, first: ImportReport, tmp_path: Path
) -> None:
    path = tmp_path / "loai.xlsx"
    write_rejects(first.rejected, path, titles=first.titles, headings=first.headings)
    mend(path, "Ngày xảy ra", "VV-2", "28/02/2026")
    mend(path, "Hành vi", "VV-3", "tàng trữ")
    mend(path, "Ngày xảy ra", "VV-4", datetime(2026, 1, 1))  # noqa: DTZ001
    again = imported(site, path)
    assert (again.accepted, again.rejected) == (3, ())
    assert again.source == first.source == "CÔNG AN TỈNH QUẢNG NGÃI"
    assert imported(site, path).unchanged == 3


def test_unmended_rows_are_rejected_for_the_same_reasons(
    site: Database, first: ImportReport, tmp_path: Path
) -> None:
    path = tmp_path / "loai.xlsx"
    write_rejects(first.rejected, path, titles=first.titles, headings=first.headings)
    again = imported(site, path)
    assert [r.reason for r in again.rejected] == [r.reason for r in first.rejected]


def test_nothing_is_lost_on_the_way_but_what_was_wrong(first: ImportReport, tmp_path: Path) -> None:
    path = tmp_path / "loai.xlsx"
    write_rejects(first.rejected, path, titles=first.titles, headings=first.headings)
    mend(path, "Ngày xảy ra", "VV-2", "28/02/2026")
    table = read_table(path, Layer.INCIDENTS)
    draft = read_incidents(table, today=TODAY).accepted[0]
    assert (draft.ref, draft.offenders, draft.detected_by.value) == ("VV-2", 2, "commune")
    assert (draft.place.lat_cell, draft.place.lon_cell) == (14.65, 107.85)
    assert draft.address_text == "Tổ 2, Xã Đắk Tô, Tỉnh Quảng Ngãi"
    assert draft.seizures[0].quantity == pytest.approx(0.01196)


def test_original_headings_and_types_stand_behind_the_reasons(
    first: ImportReport, tmp_path: Path
) -> None:
    path = tmp_path / "loai.xlsx"
    write_rejects(first.rejected, path, titles=first.titles, headings=first.headings)
    sheet = sheet_of(path)
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    header = next(i for i, line in enumerate(lines) if line[0] == REASONS[0])
    assert tuple(lines[header][:3]) == REASONS
    assert lines[header][3:7] == ["Số hồ sơ", "Ngày xảy ra", "Hành vi", "Địa điểm"]
    assert lines[header + 1][7:9] == ["Vĩ độ", "Kinh độ"]
    strange = next(line for line in lines if "VV-3" in line)
    assert strange[4] == datetime(2026, 3, 3)  # noqa: DTZ001
    assert (strange[1], strange[2], strange[9]) == ("Hành vi", 9, 2)


def test_no_person_is_written(first: ImportReport, tmp_path: Path) -> None:
    path = tmp_path / "loai.xlsx"
    write_rejects(first.rejected, path, titles=first.titles, headings=first.headings)
    told = texts(sheet_of(path))
    assert "BÍ MẬT" not in told
    assert "Họ và tên" not in told
    assert "gặp" not in told


def test_a_name_in_the_wrong_column_is_left_out(site: Database, tmp_path: Path) -> None:
    rows = [row(6, "Nguyễn Văn Bình 0912345678"), row(7, "x/y/z", by="Trần Văn Cường")]
    path = write_workbook(tmp_path / "a.xlsx", [*TITLES, HEADER, UNDER, *rows])
    done = imported(site, path)
    told = str([dict(r.cells) for r in done.rejected])
    assert len(done.rejected) == 2
    for secret in ("Bình", "0912345678", "Cường"):
        assert secret not in told


def test_indicators_keep_the_period_that_was_given(site: Database, tmp_path: Path) -> None:
    rows = [["Mã xã", "Tên xã", "Nhân khẩu"], ["23401", "Đắk Tô", "rất đông"]]
    path = write_workbook(tmp_path / "ct.xlsx", rows)
    year = Period(date(2025, 12, 15), date(2026, 12, 14))
    options = {"today": TODAY, "period": year, "source": "CA Quảng Ngãi"}
    done = import_file(site, LOCAL_OPERATOR, Layer.INDICATORS, path, **options)  # type: ignore[arg-type]
    out = tmp_path / "loai.xlsx"
    write_rejects(done.rejected, out, titles=done.titles, headings=done.headings)
    mend(out, "Nhân khẩu", "23401", 1200)
    again = imported(site, out, Layer.INDICATORS)
    assert (again.accepted, again.source, again.rejected) == (1, "CA Quảng Ngãi", ())


def test_rows_without_their_cells_are_told_one_a_line() -> None:
    content = rejects_workbook([RejectedRow(3, "Ngày", "=1+1", "không phải ngày")])
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    assert [cell.value for cell in sheet[2]] == [3, "Ngày", "=1+1", "không phải ngày"]
    assert sheet["C2"].data_type == "s"


def test_cells_that_look_like_formulas_are_made_inert() -> None:
    rejected = RejectedRow(3, "Ngày", "", "thiếu", {"Địa điểm": "=HYPERLINK(1)", "Ngày": "@x"})
    sheet = load_workbook(BytesIO(rejects_workbook([rejected]))).worksheets[0]
    written = {cell.value: cell for line in sheet.iter_rows() for cell in line}
    for text in ("=HYPERLINK(1)", "@x"):
        assert (written[text].data_type, written[text].quotePrefix) == ("s", True)


def test_texts_come_back_as_they_were(site: Database, tmp_path: Path) -> None:
    """A dash or a quote before a text is no formula and changes nothing."""
    odd = row(1, "31/02/2026")
    odd[4], odd[7], odd[11] = "- Thôn 2, Xã Đắk Tô, Tỉnh Quảng Ngãi", "-1", "=Công an xã Đắk Tô"
    odd[1] = "-VV-1"
    path = write_workbook(tmp_path / "a.xlsx", [*TITLES, HEADER, UNDER])
    book = load_workbook(path)
    book.worksheets[0].append(odd)
    book.worksheets[0].cell(book.worksheets[0].max_row, 12).data_type = "s"
    book.save(path)
    done = imported(site, path)
    again = tmp_path / "loai.xlsx"
    write_rejects(done.rejected, again, titles=done.titles, headings=done.headings)
    twice = imported(site, again)
    assert [r.cells for r in twice.rejected] == [r.cells for r in done.rejected]


def test_the_column_to_be_mended_is_there_when_its_cells_were_withheld(
    site: Database, tmp_path: Path
) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [*TITLES, HEADER, UNDER, row(1, "xx"), row(2, "yy")])
    done = imported(site, path)
    assert "Ngày xảy ra" not in done.rejected[0].cells
    out = tmp_path / "loai.xlsx"
    write_rejects(done.rejected, out, titles=done.titles, headings=done.headings)
    line = next(line for line in sheet_of(out).iter_rows() if line[3].value == "VV-1")
    assert (line[4].value, line[4].fill.fgColor.rgb) == (None, "00FFF2B3")
    assert [r.reason for r in imported(site, out).rejected] == ["thiếu: điền ô này rồi nạp lại"] * 2
    mend(out, "Ngày xảy ra", "VV-1", "01/03/2026")
    mend(out, "Ngày xảy ra", "VV-2", "02/03/2026")
    assert imported(site, out).accepted == 2


def test_a_row_told_without_its_cells_adds_no_column() -> None:
    """A second column for the reference, all empty, would be read before the file's own."""
    cells = {"Số hồ sơ": "VV-1", "Ngày xảy ra": "x"}
    rows = [RejectedRow(3, "Ngày xảy ra", "x", "sai", cells), RejectedRow(4, "ref", "A", "trùng")]
    content = rejects_workbook(rows, headings=tuple(cells))
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    assert [cell.value for cell in sheet[3]] == [*REASONS, *cells]


def test_control_characters_are_left_out() -> None:
    rejected = RejectedRow(3, "Ngày\x01", "\x02", "thi\x03ếu", {"Địa điểm": "Thôn\x01 2"})
    told = texts(load_workbook(BytesIO(rejects_workbook([rejected]))).worksheets[0])
    assert "Thôn 2" in told
    assert "thiếu" in told


def test_the_page_of_an_import_gives_the_workbook(signed_in: SignIn, app, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    database = app.extensions["diaban_site"].database
    path = write_workbook(tmp_path / "a.xlsx", [*TITLES, HEADER, UNDER, row(2, "31/02/2026")])
    done = imported(database, path)
    planner = signed_in("planner")
    link = f"/imports/{done.import_id}/rejects.xlsx"
    assert link in planner.get(f"/imports/{done.import_id}").text
    answer = planner.get(link)
    (tmp_path / "tai_ve.xlsx").write_bytes(answer.data)
    mend(tmp_path / "tai_ve.xlsx", "Ngày xảy ra", "VV-2", "28/02/2026")
    assert imported(database, tmp_path / "tai_ve.xlsx").accepted == 1
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        kept = import_detail(session, LOCAL_OPERATOR, done.import_id or 0).rejected_rows
    assert "BÍ MẬT" not in str(kept)
    assert signed_in("commune").get(link).status_code == 403
