"""Parts of a Word document that python-docx has no words for, written as its XML."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table as PaperTable
from docx.text.paragraph import Paragraph as PaperParagraph

from webapp.services.report_blocks import clean_text

ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}

_AFTER_BORDER = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")


def add_page_number(paragraph: PaperParagraph) -> None:
    """Put the number of the page at the end of a paragraph, counted by the reader's program."""
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)


def row_xml(texts: list[str], aligns: list[str], widths: list[float], size: float) -> Any:
    """A row of a table as XML: hundreds of rows by way of objects take seconds."""
    row = OxmlElement("w:tr")
    unbroken = OxmlElement("w:cantSplit")
    row.get_or_add_trPr().append(unbroken)
    for text, align, width in zip(texts, aligns, widths, strict=True):
        cell = OxmlElement("w:tc")
        cell.width = Mm(width)
        paragraph = OxmlElement("w:p")
        paragraph.alignment = ALIGN[align]
        spacing = paragraph.get_or_add_pPr()
        spacing.spacing_after = Pt(1)
        spacing.spacing_before = Pt(1)
        mark = OxmlElement("w:rPr")
        mark.append(_size_xml(size))
        spacing.append(mark)
        run = paragraph.add_r()
        run.get_or_add_rPr().append(_size_xml(size))
        run.text = clean_text(text)
        cell.append(paragraph)
        for empty in cell.findall(qn("w:p"))[:-1]:
            cell.remove(empty)
        row.append(cell)
    return row


def _size_xml(size: float) -> Any:
    element = OxmlElement("w:sz")
    element.set(qn("w:val"), str(round(2 * size)))
    return element


def fix_widths(drawn: PaperTable, widths: list[float]) -> None:
    """Give the columns of a table widths in millimetres."""
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def pad_cells(drawn: PaperTable, side_mm: float) -> None:
    """Room at the sides of every cell."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), str(round(side_mm * 56.7)))
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    drawn._tbl.tblPr.append(margins)


def repeat_head(drawn: PaperTable) -> None:
    """The first row stands on top of every page the table reaches."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    drawn.rows[0]._tr.get_or_add_trPr().append(mark)


def keep_row(drawn: PaperTable) -> None:
    """No row of a table is parted by the end of a page."""
    for row in drawn.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def number_from_one(section: Any) -> None:
    """Count the pages of a section (its XML) from one."""
    for old in section.findall(qn("w:pgNumType")):
        section.remove(old)
    number = OxmlElement("w:pgNumType")
    number.set(qn("w:start"), "1")
    margins = section.find(qn("w:pgMar"))
    margins.addnext(number)


def draw_rule(line: PaperParagraph, length_mm: float, within_mm: float) -> None:
    """A short line in the middle: a paragraph with a border above, between wide indents."""
    side = Mm((within_mm - length_mm) / 2)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = side
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(2)
    line.paragraph_format.line_spacing = Pt(4)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    border.append(top)
    line._p.get_or_add_pPr().insert_element_before(border, *_AFTER_BORDER)
