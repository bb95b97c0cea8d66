"""The communes of a province as a table: class, how it came about and what is left, and its file.

A reading of it narrows by class, state and words, and puts the lines in an order; what lies
outside the viewer's scope has a class and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from geo.alphabet import vietnamese_key
from geo.guarded_cells import guarded_csv
from geo.standing_terms import AssessmentState
from geo.terms import CommuneClass
from geo.text import fold
from models.evidence import percent_text
from webapp.labels import COMMUNE_CLASSES
from webapp.services.class_flows import ORDER, improvement
from webapp.standing_labels import ASSESSMENT_STATES
from webapp.told import told

NO_STATE = "none"
"""Stands for communes of which nothing is known, beside the states."""

SHORT = {
    CommuneClass.DRUG_FREE: "Không ma túy",
    CommuneClass.AFFECTED: "Có tệ nạn",
    CommuneClass.TYPE_3: "Loại III",
    CommuneClass.TYPE_2: "Loại II",
    CommuneClass.TYPE_1: "Loại I",
    CommuneClass.UNKNOWN: "Chưa rõ",
}
"""The classes where there is little room."""

SORTS = ("name", "class", "change", "state", "left", "own", "differs")


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What of the table is wanted, and in which order; empty means all."""

    cls: CommuneClass | None = None
    state: str | None = None
    text: str = ""
    sort: str = "class"
    downward: bool = False


@dataclass(frozen=True, slots=True)
class CommuneLine:
    """One commune.

    `before` is its class in the period before, None where it had none. `left` counts the
    drug-free criteria still to be met, None where that cannot be said. `own_cases` of
    `detected_cases` were found by the commune itself, None where nothing is known of them.
    `differs` counts the figures that the register tells otherwise than the commune. What
    follows `in_scope` is empty outside the viewer's scope.
    """

    code: str
    name: str
    cls: CommuneClass
    before: CommuneClass | None
    provisional: bool
    state: AssessmentState | None = None
    in_scope: bool = True
    left: int | None = None
    own_cases: int | None = None
    detected_cases: int | None = None
    differs: int = 0

    @property
    def step(self) -> int | None:
        """How many classes it improved since the period before."""
        return improvement(self.before, self.cls)

    @property
    def own_share(self) -> Fraction | None:
        """Share of its cases that it detected itself."""
        if self.own_cases is None or not self.detected_cases:
            return None
        return Fraction(self.own_cases, self.detected_cases)


def choose_lines(lines: Sequence[CommuneLine], wanted: TableQuery) -> tuple[CommuneLine, ...]:
    """The lines that are wanted, in the order that is wanted; blanks always come last."""
    fitting = [line for line in lines if _fits(line, wanted)]
    by_name = sorted(fitting, key=lambda line: (vietnamese_key(line.name), line.code))
    key = _KEYS[wanted.sort]
    known = [line for line in by_name if key(line) is not None]
    blank = [line for line in by_name if key(line) is None]
    return (*sorted(known, key=key, reverse=wanted.downward), *blank)


def _fits(line: CommuneLine, wanted: TableQuery) -> bool:
    if wanted.cls not in (None, line.cls):
        return False
    if wanted.state and wanted.state != (line.state.value if line.state else NO_STATE):
        return False
    words = fold(wanted.text)
    return not words or words in fold(line.name) or line.code == wanted.text.strip()


_STATES = (None, *AssessmentState)

_KEYS: dict[str, Callable[[CommuneLine], Any]] = {
    "name": lambda line: vietnamese_key(line.name),
    "class": lambda line: ORDER.index(line.cls),
    "change": lambda line: line.step,
    "state": lambda line: _STATES.index(line.state),
    "left": lambda line: line.left,
    "own": lambda line: line.own_share,
    "differs": lambda line: line.differs or None,
}


HEADINGS = (
    *("Mã xã", "Tên xã", "Phân loại", "Mã phân loại", "Tạm tính", "Phân loại kỳ trước"),
    *("Thay đổi (bậc)", "Trạng thái đánh giá", "Còn thiếu để không ma túy (tiêu chí)"),
    *("Vụ do xã phát hiện", "Vụ biết cấp phát hiện", "Tỷ lệ xã tự phát hiện", "Chỉ tiêu lệch"),
)


def write_table(title: str, lines: Sequence[CommuneLine]) -> str:
    """The lines as CSV for a spreadsheet: a title row, headings, one row a commune.

    It begins with a byte order mark, and a text that a spreadsheet would run as a formula
    has an apostrophe in front.
    """
    return guarded_csv([[title], HEADINGS, *map(_cells, lines)])


def _cells(line: CommuneLine) -> list[Any]:
    share = line.own_share
    return [
        line.code,
        line.name,
        COMMUNE_CLASSES[line.cls],
        line.cls.value,
        "tạm tính" if line.provisional else "",
        COMMUNE_CLASSES[line.before] if line.before else "",
        line.step,
        state_words(line),
        line.left,
        line.own_cases,
        line.detected_cases,
        percent_text(share) if share is not None else "",
        line.differs if line.in_scope else "",
    ]


def state_words(line: CommuneLine) -> str:
    """How far the assessment of a commune has come."""
    return ASSESSMENT_STATES[line.state] if line.state else told("chưa có số liệu")


def before_words(line: CommuneLine) -> str:
    """The class that a commune had before, within a sentence."""
    if line.before is None:
        return ""
    return before_words_of(line.before)


def before_words_of(cls: CommuneClass) -> str:
    """The short name of a class within a sentence.

    >>> before_words_of(CommuneClass.TYPE_2)
    'loại II'
    """
    return SHORT[cls][:1].lower() + SHORT[cls][1:]
