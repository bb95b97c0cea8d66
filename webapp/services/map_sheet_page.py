"""A printed map as a typst document: head, map, column with figures and legend, foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.labels import vn_number
from webapp.services.map_sheet_legend import LegendGroup
from webapp.services.map_sheet_locator import HEIGHT as LOCATOR_HEIGHT
from webapp.services.map_sheet_locator import WIDTH as LOCATOR_WIDTH
from webapp.services.map_sheet_paper import Paper
from webapp.services.map_sheet_swatches import SWATCH, LegendRow
from webapp.services.typesetting import quoted, svg_image

LOCATOR_MM = 29.0
LONGEST_FILTERS = 115
"""Letters of the filters that one line of the head takes; more stand in the column."""

_MARK = "#8C1D18"


@dataclass(frozen=True, slots=True)
class SheetPage:
    """All that is set on a sheet; `locator` empty where the map shows both archipelagos."""

    paper: Paper
    title: str
    days: str
    filters: str
    marks: Sequence[str]
    figures_title: str
    figures: Sequence[tuple[str, str]]
    legend: Sequence[LegendGroup]
    drawing: str
    locator: str
    scale: int
    bar: tuple[int, float]
    notes: Sequence[str]
    stamp: str


def page_source(page: SheetPage) -> str:
    """The sheet in typst's words; every text of it is a quoted string."""
    paper = page.paper
    size = 2.0 * paper.unit_mm / 0.2
    return f"""
#set document(title: {quoted(page.title)})
#set page(width: {paper.width_mm}mm, height: {paper.height_mm}mm, margin: {paper.margin_mm}mm)
#set text(font: "Be Vietnam Pro", size: {4 * size:g}pt, lang: "vi", fill: rgb("#1F252B"),
  hyphenate: false, number-type: "lining")
#set par(leading: 0.45em, spacing: 0.55em)
#set grid(align: left + horizon)
{_column(page)}
#grid(columns: (100%,), rows: ({paper.head_mm}mm, {paper.body_mm}mm, {paper.foot_mm}mm),
  align: left + top,
  {_head(page)},
  grid(columns: ({paper.map_mm}mm, {paper.column_mm}mm), column-gutter: {paper.gap_mm}mm,
    align: left + top,
    box[{svg_image(page.drawing)}],
    fitted),
  {_foot(page)},
)
"""


def _head(page: SheetPage) -> str:
    marks = ", ".join(
        f'box(stroke: 0.9pt + rgb("{_MARK}"), inset: (x: 1.8mm, y: 1.1mm), radius: 0.8mm,'
        f' text(size: 1.02em, weight: "semibold", fill: rgb("{_MARK}"), {quoted(mark)}))'
        for mark in page.marks
    )
    told = page.filters if len(page.filters) <= LONGEST_FILTERS else ""
    filters = f", {_filters(told)}" if told else ""
    return f"""grid(columns: (1fr, auto), column-gutter: 4mm, align: (left + top, right + top),
    stack(spacing: 1.5mm,
      text(size: 1.75em, weight: "semibold", fill: rgb("#14323A"), {quoted(page.title)}),
      text(size: 1.06em, {quoted(page.days)}){filters}),
    stack(dir: ltr, spacing: 2mm, {marks}))"""


def _filters(text: str) -> str:
    return f'text(size: 1.02em, weight: "medium", fill: rgb("#0B5F73"), {quoted(text)})'


def _column(page: SheetPage) -> str:
    """The column, made smaller as a whole where it would run over the foot."""
    paper = page.paper
    below = LOCATOR_MM * LOCATOR_HEIGHT / LOCATOR_WIDTH if page.locator else 20.0
    below *= paper.unit_mm / 0.2
    room = paper.body_mm - below - 3
    return f"""
#let swatch(drawing) = image(bytes(drawing), format: "svg", width: {SWATCH[0] * paper.unit_mm}mm)
#let entry(drawing, label, n) = grid(columns: ({SWATCH[0] * paper.unit_mm}mm, 1fr, auto),
  column-gutter: 1.6mm, swatch(drawing), par(leading: 0.35em, text(label)), text(n))
#let heading-line(label) = text(size: 1.02em, weight: "semibold", fill: rgb("#14323A"), label)
#let muted(label) = text(size: 0.9em, style: "italic", fill: rgb("#5B6670"), label)
#let note(label) = par(leading: 0.4em, muted(label))
#let legend = [{_figures(page)}
{"".join(_group(group) for group in page.legend)}]
#let fitted = context {{
  let wide = {paper.column_mm}mm
  let tall = measure(block(width: wide, legend)).height
  let part = calc.min(1.0, {room:g}mm / tall)
  stack(spacing: 0mm,
    box(width: wide, height: {room:g}mm,
      scale(x: part * 100%, y: part * 100%, origin: top + left, reflow: true,
        block(width: wide / part, legend))),
    v(3mm),
    {_below(page)})
}}
"""


def _figures(page: SheetPage) -> str:
    cells = ", ".join(
        f'stack(spacing: 1.1mm, text(size: 1.5em, weight: "semibold", {quoted(value)}),'
        f' text(size: 0.9em, fill: rgb("#5B6670"), {quoted(label)}))'
        for value, label in page.figures
    )
    long = len(page.filters) > LONGEST_FILTERS
    filters = f"#v(1mm)\n#par(leading: 0.4em, {_filters(page.filters)})" if long else ""
    return f"""#heading-line({quoted(page.figures_title)})
#v(0.5mm)
#grid(columns: (1fr, 1fr, 1.15fr), row-gutter: 2.2mm, column-gutter: 1.5mm, align: left + top,
  {cells})
{filters}
"""


def _group(group: LegendGroup) -> str:
    rows = ", ".join(_row(row) for row in group.rows)
    listed = f"#stack(spacing: 0.95mm, {rows})" if rows else ""
    note = f"#note({quoted(group.note)})" if group.note else ""
    return f"""
#v(1.3mm)
#heading-line({quoted(group.title)})
{listed}
{note}
"""


def _row(row: LegendRow) -> str:
    n = "" if row.n is None else vn_number(row.n)
    return f"entry({quoted(row.swatch)}, {quoted(row.label)}, {quoted(n)})"


def _below(page: SheetPage) -> str:
    """Scale, north, and where the sheet lies."""
    k = page.paper.unit_mm / 0.2
    metres, length = page.bar
    told = f"{vn_number(metres / 1000)} km" if metres >= 1000 else f"{metres} m"
    half = f"{vn_number(metres / 2000, 0 if metres % 2000 == 0 else 1)}" if metres >= 1000 else ""
    bar = _bar_svg(length, half, told)
    north = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 50" width="26" height="50"'
        ' font-family="Be Vietnam Pro"><path d="M13 15l-9 33l9 -7z" fill="#14323A"/>'
        '<path d="M13 15l9 33l-9 -7z" fill="#FFFFFF" stroke="#14323A" stroke-width="1.2"/>'
        '<text x="13" y="12" font-size="14" font-weight="600" text-anchor="middle"'
        ' fill="#14323A">B</text></svg>'
    )
    beside = (
        f"stack(spacing: 2.2mm, {svg_image(north, f'{5.2 * k:g}mm')[1:]},"
        f" {svg_image(bar, f'{(length + 24) * page.paper.unit_mm:g}mm')[1:]},"
        f" text(size: 0.95em, {quoted(f'Tỷ lệ khoảng 1:{vn_number(page.scale)}')}))"
    )
    if not page.locator:
        return beside.replace("stack(spacing: 2.2mm", "stack(dir: ttb, spacing: 1.4mm")
    map_ = svg_image(page.locator, f"{LOCATOR_MM * k:g}mm")[1:]
    return f"grid(columns: (auto, 1fr), column-gutter: 4mm, align: left + bottom, {map_}, {beside})"


def _bar_svg(length: float, half: str, told: str) -> str:
    """A bar of two halves, dark and light, with its numbers above."""
    width = length + 24
    middle = (
        f'<text x="{2 + length / 2:g}" y="11" font-size="11" text-anchor="middle">{half}</text>'
        if half
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} 22" width="{width:g}"'
        ' height="22" font-family="Be Vietnam Pro" fill="#1F252B">'
        f'<text x="2" y="11" font-size="11">0</text>{middle}'
        f'<text x="{width:g}" y="11" font-size="11" text-anchor="end">{told}</text>'
        f'<rect x="2" y="15" width="{length / 2:g}" height="5" fill="#14323A" stroke="#14323A"/>'
        f'<rect x="{2 + length / 2:g}" y="15" width="{length / 2:g}" height="5" fill="#FFFFFF"'
        ' stroke="#14323A"/></svg>'
    )


def _foot(page: SheetPage) -> str:
    notes = quoted(" ".join(page.notes))
    return f"""pad(top: 2.4mm, grid(columns: (1fr, auto), column-gutter: 6mm,
    align: (left + top, right + top),
    par(leading: 0.42em, text(size: 0.9em, fill: rgb("#3A444B"), {notes})),
    text(size: 0.9em, fill: rgb("#3A444B"), {quoted(page.stamp)})))"""
