"""The tables of a report besides those of classes: headline, hotspots, routes, border."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from geo.records import Period
from geo.terms import CommuneClass, HotspotStatus
from models.communes import Commune
from models.hotspots import StoredHotspot
from models.known import KnownIncident
from models.lifecycle import status_at
from webapp.labels import COMMUNE_CLASSES, HOTSPOT_KINDS, NEIGHBOURS, vn_date
from webapp.services.figure_counts import clearings
from webapp.services.figure_lines import BLANK, FigureLine
from webapp.services.figure_words import rounded
from webapp.services.report_blocks import Cell, Column, Table
from webapp.services.report_class_tables import NO_CASES, NUMBER
from webapp.services.report_facts import ReportFacts
from webapp.standing_labels import CORRIDOR_MODES, CORRIDOR_REACHES

DWELLING = "Nhà ở (không nêu tên)"


def headline_table(lines: Sequence[FigureLine], title: str, notes: Sequence[str]) -> Table:
    """The headline figures with the same days of the year before and the change."""
    columns = (
        NUMBER,
        Column("Chỉ tiêu", 32),
        Column("Đơn vị", 11, "center"),
        Column("Kỳ này", 13, "right", 3),
        Column("Cùng kỳ năm trước", 13, "right", 3),
        Column("Tăng, giảm", 12, "right", 3, signed=True),
        Column("Tỷ lệ", 14, "right", signed=True),
    )
    rows = [
        (
            number,
            line.name + (f" ({line.note})" if line.note else ""),
            line.unit,
            _figure(line.now, line.now_text, line.digits),
            _figure(line.before, line.before_text, line.digits),
            _figure(line.difference, line.difference_text, line.digits),
            line.percent_text if line.percent is None else line.percent,
        )
        for number, line in enumerate(lines, 1)
    ]
    return Table("Số liệu chính", title, columns, tuple(rows), tuple(notes))


def hotspot_table(found: ReportFacts, title: str) -> Table:
    """Every hotspot not taken off the list, and those cleared in the period; no dwelling named."""
    columns = (
        NUMBER,
        Column("Mã", 16),
        Column("Điểm, tụ điểm", 20),
        Column("Loại", 15),
        Column("Xã, phường, đặc khu", 18),
        Column("Tình trạng cuối kỳ", 14),
        Column("Triệt xóa trong kỳ", 13, "center"),
    )
    counted = Period(found.facts.period.start, found.facts.until)
    names = {unit.code: unit.full_name for unit in found.units}
    rows: list[tuple[Cell, ...]] = []
    for spot in sorted(found.facts.hotspots, key=lambda spot: _rank(spot, counted)):
        status, cleared = status_at(spot.events, counted.end), clearings(spot.events, counted)
        if status is None or not (cleared or status in _LISTED):
            continue
        rows.append(
            (
                len(rows) + 1,
                spot.ref,
                DWELLING if spot.is_dwelling else spot.name,
                HOTSPOT_KINDS[spot.kind],
                names.get(spot.placement.commune_code_now or "", "chưa rõ"),
                _STATUS[status],
                cleared[0] if len(cleared) == 1 else ", ".join(map(vn_date, cleared)),
            )
        )
    return Table("Điểm, tụ điểm", title, columns, tuple(rows))


_LISTED = tuple(status for status in HotspotStatus if status is not HotspotStatus.DELISTED)
_STATUS = {
    HotspotStatus.ACTIVE: "đang hoạt động",
    HotspotStatus.RE_EMERGED: "tái phức tạp",
    HotspotStatus.SUSPECTED: "nghi vấn",
    HotspotStatus.CLEARED: "đã triệt xóa, đang theo dõi",
    HotspotStatus.DELISTED: "đã đưa ra khỏi danh sách",
}


def _rank(spot: StoredHotspot, counted: Period) -> tuple[bool, int, str, str]:
    """Those cleared in the period first, then by status and ref."""
    status = status_at(spot.events, counted.end)
    order = list(_STATUS).index(status) if status else len(_STATUS)
    return not clearings(spot.events, counted), order, spot.ref, spot.source


def corridor_table(found: ReportFacts, title: str) -> Table | None:
    """The key routes in force."""
    if not found.corridors:
        return None
    columns = (
        NUMBER,
        Column("Tuyến", 27),
        Column("Loại", 12),
        Column("Phương thức", 13),
        Column("Quyết định", 19),
        Column("Hiệu lực", 17),
        Column("Số xã", 7, "right"),
    )
    codes = {unit.code for unit in found.units}
    touched: Counter[str] = Counter()
    for code, routes in found.routes.by_commune.items():
        touched.update(route.ref for route in routes if code in codes)
    rows = [
        (
            number,
            each.name,
            CORRIDOR_REACHES[each.reach],
            CORRIDOR_MODES[each.mode],
            each.decision,
            _validity(each.valid_from, each.valid_to),
            touched[each.ref],
        )
        for number, each in enumerate(found.corridors, 1)
    ]
    return Table("Tuyến trọng điểm", title, columns, tuple(rows))


def _validity(first: date, last: date | None) -> str:
    return f"từ {vn_date(first)}" + (f" đến {vn_date(last)}" if last else "")


def border_table(found: ReportFacts, title: str) -> Table | None:
    """The border communes with their cases, now and a year before; of the nation by province.

    Where a province has no record at all of the days, a cell has a dash: that is no zero.
    """
    units = [unit for unit in found.units if unit.border_with]
    if not units:
        return None
    columns = (
        NUMBER,
        Column("Xã biên giới" if found.province_name else "Tỉnh (số xã biên giới)", 30),
        Column("Giáp", 15),
        Column("Phân loại" if found.province_name else "Xã không ma túy", 24),
        Column("Số vụ", 9, "right"),
        Column("Cùng kỳ", 9, "right"),
        Column("Đối tượng", 9, "right"),
    )
    groups: dict[str, list[Commune]] = defaultdict(list)
    for unit in units:
        groups[unit.code if found.province_name else unit.province_code].append(unit)
    rows = ((number, *_border_row(found, group)) for number, group in enumerate(groups.values(), 1))
    return Table("Xã biên giới", title, columns, tuple(rows), NO_CASES)


def _border_row(found: ReportFacts, group: Sequence[Commune]) -> tuple[Cell, ...]:
    """One commune, or all border communes of a province."""
    codes, province = {unit.code for unit in group}, group[0].province_code
    now, offenders = _border_counts(found.facts.incidents, codes, province)
    before, _ = _border_counts(found.before.incidents, codes, province)
    classes = [found.now.classes.get(code, CommuneClass.UNKNOWN) for code in sorted(codes)]
    free = classes.count(CommuneClass.DRUG_FREE)
    known = sum(cls is not CommuneClass.UNKNOWN for cls in classes)
    neighbours = ",".join(sorted({n for unit in group for n in unit.border_with.split(",")}))
    own = bool(found.province_name)
    return (
        group[0].full_name if own else f"{group[0].province_name} ({len(group)})",
        neighbour_words(neighbours),
        COMMUNE_CLASSES[classes[0]]
        if own
        else f"{free}/{known} xã đã xác định"
        if known
        else BLANK,
        BLANK if now is None else now,
        BLANK if before is None else before,
        BLANK if offenders is None else offenders,
    )


def _border_counts(
    cases: Iterable[KnownIncident], codes: set[str], province: str
) -> tuple[int | None, int | None]:
    """Cases and offenders in some communes; None where their province has no case at all."""
    there = [case for case in cases if case.province_code == province]
    if not there:
        return None, None
    here = [case for case in there if case.commune_code_now in codes]
    return len(here), sum(case.offenders or 0 for case in here)


def neighbour_words(codes: str) -> str:
    """The neighbours of a commune in words.

    >>> neighbour_words("KHM,LAO")
    'Cam-pu-chia, Lào'
    """
    return ", ".join(NEIGHBOURS.get(code, code) for code in codes.split(",") if code)


def _figure(value: float | None, text: str, digits: int) -> Cell:
    """A figure as a number, whole where it has no decimals; words where nothing is known."""
    if value is None:
        return text
    shown = rounded(value, digits)
    return float(shown) if digits else int(shown)
