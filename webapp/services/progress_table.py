"""The tables of progress: by year, and by province; as the page shows them and as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from geo.alphabet import vietnamese_key
from geo.guarded_cells import guarded_csv
from models.targets import Target
from webapp.services.progress_history import PeriodCount, UnitCount
from webapp.services.roadmap import (
    Effort,
    PlannedShare,
    effort_left,
    gap_words,
    plan_shares,
    share_words,
)
from webapp.told import told

LINE_ALONE = told("chưa nhập lộ trình, đường thẳng tạm tính")
"""What stands beside a planned share that nobody entered."""

START = told("điểm xuất phát của đường thẳng")
"""What stands beside the first known share, where the line begins."""


@dataclass(frozen=True, slots=True)
class YearLine:
    """One row: a year or a first half-year, what is known of it and what was planned.

    `count` is None for a year of which nothing is known; `gap` (percentage points) where
    both shares are known and it is a whole year.
    """

    year: int
    is_half: bool
    provisional: bool
    count: UnitCount | None
    planned: PlannedShare | None

    @property
    def name(self) -> str:
        """The period in words."""
        if self.is_half:
            return told("6 tháng đầu năm {year}", year=str(self.year))
        return told("Năm {year}", year=str(self.year))

    @property
    def share(self) -> str:
        """The share reached, cut to one decimal; "" where it is not known."""
        known = None if self.count is None else self.count.share
        return "" if known is None else share_words(known)

    @property
    def planned_share(self) -> str:
        """The share planned; "" where there is no plan, or its line starts."""
        return (
            "" if self.planned is None or self.planned.is_start else share_words(self.planned.share)
        )

    @property
    def gap(self) -> str:
        """How far the share is from the plan, in percentage points with sign, else ""."""
        reached = None if self.count is None else self.count.share
        return "" if self.is_half else _gap(reached, self.planned)

    @property
    def origin(self) -> str:
        """Where the plan comes from."""
        if self.planned is None:
            return ""
        if self.planned.target is not None:
            return self.planned.target.decision
        return START if self.planned.is_start else LINE_ALONE


@dataclass(frozen=True, slots=True)
class ProvinceLine:
    """A province in the chosen year.

    `effort` counts from the year of `base_of`, whatever year is chosen, as the province's own
    page does; None where nothing is known.
    """

    code: str
    name: str
    count: UnitCount
    planned: PlannedShare | None
    effort: Effort | None

    @property
    def share(self) -> str:
        """The share reached, cut to one decimal; "" where it is not known."""
        return "" if self.count.share is None else share_words(self.count.share)

    @property
    def planned_share(self) -> str:
        """The share planned for the year; "" where there is no plan, or its line starts."""
        return (
            "" if self.planned is None or self.planned.is_start else share_words(self.planned.share)
        )

    @property
    def is_behind(self) -> bool:
        """Whether the share reached is below the planned one."""
        reached = self.count.share
        return reached is not None and self.planned is not None and reached < self.planned.share

    @property
    def gap(self) -> str:
        """How far the share is from the plan, in percentage points with sign, else ""."""
        return _gap(self.count.share, self.planned)


def _gap(reached: Fraction | None, planned: PlannedShare | None) -> str:
    if reached is None or planned is None or planned.is_start:
        return ""
    return gap_words(reached - planned.share)


def year_lines(counts: Sequence[PeriodCount], plan: Sequence[PlannedShare]) -> tuple[YearLine, ...]:
    """Known periods and planned years in their order, a half-year before its year."""
    planned = {one.year: one for one in plan}
    lines = [
        YearLine(
            one.year,
            one.is_half,
            one.provisional,
            one.total,
            None if one.is_half else planned.get(one.year),
        )
        for one in counts
    ]
    known = {line.year for line in lines if not line.is_half}
    lines += [
        YearLine(year, is_half=False, provisional=False, count=None, planned=one)
        for year, one in planned.items()
        if year not in known
    ]
    return tuple(sorted(lines, key=lambda line: (line.year, not line.is_half)))


def province_lines(
    counts: Sequence[PeriodCount],
    year: int,
    names: Mapping[str, str],
    targets: Mapping[str | None, Mapping[int, Target]],
) -> tuple[ProvinceLine, ...]:
    """The provinces in a year, the highest share first, those without figures last."""
    years = [one for one in counts if not one.is_half]
    chosen = next((one for one in years if one.year == year), None)
    if chosen is None:
        return ()
    lines = []
    for code, count in chosen.provinces.items():
        first = first_known([(one.year, one.provinces[code].share) for one in years])
        plan = {one.year: one for one in plan_shares(first, targets.get(code, {}))}
        effort = effort_of(counts, code)
        lines.append(ProvinceLine(code, names.get(code, code), count, plan.get(year), effort))
    return tuple(sorted(lines, key=_by_share))


def base_of(counts: Sequence[PeriodCount], province_code: str | None = None) -> PeriodCount | None:
    """The year from which is counted what is left to do, of a province or of all.

    It is the last evaluation year that ended of which a share is known, else the running one.
    """
    known = [
        one
        for one in counts
        if not one.is_half and unit_count(one, province_code).share is not None
    ]
    return next((one for one in reversed(known) if not one.provisional), next(iter(known), None))


def effort_of(counts: Sequence[PeriodCount], province_code: str | None = None) -> Effort | None:
    """What is left to do from the year of `base_of`; None where nothing is known."""
    base = base_of(counts, province_code)
    if base is None:
        return None
    count = unit_count(base, province_code)
    return effort_left(base.year, count.n_drug_free, count.n_communes)


def unit_count(count: PeriodCount, province_code: str | None) -> UnitCount:
    """The counts of a province, or of all that were counted."""
    return count.total if province_code is None else count.provinces[province_code]


def first_known(shares: Sequence[tuple[int, Fraction | None]]) -> tuple[int, Fraction] | None:
    """The first year of which a share is known, with it."""
    return next(((year, share) for year, share in shares if share is not None), None)


def _by_share(line: ProvinceLine) -> tuple[bool, Fraction, str]:
    share = line.count.share
    return share is None, -(share or Fraction(0)), vietnamese_key(line.name)


def write_years(title: str, lines: Sequence[YearLine]) -> str:
    """The table by year as CSV for a spreadsheet, a title row above its headings."""
    rows = [
        [
            *(line.name, "tạm tính" if line.provisional else ""),
            *_counted_cells(line.count),
            *(*_number_cells(line), line.origin),
        ]
        for line in lines
    ]
    return guarded_csv([[title], ["Kỳ", "Ghi chú", *_COUNTED, *_PLANNED, "Căn cứ lộ trình"], *rows])


def write_provinces(title: str, lines: Sequence[ProvinceLine], *, provisional: bool) -> str:
    """The table by province as CSV for a spreadsheet, a title row above its headings."""
    rows = [
        [
            *(line.code, line.name, "tạm tính" if provisional else ""),
            *_counted_cells(line.count),
            *_number_cells(line),
            "" if line.effort is None else line.effort.n_more,
            "" if line.effort is None or line.effort.n_a_year is None else line.effort.n_a_year,
        ]
        for line in lines
    ]
    headings = ["Mã tỉnh", "Tỉnh, thành phố", "Ghi chú", *_COUNTED, *_PLANNED]
    return guarded_csv([[title], [*headings, "Còn thiếu (xã)", "Cần thêm mỗi năm (xã)"], *rows])


_COUNTED = (
    *("Số xã", "Số xã có kết quả", "Số xã không ma túy", "Số xã không ma túy một phần"),
    "Số xã chưa rõ",
)
_PLANNED = ("Tỷ lệ không ma túy (%)", "Lộ trình (%)", "Chênh lệch (điểm %)")


def _number_cells(line: YearLine | ProvinceLine) -> tuple[str, ...]:
    """Share, plan and difference as a spreadsheet can calculate with them."""
    return tuple(number_cell(text) for text in (line.share, line.planned_share, line.gap))


def number_cell(text: str) -> str:
    """A number of a page without its unit, its plus and its typographic minus.

    >>> number_cell("−6,2"), number_cell("+19,8"), number_cell("26,4 %"), number_cell("")
    ('-6,2', '19,8', '26,4', '')
    """
    return text.removesuffix("%").strip().removeprefix("+").replace("−", "-")


def _counted_cells(count: UnitCount | None) -> list[int | str]:
    if count is None:
        return [""] * len(_COUNTED)
    drug_free: int | str = count.n_drug_free if count.n_assessed else ""
    return [count.n_communes, count.n_assessed, drug_free, count.n_partial, count.n_unknown]
