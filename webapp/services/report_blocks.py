"""What a report is made of, whatever file it is written to: paragraphs, tables, a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from webapp.labels import vn_date
from webapp.services.figure_words import (
    amount_text,
    share_text,
    signed_percent_text,
    signed_text,
)
from webapp.services.map_picture import MapPicture

Cell = str | int | float | date | Fraction | None
"""A whole number has no decimals, a fraction is a share written in percent."""
NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its share of the width, how its cells stand, decimals of numbers.

    Numbers of a `signed` column are changes, written with a plus or a minus; those of a column
    of `years` are written without dots.
    """

    heading: str
    width: float
    align: str = "left"
    digits: int = 0
    signed: bool = False
    years: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the body; level 1 is the upper one."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body; notes are set smaller and in italics."""

    text: str
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its title; `sheet` names its sheet in a workbook, `notes` stand below it."""

    sheet: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing as wide as the text."""

    picture: MapPicture
    caption: str


Block = Heading | Paragraph | Table | Drawing


@dataclass(frozen=True, slots=True)
class LetterHead:
    """The head of an official paper: who issues it, its number, where and when."""

    superior: str
    issuer: str
    number: str
    place_and_date: str


@dataclass(frozen=True, slots=True)
class Annex:
    """A part after the signature, on pages of its own; `belongs` says to which paper."""

    title: str
    subject: str
    blocks: tuple[Block, ...]
    belongs: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    `subject` has a line or two; `marks` are said under it and at the foot of every page.
    """

    head: LetterHead
    subject: tuple[str, ...]
    days: str
    marks: tuple[str, ...]
    body: tuple[Block, ...]
    recipients: tuple[str, ...]
    signer: str
    annexes: tuple[Annex, ...]
    source: str

    @property
    def title(self) -> str:
        """The subject in one line."""
        return " ".join(self.subject)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table in the order of the report."""
        blocks = (*self.body, *(block for annex in self.annexes for block in annex.blocks))
        return tuple(block for block in blocks if isinstance(block, Table))


def recipient_lines(report: Report) -> tuple[str, ...]:
    """Who gets the paper, line by line; the last one ends with a full stop."""
    *others, last = report.recipients
    stop = "" if last.endswith("…") else "."
    return *(f"- {who};" for who in others), f"- {last}{stop}"


def cell_text(cell: Cell, column: Column | None = None) -> str:
    """A cell as written here; blank where there is nothing, a number never parted from its %.

    >>> cell_text(1234), cell_text(date(2026, 6, 4)), cell_text(None)
    ('1.234', '04/06/2026', '')
    >>> cell_text(0.5, Column("", 1, digits=3)), cell_text(-2, Column("", 1, signed=True))
    ('0,500', '−2')
    >>> cell_text(Fraction(1, 4)), cell_text(2026, Column("", 1, years=True))
    ('25,0\xa0%', '2026')
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean_text(cell)
    if isinstance(cell, date):
        return vn_date(cell)
    signed = column is not None and column.signed
    if isinstance(cell, Fraction):
        return clean_text(signed_percent_text(cell) if signed else share_text(cell))
    if column and column.years:
        return str(cell)
    digits = column.digits if column and isinstance(cell, float) else 0
    return signed_text(cell, digits) if signed else amount_text(cell, digits)


def clean_text(text: str) -> str:
    """A text without letters that cannot be printed, a number never parted from its %.

    >>> clean_text("tăng 5 %\\x00") == "tăng 5\\u00a0%"
    True
    """
    whole = text.replace(" %", NO_BREAK + "%")
    return "".join(letter for letter in whole if letter.isprintable() or letter == NO_BREAK)
