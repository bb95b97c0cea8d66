"""A report put together: head, sections, annexes, from facts that were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain, count

import webapp
from geo.records import Period
from geo.standing_terms import AssessmentState
from models.periods import period_name
from models.periods import today as day_in_vietnam
from webapp.labels import NEIGHBOURS, vn_date, vn_moment, vn_number, vn_period
from webapp.services import report_class_tables, report_progress, report_tables, report_text
from webapp.services.figure_lines import headline_lines
from webapp.services.figure_notes import comparison_notes
from webapp.services.progress import progress_until
from webapp.services.report_blocks import (
    NO_BREAK,
    Annex,
    Block,
    Heading,
    Paragraph,
    Report,
    Table,
)
from webapp.services.report_facts import ReportFacts
from webapp.services.report_letter import (
    Letter,
    belongs_to,
    issuer_words,
    letter_head,
    recipients_of,
    short_name,
    signer_of,
)
from webapp.services.report_map import area_map, province_maps


def write_report(found: ReportFacts, letter: Letter, made_at: datetime) -> Report:
    """The report on a period: the same facts always give the same report, but for its date."""
    where = report_text.area_words(found.province_name)
    now = found.now
    who = issuer_words(letter, found.province_name)
    head = letter_head(letter, found.province_name, day_in_vietnam(made_at))
    marks = marks_of(found)
    return Report(
        head=head,
        subject=subject_of(now.period),
        days=f"({'; '.join([f'từ ngày {vn_period(now.period)}', where])})".replace(" – ", " đến "),
        marks=marks,
        body=_numbered(
            chain(
                (Paragraph(_opening(who, now.period)),),
                _figures_part(found, where),
                _classes_part(found, where),
                _hotspots_part(found),
                _border_part(found),
                _progress_part(found, where),
                (Paragraph(_closing(who, found.province_name, now.period)),),
            )
        ),
        recipients=recipients_of(found.province_name),
        signer=signer_of(letter, found.province_name),
        annexes=_annexes(found, belongs_to(who), source_line(found, made_at)),
        source=source_line(found, made_at),
    )


def subject_of(period: Period) -> tuple[str, ...]:
    """What the report is about, in two lines."""
    return (
        "Tình hình, kết quả phòng, chống tội phạm về ma túy",
        f"và chuyển hóa địa bàn {period_name(period)}",
    )


def marks_of(found: ReportFacts) -> tuple[str, ...]:
    """What every page of the paper must say."""
    now = found.now
    said = (
        (now.provisional, f"Số liệu tạm tính đến ngày {vn_date(now.until)}"),
        (
            now.classes_provisional and not now.provisional,
            f"Phân loại xã tạm tính đến ngày {vn_date(found.asked.seen_on)}",
        ),
        (
            now.known_at is not None,
            f"Số liệu như biết đến ngày {vn_date(found.asked.seen_on)}",
        ),
        (bool(approval := _approval(found)), approval),
        (found.simulated, "Dữ liệu mô phỏng"),
        (found.version.approximate, "Ranh giới gần đúng"),
    )
    return tuple(mark for holds, mark in said if holds)


def _approval(found: ReportFacts) -> str:
    """That classes are drafts, where any commune's is not approved; empty without classes."""
    if not found.now.n_assessed:
        return ""
    states = Counter(one.state for one in found.facts.standings.values())
    return report_text.approval_text(states[AssessmentState.APPROVED], found.now.n_communes)


def source_line(found: ReportFacts, made_at: datetime) -> str:
    """Where the numbers come from, so that they can be traced."""
    version = found.version
    limits = f"{version.source} ({version.vintage})"
    return (
        f"Nguồn: cơ sở dữ liệu Địa Bàn, phần mềm phiên bản {webapp.__version__}; bản đồ:"
        f" {limits}; bộ tiêu chí: {found.ruleset}; lập lúc {vn_moment(made_at)}."
    )


def _opening(who: str, period: Period) -> str:
    return (
        "Thực hiện Quyết định số 28/2025/QĐ-TTg ngày 24 tháng 8 năm 2025 của Thủ tướng Chính"
        f" phủ, {who} báo cáo tình hình, kết quả {period_name(period)} như sau:"
    )


def _closing(who: str, province_name: str, period: Period) -> str:
    above = "cấp có thẩm quyền" if province_name else "Thủ tướng Chính phủ"
    return (
        "Trên đây là báo cáo tình hình, kết quả phòng, chống tội phạm về ma túy và chuyển hóa địa"
        f" bàn {period_name(period)}, {who} báo cáo {above}./."
    )


def _numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with their tables numbered."""
    number = count(1)
    return tuple(
        replace(block, title=f"Bảng {next(number)}. {block.title}")
        if isinstance(block, Table)
        else block
        for block in blocks
    )


def _figures_part(found: ReportFacts, where: str) -> tuple[Block, ...]:
    lines = headline_lines(found.comparison)
    by_code = {line.code: line for line in lines}
    title = f"Số liệu chính {period_name(found.now.period)}, {where}"
    notes = (*comparison_notes(found.comparison), *_reach_note(found))
    texts = (
        report_text.cases_text(found.comparison, by_code, where),
        report_text.seized_text(found.now, by_code),
        report_text.sides_text(found.now),
        report_text.persons_text(by_code["persons_with_records"]),
    )
    return (
        Heading("I. TÌNH HÌNH, KẾT QUẢ CHUNG"),
        *(Paragraph(text) for text in texts if text),
        report_tables.headline_table(lines, title, notes),
    )


def _reach_note(found: ReportFacts) -> tuple[str, ...]:
    """Of how many provinces there are records, in the report of the nation."""
    provinces = {unit.province_code for unit in found.units}
    told = {case.province_code for case in found.facts.incidents} & provinces
    if found.province_name or told == provinces:
        return ()
    n, of = vn_number(len(told)), vn_number(len(provinces))
    return (f"Số vụ việc mới gồm dữ liệu của {n}/{of} tỉnh, thành phố.",)


def _classes_part(found: ReportFacts, where: str) -> tuple[Block, ...]:
    title = f"Biến động phân loại xã, {where}"
    unit = "đơn vị" if found.province_name else "tỉnh, thành phố"
    table = report_class_tables.flow_table(found, title)
    return (
        Heading("II. PHÂN LOẠI XÃ, PHƯỜNG, ĐẶC KHU"),
        Paragraph(report_text.classes_text(found.now, found.ruleset)),
        *((Paragraph(f"{approval}."),) if (approval := _approval(found)) else ()),
        *(Paragraph(text) for text in report_text.flows_text(found.flows, _provinces(found))),
        *((table,) if table else ()),
        Paragraph(f"Bản đồ tại Phụ lục I; phân loại từng {unit} tại Phụ lục II."),
    )


def _provinces(found: ReportFacts) -> dict[str, str]:
    """Short name of the province by commune, in the report of the nation."""
    if found.province_name:
        return {}
    return {unit.code: short_name(unit.province_name) for unit in found.units}


def _hotspots_part(found: ReportFacts) -> tuple[Block, ...]:
    line = next(x for x in headline_lines(found.comparison) if x.code == "hotspots_cleared")
    listed = report_tables.hotspot_table(found, "")
    more = " Danh sách tại Phụ lục III." if listed.rows else ""
    return (
        Heading("III. ĐIỂM, TỤ ĐIỂM PHỨC TẠP VỀ MA TÚY"),
        Paragraph(report_text.hotspots_text(found.now, line) + more),
    )


def _border_part(found: ReportFacts) -> tuple[Block, ...]:
    codes = {unit.code for unit in found.units}
    on_route = [code for code in found.routes.by_commune if code in codes]
    at_border = {unit.code for unit in found.units if unit.border_with}
    neighbours = sorted({n for u in found.units for n in u.border_with.split(",") if n})
    now, before = (
        sum(case.commune_code_now in at_border for case in facts.incidents) if facts.data else None
        for facts in (found.facts, found.before)
    )
    where = report_text.area_words(found.province_name)
    approximate = found.version.approximate
    limits = f" {report_text.APPROXIMATE}" if approximate else ""
    routes = report_tables.corridor_table(found, "Tuyến trọng điểm có hiệu lực trong kỳ")
    border = report_tables.border_table(found, f"Xã biên giới đất liền{limits}")
    reaches = [each.reach for each in found.corridors]
    names = [NEIGHBOURS.get(code, code) for code in neighbours]
    return (
        Heading("IV. TUYẾN TRỌNG ĐIỂM, KHU VỰC BIÊN GIỚI"),
        Paragraph(report_text.corridors_text(reaches, found.routes.n_in_force, len(on_route))),
        *((routes,) if routes else ()),
        Paragraph(
            report_text.border_text(
                where, names, len(at_border), (now, before), approximate=approximate
            )
        ),
        *((border,) if border else ()),
    )


def _progress_part(found: ReportFacts, where: str) -> tuple[Block, ...]:
    last = max(found.facts.period.end, found.now.class_period.end)
    progress = progress_until(found.progress, last)
    table = report_progress.progress_table(progress, "Tiến độ xã không ma túy")
    return (
        Heading("V. TIẾN ĐỘ XÂY DỰNG XÃ, PHƯỜNG, ĐẶC KHU KHÔNG MA TÚY"),
        Paragraph(report_progress.progress_text(progress, where)),
        *((table,) if table else ()),
    )


def _annexes(found: ReportFacts, belongs: str, source: str) -> tuple[Annex, ...]:
    """Map, classes, hotspots, and in the report of the nation a map of every province."""
    told = period_name(found.now.class_period).replace(" 2", f"{NO_BREAK}2")
    marks = marks_of(found)
    where = report_text.area_words(found.province_name)
    if found.province_name:
        classes = report_class_tables.class_table(found, "")
    else:
        classes = report_class_tables.province_table(found, "")
    drawing = area_map(found, marks, f"Bản đồ phân loại xã, {where}, {told}")
    spots = report_tables.hotspot_table(found, "")
    parts: list[tuple[str, tuple[Block, ...]]] = [
        (f"Bản đồ phân loại xã, phường, đặc khu, {where}, {told}", (drawing,) if drawing else ()),
        (f"Phân loại xã, phường, đặc khu, {where}, {told}", (classes,)),
    ]
    if spots.rows:
        note = Paragraph("Điểm là nhà ở không nêu tên, địa chỉ.", is_note=True)
        parts.append(("Danh sách điểm, tụ điểm phức tạp về ma túy", (spots, note)))
    parts += [
        (f"Bản đồ phân loại xã, phường, đặc khu, {report_text.area_words(name)}, {told}", (each,))
        for name, each in province_maps(found, marks, told)
    ]
    title, blocks = parts[-1]
    parts[-1] = title, (*blocks, Paragraph(source, is_note=True))
    return tuple(
        Annex(f"Phụ lục {roman(number)}", subject.upper(), blocks, belongs)
        for number, (subject, blocks) in enumerate(parts, 1)
    )


def roman(number: int) -> str:
    """A number below 40 in Roman figures.

    >>> [roman(n) for n in (1, 4, 9, 14, 38)]
    ['I', 'IV', 'IX', 'XIV', 'XXXVIII']
    """
    units = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (number // 10) + units[number % 10]
