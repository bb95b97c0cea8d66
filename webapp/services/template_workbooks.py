"""Blank workbooks to fill in: a typed sheet, lists to choose from, and how to fill it in.

What is filled in under these headings is read back without a rejected row; rows
that hold nothing but the commune written beforehand are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from geo.records import Period
from geo.terms import Layer
from models import communes
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.labels import LAYERS
from webapp.services.template_columns import COLUMNS, CellType, TemplateColumn

GUIDE = "Hướng dẫn"
HEADER_ROW = 5
BLANK_ROWS = 300
_LAST_ROW = HEADER_ROW + 5_000
_LISTS_FROM = 7
_TITLES = {
    Layer.INCIDENTS: "DANH SÁCH VỤ VIỆC MA TÚY",
    Layer.HOTSPOTS: "DANH SÁCH ĐIỂM, TỤ ĐIỂM VỀ MA TÚY",
    Layer.INDICATORS: "BIỂU SỐ LIỆU CẤP XÃ VỀ MA TÚY",
    Layer.SUB_UNITS: "DANH SÁCH THÔN, TỔ DÂN PHỐ",
    Layer.CAMPAIGNS: "DANH SÁCH ĐỢT CAO ĐIỂM",
    Layer.CORRIDORS: "DANH SÁCH TUYẾN TRỌNG ĐIỂM",
    Layer.FACILITIES: "DANH SÁCH CƠ SỞ, ĐỊA ĐIỂM",
}
_HINTS = (
    "Ghi mỗi bản ghi một dòng ở trang đầu, bắt đầu từ dòng ngay dưới tiêu đề; không gộp ô.",
    "Không đổi tên cột; có thể bỏ trống, đổi chỗ hoặc xóa cột không bắt buộc.",
    "Không ghi họ tên, số định danh, điện thoại, biển số của bất kỳ ai: phần mềm không lưu.",
    "Dòng chỉ có sẵn mã xã, tên xã mà chưa ghi gì thêm được bỏ qua khi nạp.",
)
_FONT = "Times New Roman"
_LINE = Side(style="thin", color="9AA5A0")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_NEEDED, _OPTIONAL = (PatternFill("solid", fgColor=c) for c in ("CFE3D8", "EEF2F0"))
_FORMATS = {
    CellType.DAY: "dd/mm/yyyy",
    CellType.PLANNED_DAY: "dd/mm/yyyy",
    CellType.COUNT: "#,##0",
    CellType.NUMBER: "General",
}


@dataclass(frozen=True, slots=True)
class Prefill:
    """The commune that a workbook is made for."""

    code: str
    full_name: str
    province_name: str


def commune_template(
    database: Database, viewer: Viewer, layer: Layer, code: str, period: Period | None = None
) -> bytes:
    """The blank workbook of a layer with a commune's name and code written in.

    Raises
    ------
    NotFoundError
        If no commune in force has this code.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        commune = communes.find_commune(session, viewer, code)
    prefill = Prefill(commune.code, commune.full_name, commune.province_name)
    return template_workbook(layer, prefill, period)


def template_workbook(
    layer: Layer, prefill: Prefill | None = None, period: Period | None = None
) -> bytes:
    """The bytes of the blank workbook of a layer (XLSX).

    `period` is written into the title of the indicators, which are of a period.
    """
    workbook = Workbook()
    sheet = workbook.active or workbook.create_sheet()
    sheet.title = LAYERS[layer]
    columns = COLUMNS[layer]
    _write_titles(sheet, layer, prefill, period)
    _write_header(sheet, columns)
    _write_rows(sheet, columns, _written(prefill), 1 if layer is Layer.INDICATORS else BLANK_ROWS)
    guide = workbook.create_sheet(GUIDE)
    lists = _write_guide(guide, layer, columns)
    for j, column in enumerate(columns, 1):
        _add_rule(sheet, column, get_column_letter(j), lists.get(column.field))
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    for page in (sheet, guide):
        _set_page(page)
    stored = BytesIO()
    workbook.save(stored)
    return stored.getvalue()


def _write_titles(
    sheet: Worksheet, layer: Layer, prefill: Prefill | None, period: Period | None
) -> None:
    body = "Đơn vị lập: (ghi tên đơn vị, ví dụ Công an xã Ea Bá)"
    if prefill is not None:
        body = f"CÔNG AN {prefill.full_name}, {prefill.province_name}".upper()
    texts = [body, _TITLES[layer]]
    if layer is Layer.INDICATORS:
        days = "(ghi ngày đầu và ngày cuối của kỳ)"
        if period is not None:
            days = f"{period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}"
        texts.append(f"Kỳ số liệu: {days}")
    for line, text in enumerate(texts, 1):
        cell = sheet.cell(line, 1, text)
        cell.font = Font(_FONT, 13, bold=line < 3, italic=line == 3)


def _write_header(sheet: Worksheet, columns: tuple[TemplateColumn, ...]) -> None:
    for j, column in enumerate(columns, 1):
        heading = sheet.cell(HEADER_ROW, j, column.heading)
        _dress_heading(heading, _NEEDED if column.needed else _OPTIONAL)
        sheet.column_dimensions[get_column_letter(j)].width = column.width
    sheet.row_dimensions[HEADER_ROW].height = 48
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"


def _dress_heading(cell: Cell | MergedCell, fill: PatternFill) -> None:
    cell.font = Font(_FONT, 11, bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.fill, cell.border = fill, _BOX


def _written(prefill: Prefill | None) -> dict[str, str]:
    """What stands in every row beforehand, by field."""
    if prefill is None:
        return {}
    return {
        "commune_code": prefill.code,
        "commune_name": prefill.full_name,
        "province_name": prefill.province_name,
    }


def _write_rows(
    sheet: Worksheet,
    columns: tuple[TemplateColumn, ...],
    written: dict[str, str],
    written_rows: int,
) -> None:
    for line in range(HEADER_ROW + 1, HEADER_ROW + 1 + BLANK_ROWS):
        known = line <= HEADER_ROW + written_rows
        for j, column in enumerate(columns, 1):
            cell = sheet.cell(line, j, written.get(column.field) if known else None)
            # As text, so that a house number 12/3 does not become a day.
            plain = column.field == "quantity"
            cell.number_format = _FORMATS.get(column.type, "General" if plain else "@")
            cell.font, cell.border = Font(_FONT, 11), _BOX


def _write_guide(
    guide: Worksheet, layer: Layer, columns: tuple[TemplateColumn, ...]
) -> dict[str, str]:
    """Explain every column; the ranges that hold the lists, by field."""
    guide.append([f"Cách ghi: {LAYERS[layer].lower()}"])
    guide["A1"].font = Font(_FONT, 14, bold=True)
    for hint in _HINTS:
        guide.append([hint])
        guide.cell(guide.max_row, 1).font = Font(_FONT, 11)
    guide.append([])
    guide.append(["Tên cột", "Bắt buộc", "Kiểu", "Cách ghi"])
    first = guide.max_row
    for cell in guide[first]:
        _dress_heading(cell, _OPTIONAL)
    for column in columns:
        needed = "bắt buộc" if column.needed else ""
        guide.append([column.heading, needed, column.type.value, column.meaning])
        for cell in guide[guide.max_row]:
            cell.font, cell.border = Font(_FONT, 11), _BOX
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for letter, width in zip("ABCD", (28, 11, 12, 70), strict=True):
        guide.column_dimensions[letter].width = width
    return _write_lists(guide, first, [column for column in columns if column.choices])


def _write_lists(guide: Worksheet, first: int, listed: list[TemplateColumn]) -> dict[str, str]:
    ranges = {}
    for j, column in enumerate(listed, _LISTS_FROM):
        heading = guide.cell(first, j, f"Danh sách: {column.heading}")
        _dress_heading(heading, _OPTIONAL)
        letter, last = get_column_letter(j), first + len(column.choices)
        guide.column_dimensions[letter].width = max(column.width, 18)
        for line, choice in enumerate(column.choices, first + 1):
            guide.cell(line, j, choice).font = Font(_FONT, 11)
        ranges[column.field] = f"'{GUIDE}'!${letter}${first + 1}:${letter}${last}"
    return ranges


def _add_rule(sheet: Worksheet, column: TemplateColumn, letter: str, listed: str | None) -> None:
    """Let the spreadsheet itself say what a cell takes."""
    if listed is not None:
        rule = DataValidation(type="list", formula1=f"={listed}", allow_blank=True)
        rule.errorStyle = "warning" if column.free else "stop"
        rule.error = "Hãy chọn một giá trị trong danh sách."
    elif column.type in (CellType.DAY, CellType.PLANNED_DAY):
        planned = column.type is CellType.PLANNED_DAY
        last = "DATE(2100,12,31)" if planned else "TODAY()"
        rule = DataValidation(
            type="date", operator="between", formula1="DATE(1990,1,1)", formula2=last
        )
        limit = "" if planned else ", không ở tương lai"
        rule.errorStyle, rule.error = "warning", f"Ghi ngày theo mẫu 14/06/2026{limit}."
    elif column.type is CellType.COUNT:
        rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
        rule.errorStyle, rule.error = "stop", "Ghi số nguyên từ 0 trở lên."
    else:
        return
    rule.allow_blank, rule.showErrorMessage = True, True
    rule.errorTitle = column.heading
    rule.showInputMessage, rule.promptTitle, rule.prompt = True, column.heading, column.meaning
    sheet.add_data_validation(rule)
    rule.add(f"{letter}{HEADER_ROW + 1}:{letter}{_LAST_ROW}")


def _set_page(sheet: Worksheet) -> None:
    """A4 across, all columns on a page's width."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
