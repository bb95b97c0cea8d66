"""A report as PDF by typst, in the layout of Decree 30/2020/NĐ-CP."""

from __future__ import annotations

from webapp.services.report_blocks import (
    Annex,
    Block,
    Cell,
    Column,
    Drawing,
    Heading,
    Paragraph,
    Report,
    Table,
    cell_text,
    clean_text,
    recipient_lines,
)
from webapp.services.typesetting import quoted, serif_family, svg_image, to_pdf

_PAGE = """
#set document(title: {title})
#set page(
  paper: "a4",
  margin: (top: 22mm, bottom: 22mm, left: 30mm, right: 16mm),
  header-ascent: 7mm,
  header: context {{
    let page = counter(page).get().first()
    if page > 1 {{ align(center, text(size: 13pt, str(page))) }}
  }},
  footer-descent: 6mm,
  footer: align(center, text(size: 9pt, style: "italic", {foot})),
)
#set text(font: {serif}, size: 13.5pt, lang: "vi", hyphenate: false)
#set par(justify: true, leading: 0.62em, spacing: 0.62em + 6pt)
#set par(first-line-indent: (amount: 1cm, all: true))
#set table(stroke: 0.5pt + rgb("#4A545C"), inset: (x: 3pt, y: 3.2pt))
#show figure: set block(breakable: true)
"""


MOST_UNBROKEN = 900
"""A cell with more letters may go on on the next page."""


def report_pdf(report: Report) -> bytes:
    """The bytes of the PDF."""
    return to_pdf(report_source(report))


def report_source(report: Report) -> str:
    """The report in typst's words; every text of it is a quoted string."""
    parts = [
        _PAGE.format(
            title=quoted(report.title),
            foot=quoted(" · ".join(report.marks)),
            serif=quoted(serif_family()),
        ),
        _head(report),
        *(_block(block) for block in report.body[:-1]),
        f"#block(breakable: false)[{_block(report.body[-1])}\n{_signature(report)}]",
        *(_annex(annex) for annex in report.annexes),
    ]
    return "\n".join(parts)


def _head(report: Report) -> str:
    head = report.head
    superior = f"text(size: 12.5pt, {quoted(head.superior)}), linebreak()," if head.superior else ""
    issuer = quoted(head.issuer)
    marks = quoted("(" + "; ".join(report.marks) + ")") if report.marks else '""'
    subject = " ".join(
        f'text(size: 14pt, weight: "bold", {quoted(line)}),' for line in report.subject
    )
    return f"""
#{{
  set par(first-line-indent: 0pt, justify: false, leading: 0.45em, spacing: 0.4em)
  grid(
    columns: (42%, 58%), align: center, row-gutter: 3mm,
    [#stack(spacing: 2.2mm, {superior.replace("linebreak(),", "")}
      text(size: 12.5pt, weight: "bold", {issuer}),
      line(length: 28%, stroke: 0.6pt))],
    [#stack(spacing: 2.2mm,
      text(size: 12.5pt, weight: "bold", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
      box(inset: (bottom: 1.4mm), stroke: (bottom: 0.6pt),
        text(size: 13.5pt, weight: "bold", "Độc lập - Tự do - Hạnh phúc")))],
    text(size: 13pt, {quoted(head.number)}),
    text(size: 13.5pt, style: "italic", {quoted(head.place_and_date)}),
  )
  v(5mm)
  align(center, stack(spacing: 2.6mm,
    text(size: 14pt, weight: "bold", "BÁO CÁO"),
    {subject}
    line(length: 22%, stroke: 0.6pt),
    text(size: 13pt, style: "italic", {quoted(report.days)}),
    par(leading: 0.5em, text(size: 11pt, style: "italic", {marks}))))
  v(3mm)
}}
"""


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"#block(above: 4.8mm, below: 3.8mm, sticky: true, strong({_text(block.text)}))"
    if isinstance(block, Paragraph):
        if block.is_note:
            return _note(block.text, 11)
        return f"#par({_text(clean_text(block.text))})"
    if isinstance(block, Table):
        return _table(block)
    return _drawing(block)


def _note(text: str, size_pt: float) -> str:
    return (
        "#block(above: 1.6mm, below: 1.6mm, par(first-line-indent: 0pt, leading: 0.5em,"
        f' text(size: {size_pt:g}pt, style: "italic", {quoted(clean_text(text))})))'
    )


def _drawing(drawing: Drawing) -> str:
    return f"#block(breakable: false, above: 3mm, below: 3mm)[\n{svg_image(drawing.picture.svg)}]"


def _table(table: Table) -> str:
    widths = ", ".join(f"{column.width:g}fr" for column in table.columns)
    aligns = ", ".join(column.align for column in table.columns)
    heads = "".join(
        f'align(center + horizon, text(weight: "bold", {_cell(column.heading)})), '
        for column in table.columns
    )
    rows = "\n".join(_row(row, table.columns) for row in table.rows)
    title = _centred(table.title) if table.title else ""
    notes = "\n".join(_note(each, 10) for each in table.notes)
    return f"""
{title}
#block(above: 2mm, below: 3mm)[
  #set par(justify: false, leading: 0.4em, first-line-indent: 0pt)
  #set text(size: {_size(table)}pt)
  #table(columns: ({widths}), align: ({aligns}),
    table.header({heads}),
    {rows}
  )
]
{notes}
"""


def _row(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> str:
    """A row that stays on one page, unless it is too high for that."""
    texts = [cell_text(cell, each) for cell, each in zip(row, columns, strict=True)]
    whole = max(map(len, texts), default=0) < MOST_UNBROKEN
    kept = "false" if whole else "auto"
    return "".join(f"table.cell(breakable: {kept}, {_cell(text)}), " for text in texts)


def _size(table: Table) -> float:
    return 11.5 if len(table.columns) <= 7 else 9.5


def _signature(report: Report) -> str:
    listed = ", ".join(f"text(size: 11pt, {quoted(who)})" for who in recipient_lines(report))
    return f"""
#block(breakable: false, above: 6mm)[
  #set par(first-line-indent: 0pt, justify: false)
  #grid(columns: (50%, 50%),
    stack(spacing: 2mm, text(size: 12pt, weight: "bold", style: "italic", "Nơi nhận:"), {listed}),
    align(center, stack(spacing: 2mm,
      text(size: 13.5pt, weight: "bold", {quoted(report.signer)}), v(28mm))))
]
"""


def _annex(annex: Annex) -> str:
    """An annex on pages with numbers of their own, the first one hidden."""
    head = (
        "#counter(page).update(0)\n#pagebreak()\n#block(below: 4mm, align(center, {"
        " set par(first-line-indent: 0pt, leading: 0.5em, spacing: 2.4mm)\n"
        f'par(text(size: 14pt, weight: "bold", {quoted(annex.title)}))\n'
        f'par(text(size: 13.5pt, weight: "bold", {quoted(annex.subject)}))\n'
        f'par(text(size: 12pt, style: "italic", {quoted(annex.belongs)}))'
        "}))"
    )
    return "\n".join([head, *(_block(block) for block in annex.blocks)])


def _centred(text: str) -> str:
    line = f'text(size: 12pt, weight: "bold", {quoted(text)})'
    return f"#block(width: 100%, sticky: true, above: 4.2mm, below: 2.2mm, align(center, {line}))"


def _text(text: str) -> str:
    return f"text({quoted(text)})"


def _cell(text: str) -> str:
    return f"text({quoted(text)})"
