"""The way in: a file becomes a table, a table becomes drafts and rejected rows.

A bad row is data: it is kept with its line, its column and the reason. Only
what makes the whole file unusable is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

from geo.cells import (
    Dated,
    UnreadableCellError,
    parse_commune_code,
    parse_count,
    parse_date,
    parse_flag,
    parse_number,
)
from geo.drafts import (
    Drafts,
    RowRefusedError,
    needed_cell,
    place_query,
    read_cell,
    read_rows,
    row_ref,
)
from geo.errors import UnusableFileError
from geo.home_words import stated_home
from geo.hotspot_rows import HotspotDraft, read_hotspots
from geo.persons import cell_text
from geo.records import Indicators, Period, PlaceQuery, RejectedRow, Seizure
from geo.rows import Row
from geo.seizures import Seized, read_seizures
from geo.sheets import DEFAULT_LIMITS, Limits
from geo.tables import Table, read_table
from geo.terms import AtHome, DatePrecision, DetectedBy, IncidentKind
from geo.words import parse_detected_by, parse_kind

__all__ = [
    "DEFAULT_LIMITS",
    "Drafts",
    "HotspotDraft",
    "IncidentDraft",
    "Limits",
    "Row",
    "Table",
    "read_hotspots",
    "read_incidents",
    "read_indicators",
    "read_table",
]


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """An incident before it is placed."""

    line: int
    ref: str
    occurred_on: date
    date_precision: DatePrecision
    kind: IncidentKind
    detected_by: DetectedBy
    verified: bool
    offenders: int | None
    seizures: tuple[Seizure, ...]
    address_text: str
    place: PlaceQuery
    home: AtHome | None = None


MAX_OFFENDERS = 9_999
_parse_offenders = partial(parse_count, maximum=MAX_OFFENDERS)


def read_incidents(table: Table, *, today: date) -> Drafts[IncidentDraft]:
    """Draft the incidents of a table; a date after `today` refuses its row.

    A row without a reference gets one made of its own content, so that reading
    the file again gives the same. A tip is unverified unless the row says
    otherwise.
    """
    assumed: list[int] = []
    lost: list[int] = []
    day = lru_cache(maxsize=8192, typed=True)(partial(parse_date, today=today))
    read_seized = _seized_reader(table)

    def draft(row: Row) -> tuple[str, IncidentDraft]:
        seized = read_seized(row)
        record = _incident(row, seized.seizures, day)
        if seized.assumed:
            assumed.append(row.line)
        if seized.lost:
            lost.append(row.line)
        return record.ref, record

    drafts = read_rows(table, draft, "ref")
    return replace(drafts, warnings=tuple(_on_quantities(assumed, lost)))


def _incident(
    row: Row, seizures: tuple[Seizure, ...], day: Callable[[Any], Dated | None]
) -> IncidentDraft:
    dated = needed_cell(row, "occurred_on", day)
    kind = needed_cell(row, "kind", parse_kind)
    offenders = read_cell(row, "offenders", _parse_offenders)
    detected_by = parse_detected_by(cell_text(row.cells.get("detected_by")))
    said = read_cell(row, "verified", parse_flag)
    stated = row.cells.get("date_precision")
    return IncidentDraft(
        line=row.line,
        ref=row_ref(row, dated.on, kind, offenders, seizures),
        occurred_on=dated.on,
        date_precision=DatePrecision(stated) if stated in _PRECISIONS else dated.precision,
        kind=kind,
        detected_by=detected_by,
        verified=detected_by is not DetectedBy.TIP if said is None else said,
        offenders=offenders,
        seizures=seizures,
        address_text=row.cells.get("address_text", ""),
        place=place_query(row, dated.on),
        home=stated_home(row.cells.get("home")),
    )


_PRECISIONS = frozenset(DatePrecision)


def _seized_reader(table: Table) -> Callable[[Row], Seized]:
    """Everything seized: the substance and quantity columns and one column a substance."""
    heading = table.headings.get("quantity", "")
    unit, decimal_dot = _in_brackets(heading), heading == "quantity"
    columns = [(name, _seized_parser(table, name)) for name in table.seized_fields]

    def read(row: Row) -> Seized:
        cell = row.cells.get
        try:
            amount = read_seizures(
                cell("substance"),
                cell("quantity"),
                cell("unit"),
                heading_unit=unit,
                decimal_dot=decimal_dot,
            )
        except UnreadableCellError as error:
            raise RowRefusedError("quantity", cell("quantity"), str(error)) from None
        more = [read_cell(row, name, parse) for name, parse in columns if name in row.cells]
        return _joined([amount, *more]) if more else amount

    return read


def _joined(found: list[Seized]) -> Seized:
    return Seized(
        tuple(seizure for part in found for seizure in part.seizures),
        any(part.assumed for part in found),
        any(part.lost for part in found),
    )


def _seized_parser(table: Table, name: str) -> Callable[[Any], Seized]:
    _, substance, unit = name.split(":")
    return partial(_seized_number, substance, unit, "_" in table.headings[name])


def _seized_number(substance: str, unit: str, machine: bool, value: Any) -> Seized:
    found = read_seizures(substance, value, unit, decimal_dot=machine)
    return Seized(tuple(s for s in found.seizures if s.quantity), lost=found.lost)


def _in_brackets(heading: str) -> str:
    inside = re.findall(r"\(([^()]*)\)", heading)
    return inside[-1] if inside else ""


def _on_quantities(assumed: list[int], lost: list[int]) -> Iterator[str]:
    if assumed:
        yield (
            f"{len(assumed)} dòng ghi khối lượng không có đơn vị, được hiểu là gam "
            f"(dòng đầu: {assumed[0]}): ghi «kg», «g» hoặc «viên» nếu khác."
        )
    if lost:
        shown = ", ".join(map(str, lost[:10])) + (", …" if len(lost) > 10 else "")
        yield (
            f"{len(lost)} dòng có tang vật không quy đổi được ra kg, viên, cây, m² (dòng {shown}): "
            "vụ việc vẫn được nạp, khối lượng để trống."
        )


# --- indicators -------------------------------------------------------------

_COUNTS = (
    "residents",
    "dependents",
    "users",
    "substitution",
    "home_rehab",
    "post_rehab",
    "use_dens",
    "offenders_arrested",
    "resident_offenders",
    "fugitives",
    "plants",
)


def read_indicators(table: Table, *, period: Period | None = None) -> Drafts[Indicators]:
    """Read the declared counts of communes; an empty cell is None, never zero.

    The period is the one of the title row, else `period`.

    Raises
    ------
    UnusableFileError
        When neither gives a period and the table has no period columns.
    """
    stated = table.period or period
    if stated is None and not {"period_start", "period_end"} <= set(table.fields):
        raise UnusableFileError(
            "Bảng chỉ tiêu không ghi kỳ số liệu ở dòng tiêu đề (ví dụ «15/12/2025 - 14/12/2026»): "
            "thêm --period 2026."
        )
    per_m2 = 1e4 if re.search(r"\bha\b", table.headings.get("plant_area_m2", "").lower()) else 1.0

    def draft(row: Row) -> tuple[str, Indicators]:
        found = _indicators(row, stated, per_m2)
        return f"{found.commune_code} {found.period.start} {found.period.end}", found

    drafts = read_rows(table, draft, "commune_code")
    unsaid = None if "period_start" in table.fields else stated
    return replace(drafts, rejected=[_dated(row, unsaid) for row in drafts.rejected])


def _dated(row: RejectedRow, stated: Period | None) -> RejectedRow:
    """A rejected row that says its period itself, so that it can be read on its own."""
    if stated is None:
        return row
    days = {"Từ ngày": f"{stated.start}", "Đến ngày": f"{stated.end}"}
    return replace(row, cells={**days, **row.cells})


def _indicators(row: Row, stated: Period | None, per_m2: float) -> Indicators:
    area = read_cell(row, "plant_area_m2", parse_number)
    if area is not None and not 0 <= area * per_m2 < 1e12:
        raise RowRefusedError(
            "plant_area_m2", area, "diện tích âm hoặc lớn bất thường: kiểm tra lại ô"
        )
    return Indicators(
        commune_code=needed_cell(row, "commune_code", parse_commune_code),
        period=_period(row, stated),
        **{name: read_cell(row, name, parse_count) for name in _COUNTS},
        plant_area_m2=None if area is None else area * per_m2,
        on_key_route=read_cell(row, "on_key_route", parse_flag),
        line=row.line,
    )


def _period(row: Row, stated: Period | None) -> Period:
    days = partial(parse_date, today=date.max)
    start, end = read_cell(row, "period_start", days), read_cell(row, "period_end", days)
    if start and end and start.on <= end.on:
        return Period(start.on, end.on)
    if stated is None:
        raise RowRefusedError("period_start", row.cells.get("period_start"), "thiếu kỳ số liệu")
    return stated
