"""What a report says of the way to the target, as the page of progress says it."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from webapp.labels import vn_number
from webapp.services.figure_lines import NO_DATA
from webapp.services.progress import Progress
from webapp.services.progress_history import LEAST, PeriodCount
from webapp.services.progress_table import YearLine, year_lines
from webapp.services.report_blocks import Column, Table
from webapp.services.roadmap import TARGET_SHARE, TARGET_YEAR, Effort, share_words


def progress_text(progress: Progress, where: str) -> str:
    """Where the area stands on the way to the target, as on the page of progress."""
    target = (
        f"Mục tiêu đến hết năm {TARGET_YEAR}: ít nhất {share_words(TARGET_SHARE)} số xã, phường,"
        " đặc khu không ma túy."
    )
    base, effort = progress.base, progress.effort
    if base is None or effort is None:
        known = max((c.total.n_assessed for c in progress.counts if not c.is_half), default=0)
        told = f"mới xác định được phân loại của {vn_number(known)} đơn vị" if known else "chưa có"
        return f"{target} Chưa đủ phân loại xã của một năm để tính tiến độ ({told})."
    told = f"{target} {_reached(base, f'{where} có ')}"
    last = progress.running or base
    if last is not base:
        told += f" {_reached(last, '')}"
    planned = next((each for each in progress.plan if each.year == last.year), None)
    if planned is not None and planned.target is not None:
        told += f" Lộ trình năm {last.year}: {share_words(planned.share)}."
    least = f" {LEAST}." if base.total.n_unknown else ""
    return f"{told} {_left(effort, base)}{least}"


def _reached(count: PeriodCount, who: str) -> str:
    total = count.total
    share = share_words(total.share) if total.share is not None else NO_DATA
    unknown = f", {vn_number(total.n_unknown)} xã chưa xác định được" if total.n_unknown else ""
    return (
        f"Năm {count.year}{' (tạm tính)' if count.provisional else ''}: {who}"
        f"{vn_number(total.n_drug_free)}/{vn_number(total.n_communes)} đơn vị không ma túy, đạt"
        f" {share}{unknown}."
    )


def _left(effort: Effort, base: PeriodCount) -> str:
    """What is left to do, from which year."""
    since = f"năm {base.year} {'đang diễn ra' if base.provisional else 'đã kết thúc'}"
    if not effort.n_more:
        return f"Tính từ {since}: đã đạt tỷ lệ mục tiêu."
    told = f"Tính từ {since}, để đạt mục tiêu cần thêm {vn_number(effort.n_more)} đơn vị"
    if effort.n_a_year is None:
        return f"{told}."
    return (
        f"{told}, bình quân {vn_number(effort.n_a_year)} đơn vị mỗi năm trong"
        f" {effort.years_left} năm {effort.base_year + 1}–{TARGET_YEAR}."
    )


def progress_table(progress: Progress, title: str) -> Table | None:
    """Drug-free communes by year against the plan, as the page of progress has them."""
    lines = [line for line in year_lines(progress.counts, progress.plan) if not line.is_half]
    if not lines:
        return None
    columns = (
        Column("Năm", 12, "center", years=True),
        Column("Số xã", 11, "right"),
        Column("Đã xác định", 13, "right"),
        Column("Không ma túy", 13, "right"),
        Column("Tỷ lệ", 13, "right"),
        Column("Lộ trình", 13, "right"),
        Column("Ghi chú", 25),
    )
    rows = tuple(
        (
            line.year,
            line.count.n_communes if line.count else None,
            line.count.n_assessed if line.count else None,
            line.count.n_drug_free if line.count and line.share else None,
            _cut(line.count.share if line.count else None),
            _cut(line.planned.share if line.planned_share and line.planned else None),
            _progress_note(line),
        )
        for line in lines
    )
    least = any(line.count and line.count.n_unknown and line.share for line in lines)
    notes = (f"{LEAST}.",) if least else ()
    return Table("Tiến độ", title, columns, rows, notes)


def _cut(share: Fraction | None) -> Fraction | None:
    """A share cut to a tenth of a percent, so that it never reads as reached too early."""
    return None if share is None else Fraction(floor(share * 1000), 1000)


def _progress_note(line: YearLine) -> str:
    parts = ["tạm tính"] if line.provisional else []
    if line.planned is not None and line.planned.is_start:
        parts.append("điểm xuất phát")
    elif line.planned is not None and line.planned.target is None:
        parts.append("lộ trình nội suy")
    return ", ".join(parts)
