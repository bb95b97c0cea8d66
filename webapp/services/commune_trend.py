"""How a commune stood from period to period: its classes, and the figures that decide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from geo.records import Period
from geo.terms import CommuneClass
from models.number_words import count_text, percent_text
from models.periods import evaluation_year, period_code, period_name
from models.rule_parts import Measure, Number, Scheme
from webapp.rule_words import known_words
from webapp.told import told

MEASURES = {
    "persons_share": "Người nghiện, người sử dụng trái phép có hồ sơ trên nhân khẩu",
    "arrests_share": "Đối tượng bị bắt trên địa bàn trên nhân khẩu",
    "use_dens": "Điểm tổ chức, chứa chấp sử dụng",
}
"""What is drawn: measures of the rule set and how they are called."""

LAST_PERIODS = 6
SHORT_CLASSES = {
    CommuneClass.DRUG_FREE: "KMT",
    CommuneClass.AFFECTED: "Có TN",
    CommuneClass.TYPE_3: "III",
    CommuneClass.TYPE_2: "II",
    CommuneClass.TYPE_1: "I",
    CommuneClass.UNKNOWN: "?",
}
"""Classes in a narrow column; the whole name is told beside or on touch."""

BAR_PX = 44.0
HEADROOM = Fraction(5, 4)
"""The scale reaches this far above the highest bar."""

Figures = Mapping[str, float | None]
"""Indicator → the figure that the class used; absent or None where it is not known."""


@dataclass(frozen=True, slots=True)
class PeriodStanding:
    """A commune in one period: its class, and the figures that the class used.

    `figures` are None where the viewer may see the class alone. `parts` is empty, or, of a
    period that knew the old communes, how many of those it came from were drug-free ("2/3").
    """

    period: Period
    cls: CommuneClass
    provisional: bool
    figures: Figures | None
    parts: str = ""


@dataclass(frozen=True, slots=True)
class TrendColumn:
    """One period: its short name, the whole one, and the class; `here` is the page's own."""

    label: str
    name: str
    code: str
    cls: str
    provisional: bool
    here: bool
    parts: str


@dataclass(frozen=True, slots=True)
class TrendBar:
    """A value in words and the height of its bar in pixels; None where it is not known."""

    text: str
    height: float | None


@dataclass(frozen=True, slots=True)
class TrendLine:
    """A threshold: in words, and its height above the foot of the bars in pixels."""

    text: str
    height: float


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One measure over the periods; `height` is that of the drawing in pixels."""

    title: str
    bars: tuple[TrendBar, ...]
    lines: tuple[TrendLine, ...]
    height: float = BAR_PX


@dataclass(frozen=True, slots=True)
class Trend:
    """Periods from the earliest to the latest, and what was measured in them."""

    columns: tuple[TrendColumn, ...]
    rows: tuple[TrendRow, ...]


def draw_trend(standings: Sequence[PeriodStanding], shown: Period, scheme: Scheme) -> Trend | None:
    """Some periods, the earliest first, as columns; None where there is only one."""
    if len(standings) < 2:
        return None
    known = [s for s in standings if s.figures is not None]
    rows = (_row(title, scheme, name, standings) for name, title in MEASURES.items())
    return Trend(
        columns=tuple(_column(s, s.period == shown) for s in standings),
        rows=tuple(row for row in rows if row is not None) if known else (),
    )


def _column(standing: PeriodStanding, here: bool) -> TrendColumn:
    period = standing.period
    is_year = evaluation_year(period) is not None
    return TrendColumn(
        label=str(period.end.year) if is_year else f"{period.end:%m/%Y}",
        name=known_words(period_name(period)),
        code=period_code(period),
        cls=standing.cls.value,
        provisional=standing.provisional,
        here=here,
        parts=standing.parts,
    )


def _row(title: str, scheme: Scheme, name: str, taken: Sequence[PeriodStanding]) -> TrendRow | None:
    measure = scheme.measures.get(name)
    if measure is None:
        return None
    values = [None if s.figures is None else _value(measure, s.figures) for s in taken]
    known = [value for value in values if value is not None]
    if not known:
        return None
    cuts = [cut for cut, _ in scheme.cuts[name] if cut > 0]
    top = max([Fraction(value) for value in known] + cuts[:1]) * HEADROOM
    return TrendRow(
        title=title,
        bars=tuple(_bar(value, measure, top) for value in values),
        lines=tuple(
            TrendLine(_text(cut, measure), _height(cut, top)) for cut in cuts if cut <= top
        ),
    )


def _value(measure: Measure, figures: Figures) -> Number | None:
    parts = [figures.get(name) for name in measure.plus]
    if any(part is None or part < 0 for part in parts):
        return None
    total = sum((Fraction(part) for part in parts if part is not None), start=Fraction(0))
    if measure.per is None:
        return total
    per = figures.get(measure.per)
    return total / Fraction(per) if per else None


def _bar(value: Number | None, measure: Measure, top: Fraction) -> TrendBar:
    if value is None:
        return TrendBar(told("chưa rõ"), None)
    return TrendBar(_text(Fraction(value), measure), _height(Fraction(value), top))


def _text(value: Fraction, measure: Measure) -> str:
    if measure.per is not None:
        return known_words(percent_text(value))
    return known_words(count_text(int(value) if value.denominator == 1 else value))


def _height(value: Fraction, top: Fraction) -> float:
    return round(float(value / top) * BAR_PX, 1)
