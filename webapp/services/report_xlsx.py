"""The annexes of a report as a workbook: one sheet a table, numbers as numbers."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from geo.persons import without_controls
from webapp.services.report_blocks import Cell, Column, Report, Table

_HEAD = PatternFill("solid", fgColor="E9EEF0")
_SIDE = Side("thin", color="9AA3AA")
_LINE = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_FONT = "Times New Roman"
_WIDTH = 1.15
"""Characters of a column for one share of the width."""


def report_xlsx(report: Report) -> bytes:
    """The bytes of the workbook; a text that looks like a formula stays a text."""
    workbook = Workbook()
    first = workbook.active
    for number, table in enumerate(report.tables):
        sheet = first if number == 0 and first else workbook.create_sheet()
        sheet.title = table.sheet
        _fill(sheet, report, table)
    stored = BytesIO()
    workbook.save(stored)
    return stored.getvalue()


def _fill(sheet: Worksheet, report: Report, table: Table) -> None:
    _above(sheet, report, table)
    sheet.append([_text(sheet, column.heading) for column in table.columns])
    head = sheet.max_row
    for cell in sheet[head]:
        cell.font = Font(_FONT, bold=True)
        cell.fill, cell.border = _HEAD, _LINE
        cell.alignment = Alignment("center", "center", wrap_text=True)
    for row in table.rows:
        sheet.append([_written(sheet, value) for value in row])
        _style(sheet, table.columns)
    sheet.freeze_panes = f"A{head + 1}"
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(table.columns))}{sheet.max_row}"
    for number, column in enumerate(table.columns, 1):
        width = max(7.0, column.width * _WIDTH, len(column.heading) * 0.62 + 2)
        sheet.column_dimensions[get_column_letter(number)].width = round(width, 1)
    for note in (table.note, report.source):
        if note:
            sheet.append([_text(sheet, note)])
            sheet.cell(sheet.max_row, 1).font = Font(_FONT, italic=True, size=10)
    _page(sheet, head)


def _above(sheet: Worksheet, report: Report, table: Table) -> None:
    """The title, what the report is about, and what must be said of its data."""
    lines = ((table.title or table.sheet, True), (f"{report.title} {report.days}", False))
    for text, bold in lines:
        sheet.append([_text(sheet, text)])
        sheet.cell(sheet.max_row, 1).font = Font(_FONT, bold=bold, size=14 if bold else 12)
    if report.marks:
        sheet.append([_text(sheet, "; ".join(report.marks))])
        sheet.cell(sheet.max_row, 1).font = Font(_FONT, italic=True, color="A31621")
    sheet.append([])


def _style(sheet: Worksheet, columns: tuple[Column, ...]) -> None:
    for cell, column in zip(sheet[sheet.max_row], columns, strict=True):
        cell.font, cell.border = Font(_FONT), _LINE
        cell.alignment = Alignment(column.align, "top", wrap_text=column.align == "left")
        if isinstance(cell.value, float):
            cell.number_format = _format(column.digits if cell.value % 1 else 0, column.signed)
        elif isinstance(cell.value, int):
            cell.number_format = _format(0, column.signed)


def _format(digits: int, signed: bool) -> str:
    """How a spreadsheet shows a number; its own language puts in dots and commas."""
    plain = "#,##0" + ("." + "0" * digits if digits else "")
    return f"+{plain};-{plain};0" if signed else plain


def _page(sheet: Worksheet, head: int) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{head}:{head}"


def _written(sheet: Worksheet, value: Cell) -> object:
    return _text(sheet, value) if isinstance(value, str) else value


def _text(sheet: Worksheet, text: str) -> SheetCell:
    # Where it stands is decided when its row is appended.
    cell = SheetCell(sheet, row=1, column=1, value=without_controls(text))
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))
    return cell
