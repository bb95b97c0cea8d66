"""Workbooks (XLSX, ISO/IEC 29500) written row by row, in constant memory.

Every text is written as a text; one that a spreadsheet might run as a formula has the mark that
keeps it a text when somebody edits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils import get_column_letter

from geo.errors import UnusableFileError
from geo.flat_columns import xml_text
from geo.guarded_cells import guarded

MOST_CHARACTERS = 32_767
"""Characters that a cell of Excel holds."""
_EPOCH = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)
"""Before it Excel and the calendar count days differently, or not at all."""
_PLAIN, _BOLD, _DAY, _INERT = range(4)

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its heading, its rows (asked for when it is written), its widths."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()


def write_sheets(sheets: Iterable[Sheet], path: Path) -> None:
    """Write a workbook, one sheet after the other.

    Values are texts, numbers, booleans, dates and None; a date before March 1900 is a text.

    Raises
    ------
    UnusableFileError
        If a text is longer than a cell holds.
    """
    names = []
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        for sheet in sheets:
            names.append(sheet.name[:31])
            part = f"xl/worksheets/sheet{len(names)}.xml"
            with book.open(part, "w", force_zip64=True) as out:
                out.write(_head(sheet).encode())
                for at, row in enumerate(sheet.rows, 2):
                    out.write(_row(at, row).encode())
                out.write(b"</sheetData></worksheet>")
        for part, text in _frame(names).items():
            book.writestr(part, text)


def _head(sheet: Sheet) -> str:
    columns = "".join(
        f'<col min="{j}" max="{j}" width="{width}" customWidth="1"/>'
        for j, width in enumerate(sheet.widths, 1)
    )
    titles = "".join(
        _text_cell(f"{get_column_letter(j)}1", title, _BOLD)
        for j, title in enumerate(sheet.heading, 1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews>{columns and f'<cols>{columns}</cols>'}"
        f'<sheetData><row r="1">{titles}</row>'
    )


def _row(at: int, row: Sequence[Any]) -> str:
    cells = (
        _cell(f"{letter}{at}", value)
        for letter, value in zip(_LETTERS, row, strict=False)
        if value is not None
    )
    return f'<row r="{at}">{"".join(cells)}</row>'


_LETTERS = [get_column_letter(j) for j in range(1, 703)]


def _cell(place: str, value: Any) -> str:
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            raise UnusableFileError(
                f"Văn bản «{value[:40]}…» dài {len(value)} ký tự, hơn sức chứa của một ô Excel."
                " Hãy chọn định dạng khác, ví dụ CSV hoặc GeoPackage."
            )
        return _text_cell(place, value, _PLAIN if guarded(value) is value else _INERT)
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        if value < _FIRST_DAY:
            return _text_cell(place, value.isoformat(), _PLAIN)
        return f'<c r="{place}" s="{_DAY}"><v>{(value - _EPOCH).days}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _text_cell(place: str, text: str, style: int) -> str:
    told = escape(xml_text(text))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{told}</t></is></c>'
    )


def _frame(names: Sequence[str]) -> dict[str, str]:
    """The parts that make sheets a workbook, by their paths."""
    numbers = range(1, len(names) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for i in numbers
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in numbers
    )
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship'
        f' Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'{links}<Relationship Id="rId0" Type="{_LINKS}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
    }
