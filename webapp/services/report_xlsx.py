"""The annexes of a report as a workbook: one sheet a table, numbers as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from io import BytesIO
from math import ceil

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from geo.persons import without_controls
from webapp.services.report_blocks import Cell, Column, Report, Table, cell_text

_HEAD = PatternFill("solid", fgColor="E9EEF0")
_SIDE = Side("thin", color="9AA3AA")
_LINE = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_FONT = "Times New Roman"
_LINE_PT = 15.5
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
        _style(sheet, row, table.columns)
    sheet.freeze_panes = f"A{head + 1}"
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(table.columns))}{sheet.max_row}"
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _column_width(column)
    _heights(sheet, table, head)
    for note in (*table.notes, report.source):
        _across(sheet, note, table.columns, Font(_FONT, italic=True, size=10))
    _page(sheet, head)


def _column_width(column: Column) -> float:
    """Characters that a column shows."""
    return round(max(7.0, column.width * _WIDTH, len(column.heading) * 0.62 + 2), 1)


def _heights(sheet: Worksheet, table: Table, head: int) -> None:
    """Rows as high as their texts ask for: not every program does it by itself."""
    widths = [_column_width(column) for column in table.columns]
    titles = [column.heading for column in table.columns]
    sheet.row_dimensions[head].height = _height(titles, widths)
    for number, row in enumerate(table.rows, head + 1):
        texts = [cell_text(value, each) for value, each in zip(row, table.columns, strict=True)]
        sheet.row_dimensions[number].height = _height(texts, widths)


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Points that a row needs: every line holds about as many letters as the column is wide."""
    lines = [ceil(1.05 * len(text) / width) for text, width in zip(texts, widths, strict=True)]
    return min(409.0, _LINE_PT * max(1, *lines) + 2)


def _across(sheet: Worksheet, text: str, columns: tuple[Column, ...], font: Font) -> None:
    """A text over all columns of the table."""
    sheet.append([_text(sheet, text)])
    row = sheet.max_row
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(columns))
    cell = sheet.cell(row, 1)
    cell.font, cell.alignment = font, Alignment("left", "top", wrap_text=True)
    scale = (font.size or 11) / 11
    width = sum(map(_column_width, columns)) / scale
    sheet.row_dimensions[row].height = _height([text], [width]) * max(1.0, scale)


def _above(sheet: Worksheet, report: Report, table: Table) -> None:
    """The title, what the report is about, and what must be said of its data."""
    lines = ((table.title or table.sheet, True), (f"{report.title} {report.days}", False))
    for text, bold in lines:
        _across(sheet, text, table.columns, Font(_FONT, bold=bold, size=14 if bold else 12))
    if report.marks:
        told = "; ".join(report.marks)
        _across(sheet, told, table.columns, Font(_FONT, italic=True, color="A31621"))
    sheet.append([])


def _style(sheet: Worksheet, row: tuple[Cell, ...], columns: tuple[Column, ...]) -> None:
    for cell, value, column in zip(sheet[sheet.max_row], row, columns, strict=True):
        cell.font, cell.border = Font(_FONT), _LINE
        cell.alignment = Alignment(column.align, "top", wrap_text=True)
        cell.number_format = _format(value, column)


def _format(value: Cell, column: Column) -> str:
    """How a spreadsheet shows a cell; its own language puts in dots and commas."""
    if isinstance(value, date):
        return "dd/mm/yyyy"
    if isinstance(value, Fraction):
        plain = "0.0%"
    elif not isinstance(value, int | float):
        return "General"
    elif column.years:
        plain = "0"
    else:
        digits = column.digits if isinstance(value, float) else 0
        plain = "#,##0" + ("." + "0" * digits if digits else "")
    return f"+{plain};-{plain};0" if column.signed else plain


def _page(sheet: Worksheet, head: int) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{head}:{head}"
    if sheet.oddFooter and sheet.oddFooter.center:
        sheet.oddFooter.center.text = "&P/&N"


def _written(sheet: Worksheet, value: Cell) -> object:
    if isinstance(value, Fraction):
        return round(float(value), 6)
    return _text(sheet, value) if isinstance(value, str) else value


def _text(sheet: Worksheet, text: str) -> SheetCell:
    # Where it stands is decided when its row is appended.
    cell = SheetCell(sheet, row=1, column=1, value=without_controls(text))
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))
    return cell
