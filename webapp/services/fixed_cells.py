"""The fixed cells of a province or a commune for pages, JSON and CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.guarded_cells import guarded_csv
from geo.records import Period
from geo.terms import Side
from models import communes
from models.cell_suppression import FEW_BELOW, Column, Shown
from models.errors import InvalidValueError
from models.fixed_cells import SIDES, FixedCells, fixed_cells, is_fixed
from models.periods import evaluation_period, half_year_period, period_code
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import vn_date, vn_number
from webapp.told import Told, told

FEW, COVERED = f"<{FEW_BELOW}", "…"

SIDE_NAMES: Mapping[Side, Told] = {Side.SUPPLY: told("Giảm cung"), Side.DEMAND: told("Giảm cầu")}

NOT_FIXED = told(
    "Ngoài phạm vi của tài khoản chỉ có số vụ của 6 tháng đầu năm (15/12–14/6) hoặc cả năm "
    "đánh giá (15/12–14/12). Hãy chọn một trong hai kỳ này."
)
STILL_RUNS = told("Kỳ này chưa kết thúc nên chưa có ô số liệu cố định. Hãy chọn kỳ đã qua.")


@dataclass(frozen=True, slots=True)
class CellColumn:
    """A column of the table: one side in one period."""

    side: Side
    period: Period

    @property
    def side_name(self) -> Told:
        """The side in words."""
        return SIDE_NAMES[self.side]

    @property
    def days(self) -> str:
        """First and last day."""
        return f"{vn_date(self.period.start)} – {vn_date(self.period.end)}"


@dataclass(frozen=True, slots=True)
class CellLine:
    """A commune and its cells in the order of the columns."""

    code: str
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellTable:
    """The cells of an evaluation year as a table; no columns while its first half runs."""

    province_code: str
    year: int
    columns: tuple[CellColumn, ...]
    lines: tuple[CellLine, ...]
    totals: tuple[str, ...]

    def of(self, commune_code: str) -> CellLine | None:
        """The line of one commune."""
        return next((line for line in self.lines if line.code == commune_code), None)


def read_cells(
    session: Session, viewer: Viewer, province_code: str, period: Period, today: date
) -> CellTable:
    """The cells of the evaluation year in which a period ends."""
    cells = fixed_cells(session, viewer, province_code, _year_of(period), today=today)
    names = {
        unit.code: unit.full_name
        for unit in communes.commune_units(
            session, viewer, communes.current_version(session, viewer).id
        )
        if unit.province_code == province_code
    }
    return _table(cells, names)


def province_cells(
    database: Database, viewer: Viewer, province_code: str, period: Period, today: date
) -> CellTable:
    """The cells of a province in a transaction of its own."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return read_cells(session, viewer, province_code, period, today)


def cells_json(
    database: Database, viewer: Viewer, province_code: str, period: Period, today: date
) -> dict[str, Any]:
    """The cells of one fixed period: `cases` is null where `shown` is not `open`.

    Raises
    ------
    InvalidValueError
        If the period is no fixed one or has not ended.
    """
    _require_fixed(period, today)
    with unit_of_work(database, viewer, read_only=True) as session:
        cells = fixed_cells(session, viewer, province_code, period.end.year, today=today)
    columns = {side: column for side in SIDES if (column := cells.column(side, period))}
    return {
        "province_code": province_code,
        "period": period_code(period),
        "few_below": FEW_BELOW,
        "cells": [
            {"commune_code": code, "side": side.value, **_cell(column, n)}
            for n, code in enumerate(cells.commune_codes)
            for side, column in columns.items()
        ],
        "totals": {
            side.value: sum(column.counts) if column.total_open else None
            for side, column in columns.items()
        },
    }


def title_of(table: CellTable) -> str:
    """What the file says above its columns."""
    return (
        f"Số vụ đã xác minh theo xã, tỉnh mã {table.province_code}, năm đánh giá {table.year}: "
        f"{FEW} là từ 0 đến {FEW_BELOW - 1} vụ, {COVERED} là ô được che để không suy ra ô khác"
    )


def write_cells(title: str, table: CellTable) -> str:
    """The table as CSV for a spreadsheet, its sums at the end."""
    headings = [f"{column.side_name} {column.days} (số vụ)" for column in table.columns]
    rows: list[Sequence[object]] = [[title], ["Mã xã", "Tên xã", *headings]]
    rows += [[line.code, line.name, *line.cells] for line in table.lines]
    return guarded_csv([*rows, ["", "Cộng", *table.totals]])


def _require_fixed(period: Period, today: date) -> None:
    if not is_fixed(period):
        raise InvalidValueError(NOT_FIXED)
    if period.end >= today:
        raise InvalidValueError(STILL_RUNS)


def _year_of(period: Period) -> int:
    """The evaluation year in which a period ends.

    >>> _year_of(Period(date(2025, 12, 1), date(2025, 12, 20)))
    2026
    """
    year = period.end.year
    return year if period.end <= evaluation_period(year).end else year + 1


def _table(cells: FixedCells, names: Mapping[str, str]) -> CellTable:
    periods = (half_year_period(cells.year), evaluation_period(cells.year))
    found = [
        (CellColumn(side, period), column)
        for side in SIDES
        for period in periods
        if (column := cells.column(side, period)) is not None
    ]
    return CellTable(
        province_code=cells.province_code,
        year=cells.year,
        columns=tuple(head for head, _column in found),
        lines=tuple(
            CellLine(code, names.get(code, code), tuple(_text(column, n) for _, column in found))
            for n, code in enumerate(cells.commune_codes)
        )
        if found
        else (),
        totals=tuple(
            vn_number(sum(column.counts)) if column.total_open else COVERED for _, column in found
        ),
    )


def _text(column: Column, n: int) -> str:
    match column.shown[n]:
        case Shown.OPEN:
            return vn_number(column.counts[n])
        case Shown.FEW:
            return FEW
    return COVERED


def _cell(column: Column, n: int) -> dict[str, Any]:
    shown = column.shown[n]
    return {"cases": column.counts[n] if shown is Shown.OPEN else None, "shown": shown.value}
