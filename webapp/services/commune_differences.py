"""Figures of a commune declared otherwise than the register gives them, and the records behind."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from models.evidence import Origin
from models.number_words import count_text
from models.register_figures import Figure
from models.rule_parts import Number, Scheme
from webapp.rule_words import known_words
from webapp.told import Told, told

COUNTED_CASES = (
    " Hồ sơ chỉ tính người bị bắt về tội phạm của Bộ luật Hình sự;"
    " sử dụng trái phép bị xử lý hành chính không tính."
)
"""Why the arrests of the criteria are fewer than the offenders of all cases."""

SHOWN_RECORDS = 6

_SPOT_FIGURES = frozenset({"use_dens"})
_ROUTE = "on_key_route"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of the register behind a figure: the first refs, and how many there are.

    `kind` says what they are: `hotspot`, `incident` or `corridor`.
    """

    kind: str
    refs: tuple[str, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure declared otherwise than the register gives it, in words.

    `grave` where both are given and are not the same; else the declaration lacks it.
    """

    title: str
    text: str
    grave: bool
    records: Records | None


def records_of(figure: Figure) -> Records | None:
    """The records behind a figure; None where there are none."""
    if not figure.records:
        return None
    kind = "hotspot" if figure.name in _SPOT_FIGURES else "incident"
    kind = "corridor" if figure.name == _ROUTE else kind
    return Records(kind, figure.records[:SHOWN_RECORDS], len(figure.records))


def difference_of(figure: Figure, scheme: Scheme) -> Difference | None:
    """What differs between declaration and register; None where nothing does."""
    only_register = figure.declared is None and figure.computed not in (None, 0, False)
    if not (figure.differs or only_register):
        return None
    label = scheme.indicators[figure.name]
    return Difference(
        title=label[:1].upper() + label[1:],
        text=told(
            "{said}, {held}; {used}.{counted}",
            said=_declared(figure.declared),
            held=_in_register(figure.computed),
            used=_used(figure, worse=not only_register),
            counted=told(COUNTED_CASES) if figure.name == "offenders_arrested" else "",
        ),
        grave=figure.differs,
        records=records_of(figure),
    )


def _used(figure: Figure, *, worse: bool) -> Told:
    """Which figure the class rests on; `worse` where it is the worse of two."""
    if figure.origin is Origin.COMPUTED:
        if worse:
            return told("xếp loại theo số hồ sơ, là số xấu hơn")
        return told("xếp loại theo số hồ sơ")
    if worse:
        return told("xếp loại theo số khai báo, là số xấu hơn")
    return told("xếp loại theo số khai báo")


def _declared(value: float | bool | None) -> Told:
    """What was declared: whether it is so, or how many."""
    if value is None:
        return told("chưa khai báo")
    if isinstance(value, bool):
        return told("khai báo có") if value else told("khai báo không")
    return told("khai báo {value}", value=_told(value))


def _in_register(value: float | bool | None) -> Told:
    """What the register has: whether it is so, or how many."""
    if isinstance(value, bool):
        return told("theo hồ sơ là có") if value else told("theo hồ sơ là không")
    return told("hồ sơ có {value}", value=_told(value))


def _told(value: float | None) -> Told:
    return known_words("–" if value is None else count_text(_number(value)))


def _number(value: float) -> Number:
    return int(value) if value == int(value) else Fraction(value)
