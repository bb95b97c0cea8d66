"""Rows of a list of key routes (tuyến trọng điểm) become drafts: a line, a decision, its days."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from shapely.geometry import MultiLineString

from geo.cells import UnreadableCellError, parse_date, parse_metres
from geo.drafts import Drafts, RowRefusedError, needed_cell, read_cell, read_rows
from geo.persons import cell_text, plain_words
from geo.route_lines import LineError, RouteLine, read_line
from geo.rows import Row
from geo.standing_terms import CorridorMode, CorridorReach
from geo.tables import Table
from geo.words import parse_corridor_mode, parse_corridor_reach

LAST_DAY = date(2100, 12, 31)
MAX_WIDTH_M = 50_000.0

NO_LINE = "thiếu đường tuyến: ghi WKT (LINESTRING) hoặc các điểm «kinh độ vĩ độ; kinh độ vĩ độ»"
NO_DAY = "thiếu ngày hiệu lực (và ngày quyết định): ghi «Hiệu lực từ» theo mẫu 14/06/2026"


@dataclass(frozen=True, slots=True)
class CorridorDraft:
    """A route as a row says it; None is what the row leaves open.

    `valid_from` is the day of the decision where no other is written
    (`starts_with_decision`); `swapped`: latitudes and longitudes had been exchanged.
    """

    line: int
    ref: str
    name: str
    mode: CorridorMode | None
    reach: CorridorReach | None
    decision: str
    decided_on: date | None
    valid_from: date
    valid_to: date | None
    width_m: float | None
    geometry: MultiLineString
    note: str = ""
    swapped: bool = False
    starts_with_decision: bool = False


def read_corridors(table: Table) -> Drafts[CorridorDraft]:
    """Draft the routes of a table.

    A row without a reference gets one made of its name, so that a corrected line
    changes the route and adds no second one.
    """
    in_km = bool(re.search(r"\bkm\b", table.headings.get("width_m", "").lower()))
    return read_rows(table, lambda row: _keyed(_corridor(row, in_km)), "ref")


def parse_width_m(value: Any, *, in_km: bool = False) -> float | None:
    """The whole width of a route in metres, None where none is written.

    Raises
    ------
    UnreadableCellError
        If it is no number, or none from 0 to 50 km.

    >>> parse_width_m("0,4 km"), parse_width_m(""), parse_width_m(2, in_km=True)
    (400.0, None, 2000.0)
    """
    width_m = parse_metres(value, in_km=in_km)
    if width_m is not None and not 0 <= width_m <= MAX_WIDTH_M:
        raise UnreadableCellError("bề rộng phải từ 0 đến 50 km: kiểm tra lại số và đơn vị")
    return width_m


def made_ref(name: str) -> str:
    """A reference for a route that was given none.

    >>> made_ref("Quốc lộ 14")
    'auto-f779c6389523f4d0'
    """
    return f"auto-{hashlib.sha256(plain_words(name).encode()).hexdigest()[:16]}"


def _keyed(draft: CorridorDraft) -> tuple[str, CorridorDraft]:
    return draft.ref, draft


def _corridor(row: Row, in_km: bool) -> CorridorDraft:
    name = needed_cell(row, "name", lambda value: cell_text(value) or None)
    day = partial(parse_date, today=LAST_DAY)
    decided = read_cell(row, "decided_on", day)
    starts, ends = read_cell(row, "valid_from", day), read_cell(row, "valid_to", day)
    first = starts or decided
    if first is None:
        raise RowRefusedError("valid_from", row.cells.get("valid_from"), NO_DAY)
    drawn = _line(row)
    draft = CorridorDraft(
        line=row.line,
        ref=cell_text(row.cells.get("ref")) or made_ref(name),
        name=name,
        mode=read_cell(row, "mode", parse_corridor_mode),
        reach=read_cell(row, "reach", parse_corridor_reach),
        decision=cell_text(row.cells.get("decision")),
        decided_on=None if decided is None else decided.on,
        valid_from=first.on,
        valid_to=None if ends is None else ends.last,
        width_m=read_cell(row, "width_m", partial(parse_width_m, in_km=in_km)),
        geometry=drawn.geometry,
        note=cell_text(row.cells.get("note")),
        swapped=drawn.swapped,
        starts_with_decision=starts is None,
    )
    _require_days(row, draft)
    return draft


def _line(row: Row) -> RouteLine:
    value = row.cells.get("geometry")
    if value is None:
        raise RowRefusedError("geometry", None, NO_LINE)
    try:
        return read_line(value)
    except LineError as error:
        written = None if isinstance(value, dict) else value
        raise RowRefusedError("geometry", written, str(error)) from None


def _require_days(row: Row, draft: CorridorDraft) -> None:
    """Refuse a route that ends before it starts, or before it was decided."""
    ends = draft.valid_to
    if ends is None:
        return
    told = row.cells.get("valid_to")
    if ends < draft.valid_from:
        raise RowRefusedError(
            "valid_to",
            told,
            f"hết hiệu lực ({ends:%d/%m/%Y}) trước khi có hiệu lực ({draft.valid_from:%d/%m/%Y}): "
            "sửa lại ngày",
        )
    if draft.decided_on is not None and ends < draft.decided_on:
        raise RowRefusedError(
            "valid_to",
            told,
            f"hết hiệu lực ({ends:%d/%m/%Y}) trước ngày quyết định ({draft.decided_on:%d/%m/%Y}): "
            "sửa lại ngày",
        )
