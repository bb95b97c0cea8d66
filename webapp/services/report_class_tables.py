"""The tables of a report about classes: of every commune, of every province, what moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor

from geo.alphabet import vietnamese_key
from geo.terms import CommuneClass, Layer
from models.known import KnownIncident
from webapp.labels import COMMUNE_CLASSES
from webapp.services.figure_lines import BLANK
from webapp.services.report_blocks import Cell, Column, Table
from webapp.services.report_facts import ReportFacts
from webapp.services.report_letter import short_name
from webapp.services.template_columns import COLUMNS
from webapp.standing_labels import ASSESSMENT_STATES

_MISSING = {column.field: column.heading for column in COLUMNS[Layer.INDICATORS]}
NUMBER = Column("TT", 5, "center")
NO_CASES = ("Dấu –: tỉnh chưa có dữ liệu của nội dung ấy trong kỳ; không phải số 0.",)


SHORT = {
    CommuneClass.DRUG_FREE: "Không ma túy",
    CommuneClass.AFFECTED: "Chưa thuộc loại",
    CommuneClass.TYPE_3: "Loại III",
    CommuneClass.TYPE_2: "Loại II",
    CommuneClass.TYPE_1: "Loại I",
    CommuneClass.UNKNOWN: "Chưa xác định",
}
"""Classes where there is little room."""


def class_table(found: ReportFacts, title: str) -> Table:
    """Every commune: class, class before, state, cases, persons, what is missing."""
    cases, offenders = count_by_commune(found.facts.incidents)
    some = found.now.data is not None
    columns = (
        NUMBER,
        Column("Mã", 8, "center"),
        Column("Xã, phường, đặc khu", 22),
        Column("Phân loại", 13),
        Column("Kỳ trước", 13),
        Column("Đánh giá", 13),
        Column("Số vụ", 6, "right"),
        Column("Đối tượng", 7, "right"),
        Column("Người có hồ sơ", 8, "right"),
        Column("Số liệu còn thiếu", 17),
    )
    rows: list[tuple[Cell, ...]] = []
    for number, unit in enumerate(found.units, 1):
        code = unit.code
        standing = found.facts.standings.get(code)
        before = found.classes_before.get(code)
        rows.append(
            (
                number,
                code,
                unit.full_name,
                SHORT[found.now.classes.get(code, CommuneClass.UNKNOWN)],
                SHORT[before] if before else "",
                ASSESSMENT_STATES[standing.state] if standing else "chưa có chỉ tiêu",
                cases[code] if some else None,
                offenders[code] if some else None,
                found.now.persons_by_commune.get(code),
                missing_words(found, code),
            )
        )
    return Table("Phân loại xã", title, columns, tuple(rows))


def missing_words(found: ReportFacts, code: str) -> str:
    """What a commune has not declared, in words."""
    sheet = found.sheets.get(code)
    if sheet is None:
        return "toàn bộ chỉ tiêu"
    return ", ".join(_MISSING.get(name, name).lower() for name in sheet.missing)


def province_table(found: ReportFacts, title: str) -> Table:
    """Every province: communes by class, share of drug-free ones, cases."""
    classes = tuple(CommuneClass)
    columns = (
        NUMBER,
        Column("Tỉnh, thành phố", 22),
        Column("Số xã", 8, "right"),
        *(Column(heading, 9, "right") for heading in SHORT.values()),
        Column("Tỷ lệ không ma túy", 10, "right"),
        Column("Số vụ", 8, "right"),
        Column("Đối tượng", 8, "right"),
    )
    units: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for unit in found.units:
        units[unit.province_code].append(unit.code)
        names[unit.province_code] = unit.province_name
    by_province: dict[str | None, list[KnownIncident]] = defaultdict(list)
    for case in found.facts.incidents:
        by_province[case.province_code].append(case)
    in_order = sorted(units.items(), key=lambda item: vietnamese_key(names[item[0]]))
    rows: list[tuple[Cell, ...]] = []
    for number, (code, codes) in enumerate(in_order, 1):
        counts = Counter(found.now.classes.get(c, CommuneClass.UNKNOWN) for c in codes)
        known = len(codes) - counts[CommuneClass.UNKNOWN]
        here = by_province.get(code)
        share = Fraction(counts[CommuneClass.DRUG_FREE], len(codes))
        rows.append(
            (
                number,
                names[code],
                len(codes),
                *(counts[cls] if known else BLANK for cls in classes[:-1]),
                counts[CommuneClass.UNKNOWN],
                Fraction(floor(share * 1000), 1000) if 2 * known >= len(codes) else BLANK,
                len(here) if here else BLANK,
                sum(case.offenders or 0 for case in here) if here else BLANK,
            )
        )
    return Table("Phân loại theo tỉnh", title, columns, tuple(rows), NO_CASES)


def flow_table(found: ReportFacts, title: str) -> Table | None:
    """From which class to which communes moved."""
    if found.flows is None or not found.flows.moved:
        return None
    columns = (
        NUMBER,
        Column("Từ loại", 22),
        Column("Sang loại", 22),
        Column("Số xã", 8, "right"),
        Column("Các xã", 43),
    )
    rows = [
        (
            number,
            COMMUNE_CLASSES[flow.before],
            COMMUNE_CLASSES[flow.now],
            len(flow.communes),
            _names(found, flow.communes),
        )
        for number, flow in enumerate(found.flows.moved, 1)
    ]
    return Table("Biến động phân loại", title, columns, tuple(rows))


def _names(found: ReportFacts, communes: Iterable[tuple[str, str]]) -> str:
    """Names of communes; those of the nation by province, or nobody could tell them apart."""
    if found.province_name:
        return ", ".join(name for _, name in communes)
    provinces = {unit.code: short_name(unit.province_name) for unit in found.units}
    groups: dict[str, list[str]] = defaultdict(list)
    for code, name in communes:
        groups[provinces[code]].append(name)
    in_order = sorted(groups.items(), key=lambda group: vietnamese_key(group[0]))
    return "; ".join(f"{where}: {', '.join(names)}" for where, names in in_order)


def count_by_commune(cases: Iterable[KnownIncident]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Cases and offenders by commune of the map in force."""
    counts: Counter[str] = Counter()
    offenders: Counter[str] = Counter()
    for case in cases:
        code = case.commune_code_now
        if code is not None:
            counts[code] += 1
            offenders[code] += case.offenders or 0
    return counts, offenders
