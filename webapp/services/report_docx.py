"""A report as a Word document, in the layout of Decree 30/2020/NĐ-CP, appendix I."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table as PaperTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as PaperParagraph

from webapp.services.docx_parts import (
    ALIGN,
    add_page_number,
    draw_rule,
    fix_widths,
    keep_row,
    number_from_one,
    pad_cells,
    repeat_head,
    row_xml,
)
from webapp.services.report_blocks import (
    Annex,
    Block,
    Drawing,
    Heading,
    Paragraph,
    Report,
    Table,
    cell_text,
    clean_text,
    recipient_lines,
)
from webapp.services.typesetting import svg_to_png

FONT = "Times New Roman"
TEXT_MM = 164.0
"""Width of the text: 210 mm without margins of 30 and 16 mm."""

LEFT_MM, RIGHT_MM = TEXT_MM * 0.42, TEXT_MM * 0.58
"""The two halves of the head."""

MOTTO_MM = 59.0
"""Length of the second line of the motto in bold letters of 13.5 pt, and of the line below it."""


def report_docx(report: Report) -> bytes:
    """The bytes of the document."""
    paper = Document()
    _set_page(paper, report)
    _head(paper, report)
    for block in report.body:
        _block(paper, block)
    _signature(paper, report)
    for annex in report.annexes:
        _annex(paper, annex)
    _number_annexes(paper)
    stored = BytesIO()
    paper.save(stored)
    return stored.getvalue()


def _set_page(paper: Paper, report: Report) -> None:
    """A4 portrait, margins, the font, the page number on top, hidden on the first page."""
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(22)
    section.left_margin, section.right_margin = Mm(30), Mm(16)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13.5)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.space_after = Pt(6)
    style.paragraph_format.line_spacing = 1.0
    paper.core_properties.title = report.title
    paper.core_properties.author = ""
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_page_number(number)
    for footer in (section.footer, section.first_page_footer):
        line = footer.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(line, " · ".join(report.marks), 9, italic=True)


def _head(paper: Paper, report: Report) -> None:
    """Issuing body and national motto, number and date, then what the paper is."""
    head = report.head
    grid = _grid(paper, 2, (LEFT_MM, RIGHT_MM))
    left, right = grid.rows[0].cells
    if head.superior:
        _line(left, head.superior, 12.5)
    _line(left, head.issuer, 12.5, bold=True)
    draw_rule(left.add_paragraph(), 18, LEFT_MM)
    _line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12.5, bold=True)
    _line(right, "Độc lập - Tự do - Hạnh phúc", 13.5, bold=True)
    draw_rule(right.add_paragraph(), MOTTO_MM, RIGHT_MM)
    left, right = grid.rows[1].cells
    _line(left, head.number, 13)
    _line(right, head.place_and_date, 13.5, italic=True)
    _centred(paper, "", 6)
    _centred(paper, "BÁO CÁO", 14, bold=True)
    for text in report.subject:
        _centred(paper, text, 14, bold=True)
    draw_rule(paper.add_paragraph(), 36, TEXT_MM)
    _centred(paper, report.days, 13, italic=True)
    if report.marks:
        _centred(paper, f"({'; '.join(report.marks)})", 11, italic=True)


def _block(paper: Paper, block: Block) -> None:
    if isinstance(block, Heading):
        line = paper.add_paragraph()
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.space_before = Pt(8)
        _run(line, block.text, 13.5, bold=True)
    elif isinstance(block, Paragraph):
        _paragraph(paper, block)
    elif isinstance(block, Table):
        _table(paper, block)
    else:
        _drawing(paper, block)


def _paragraph(paper: Paper, block: Paragraph) -> None:
    line = paper.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    if block.is_note:
        line.paragraph_format.space_after = Pt(3)
        _run(line, block.text, 11, italic=True)
    else:
        line.paragraph_format.first_line_indent = Mm(10)
        line.paragraph_format.line_spacing = 1.15
        _run(line, block.text, 13.5)


def _drawing(paper: Paper, drawing: Drawing) -> None:
    png = svg_to_png(drawing.picture.svg, TEXT_MM)
    line = paper.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    picture = line.add_run().add_picture(BytesIO(png), width=Mm(TEXT_MM - 2))
    picture._inline.docPr.set("descr", drawing.caption)


def _table(paper: Paper, table: Table) -> None:
    if table.title:
        _centred(paper, table.title, 12, bold=True).paragraph_format.keep_with_next = True
    size = 11.5 if len(table.columns) <= 7 else 9.5
    total = sum(column.width for column in table.columns)
    widths = [TEXT_MM * column.width / total for column in table.columns]
    drawn = paper.add_table(rows=1, cols=len(widths))
    drawn.style, drawn.autofit = paper.styles["Table Grid"], False
    drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
    fix_widths(drawn, widths)
    pad_cells(drawn, 0.8)
    for cell, column in zip(drawn.rows[0].cells, table.columns, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        _fill(cell, column.heading, size, "center", bold=True)
    repeat_head(drawn)
    aligns = [column.align for column in table.columns]
    for row in table.rows:
        texts = (cell_text(value, each) for value, each in zip(row, table.columns, strict=True))
        drawn._tbl.append(row_xml(list(texts), aligns, widths, size))
    for note in table.notes or ("",):
        after = paper.add_paragraph()
        after.paragraph_format.space_after = Pt(2)
        _run(after, note, 10, italic=True)


def _signature(paper: Paper, report: Report) -> None:
    paper.paragraphs[-1].paragraph_format.keep_with_next = True
    paper.paragraphs[-1].paragraph_format.space_after = Pt(12)
    grid = _grid(paper, 1, (TEXT_MM / 2, TEXT_MM / 2))
    keep_row(grid)
    left, right = grid.rows[0].cells
    _line(left, "Nơi nhận:", 12, bold=True, italic=True, align="left")
    for who in recipient_lines(report):
        _line(left, who, 11, align="left")
    _line(right, report.signer, 13.5, bold=True)
    for _ in range(5):
        _line(right, "", 13.5)


def _annex(paper: Paper, annex: Annex) -> None:
    """An annex in a section of its own."""
    paper.add_section(WD_SECTION.NEW_PAGE)
    _centred(paper, annex.title, 14, bold=True)
    _centred(paper, annex.subject, 13.5, bold=True)
    _centred(paper, annex.belongs, 12, italic=True).paragraph_format.space_after = Pt(8)
    for block in annex.blocks:
        _block(paper, block)


def _number_annexes(paper: Paper) -> None:
    """Every annex counts its pages from one, and hides the first number."""
    for section in list(paper.sections)[1:]:
        section.different_first_page_header_footer = True
        number_from_one(section._sectPr)


def _grid(paper: Paper, rows: int, widths: tuple[float, ...]) -> PaperTable:
    """A table without lines that only places what is in it."""
    grid: PaperTable = paper.add_table(rows=rows, cols=len(widths))
    grid.autofit = False
    fix_widths(grid, list(widths))
    pad_cells(grid, 0)
    for row in grid.rows:
        for cell in row.cells:
            cell.paragraphs[0]._p.getparent().remove(cell.paragraphs[0]._p)
    return grid


def _line(
    cell: _Cell,
    text: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    align: str = "center",
) -> PaperParagraph:
    line: PaperParagraph = cell.add_paragraph()
    line.alignment = ALIGN[align]
    line.paragraph_format.space_after = Pt(1)
    _run(line, text, size, bold=bold, italic=italic)
    return line


def _fill(cell: _Cell, text: str, size: float, align: str, *, bold: bool) -> None:
    line = cell.paragraphs[0]
    line.alignment = ALIGN[align]
    line.paragraph_format.space_after = Pt(1)
    line.paragraph_format.keep_with_next = True
    _run(line, text, size, bold=bold)


def _centred(
    paper: Paper, text: str, size: float, *, bold: bool = False, italic: bool = False
) -> PaperParagraph:
    line: PaperParagraph = paper.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_after = Pt(3)
    _run(line, text, size, bold=bold, italic=italic)
    return line


def _run(
    line: PaperParagraph, text: str, size: float, *, bold: bool = False, italic: bool = False
) -> None:
    run = line.add_run(clean_text(text))
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
