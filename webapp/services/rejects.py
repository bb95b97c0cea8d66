"""Rejected rows as a workbook that a clerk mends and imports again.

The reasons stand first, then the cells of the row under the headings of the
file, with the title rows above: the reader passes over the reasons and takes
the rest as it took the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from geo.persons import without_controls
from geo.records import RejectedRow

REASONS = ("Lý do bị loại", "Cột", "Dòng trong tệp")
HEADINGS = ("Dòng trong tệp", "Cột", "Giá trị", "Lý do bị loại")
HOW = (
    "Sửa ô tô vàng ở từng dòng rồi nạp lại chính tệp này. Ba cột đầu chỉ để tham khảo và được bỏ "
    "qua khi nạp; xóa dòng không cần nạp."
)
SHEET = "Dòng bị loại"
_REASON_WIDTHS = (60, 18, 10)
_TOLD_WIDTHS = (15, 24, 32, 80)
_CELL_WIDTH = 22
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WRONG = PatternFill("solid", fgColor="FFF2B3")
_BOLD = Font(bold=True)


def write_rejects(
    rows: Iterable[RejectedRow],
    path: Path,
    *,
    titles: Sequence[str] = (),
    headings: Sequence[str] = (),
) -> None:
    """Write the rejected rows to a workbook, see `rejects_workbook`."""
    path.write_bytes(rejects_workbook(rows, titles=titles, headings=headings))


def rejects_workbook(
    rows: Iterable[RejectedRow], *, titles: Sequence[str] = (), headings: Sequence[str] = ()
) -> bytes:
    """The bytes of a workbook of rejected rows.

    `titles` stand above the table; `headings` are the columns that the file was
    read by: all are written, so that the reader finds them again, also where every
    cell was withheld. Rows kept without their cells are told one a line, with no
    way back in.
    """
    told = list(rows)
    workbook = Workbook()
    sheet = workbook.active or workbook.create_sheet()
    sheet.title = SHEET
    if any(row.cells for row in told):
        met = [heading for row in told if row.cells for heading in (row.column, *row.cells)]
        columns = [heading for heading in dict.fromkeys((*headings, *met)) if heading]
        _write_mendable(sheet, told, titles, columns)
    else:
        _write_told(sheet, told)
    stored = BytesIO()
    workbook.save(stored)
    return stored.getvalue()


def _write_mendable(
    sheet: Worksheet, rows: Sequence[RejectedRow], titles: Sequence[str], columns: Sequence[str]
) -> None:
    for text in dict.fromkeys((*titles, HOW)):
        _append(sheet, [text])
    sheet.append([])
    parts = [heading.split(" / ") for heading in (*REASONS, *columns)]
    for level in range(max(map(len, parts))):
        _append(sheet, [p[level] if level < len(p) else None for p in parts])
        _embolden(sheet)
    sheet.freeze_panes = f"{get_column_letter(len(REASONS) + 1)}{sheet.max_row + 1}"
    for row in rows:
        cells = [_typed(row.cells.get(heading)) for heading in columns]
        _append(sheet, [row.reason, row.column, row.line, *cells])
        _mark(sheet, row, columns)
    _set_widths(sheet, (*_REASON_WIDTHS, *[_CELL_WIDTH] * len(columns)))


def _mark(sheet: Worksheet, row: RejectedRow, columns: Sequence[str]) -> None:
    """Show which cell is to be mended, and days as they are written here."""
    written = sheet[sheet.max_row]
    written[0].alignment = Alignment(wrap_text=True, vertical="top")
    for cell in written[len(REASONS) :]:
        if isinstance(cell.value, datetime):
            cell.number_format = "dd/mm/yyyy"
    if row.column in columns:
        written[len(REASONS) + columns.index(row.column)].fill = _WRONG


def _typed(value: str | float | None) -> str | float | datetime | None:
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if _is_day(value) else value


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        return datetime.fromisoformat(text).year >= 1900
    except ValueError:
        return False


def _write_told(sheet: Worksheet, rows: Sequence[RejectedRow]) -> None:
    sheet.append(HEADINGS)
    _embolden(sheet)
    for row in rows:
        _append(sheet, [row.line, row.column, row.value, row.reason])
    sheet.freeze_panes = "A2"
    _set_widths(sheet, _TOLD_WIDTHS)


def _embolden(sheet: Worksheet) -> None:
    """Make the row written last a heading."""
    for cell in sheet[sheet.max_row]:
        cell.font = _BOLD


def _set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for j, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(j)].width = width


def _append(sheet: Worksheet, values: Sequence[str | float | datetime | None]) -> None:
    """Write a row whose texts no spreadsheet runs as formulas, each as it was read."""
    sheet.append([_text_cell(sheet, v) if isinstance(v, str) else v for v in values])


def _text_cell(sheet: Worksheet, text: str) -> Cell:
    # Where it stands is decided when its row is appended.
    cell = Cell(sheet, row=1, column=1, value=without_controls(text))
    cell.data_type = "s"
    cell.quotePrefix = True  # stays a text when somebody edits the cell
    return cell
