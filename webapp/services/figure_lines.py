"""The headline figures as lines in the prescribed order: value, year before, change, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from geo.records import Period
from geo.terms import CommuneClass
from models.periods import period_name, today
from webapp.labels import vn_date, vn_number
from webapp.services.figure_words import (
    amount_text,
    rounded,
    share_text,
    signed_percent_text,
    signed_text,
)
from webapp.services.figures import Comparison, Headline

NOT_COMPARABLE = "không so sánh được"
NO_DATA = "chưa có dữ liệu"
BLANK = "–"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: `now` and `before` in `unit`, None where nothing is known.

    `difference` is that of the two figures as shown, `percent` its part of `before`; both are
    None where the two cannot be compared, `percent` also where it was 0 before. `note` says of
    what the figure speaks. Where the two stand for different communes, `matched` gives the
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
    matched: str = ""

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
        _persons_line(now, before),
        _line("hotspots_cleared", "Điểm, tụ điểm được triệt xóa", "điểm", cleared),
        _drug_free_line(now, before),
    )


def may_compare(comparison: Comparison) -> bool:
    """Whether the records of the year before cover the days compared."""
    before = comparison.before
    return comparison.now.data is not None and not before.days_without_data


def comparison_notes(comparison: Comparison) -> tuple[str, ...]:
    """What has to be said of the figures: what is provisional, missing, cut or vague."""
    now, before = comparison.now, comparison.before
    return tuple(
        note
        for note in (
            _provisional_note(now),
            known_on_text(now),
            *(_gap_note(gap, "Kỳ này") for gap in now.days_without_data),
            *(_gap_note(gap, "Cùng kỳ năm trước") for gap in before.days_without_data),
            _cut_note(comparison),
            _vague_note(now),
            _offenders_note(now),
            _declared_note(now),
            _classes_note(now),
            *matched_notes((_persons_line(now, before), _drug_free_line(now, before))),
        )
        if note
    )


def change_words(line: FigureLine) -> str:
    """How a figure changed against the same days of the year before.

    >>> line = FigureLine("cases", "", "vụ", 0, 110, 100, 10, Fraction(1, 10))
    >>> change_words(line)
    'tăng 10 vụ (10,0 %)'
    """
    if line.difference is None:
        return NOT_COMPARABLE
    if line.difference == 0:
        return "không thay đổi"
    verb = "tăng" if line.difference > 0 else "giảm"
    told = f"{verb} {amount_text(abs(line.difference), line.digits)} {line.unit}"
    return told if line.percent is None else f"{told} ({share_text(line.percent)})"


def matched_notes(lines: Sequence[FigureLine]) -> tuple[str, ...]:
    """What stands under a table of lines: changes that its two columns do not hold."""
    return tuple(f"{line.name}: {_lower(line.matched)}." for line in lines if line.matched)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def known_on_text(now: Headline) -> str:
    """Up to which day the figures are known, where they are asked for as of a moment."""
    if now.known_at is None:
        return ""
    return f"Số liệu như biết đến ngày {vn_date(today(now.known_at))}."


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


def _persons_line(now: Headline, before: Headline) -> FigureLine:
    of = f"/{vn_number(now.n_communes)}" if now.n_declared <= now.n_communes else ""
    told = f"theo khai báo của {vn_number(now.n_declared)}{of} xã"
    line = _line(
        "persons_with_records",
        "Người có hồ sơ quản lý",
        "người",
        (now.persons_with_records, before.persons_with_records),
        note=told,
    )
    in_whole = not (now.declared_in_part or before.declared_in_part)
    return _matched(line, now.persons_by_commune, before.persons_by_commune, in_whole=in_whole)


def _drug_free_line(now: Headline, before: Headline) -> FigureLine:
    line = _line(
        "drug_free",
        "Xã, phường, đặc khu không ma túy",
        "xã",
        (now.drug_free, before.drug_free),
        note=f"trong {vn_number(now.n_assessed)}/{vn_number(now.n_communes)} xã đã xác định được",
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
    told = (
        f"Tính trên {vn_number(len(both))} xã có số liệu cả hai kỳ:"
        f" {change.before_text} → {change.now_text} ({_flat(change_words(change))})"
    )
    return replace(blank, matched=told)


def _flat(words: str) -> str:
    """A change without brackets of its own: "giảm 3 xã, 14,3 %"."""
    return words.replace(" (", ", ").removesuffix(")")


def _provisional_note(now: Headline) -> str:
    if not now.provisional:
        return ""
    return f"Kỳ chưa kết thúc: số liệu tạm tính đến ngày {vn_date(now.until)}."


def _gap_note(gap: Period, whose: str) -> str:
    return f"{whose} chưa có dữ liệu vụ việc từ {vn_date(gap.start)} đến {vn_date(gap.end)}."


def _cut_note(comparison: Comparison) -> str:
    if comparison.cut is None:
        return ""
    return (
        f"Dữ liệu kỳ này mới đến ngày {vn_date(comparison.cut)}; số của cùng kỳ năm trước được"
        f" tính đến ngày {vn_date(comparison.before.until)}."
    )


def _vague_note(now: Headline) -> str:
    if not now.vague_dates:
        return ""
    return (
        f"{vn_number(now.vague_dates)} vụ chỉ rõ tháng hoặc năm, có thể thuộc bên kia mốc đầu hoặc"
        " cuối kỳ; được tính theo ngày đầu của tháng hoặc năm ấy."
    )


def _offenders_note(now: Headline) -> str:
    if not now.cases_without_offenders:
        return ""
    n = vn_number(now.cases_without_offenders)
    return f"{n} vụ không ghi số đối tượng; số đối tượng chưa gồm các vụ này."


def _declared_note(now: Headline) -> str:
    if not now.declared_in_part:
        return ""
    n = vn_number(now.declared_in_part)
    return f"{n} xã chỉ khai báo một trong hai số người nghiện và người sử dụng."


def _classes_note(now: Headline) -> str:
    if now.class_period == now.period:
        return ""
    told = period_name(now.class_period) + (", tạm tính" if now.classes_provisional else "")
    return f"Người có hồ sơ quản lý và phân loại xã lấy theo chỉ tiêu của {told}."
