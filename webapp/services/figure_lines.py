"""The headline figures as lines in the prescribed order: value, year before, change, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from geo.terms import CommuneClass
from webapp.services.figure_words import (
    amount_text,
    rounded,
    share_text,
    signed_percent_text,
    signed_text,
)
from webapp.services.figures import Comparison, Headline
from webapp.told import Told, told, told_list

NOT_COMPARABLE = told("không so sánh được")
NO_DATA = told("chưa có dữ liệu")
BLANK = "–"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: `now` and `before` in `unit`, None where nothing is known.

    `difference` is that of the two figures as shown, `percent` its part of `before`; both are
    None where the two cannot be compared, `percent` also where it was 0 before. `note` says of
    what the figure speaks. Where the two stand for different communes, `in_both` gives the
    change of those known both times, and the line itself has none.
    """

    code: str
    name: str
    unit: str
    digits: int
    now: float | None
    before: float | None
    difference: float | None
    percent: Fraction | None
    note: str = ""
    in_both: Told | None = None

    @property
    def matched(self) -> str:
        """The change of the communes known both times, as a sentence of a report."""
        return "" if self.in_both is None else f"T{self.in_both[1:]}"

    @property
    def now_text(self) -> str:
        """The figure as written here."""
        return NO_DATA if self.now is None else amount_text(self.now, self.digits)

    @property
    def before_text(self) -> str:
        """The figure of the year before as written here."""
        return NO_DATA if self.before is None else amount_text(self.before, self.digits)

    @property
    def difference_text(self) -> str:
        """The change with its sign, or that there is no comparing; a dash beside `matched`."""
        if self.difference is None:
            return BLANK if self.matched else NOT_COMPARABLE
        return signed_text(self.difference, self.digits)

    @property
    def percent_text(self) -> str:
        """The change in percent with its sign; a dash where the figure was 0 before."""
        if self.difference is None:
            return self.difference_text
        return BLANK if self.percent is None else signed_percent_text(self.percent)


_COUNTS = (
    ("cases", "Số vụ phát hiện, bắt giữ", "vụ", 0),
    ("offenders", "Số đối tượng", "đối tượng", 0),
    ("heroin_kg", "Heroin thu giữ", "kg", 3),
    ("synthetic_kg", "Ma túy tổng hợp thu giữ", "kg", 3),
    ("synthetic_tablets", "Ma túy tổng hợp thu giữ", "viên", 0),
    ("cannabis_kg", "Cần sa thu giữ", "kg", 3),
)


_PERSONS = "Người có hồ sơ quản lý"
_CLEARED = "Điểm, tụ điểm được triệt xóa"
_DRUG_FREE = "Xã, phường, đặc khu không ma túy"
LINE_WORDS = (
    *(word for _, name, unit, _ in _COUNTS for word in (name, unit)),
    *(_PERSONS, _CLEARED, _DRUG_FREE, "người", "điểm", "xã"),
)
"""Names and units of all lines."""


def headline_lines(comparison: Comparison) -> tuple[FigureLine, ...]:
    """The figures in the order of the official reports.

    Cases, offenders, heroin, synthetic drugs in kg and in tablets, cannabis, persons with
    records, hotspots cleared, drug-free communes.
    """
    now, before = comparison.now, comparison.before
    comparable = may_compare(comparison)
    lines = []
    for code, name, unit, digits in _COUNTS:
        pair = getattr(now, code), getattr(before, code)
        lines.append(_line(code, name, unit, pair, digits=digits, comparable=comparable))
    cleared = now.hotspots_cleared, before.hotspots_cleared
    return (
        *lines,
        persons_line(now, before),
        _line("hotspots_cleared", _CLEARED, "điểm", cleared),
        drug_free_line(now, before),
    )


def may_compare(comparison: Comparison) -> bool:
    """Whether the records of the year before cover the days compared."""
    before = comparison.before
    return comparison.now.data is not None and not before.days_without_data


def change_words(line: FigureLine, *, flat: bool = False) -> Told:
    """How a figure changed against the same days of the year before; `flat` without brackets.

    >>> line = FigureLine("cases", "", "vụ", 0, 110, 100, 10, Fraction(1, 10))
    >>> change_words(line)
    'tăng 10 vụ (10,0 %)'
    """
    if line.difference is None:
        return NOT_COMPARABLE
    if line.difference == 0:
        return told("không thay đổi")
    up, unit = line.difference > 0, told(line.unit)
    amount = amount_text(abs(line.difference), line.digits)
    change = told("tăng {amount} {unit}", amount=amount, unit=unit)
    if not up:
        change = told("giảm {amount} {unit}", amount=amount, unit=unit)
    if line.percent is None:
        return change
    share = share_text(line.percent)
    return (
        told_list([change, share])
        if flat
        else told("{change} ({share})", change=change, share=share)
    )


def _line(
    code: str,
    name: str,
    unit: str,
    pair: tuple[float | None, float | None],
    *,
    digits: int = 0,
    comparable: bool = True,
    note: str = "",
) -> FigureLine:
    now, before = pair
    if now is None or before is None or not comparable:
        return FigureLine(code, name, unit, digits, now, before, None, None, note)
    shown = rounded(before, digits)
    change = rounded(now, digits) - shown
    percent = Fraction(change) / Fraction(shown) if shown else None
    return FigureLine(code, name, unit, digits, now, before, float(change), percent, note)


def persons_line(now: Headline, before: Headline) -> FigureLine:
    """Persons with records, as the communes declared them."""
    note = told("theo khai báo của {n} xã", n=now.n_declared)
    if now.n_declared <= now.n_communes:
        note = told("theo khai báo của {n}/{all} xã", n=now.n_declared, all=now.n_communes)
    line = _line(
        "persons_with_records",
        _PERSONS,
        "người",
        (now.persons_with_records, before.persons_with_records),
        note=note,
    )
    in_whole = not (now.declared_in_part or before.declared_in_part)
    return _matched(line, now.persons_by_commune, before.persons_by_commune, in_whole=in_whole)


def drug_free_line(now: Headline, before: Headline) -> FigureLine:
    """Drug-free communes, of those whose class is known."""
    line = _line(
        "drug_free",
        _DRUG_FREE,
        "xã",
        (now.drug_free, before.drug_free),
        note=told("trong {n}/{all} xã đã xác định được", n=now.n_assessed, all=now.n_communes),
    )
    return _matched(line, _drug_free_communes(now), _drug_free_communes(before))


def _drug_free_communes(figures: Headline) -> dict[str, int]:
    """Of every commune with a known class whether it is drug-free, 1 or 0."""
    return {
        code: int(cls is CommuneClass.DRUG_FREE)
        for code, cls in figures.classes.items()
        if cls is not CommuneClass.UNKNOWN
    }


def _matched(
    line: FigureLine,
    now: Mapping[str, int],
    before: Mapping[str, int],
    *,
    in_whole: bool = True,
) -> FigureLine:
    """The line without a change where it stands for other communes than the year before.

    `in_whole`: whether its figures come from the communes of `now` and `before` alone.
    With at least half of those of now known both times their change is told beside it.
    """
    both = now.keys() & before.keys()
    same = now.keys() == before.keys() and in_whole
    if same or line.now is None or line.before is None:
        return line
    blank = replace(line, difference=None, percent=None)
    if 2 * len(both) < len(now):
        return blank
    sums = sum(now[code] for code in both), sum(before[code] for code in both)
    change = _line(line.code, line.name, line.unit, sums)
    in_both = told(
        "tính trên {n} xã có số liệu cả hai kỳ: {before} → {now} ({change})",
        n=len(both),
        before=change.before_text,
        now=change.now_text,
        change=change_words(change, flat=True),
    )
    return replace(blank, in_both=in_both)
