"""Rejected rows as a workbook that a clerk can work through."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from geo.records import RejectedRow

HEADINGS = ("Dòng trong tệp", "Cột", "Giá trị", "Lý do bị loại")
_WIDTHS = (15, 24, 32, 80)
_FORMULA_STARTS = ("=", "+", "-", "@")


def write_rejects(rows: Iterable[RejectedRow], path: Path) -> None:
    """Write one line a rejected row; texts that look like formulas are made inert."""
    workbook = Workbook()
    sheet = workbook.active or workbook.create_sheet()
    sheet.title = "Dòng bị loại"
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([row.line, *map(_inert, (row.column, row.value, row.reason))])
    for cell, width in zip(sheet[1], _WIDTHS, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"
    workbook.save(path)


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
