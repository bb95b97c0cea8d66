"""What a report is made of, whatever file it is written to: paragraphs, tables, a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from webapp.labels import vn_date
from webapp.services.figure_lines import amount_text, signed_text
from webapp.services.map_picture import MapPicture

Cell = str | int | float | date | None
NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its share of the width, how its cells stand, decimals of numbers.

    Numbers of a `signed` column are changes, written with a plus or a minus.
    """

    heading: str
    width: float
    align: str = "left"
    digits: int = 0
    signed: bool = False


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
    """A table with its title; `sheet` names its sheet in a workbook."""

    sheet: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


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
    """A part after the signature, on pages of its own."""

    title: str
    subject: str
    blocks: tuple[Block, ...]


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


def cell_text(cell: Cell, column: Column | None = None) -> str:
    """A cell as written here; blank where there is nothing, a number never parted from its %.

    >>> cell_text(1234), cell_text(date(2026, 6, 4)), cell_text(None)
    ('1.234', '04/06/2026', '')
    >>> cell_text(0.5, Column("", 1, digits=3)), cell_text(-2, Column("", 1, signed=True))
    ('0,5', '−2')
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean_text(cell)
    if isinstance(cell, date):
        return vn_date(cell)
    digits = column.digits if column else 0
    if column and column.signed:
        return signed_text(cell, digits)
    return amount_text(cell, digits)


def clean_text(text: str) -> str:
    """A text without letters that cannot be printed, a number never parted from its %.

    >>> clean_text("tăng 5 %\\x00") == "tăng 5\\u00a0%"
    True
    """
    whole = text.replace(" %", NO_BREAK + "%")
    return "".join(letter for letter in whole if letter.isprintable() or letter == NO_BREAK)
