"""What has to be said of the headline figures: what is provisional, missing, cut or vague."""

from __future__ import annotations

from collections.abc import Sequence

from geo.records import Period
from models.periods import period_name, today
from webapp.rule_words import known_words
from webapp.services.figure_lines import FigureLine, drug_free_line, persons_line
from webapp.services.figures import Comparison, Headline
from webapp.told import told


def comparison_notes(comparison: Comparison) -> tuple[str, ...]:
    """What has to be said of the figures: what is provisional, missing, cut or vague."""
    now, before = comparison.now, comparison.before
    return tuple(
        note
        for note in (
            _provisional_note(now),
            known_on_text(now),
            *(_gap_note(gap) for gap in now.days_without_data),
            *(_gap_before_note(gap) for gap in before.days_without_data),
            _cut_note(comparison),
            _vague_note(now),
            _offenders_note(now),
            _declared_note(now),
            _classes_note(now),
            *_matched_notes((persons_line(now, before), drug_free_line(now, before))),
        )
        if note
    )


def _matched_notes(lines: Sequence[FigureLine]) -> tuple[str, ...]:
    """What stands under a table of lines: changes that its two columns do not hold."""
    return tuple(
        told("{name}: {matched}.", name=told(line.name), matched=line.in_both)
        for line in lines
        if line.in_both is not None
    )


def known_on_text(now: Headline) -> str:
    """Up to which day the figures are known, where they are asked for as of a moment."""
    if now.known_at is None:
        return ""
    return told("Số liệu như biết đến ngày {day}.", day=today(now.known_at))


def _provisional_note(now: Headline) -> str:
    if not now.provisional:
        return ""
    return told("Kỳ chưa kết thúc: số liệu tạm tính đến ngày {day}.", day=now.until)


def _gap_note(gap: Period) -> str:
    return told(
        "Kỳ này chưa có dữ liệu vụ việc từ {start} đến {end}.", start=gap.start, end=gap.end
    )


def _gap_before_note(gap: Period) -> str:
    return told(
        "Cùng kỳ năm trước chưa có dữ liệu vụ việc từ {start} đến {end}.",
        start=gap.start,
        end=gap.end,
    )


def _cut_note(comparison: Comparison) -> str:
    if comparison.cut is None:
        return ""
    return told(
        "Dữ liệu kỳ này mới đến ngày {cut}; số của cùng kỳ năm trước được tính đến ngày {until}.",
        cut=comparison.cut,
        until=comparison.before.until,
    )


def _vague_note(now: Headline) -> str:
    if not now.vague_dates:
        return ""
    return told(
        "{n} vụ chỉ rõ tháng hoặc năm, có thể thuộc bên kia mốc đầu hoặc cuối kỳ; được tính theo"
        " ngày đầu của tháng hoặc năm ấy.",
        n=now.vague_dates,
    )


def _offenders_note(now: Headline) -> str:
    if not now.cases_without_offenders:
        return ""
    n = now.cases_without_offenders
    return told("{n} vụ không ghi số đối tượng; số đối tượng chưa gồm các vụ này.", n=n)


def _declared_note(now: Headline) -> str:
    if not now.declared_in_part:
        return ""
    n = now.declared_in_part
    return told("{n} xã chỉ khai báo một trong hai số người nghiện và người sử dụng.", n=n)


def _classes_note(now: Headline) -> str:
    if now.class_period == now.period:
        return ""
    of = known_words(period_name(now.class_period))
    if now.classes_provisional:
        of = told("{period}, tạm tính", period=of)
    return told("Người có hồ sơ quản lý và phân loại xã lấy theo chỉ tiêu của {of}.", of=of)
