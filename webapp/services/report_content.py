"""A report put together: head, sections, annexes, from facts that were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain, count

import webapp
from geo.records import Period
from geo.terms import HotspotStatus
from models.disclosure import snap_to_grid
from models.lifecycle import status_at
from models.periods import period_name
from models.periods import today as day_in_vietnam
from webapp.labels import NEIGHBOURS, vn_date, vn_moment, vn_number, vn_period
from webapp.services import report_class_tables, report_tables, report_text
from webapp.services.figure_lines import comparison_notes, headline_lines
from webapp.services.map_picture import DrawnLine, MapContent, draw_map
from webapp.services.report_blocks import (
    Annex,
    Block,
    Drawing,
    Heading,
    Paragraph,
    Report,
    Table,
)
from webapp.services.report_facts import ReportFacts
from webapp.services.report_letter import Letter, letter_head, recipients_of


def write_report(found: ReportFacts, letter: Letter, made_at: datetime) -> Report:
    """The report on a period: the same facts always give the same report, but for its date."""
    where = report_text.area_words(found.province_name)
    now = found.now
    head = letter_head(letter, found.province_name, day_in_vietnam(made_at))
    marks = marks_of(found)
    return Report(
        head=head,
        subject=subject_of(now.period),
        days=f"({'; '.join([f'từ ngày {vn_period(now.period)}', where])})".replace(" – ", " đến "),
        marks=marks,
        body=_numbered(
            chain(
                (Paragraph(_opening(head.issuer, where, now.period)),),
                _figures_part(found, where),
                _classes_part(found, where),
                _hotspots_part(found),
                _border_part(found),
                _progress_part(found, where),
                (Paragraph(source_line(found, made_at), is_note=True),),
            )
        ),
        recipients=recipients_of(found.province_name),
        signer="THỦ TRƯỞNG CƠ QUAN",
        annexes=_annexes(found),
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
        (found.simulated, "Dữ liệu mô phỏng"),
        (found.version.approximate, "Ranh giới gần đúng"),
    )
    return tuple(mark for holds, mark in said if holds)


def source_line(found: ReportFacts, made_at: datetime) -> str:
    """Where the numbers come from, so that they can be traced."""
    version = found.version
    limits = f"{version.source} ({version.vintage})"
    return (
        f"Nguồn: cơ sở dữ liệu Địa Bàn, phần mềm phiên bản {webapp.__version__}; bản đồ:"
        f" {limits}; bộ tiêu chí: {found.ruleset}; lập lúc {vn_moment(made_at)}."
    )


def _opening(issuer: str, where: str, period: Period) -> str:
    who = f"Công an {where}" if issuer == f"CÔNG AN {where.upper()}" else "đơn vị"
    if issuer == "BỘ CÔNG AN":
        who = "Bộ Công an"
    return (
        "Thực hiện Quyết định số 28/2025/QĐ-TTg ngày 24 tháng 8 năm 2025 của Thủ tướng Chính"
        f" phủ, {who} báo cáo tình hình, kết quả {period_name(period)} như sau:"
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
    texts = (
        report_text.cases_text(found.comparison, by_code, where),
        report_text.seized_text(found.now, by_code),
        report_text.sides_text(found.now),
        report_text.persons_text(by_code["persons_with_records"]),
    )
    return (
        Heading("I. TÌNH HÌNH, KẾT QUẢ CHUNG"),
        *(Paragraph(text) for text in texts if text),
        report_tables.headline_table(lines, title),
        *(Paragraph(note, is_note=True) for note in comparison_notes(found.comparison)),
        *_reach_note(found),
    )


def _reach_note(found: ReportFacts) -> tuple[Block, ...]:
    """Of how many provinces there are records, in the report of the nation."""
    provinces = {unit.province_code for unit in found.units}
    told = {case.province_code for case in found.facts.incidents} & provinces
    if found.province_name or told == provinces:
        return ()
    n, of = vn_number(len(told)), vn_number(len(provinces))
    return (Paragraph(f"Số vụ việc mới gồm dữ liệu của {n}/{of} tỉnh, thành phố.", is_note=True),)


def _classes_part(found: ReportFacts, where: str) -> tuple[Block, ...]:
    title = f"Biến động phân loại xã, {where}"
    table = report_class_tables.flow_table(found, title)
    return (
        Heading("II. PHÂN LOẠI XÃ, PHƯỜNG, ĐẶC KHU"),
        Paragraph(report_text.classes_text(found.now, found.ruleset)),
        *(Paragraph(text) for text in report_text.flows_text(found.flows)),
        *((table,) if table else ()),
        Paragraph("Bản đồ tại Phụ lục I; phân loại từng đơn vị tại Phụ lục II."),
    )


def _drawing(found: ReportFacts, where: str) -> Drawing | None:
    told = period_name(found.now.class_period)
    spots, unplaced = _spots(found)
    picture = draw_map(
        MapContent(
            title=f"Phân loại xã, điểm, tụ điểm và tuyến, {where}, {told}",
            shapes=found.shapes,
            classes=found.now.classes,
            spots=spots,
            unplaced=unplaced,
            routes=[DrawnLine(each.geometry, each.mode) for each in found.corridors],
            border=[DrawnLine(line.geometry) for line in found.border],
            marks=marks_of(found),
            source=f"Nguồn bản đồ: {found.version.source} ({found.version.vintage})."
            f" Tình trạng điểm, tụ điểm đến ngày {vn_date(found.now.until)}.",
            with_names=bool(found.province_name),
        )
    )
    if picture is None:
        return None
    return Drawing(picture, f"Hình 1. Bản đồ phân loại xã, {where}, {told}")


def _spots(found: ReportFacts) -> tuple[list[tuple[HotspotStatus, float, float]], int]:
    """Hotspots to draw, dwellings on their grid; how many are known by their commune alone."""
    drawn, unplaced = [], 0
    for spot in found.facts.hotspots:
        status, place = status_at(spot.events, found.facts.until), spot.placement
        if status is None:
            continue
        if place.lon is None or place.lat is None or not place.precision.finer_than_commune:
            unplaced += 1
            continue
        point = place.lon, place.lat
        drawn.append((status, *(snap_to_grid(*point) if spot.is_dwelling else point)))
    return drawn, unplaced


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
        sum(case.commune_code_now in at_border for case in facts.incidents)
        for facts in (found.facts, found.before)
    )
    routes = report_tables.corridor_table(found, "Tuyến trọng điểm có hiệu lực trong kỳ")
    border = report_tables.border_table(found, "Xã biên giới đất liền")
    reaches = [each.reach for each in found.corridors]
    names = [NEIGHBOURS.get(code, code) for code in neighbours]
    return (
        Heading("IV. TUYẾN TRỌNG ĐIỂM, KHU VỰC BIÊN GIỚI"),
        Paragraph(report_text.corridors_text(reaches, found.routes.n_in_force, len(on_route))),
        *((routes,) if routes else ()),
        Paragraph(report_text.border_text(names, len(at_border), now, before)),
        *((border,) if border else ()),
    )


def _progress_part(found: ReportFacts, where: str) -> tuple[Block, ...]:
    table = report_tables.progress_table(found, "Tiến độ xã không ma túy")
    return (
        Heading("V. TIẾN ĐỘ XÂY DỰNG XÃ, PHƯỜNG, ĐẶC KHU KHÔNG MA TÚY"),
        Paragraph(report_text.progress_text(found.progress, where)),
        *((table,) if table else ()),
    )


def _annexes(found: ReportFacts) -> tuple[Annex, ...]:
    told = f"({period_name(found.now.class_period)})"
    if found.province_name:
        classes = report_class_tables.class_table(found, "")
    else:
        classes = report_class_tables.province_table(found, "")
    spots = report_tables.hotspot_table(found, "")
    drawing = _drawing(found, report_text.area_words(found.province_name))
    annexes = [
        Annex("Phụ lục I", "BẢN ĐỒ PHÂN LOẠI XÃ, PHƯỜNG, ĐẶC KHU", (drawing,) if drawing else ()),
        Annex("Phụ lục II", f"PHÂN LOẠI XÃ, PHƯỜNG, ĐẶC KHU {told}", (classes,)),
    ]
    if spots.rows:
        note = "Điểm là nhà ở không nêu tên, địa chỉ."
        blocks = (spots, Paragraph(note, is_note=True))
        annexes.append(Annex("Phụ lục III", "DANH SÁCH ĐIỂM, TỤ ĐIỂM PHỨC TẠP VỀ MA TÚY", blocks))
    return tuple(annexes)
